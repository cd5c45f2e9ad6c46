"""The replay in a real browser: stepped, played, scrubbed, looked into, by keyboard alone."""

import json
import re

import pytest
from browsing import a_browser, in_browser
from machines import ORDERS, TRADER
from recorder import Recorder
from test_machine import order

from helpers import draw, executions


@pytest.fixture(scope="module")
def browser():
    with a_browser() as started:
        yield started


@pytest.fixture
def opened(browser, tmp_path):
    """Opens a picture's saved page; gives the page. A script error fails the test."""
    pages, wrong = [], []

    def open_(picture, **options):
        page = browser.new_page(viewport={"width": 1000, "height": 900}, **options)
        page.on("pageerror", lambda error: wrong.append(str(error)))
        page.on("request", lambda r: r.url[:4] == "http" and wrong.append(r.url))
        page.goto(picture.save(tmp_path / "replay.html").as_uri())
        pages.append(page)
        return page

    yield open_
    for page in pages:
        page.close()
    assert not wrong


def retried():
    """Check Stock Value fails twice before it succeeds; the cause tries to break out."""
    run = Recorder()
    run.enter("Task", "Check Stock Value")
    evil = json.dumps({"errorMessage": "</script><img src=x onerror=alert(1)>"})
    run.fails("States.Timeout", 1).passes(15).fails("Market.Closed", 2, evil).passes(22.5)
    run.succeeds(0.3, {"stock_price": 2})
    run.leave("Task", "Check Stock Value", {"stock_price": 2})
    run.simple("Choice", "Buy or Sell?", {"stock_price": 2})
    run.task("Buy Stock", {"stock_price": 2}, {"id": "7"})
    run.task("Record Transaction", {"id": "7"})
    return executions.from_history(run.ends())


def line(page, number):
    return page.locator(f"#state-{number} text").last.text_content()


def told(page):
    return page.locator("output").text_content()


@in_browser
def test_it_begins_as_the_still_picture(opened):
    page = opened(draw.replay(TRADER, retried()))
    assert told(page).startswith("Event 25 of 25: ExecutionSucceeded")
    assert line(page, 1) == "✓ succeeded · 3 attempts · 40.8 s"
    assert line(page, 4) == "○ not started"
    assert page.locator("img").count() == 1 and not page.locator("img").is_visible()


@in_browser
def test_stepped_event_by_event(opened):
    page = opened(draw.replay(TRADER, retried()))
    page.get_by_role("button", name="To the beginning").click()
    assert told(page) == "Before the first event."
    assert {line(page, n) for n in range(1, 6)} == {"○ not started"}
    on = page.get_by_role("button", name="One event on")
    seen = []
    for _ in range(25):
        on.click()
        seen.append(line(page, 1))
    changes = [one for at, one in enumerate(seen) if not at or seen[at - 1] != one]
    assert changes == [
        "○ not started",
        "… in progress",
        "✗ attempt 1: States.Timeout",
        "… attempt 2",
        "✗ attempt 2: Market.Closed",
        "… attempt 3",
        "✓ succeeded · 3 attempts · 40.8 s",
    ]
    page.get_by_role("button", name="One event back").click()
    assert told(page).startswith("Event 24 of 25: TaskStateExited in Record Transaction")


@in_browser
def test_a_decision_shows_its_value_when_it_is_made(opened):
    page = opened(draw.replay(TRADER, retried()))
    rule = page.locator("#edge-3 text")
    assert rule.text_content() == "stock_price 2 ≤ 50"
    page.get_by_role("button", name="To the beginning").click()
    assert rule.text_content() == "stock_price ≤ 50"
    assert "taken" not in page.locator("#edge-3").get_attribute("class").split()


@in_browser
def test_a_state_looked_into(opened):
    page = opened(draw.replay(TRADER, retried()))
    page.locator("#state-1").click()
    details = page.get_by_label("The chosen state")
    assert details.locator("h4").text_content() == "Check Stock Value"
    assert '"stock_price": 2' in details.text_content()
    assert details.locator("li").all_text_contents() == [
        "✗ failed after 1 s: States.Timeout",
        "after a wait of 15 s: ✗ failed after 2 s: Market.Closed",
        "after a wait of 22.5 s: ✓ succeeded after 0.3 s",
    ]
    details.get_by_text("Definition").click()
    assert '"MaxAttempts": 5' in details.locator("details pre").text_content()
    page.locator("#state-4").click()
    assert "○ not started" in details.text_content()
    page.locator("#state-1").click()
    page.get_by_role("button", name="To the beginning").click()
    assert 'stock_price": 2' not in details.locator("> pre").all_text_contents()


@in_browser
def test_by_keyboard_alone(opened):
    page = opened(draw.replay(TRADER, retried()))
    page.keyboard.press("Tab")
    page.keyboard.press("Home")
    assert told(page) == "Before the first event."
    for _ in range(5):
        page.keyboard.press("ArrowRight")
    assert told(page).startswith("Event 5 of 25: TaskFailed in Check Stock Value")
    page.keyboard.press("ArrowLeft")
    assert told(page).startswith("Event 4 of 25")
    page.keyboard.press("End")
    page.get_by_label("Speed").focus()
    for name in ("Check Stock Value", "Buy or Sell?"):  # what has the focus is looked into
        page.keyboard.press("Tab")
        assert page.locator("h4").text_content() == name
    page.keyboard.press("Enter")  # and Enter goes there, to read and scroll
    details = page.get_by_label("The chosen state")
    assert details.evaluate("one => one.matches(':focus-visible')")
    assert details.evaluate("one => getComputedStyle(one).outlineStyle") == "solid"
    page.keyboard.press("Escape")
    assert page.locator("h4").count() == 0
    for number in range(1, 6):
        state = page.locator(f"#state-{number}")
        assert state.get_attribute("tabindex") == "0" and state.get_attribute("role") == "button"
        assert re.search(": [✓○]", state.get_attribute("aria-label"))


@in_browser
def test_played_and_paused(opened):
    page = opened(draw.replay(TRADER, retried()))
    page.get_by_label("Speed").select_option("20")
    page.get_by_role("button", name="Play").click()
    assert page.get_by_role("button", name="Pause").count() == 1
    page.get_by_role("button", name="Play").wait_for(timeout=15_000)
    assert told(page).startswith("Event 25 of 25")


@in_browser
def test_scrubbed(opened):
    page = opened(draw.replay(TRADER, retried()))
    page.get_by_label("Event", exact=True).fill("12")
    assert told(page).startswith("Event 12 of 25")
    assert page.get_by_label("Event", exact=True).get_attribute("aria-valuetext") == told(page)


@in_browser
def test_items_of_a_map_are_chosen(opened):
    page = opened(draw.replay(ORDERS, order(fail=True)))
    page.get_by_role("button", name=re.compile("^Weigh,")).click()
    visits = page.get_by_label("The chosen state").locator("select")
    assert visits.locator("option").all_text_contents() == [
        "1 of 3, item 0 of Pack each item",
        "2 of 3, item 1 of Pack each item",
        "3 of 3, item 2 of Pack each item",
    ]
    visits.select_option("1")
    assert "Scale.Jammed" in page.get_by_label("The chosen state").text_content()


@in_browser
def test_what_has_the_focus_keeps_it_when_the_details_change(opened):
    page = opened(draw.replay(ORDERS, order(fail=True)))
    page.get_by_role("button", name=re.compile("^Weigh,")).click()
    details = page.get_by_label("The chosen state")
    details.locator("select").focus()
    page.keyboard.press("ArrowUp")
    assert details.locator("select").evaluate("one => one.matches(':focus') && one.value") == "1"
    assert "Scale.Jammed" in details.text_content()
    details.locator("pre").first.focus()
    last = told(page)
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("ArrowLeft")
    assert page.get_by_label("Event", exact=True).input_value() == str(int(last.split()[1]) - 2)


@in_browser
def test_where_scripts_do_not_run_the_picture_stands(opened):
    picture = draw.replay(TRADER, retried())
    page = opened(picture, java_script_enabled=False)
    image = page.locator("img")
    assert image.is_visible() and image.get_attribute("alt") == picture.text


@in_browser
def test_printed_it_is_the_picture_and_nothing_of_it_is_cut_off(opened):
    page = opened(draw.replay(ORDERS, order(fail=True)))
    page.get_by_role("button", name="To the end").click()
    page.emulate_media(media="print")
    page.set_viewport_size({"width": 500, "height": 900})  # narrower than the drawing
    graph = page.locator(".graph svg")
    assert graph.get_attribute("width") > "500" and graph.bounding_box()["width"] <= 500
    assert (
        not page.locator("button, input, select, output, section, summary")
        .locator("visible=true")
        .count()
    )


@in_browser
def test_with_reduced_motion_nothing_moves_by_itself(opened):
    page = opened(draw.replay(TRADER, retried()), reduced_motion="reduce")
    assert page.locator("#state-1 > path").first.evaluate(
        "one => getComputedStyle(one).transitionDuration"
    ) in ("0s", "")


def test_nothing_in_the_data_ends_the_script():
    page = draw.replay(TRADER, retried()).html
    assert page.count("</script>") == 1 and page.endswith("</script>")
    assert "<img src=x" not in page


def test_a_long_history_stays_small():
    run = Recorder()
    for _ in range(3000):
        run.task("Check Stock Value")
    picture = draw.replay(TRADER, executions.from_history(run.ends()))
    assert len(picture.data["events"]) <= 8_000
    assert len(picture.html) < 4_000_000


def test_a_replay_needs_an_execution():
    with pytest.raises(draw.NothingToDraw, match="needs an execution"):
        draw.replay(TRADER, None)
