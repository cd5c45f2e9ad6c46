"""Notebook 06 in a real JupyterLab in a real browser: it runs, and its pictures are seen."""

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest

playwright = pytest.importorskip("playwright.sync_api")

ROOT = Path(__file__).parents[1]
PICTURES = ROOT / "build" / "screenshots"
NOTEBOOK = "06_run.ipynb"
CHROMIUM = next(
    filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None
)
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"]
FLAGS += ["--disable-background-networking", "--disable-component-update", "--disable-sync"]

pytestmark = [
    pytest.mark.timeout(600),
    pytest.mark.skipif(CHROMIUM is None, reason="no browser here: apt-get install chromium"),
]


@pytest.fixture(scope="module")
def lab(tmp_path_factory):
    """A JupyterLab on a copy of the notebook, with its own settings and endpoint; its URL."""
    folder = tmp_path_factory.mktemp("lab")
    (folder / "notebooks").mkdir()
    shutil.copy(ROOT / "notebooks" / NOTEBOOK, folder / "notebooks")
    shutil.copytree(ROOT / "sam-app", folder / "sam-app", ignore=shutil.ignore_patterns(".aws-sam"))
    settings = folder / "settings" / "@jupyterlab" / "notebook-extension"
    settings.mkdir(parents=True)
    # All cells are laid out at once, so that a picture further down exists without scrolling.
    (settings / "tracker.jupyterlab-settings").write_text('{"windowingMode": "none"}')
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    env = os.environ | {
        "LOCALAWS_HOME": str(folder / "endpoint"),
        "COURSE_WORK": str(folder / "work"),
        "JUPYTER_CONFIG_DIR": str(folder / "jupyter"),
        "JUPYTER_DATA_DIR": str(folder / "data"),
        "JUPYTERLAB_SETTINGS_DIR": str(folder / "settings"),
        "JUPYTERLAB_WORKSPACES_DIR": str(folder / "workspaces"),
    }
    env.pop("COURSE_TARGET", None)
    command = [sys.executable, "-m", "jupyter", "lab", "--no-browser", f"--port={port}"]
    command += ["--allow-root", "--IdentityProvider.token=", f"--notebook-dir={folder}"]
    log = (folder / "lab.log").open("w")
    server = subprocess.Popen(command, env=env, cwd=folder, stdout=log, stderr=log)
    url = f"http://127.0.0.1:{port}"
    try:
        deadline = time.monotonic() + 60
        while True:
            try:
                urllib.request.urlopen(f"{url}/api/status", timeout=5).close()
                break
            except OSError:
                assert server.poll() is None, (folder / "lab.log").read_text()
                assert time.monotonic() < deadline, (folder / "lab.log").read_text()
                time.sleep(0.2)
        yield url
    finally:
        server.terminate()
        server.wait(20)
        subprocess.run(
            [sys.executable, "-m", "helpers.localaws", "stop"], env=env, cwd=ROOT, check=False
        )


@pytest.fixture(scope="module")
def browser():
    with playwright.sync_playwright() as started:
        chromium = started.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield chromium
        chromium.close()


@pytest.fixture
def page(browser):
    context = browser.new_context(viewport={"width": 1400, "height": 1000})
    opened = context.new_page()
    opened.set_default_timeout(60_000)
    yield opened
    context.close()


def pictures(page):
    """The drawings that are really on the page: loaded, and not of no size."""
    return page.evaluate(
        """() => [...document.querySelectorAll('.jp-OutputArea-output img')]
            .filter(i => i.complete && i.naturalWidth > 100)
            .filter(i => i.getBoundingClientRect().width > 100)
            .map(i => i.alt)"""
    )


def wait_for_pictures(page, number):
    page.wait_for_function(
        """number => [...document.querySelectorAll('.jp-OutputArea-output img')]
            .filter(i => i.complete && i.naturalWidth > 100).length >= number""",
        arg=number,
        timeout=240_000,
    )


def test_untrusted_as_it_is_opened_the_pictures_are_seen(lab, page):
    page.goto(f"{lab}/lab/tree/notebooks/{NOTEBOOK}")
    wait_for_pictures(page, 2)
    seen = pictures(page)
    assert any("Buy Stock" in alt and "2 ≤ 50" in alt for alt in seen)
    page.locator(".jp-OutputArea-output img").first.scroll_into_view_if_needed()
    PICTURES.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=PICTURES / "06_untrusted.png")


def test_run_all_cells_draws_the_run(lab, page):
    page.goto(f"{lab}/lab/tree/notebooks/{NOTEBOOK}")
    page.locator(".jp-Notebook").wait_for()
    wait_for_pictures(page, 2)
    page.get_by_text("Edit", exact=True).first.click()
    page.get_by_text("Clear Outputs of All Cells", exact=True).click()
    page.wait_for_function("() => !document.querySelector('.jp-OutputArea-output img')")
    page.get_by_text("Run", exact=True).first.click()
    page.get_by_text("Run All Cells", exact=True).click()
    wait_for_pictures(page, 2)
    code_cells = page.locator(".jp-CodeCell").count()
    page.wait_for_function(
        """n => [...document.querySelectorAll('.jp-CodeCell .jp-InputPrompt')]
            .filter(p => /^\\[\\d+\\]:$/.test(p.textContent)).length === n""",
        arg=code_cells,
        timeout=240_000,
    )
    assert not page.locator("[data-mime-type='application/vnd.jupyter.error']").count()
    assert any("Buy Stock" in alt and "2 ≤ 50" in alt for alt in pictures(page))
    page.locator(".jp-OutputArea-output img").first.scroll_into_view_if_needed()
    PICTURES.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=PICTURES / "06_run.png")
