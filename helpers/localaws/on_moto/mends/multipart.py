"""S3's multipart uploads put together part by part: moto does it in memory, several times over.

Imports moto.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import tempfile
from collections.abc import Callable, Iterator

from moto.core.compat import HAS_CRT
from moto.s3.exceptions import EntityTooSmall, InvalidPart, MalformedXML
from moto.s3.models import FakeKey, FakeMultipart, MultipartChecksumBuilder
from moto.settings import S3_UPLOAD_PART_MIN_SIZE, get_s3_default_key_buffer_size


class Assembled:
    """The content of an object that was put together in a file; stands in for bytes."""

    def __init__(self, in_memory: int) -> None:
        self.file = tempfile.SpooledTemporaryFile(in_memory)  # noqa: SIM115 - an object keeps it
        self.size = 0

    def append(self, value: bytes) -> None:
        """Write a part at the end. Raises OSError when the disk is full."""
        self.file.write(value)
        self.size += len(value)


class Checksum(MultipartChecksumBuilder):
    """Moto's checksum of an upload; that of the whole object grows with each part."""

    def __init__(self, algorithm: str | None, kind: str | None) -> None:
        super().__init__(algorithm, kind)
        self._grow, self._size = _CRC.get(self.checksum_algorithm, (None, 0))
        self._found = 0

    def addPart(self, part: bytes) -> None:
        """The next part."""
        if self.checksum_type == "COMPOSITE" or self._grow is None:
            super().addPart(part)
            return
        self._found = self._grow(part, self._found)
        self.part_count += 1

    def build(self) -> tuple[str, str, int] | None:
        """Its type, the checksum in base 64, and of how many parts."""
        if self.checksum_type == "COMPOSITE" or self._grow is None:
            return super().build()
        return (
            self.checksum_type,
            base64.b64encode(self._found.to_bytes(self._size, "big")).decode(),
            1,
        )


def _crc64nvme(part: bytes, before: int) -> int:
    from awscrt import checksums  # 12 MB of machine code: not before somebody asks for it

    return checksums.crc64nvme(part, before)


_CRC: dict[str | None, tuple[Callable[[bytes, int], int], int]] = {"CRC32": (binascii.crc32, 4)}
"""The checksums that can grow, and their sizes in bytes."""
if HAS_CRT:  # as moto: without it this one is not known
    _CRC["CRC64NVME"] = (_crc64nvme, 8)


def install() -> None:
    """Put the hooks in place."""
    FakeMultipart.complete = _complete
    FakeKey.value = property(_plain_value.fget, _set_value)


_plain_value = FakeKey.value


def _set_value(self: FakeKey, value: bytes | Assembled) -> None:
    """For the setter of FakeKey.value, which takes bytes."""
    if not isinstance(value, Assembled):
        _plain_value.fset(self, value)
        return
    self._value_buffer.close()
    self._value_buffer, self.contentsize = value.file, value.size


def _complete(
    self: FakeMultipart, body: Iterator[tuple[int, str]]
) -> tuple[Assembled, str, tuple[str, str, int] | None]:
    """For FakeMultipart.complete, which puts an object together in memory. Raises as it does."""
    total, digests = Assembled(get_s3_default_key_buffer_size()), b""
    metadata = self.metadata
    checksum = Checksum(
        metadata.get("x-amz-checksum-algorithm"), metadata.get("x-amz-checksum-type")
    )
    last, count = None, 0
    for number, etag in body:
        part = self.parts.get(number)
        if part is None or part.etag.replace('"', "") != etag.replace('"', ""):
            raise InvalidPart
        if last is not None and last.contentsize < S3_UPLOAD_PART_MIN_SIZE:
            raise EntityTooSmall
        digests += bytes.fromhex(part.etag.replace('"', ""))
        value = part.value
        total.append(value)
        checksum.addPart(value)
        last, count = part, count + 1
    if not count:
        raise MalformedXML
    etag = hashlib.md5(digests, usedforsecurity=False).hexdigest()  # S3's own way to name it
    return total, f"{etag}-{count}", checksum.build()
