"""How the states hang together: starts, transitions, names, ends, what can be reached."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from helpers.asl.diagnostic import Findings, is_placeholder
from helpers.asl.fields import COMMON, MACHINE_FIELDS, NESTED_FIELDS, STATE_FIELDS
from helpers.asl.model import Scope, State
from helpers.asl.places import Steps
from helpers.asl.suggest import nearest
from helpers.asl.values import expect, required, unknown_field

TARGET = "MISSING_TRANSITION_TARGET"


def check_machine(findings: Findings, scope: Scope, steps: Steps) -> bool:
    """The fields of one machine, outermost or nested; False if its states cannot be looked at."""
    nested = scope.parent is not None
    known = NESTED_FIELDS if nested else MACHINE_FIELDS
    raw = scope.raw
    mistyped = set()
    for name in raw:
        if name in known:
            continue
        meant = nearest(str(name), [one for one in known if one not in raw])
        if meant:
            mistyped.add(meant)
        if meant == "QueryLanguage":
            findings.mute(("language", ()))
        if nested and name != "QueryLanguage" and not meant:
            continue  # branches and processors: only what is known to be refused
        if not nested and name in ("ProcessorConfig", "$schema"):
            continue  # an ItemProcessor taken for itself, an editor's note
        unknown_field(
            findings,
            str(name),
            steps,
            [one for one in known if one not in raw],
            "The whole machine or a single state has a QueryLanguage, not what is between."
            if name == "QueryLanguage"
            else "",
        )
    missing = [name for name in ("States", "StartAt") if name not in raw and name not in mistyped]
    if missing:
        if nested:
            missing.reverse()
        hint = (
            "Say with StartAt which state comes first."
            if missing == ["StartAt"]
            else "Begin with StartAt, and describe the states in States."
        )
        required(findings, missing, steps, hint)
    if "StartAt" in raw and not is_placeholder(raw["StartAt"]):
        expect(findings, "STRING", raw["StartAt"], (*steps, "StartAt"))
    if "States" not in raw or not expect(findings, "OBJECT", raw["States"], (*steps, "States")):
        return False
    if not raw["States"]:
        findings.add("Value cannot be empty", (*steps, "States"), "Write at least one state.")
        return False
    return True


def check_names(
    findings: Findings, states: tuple[State, ...], doubled: set[Steps] | None = None
) -> None:
    """Every name once in the whole machine. `doubled`: states whose name stands in the text twice
    in the same States (the data keeps only the last)."""
    seen: set[str] = set()
    for state in states:
        if state.name in seen or state.steps in (doubled or ()):
            findings.add(
                f"Duplicate State name: {state.name}",
                state.steps,
                "A name stands once in the whole machine, inner states included: give this one "
                "another.",
                code="DUPLICATE_STATE_NAME",
            )
        seen.add(state.name)


def check_labels(findings: Findings, states: tuple[State, ...]) -> None:
    """Every Map's Label once."""
    seen: set[str] = set()
    for state in states:
        label = state.raw.get("Label")
        if state.type != "Map" or not isinstance(label, str) or not label:
            continue
        if label in seen:
            findings.add(
                f"Duplicate Label name: {label}",
                (*state.steps, "Label"),
                "Give each Map a Label of its own.",
                code="DUPLICATE_LABEL_NAME",
            )
        seen.add(label)


def check_scope(
    findings: Findings,
    scope: Scope,
    steps: Steps,
    elsewhere: dict[str, State],
    broken: set[Steps],
) -> None:
    """The transitions of one machine: each leads somewhere, each state is reached, one ends.

    One mistake is reported once: while a state's own fields leave open where it leads (`broken`),
    no state is called unreachable and no end missing. While a target does not exist, a missing end
    follows from that, and a state that is not reached may be the one that was meant.
    """
    names = scope.states
    leads_to: dict[str, list[str]] = {name: [] for name in names}
    starts: list[str] = []
    lost = open_end = False
    where_to = [(starts, scope.raw.get("StartAt"), (*steps, "StartAt"))]
    for state in names.values():
        for target, place in transitions(state):
            where_to.append((leads_to[state.name], target, place))
    for targets, target, place in where_to:
        if isinstance(target, str) and target in names:
            targets.append(target)
        else:
            lost = True
            if isinstance(target, str) and not is_placeholder(target):
                _report(findings, target, place, names, elsewhere)
            else:
                open_end = True
    if open_end or any(state.steps in broken for state in names.values()):
        return
    no_end = scope.parent is None and not any(_ends(state) for state in names.values())
    if no_end:
        findings.add(
            "Workflow has no terminal state",
            steps,
            'Let one state end it: "End": true, or a Succeed or Fail state.',
            code="MISSING_END_STATE",
            nowhere=True,
            follows=lost,
        )
        if not lost:
            return
    _report_unreached(findings, names, leads_to, starts, follows=lost)


def _report_unreached(
    findings: Findings,
    names: dict[str, State],
    leads_to: dict[str, list[str]],
    starts: list[str],
    *,
    follows: bool,
) -> None:
    """Reports the states that no way leads to from a start; follows: as consequences."""
    reached: set[str] = set()
    todo = list(starts)
    while todo:
        name = todo.pop()
        if name not in reached:
            reached.add(name)
            todo.extend(leads_to[name])
    unreached = [state for state in names.values() if state.name not in reached]
    led_to = {target for state in unreached for target in leads_to[state.name]}
    heads = [state for state in unreached if state.name not in led_to] or unreached[:1]
    for state in heads:  # what follows an unreachable state is unreachable because of it
        findings.add(
            f'State "{state.name}" is not reachable.',
            state.steps,
            "Let another state's Next lead to it, or take it away.",
            code=TARGET,
            follows=follows,
        )


def transitions(state: State) -> Iterator[tuple[Any, Steps]]:
    """What a state says comes next, each with its place: Next, Default, and those of rules and
    catchers."""
    raw, steps = state.raw, state.steps
    if state.type not in ("Choice", "Succeed", "Fail") and "Next" in raw:
        yield raw["Next"], (*steps, "Next")
    if state.type == "Choice":
        for number, rule in enumerate(_list(raw.get("Choices"))):
            if isinstance(rule, dict) and "Next" in rule:
                yield rule["Next"], (*steps, "Choices", number, "Next")
        if "Default" in raw:
            yield raw["Default"], (*steps, "Default")
    if state.type in ("Task", "Parallel", "Map"):
        for number, catcher in enumerate(_list(raw.get("Catch"))):
            if isinstance(catcher, dict) and "Next" in catcher:
                yield catcher["Next"], (*steps, "Catch", number, "Next")


_MOST_GUESSES = 50
"""Did-you-mean among thousands of names takes milliseconds: not for every one of thousands."""


def _report(
    findings: Findings,
    name: str,
    place: Steps,
    names: dict[str, State],
    elsewhere: dict[str, State],
) -> None:
    """Reports a target that does not exist."""
    meant = nearest(name, names) if len(findings) < _MOST_GUESSES else None
    if name in elsewhere:
        hint = (
            f"The state {name!r} exists, but in another branch or machine: a transition stays "
            "inside its own."
        )
    elif meant:
        hint = f"There is no state {name!r}. Did you mean {meant!r}?"
    else:
        shown = ", ".join(repr(one) for one in list(names)[:6]) or "none"
        hint = f"There is no state {name!r} here; there is {shown}."
    group = (TARGET, id(names), name)
    findings.add(f"Missing 'Next' target: {name}", place, hint, code=TARGET, group=group)


_FLOW = frozenset({"Type", "Next", "End", "Choices", "Default", "Catch"})
"""Fields that say where a state leads."""


def broken_flow(findings: Findings, states: tuple[State, ...]) -> set[Steps]:
    """The states of which something is reported that leaves open where they lead."""
    by_steps = {state.steps: state for state in states}
    broken = set()
    for one in findings.found:
        if one.severity == "WARNING" or one.code in _NO_FLOW_CODES:
            continue
        depth = len(one.place)
        while depth and one.place[:depth] not in by_steps:
            depth -= 1
        state = by_steps.get(one.place[:depth])
        if state is not None:
            name = one.place[depth] if len(one.place) > depth else None
            known = STATE_FIELDS.get(state.type, COMMON) | COMMON
            if name is None or name in _FLOW or name not in known:
                broken.add(state.steps)
    return broken


_NO_FLOW_CODES = frozenset({TARGET, "DUPLICATE_STATE_NAME", "INVALID_STATE_NAME"})


def _ends(state: State) -> bool:
    return state.is_end or is_placeholder(state.raw.get("End"))


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []
