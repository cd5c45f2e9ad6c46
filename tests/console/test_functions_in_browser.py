"""A test event and a live tail in a real browser, and the pages of an endpoint with nothing."""

import pytest

from tests.browsing import a_browser, in_browser
from tests.console.conftest import a_console, visiting
from tests.workshop import make_function

MARKUP = "<img src=x onerror=alert(1)>"


@pytest.fixture(scope="module")
def page(endpoint):
    """A tab that has followed the link; nothing may complain in it, and no script may speak up."""
    complaints = []
    with a_console(endpoint.env) as served, a_browser() as browser:
        tab = browser.new_page()
        tab.on("pageerror", lambda error: complaints.append(str(error)))
        tab.on("dialog", lambda dialog: complaints.append(dialog.message))
        tab.on("console", lambda told: complaints.append(told.text) if told.type == "error" else 0)
        tab.goto(served.link)
        tab.console_url = served.url
        yield tab
    assert complaints == []


@in_browser
def test_an_event_is_sent_and_its_lines_come_in_live(page, endpoint, role):
    client = endpoint.client("lambda")
    source = "def handler(event, context):\n    print('seen', event['name'])\n    return event\n"
    name = make_function(client, role, source)["FunctionName"]
    page.goto(f"{page.console_url}/functions/{name}")
    page.get_by_label("Event (JSON)").fill(f'{{"name": "{MARKUP}"}}')
    page.get_by_role("button", name="Run it").click()
    assert MARKUP in page.locator("#answer pre").first.inner_text()
    page.get_by_role("link", name="Follow it live").click()
    lines = page.get_by_role("log")
    lines.get_by_text(f"seen {MARKUP}", exact=True).wait_for()
    page.get_by_role("button", name="Pause").click()
    client.invoke(FunctionName=name, Payload=b'{"name": "once more"}')
    page.wait_for_timeout(2500)
    assert "once more" not in lines.inner_text()
    page.get_by_role("button", name="Pause").click()
    lines.get_by_text("seen once more").wait_for()
    count = lines.locator("tbody tr").count()
    assert page.locator("[data-count]").inner_text() == f"{count} lines"


def test_pages_without_anything_say_how_to_fill_them(fresh_endpoint):
    with visiting(fresh_endpoint.env) as visitor:
        assert "There is no function yet." in visitor.words("/functions")
        assert "There is no log group yet." in visitor.words("/logs")
