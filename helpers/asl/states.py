"""One state: its fields, their values, and what its query language makes of them."""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from typing import Any

from helpers.asl import fields
from helpers.asl.choices import check_choices
from helpers.asl.diagnostic import Findings, is_placeholder
from helpers.asl.handlers import check_catch, check_retry
from helpers.asl.intrinsics import why_not_intrinsic
from helpers.asl.jsonata.reading import is_expression
from helpers.asl.maps import check_map
from helpers.asl.model import State
from helpers.asl.payloads import (
    check_expressions,
    check_static,
    check_template,
    check_variable_names,
    looks_dynamic,
)
from helpers.asl.places import Steps
from helpers.asl.suggest import did_you_mean, nearest
from helpers.asl.task_calls import calls_aws, check_resource
from helpers.asl.timestamps import timestamp
from helpers.asl.values import (
    expect,
    expect_number,
    expect_one_of,
    expect_path,
    expect_reference,
    none_of,
    required,
    too_many,
    unknown_field,
    wrong_language,
)


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
    mistyped = _check_names(findings, raw, kind, steps, language, state.scope.language)
    if mistyped is _EVERY_FIELD:
        return
    _check_transition(findings, raw, kind, steps, mistyped)
    _check_required(findings, raw, kind, steps, mistyped, jsonata)
    _check_values(findings, raw, kind, steps, jsonata)
    if kind == "Task" and "Resource" in raw:
        check_resource(findings, raw["Resource"], (*steps, "Resource"), express=express)
    if kind == "Choice" and "Choices" in raw:
        check_choices(
            findings,
            raw["Choices"],
            (*steps, "Choices"),
            jsonata=jsonata,
            group=language_group(steps, raw),
        )
    if kind in ("Task", "Parallel", "Map"):
        if "Retry" in raw:
            check_retry(findings, raw["Retry"], (*steps, "Retry"))
        if "Catch" in raw:
            check_catch(
                findings,
                raw["Catch"],
                (*steps, "Catch"),
                language=language,
                group=language_group(steps, raw),
            )
    if kind == "Map":
        group = language_group(steps, raw)
        check_map(findings, raw, steps, jsonata=jsonata, express=express, group=group)
    if kind == "Parallel" and raw.get("Branches") == []:
        findings.add("Value cannot be empty", (*steps, "Branches"), "Write at least one branch.")
    if jsonata:
        works = kind not in ("Pass", "Wait", "Choice", "Succeed", "Fail")
        check_expressions(findings, _own_fields(raw, kind), steps, works=works)


def language_group(steps: Steps, raw: dict[str, Any]) -> tuple[str, Steps]:
    """What is wrong because of a query language is one mistake: of the state if it names its
    language, of the machine if not."""
    return ("language", steps if "QueryLanguage" in raw else ())


def _language(findings: Findings, state: State, raw: dict[str, Any]) -> str:
    """The query language in force; reports one that does not exist or is not allowed."""
    around = state.scope.language
    if "QueryLanguage" not in raw:
        return around
    own = raw["QueryLanguage"]
    place = (*state.steps, "QueryLanguage")
    if not expect_one_of(findings, ("JSONPath", "JSONata"), own, place):
        findings.mute(language_group(state.steps, raw))
        return "JSONata" if fields.JSONATA_ONLY & raw.keys() else around
    if own == "JSONPath" and around == "JSONata":
        findings.add(
            "'QueryLanguage' can not be 'JSONPath' if set to 'JSONata' for whole state machine",
            state.steps,
            "Take the state's QueryLanguage away, or set the whole machine's to JSONPath and "
            "that of the others to JSONata.",
            place=place,
            group="downgrade",
        )
    return own


def _check_names(
    findings: Findings, raw: dict[str, Any], kind: str, steps: Steps, language: str, around: str
) -> frozenset[str]:
    """Reports fields that do not belong here; gives those that are thereby accounted for: what a
    mistyped name stands for, or all that a wrong Type makes amiss."""
    known = fields.STATE_FIELDS[kind]
    misplaced = [name for name in raw if name in _ELSEWHERE and name not in known]
    meant = _type_meant(raw, kind, misplaced)
    if meant:
        findings.add(
            f"Field '{misplaced[0]}' is not supported",
            steps,
            f"{_listed(misplaced)} belong{'s' * (len(misplaced) == 1)} to a {meant} state: set "
            f"Type to {meant}, or take {'it' if len(misplaced) == 1 else 'them'} away.",
            place=(*steps, misplaced[0]),
        )
        return _EVERY_FIELD
    accounted = set()
    for name in raw:
        if name in fields.COMMON or name in known:
            continue
        if name in _ELSEWHERE:
            findings.add(
                f"Field '{name}' is not supported",
                steps,
                _misplaced_hint(name, kind),
                place=(*steps, name),
            )
        else:
            possible = (known | fields.COMMON) - raw.keys()
            unknown_field(findings, str(name), steps, possible)
            accounted.add(nearest(str(name), possible) or "")
    if "QueryLanguage" not in accounted:
        _check_language(findings, raw, steps, language, around, known)
    else:
        findings.mute(language_group(steps, raw))
    return frozenset(accounted)


def _type_meant(raw: dict[str, Any], kind: str, misplaced: list[str]) -> str | None:
    """The type that a state must have been meant to be, if its fields say so."""
    missing = [name for name in fields.REQUIRED.get(kind, ()) if name not in raw]
    group = fields.EXACTLY_ONE.get(kind, ())
    goes_on = "Next" not in fields.STATE_FIELDS[kind] or "Next" in raw or "End" in raw
    lacking = missing or not goes_on or (group and not any(name in raw for name in group))
    if not misplaced or (len(misplaced) == 1 and not lacking):
        return None
    for other in (*fields.EXACTLY_ONE, *fields.REQUIRED, "Fail", "Pass", "Succeed"):
        own = fields.STATE_FIELDS[other] | fields.COMMON
        needed = (*fields.REQUIRED.get(other, ()), *_one_given(other, raw))
        if other != kind and all(name in raw for name in needed) and raw.keys() <= own:
            return other
    return None


def _one_given(kind: str, raw: dict[str, Any]) -> tuple[str, ...]:
    """One of the fields of which `kind` needs exactly one: the one there, or the first."""
    group = fields.EXACTLY_ONE.get(kind, ())
    return tuple(name for name in group if name in raw)[:1] or group[:1]


def _listed(names: Iterable[str]) -> str:
    *most, last = names
    return f"{', '.join(most)} and {last}" if most else last


def _misplaced_hint(name: str, kind: str) -> str:
    if name in ("Next", "End") and kind == "Choice":
        return "A Choice goes on through the Next of its rules and through Default."
    if name in ("Next", "End"):
        return f"A {kind} state ends the machine by itself: take it away."
    return f"Only {_ELSEWHERE[name]} states have it: take it away."


def _check_language(
    findings: Findings,
    raw: dict[str, Any],
    steps: Steps,
    language: str,
    around: str,
    known: frozenset[str],
) -> None:
    """Reports fields of the other query language: once for each state that names its language,
    once for all that take the machine's."""
    if language == "JSONPath" and around == "JSONata":
        return  # as on AWS, the language that may not be is the whole answer
    wrong = fields.JSONPATH_ONLY if language == "JSONata" else fields.JSONATA_ONLY
    group = language_group(steps, raw)
    for name in raw:
        if name in wrong and name in known:
            wrong_language(findings, name, steps, jsonata=language == "JSONata", group=group)


_EVERY_FIELD = frozenset().union(*fields.STATE_FIELDS.values())

_ELSEWHERE = {
    name: _listed(kind for kind in fields.TYPES if name in fields.STATE_FIELDS[kind])
    for name in sorted(_EVERY_FIELD)
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
            expect_number(
                findings,
                fields.NUMBERS[name],
                value,
                place,
                jsonata=jsonata,
                group=language_group(steps, raw) if is_expression(value) else None,
            )
        elif name in fields.OBJECTS:
            if expect(findings, "OBJECT", value, place) and name == "Assign":
                group = language_group(steps, raw)
                check_variable_names(findings, value, place, jsonpath=not jsonata, group=group)
        elif name in fields.ARRAYS:
            if name == "Branches":
                _check_branches(findings, value, place)
        elif name == "Timestamp":
            group = language_group(steps, raw) if is_expression(value) else None
            _check_timestamp(findings, value, place, jsonata, group)
        elif name == "Credentials":
            _check_credentials(findings, raw, place)
        elif name == "Items":
            if not isinstance(value, list) and not is_expression(value):
                expect(findings, "ARRAY", value, place)
        elif not jsonata:
            _check_paths(findings, name, value, place)
        if name in ("Error", "Cause") and not jsonata and looks_dynamic(value):
            findings.add(
                "Field value looks like a path, but field name does not end with 'Path'",
                place,
                f"The text {value!r} itself becomes the {name}: write {name}Path to read it.",
                code="NO_PATH",
                severity="WARNING",
            )
        if name == "Result" and not jsonata:
            check_static(findings, value, place)
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


def _check_timestamp(
    findings: Findings, value: Any, steps: Steps, jsonata: bool, group: Hashable
) -> None:
    if is_placeholder(value) or (jsonata and isinstance(value, str) and "{%" in value):
        return
    if expect(findings, "STRING", value, steps) and timestamp(value) is None:
        findings.add(
            "String does not match RFC3339 timestamp",
            steps,
            "Write the time as 2030-01-01T09:00:00Z"
            + (", or use TimestampPath for a path." if value.startswith("$") else "."),
            group=group,
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
