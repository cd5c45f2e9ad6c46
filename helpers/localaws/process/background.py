"""The endpoint as a background process: start it, find it, call it, stop it."""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from helpers.localaws.asleep import leases
from helpers.localaws.front import proofs
from helpers.localaws.process import hub
from helpers.localaws.process.workspace import Workspace, unlinked

START_SECONDS = 30.0
STOP_SECONDS = 20.0
ANSWER_SECONDS = 15.0
"""An endpoint that lives and does not answer for so long is stuck: `start` replaces it."""
CALL_SECONDS = 5.0


class EndpointError(Exception):
    """The endpoint cannot do what was asked; the message says why and what to type next."""


def start(
    workspace: Workspace,
    port: int | None = None,
    idle: float | None = None,
    doze: float | None = None,
) -> tuple[str, bool]:
    """Start the endpoint unless it runs already; returns its URL and whether it was started now.

    port: the port to listen on, 0 for any free one; None takes the one of last time, or 4599, and
    where that is taken a free one. idle: one that is started now stops by itself when no request
    has come for so many seconds. doze: it then lets go of its memory, and the next request wakes
    it. On a JupyterHub it does so without being told, and it ends with the learner's server.

    Raises EndpointError when the port is taken, or when the endpoint does not come up.
    """
    server = hub.server()
    if doze is None and server is not None:
        doze = hub.doze(idle)
    with workspace.starting:
        leases.forget(str(workspace.leases))
        if server is not None:
            leases.note(str(workspace.leases), server)
        note = _wait_answers(workspace, ANSWER_SECONDS if workspace.alive.held() else 0)
        if note is not None:
            if port not in (None, 0, note["port"]):
                raise EndpointError(
                    f"The endpoint of this folder runs already, at {note['url']}. To move it to "
                    f"port {port}: python -m helpers.localaws stop, then start --port {port}."
                )
            return str(note["url"]), False
        if workspace.alive.held():
            _end(workspace)  # it lives but answers nobody
        if port:
            _check_free(port)
        return _spawn(workspace, port, idle, doze), True


def stop(workspace: Workspace) -> bool:
    """Stop the endpoint; False if it did not run. What is under way gets a few seconds to end."""
    with workspace.starting:
        if not workspace.alive.held():
            return False
        _end(workspace)
        return True


def find(workspace: Workspace) -> dict[str, Any] | None:
    """The running endpoint (`pid`, `port`, `url`, `started`), or None."""
    if not workspace.alive.held():
        return None
    return _wait_answers(workspace, 2)


def call(workspace: Workspace, path: str, body: Any = None, timeout: float | None = 600) -> Any:
    """POST to a `/_local/…` route (GET where body is None); returns the JSON of the answer.

    Raises EndpointError when the endpoint does not run or refuses.
    """
    *_, last = lines(workspace, path, body, timeout)
    return last


def lines(workspace: Workspace, path: str, body: Any = None, timeout: float = 600) -> Iterator[Any]:
    """Like `call`, but for a route that answers with several JSON lines over time."""
    note = workspace.running()
    if note is None:
        raise EndpointError(NOT_RUNNING)
    connection = http.client.HTTPConnection("127.0.0.1", int(note["port"]), timeout=timeout)
    method, sent = ("GET", b"") if body is None else ("POST", json.dumps(body).encode())
    host, secret = f"127.0.0.1:{note['port']}", workspace.secret_key
    signature = proofs.signature(secret, method, host, path, sent)
    try:
        connection.request(
            method,
            path,
            sent or None,
            {proofs.REQUEST_HEADER: signature, "Content-Type": "application/json"},
        )
        response = connection.getresponse()
        proof = response.headers.get(proofs.ANSWER_HEADER, "")
        if proof != proofs.answer(secret, signature):
            raise EndpointError(
                f"Who answers at {note['url']} has not proved to be this folder's endpoint. "
                "Type: python -m helpers.localaws stop, then start"
            )
        if response.status != 200:
            text = response.read(100_000).decode("utf-8", "replace")
            raise EndpointError(_message_of(text) or f"The endpoint says {response.status}: {text}")
        for line in _lines(response):
            if line.strip():
                yield json.loads(line)
    except (OSError, http.client.HTTPException, ValueError) as error:
        why = "its answer broke off" if isinstance(error, http.client.HTTPException) else error
        raise EndpointError(
            f"The endpoint at {note['url']} does not answer ({why}). "
            "Type: python -m helpers.localaws start"
        ) from error
    finally:
        connection.close()


def _lines(response: http.client.HTTPResponse) -> Iterator[bytes]:
    """The lines of an answer; http.client's own take one that was cut off for one that ended.

    Raises http.client's IncompleteRead.
    """
    held = b""
    while piece := response.read1(65536):
        *lines, held = (held + piece).split(b"\n")
        yield from lines
    yield held


NOT_RUNNING = "The endpoint is not running. Start it with: python -m helpers.localaws start"


def _message_of(text: str) -> str | None:
    try:
        return json.loads(text)["message"]
    except (ValueError, KeyError, TypeError):
        return None


def _wait_answers(workspace: Workspace, seconds: float) -> dict[str, Any] | None:
    """The endpoint once it answers, with this workspace's key, within `seconds`."""
    deadline = time.monotonic() + seconds
    while True:
        note = workspace.running()
        if note is not None and note.get("asleep"):
            return note  # to ask would wake it
        if note is not None:
            try:
                answer = call(workspace, "/_local/status", timeout=CALL_SECONDS)
            except EndpointError:
                pass
            else:
                if answer.get("pid") == note.get("pid"):
                    return note
        if time.monotonic() >= deadline or not workspace.alive.held():
            return None
        time.sleep(0.05)


def _spawn(workspace: Workspace, port: int | None, idle: float | None, doze: float | None) -> str:
    command = [sys.executable, "-m", "helpers.localaws", "serve"]
    if port is None:
        command += ["--port", str(workspace.last_port), "--or-any"]
    else:
        command += ["--port", str(port)]
    if idle is not None:
        command += ["--idle", str(idle)]
    if doze is not None:
        command += ["--doze", str(doze)]
    environment = {k: v for k, v in os.environ.items() if not k.startswith(("AWS_", "MOTO_"))}
    environment["LOCALAWS_HOME"] = str(workspace.home)
    # Containers like to set it. The endpoint would then compile a thousand modules at each start.
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    # glibc otherwise keeps memory apart for up to eight groups of threads a core.
    environment.setdefault("MALLOC_ARENA_MAX", "1")
    environment["PYTHONPATH"] = os.pathsep.join(
        [str(Path(__file__).resolve().parents[3]), *filter(None, [os.environ.get("PYTHONPATH")])]
    )
    with unlinked(workspace.stderr_file).open("wb") as errors:
        child = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=errors,
            env=environment,
            cwd=workspace.home,
            **_detached(),
        )
    said = _first_line(child, START_SECONDS)
    child.stdout.close()
    if "url" in said:
        if said.get("notice"):
            print(said["notice"], file=sys.stderr)
        return said["url"]
    child.kill()
    reason = said.get("error") or f"it ended without a word; see {workspace.stderr_file}"
    raise EndpointError(f"The endpoint did not start: {reason}")


def _detached() -> dict[str, Any]:
    """What lets a child outlive the terminal and its Ctrl-C."""
    if os.name == "nt":
        flags = subprocess.CREATE_NEW_PROCESS_GROUP | subprocess.CREATE_NO_WINDOW
        return {"creationflags": flags}
    return {"start_new_session": True}


def _first_line(child: subprocess.Popen[bytes], seconds: float) -> dict[str, str]:
    """The JSON line that the endpoint prints when it listens, or cannot."""
    printed: list[bytes] = []
    reader = threading.Thread(target=lambda: printed.append(child.stdout.readline()), daemon=True)
    reader.start()
    reader.join(seconds)
    try:
        return json.loads(printed[0])
    except (IndexError, ValueError):
        return {}


def _end(workspace: Workspace) -> None:
    """End the process that holds the workspace's lock: kindly, and if that does not help, not."""
    pid = workspace.alive.signed_by()
    if pid is None:
        raise EndpointError(
            f"An endpoint of {workspace.home} lives, but nothing says which process it is. "
            "End it by hand: look for 'helpers.localaws serve' in the list of processes."
        )
    for signal_number, seconds in ((signal.SIGTERM, STOP_SECONDS), (_KILL, 5.0)):
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal_number)
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            if not workspace.alive.held():
                return
            time.sleep(0.02)
    raise EndpointError(f"The endpoint, process {pid}, does not end. End it by hand.")


_KILL = getattr(signal, "SIGKILL", signal.SIGTERM)


def _check_free(port: int) -> None:
    """Raises EndpointError, and say who has it, if something listens on the port already."""
    with socket.socket() as probe:
        if os.name != "nt":
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except (OSError, OverflowError) as error:
            raise EndpointError(port_taken(port, error)) from error


def port_taken(port: int, error: Exception) -> str:
    """Why the port cannot be had, in words that say what to type."""
    if not 0 < port < 65536:
        return f"{port} is no port: take one from 1024 to 65535."
    if isinstance(error, PermissionError):
        return f"Port {port} is for the system's own services: take one from 1024 to 65535."
    return (
        f"Port {port} is taken by {_holder(port)}. Take another port "
        "(python -m helpers.localaws start --port 0 takes a free one), or end that program first."
    )


def _holder(port: int) -> str:
    """The program that listens on the port, as far as the system tells."""
    try:
        import psutil

        for one in psutil.net_connections("tcp"):
            if one.laddr and one.laddr.port == port and one.status == psutil.CONN_LISTEN:
                if one.pid is None:
                    return "a program of another user"
                process = psutil.Process(one.pid)
                words = " ".join(process.cmdline())
                return f"process {one.pid} ({words[:100] or process.name()})"
    except Exception:  # not installed, not allowed (macOS), or gone meanwhile
        pass
    return "another program"
