"""What an invocation of a function gives back."""

from __future__ import annotations

from dataclasses import dataclass, field

TAIL = 4096
"""Of a function's log, LogType=Tail gives so many bytes."""


@dataclass
class Result:
    """What an invocation gives back.

    payload: what the function returned, or the error object, as JSON.
    error: None, or "Unhandled" when the payload is an error object (AWS's FunctionError).
    version: the version that ran.
    request_id: as in the log.
    """

    payload: bytes
    error: str | None
    version: str
    request_id: str
    lines: list[tuple[int, str]] = field(repr=False)

    @property
    def log(self) -> str:
        """The last 4 KB of the invocation's log."""
        text = "".join(line if line.endswith("\n") else line + "\n" for _, line in self.lines)
        return text.encode()[-TAIL:].decode("utf-8", "ignore")
