"""Is a field's value of the kind it must be? The answers in AWS's words, each with a hint."""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from typing import Any

from helpers.asl.diagnostic import Findings, is_placeholder
from helpers.asl.fields import INSTEAD, Number
from helpers.asl.jsonata.reading import is_expression
from helpers.asl.paths import is_jsonpath, read, why_not_reference_path
from helpers.asl.places import Steps
from helpers.asl.selecting import Path
from helpers.asl.suggest import did_you_mean, nearest

_EXPRESSION_HINT = "Write a number, or a JSONata expression between {% and %}."


def expect(findings: Findings, kind: str, value: Any, steps: Steps) -> bool:
    """Reports a value that is not a STRING, OBJECT, ARRAY or BOOLEAN."""
    types = {"STRING": str, "OBJECT": dict, "ARRAY": list, "BOOLEAN": bool}
    if isinstance(value, types[kind]) or is_placeholder(value):
        return isinstance(value, types[kind])
    said = {"STRING": "text", "OBJECT": "an object {…}", "ARRAY": "a list […]"}
    findings.add(
        f"Expected value of type [{kind}]",
        steps,
        f"{_field(steps)} takes {said.get(kind, 'true or false, without quotes')}, "
        f"and this is {_what(value)}.",
    )
    return False


def expect_number(
    findings: Findings,
    rule: Number,
    value: Any,
    steps: Steps,
    *,
    jsonata: bool,
    group: Hashable = None,
) -> None:
    """Reports what is no number, or not a whole one, or out of bounds."""
    if is_placeholder(value) or (jsonata and is_expression(value)):
        return
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    if not is_number or (rule.whole and value != value // 1):
        findings.add(
            f"Expected value of type {'Integer' if rule.whole else 'Number'}",
            steps,
            _EXPRESSION_HINT
            if jsonata
            else f"{_field(steps)} takes a {'whole ' * rule.whole}number, and this is "
            f"{_what(value)}.",
            group=group,
        )
        return
    if rule.least is not None and value < rule.least:
        bound = rule.shown(rule.least)
        findings.add(f"Minimum value is {bound}", steps, f"Write {bound} or more.")
    elif rule.most is not None and value > rule.most:
        bound = rule.shown(rule.most)
        findings.add(f"Maximum value is {bound}", steps, f"Write {bound} or less.")


def expect_one_of(findings: Findings, allowed: Iterable[str], value: Any, steps: Steps) -> bool:
    """Reports a value that is none of `allowed`."""
    allowed = list(allowed)
    if is_placeholder(value):
        return False
    if not isinstance(value, str):
        return expect(findings, "STRING", value, steps)
    if value in allowed:
        return True
    findings.add(
        f"Value should be one of the following: [{', '.join(allowed)}]",
        steps,
        f"There is no {_field(steps)} {value!r}.{did_you_mean(value, allowed)}",
    )
    return False


def expect_path(findings: Findings, value: Any, steps: Steps) -> None:
    """Reports what is no JSONPath."""
    if is_placeholder(value) or not expect(findings, "STRING", value, steps):
        return
    if is_jsonpath(value):
        warn_of_functions(findings, read(value), steps)
    else:
        findings.add("Value must be a valid JSONPath.", steps, _path_hint(value))


def warn_of_functions(findings: Findings, path: Path, steps: Steps) -> None:
    """Warns where a path's last name is written as JSONPath's function, which does not exist here.

    AWS takes `$.list.length()` when the state machine is created; the state then fails.
    """
    name = path.keys[-1] if path.keys else ""
    if isinstance(name, str) and name.endswith("()") and not path.rest:
        instead = " Write States.ArrayLength in a payload template." if name == "length()" else ""
        findings.add(
            f"The path reads a field named '{name}'",
            steps,
            f"Paths have no functions in Step Functions.{instead}",
            code="PATH_FUNCTION",
            severity="WARNING",
        )


def expect_reference(
    findings: Findings, value: Any, steps: Steps, *, context: bool = True, variable: bool = True
) -> None:
    """Reports what is no Reference Path; `$$` only where `context`, `$name` where `variable`."""
    if is_placeholder(value) or not expect(findings, "STRING", value, steps):
        return
    why = why_not_reference_path(value)
    root = read(value).root if why is None else ""
    if root == "$$":
        if not context:
            findings.add(
                "Value is not a Reference Path",
                steps,
                f"{_field(steps)} cannot read the context object: begin the path with $ instead "
                "of $$.",
            )
    elif root not in ("", "$") and not variable:
        findings.add(
            "Value is not a Reference Path",
            steps,
            f"{_field(steps)} names a place in the input ($.…); a variable is set with Assign.",
        )
    elif why is not None:
        findings.add(f"Value is not a Reference Path{why}", steps, _path_hint(value))


def unknown_field(
    findings: Findings, name: str, steps: Steps, known: Iterable[str], hint: str = ""
) -> None:
    """Reports a field that does not belong where it stands."""
    known = list(known)
    meant = nearest(name, known)
    if meant:
        hint = f"Did you mean {meant!r}?"
    findings.add(
        f"Field '{name}' is not supported",
        steps,
        hint or "Take it away, or look for its right name.",
        place=(*steps, name),
    )


def wrong_language(
    findings: Findings, name: str, steps: Steps, *, jsonata: bool, group: Hashable = None
) -> None:
    """Reports a field that belongs to the other query language."""
    language, other = ("JSONata", "JSONPath") if jsonata else ("JSONPath", "JSONata")
    instead = INSTEAD.get(name, f"write {name.removesuffix('Path')} with an expression")
    findings.add(
        f"The QueryLanguage is set to '{language}', but field '{name}' is only supported for the "
        f"'{other}' QueryLanguage",
        steps,
        f"In {language}, {instead}; or set the state's QueryLanguage to {other}."
        if not jsonata
        else f"In {language}, {instead}.",
        place=(*steps, name),
        group=group,
    )


def required(findings: Findings, names: Iterable[str], steps: Steps, hint: str) -> None:
    """Reports missing fields."""
    findings.add(f"These fields are required: [{', '.join(names)}]", steps, hint)


def too_many(findings: Findings, names: Iterable[str], steps: Steps, hint: str) -> None:
    """Reports fields that exclude each other."""
    findings.add(
        f"There should only be one of the following fields: [{', '.join(names)}]", steps, hint
    )


def none_of(findings: Findings, names: Iterable[str], steps: Steps, hint: str) -> None:
    """Reports that one of several fields is missing."""
    findings.add(
        f"This object should have only one of the following fields: [{', '.join(names)}]",
        steps,
        hint,
    )


def _path_hint(value: str) -> str:
    if value.startswith("States."):
        return (
            "An intrinsic function cannot stand here: compute it in a Pass state before, and "
            "name the place of its result."
        )
    if not value.startswith("$"):
        return f"A path begins with $: write '$.{value.lstrip('.') or 'name'}'."
    if "*" in value or ".." in value or "?" in value:
        return "Name one place: wildcards, .. and filters are not allowed here."
    return "Write a path such as $.order.total or $.items[0]; names with spaces stand in ['…']."


def _field(steps: Steps) -> str:
    return next((step for step in reversed(steps) if isinstance(step, str)), "This")


def _what(value: Any) -> str:
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true or false"
    if isinstance(value, str):
        return "text"
    if isinstance(value, int | float):
        return "a number"
    return {dict: "an object", list: "a list"}.get(type(value), "something else")
