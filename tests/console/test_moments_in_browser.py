"""Times by the reader's clock, in a real browser: beside UTC, also in what is brought in later."""

from zoneinfo import ZoneInfo

import pytest

from tests.browsing import a_browser, in_browser
from tests.console.conftest import a_console


@pytest.fixture(scope="module")
def moments(endpoint):
    """By a zone's name, what each moment of a machine's page says, before and after a change."""
    with a_console(endpoint.env) as served, a_browser() as browser:
        first = browser.new_context()
        first.new_page().goto(served.link)
        known = first.storage_state()

        def tell(zone, path, then):
            tab = browser.new_context(timezone_id=zone, storage_state=known).new_page()
            tab.goto(served.url + path)
            before = tab.locator("time").all_inner_texts()
            then()
            tab.locator("[data-part] time").first.wait_for()
            return before, tab.locator("[data-part] time").all_text_contents()

        yield tell


@in_browser
def test_a_moment_is_told_by_the_reader_s_clock_too(moments, states, machines):
    machine = machines.make({"Type": "Succeed"})
    made = states.describe_state_machine(stateMachineArn=machine)["creationDate"]
    before, after = moments(
        "Pacific/Kiritimati", f"/machines/{machine}", lambda: machines.run(machine)
    )
    utc, here = before[0].split(", ")
    assert utc.endswith(" UTC") and here.endswith("GMT+14")
    assert made.astimezone(ZoneInfo("Pacific/Kiritimati")).strftime("%H:%M:%S") in here
    assert "GMT+14" in after[0]


@in_browser
def test_a_reader_at_utc_is_told_nothing_twice(moments, machines):
    machine = machines.make({"Type": "Succeed"})
    before, after = moments("UTC", f"/machines/{machine}", lambda: machines.run(machine))
    assert all(one.endswith("UTC") for one in before + after)
