"""Stand-in for awslambdaric's C extension of this name: the Runtime API over a channel, not HTTP.

awslambdaric imports `runtime_client` for three calls: `next`, `post_invocation_result` and
`post_error`. AWS's own is C over libcurl and is built on Linux only; this one is pure Python,
serves on every platform and Python, and saves two HTTP round trips for each invoke.
"""

from __future__ import annotations

from collections.abc import Callable

from _localaws.channel import Channel

_channel: Channel | None = None
_before: Callable[[dict], None] | None = None
_after: Callable[[], dict] | None = None
_ready = False
_confirms = False


def connect(
    channel: Channel,
    before: Callable[[dict], None],
    after: Callable[[], dict],
    confirms: bool,
) -> None:
    """Say where events come from.

    before: called with each event's frame before the function sees the event.
    after: called after the function has answered; what it returns goes with the answer.
    confirms: say when an event has been taken in, where the endpoint cannot see it.
    """
    global _channel, _before, _after, _confirms
    _channel, _before, _after, _confirms = channel, before, after, confirms


def initialize_client(user_agent: str) -> None:
    """awslambdaric calls it at import; there is nothing to set up."""


def next() -> tuple[bytes, dict]:
    """Wait for the next event: its body and the Runtime API's headers."""
    global _ready
    if not _ready:
        _ready = True
        _post("ready", b"")
    try:
        meta, body = _channel.receive()
        if _confirms:
            _channel.send({"kind": "taken"})
    except (EOFError, OSError):
        raise SystemExit(0) from None  # the endpoint let go of this worker
    _before(meta)
    return body, meta["headers"]


def post_invocation_result(
    invoke_id: str, data: bytes, content_type: str, invocation_id: str | None = None
) -> None:
    """Hand in what the function returned."""
    _post("response", data)


def post_error(
    invoke_id: str, error: str, xray_fault: str, invocation_id: str | None = None
) -> None:
    """Hand in what the function raised."""
    _post("error", error.encode() if isinstance(error, str) else error)


def _post(kind: str, data: bytes) -> None:
    try:
        _channel.send({"kind": kind, **_after()}, data)
    except OSError:
        raise SystemExit(0) from None
