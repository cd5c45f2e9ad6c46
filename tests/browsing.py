"""A real browser and a real JupyterLab for tests: each started once a module, and all ended."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil
import pytest

from helpers.draw.browser import LINUX

ROOT = Path(__file__).resolve().parents[1]
SCREENSHOTS = ROOT / "build" / "screenshots"
CHROMIUM = next(filter(None, map(shutil.which, LINUX)), None)
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"]
FLAGS += ["--disable-background-networking", "--disable-component-update", "--disable-sync"]

in_browser = pytest.mark.skipif(
    CHROMIUM is None, reason="no browser here: apt-get install chromium"
)


@contextmanager
def a_browser() -> Iterator[Any]:
    """Chromium, without a window, for the block's time."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as started:
        chromium = started.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield chromium
        chromium.close()


@dataclass(frozen=True)
class Lab:
    """A running JupyterLab. `folder` is what it shows; `env` is what its kernels see."""

    url: str
    folder: Path
    env: dict[str, str]

    def address(self, notebook: str) -> str:
        """Where the notebook (a path in the folder) opens by itself, whatever was open before."""
        return f"{self.url}/lab/tree/{notebook}?reset"

    def trust(self, notebook: str) -> None:
        """Signs the notebook as `jupyter trust` does, so that its outputs may run scripts."""
        command = [sys.executable, "-m", "jupyter", "trust", str(self.folder / notebook)]
        subprocess.run(command, env=self.env, check=True, capture_output=True)

    def theme(self, name: str) -> None:
        """Sets the theme for pages opened from now on: "Light" or "Dark"."""
        _settings(self.folder, "apputils-extension/themes", {"theme": f"JupyterLab {name}"})


@contextmanager
def a_jupyterlab(folder: Path, **more: str) -> Iterator[Lab]:
    """JupyterLab on a folder, with settings and signatures of its own; `more`: its environment.

    It asks nothing of the network, and when the block ends no process of it is left.
    """
    # All cells are laid out at once, so that a picture further down exists without scrolling.
    kernel = {"autoStartDefaultKernel": True}  # it is not asked for with a dialog
    _settings(folder, "notebook-extension/tracker", {"windowingMode": "none", **kernel})
    silent = {"fetchNews": "false", "checkForUpdates": False}
    _settings(folder, "apputils-extension/notification", silent)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    env = os.environ | more
    env |= {
        f"JUPYTER{name}_DIR": str(folder / ".lab" / name.strip("_").lower())
        for name in ("_CONFIG", "_DATA", "_RUNTIME", "LAB_SETTINGS", "LAB_WORKSPACES")
    }
    command = [sys.executable, "-m", "jupyter", "lab", "--no-browser", f"--port={port}"]
    command += ["--allow-root", "--IdentityProvider.token=", f"--notebook-dir={folder}"]
    command += ["--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate"]
    command += ["--LabApp.news_url=None", "--LabApp.extension_manager=readonly"]
    log = folder / ".lab" / "log"
    with log.open("w") as written:
        server = psutil.Popen(command, env=env, cwd=folder, stdout=written, stderr=written)
        try:
            url = f"http://127.0.0.1:{port}"
            deadline = time.monotonic() + 90
            while not answers(f"{url}/api/status"):
                assert server.poll() is None and time.monotonic() < deadline, log.read_text()
                time.sleep(0.1)
            yield Lab(url, folder, env)
        finally:
            end(server)


def run_all(page: Any) -> None:
    """Runs all cells of the notebook in the page, from the menu, once its kernel is there."""
    page.get_by_text("Python 3 (ipykernel) | Idle").wait_for()
    page.get_by_text("Run", exact=True).first.click()
    page.get_by_text("Run All Cells", exact=True).click()
    page.locator(".jp-InputPrompt", has_text="*").first.wait_for()


def answers(url: str) -> bool:
    """Does somebody answer there, and gladly?"""
    try:
        urllib.request.urlopen(url, timeout=5).close()
    except OSError:
        return False
    return True


def end(server: psutil.Popen) -> None:
    """Ends the server and whatever it started: asked first, so that kernels can clear up."""
    below = server.children(recursive=True) if server.is_running() else []
    server.terminate()
    _, left = psutil.wait_procs([server, *below], timeout=15)
    for process in left:
        process.kill()
    psutil.wait_procs(left, timeout=5)


def _settings(folder: Path, plugin: str, settings: dict[str, Any]) -> None:
    place = folder / ".lab" / "lab_settings" / "@jupyterlab" / f"{plugin}.jupyterlab-settings"
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_text(json.dumps(settings))
