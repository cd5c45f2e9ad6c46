"""A function's code and layers on disk: unpacked from their zip files, which are not trusted."""

from __future__ import annotations

import errno
import hashlib
import io
import lzma
import os
import posixpath
import shutil
import stat
import struct
import threading
import zipfile
import zlib
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

LARGEST = 262_144_000
"""AWS's limit for a function's code and layers, unpacked, in bytes."""
LONGEST_LINK = 4096
"""Bytes of a path that a symbolic link may lead to, as on Linux."""
NOT_A_ZIP = "Could not unzip uploaded file. Please check your file, then try to upload again."
TOO_LARGE = f"Unzipped size must be smaller than {LARGEST} bytes"


_DAMAGED = (
    # what zipfile raises for archives that are none, or are damaged, or of a kind it does not know
    zipfile.BadZipFile,
    zlib.error,
    lzma.LZMAError,
    EOFError,
    NotImplementedError,
    OverflowError,
    RuntimeError,
    ValueError,
    struct.error,
)


class BadCode(Exception):
    """The archive cannot be a function's code; the message begins with AWS's words."""


def check(archive: bytes) -> None:
    """Raise BadCode if `archive` is no zip file, climbs out of its folder or is too large.

    Its files are not unpacked for that; where its links lead, in a chain too, is seen again then.
    """
    opened = _open(archive)
    for info, path in _members(opened):
        if _is_link(info):
            _leads_to(opened, info, path)


def unpack(archive: bytes, folder: Path) -> None:
    """Unpack into the empty `folder`; nothing is ever written outside it. Raises BadCode."""
    _unpack(_open(archive), folder, LARGEST)
    _read_only(folder)


def _open(archive: bytes) -> zipfile.ZipFile:
    try:
        return zipfile.ZipFile(io.BytesIO(archive))
    except (OSError, *_DAMAGED) as error:
        raise BadCode(NOT_A_ZIP) from error


def _members(archive: zipfile.ZipFile) -> list[tuple[zipfile.ZipInfo, PurePosixPath]]:
    members = []
    size = 0
    for info in archive.infolist():
        name = info.filename.replace("\\", "/")
        path = PurePosixPath(name)
        if (
            not path.parts
            or path.is_absolute()
            or ".." in path.parts
            or "\0" in name
            or ":" in name.split("/")[0]
        ):
            raise BadCode(f"{NOT_A_ZIP} (Its member {info.filename!r} lies outside its folder.)")
        if info.flag_bits & 1:
            raise BadCode(f"{NOT_A_ZIP} (Its member {info.filename!r} is encrypted.)")
        size += info.file_size
        if size > LARGEST:
            raise BadCode(TOO_LARGE)
        members.append((info, path))
    return members


def _is_link(info: zipfile.ZipInfo) -> bool:
    return stat.S_ISLNK(info.external_attr >> 16)


def _leads_to(archive: zipfile.ZipFile, info: zipfile.ZipInfo, path: PurePosixPath) -> str:
    """Where a link of the archive leads, as it says; within the archive, as far as that shows."""
    try:
        with archive.open(info) as source:
            destination = source.read(LONGEST_LINK).decode()
    except _DAMAGED as error:
        raise BadCode(f"{NOT_A_ZIP} (Its member {info.filename!r} is damaged.)") from error
    if posixpath.normpath(path.parent / destination).startswith(("/", "..")):
        raise BadCode(f"{NOT_A_ZIP} (The link {info.filename!r} leads outside its folder.)")
    return destination


def _unpack(archive: zipfile.ZipFile, folder: Path, left: int) -> None:
    links = []
    for info, path in _members(archive):
        target = folder.joinpath(*path.parts)
        mode = info.external_attr >> 16
        try:
            if info.is_dir():
                target.mkdir(parents=True, exist_ok=True)
                continue
            target.parent.mkdir(parents=True, exist_ok=True)
            if _is_link(info):  # made last, so that nothing can be written through it
                links.append((target, _leads_to(archive, info, path)))
                continue
            with archive.open(info) as source, target.open("wb") as sink:
                while chunk := source.read(1 << 20):
                    left -= len(chunk)
                    if left < 0:
                        raise BadCode(TOO_LARGE)
                    sink.write(chunk)
            if os.name != "nt":
                target.chmod(0o755 if mode & 0o111 else 0o644)
        except _DAMAGED as error:
            raise BadCode(f"{NOT_A_ZIP} (Its member {info.filename!r} is damaged.)") from error
        except (FileExistsError, NotADirectoryError, IsADirectoryError) as error:
            raise BadCode(f"{NOT_A_ZIP} (Its member {info.filename!r} is there twice.)") from error
        except OSError as error:
            if error.errno not in (errno.ENAMETOOLONG, errno.EINVAL):
                raise
            raise BadCode(f"{NOT_A_ZIP} (No file can have the name {info.filename!r}.)") from error
    for target, destination in links:
        _link(target, destination, folder)
    for target, _ in links:  # together they may still lead in circles
        _inside(target, folder)


def _link(target: Path, destination: str, folder: Path) -> None:
    """Make a symbolic link if it leads to a place within `folder`."""
    leads_to = Path(os.path.normpath(target.parent / destination))
    _inside(target.parent, folder)
    _inside(leads_to, folder)
    try:
        target.symlink_to(os.path.relpath(leads_to, target.parent))
    except FileExistsError as error:
        raise BadCode(f"{NOT_A_ZIP} (The link {target.name!r} is there twice.)") from error
    except OSError:  # Windows, without the right to make links
        if leads_to.is_dir():
            shutil.copytree(leads_to, target)
        else:
            shutil.copyfile(leads_to, target)


def _inside(path: Path, folder: Path) -> None:
    try:
        if path.resolve().is_relative_to(folder.resolve()):
            return
    except (OSError, RuntimeError, ValueError):  # a circle; a name that no file can have
        pass
    raise BadCode(f"{NOT_A_ZIP} (A link in it leads outside its folder, or nowhere.)")


def _read_only(folder: Path) -> None:
    """As /var/task is; and so that one worker cannot change what another will import."""
    if os.name == "nt":
        return
    for path in sorted(folder.rglob("*"), reverse=True):
        if not path.is_symlink():
            path.chmod(path.stat().st_mode & ~0o222)
    folder.chmod(0o555)


def remove(folder: Path) -> None:
    """Delete a folder, read-only ones too."""
    if os.name != "nt" and folder.exists():
        for path in [folder, *folder.rglob("*")]:
            if path.is_dir() and not path.is_symlink():
                path.chmod(0o700)
    shutil.rmtree(folder, ignore_errors=True)


@dataclass
class Unpacked:
    """A folder that some functions' workers use."""

    path: Path
    users: int = 0


class Folders:
    """Unpacked archives, one folder for each content, kept as long as somebody uses it."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self._lock = threading.Lock()
        self._unpacked: dict[str, Unpacked] = {}

    def take(self, archives: list[bytes]) -> Path:
        """Return the folder with these archives, one over the other; `give_back` it when done.

        What is made of the files, such as bytecode, may be put beside the folder. Raises BadCode.
        """
        digest = hashlib.sha256()
        for archive in archives:
            digest.update(hashlib.sha256(archive).digest())
        key = digest.hexdigest()[:24]
        with self._lock:
            unpacked = self._unpacked.get(key)
            if unpacked is None:
                path = self.root / key / "files"
                remove(path.parent)
                path.mkdir(parents=True)
                try:
                    for archive in archives:
                        _unpack(_open(archive), path, LARGEST)
                    _read_only(path)
                except BaseException:
                    remove(path.parent)
                    raise
                unpacked = self._unpacked[key] = Unpacked(path)
            unpacked.users += 1
            return unpacked.path

    def give_back(self, path: Path) -> None:
        """One user less; with the last the folder goes."""
        with self._lock:
            key = path.parent.name
            unpacked = self._unpacked.get(key)
            if unpacked is None:
                return
            unpacked.users -= 1
            if not unpacked.users:
                del self._unpacked[key]
                remove(path.parent)
