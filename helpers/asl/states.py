"""One state: its fields, their values, and what its query language makes of them."""

from __future__ import annotations

from typing import Any

from . import fields
from .choices import check_choices
from .diagnostic import Findings, is_placeholder
from .handlers import check_catch, check_retry
from .intrinsic import why_not_intrinsic
from .jsonata import is_expression
from .maps import check_map, wrong_language
from .payloads import check_expressions, check_template, check_variable_names
from .places import Steps
from .resources import calls_aws, check_resource
from .suggest import did_you_mean, nearest
from .values import (
    expect,
    expect_number,
    expect_one_of,
    expect_path,
    expect_reference,
    none_of,
    required,
    too_many,
    unknown_field,
)
from .walk import State
from .words import is_timestamp


def check_state(findings: Findings, state: State, raw: Any, *, express: bool) -> None:
    """Everything that is to be said about one state by itself.

    `raw` is what stands there, which may be no object; `express` that it runs in an Express
    workflow.
    """
    steps = state.steps
    if len(state.name) > 80:
        findings.add(
            f"Invalid State name: State '{state.name}' exceeds the 80-character limit allowed by "
            "the service",
            steps,
            f"Shorten the name by {len(state.name) - 80} characters.",
            code="INVALID_STATE_NAME",
        )
    if not expect(findings, "OBJECT", raw, steps):
        return
    kind = raw.get("Type")
    if "Type" not in raw:
        similar = nearest("Type", (str(name) for name in raw if name not in fields.COMMON))
        hint = f"Say what the state is: one of {', '.join(fields.TYPES)}."
        if similar and similar.casefold() == "type":
            hint = f"Write 'Type' instead of {similar!r}."
        required(findings, ["Type"], steps, hint)
        return
    if not expect_one_of(findings, fields.TYPES, kind, (*steps, "Type")):
        return
    language = _language(findings, state, raw)
    jsonata = language == "JSONata"
    mistyped = _check_names(findings, raw, kind, steps, language)
    _check_transition(findings, raw, kind, steps, mistyped)
    _check_required(findings, raw, kind, steps, mistyped, jsonata)
    _check_values(findings, raw, kind, steps, jsonata)
    if kind == "Task" and "Resource" in raw:
        check_resource(findings, raw["Resource"], (*steps, "Resource"), express=express)
    if kind == "Choice" and "Choices" in raw:
        check_choices(findings, raw["Choices"], (*steps, "Choices"), jsonata=jsonata)
    if kind in ("Task", "Parallel", "Map"):
        if "Retry" in raw:
            check_retry(findings, raw["Retry"], (*steps, "Retry"))
        if "Catch" in raw:
            check_catch(findings, raw["Catch"], (*steps, "Catch"), language=language)
    if kind == "Map":
        check_map(findings, raw, steps, jsonata=jsonata, express=express)
    if kind == "Parallel" and raw.get("Branches") == []:
        findings.add("Value cannot be empty", (*steps, "Branches"), "Write at least one branch.")
    if jsonata:
        check_expressions(findings, _own_fields(raw, kind), steps)


def _language(findings: Findings, state: State, raw: dict[str, Any]) -> str:
    """The query language in force; reports one that does not exist or is not allowed."""
    around = state.scope.language
    if "QueryLanguage" not in raw:
        return around
    own = raw["QueryLanguage"]
    if not expect_one_of(findings, ("JSONPath", "JSONata"), own, (*state.steps, "QueryLanguage")):
        return "JSONata" if str(own).casefold() == "jsonata" else around
    if own == "JSONPath" and around == "JSONata":
        findings.add(
            "'QueryLanguage' can not be 'JSONPath' if set to 'JSONata' for whole state machine",
            state.steps,
            "Take the state's QueryLanguage away, or set the whole machine's to JSONPath and "
            "that of the others to JSONata.",
            place=(*state.steps, "QueryLanguage"),
        )
    return own


def _check_names(
    findings: Findings, raw: dict[str, Any], kind: str, steps: Steps, language: str
) -> frozenset[str]:
    """Reports fields that do not belong here; gives the names that mistyped ones may stand for."""
    known = fields.STATE_FIELDS[kind]
    wrong = fields.JSONPATH_ONLY if language == "JSONata" else fields.JSONATA_ONLY
    downgraded = language == "JSONPath" and raw.get("QueryLanguage") == "JSONPath"
    meant = set()
    for name in raw:
        if name in fields.COMMON:
            continue
        if name not in known:
            if name in ("Next", "End"):
                hint = (
                    "A Choice goes on through the Next of its rules and through Default."
                    if kind == "Choice"
                    else f"A {kind} state ends the machine by itself: take it away."
                )
                findings.add(f"Field '{name}' is not supported", steps, hint, place=(*steps, name))
                continue
            if name in _ELSEWHERE:
                hint = f"Only {_ELSEWHERE[name]} have it: take it away."
                findings.add(f"Field '{name}' is not supported", steps, hint, place=(*steps, name))
                continue
            unknown_field(findings, str(name), steps, known - raw.keys())
            guess = nearest(str(name), known - raw.keys())
            if guess:
                meant.add(guess)
        elif name in wrong and not downgraded:
            wrong_language(findings, name, steps, jsonata=language == "JSONata")
        elif name in wrong and downgraded and name in fields.JSONATA_ONLY:
            wrong_language(findings, name, steps, jsonata=False)
    return frozenset(meant)


_ELSEWHERE = {
    name: " and ".join(
        f"{kind} states" for kind in fields.TYPES if name in fields.STATE_FIELDS[kind]
    )
    for name in sorted({name for known in fields.STATE_FIELDS.values() for name in known})
}
"""Which state types have a field, for the hint when another one has it."""


def _check_transition(
    findings: Findings, raw: dict[str, Any], kind: str, steps: Steps, mistyped: frozenset[str]
) -> None:
    if "Next" not in fields.STATE_FIELDS[kind]:
        return
    end = raw.get("End")
    ends = end is True or is_placeholder(end)
    if "End" in raw:
        expect(findings, "BOOLEAN", end, (*steps, "End"))
    if "Next" in raw and ends:
        too_many(findings, ["Next", "End"], steps, "Keep Next to go on, or End to stop here.")
    elif "Next" not in raw and not ends and not (mistyped & {"Next", "End"}):
        if "End" in raw and not isinstance(end, bool):
            return  # its type is reported already
        none_of(
            findings,
            ["Next", "End"],
            steps,
            'Write "Next" with the name of the state that follows, or "End": true.',
        )


def _check_required(
    findings: Findings,
    raw: dict[str, Any],
    kind: str,
    steps: Steps,
    mistyped: frozenset[str],
    jsonata: bool,
) -> None:
    missing = [
        name for name in fields.REQUIRED.get(kind, ()) if name not in raw and name not in mistyped
    ]
    if missing:
        required(findings, missing, steps, f"A {kind} state cannot do without {missing[0]}.")
    for group in fields.ONE_OF.get(kind, ()):
        if jsonata and any(name in fields.JSONPATH_ONLY for name in group if name in raw):
            continue  # reported as of the other language
        if all(name in raw for name in group):
            too_many(findings, group, steps, f"Keep {' or '.join(group)}.")
    group = fields.EXACTLY_ONE.get(kind, ())
    given = [name for name in group if name in raw]
    if len(given) > 1:
        if not (jsonata and any(name in fields.JSONPATH_ONLY for name in given)):
            too_many(findings, group, steps, f"Keep one of {' and '.join(given)}.")
    elif group and not given and not (mistyped & set(group)):
        none_of(findings, group, steps, f"Write {_best(group)}.")


def _best(group: tuple[str, ...]) -> str:
    return "Seconds or Timestamp" if "Seconds" in group else group[0]


def _check_values(
    findings: Findings, raw: dict[str, Any], kind: str, steps: Steps, jsonata: bool
) -> None:
    allowed = fields.STATE_FIELDS[kind] | fields.COMMON
    for name, value in raw.items():
        place = (*steps, name)
        if name not in allowed or (jsonata and name in fields.JSONPATH_ONLY):
            continue
        if name in fields.STRINGS:
            if name != "Resource":  # has a check of its own
                expect(findings, "STRING", value, place)
        elif name in fields.NUMBERS:
            expect_number(findings, fields.NUMBERS[name], value, place, jsonata=jsonata)
        elif name in fields.OBJECTS:
            if expect(findings, "OBJECT", value, place) and name == "Assign":
                check_variable_names(findings, value, place, jsonpath=not jsonata)
        elif name in fields.ARRAYS:
            if name == "Branches":
                _check_branches(findings, value, place)
        elif name == "Timestamp":
            _check_timestamp(findings, value, place, jsonata)
        elif name == "Credentials":
            _check_credentials(findings, raw, place)
        elif name == "Items":
            if not isinstance(value, list) and not is_expression(value):
                expect(findings, "ARRAY", value, place)
        elif not jsonata:
            _check_paths(findings, name, value, place)
        if not jsonata and name in fields.TEMPLATES:
            check_template(findings, value, place)


def _check_branches(findings: Findings, branches: Any, steps: Steps) -> None:
    if expect(findings, "ARRAY", branches, steps):
        for number, branch in enumerate(branches):
            expect(findings, "OBJECT", branch, (*steps, number))


def _check_paths(findings: Findings, name: str, value: Any, steps: Steps) -> None:
    if name in fields.NULLABLE_PATHS:
        if value is not None:
            expect_path(findings, value, steps)
    elif name == "ResultPath":
        if value is not None:
            expect_reference(findings, value, steps, context=False, variable=False)
    elif name in fields.REFERENCE_PATHS:
        expect_reference(findings, value, steps, context=name not in fields.NO_CONTEXT_PATHS)
    elif name in ("ErrorPath", "CausePath"):
        if isinstance(value, str) and value.startswith("States."):
            why = why_not_intrinsic(value)
            if why:
                findings.add(
                    "Value must be a valid JSONPath or a valid intrinsic function call",
                    steps,
                    why,
                )
        else:
            expect_reference(findings, value, steps)


def _check_timestamp(findings: Findings, value: Any, steps: Steps, jsonata: bool) -> None:
    if is_placeholder(value) or (jsonata and isinstance(value, str) and "{%" in value):
        return
    if expect(findings, "STRING", value, steps) and not is_timestamp(value):
        findings.add(
            "String does not match RFC3339 timestamp",
            steps,
            "Write the time as 2030-01-01T09:00:00Z"
            + (", or use TimestampPath for a path." if value.startswith("$") else "."),
        )


def _check_credentials(findings: Findings, raw: dict[str, Any], steps: Steps) -> None:
    """The States Language lets Credentials hold anything; AWS asks for a role."""
    credentials = raw["Credentials"]
    if not expect(findings, "OBJECT", credentials, steps) or is_placeholder(credentials):
        return
    role = any(name in credentials for name in ("RoleArn", "RoleArn.$"))
    if not role and calls_aws(raw.get("Resource")):
        findings.add(
            "The field 'RoleArn' is required but was missing",
            steps,
            "Name the role to call the service with."
            + did_you_mean("RoleArn", (str(name) for name in credentials)),
        )


def _own_fields(raw: dict[str, Any], kind: str) -> dict[str, Any]:
    """The fields in which expressions are looked for: those that belong here."""
    allowed = fields.STATE_FIELDS[kind]
    return {
        name: value
        for name, value in raw.items()
        if name in allowed and name not in fields.JSONPATH_ONLY
    }
