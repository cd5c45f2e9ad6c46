"""Notebook 06 in a real JupyterLab in a real browser: it runs, and its pictures are seen."""

import shutil
import subprocess
import sys

import pytest
from browsing import ROOT, SCREENSHOTS, a_browser, a_jupyterlab, in_browser, run_all

NOTEBOOK = "06_run.ipynb"

pytestmark = [pytest.mark.timeout(600), in_browser]


@pytest.fixture(scope="module")
def lab(tmp_path_factory):
    """A JupyterLab on a copy of the notebook, with its own endpoint."""
    folder = tmp_path_factory.mktemp("lab")
    (folder / "notebooks").mkdir()
    shutil.copy(ROOT / "notebooks" / NOTEBOOK, folder / "notebooks")
    shutil.copytree(ROOT / "sam-app", folder / "sam-app", ignore=shutil.ignore_patterns(".aws-sam"))
    own = {
        "LOCALAWS_HOME": str(folder / "endpoint"),
        "COURSE_WORK": str(folder / "work"),
        "COURSE_TARGET": "local",
    }
    with a_jupyterlab(folder, **own) as started:
        yield started
    stop = [sys.executable, "-m", "helpers.localaws", "stop"]
    subprocess.run(stop, env=started.env, cwd=ROOT, check=True)


@pytest.fixture(scope="module")
def browser():
    with a_browser() as started:
        yield started


@pytest.fixture
def page(browser, lab):
    opened = browser.new_page(viewport={"width": 1400, "height": 1000})
    opened.set_default_timeout(60_000)
    opened.goto(lab.address(f"notebooks/{NOTEBOOK}"))
    yield opened
    opened.close()


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


def test_untrusted_as_it_is_opened_the_pictures_are_seen(page):
    wait_for_pictures(page, 2)
    seen = pictures(page)
    assert any("Buy Stock" in alt and "2 ≤ 50" in alt for alt in seen)
    page.locator(".jp-OutputArea-output img").first.scroll_into_view_if_needed()
    page.screenshot(path=SCREENSHOTS / "06_untrusted.png")


def test_run_all_cells_draws_the_run(page):
    page.locator(".jp-Notebook").wait_for()
    wait_for_pictures(page, 2)
    page.get_by_text("Edit", exact=True).first.click()
    page.get_by_text("Clear Outputs of All Cells", exact=True).click()
    page.wait_for_function("() => !document.querySelector('.jp-OutputArea-output img')")
    run_all(page)
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
    page.screenshot(path=SCREENSHOTS / "06_run.png")
    page.get_by_role("button", name="Console", exact=True).click()  # of course.begin
    console = page.locator(".jp-ServerProxy iframe").content_frame
    console.get_by_role("link", name="State machines").click()
    console.get_by_role("link", name="StockTrading").wait_for()
    assert not page.get_by_text("Run Command?").count(), "what was just run is asked about"
