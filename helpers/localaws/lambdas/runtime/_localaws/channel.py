"""Frames between the endpoint and a worker process, over a socket or a pair of pipes.

One frame is two lengths (big-endian, 32 bits each), a JSON object, and a body of any bytes. The
module imports next to nothing, for it runs in every worker.
"""

from __future__ import annotations

import json
import os
import struct

LENGTHS = struct.Struct(">II")
NUMBER = struct.Struct(">i")
"""A process id or an exit status, to and from the process that forks workers."""
LARGEST = 1 << 30
"""No frame is longer, in bytes: a larger length means that the bytes are not frames."""


class Channel:
    """A way to read frames from one file descriptor and write them to another (or the same)."""

    def __init__(self, reading: int, writing: int) -> None:
        self.reading = reading
        self.writing = writing

    def receive(self) -> tuple[dict, bytes]:
        """The next frame's object and body; EOFError when the other side has gone."""
        meta_size, body_size = LENGTHS.unpack(self._read(LENGTHS.size))
        data = self._read(meta_size + body_size)
        return json.loads(data[:meta_size]), data[meta_size:]

    def _read(self, size: int) -> bytes:
        data = os.read(self.reading, size)
        if len(data) == size:
            return data
        if size > LARGEST:
            raise EOFError("what came in is no frame")
        parts = [data]
        left = size - len(data)
        while left:
            if not parts[-1]:
                raise EOFError("the other side closed the channel")
            parts.append(os.read(self.reading, min(left, 1 << 20)))
            left -= len(parts[-1])
        return b"".join(parts)

    def send(self, meta: dict, body: bytes = b"") -> None:
        """Write one frame; OSError when the other side has gone."""
        head = json.dumps(meta).encode()
        data = LENGTHS.pack(len(head), len(body)) + head + body
        written = os.write(self.writing, data)
        if written < len(data):
            rest = memoryview(data)[written:]
            while rest:
                rest = rest[os.write(self.writing, rest) :]
