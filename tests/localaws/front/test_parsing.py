"""What HTTP's bytes say, without a socket: the head of a request, its body, a response."""

from __future__ import annotations

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers.localaws.front.http import BadRequest, Body, environ_of
from helpers.localaws.front.replies import Reply

PEER = ("127.0.0.1", 50_000)


class Bytes:
    """A sender that has sent all it had to say; at most so many bytes arrive at once."""

    def __init__(self, data: bytes, at_once: int = 1 << 20) -> None:
        self._data = io.BytesIO(data)
        self._at_once = at_once
        self.told_to_go_on = False

    def some(self, count: int) -> bytes:
        data = self._data.read(min(count, self._at_once))
        if not data:
            raise ConnectionError
        return data

    def line(self) -> bytes:
        line = self._data.readline()
        if not line.endswith(b"\r\n"):
            raise ConnectionError
        return line[:-2]

    def go_on(self) -> None:
        self.told_to_go_on = True


def environ(*lines: bytes) -> dict:
    return environ_of(b"\r\n".join(lines), PEER, 4599)


def test_a_head_becomes_the_environment_of_pep_3333() -> None:
    said = environ(b"PUT /a%20b?x=%31 HTTP/1.1", b"Host: here", b"X-Two: 1", b"x-two:  2 ")
    assert said["REQUEST_METHOD"] == "PUT"
    assert (said["PATH_INFO"], said["QUERY_STRING"]) == ("/a b", "x=%31")
    assert said["RAW_URI"] == "/a%20b?x=%31"
    assert (said["HTTP_HOST"], said["HTTP_X_TWO"]) == ("here", "1,2")
    assert (said["REMOTE_ADDR"], said["REMOTE_PORT"]) == ("127.0.0.1", "50000")
    assert said["SERVER_PORT"] == "4599"


@pytest.mark.parametrize(
    ("lines", "status"),
    [
        ([b"GET /"], "400"),
        ([b"GET / HTTP/2"], "505"),
        ([b"GET / HTTP/1.1", b"no colon"], "400"),
        ([b"GET / HTTP/1.1", b" folded: x"], "400"),
        ([b"GET / HTTP/1.1", b"Host: a", b"Host: b"], "400"),
        ([b"GET ftp://here/ HTTP/1.1"], "400"),
    ],
)
def test_what_is_not_plainly_http_is_refused(lines: list[bytes], status: str) -> None:
    with pytest.raises(BadRequest) as caught:
        environ(*lines)
    assert caught.value.status.startswith(status)


@pytest.mark.parametrize(
    "headers",
    [
        {"CONTENT_LENGTH": "-1"},
        {"CONTENT_LENGTH": "1" * 16},
        {"CONTENT_LENGTH": "3", "HTTP_TRANSFER_ENCODING": "chunked"},
        {"HTTP_TRANSFER_ENCODING": "gzip"},
    ],
)
def test_a_length_that_could_be_read_in_two_ways_is_refused(headers: dict) -> None:
    with pytest.raises(BadRequest):
        Body(Bytes(b""), headers)


@given(st.binary(max_size=300), st.integers(1, 50))
def test_a_body_is_the_same_however_it_arrives(data: bytes, at_once: int) -> None:
    whole = Body(Bytes(data + b"GET", at_once), {"CONTENT_LENGTH": str(len(data))})
    assert whole.readall() == data
    pieces = [data[at : at + 7] for at in range(0, len(data), 7)]
    chunks = b"".join(b"%x\r\n%b\r\n" % (len(one), one) for one in pieces) + b"0\r\n\r\nGET"
    in_chunks = Body(Bytes(chunks, at_once), {"HTTP_TRANSFER_ENCODING": "chunked"})
    assert in_chunks.readall() == data
    assert in_chunks.finish()


def test_a_body_that_is_asked_for_is_told_to_come() -> None:
    expects = {"CONTENT_LENGTH": "5", "HTTP_EXPECT": "100-continue"}
    asked, unasked = Bytes(b"hello"), Bytes(b"hello")
    assert Body(asked, expects).readall() == b"hello"
    assert asked.told_to_go_on
    assert not Body(unasked, expects).finish()  # nobody can tell whether it will be sent
    assert not unasked.told_to_go_on


def test_what_fits_is_written_at_once() -> None:
    written: list[bytes] = []
    reply = Reply(written.append)
    reply.start("200 OK", [("X-One", "1\r\nX-Two: 2")])
    reply.send([b"he", b"llo"])
    (whole,) = written
    head, _, body = whole.partition(b"\r\n\r\n")
    assert body == b"hello"
    assert b"Content-Length: 5" in head
    assert b"X-One: 1  X-Two: 2" in head  # what an app says is one header line, whatever it is


def test_what_comes_bit_by_bit_is_written_in_chunks() -> None:
    written: list[bytes] = []
    reply = Reply(written.append)
    reply.start("200 OK", [])
    reply.send(iter([b"one", b"two"]))
    assert b"".join(written).endswith(b"\r\n\r\n3\r\none\r\n3\r\ntwo\r\n0\r\n\r\n")
