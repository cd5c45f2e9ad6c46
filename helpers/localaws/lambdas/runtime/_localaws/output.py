"""What a function prints, as records with a time: awslambdaric's telemetry frames."""

from __future__ import annotations

import io
import struct
import time

TEXT_FRAME = 0xA55A0003
HEAD = struct.Struct(">IIQ")
"""Frame type, length of the message in bytes, microseconds since 1970; then the message."""


class Lines(io.TextIOWrapper):
    """sys.stdout of a worker: each line goes out as one frame as soon as it is complete."""

    def __init__(self, raw: io.BufferedWriter) -> None:
        super().__init__(raw, encoding="utf-8", errors="backslashreplace", newline="\n")
        self._begun = ""

    def write(self, text: str) -> int:
        """Take text; what follows the last newline waits for the rest of its line."""
        if not isinstance(text, str):
            return super().write(text)  # raises the TypeError that everyone expects
        self._begun += text
        if "\n" in text:
            *lines, self._begun = self._begun.split("\n")
            for line in lines:
                self._emit(line + "\n")
            self.buffer.flush()
        return len(text)

    def finish(self) -> None:
        """End of an invoke: a line that was begun goes out as it is."""
        if self._begun:
            line, self._begun = self._begun, ""
            self._emit(line)
        self.buffer.flush()

    def _emit(self, line: str) -> None:
        data = line.encode("utf-8", "backslashreplace")
        self.buffer.write(HEAD.pack(TEXT_FRAME, len(data), time.time_ns() // 1000) + data)
