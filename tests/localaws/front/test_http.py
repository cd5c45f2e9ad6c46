"""The HTTP server: what it takes, what it refuses, and that it ends cleanly."""

import http.client
import socket
import threading
import time
from contextlib import contextmanager

import pytest

from helpers.localaws.front import serving
from helpers.localaws.front.serving import Server
from helpers.localaws.front.sockets import listen


def echo(environ, start_response):
    """Answers with the request line and the body, or with what the path asks for."""
    if environ["PATH_INFO"] == "/stream":
        start_response("200 OK", [("Content-Type", "text/plain")])
        return (part for part in (b"one ", b"", b"two ", b"three"))
    if environ["PATH_INFO"] == "/unread":
        start_response("403 Forbidden", [])
        return [b"no"]
    if environ["PATH_INFO"] == "/wide":
        start_response("400 Bad Request", [("X-Reason", "no" * 100_000)])
        return [b"read on"]
    if environ["PATH_INFO"] == "/slow":
        time.sleep(0.5)
    if environ["PATH_INFO"] == "/breaks":
        raise RuntimeError("on purpose")
    body = environ["wsgi.input"].read()
    text = f"{environ['REQUEST_METHOD']} {environ['RAW_URI']} {environ['QUERY_STRING']} "
    start_response("200 OK", [("X-Meta", environ.get("HTTP_X_AMZ_META_MY_KEY", "-"))])
    return [text.encode("latin-1") + body]


@contextmanager
def served(app=echo):
    sockets = listen(0)
    server = Server(sockets, app)
    thread = threading.Thread(target=server.serve, daemon=True)
    thread.start()
    try:
        yield server, sockets[0].getsockname()[1]
    finally:
        server.stop()
        thread.join(5)
        assert not thread.is_alive()


@pytest.fixture
def port():
    with served() as (_, number):
        yield number


def talk(port, data, *, half_close=True):
    """Send bytes, return all that comes back until the server closes."""
    with socket.create_connection(("127.0.0.1", port), timeout=5) as sock:
        sock.sendall(data)
        if half_close:
            sock.shutdown(socket.SHUT_WR)
        answer = b""
        while piece := sock.recv(65536):
            answer += piece
        return answer


def test_a_request_and_its_body(port):
    connection = http.client.HTTPConnection("127.0.0.1", port)
    connection.request("PUT", "/a%20b/%C3%A9?x=1&y", body=b"hello")
    assert connection.getresponse().read() == b"PUT /a%20b/%C3%A9?x=1&y x=1&y hello"


def test_a_connection_is_kept_alive(port):
    connection = http.client.HTTPConnection("127.0.0.1", port)
    connection.connect()
    first = connection.sock
    for number in range(20):
        connection.request("GET", f"/{number}")
        assert connection.getresponse().read().startswith(b"GET /%d " % number)
    assert connection.sock is first


def test_two_requests_sent_at_once_are_answered_in_order(port):
    request = b"GET /1 HTTP/1.1\r\nHost: x\r\n\r\nGET /2 HTTP/1.1\r\nHost: x\r\n\r\n"
    answer = talk(port, request)
    assert answer.index(b"GET /1") < answer.index(b"GET /2")


def test_a_body_in_chunks(port):
    connection = http.client.HTTPConnection("127.0.0.1", port)
    connection.request("POST", "/", body=iter([b"one", b"two" * 50_000]), encode_chunked=True)
    assert connection.getresponse().read() == b"POST /  one" + b"two" * 50_000


def test_an_answer_in_chunks(port):
    connection = http.client.HTTPConnection("127.0.0.1", port)
    connection.request("GET", "/stream")
    response = connection.getresponse()
    assert response.headers["Transfer-Encoding"] == "chunked"
    assert response.read() == b"one two three"


def test_a_header_that_no_client_would_read_is_cut(port):
    connection = http.client.HTTPConnection("127.0.0.1", port)
    connection.request("GET", "/wide")
    answer = connection.getresponse()
    assert (answer.status, answer.read()) == (400, b"read on")
    assert answer.headers["X-Reason"].startswith("nono")


def test_http_1_0_gets_no_chunks(port):
    answer = talk(port, b"GET /stream HTTP/1.0\r\n\r\n", half_close=False)
    assert b"chunked" not in answer
    assert answer.endswith(b"one two three")


def test_head_has_the_length_and_no_body(port):
    connection = http.client.HTTPConnection("127.0.0.1", port)
    connection.request("HEAD", "/x")
    response = connection.getresponse()
    assert (response.headers["Content-Length"], response.read()) == (str(len("HEAD /x  ")), b"")


def test_it_says_go_on_only_when_the_body_is_wanted(port):
    head = b"PUT %b HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n"
    with socket.create_connection(("127.0.0.1", port), timeout=5) as sock:
        sock.sendall(head % b"/x")
        assert sock.recv(100) == b"HTTP/1.1 100 Continue\r\n\r\n"
        sock.sendall(b"hi")
        assert b"PUT /x  hi" in sock.recv(1000)
    answer = talk(port, head % b"/unread", half_close=False)
    assert answer.startswith(b"HTTP/1.1 403 ")


def test_a_body_that_nobody_reads_does_not_spoil_the_connection(port):
    connection = http.client.HTTPConnection("127.0.0.1", port)
    connection.request("POST", "/unread", body=b"x" * 500_000)
    assert connection.getresponse().read() == b"no"
    connection.request("GET", "/after")
    assert connection.getresponse().read() == b"GET /after  "


def test_a_refusal_is_read_though_the_body_is_endless(port):
    """The sender has a hundred megabytes; it hears no at once and not as a broken connection."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    connection.putrequest("POST", "/unread")
    connection.putheader("Content-Length", str(100_000_000))
    connection.endheaders()
    assert connection.getresponse().status == 403


def test_metadata_names_keep_their_underscore(port):
    seen = {}

    def app(environ, start_response):
        seen.update(environ)
        start_response("200 OK", [])
        return [b""]

    with served(app) as (_, number):
        talk(number, b"GET / HTTP/1.1\r\nHost: x\r\nx-amz-meta-my_key: v\r\nX_Other: v\r\n\r\n")
    assert seen["HTTP_X_AMZ_META_MY_KEY"] == "v"
    assert seen["moto.preserved_header_names"] == {"HTTP_X_AMZ_META_MY_KEY": "x-amz-meta-my_key"}
    assert "HTTP_X_OTHER" not in seen


BAD = {
    "not HTTP": b"hello\r\n\r\n",
    "another protocol": b"GET / HTTP/3.0\r\n\r\n",
    "a target that is no path": b"GET x HTTP/1.1\r\n\r\n",
    "a header without a colon": b"GET / HTTP/1.1\r\nHost\r\n\r\n",
    "a header with a blank before the colon": b"GET / HTTP/1.1\r\nContent-Length : 3\r\n\r\n",
    "a folded header": b"GET / HTTP/1.1\r\nHost: x\r\n more\r\n\r\n",
    "a line feed in a header": b"GET / HTTP/1.1\r\nHost: x\nX: y\r\n\r\n",
    "two lengths": b"POST / HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab",
    "two hosts": b"GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
    "a length and chunks": b"POST / HTTP/1.1\r\nContent-Length: 1\r\n"
    b"Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "a coding unknown": b"POST / HTTP/1.1\r\nTransfer-Encoding: gzip, chunked\r\n\r\n",
    "a negative length": b"POST / HTTP/1.1\r\nContent-Length: -1\r\n\r\n",
    "a length that is no number": b"POST / HTTP/1.1\r\nContent-Length: \xb2\r\n\r\n",
    "a chunk without a size": b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nab\r\n",
    "a chunk longer than it says": b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n"
    b"1\r\nab\r\n0\r\n\r\n",
}


@pytest.mark.parametrize("data", BAD.values(), ids=BAD.keys())
def test_what_is_not_http_is_refused(port, data):
    answer = talk(port, data, half_close=False)
    assert answer.split(b" ")[1] in (b"400", b"505")


def test_a_head_without_end_is_refused(port):
    answer = talk(port, b"GET / HTTP/1.1\r\nX: " + b"a" * 200_000)
    assert answer.startswith(b"HTTP/1.1 431 ")


def test_a_head_that_never_comes_to_an_end_is_given_up(monkeypatch):
    monkeypatch.setattr(serving, "HEAD_SECONDS", 0.3)
    with served() as (_, number):
        began = time.monotonic()
        assert talk(number, b"GET / HT", half_close=False) == b""
        assert time.monotonic() - began < 3


def test_an_app_that_raises_costs_its_connection_only(port, caplog):
    assert talk(port, b"GET /breaks HTTP/1.1\r\nHost: x\r\n\r\n", half_close=False) == b""
    assert "on purpose" in caplog.text
    assert b"GET /x" in talk(port, b"GET /x HTTP/1.1\r\nHost: x\r\n\r\n")


def test_it_listens_on_loopback_only():
    sockets = listen(0)
    try:
        assert {s.getsockname()[0] for s in sockets} <= {"127.0.0.1", "::1"}
    finally:
        for sock in sockets:
            sock.close()


def test_stopping_lets_a_request_end_and_closes_the_idle():
    with served() as (server, number):
        busy = http.client.HTTPConnection("127.0.0.1", number)
        busy.request("GET", "/slow")
        idle = socket.create_connection(("127.0.0.1", number), timeout=5)
        time.sleep(0.1)
        server.stop()
        assert server.drain(5) == 0
        assert busy.getresponse().read() == b"GET /slow  "
        assert idle.recv(10) == b""


def test_a_hundred_connections_at_once(port):
    connections = [http.client.HTTPConnection("127.0.0.1", port) for _ in range(100)]
    for number, connection in enumerate(connections):
        connection.request("GET", f"/{number}")
    for number, connection in enumerate(connections):
        assert connection.getresponse().read() == b"GET /%d  " % number


def test_who_holds_every_connection_and_says_nothing_keeps_nobody_out(monkeypatch):
    """Half of them are idle, half have begun a head that never ends."""
    monkeypatch.setattr(serving, "CONNECTIONS", 8)
    with served() as (_, number):
        held = [socket.create_connection(("127.0.0.1", number), timeout=5) for _ in range(8)]
        for sock in held[::2]:
            sock.sendall(b"POST / HTTP/1.1\r\nX-Slow: ")
        for _ in range(12):
            assert b"GET /x" in talk(number, b"GET /x HTTP/1.1\r\nHost: x\r\n\r\n")
        assert held[0].recv(10) == b""
        for sock in held:
            sock.close()


def test_room_is_not_made_at_the_cost_of_a_request_under_way(monkeypatch):
    monkeypatch.setattr(serving, "CONNECTIONS", 2)
    with served() as (_, number):
        busy = http.client.HTTPConnection("127.0.0.1", number)
        busy.request("GET", "/slow")
        idle = socket.create_connection(("127.0.0.1", number), timeout=5)
        time.sleep(0.1)
        assert b"GET /x" in talk(number, b"GET /x HTTP/1.1\r\nHost: x\r\n\r\n")
        assert busy.getresponse().read() == b"GET /slow  "
        assert idle.recv(10) == b""
