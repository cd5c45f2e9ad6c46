"""What is wrong with a definition, as AWS would say it and with what to change.

Built by hand, after measuring what there is on 465 definitions (`docs/asl-diagnosis.md`):
`statelint` and cfn-lint's state machine schema each miss or misjudge too much to build on;
`jsonata-python` parses expressions as AWS does and is used for that.
"""

from __future__ import annotations

import json
from collections.abc import Hashable
from typing import Any

from helpers.asl.definition import Definition
from helpers.asl.diagnostic import SCHEMA, Diagnostic, Finding, Findings
from helpers.asl.fields import NUMBERS, Number
from helpers.asl.graph import broken_flow, check_labels, check_machine, check_names, check_scope
from helpers.asl.jackson import parse_error
from helpers.asl.json_text import too_deep
from helpers.asl.model import Scope, State
from helpers.asl.places import Steps, doubled_keys, json_places, place_of
from helpers.asl.reading import MAX_DEPTH, json_advice
from helpers.asl.states import check_state
from helpers.asl.values import expect_number, expect_one_of
from helpers.asl.walk import walk


def diagnose(
    definition: str | bytes | dict[str, Any] | Definition,
    *,
    type: str = "STANDARD",
    consequences: bool = False,
) -> list[Diagnostic]:
    """Everything that is wrong with a definition; an empty list if AWS would take it.

    `definition` is its JSON text, parsed data, or a `Definition` (whose YAML or JSON file gives
    the lines). `type` is "STANDARD" or "EXPRESS". Text that does not parse gives one diagnostic
    (INVALID_JSON_DESCRIPTION), never an exception. Placeholders (`${Name}`) are taken for what
    they will hold. `consequences` adds what AWS reports beside a mistake though it may follow from
    it: a state that no transition leads to, where another one leads nowhere.

    >>> [str(one) for one in diagnose({"StartAt": "Buy", "States": {
    ...     "Buy Stock": {"Type": "Pass", "End": True}}})]
    ["Missing 'Next' target: Buy at /StartAt. There is no state 'Buy' here; there is 'Buy Stock'."]
    """
    express = type == "EXPRESS"
    if isinstance(definition, Definition):
        findings = _findings(definition.data, express, consequences)
        return [_placed(one, definition.place(one.place)) for one in findings]
    if isinstance(definition, bytes | bytearray):
        definition = bytes(definition).decode("utf-8", "replace")
    if not isinstance(definition, str):
        return [_placed(one, None) for one in _findings(definition, express, consequences)]
    return _diagnose_text(definition, express, consequences)


def _diagnose_text(text: str, express: bool, consequences: bool) -> list[Diagnostic]:
    doubled: list[tuple[str, ...]] = []

    def pairs_to_dict(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        made = dict(pairs)
        if len(made) != len(pairs):
            doubled.append(())
        return made

    if not text.strip():
        return [_placed(_not_an_object("The text is empty."), (1, 1))]
    try:
        data = json.loads(text, object_pairs_hook=pairs_to_dict, parse_constant=_no_constant)
    except RecursionError:
        return [_placed(_too_deep(), (1, 1))]
    except ValueError:
        return [_not_json(text)]
    twice = doubled_keys(text) if doubled else set()
    findings = _findings(data, express, consequences, twice)
    if not findings:
        return []
    places = json_places(text)
    return [_placed(one, place_of(places, one.place)) for one in findings]


def _no_constant(name: str) -> Any:
    raise ValueError(name)  # Python reads NaN and Infinity; JSON has none


def _not_json(text: str) -> Diagnostic:
    error = parse_error(text)
    if error is None:  # cannot happen as long as the two readers agree
        return Diagnostic("INVALID_JSON_DESCRIPTION", "The definition is not valid JSON")
    try:
        json.loads(text)
        advice = "JSON has no such word: write a number, true, false, null or text in quotes."
    except json.JSONDecodeError as python:
        advice = json_advice(text, python.pos)
    return Diagnostic(
        "INVALID_JSON_DESCRIPTION",
        error.message,
        error.location,
        hint=advice,
        line=error.line,
        column=error.column,
    )


def _findings(
    data: Any, express: bool, consequences: bool, twice: set[Steps] | None = None
) -> list[Finding]:
    if not isinstance(data, dict):
        return [_not_an_object("A definition is an object: {…}.")]
    if too_deep(data, MAX_DEPTH):
        return [_too_deep()]
    findings = Findings()
    root, states = walk(data)
    if check_machine(findings, root, ()):
        elsewhere = {state.name: state for state in states}
        _check_whole(findings, root)
        check_names(findings, states, twice)
        check_labels(findings, states)
        scopes: list[tuple[Scope, Steps]] = [(root, ())]
        for state in states:
            scopes += _check_one(findings, state, express)
        broken = broken_flow(findings, states)
        for scope, steps in scopes:
            check_scope(findings, scope, steps, elsewhere, broken)
    else:
        _check_whole(findings, root)
    kept = [one for one in findings.found if consequences or not one.follows]
    return _in_order([one for one in kept if one.group not in findings.muted])


def _check_whole(findings: Findings, root: Scope) -> None:
    raw = root.raw
    if "QueryLanguage" in raw:
        allowed = ("JSONPath", "JSONata")
        if not expect_one_of(findings, allowed, raw["QueryLanguage"], ("QueryLanguage",)):
            findings.mute(("language", ()))
    if "Version" in raw:
        expect_one_of(findings, ("1.0",), raw["Version"], ("Version",))
    if "TimeoutSeconds" in raw:
        rule = Number(0, NUMBERS["TimeoutSeconds"].most)
        expect_number(findings, rule, raw["TimeoutSeconds"], ("TimeoutSeconds",), jsonata=False)


def _check_one(findings: Findings, state: State, express: bool) -> list[tuple[Scope, Steps]]:
    """One state; gives the machines inside it whose transitions are to be looked at."""
    raw = state.scope.raw["States"].get(state.name, state.raw)
    check_state(findings, state, raw, express=express or _runs_express(state.scope))
    inside = []
    for inner in state.children:
        if state.type != ("Parallel" if inner.key == "Branches" else "Map"):
            continue  # reported as a field that does not belong there
        steps: Steps = (*state.steps, inner.key)
        if inner.branch_index is not None:
            steps = (*steps, inner.branch_index)
        if check_machine(findings, inner, steps):
            inside.append((inner, steps))
    return inside


def _runs_express(scope: Scope) -> bool:
    """Is it inside a distributed Map whose items run as Express executions?"""
    config = scope.raw.get("ProcessorConfig")
    if isinstance(config, dict) and config.get("Mode") == "DISTRIBUTED":
        return config.get("ExecutionType") == "EXPRESS"
    return scope.parent is not None and _runs_express(scope.parent.scope)


def _in_order(found: list[Finding]) -> list[Finding]:
    """Errors before warnings, each kind in the order it was found; one of each group."""
    kept: list[Finding] = []
    first: dict[Hashable, Finding] = {}
    more: dict[Hashable, int] = {}
    for one in sorted(found, key=lambda one: one.severity == "WARNING"):
        group = one.group or (one.code, one.message, one.location)
        if group not in first:
            first[group] = one
            kept.append(one)
        elif one.group is not None and one.place != first[group].place:
            more[group] = more.get(group, 0) + 1
    for group, count in more.items():
        places = "one more place" if count == 1 else f"{count} more places"
        first[group].hint += f" (The same in {places}.)"
    return kept


def _not_an_object(hint: str) -> Finding:
    message = "Definition must be a valid JSON object"
    return Finding(SCHEMA, message, None, (), "ERROR", hint)


def _too_deep() -> Finding:
    return Finding(
        "TOO_DEEPLY_NESTED",
        "The states are too deeply nested",
        None,
        (),
        "ERROR",
        f"More than {MAX_DEPTH} objects and lists stand inside each other: move the inner part "
        "into a state machine of its own.",
    )


def _placed(one: Finding, place: tuple[int, int] | None) -> Diagnostic:
    line, column = place or (None, None)
    return Diagnostic(one.code, one.message, one.location, one.severity, one.hint, line, column)
