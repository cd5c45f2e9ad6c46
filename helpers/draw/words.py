"""Says in words what a drawing shows: for those who cannot see it, and for tests."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from helpers import units
from helpers.asl import Definition, Edge, State
from helpers.draw.look import STATUS

if TYPE_CHECKING:
    from helpers.draw.overlay import Overlay
    from helpers.executions import Execution, Run, Step

LONGEST_PATH = 60  # steps of one run that are told before the middle is left out
MANY_RUNS = 8  # iterations that are told one by one


def title_of(definition: Definition, execution: Execution | None = None) -> str:
    """A few words that name the drawing."""
    name = definition.comment or "State machine"
    if execution is not None:
        name = f"{name} — {execution!r}"
    return units.shorten(name, 120)


def what(state: State) -> str:
    """The type and what it does: `Lambda StockChecker`, `Wait 10 s`, `Map, each of items`."""
    if state.type == "Task":
        return state.service or "Task"
    if state.type == "Parallel":
        return f"Parallel, {_plural(len(state.children), 'branch', 'branches')}"
    if state.type == "Map":
        kind = "Distributed Map" if state.is_distributed else "Map"
        return f"{kind}, {state.words}"
    said = f"{state.type} {state.words}".strip()
    return said or "no type"


def of_definition(definition: Definition, edges: list[Edge]) -> str:
    """The machine state by state, in the order of the text, insides indented by their path."""
    states = definition.states
    if not states:
        return "A state machine without states."
    first = "none" if definition.start_at is None else units.named(definition.start_at)
    lines = [f"{_plural(len(states), 'state')}, beginning with {first}."]
    if definition.comment:
        lines[0] = f"{definition.comment.rstrip('.')}. {lines[0]}"
    leaving: dict[int, list[Edge]] = {}
    for edge in edges:
        leaving.setdefault(id(edge.source), []).append(edge)
    for state in states:
        lines.append(_told_state(state, leaving.get(id(state), [])))
    return "\n".join(lines)


def _told_state(state: State, leaving: list[Edge]) -> str:
    said = _inside(state) + units.named(state.name) + ": " + what(state)
    for retrier in state.retriers:
        on = "" if retrier.errors == ("States.ALL",) else f" on {', '.join(retrier.errors)}"
        said += f"; {retrier.words}{on}"
    said += "".join(f"; {setting}" for setting in state.settings) + "."
    for kind in ("branch", "iteration"):
        firsts = [_target(edge) for edge in leaving if edge.kind == kind]
        if firsts:
            each = "Each item begins with" if kind == "iteration" else "Branches begin with"
            said += f" {each} {', '.join(firsts)}."
    ways = [
        f"{edge.label} → {_target(edge)}" for edge in leaving if edge.kind in ("choice", "default")
    ]
    ways += [f"→ {_target(edge)}" for edge in leaving if edge.kind == "next"]
    ways += [f"on {edge.label} → {_target(edge)}" for edge in leaving if edge.kind == "catch"]
    if any(edge.kind == "end" for edge in leaving):
        ways.append("ends")
    return said + (f" {'; '.join(ways)}." if ways else "")


def _inside(state: State) -> str:
    if state.parent is None:
        return ""
    branch = "" if state.branch_index is None else f" branch {state.branch_index + 1}"
    return f"In {units.named(state.parent.name)}{branch}: "


def _target(edge: Edge) -> str:
    if edge.target is not None:
        return units.named(edge.target.name)
    return f"{units.named(edge.target_name)} (no such state)"


def of_edge(edge: Edge) -> str:
    """One arrow: from, to, and when."""
    source = units.named(edge.source.name) if edge.source else "Start"
    return f"{source} → {_target(edge)}: {edge.label}"


def of_state(state: State, overlay: Overlay | None) -> str:
    """One state: what it is and, with an execution, how it went."""
    said = f"{units.named(state.name)}: {what(state)}"
    for retrier in state.retriers:
        said += f"; {retrier.words} on {', '.join(retrier.errors)}"
    said += "".join(f"; {setting}" for setting in state.settings)
    if overlay is None:
        return said
    seen = overlay.seen(state)
    if overlay.elsewhere(state):
        return f"{said}. In executions of its own, one an item or batch"
    if seen and seen.status == seen.last.status:
        said += f". {status_word(seen.last).capitalize()}"
    else:
        said += f". {STATUS[overlay.status(state)].word.capitalize()}"
    if seen:
        last = seen.last
        if last.error:
            said += f" {last.error}"
        if len(last.attempts) > 1:
            said += f", {len(last.attempts)} attempts"
        if last.duration is not None:
            said += f", {units.duration(last.duration)}"
    return said


def of_execution(definition: Definition, overlay: Overlay) -> str:
    """The path as an arrowed line, how it ended, what was tried again, what was not reached."""
    execution = overlay.execution
    lines = [_path(execution.run, overlay) or nothing_entered(execution)]
    lines.append(f"{execution!r}".rstrip(".") + ".")
    lines += [line for step in execution.walk() if (line := _tries(step))][:30]
    unseen = [state for state in definition.states if overlay.seen(state) is None]
    missed = [units.named(s.name) for s in unseen if not overlay.elsewhere(s)]
    if missed:
        lines.append(f"Not started: {_listed(missed)}.")
    if elsewhere := [units.named(s.name) for s in unseen if overlay.elsewhere(s)]:
        lines.append(f"In executions of their own, one an item or batch: {_listed(elsewhere)}.")
    if overlay.strangers:
        names = _listed([units.named(name) for name in dict.fromkeys(overlay.strangers)])
        lines.append(f"Entered, but not in this definition: {names}.")
    return "\n".join(lines)


def _path(run: Run, overlay: Overlay) -> str:
    steps = run.steps
    told = [_step(step, overlay) for step in steps[:LONGEST_PATH]]
    if len(steps) > LONGEST_PATH:
        half = LONGEST_PATH // 2
        told = told[:half]
        told.append(f"… {len(steps) - LONGEST_PATH} more steps …")
        told += [_step(step, overlay) for step in steps[-half:]]
    return " → ".join(told)


def _step(step: Step, overlay: Overlay) -> str:
    decision = overlay.decisions.get(id(step))
    if decision and step.status == "succeeded":
        return f"{units.named(step.name)} ({decision.short})"
    said = f"{units.named(step.name)} {STATUS[step.status].mark}"
    if step.status in ("failed", "caught") and step.error:
        said += f" {step.error}"
    if step.status in ("running", "cancelled"):
        said += f" {status_word(step)}" if step.status == "cancelled" else ""
    if len(step.attempts) > 1:
        said += f" ({len(step.attempts)} attempts)"
    if step.type == "Map" and counts(step):
        said += f" ({counts(step)})"
    return said + _insides(step, overlay)


def _insides(step: Step, overlay: Overlay) -> str:
    runs = overlay.picked(step)
    if not runs:
        return ""
    if step.type == "Parallel":
        return f" [{' | '.join(_path(run, overlay) for run in runs)}]"
    told = [f"item {run.index}: {_path(run, overlay)}" for run in runs[:MANY_RUNS]]
    if len(runs) > MANY_RUNS:
        told.append(f"and {len(runs) - MANY_RUNS} more items")
    return f" [{' | '.join(told)}]"


def _tries(step: Step) -> str:
    """`Check: attempt 1 failed with Boom, after 15 s attempt 2 …`, where there were several."""
    if len(step.attempts) < 2:
        return ""
    told = []
    for attempt in step.attempts:
        waited = f"after {units.duration(attempt.waited)} " if attempt.waited is not None else ""
        how = STATUS[attempt.status].word
        why = f" with {attempt.error}" if attempt.error else ""
        told.append(f"{waited}attempt {attempt.number} {how}{why}")
    if len(told) > 12:
        told[6:-6] = [f"… {len(told) - 12} more …"]
    inside = f" ({where(step)})" if where(step) else ""
    return f"{units.named(step.name)}{inside}: {', '.join(told)}."


def status_word(step: Step) -> str:
    """How a visit went; of one that was cancelled with its execution, why that ended."""
    word = STATUS[step.status].word
    return f"{word}: {step.stopped_by}" if step.stopped_by else word


def nothing_entered(execution: Execution) -> str:
    """What there is to say of an execution without steps."""
    return "Nothing has been entered yet." if execution.is_running else "No state was entered."


def where(step: Step) -> str:
    """`item 3 of Pack each item`, from the inside out; "" outside every Map."""
    said, run = [], step.run
    while run.parent is not None:
        if run.kind == "iteration":
            said.append(f"item {run.index} of {units.named(run.parent.name)}")
        run = run.parent.run
    return ", ".join(said)


def step_line(step: Step) -> str:
    """One visit: `✗ failed Boom, 3 attempts, 2.4 s`."""
    said = f"{STATUS[step.status].mark} {status_word(step)}"
    said += f" {step.error}" if step.error else ""
    if step.type == "Map" and counts(step):
        said += f", {counts(step)}"
    if len(step.attempts) > 1:
        said += f", {len(step.attempts)} attempts"
    return said + (f", {units.duration(step.duration)}" if step.duration is not None else "")


def cause(text: str) -> str:
    """An error's cause; Lambda's JSON laid out to be read."""
    try:
        told = json.loads(text)
    except (ValueError, RecursionError):
        return text
    if not isinstance(told, dict):
        return text
    lines = [str(told.get("errorMessage", ""))]
    trace = told.get("stackTrace")
    if isinstance(trace, list):
        lines += [str(line).rstrip() for line in trace]
    return "\n".join(line for line in lines if line) or text


def counts(step: Step) -> str:
    """A Map's items by status: `5 items: 3 ✓, 1 ✗`."""
    counts = step.iterations
    total = max(sum(counts.values()), step.length or 0)
    if not total:
        return "0 items" if step.length == 0 else ""
    said = _plural(total, "item")
    return f"{said}: {_marks(counts)}" if counts else said


def tally(statuses: Iterable[str]) -> str:
    """`3 ✓, 1 ✗` for several visits at once."""
    return _marks(Counter(statuses))


def _marks(counts: Any) -> str:
    return ", ".join(f"{counts[name]} {STATUS[name].mark}" for name in STATUS if counts.get(name))


def _plural(count: int, one: str, many: str = "") -> str:
    return f"{count} {one if count == 1 else many or one + 's'}"


def _listed(names: list[str], most: int = 40) -> str:
    if len(names) > most:
        return ", ".join(names[:most]) + f" and {len(names) - most} more"
    return ", ".join(names)
