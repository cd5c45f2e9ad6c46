"""Set the course up, and do what `make` does where there is none. It needs a bare Python only.

    python -m helpers.setup [lab | run | test | lint | notebooks | weekly | stop] [what it takes]

Without a command it makes `.venv` with everything in it. With one, that first if it is missing.
"""

# A Python that is too old has to get as far as saying so: no newer syntax, standard library only.
from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

from helpers import homes, shared_python
from helpers.errors import CourseError

ROOT = Path(__file__).resolve().parents[1]
VENV = ROOT / ".venv"
LOCK, TEST_LOCK = ROOT / "requirements.lock", ROOT / "requirements-test.lock"
OLDEST = (3, 11)

COMMANDS = {
    "lab": [["python", "-m", "helpers.lab"]],
    "run": [["python", "-m", "helpers.run_all"]],
    # Three at once: most of a test's time goes by while a `sam` or a kernel starts and waits.
    "test": [
        ["ruff", "check", "."],
        ["ruff", "format", "--check", "."],
        ["python", "-m", "pytest", "-n", "3", "--dist", "loadfile", "--no-loadscope-reorder"],
    ],
    "lint": [["ruff", "check", "--fix", "."], ["ruff", "format", "."]],
    "notebooks": [
        ["python", "-m", "helpers.contents"],
        ["python", "-m", "helpers.run_all", "--in-place"],
    ],
    "weekly": [["python", "-m", "helpers.weekly"]],
    "stop": [["python", "-m", "helpers.localaws", "stop"]],
}
"""What each command starts, one after the other; the last is given the arguments."""

WITH_TESTS = ("test", "lint")

NOT_COMPILED = r"[/\\](tests?|sympy|networkx|fontTools|babel|jedi|setuptools|pip)[/\\]"
"""Large, and little of it is ever imported: Python compiles that little at the first import."""


def main(arguments: list[str]) -> int:
    """Set up what is missing, then do what is asked; the exit code of what was started."""
    command, *more = arguments or [""]
    if command in ("-h", "--help") or (command and command not in COMMANDS):
        print(__doc__, file=sys.stderr if command not in ("-h", "--help") else sys.stdout)
        return 0 if command in ("-h", "--help") else 2
    # Containers like to set it: then each of a hundred processes compiles a thousand modules.
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    try:
        if command == "stop":
            return _stop()
        set_up(tests=command in WITH_TESTS)
    except CourseError as error:
        print(error, file=sys.stderr)
        return 1
    if not command:
        return 0
    return _start(COMMANDS[command], more)


def set_up(tests: bool = False) -> None:
    """Make `.venv` with all that the locks name, unless it is there; `tests`: with their tools.

    uv is used where it is there (seconds), else venv and pip (a minute or two).

    Raises CourseError for a Python that is too old, one without venv, a `.venv` that is not ours,
    and packages that cannot be had.
    """
    locks = [LOCK, TEST_LOCK] if tests else [LOCK]
    missing = [lock for lock in locks if not is_ready(lock)]
    if not missing:
        return
    if sys.version_info < OLDEST:
        raise CourseError(
            f"The course needs Python {_dotted(OLDEST)} or newer, and this is "
            f"{_dotted(sys.version_info[:3])} ({sys.executable}).",
            "Its own code and the packages that it uses are written for that.",
            "Install a newer one, and name it: make setup PYTHON=python3.13, or "
            "python3.13 -m helpers.setup.",
        )
    uv = shutil.which("uv")
    how = f"{Path(sys.executable).name} and pip (a minute or two)"
    print(f"Setting up .venv with {'uv' if uv else how} ...", flush=True)
    _make_venv(uv)
    for lock in missing:
        # The lock is whole. pip would ask for a hash of `boto3-stubs[…]` as well, extras and all.
        _install(uv, "--no-deps", "--require-hashes", "-r", str(lock))
        if lock == LOCK:
            _install(uv, "--no-deps", "--editable", str(ROOT))
            mend_first_lines(VENV)
            _compile()
        _mark(lock).write_text(_state(lock), encoding="utf-8")
    if told := shared_python.trouble(str(_inside("python"))):
        print(told)


def is_ready(lock: Path = LOCK) -> bool:
    """Is all in `.venv` that the lock names now?"""
    return (
        _inside("python").exists()
        and _mark(lock).exists()
        and _mark(lock).read_text(encoding="utf-8") == _state(lock)
    )


def _dotted(version: tuple) -> str:  # type: ignore[type-arg]
    return ".".join(map(str, version))


def _inside(command: str) -> Path:
    """Where a command of `.venv` lies."""
    return (
        VENV
        / ("Scripts" if os.name == "nt" else "bin")
        / (f"{command}.exe" if os.name == "nt" else command)
    )


def _mark(lock: Path) -> Path:
    """The file in `.venv` that says what was installed: its time would say less than its words."""
    return VENV / f".{lock.stem}-installed"


def _state(lock: Path) -> str:
    content = lock.read_bytes() + (ROOT / "pyproject.toml").read_bytes()
    return hashlib.sha256(content.replace(b"\r\n", b"\n")).hexdigest()


def _make_venv(uv: str | None) -> None:
    if VENV.exists() and not (VENV / "pyvenv.cfg").exists() and any(VENV.iterdir()):
        raise CourseError(
            f"{VENV} is there, and it is no Python environment.",
            "The course keeps its packages in a folder of that name.",
            "Move it away, then do this again.",
        )
    if _inside("python").exists() and _runs(_inside("python")):
        return
    shutil.rmtree(VENV, ignore_errors=True)  # half made, or its Python has gone
    if uv:
        _run([uv, "venv", "--quiet", "--seed", "--python", sys.executable, str(VENV)])
        return
    made = subprocess.run(
        [sys.executable, "-m", "venv", str(VENV)], capture_output=True, text=True, check=False
    )
    if made.returncode:
        said = " ".join((made.stdout or made.stderr).split()).partition(". ")[0].rstrip(".")
        raise CourseError(
            f"{sys.executable} makes no environment.",
            f"{said}." if said else "It does not say why.",
            "On Debian and Ubuntu: apt-get install python3-venv. Elsewhere: install Python from "
            "python.org, or uv.",
        )


def _runs(python: Path) -> bool:
    asked = "import pip, sys; raise SystemExit(sys.version_info < (3, 11))"
    try:
        return not subprocess.run([str(python), "-c", asked], capture_output=True).returncode
    except OSError:
        return False


def _install(uv: str | None, *what: str) -> None:
    # uv does not compile what it installs, and pip need not: `_compile` does, and leaves much out.
    python = str(_inside("python"))
    if uv:
        _run([uv, "pip", "install", "--quiet", "--python", python, *what])
        return
    pip = [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    _run([*pip, "--no-compile", *what])


def _run(command: list[str]) -> None:
    done = subprocess.run(
        command,
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        check=False,
    )
    if done.returncode:
        raise CourseError(
            "The packages of the course were not installed.",
            "\n".join(done.stdout.strip().splitlines()[-6:]),
            "It needs the network this once (behind a proxy: HTTPS_PROXY) and 1 GB of disk. What "
            "came through is kept: do this again.",
        )


def mend_first_lines(venv: Path) -> list[str]:
    """Let scripts run whose interpreter's path has a blank in it or is long; returns their names.

    The kernel splits such a `#!` line, or cuts it. pip and uv know, and start such a script by way
    of `sh`; but not those that a package brings as files, and `aws` is one.
    """
    mended = []
    for script in sorted((venv / "bin").glob("*")) if os.name != "nt" else []:
        if script.is_symlink() or not script.is_file():
            continue
        line, end, rest = script.read_bytes().partition(b"\n")
        python = line[2:].strip()
        ours = line.startswith(b"#!" + os.fsencode(venv)) and b"python" in line
        if ours and (b" " in python or len(line) > 127):
            through_sh = b"#!/bin/sh\n'''exec' \"" + python + b'" "$0" "$@"\n\' \'\'\''
            script.write_bytes(through_sh + end + rest)
            mended.append(script.name)
    return mended


def _compile() -> None:
    """Bytecode, so that the first `sam` and the first start of the endpoint need not make it."""
    quiet = [str(_inside("python")), "-W", "ignore", "-m", "compileall", "-qq", "-j", "0"]
    subprocess.run([*quiet, "-x", NOT_COMPILED, str(VENV), str(ROOT / "helpers")], check=False)


def _stop() -> int:
    """Stop what runs of the course; nothing is set up for that."""
    if not _inside("python").exists():
        return 0
    code = _start(COMMANDS["stop"], [])
    if homes.checks().exists():
        _start(COMMANDS["stop"], [], LOCALAWS_HOME=str(homes.checks()))
    return code


def _start(commands: list[list[str]], more: list[str], **variables: str) -> int:
    path = os.pathsep.join([str(_inside("python").parent), os.environ.get("PATH", "")])
    env = {**os.environ, "PATH": path, **variables}
    for n, (program, *arguments) in enumerate(commands, 1):
        last = more if n == len(commands) else []
        try:
            done = subprocess.run([str(_inside(program)), *arguments, *last], cwd=ROOT, env=env)
        except KeyboardInterrupt:
            return 130
        if done.returncode:
            return done.returncode
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
