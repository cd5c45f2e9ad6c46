"""On a real account: an `aws` of the learner's own, of version 2, is found before the course's.

The course brings version 1, which knows neither `aws configure sso` nor `aws sso login`. Whoever
has version 2 has signed in with it. Locally the course's own stays first: an older version 2
overlooks `AWS_ENDPOINT_URL` and would ask AWS, and each keeps a file in the learner's `~/.aws`.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

from helpers import homes


def prefer() -> None:
    """Put it first on this process's PATH, where `COURSE_TARGET` is aws and there is one."""
    if os.environ.get("COURSE_TARGET", "").strip().lower() == "aws":
        os.environ["PATH"] = first(os.environ.get("PATH", os.defpath))


def first(path: str) -> str:
    """The PATH `path`, with a version 2 of `aws` that is on it before everything else.

    No other command changes its place: of the folder that it lies in, only `aws` is put there, by
    a link in `work/`. Without one, or where no link can be made, `path` as it is.
    """
    ours, linked = Path(sys.executable).parent, homes.work() / ".aws-v2"
    theirs = [one for one in path.split(os.pathsep) if one and Path(one) not in (ours, linked)]
    aws = shutil.which("aws", path=os.pathsep.join(theirs))
    if aws is None or not is_version_2(aws):
        return path
    with suppress(OSError):
        folder = Path(aws).parent if os.name == "nt" else _link(linked / "aws", Path(aws))
        kept = [one for one in path.split(os.pathsep) if one and Path(one) != folder]
        return os.pathsep.join([str(folder), *kept])
    return path


def is_version_2(command: str) -> bool:
    """Does that `aws` run, and call itself a version 2?"""
    try:
        said = subprocess.run(
            [command, "--version"], capture_output=True, text=True, timeout=60, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return False
    return said.stdout.startswith("aws-cli/2.")


def _link(link: Path, to: Path) -> Path:
    """A folder with nothing but `aws` in it. On Windows AWS's installer makes such a one."""
    link.parent.mkdir(parents=True, exist_ok=True)
    if link.is_symlink() and link.readlink() == to:
        return link.parent
    made = link.with_name(f"aws-{os.getpid()}")  # two notebooks may begin at once
    made.unlink(missing_ok=True)
    made.symlink_to(to)
    made.replace(link)
    return link.parent
