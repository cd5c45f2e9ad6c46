"""A drawing that replays: step, play and scrub through an execution, and look into each state."""

from __future__ import annotations

import bisect
import hashlib
import json
from collections.abc import Iterable, Mapping
from functools import cache, cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from helpers import units
from helpers.asl import Definition, Edge, State
from helpers.draw import words
from helpers.draw.errors import NothingToDraw
from helpers.draw.given import as_definition, as_execution, check_iteration
from helpers.draw.look import STATUS
from helpers.draw.machine import Spare, drawn, edge_lines, status_line
from helpers.draw.overlay import Overlay
from helpers.draw.picture import Picture

if TYPE_CHECKING:
    from helpers.executions import Attempt, Execution, Step

MOST_EVENTS = 4_000  # with more, only those at which the drawing changes are stepped through
MOST_VISITS = 2_000
LONGEST = 4_000  # characters of one input, output or definition
ORDER = ("not started", "running", "succeeded", "failed", "caught", "cancelled")


def replay(
    definition: Any,
    execution: Execution,
    *,
    direction: str | None = None,
    iteration: int | Mapping[str, int] | None = None,
    title: str = "",
) -> Replay:
    """Draws an execution so that it can be replayed in the notebook and in its HTML export.

    Takes what `state_machine` takes. Where scripts do not run (an untrusted notebook, GitHub)
    the plain picture and its words stand instead.
    """
    if execution is None:
        raise NothingToDraw("A replay needs an execution: `draw.replay(definition, run)`.")
    given = as_definition(definition)
    as_execution(execution)
    check_iteration(given, execution, iteration)
    edges = given.edges()
    overlay = Overlay(given, execution, iteration, edges)
    data = _data(given, edges, overlay)
    still = drawn(
        given,
        execution,
        direction=direction,
        iteration=iteration,
        title=title,
        spare=_spare(data),
    )
    return Replay(still, data)


def _spare(data: dict[str, Any]) -> Spare:
    """All that comes to stand in the drawing while it is replayed."""
    lines: dict[int, list[str]] = {}
    for _, number, _, line in data["changes"]:
        lines.setdefault(number + 1, []).append(line)
    edges = {at: [one["plain"], one["told"]] for at, one in enumerate(data["edges"], 1)}
    return Spare(lines, edges)


class Replay(Picture):
    """A picture with controls. `data` is what they need, as JSON's types."""

    def __init__(self, still: Picture, data: dict[str, Any]) -> None:
        super().__init__(still.text, title=still.title, source=still.source)
        self._still = still
        told = json.dumps([data, still.title], sort_keys=True, default=str) + still.source
        self.data = {
            **data,
            "title": still.title,
            "key": hashlib.sha256(told.encode()).hexdigest()[:16],
        }

    @cached_property
    def svg(self) -> str:
        """The still picture: the execution as it stands at its latest event."""
        return self._still.svg

    @property
    def html(self) -> str:
        """The still picture, and the script that brings it to life where scripts run."""
        said = json.dumps(self.data, ensure_ascii=False, separators=(",", ":"), default=str)
        style = json.dumps(_style())
        # nothing in the data may end the script or open a comment
        for unsafe in "<\u2028\u2029":
            said = said.replace(unsafe, f"\\u{ord(unsafe):04x}")
        return (
            f'<div class="course-replay" data-replay="{self.data["key"]}" '
            f'data-lm-suppress-shortcuts="true">{self._still.html}</div>\n'
            f"<script>{_script()}({said},{style});</script>"
        )


def _data(definition: Definition, edges: list[Edge], overlay: Overlay) -> dict[str, Any]:
    execution = overlay.execution
    number = {id(state): at for at, state in enumerate(definition.states)}
    steps = [(step, state) for step, state in overlay.visited() if id(state) in number]
    events = execution.events
    changes = _changes(steps, number, overlay, len(events))
    taken = {id(edge): overlay.moments(edge) for edge in edges}
    shown = _shown(events, changes, taken.values())
    place = {event["id"]: at for at, event in enumerate(shown, 1)}
    # an event that is not stepped through counts as the next one that is
    ids = sorted(place)

    def at(event: int) -> int:
        place_of_next = bisect.bisect_left(ids, event)
        return place[ids[place_of_next]] if place_of_next < len(ids) else len(shown)

    where = {event: number[id(state)] for step, state in steps for event in _own_events(step)}
    return {
        "count": len(events),
        "ended": not execution.is_running,
        "statuses": [
            {"name": name.replace(" ", "-"), "word": STATUS[name].word, "mark": STATUS[name].mark}
            for name in ORDER
        ],
        "states": [
            {
                "id": f"state-{one}",
                "box": f"box-{one}",
                "name": units.named(state.name),
                "what": words.what(state),
                "definition": _cut(_pretty(state.raw)),
            }
            for one, state in enumerate(definition.states, 1)
        ],
        "edges": [
            {
                "id": f"edge-{one}",
                "at": [at(event) for event in taken[id(edge)]],
                "plain": edge_lines(edge, None, 0),
                "told": edge_lines(edge, overlay, overlay.taken(edge)),
            }
            for one, edge in enumerate(edges, 1)
        ],
        "events": [
            [
                event["id"],
                event["type"],
                _after(event, execution),
                where.get(event["id"], -1),
            ]
            for event in shown
        ],
        "changes": [[at(event), *rest] for event, *rest in changes],
        "visits": [
            _visit(step, number[id(state)], at, execution) for step, state in steps[:MOST_VISITS]
        ],
    }


def _changes(
    steps: list[tuple[Step, State]], number: dict[int, int], overlay: Overlay, end: int
) -> list[tuple[int, int, int, str]]:
    """(event, state, status, line) whenever what is said of a state changes, in order."""
    changes: list[tuple[int, int, int, str]] = []
    running = ORDER.index("running")
    for step, state in steps:
        at = number[id(state)]
        mark = f"{STATUS['running'].mark} {STATUS['running'].word}"
        changes.append((step.first_event, at, running, mark))
        for attempt in step.attempts:
            if attempt.number > 1:
                changes.append((attempt.first_event, at, running, f"… attempt {attempt.number}"))
            if attempt.status == "failed" and attempt is not step.attempts[-1]:
                said = f"✗ attempt {attempt.number}: {attempt.error or 'failed'}"
                changes.append((attempt.last_event, at, running, units.shorten(said, 44)))
        if step.status != "running":
            line = status_line(state, step.status, [step])
            last = step.last_event if step.exited else end
            changes.append((last, at, ORDER.index(step.status), line))
    for state in {id(state): state for _, state in steps}.values():
        seen = overlay.seen(state)
        if seen and len(seen.steps) > 1:  # in the end it says what the still picture says
            line = status_line(state, seen.status, seen.steps)
            changes.append((end, number[id(state)], ORDER.index(seen.status), line))
    return sorted(changes, key=lambda change: change[0])


def _shown(
    events: list[dict[str, Any]],
    changes: list[tuple[int, int, int, str]],
    taken: Iterable[list[int]],
) -> list[dict[str, Any]]:
    if len(events) <= MOST_EVENTS:
        return events
    matter = {change[0] for change in changes} | {event for several in taken for event in several}
    matter |= {events[0]["id"], events[-1]["id"]}
    shown = [event for event in events if event["id"] in matter]
    stride = max(1, len(shown) // MOST_EVENTS)
    return shown[::stride] if stride > 1 else shown


def _own_events(step: Step) -> Iterable[int]:
    yield step.first_event
    for attempt in step.attempts:
        yield from range(attempt.first_event, attempt.first_event + 1)
        yield attempt.last_event
    yield step.last_event


def _visit(step: Step, state: int, at: Any, execution: Execution) -> dict[str, Any]:
    over = None
    if step.status != "running":
        over = at(step.last_event if step.exited else len(execution.events))
    error = None
    if step.error:
        error = step.error + (f"\n{words.cause(step.cause)}" if step.cause else "")
    return {
        "state": state,
        "label": words.where(step),
        "enter": at(step.first_event),
        "exit": over,
        "said": words.step_line(step),
        "input": _cut(_pretty(step.input)) if step.raw_input is not None else None,
        "output": _cut(_pretty(step.output)) if step.raw_output is not None else None,
        "error": error and _cut(error),
        "attempts": [_attempt(attempt, at) for attempt in step.attempts[:50]],
    }


def _attempt(attempt: Attempt, at: Any) -> dict[str, Any]:
    waited = f"after a wait of {units.duration(attempt.waited)}: " if attempt.waited else ""
    said = f"{waited}{STATUS[attempt.status].mark} {STATUS[attempt.status].word}"
    if attempt.duration is not None:
        said += f" after {units.duration(attempt.duration)}"
    if attempt.error:
        said += f": {attempt.error}"
    return {
        "from": at(attempt.first_event),
        "to": at(attempt.last_event) if attempt.status != "running" else None,
        "begun": f"{waited}… in progress",
        "said": said,
        "error": attempt.error,
    }


def _after(event: dict[str, Any], execution: Execution) -> str:
    after = execution.seconds_at(event)
    return "" if after is None else units.duration(after)


def _pretty(value: Any) -> str:
    return json.dumps(value, indent=2, ensure_ascii=False, default=str)


def _cut(text: str) -> str:
    if len(text) <= LONGEST:
        return text
    return f"{text[:LONGEST]}\n… {len(text) - LONGEST:,} more characters"


@cache
def _script() -> str:
    return (Path(__file__).with_name("player.js")).read_text(encoding="utf-8").strip()


@cache
def _style() -> str:
    css = (Path(__file__).with_name("player.css")).read_text(encoding="utf-8")
    for name, status in STATUS.items():
        shape = f".{name.replace(' ', '-')}:is(.state,.box)"
        solid = ":is(path,polygon,ellipse)"
        dash = "5,2" if name == "not started" else "none"
        width = 1.2 if name == "not started" else 3
        css += (
            f"{shape}>{solid},{shape}>polyline{{stroke:{status.line};stroke-width:{width};"
            f"stroke-dasharray:{dash}}}"
            f'.{name.replace(" ", "-")}.state>{solid}:not([fill="none"]){{fill:{status.fill}}}'
        )
    return css
