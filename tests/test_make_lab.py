"""`make lab` as it is typed: it opens the learner's copy of notebook 00 beside the course."""

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

import psutil
import pytest
from browsing import end

from helpers import setup

ROOT = Path(__file__).resolve().parents[1]


def _set_up() -> bool:
    """Is there a `make`, and nothing that `make lab` would install first?"""
    return bool(shutil.which("make")) and setup.is_ready()


@pytest.fixture(params=["in the course", "elsewhere"])
def work(request, tmp_path):
    """The learner's folder, with none of Jupyter's settings about root or news."""
    if request.param == "elsewhere":
        yield tmp_path / "mine"
        return
    inside = ROOT / "build" / "test-make-lab"
    shutil.rmtree(inside, ignore_errors=True)
    yield inside
    shutil.rmtree(inside, ignore_errors=True)


def ask(server, path, body=None):
    """What the Jupyter server answers."""
    request = urllib.request.Request(
        f"{server['url']}{path}",
        None if body is None else json.dumps(body).encode(),
        {"Authorization": f"token {server['token']}"},
    )
    with urllib.request.urlopen(request, timeout=60) as answer:
        return json.load(answer)


@pytest.fixture
def runtime():
    """Jupyter's folder for what runs, with a name short enough for a socket in it."""
    with tempfile.TemporaryDirectory(prefix="lab-") as folder:
        yield Path(folder)


@pytest.mark.skipif(not _set_up(), reason="not set up by make")
def test_make_lab_opens_the_learners_copy_of_notebook_00(tmp_path, work, runtime):
    log = tmp_path / "log"
    env = os.environ | {
        "JUPYTER_CONFIG_DIR": str(tmp_path / "config"),
        "JUPYTER_RUNTIME_DIR": str(runtime),
        "LOCALAWS_HOME": str(tmp_path / "endpoint"),
        "COURSE_WORK": str(work),
    }
    with log.open("w") as written:
        command = ["make", "lab", "ARGS=--no-browser --ServerApp.port=0"]
        nobody = subprocess.DEVNULL  # without a terminal of its own, Jupyter likes login shells
        made = psutil.Popen(
            command, cwd=ROOT, env=env, stdin=nobody, stdout=written, stderr=written
        )
        try:
            server = _server(made, log)
            inside = work.is_relative_to(ROOT)
            notebooks = (work.relative_to(ROOT) if inside else Path()) / "notebooks"
            opened = notebooks / "00_start_here.ipynb"
            shown = _page_that_it_opens(runtime)
            assert f"/lab/tree/{opened.as_posix()}" in shown
            shown = {one["name"] for one in ask(server, "api/contents")["content"]}
            course = {"notebooks", "sam-app", "helpers", "README.md"}
            assert (course if inside else {"notebooks"}) <= shown
            cells = ask(server, f"api/contents/{opened.as_posix()}")["content"]["cells"]
            assert not [cell for cell in cells if cell.get("outputs")]
            if os.name != "nt":
                _kernel_talks_by_files_of_its_owner(server, runtime, opened)
                _a_terminal_finds_the_courses_own_commands(server, made)
        finally:
            end(made)
            stop = [sys.executable, "-m", "helpers.localaws", "stop"]
            subprocess.run(stop, cwd=ROOT, env=env, check=True, capture_output=True)


def _server(made, log):
    """Address and token, as it prints them."""
    deadline = time.monotonic() + 120
    while not (found := re.search(r"(http://localhost:\d+/)lab\S*\?token=(\w+)", log.read_text())):
        assert made.poll() is None and time.monotonic() < deadline, log.read_text()
        time.sleep(0.1)
    return {"url": found[1], "token": found[2]}


def _page_that_it_opens(runtime):
    """It is written a moment after the address was printed."""
    deadline = time.monotonic() + 60
    while not (pages := list(runtime.glob("jpserver-file-to-run-*-open.html"))):
        assert time.monotonic() < deadline
        time.sleep(0.1)
    while "/lab/tree/" not in (text := pages[0].read_text()):
        assert time.monotonic() < deadline, text
        time.sleep(0.1)
    return text


def _kernel_talks_by_files_of_its_owner(server, runtime, opened):
    """No port on which another user of the machine could listen in on a notebook's outputs."""
    session = {"path": str(opened), "name": "", "type": "notebook", "kernel": {"name": "python3"}}
    ask(server, "api/sessions", session)
    (connection,) = (json.loads(path.read_text()) for path in runtime.glob("kernel-*.json"))
    assert connection["transport"] == "ipc" and connection["ip"].startswith(str(runtime))
    deadline = time.monotonic() + 60
    while not (sockets := list(runtime.glob("kernel-*-ipc-*"))):
        assert time.monotonic() < deadline
        time.sleep(0.1)
    assert all(path.is_socket() for path in sockets)
    assert runtime.stat().st_mode & 0o077 == 0


def _a_terminal_finds_the_courses_own_commands(server, made):
    """A login shell sets PATH anew, and another `aws` may overlook where it is to go."""
    before = {process.pid for process in made.children(recursive=True)}
    ask(server, "api/terminals", {})
    deadline = time.monotonic() + 60
    while not (new := [one for one in made.children(recursive=True) if one.pid not in before]):
        assert time.monotonic() < deadline
        time.sleep(0.1)
    assert not {"-l", "--login"} & set(new[0].cmdline())
    first = new[0].environ()["PATH"].split(os.pathsep)[0]
    assert Path(first) == Path(sys.executable).parent
