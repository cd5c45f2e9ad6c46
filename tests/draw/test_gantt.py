"""The timeline: a row a state, a bar an attempt, waits labelled, branches and items as rows."""

import re
import xml.etree.ElementTree as ET

import pytest
from recorder import Recorder, trade
from test_machine import order

from helpers import draw, executions

SVG = "{http://www.w3.org/2000/svg}"


def texts(picture) -> list[str]:
    return [text.text for text in ET.fromstring(picture.svg).iter(f"{SVG}text")]


def test_the_trade():
    picture = draw.timeline(executions.from_history(trade(2)))
    assert picture.source == ""
    assert picture.text.splitlines()[:3] == [
        "Timeline: SUCCEEDED after 0.4 s. It began at 09:00:00 UTC.",
        "Check Stock Value: succeeded, from 0 s to 0.2 s.",
        "Buy or Sell?: succeeded, from 0.2 s to 0.2 s.",
    ]
    said = texts(picture)
    assert "09:00:00 UTC" in said and "Record Transaction" in said


def test_bars_stand_at_their_times():
    run = Recorder()
    run.enter("Wait", "One")
    run.passes(10)
    run.leave("Wait", "One")
    run.enter("Wait", "Three")
    run.passes(30)
    run.leave("Wait", "Three")
    svg = draw.timeline(executions.from_history(run.ends())).svg
    bars = [
        (float(r.get("x")), float(r.get("width")))
        for r in ET.fromstring(svg).iter(f"{SVG}rect")
        if r.get("height") == "18"
    ]
    (first, short), (second, long) = bars
    assert long == pytest.approx(3 * short, rel=0.01)
    assert second == pytest.approx(first + short, abs=0.2)


def test_each_attempt_has_its_bar_and_each_wait_its_label():
    run = Recorder()
    run.enter("Task", "Check")
    run.fails("Busy", 5).passes(15).fails("Busy", 5).passes(22.5).succeeds(5)
    run.leave("Task", "Check")
    picture = draw.timeline(executions.from_history(run.ends()))
    heights = [r.get("height") for r in ET.fromstring(picture.svg).iter(f"{SVG}rect")]
    assert heights.count("18") == 3 and heights.count("8") == 2
    said = texts(picture)
    assert "15 s" in said and "22.5 s" in said and "✗ ✗ ✓ 3 attempts" in said
    assert "3 attempts after waits of 15 s, 22.5 s" in picture.text


def test_branches_and_items_are_rows():
    picture = draw.timeline(order(fail=True))
    said = texts(picture)
    for row in ("branch 1: Check credit", "branch 2", "item 0", "item 1: Weigh", "Reserve it"):
        assert row in said, row
    assert "Pack each item, item 1: Weigh: failed Scale.Jammed" in picture.text
    assert any("3 items: 2 ✓, 1 ✗" in (one or "") for one in said)


def test_many_items_share_a_row():
    run = Recorder()
    run.enter("Map", "Each")
    fork = run.add("MapStateStarted", length=500)
    for index in range(500):
        run.add("MapIterationStarted", fork, name="Each", index=index)
        run.simple("Pass", "Work")
        run.add("MapIterationSucceeded", name="Each", index=index)
    run.add("MapStateSucceeded")
    run.leave("Map", "Each")
    picture = draw.timeline(executions.from_history(run.ends()))
    assert "488 more items" in texts(picture) and "488 more items: 488 ✓." in picture.text
    assert len(picture.svg) < 60_000


def test_without_times_it_counts_events_and_says_so(shared):
    path = shared / "histories" / "test-base-scenarios-test-lambda-invoke-with-retry-base.json"
    picture = draw.timeline(executions.from_json(path))
    assert "has no times, so the axis counts its events" in picture.text
    assert "events 2 to 15" in picture.text


@pytest.mark.parametrize("until", [1, 2, 5, 12, 19])
def test_at_any_moment(until):
    picture = draw.timeline(executions.from_history(trade(2, until)))
    ET.fromstring(picture.svg)
    assert "Timeline:" in picture.text


def test_ticks_are_told_apart():
    picture = draw.timeline(executions.from_history(trade(2)))
    root = ET.fromstring(picture.svg)
    ticks = [t.text for t in root.iter(f"{SVG}text") if t.get("text-anchor") == "middle"]
    ticks = [one for one in ticks if re.fullmatch(r"[\d.]+ m?s", one)]
    assert len(ticks) == len(set(ticks)) >= 4
