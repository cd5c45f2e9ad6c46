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
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import psutil
import pytest
from browsing import SCREENSHOTS, a_browser, answers, end, in_browser

from helpers import setup
from tests.workshop import until

ROOT = Path(__file__).resolve().parents[1]


def _set_up() -> bool:
    """Is there a `make`, and nothing that `make lab` would install first?"""
    return bool(shutil.which("make")) and setup.is_ready()


@dataclass(frozen=True)
class Started:
    """What `make lab` started: its process, where it answers, and the folders that it was given."""

    process: psutil.Popen
    url: str
    token: str
    work: Path
    runtime: Path

    def ask(self, path, body=None):
        """What the Jupyter server answers."""
        request = urllib.request.Request(
            f"{self.url}{path}",
            None if body is None else json.dumps(body).encode(),
            {"Authorization": f"token {self.token}"},
        )
        with urllib.request.urlopen(request, timeout=60) as answer:
            return json.load(answer)

    @property
    def inside(self):
        """Is the learner's folder in the course's?"""
        return self.work.is_relative_to(ROOT)

    @property
    def notebook(self):
        """The learner's notebook 00, as the server calls it."""
        shown = self.work.relative_to(ROOT) if self.inside else Path()
        return (shown / "notebooks" / "00_start_here.ipynb").as_posix()


@pytest.fixture(scope="module", params=["in the course", "elsewhere"])
def lab(request, tmp_path_factory):
    """`make lab`, with none of Jupyter's settings about root, news or layout."""
    if not _set_up():
        pytest.skip("not set up by make")
    folder = tmp_path_factory.mktemp("lab")
    inside = request.param == "in the course"
    work = ROOT / "build" / "test-make-lab" if inside else folder / "mine"
    shutil.rmtree(work, ignore_errors=True)
    # Jupyter's folder for what runs has a name short enough for a socket in it.
    with tempfile.TemporaryDirectory(prefix="lab-") as runtime, (folder / "log").open("w") as log:
        env = os.environ | {
            "JUPYTER_CONFIG_DIR": str(folder / "config"),
            "JUPYTER_RUNTIME_DIR": runtime,
            "LOCALAWS_HOME": str(folder / "endpoint"),
            "COURSE_WORK": str(work),
        }
        command = ["make", "lab", "ARGS=--no-browser --ServerApp.port=0"]
        nobody = subprocess.DEVNULL  # without a terminal of its own, Jupyter likes login shells
        made = psutil.Popen(command, cwd=ROOT, env=env, stdin=nobody, stdout=log, stderr=log)
        try:
            yield Started(made, *_server(made, folder / "log"), work, Path(runtime))
        finally:
            try:
                _end(made)
            finally:
                stop = [sys.executable, "-m", "helpers.localaws", "stop"]
                subprocess.run(stop, cwd=ROOT, env=env, check=True, capture_output=True)
            shutil.rmtree(work, ignore_errors=True)


def test_make_lab_opens_the_learners_copy_of_notebook_00(lab):
    assert f"/lab/tree/{lab.notebook}" in _page_that_it_opens(lab.runtime)
    shown = {one["name"] for one in lab.ask("api/contents")["content"]}
    assert (
        {"notebooks", "sam-app", "helpers", "README.md"} if lab.inside else {"notebooks"}
    ) <= shown
    cells = lab.ask(f"api/contents/{lab.notebook}")["content"]["cells"]
    assert not [cell for cell in cells if cell.get("outputs")]


@in_browser
def test_its_page_has_the_table_of_contents_and_a_tile_and_leaves_a_layout_alone(lab):
    """At the first start; at the second the panels are as the learner left them."""
    with a_browser() as browser:
        with _a_visit(browser, lab) as page:
            page.get_by_role("treeitem", name="Is this machine ready?").wait_for()
            page.screenshot(path=SCREENSHOTS / "00_first_start.png")
            assert _panels(page) == ["table-of-contents"]
            assert not page.locator(".jp-Dialog, .Toastify__toast").count()
            page.locator(".lm-TabBar-tab", has_text="00_start_here").locator(
                ".lm-TabBar-tabCloseIcon"
            ).click()
            tile = page.locator(".jp-LauncherCard", has_text="The course")
            tile.wait_for()
            page.screenshot(path=SCREENSHOTS / "launcher.png")
            tile.click()
            _is_open(page)
            assert page.url.endswith(f"/lab/tree/{lab.notebook}")
            with page.expect_response(_saves_the_file_browser):
                page.locator(".lm-TabBar-tab[data-id=filebrowser]").click()
        with _a_visit(browser, lab) as page:
            page.locator("#filebrowser").wait_for()
            page.wait_for_timeout(1000)  # what would open another panel has had its time
            assert _panels(page) == ["filebrowser"]


@contextmanager
def _a_visit(browser, lab):
    page = browser.new_page(viewport={"width": 1400, "height": 900})
    page.set_default_timeout(60_000)
    page.goto(f"{lab.url}lab/tree/{lab.notebook}?token={lab.token}")
    _is_open(page)
    yield page
    page.close()


def _saves_the_file_browser(response):
    """Is that the saved layout with that panel? Another may be under way when it is clicked."""
    if "/api/workspaces/" not in response.url or response.request.method != "PUT":
        return False
    layout = json.loads(response.request.post_data)["data"].get("layout-restorer:data", {})
    return response.ok and layout.get("left", {}).get("current") == "filebrowser"


def _is_open(page):
    page.locator(".jp-Notebook h1", has_text="A stock trader you can run").wait_for()


def _panels(page):
    """The panels that are open at the left."""
    return page.evaluate(
        """() => [...document.querySelectorAll('#jp-left-stack > *')]
            .filter(one => one.getBoundingClientRect().width > 0).map(one => one.id)"""
    )


@pytest.mark.skipif(os.name == "nt", reason="there, kernels talk by TCP")
def test_a_kernel_talks_by_files_of_its_owner(lab):
    """No port on which another user of the machine could listen in on a notebook's outputs."""
    session = {"path": lab.notebook, "name": "", "type": "notebook", "kernel": {"name": "python3"}}
    kernel = lab.ask("api/sessions", session)["kernel"]["id"]
    connection = json.loads((lab.runtime / f"kernel-{kernel}.json").read_text())
    assert connection["transport"] == "ipc" and connection["ip"].startswith(str(lab.runtime))
    sockets = until(lambda: list(lab.runtime.glob(f"kernel-{kernel}-ipc-*")), 60)
    assert all(path.is_socket() for path in sockets)
    assert lab.runtime.stat().st_mode & 0o077 == 0


@pytest.mark.skipif(os.name == "nt", reason="there, a terminal is not a login shell")
def test_a_terminal_finds_the_courses_own_commands(lab):
    """A login shell sets PATH anew, and another `aws` may overlook where it is to go."""
    before = {process.pid for process in lab.process.children(recursive=True)}
    lab.ask("api/terminals", {})

    def new():
        """Not a kernel's beginnings."""
        below = lab.process.children(recursive=True)
        return [
            one for one in below if one.pid not in before and "ipykernel" not in str(one.cmdline())
        ]

    shell = until(new, 60)[0]
    assert not {"-l", "--login"} & set(shell.cmdline())
    first = shell.environ()["PATH"].split(os.pathsep)[0]
    assert Path(first) == Path(sys.executable).parent


def _server(made, log):
    """Address and token, as it prints them."""
    deadline = time.monotonic() + 120
    while not (found := re.search(r"(http://localhost:\d+/)lab\S*\?token=(\w+)", log.read_text())):
        assert made.poll() is None and time.monotonic() < deadline, log.read_text()
        time.sleep(0.1)
    while not answers(found[1]):
        assert made.poll() is None and time.monotonic() < deadline, log.read_text()
        time.sleep(0.1)
    return found[1], found[2]


def _end(made):
    """Jupyter itself is asked to end: then `make`, and what it started, has nothing to wait for."""
    for one in made.children(recursive=True) if made.is_running() else ():
        with suppress(psutil.NoSuchProcess):
            if "jupyter-lab" in " ".join(one.cmdline()):
                end(one)
    end(made)


def _page_that_it_opens(runtime):
    """It is written a moment after the address was printed."""
    page = until(lambda: list(runtime.glob("jpserver-file-to-run-*-open.html")), 60)[0]
    until(lambda: "/lab/tree/" in page.read_text(), 60)
    return page.read_text()
