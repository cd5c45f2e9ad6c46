"""A JupyterHub of the benchmark's own: made, started, asked by its API, ended."""

from __future__ import annotations

import os
import secrets
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psutil
import requests

ROOT = Path(__file__).resolve().parents[2]
MADE = ROOT / "build" / "classroom"
"""What takes minutes to make is kept here for the next time."""
JUPYTERHUB = "jupyterhub==6.*"
SETTINGS = "classroom/tljh/jupyterhub_config.d/course.py"
"""What teachers are given is what is rehearsed."""
PATIENCE = 180.0


class CannotRehearse(Exception):
    """Something is missing; the message says what."""


def say(text: str) -> None:
    """A line about where we are."""
    print(f"{time.strftime('%H:%M:%S')}  {text}", flush=True)


# ---- made once


def programs() -> tuple[Path, Path]:
    """The hub's environment and the proxy's program, from PyPI and npm; made if missing."""
    environment, proxy = MADE / "hub", MADE / "node_modules/.bin/configurable-http-proxy"
    if not (environment / ".done").exists():
        say("making the hub's environment (PyPI)")
        _run(sys.executable, "-m", "venv", str(environment))
        _run(str(environment / "bin/python"), "-m", "pip", "install", "-q", JUPYTERHUB)
        (environment / ".done").touch()
    if not proxy.exists():
        if shutil.which("npm") is None:
            raise CannotRehearse("There is no npm, and the hub's proxy comes from there.")
        say("installing the hub's proxy (npm)")
        _run("npm", "install", "--silent", "--prefix", str(MADE), "configurable-http-proxy")
    return environment, proxy


def shared_course() -> Path:
    """The course as learners of a hub meet it: root's, in a folder that they cannot write to.

    Its Python is one that every user may run. Returns the folder.
    """
    course, lock = MADE / "course", ROOT / "requirements.lock"
    python, done = course / ".venv/bin/python", course / ".done"
    if not done.exists() or done.read_bytes() != lock.read_bytes():
        say("making the shared course's environment (PyPI, minutes)")
        shutil.rmtree(course, ignore_errors=True)
        _run(_everybodys_python(), "-m", "venv", str(course / ".venv"))
        _run(str(python), "-m", "pip", "install", "-q", "--no-deps", "-r", str(lock))
        done.write_bytes(lock.read_bytes())
    named = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        check=True,
    ).stdout
    for old in course.iterdir():
        if old.name not in (".venv", ".done"):
            shutil.rmtree(old) if old.is_dir() else old.unlink()
    for name in filter(None, named.decode().split("\0")):
        if (ROOT / name).exists():
            (course / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, course / name)
    _run(str(python), "-m", "pip", "install", "-q", "--no-deps", "-e", str(course), JUPYTERHUB)
    _run(str(python), "-m", "pip", "install", "-q", JUPYTERHUB)
    _run(str(python), "-m", "compileall", "-qq", str(course / "helpers"))
    _run("chmod", "-R", "a+rX,go-w", str(course))
    return course


def _everybodys_python() -> str:
    """A Python that learners may run too: root's own may lie in its home."""
    sys.path.insert(0, str(ROOT))
    from helpers import shared_python

    for program in (sys.executable, "/usr/bin/python3", "/usr/local/bin/python3"):
        if Path(program).exists() and shared_python.trouble(program) is None:
            return program
    raise CannotRehearse("There is no Python here that every user may run.")


def _run(*command: str) -> None:
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        raise CannotRehearse(f"{' '.join(command)}\n{done.stderr[-2000:]}")


# ---- started and asked


class Hub:
    """A running hub. spawner: a class that JupyterHub knows; settings: lines of its config."""

    def __init__(self, folder: Path, course: Path, spawner: str, settings: list[str]) -> None:
        environment, proxy = programs()
        self.folder = folder
        self.port, api, hub = (free_port() for _ in range(3))
        self.url = f"http://127.0.0.1:{self.port}"
        self.password, token = secrets.token_hex(8), secrets.token_hex(16)
        self._asked = requests.Session()
        self._asked.headers["Authorization"] = f"token {token}"
        lines = [
            "import os",
            f"c.JupyterHub.bind_url = {self.url!r}",
            f"c.JupyterHub.hub_port = {hub}",
            "c.JupyterHub.hub_ip = '127.0.0.1'",
            f"c.JupyterHub.spawner_class = {spawner!r}",
            "c.JupyterHub.authenticator_class = 'dummy'",
            f"c.DummyAuthenticator.password = {self.password!r}",
            "c.Authenticator.allow_all = True",
            f"c.ConfigurableHTTPProxy.command = [{str(proxy)!r}]",
            f"c.ConfigurableHTTPProxy.api_url = 'http://127.0.0.1:{api}'",
            f"os.environ['COURSE_FOLDER'] = {str(course)!r}",
            f"load_subconfig({str(ROOT / SETTINGS)!r})",
            "c.Spawner.start_timeout = 180",
            "c.Spawner.http_timeout = 180",
            "c.JupyterHub.concurrent_spawn_limit = 100",
            f"c.JupyterHub.services = [{{'name': 'rehearsal', 'api_token': {token!r}}}]",
            "c.JupyterHub.load_roles = [{'name': 'rehearsal', 'services': ['rehearsal'],",
            "  'scopes': ['admin:users', 'admin:servers', 'tokens']}]",
            *settings,
        ]
        (folder / "config.py").write_text("\n".join(lines) + "\n")
        self.log = folder / "hub.log"
        with self.log.open("w") as written:
            self.process = psutil.Popen(
                [str(environment / "bin/jupyterhub"), "-f", str(folder / "config.py")],
                cwd=folder,
                stdout=written,
                stderr=written,
                env=os.environ | {"PATH": f"{environment / 'bin'}:{os.environ['PATH']}"},
            )
        self.wait(lambda: self.ask("GET", "/") is not None, "the hub does not answer")

    def ask(self, method: str, path: str, body: Any = None) -> Any:
        """The JSON of an answer of the hub's API; None where nobody answers."""
        try:
            answer = self._asked.request(method, f"{self.url}/hub/api{path}", json=body, timeout=60)
        except requests.ConnectionError:
            return None
        answer.raise_for_status()
        return answer.json() if answer.content else {}

    def wait(self, true: Callable[[], bool], otherwise: str) -> None:
        """Wait until it is true. Raises CannotRehearse with the end of the hub's log if not."""
        deadline = time.monotonic() + PATIENCE
        while True:
            try:
                if true():
                    return
            except requests.HTTPError:
                pass
            if time.monotonic() > deadline or self.process.poll() is not None:
                raise CannotRehearse(f"{otherwise}\n{self.log.read_text()[-3000:]}")
            time.sleep(0.2)

    def add(self, learner: str) -> str:
        """Make a user of the hub's; returns a token of that user's own."""
        self.ask("POST", f"/users/{learner}")
        return self.ask("POST", f"/users/{learner}/tokens", {"note": "rehearsal"})["token"]

    def start(self, learner: str) -> None:
        """Start the learner's server and wait until it is ready."""
        self.ask("POST", f"/users/{learner}/server")
        self.wait(lambda: self.is_ready(learner), f"the server of {learner} does not start")

    def is_ready(self, learner: str) -> bool:
        """Is the learner's server there?"""
        servers = self.ask("GET", f"/users/{learner}")["servers"]
        return bool(servers) and servers[""]["ready"]

    def stop(self, learner: str) -> None:
        """Stop the learner's server, as the culler does: by this same request."""
        self.ask("DELETE", f"/users/{learner}/server")
        self.wait(lambda: not self.ask("GET", f"/users/{learner}")["servers"], "it does not stop")

    def end(self) -> None:
        """End the hub, its proxy, and the servers that it still has."""
        below = self.process.children(recursive=True)
        self.process.terminate()
        _, left = psutil.wait_procs([self.process, *below], timeout=30)
        for one in left:
            one.kill()


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return found.getsockname()[1]
