"""What changes on AWS changes on a page, and the reader is left where he is."""

import json
import uuid

import pytest

from tests.browsing import a_browser, in_browser
from tests.console.conftest import a_console
from tests.workshop import ended


@pytest.fixture
def page(endpoint):
    """A tab that has followed the link; nothing may complain in it."""
    complaints = []
    with a_console(endpoint.env) as served, a_browser() as browser:
        tab = browser.new_page()
        tab.on("pageerror", lambda error: complaints.append(str(error)))
        tab.on("console", lambda told: complaints.append(told.text) if told.type == "error" else 0)
        tab.goto(served.link)
        tab.console_url = served.url
        yield tab
    assert complaints == []


@in_browser
def test_a_live_page_keeps_what_is_focused_and_open(page, states, machines):
    activity = states.create_activity(name=f"activity-{uuid.uuid4().hex[:8]}")["activityArn"]
    wait = {"Type": "Task", "Resource": activity, "Next": "Last"}
    machine = machines.make(wait, Last={"Type": "Pass", "End": True})
    run = states.start_execution(stateMachineArn=machine)["executionArn"]
    page.goto(f"{page.console_url}/machines/{machine}")
    executions = page.locator("[data-part=executions]")
    executions.get_by_role("link").focus()
    another = states.start_execution(stateMachineArn=machine)["executionArn"]
    executions.locator("tbody tr").nth(1).wait_for()
    assert page.evaluate("document.activeElement.href").endswith(f"/executions/{run}")
    states.stop_execution(executionArn=another)

    page.goto(f"{page.console_url}/executions/{run}")
    page.locator("[data-part=events] summary").first.click()
    page.locator("[data-part=states]").get_by_role("link", name="First").focus()
    work = states.get_activity_task(activityArn=activity)
    page.get_by_text("a worker has its work").wait_for()
    states.send_task_success(taskToken=work["taskToken"], output=json.dumps({}))
    ended(states, run)
    page.locator("[data-part=state]").get_by_text("succeeded").wait_for()
    assert page.evaluate("document.activeElement.textContent") == "First"
    assert page.locator("[data-part=events] details").first.evaluate("one => one.open")
    assert page.locator("[data-part=events] tbody tr").count() == 9
