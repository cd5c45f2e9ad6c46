"""The lesson in JupyterLab by clicking alone: from the tile to the rule that is off again.

On its way it takes the pictures that the notebooks show, and holds those that are kept against
them by the words in them: pixels are other ones on each machine.
"""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from helpers import course
from tests.browsing import ROOT, a_browser, a_jupyterlab, in_browser
from tests.console.pictures import Pictures
from tests.workshop import RUNTIME

pytestmark = [pytest.mark.timeout(300), in_browser]

DEPLOY = [str(Path(sys.executable).with_name("sam")), "deploy", "--stack-name", "demo-sam"]
DEPLOY += ["--resolve-s3", "--capabilities", "CAPABILITY_IAM", "--no-confirm-changeset"]
DEPLOY += ["--parameter-overrides", f"PythonRuntime={RUNTIME}"]


@pytest.fixture(scope="module")
def page(module_endpoint, tmp_path_factory):
    """JupyterLab's Launcher, at an endpoint with the stock trader whose first price is 2."""
    module_endpoint.control("/_local/market", {"seed": course.MARKET_SEED})
    app = shutil.copytree(ROOT / "sam-app", tmp_path_factory.mktemp("app") / "demo-sam")
    env = module_endpoint.env | {"SAM_CLI_TELEMETRY": "0", "SAM_CLI_POLL_DELAY": "0.2"}
    own = {"LOCALAWS_HOME": str(module_endpoint.home), "COURSE_TARGET": "local"}
    with (
        subprocess.Popen(DEPLOY, cwd=app, env=env, stdout=subprocess.PIPE, text=True) as deploy,
        a_jupyterlab(tmp_path_factory.mktemp("lab"), **own) as lab,
        a_browser() as browser,
    ):
        opened = browser.new_page(
            viewport={"width": 1400, "height": 2000}, color_scheme="light", timezone_id="UTC"
        )
        opened.set_default_timeout(30_000)
        opened.goto(f"{lab.url}/lab?reset")
        said, _ = deploy.communicate()
        assert deploy.returncode == 0, said
        yield opened


class Console:
    """The console's tab, and a hand that clicks in it and waits for the page that comes."""

    def __init__(self, page):
        page.locator(".jp-LauncherCard[title=Console]").click()
        self.frame = page.locator(".jp-ServerProxy iframe").element_handle().content_frame()
        self.frame.get_by_role("heading", level=1).wait_for()

    def click(self, name, role="link", within="main"):
        self.frame.evaluate("() => { window.old = true; }")
        self.frame.locator(within).get_by_role(role, name=name).first.click()
        self.frame.wait_for_function("() => !window.old && document.readyState === 'complete'")

    def open(self, name):
        """From the menu."""
        self.click(name, within="nav")

    def words(self):
        return self.frame.locator("main").inner_text()

    def rows(self, table):
        """The cells of each row of a table, as texts."""
        rows = self.frame.get_by_role("region", name=table).locator("tbody tr")
        return [one.split("\t") for one in rows.all_inner_texts()]


def test_the_lesson(page):
    console, pictures = Console(page), Pictures(page)

    console.open("Stacks")
    console.click("demo-sam")
    assert "create complete" in console.words()
    pictures.take("console-stack", console.frame.get_by_role("region", name="Resources"))

    console.click("HourlyTradingSched")
    console.click("Enable", "button")
    assert "✓ enabled" in console.words()
    pictures.take("console-rule", console.frame.get_by_role("button", name="Disable"))

    console.open("Start")
    for _ in range(3):
        console.click("+ 1 hour", "button")

    console.open("State machines")
    console.click("StockTrading")
    assert [row[1] for row in console.rows("Executions")] == ["✓ succeeded"] * 3
    console.click(console.rows("Executions")[-1][0])  # the first, at the bottom
    graph = console.frame.locator(".picture").first
    graph.locator("svg").get_by_text("stock_price 2 ≤ 50").wait_for()
    pictures.take("console-execution", graph)

    console.open("Tables")
    console.click("TransactionTable")
    console.click("Timestamp")
    first = console.rows("Items")[0]
    assert {"2", "buy"} <= set(first)
    pictures.take("console-table", console.frame.get_by_role("region", name="Items"))
    console.click(first[0])
    assert "buy" in console.words()

    console.open("Logs")
    console.click("StockCheckerFunction")
    console.click("All there is")
    assert [row[1].split()[0] for row in console.rows("Events")][-3:] == ["START", "END", "REPORT"]
    pictures.take("console-log", console.frame.get_by_role("region", name="Events"))

    console.open("Rules")
    console.click("HourlyTradingSched")
    console.click("Disable", "button")
    assert "disabled" in console.words()
    console.open("Start")
    assert "Nothing is due" in console.words()
    assert not pictures.old, "the notebooks show other pages:\n" + "\n".join(pictures.old)
