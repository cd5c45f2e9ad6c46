"""The rules of a Choice: one comparison or And, Or, Not each, and a Next."""

from __future__ import annotations

from collections.abc import Hashable
from typing import Any

from helpers.asl.diagnostic import Findings, is_placeholder
from helpers.asl.places import Steps
from helpers.asl.rules import COMPARISONS, OPERATORS, TYPE_TESTS
from helpers.asl.suggest import nearest
from helpers.asl.values import (
    expect,
    expect_reference,
    required,
    too_many,
    unknown_field,
    wrong_language,
)

_ALL = (
    *("StringEquals", "IsBoolean", "StringLessThan", "IsNumeric", "BooleanEquals"),
    *("StringLessThanEqualsPath", "NumericLessThan", "NumericGreaterThan", "NumericLessThanPath"),
    *("StringMatches", "TimestampLessThanEqualsPath", "NumericEquals", "TimestampGreaterThan"),
    *("StringGreaterThanEqualsPath", "TimestampGreaterThanEqualsPath", "TimestampLessThanEquals"),
    *("NumericLessThanEqualsPath", "TimestampEquals", "BooleanEqualsPath", "IsTimestamp"),
    *("StringLessThanEquals", "NumericLessThanEquals", "StringLessThanPath"),
    *("TimestampGreaterThanPath", "StringGreaterThan", "StringGreaterThanPath", "IsString"),
    *("StringEqualsPath", "TimestampEqualsPath", "TimestampLessThan", "StringGreaterThanEquals"),
    *("NumericGreaterThanPath", "NumericGreaterThanEquals", "NumericEqualsPath"),
    *("TimestampLessThanPath", "IsNull", "IsPresent", "TimestampGreaterThanEquals"),
    "NumericGreaterThanEqualsPath",
)
"""Every comparison, in the order in which AWS lists them."""

SELECTORS = ("And", "Or", "Not", "Variable", "Condition")
_TOP_FIELDS = frozenset({*SELECTORS, *OPERATORS, "Next", "Comment", "Assign", "Output"})
_INNER_FIELDS = frozenset({*SELECTORS, *OPERATORS, "Comment"})


def check_choices(
    findings: Findings, rules: Any, steps: Steps, *, jsonata: bool, group: Hashable = None
) -> None:
    """The Choices of one state."""
    if not expect(findings, "ARRAY", rules, steps):
        return
    if not rules:
        findings.add("Value cannot be empty", steps, "Write at least one rule with a Next.")
    for number, rule in enumerate(rules):
        place = (*steps, number)
        if not expect(findings, "OBJECT", rule, place):
            continue
        if "Next" not in rule:
            required(
                findings,
                ["Next"],
                place,
                "A rule cannot end the machine: give it the Next of a Succeed state."
                if "End" in rule
                else "Say with Next which state follows when the rule holds.",
            )
        elif not is_placeholder(rule["Next"]):
            expect(findings, "STRING", rule["Next"], (*place, "Next"))
        _check_rule(findings, rule, place, jsonata, group, top=True)


def _check_rule(
    findings: Findings,
    rule: dict[str, Any],
    steps: Steps,
    jsonata: bool,
    group: Hashable,
    *,
    top: bool,
) -> None:
    mistyped = _check_names(findings, rule, steps, top)
    selectors = [name for name in SELECTORS if name in rule]
    operators = [name for name in rule if name in OPERATORS]
    wrong = ["Variable"] if jsonata else ["Condition"]
    if selectors == wrong:
        wrong_language(findings, wrong[0], steps, jsonata=jsonata, group=group)
        return
    if len(selectors) != 1:
        if not mistyped or len(selectors) > 1:
            findings.add(
                f"The object must have only one of the following fields, [{', '.join(SELECTORS)}]",
                steps,
                f"Keep one of {' and '.join(selectors)}."
                if selectors
                else "Write Condition with an expression between {% and %}."
                if jsonata
                else "Write Variable with a path and one comparison, such as NumericLessThan.",
            )
        return
    for name in ("And", "Or"):
        if name in rule and expect(findings, "ARRAY", rule[name], (*steps, name)):
            if not rule[name]:
                findings.add("Value cannot be empty", (*steps, name), "Write at least one rule.")
            for number, inner in enumerate(rule[name]):
                if expect(findings, "OBJECT", inner, (*steps, name, number)):
                    _check_rule(findings, inner, (*steps, name, number), jsonata, group, top=False)
    if "Not" in rule and expect(findings, "OBJECT", rule["Not"], (*steps, "Not")):
        _check_rule(findings, rule["Not"], (*steps, "Not"), jsonata, group, top=False)
    if "Variable" in rule:
        expect_reference(findings, rule["Variable"], (*steps, "Variable"))
        _check_comparison(findings, rule, operators, steps, mistyped)
    if "Condition" in rule and not isinstance(rule["Condition"], bool):
        place = (*steps, "Condition")
        if expect(findings, "STRING", rule["Condition"], place) and not (
            "{%" in rule["Condition"]
            or "%}" in rule["Condition"]
            or is_placeholder(rule["Condition"])
        ):
            findings.add(
                "Condition is text and no expression: the rule can never hold",
                place,
                f"Write it between {{% and %}}: '{{% {rule['Condition'].strip()} %}}'.",
                code="CONDITION_IS_TEXT",
                severity="WARNING",
            )


def _check_names(findings: Findings, rule: dict[str, Any], steps: Steps, top: bool) -> bool:
    """Reports fields that no rule has; True if one may be a mistyped comparison."""
    known = _TOP_FIELDS if top else _INNER_FIELDS
    mistyped = False
    for name in rule:
        if name in known or (name == "End" and "Next" not in rule):
            continue
        meant = nearest(str(name), known)
        mistyped = mistyped or meant in OPERATORS or meant in SELECTORS or "Variable" in rule
        hint = ""
        if name == "Next":
            hint = "Only the outermost rule has a Next: take this one away."
        findings_hint = hint or "Take it away, or look for its right name."
        if hint:
            findings.add(
                f"Field '{name}' is not supported", steps, findings_hint, place=(*steps, name)
            )
        else:
            unknown_field(findings, str(name), steps, known)
    return mistyped


def _check_comparison(
    findings: Findings, rule: dict[str, Any], operators: list[str], steps: Steps, mistyped: bool
) -> None:
    if len(operators) > 1:
        too_many(
            findings,
            _ALL,
            steps,
            f"Keep one comparison, or put them into And: {' and '.join(operators)}.",
        )
    elif not operators and not mistyped:
        findings.add(
            f"This object should have only one of the following fields: [{', '.join(_ALL)}]",
            steps,
            "Say what the variable is compared with, such as NumericLessThan or StringEquals.",
        )
    for name in operators:
        place = (*steps, name)
        value = rule[name]
        if name in TYPE_TESTS:
            expect(findings, "BOOLEAN", value, place)
            continue
        how = COMPARISONS[name]
        if how.is_path:
            expect_reference(findings, value, place)
        elif how.kind in ("String", "Boolean"):
            expect(findings, how.kind.upper(), value, place)
        elif is_placeholder(value) or how.comparable(value) is not None:
            continue
        elif how.kind == "Numeric":
            findings.add(
                "Expected value of type Number",
                place,
                f"{name} takes a number without quotes"
                + (f"; to compare with a path, write {name}Path." if _is_path(value) else "."),
            )
        else:
            findings.add(
                "String does not match RFC3339 timestamp",
                place,
                "Write the time as 2030-01-01T09:00:00Z.",
            )


def _is_path(value: Any) -> bool:
    return isinstance(value, str) and value.startswith("$")
