"""The endpoint's HTTP server beside others: `python benchmarks/http_servers.py`.

Each serves one WSGI app that answers 200 bytes, in a process of its own. The client is another: 8
threads, each with a connection that is kept alive, send what boto3 would (a signed POST of 300
bytes) and read the answer. The table gives requests a second, the medians of the rounds, all
servers in turns, and how long 99 of 100 took at most.

waitress and h11 are no dependencies of the course: install them into a venv of the same Python, and
name its packages: `--packages VENV/lib/python3.11/site-packages`. h11 only parses: it gets a thread
a connection, as ours does.
"""

from __future__ import annotations

import argparse
import logging
import socket
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

THREADS = 8
ANSWER = b"x" * 200
REQUEST = (
    b"POST / HTTP/1.1\r\nHost: 127.0.0.1:4599\r\nAccept-Encoding: identity\r\n"
    b"X-Amz-Target: AWSStepFunctions.DescribeExecution\r\n"
    b"Content-Type: application/x-amz-json-1.0\r\n"
    b"User-Agent: Boto3/1.40.0 md/Botocore#1.40.0 ua/2.1 os/linux lang/python#3.11.0 cfg/retry\r\n"
    b"X-Amz-Date: 20261019T000000Z\r\n"
    b"Authorization: AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20261019/us-east-1/states/"
    b"aws4_request, SignedHeaders=content-type;host;x-amz-date;x-amz-target, Signature=%064d\r\n"
    b"amz-sdk-invocation-id: 00000000-0000-0000-0000-000000000000\r\n"
    b"amz-sdk-request: attempt=1\r\nContent-Length: 300\r\n\r\n%0300d"
) % (0, 0)


def app(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    """Read the body, answer as Step Functions would."""
    environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"]))
    start_response("200 OK", [("Content-Type", "application/x-amz-json-1.0")])
    return [ANSWER]


def ours(listener: socket.socket) -> None:
    """The endpoint's own server."""
    from helpers.localaws.front.serving import Server

    Server([listener], app).serve()


def with_waitress(listener: socket.socket) -> None:
    """waitress, with as many threads as the client has."""
    import waitress

    logging.getLogger("waitress.queue").setLevel(logging.ERROR)  # a line for each that waits
    waitress.serve(app, sockets=[listener], threads=THREADS, _quiet=True)


def with_h11(listener: socket.socket) -> None:
    """h11 parses, a thread a connection reads and writes."""
    while True:
        sock, _ = listener.accept()
        threading.Thread(target=_speak_h11, args=(sock,), daemon=True).start()


def _speak_h11(sock: socket.socket) -> None:
    import h11

    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    speaker, length = h11.Connection(h11.SERVER), str(len(ANSWER))
    headers = [("Content-Type", "application/x-amz-json-1.0"), ("Content-Length", length)]
    while True:
        event = speaker.next_event()
        if event is h11.NEED_DATA:
            speaker.receive_data(sock.recv(262144))
        elif isinstance(event, h11.EndOfMessage):
            told = h11.Response(status_code=200, headers=headers), h11.Data(ANSWER)
            sock.sendall(b"".join(map(speaker.send, (*told, h11.EndOfMessage()))))  # type: ignore
            speaker.start_next_cycle()
        elif isinstance(event, h11.ConnectionClosed):
            return


SERVERS = {"ours": ours, "waitress": with_waitress, "h11": with_h11}


def serve(name: str) -> None:
    """Serve until this process is ended; prints the port."""
    listener = socket.create_server(("127.0.0.1", 0), backlog=64)
    print(listener.getsockname()[1], flush=True)
    SERVERS[name](listener)


def ask(port: int, until: float, took: list[float]) -> None:
    """One thread of the client: request after request; notes what each took, in seconds."""
    with socket.create_connection(("127.0.0.1", port)) as sock:
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        while (began := time.perf_counter()) < until:
            sock.sendall(REQUEST)
            answer = b""
            while not answer.endswith(ANSWER):
                answer += sock.recv(65536)
            took.append(time.perf_counter() - began)


def measure(name: str, seconds: float, packages: str | None) -> tuple[float, float] | None:
    """Requests a second, and the 99th percentile in ms; None if the server cannot be had."""
    command = [sys.executable, __file__, "--serve", name]
    command += ["--packages", packages] if packages else []
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        port = int(server.stdout.readline())
        took: list[float] = []
        until = time.perf_counter() + seconds
        clients = [
            threading.Thread(target=ask, args=(port, until, took), daemon=True)
            for _ in range(THREADS)
        ]
        for client in clients:
            client.start()
        for client in clients:
            client.join()
        server.terminate()
    if not took:
        return None
    return len(took) / seconds, statistics.quantiles(took, n=100)[-1] * 1000


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=3.0)
    parser.add_argument("--packages", help="a folder with waitress and h11 in it")
    parser.add_argument("--serve", choices=SERVERS, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.packages:
        sys.path.append(options.packages)
    if options.serve:
        serve(options.serve)
        return
    rounds = [
        {name: measure(name, options.seconds, options.packages) for name in SERVERS}
        for _ in range(options.rounds)
    ]
    print(f"{'median of ' + str(options.rounds):16}{'requests/s':>12}{'99 % within':>14}")
    for name in SERVERS:
        told = [one[name] for one in rounds if one[name] is not None]
        if not told:
            print(f"{name:16}{'not installed':>12}")
            continue
        speed, slowest = (statistics.median(column) for column in zip(*told, strict=True))
        print(f"{name:16}{speed:12,.0f}{slowest:11.1f} ms")


if __name__ == "__main__":
    main()
