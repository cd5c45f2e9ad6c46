"""What a machine needs for a class: room for all, rights for others, and what runs the kernels."""

from __future__ import annotations

import os
import shutil
import socket
import stat
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import psutil

from helpers import homes, kernels, shared_python, stages
from helpers.draw import browser as browsers
from helpers.preflight.finding import Finding

LEARNER_MB = 340
"""What a learner's Jupyter server, kernel, endpoint and workers took at the end of 08, five at once
(PSS, `benchmarks/classroom.py`)."""
SPARE_MB = 500
"""For the system and whoever else is on the machine."""
NOBODY = 65534
"""A user who owns nothing."""

_CGROUP = Path("/sys/fs/cgroup")
_OURS = {".git", ".localaws", "work", "build", "node_modules", "__pycache__"}
"""What others have no need to read."""


def look(learners: int) -> Iterator[Finding]:
    """All findings about the machine, for so many learners on it."""
    yield memory(learners)
    yield cores(learners)
    yield ports()
    yield sockets()
    yield clock()
    yield browser()
    yield git()
    yield home()
    if learners > 1:
        yield readable()
        yield runnable()
        yield apart()


def memory(learners: int) -> Finding:
    """Whether the memory that is free now is enough for all."""
    free = _free_mb()
    needed = learners * LEARNER_MB + SPARE_MB
    fits = max(0, (free - SPARE_MB) // LEARNER_MB)
    return Finding(
        "Memory",
        free >= needed,
        f"{free} MB are free: room for {fits} at {LEARNER_MB} MB a learner, {learners} asked for",
        f"{learners} need about {needed} MB: a larger machine, or fewer learners on this one",
    )


def _free_mb() -> int:
    """Of the machine, or of the container that this is in."""
    free = psutil.virtual_memory().available
    try:
        limit = (_CGROUP / "memory.max").read_text().strip()
        used = int((_CGROUP / "memory.current").read_text())
        free = free if limit == "max" else min(free, int(limit) - used)
    except (OSError, ValueError):
        pass
    return max(0, free) >> 20


def cores(learners: int) -> Finding:
    """The processors; too few make a class slow, and none is too few to work."""
    there = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    words = "1 core" if there == 1 else f"{there} cores"
    each = "" if learners == 1 else f"; {learners} who press Run at once share them"
    return Finding("Cores", True, words + each)


def ports() -> Finding:
    """Whether a program may listen on this machine's loopback: the endpoint does."""
    try:
        with socket.socket() as listening, socket.socket() as calling:
            listening.bind(("127.0.0.1", 0))
            listening.listen(1)
            calling.settimeout(5)
            calling.connect(listening.getsockname())
    except OSError as error:
        return Finding(
            "Ports",
            False,
            f"nobody can be reached on 127.0.0.1: {error.strerror or error}",
            "let programs listen on loopback: a firewall or a sandbox on this machine forbids it",
        )
    return Finding("Ports", True, "127.0.0.1 can be listened on, at a port that is free")


def sockets() -> Finding:
    """Whether kernels can talk by files (IPC), so that no other user can listen in."""
    if kernels.transport() == "tcp":
        return Finding(
            "Kernels", True, "by TCP, as on Windows: a machine for one learner, not for several"
        )
    from jupyter_core.paths import jupyter_runtime_dir

    folder = Path(jupyter_runtime_dir())
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with (
            tempfile.TemporaryDirectory(dir=folder, prefix="p") as place,
            socket.socket(socket.AF_UNIX) as made,
        ):
            made.bind(str(Path(place) / "s"))
    except OSError as error:
        return Finding(
            "Kernels",
            False,
            f"no socket can be made in {folder}: {error.strerror or error}",
            "set JUPYTER_RUNTIME_DIR to a folder on a disk of this machine",
        )
    return Finding("Kernels", True, "they talk by files of their owner, which nobody else can read")


def clock() -> Finding:
    """Whether the clock is not behind the course: AWS refuses requests five minutes off."""
    now = time.time()
    newest = max(path.stat().st_mtime for path in stages.ROOT.glob("*.toml"))
    return Finding(
        "Clock",
        now >= newest,
        f"{datetime.fromtimestamp(now, UTC):%Y-%m-%d %H:%M} UTC"
        + ("" if now >= newest else ", which is before the course's own files were written"),
        "set the clock (`timedatectl set-ntp true`): signatures and certificates go by it",
    )


def browser() -> Finding:
    """A browser for JupyterLab; on a hub it is the learner's own."""
    if os.environ.get("JUPYTERHUB_USER"):
        return Finding("Browser", True, "the learner's own, through the hub")
    import webbrowser

    there = next(filter(None, map(shutil.which, browsers.LINUX)), None)
    if there is None:
        try:
            there = webbrowser.get().__class__.__name__
        except webbrowser.Error:
            there = None
    return Finding(
        "Browser",
        there is not None,
        f"{Path(there).name} opens JupyterLab" if there else "none on this machine",
        "install one, or open the address that `make lab` prints in a browser elsewhere; on a "
        "server for others none is needed",
    )


def git() -> Finding:
    """The `git` command: exercise 04.3 carries a repository, and a class is handed out by it."""
    path = shutil.which("git")
    said = ""
    if path:
        done = subprocess.run([path, "--version"], capture_output=True, text=True, check=False)
        said = done.stdout.strip() if done.returncode == 0 else ""
    return Finding(
        "git",
        bool(said),
        said or "no git that runs",
        "install it (`apt-get install git`): exercise 04.3 needs it",
    )


def home() -> Finding:
    """The learner's own home: Jupyter and the commands keep their settings in it."""
    place = Path.home()
    ok = place.is_dir() and os.access(place, os.W_OK)
    return Finding(
        "Home",
        ok,
        f"{place} {'can' if ok else 'cannot'} be written to",
        "set HOME to a folder of the learner's own",
    )


def readable() -> Finding:
    """Whether users who do not own the course's folder can read all of it."""
    closed = next(_closed(stages.ROOT), None)
    return Finding(
        "Course for others",
        closed is None,
        f"{stages.ROOT} can be read by every user"
        if closed is None
        else f"others cannot read {closed}",
        f"chmod -R a+rX {stages.ROOT} (and a+x on the folders above it)",
    )


def _closed(root: Path) -> Iterator[Path]:
    """What others may not enter or read: above the folder, and in it."""
    if os.name == "nt":
        return
    for above in reversed(root.parents):
        if not above.stat().st_mode & stat.S_IXOTH:
            yield above
    for here, inner, names in os.walk(root):
        inner[:] = [name for name in inner if name not in _OURS]
        mode = Path(here).stat().st_mode
        if not (mode & stat.S_IXOTH and mode & stat.S_IROTH):
            yield Path(here)
            inner.clear()
            continue
        for name in names:
            path = Path(here, name)
            if not path.is_symlink() and not path.stat().st_mode & stat.S_IROTH:
                yield path


def runnable() -> Finding:
    """Whether another user can run this Python: really tried, if we may become one."""
    fix = (
        "make the environment with a Python that all may run, not one under somebody's home: "
        "`make clean setup PYTHON=/usr/bin/python3`"
    )
    python = Path(sys.executable)
    if os.name != "nt" and os.geteuid() == 0:
        try:
            done = subprocess.run(
                [str(python), "-c", "import boto3, helpers"],
                user=NOBODY,
                group=NOBODY,
                extra_groups=[],
                cwd="/",
                env={"PATH": os.defpath, "HOME": "/nonexistent"},
                capture_output=True,
                text=True,
                timeout=60,
                check=False,
            )
            said = "" if done.returncode == 0 else done.stderr.strip().splitlines()[-1]
        except (OSError, subprocess.TimeoutExpired) as error:
            said = str(error)
        return Finding(
            "Python for others",
            not said,
            "another user ran it" if not said else f"another user could not run it: {said}",
            fix,
        )
    shut = shared_python.barred(python)
    return Finding(
        "Python for others",
        shut is None,
        f"{python.resolve()} can be run by every user" if shut is None else f"{shut} is closed",
        fix,
    )


def apart() -> Finding:
    """Whether work and endpoint lie in this user's own home: then every user has their own."""
    own = Path.home().resolve()
    places = [stages.work(), homes.endpoint().resolve()]
    shared = [str(place) for place in places if not place.is_relative_to(own)]
    said = " and ".join(map(str, places)) + f", below {own}"
    if not shared:
        return Finding("Own folders", True, said)
    if os.environ.get("JUPYTERHUB_USER") or not os.access(stages.ROOT, os.W_OK):
        return Finding(
            "Own folders",
            False,
            f"{' and '.join(shared)}: not below {own}, so learners would share it",
            "set both for each learner, in the hub's configuration or in the profile: "
            "LOCALAWS_HOME=$HOME/.localaws COURSE_WORK=$HOME/work",
        )
    return Finding("Own folders", True, f"{' and '.join(shared)}, of this copy of the course only")
