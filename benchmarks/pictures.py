"""Measures the pictures: `python benchmarks/pictures.py`. Ends non-zero where a target is missed.

Each figure is the best of several rounds, everything made anew in each. The target is for a machine
of one's own: where other work shares it, the time on the clock says how busy it is, so the time of
the processor (this process's and `dot`'s) is what counts. The trades have `trades.py` beside this.
"""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from helpers import asl, draw, executions
from helpers.draw import layout

BEGIN = datetime(2025, 3, 1, 9, 0, tzinfo=UTC)


def machine(states: int) -> dict[str, Any]:
    """Tasks with Retry and Catch, every third a Choice that can skip two; `states` in all."""
    made: dict[str, Any] = {}
    work = states - 2
    for at in range(work):
        after = f"State {at + 1}" if at + 1 < work else "Done"
        if at % 3 == 2:
            skip = f"State {at + 3}" if at + 3 < work else "Done"
            rule = {"Variable": "$.value", "NumericLessThan": at, "Next": skip}
            made[f"State {at}"] = {"Type": "Choice", "Choices": [rule], "Default": after}
        else:
            made[f"State {at}"] = {
                "Type": "Task",
                "Resource": f"arn:aws:lambda:us-east-1:123456789012:function:Work{at}",
                "Retry": [{"ErrorEquals": ["States.ALL"], "IntervalSeconds": 2}],
                "Catch": [{"ErrorEquals": ["States.ALL"], "Next": "Failed"}],
                "Next": after,
            }
    made["Done"] = {"Type": "Succeed"}
    made["Failed"] = {"Type": "Fail", "Error": "Broken"}
    return {"StartAt": "State 0", "States": made}


LOOP = {
    "StartAt": "Work",
    "States": {
        "Work": {
            "Type": "Task",
            "Resource": "arn:aws:lambda:us-east-1:123456789012:function:Work",
            "Next": "Again?",
        },
        "Again?": {
            "Type": "Choice",
            "Choices": [{"Variable": "$.n", "NumericLessThan": 1e9, "Next": "Work"}],
            "Default": "Done",
        },
        "Done": {"Type": "Succeed"},
    },
}


def history(count: int) -> list[dict[str, Any]]:
    """`count` events: a loop of a Task and a Choice."""
    events: list[dict[str, Any]] = [
        {"id": 1, "previousEventId": 0, "type": "ExecutionStarted", "timestamp": BEGIN}
    ]

    def add(type: str, field: str = "", **details: Any) -> None:
        number = len(events) + 1
        event = {
            "id": number,
            "previousEventId": 0 if number == 2 else number - 1,
            "type": type,
            "timestamp": BEGIN + timedelta(milliseconds=20 * number),
        }
        if field:
            event[field] = details
        events.append(event)

    turn = 0
    while len(events) + 7 <= count - 1:
        seen = json.dumps({"n": turn, "of": "many"})
        add("TaskStateEntered", "stateEnteredEventDetails", name="Work", input=seen)
        add("TaskScheduled", "taskScheduledEventDetails", resourceType="lambda")
        add("TaskStarted", "taskStartedEventDetails", resourceType="lambda")
        add("TaskSucceeded", "taskSucceededEventDetails", output=seen)
        add("TaskStateExited", "stateExitedEventDetails", name="Work", output=seen)
        add("ChoiceStateEntered", "stateEnteredEventDetails", name="Again?", input=seen)
        add("ChoiceStateExited", "stateExitedEventDetails", name="Again?", output=seen)
        turn += 1
    while len(events) < count - 1:
        add("TaskHeartbeatOfTheFuture")
    add("ExecutionAborted", "executionAbortedEventDetails", error="Enough")
    return events


class Took(NamedTuple):
    """Seconds on the clock and of the processor."""

    clock: float
    processor: float


def measured(work: Callable[[], object]) -> Took:
    """What one round took; a process that was started and has ended is counted in."""
    began, used = time.perf_counter(), sum(os.times()[:4])
    work()
    return Took(time.perf_counter() - began, sum(os.times()[:4]) - used)


def best(work: Callable[[], object], rounds: int = 7, each: int = 3) -> Took:
    """The shortest of several rounds; each is repeated, because the processor's time is counted
    in hundredths of a second."""
    times = []
    for _ in range(rounds):

        def several() -> None:
            for _ in range(each):
                layout._laid_out.cache_clear()
                work()

        took = measured(several)
        times.append(Took(took.clock / each, took.processor / each))
    return Took(*(min(one) for one in zip(*times, strict=True)))


def graph(states: int) -> Callable[[], object]:
    """Draws a machine of so many states from its dict to its SVG."""
    made = machine(states)
    return lambda: draw.state_machine(asl.Definition.from_dict(made)).svg


def main() -> int:
    """Prints a line a figure; 1 if a target was missed."""
    missed = 0

    def line(what: str, took: Took, limit: float | None = None) -> None:
        nonlocal missed
        target = "" if limit is None else f"  target {limit * 1000:.0f} ms"
        bad = limit is not None and min(took) > limit
        missed += bad
        said = f"{took.clock * 1000:8.1f} ms, processor {took.processor * 1000:7.1f} ms"
        print(f"{what:<52}{said}{target}{'  MISSED' if bad else ''}", flush=True)

    native = layout.engine() == "dot"
    os.environ[layout.OVERRIDE] = "wasm"
    first = measured(lambda: layout.svg("digraph { a -> b }"))
    line("WebAssembly Graphviz, first drawing of a process", first)
    wasm = {states: best(graph(states)) for states in (33, 200)}
    if native:
        os.environ[layout.OVERRIDE] = "dot"
        for states in (33, 200):
            took = best(graph(states))
            line(f"{states} states with dot", took, 0.05 if states == 33 else None)
            line(f"{states} states with WebAssembly, warm", wasm[states], 2 * took.processor)
    else:
        print("no dot here: only WebAssembly is measured")
        for states, took in wasm.items():
            line(f"{states} states with WebAssembly, warm", took)
    os.environ.pop(layout.OVERRIDE)

    events = history(10_000)
    assert len(events) == 10_000

    def read() -> executions.Execution:
        return executions.from_history(events)

    line("10,000 events read", best(read, 5))
    line("10,000 events read and drawn", best(lambda: draw.state_machine(LOOP, read()).svg, 5), 1)
    line("10,000 events read, as a timeline", best(lambda: draw.timeline(read()).svg, 5), 1)
    line("10,000 events read, as a replay", best(lambda: draw.replay(LOOP, read()).html, 5))
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
