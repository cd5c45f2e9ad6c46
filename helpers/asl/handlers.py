"""Retry and Catch."""

from __future__ import annotations

from collections.abc import Hashable
from typing import Any

from helpers.asl.diagnostic import Findings, is_placeholder
from helpers.asl.fields import RESERVED_ERRORS, RETRY_NUMBERS
from helpers.asl.payloads import check_template, check_variable_names
from helpers.asl.places import Steps
from helpers.asl.suggest import nearest
from helpers.asl.values import (
    expect,
    expect_number,
    expect_one_of,
    expect_reference,
    required,
    unknown_field,
    wrong_language,
)

_RETRY_FIELDS = ("ErrorEquals", *RETRY_NUMBERS, "JitterStrategy", "Comment")
_CATCH_FIELDS = {
    "JSONPath": ("ErrorEquals", "Next", "ResultPath", "Assign", "Comment"),
    "JSONata": ("ErrorEquals", "Next", "Output", "Assign", "Comment"),
}


def check_retry(findings: Findings, retriers: Any, steps: Steps) -> None:
    """The Retry list of a state."""
    if not expect(findings, "ARRAY", retriers, steps):
        return
    for number, retrier in enumerate(retriers):
        place = (*steps, number)
        if not expect(findings, "OBJECT", retrier, place):
            continue
        _check_names(findings, retrier, place, _RETRY_FIELDS)
        _check_errors(findings, retrier, place, last=number == len(retriers) - 1)
        for name, rule in RETRY_NUMBERS.items():
            if name in retrier:
                expect_number(findings, rule, retrier[name], (*place, name), jsonata=False)
        if "JitterStrategy" in retrier:
            expect_one_of(
                findings,
                ("NONE", "FULL"),
                retrier["JitterStrategy"],
                (*place, "JitterStrategy"),
            )


def check_catch(
    findings: Findings, catchers: Any, steps: Steps, *, language: str, group: Hashable = None
) -> None:
    """The Catch list of a state."""
    if not expect(findings, "ARRAY", catchers, steps):
        return
    for number, catcher in enumerate(catchers):
        place = (*steps, number)
        if not expect(findings, "OBJECT", catcher, place):
            continue
        other = "Output" if language == "JSONPath" else "ResultPath"
        _check_names(findings, catcher, place, (*_CATCH_FIELDS[language], other))
        if other in catcher:
            wrong_language(findings, other, place, jsonata=language == "JSONata", group=group)
        _check_errors(findings, catcher, place, last=number == len(catchers) - 1)
        if "Next" not in catcher:
            required(findings, ["Next"], place, "Say with Next which state handles the error.")
        elif not is_placeholder(catcher["Next"]):
            expect(findings, "STRING", catcher["Next"], (*place, "Next"))
        jsonpath = language == "JSONPath"
        if jsonpath and catcher.get("ResultPath") is not None:
            expect_reference(
                findings,
                catcher["ResultPath"],
                (*place, "ResultPath"),
                context=False,
                variable=False,
            )
        if "Assign" in catcher and expect(
            findings, "OBJECT", catcher["Assign"], (*place, "Assign")
        ):
            check_variable_names(
                findings, catcher["Assign"], (*place, "Assign"), jsonpath=jsonpath, group=group
            )
            if jsonpath:
                check_template(findings, catcher["Assign"], (*place, "Assign"))


def _check_names(
    findings: Findings, entry: dict[str, Any], steps: Steps, known: tuple[str, ...]
) -> None:
    for name in entry:
        if name not in known:
            unknown_field(findings, str(name), steps, known)


def _check_errors(findings: Findings, entry: dict[str, Any], steps: Steps, *, last: bool) -> None:
    if "ErrorEquals" not in entry:
        if not any(nearest(str(name), ("ErrorEquals",)) for name in entry):
            required(
                findings,
                ["ErrorEquals"],
                steps,
                'Name the errors it answers to, or write "ErrorEquals": ["States.ALL"].',
            )
        return
    errors, place = entry["ErrorEquals"], (*steps, "ErrorEquals")
    if not expect(findings, "ARRAY", errors, place):
        return
    if not errors:
        findings.add("Value cannot be empty", place, 'Name an error, or write "States.ALL".')
    for number, error in enumerate(errors):
        if not expect(findings, "STRING", error, (*place, number)) or error in RESERVED_ERRORS:
            continue
        meant = nearest(error, RESERVED_ERRORS) if error.lower().startswith("state") else None
        if meant:
            findings.add(
                f"Error name '{error}' is not one that Step Functions reports",
                (*place, number),
                f"Did you mean {meant!r}?",
                code="UNKNOWN_ERROR_NAME",
                severity="WARNING",
            )
    if "States.ALL" in errors and (len(errors) > 1 or not last):
        findings.add(
            "States.ALL must appear alone and at end of list",
            place,
            "Give States.ALL an entry of its own and put it last.",
        )
