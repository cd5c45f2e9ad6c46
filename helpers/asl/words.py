"""Choice rules in words: `{"Variable": "$.stock_price", "NumericLessThanEquals": 50}` reads
`stock_price ≤ 50`, and with the input that the state saw, `stock_price 2 ≤ 50`."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

from helpers.asl.evaluation import DefinitionError
from helpers.asl.failures import PathMissing
from helpers.asl.jsonata.reading import inside, is_expression
from helpers.asl.paths import MISSING, look_up
from helpers.asl.rules import (
    COMPARISONS,
    TYPE_TESTS,
    Absent,
    Combined,
    Comparison,
    Condition,
    Find,
    Negated,
    NoRule,
    Rule,
    read_rule,
)

_TYPES = {
    "IsNull": "null",
    "IsPresent": "present",
    "IsNumeric": "a number",
    "IsString": "a string",
    "IsBoolean": "a boolean",
    "IsTimestamp": "a timestamp",
}
_NEGATED = {"=": "≠", "matches": "does not match"}
_OPPOSITE = {"=": "≠", "<": "≥", ">": "≤", "≤": ">", "≥": "<"}
"""True where the sign is not, if both sides are of the kind that is compared."""

_LONGEST_VALUE = 40


def rule_words(rule: Any) -> str:
    """One Choice rule (JSONPath or JSONata) in words.

    >>> rule_words({"Variable": "$.stock_price", "NumericLessThanEquals": 50, "Next": "Buy"})
    'stock_price ≤ 50'
    >>> rule_words({"Not": {"Variable": "$.type", "StringEquals": "Private"}})
    'type ≠ "Private"'
    >>> rule_words({"And": [{"Variable": "$.v", "IsPresent": True},
    ...                     {"Variable": "$.v", "NumericLessThanPath": "$.limit"}]})
    'v is present and v < limit'
    >>> rule_words({"Condition": "{%  $states.input.price <= 50 %}"})
    '$states.input.price <= 50'
    """
    return _words(read_rule(rule), path_words)


def rule_value(
    rule: Any, input: Any, context: Any = MISSING, variables: dict[str, Any] | None = None
) -> str:
    """The rule in words together with the values that it looked at.

    `input` is what the Choice state saw (after its InputPath), `context` the context object,
    `variables` the workflow's variables.

    >>> rule_value({"Variable": "$.stock_price", "NumericLessThanEquals": 50}, {"stock_price": 2})
    'stock_price 2 ≤ 50'
    >>> rule_value({"Variable": "$.a", "IsPresent": True}, {})
    'a (absent) is present'
    >>> rule_value({"Condition": "{% $states.input.price <= 50 %}"}, {"price": 2})
    '$states.input.price 2 <= 50'
    """

    if isinstance(rule, dict) and isinstance(rule.get("Condition"), str):
        text = condition_words(rule["Condition"])
        return _condition_with_values(text, input, context, variables or {})
    return _words(read_rule(rule), _with_value(input, context, variables))


def rule_fails(
    rule: Any, input: Any, context: Any = MISSING, variables: dict[str, Any] | None = None
) -> str:
    """Why the rule does not hold, in words, with the values that it looked at.

    >>> rule_fails({"Variable": "$.stock_price", "NumericLessThanEquals": 50}, {"stock_price": 73})
    'stock_price 73 > 50'
    >>> rule_fails({"Variable": "$.stock_price", "NumericLessThanEquals": 50}, {"stock_price": ""})
    'not stock_price "" ≤ 50'
    """
    tree = read_rule(rule)
    if isinstance(tree, Comparison) and _has_opposite(tree, input, context, variables):
        return _comparison(tree, _with_value(input, context, variables), _OPPOSITE)
    words = rule_value(rule, input, context, variables)
    return f"not: {words}" if isinstance(tree, Condition) else f"not {words}"


def _has_opposite(
    rule: Comparison, input: Any, context: Any, variables: dict[str, Any] | None
) -> bool:
    """Is it an order, and are both sides of the kind? Only then is the opposite true as well."""
    how = COMPARISONS.get(rule.operator or "")
    if how is None or how.sign not in _OPPOSITE:
        return False
    value = look_up(rule.variable, input, context, variables)
    wanted = look_up(rule.wanted, input, context, variables) if how.is_path else rule.wanted
    return how.comparable(value) is not None and how.comparable(wanted) is not None


def _with_value(input: Any, context: Any, variables: dict[str, Any] | None) -> Callable[[Any], str]:
    """Says a path and behind it what stands there."""
    return lambda path: (
        f"{path_words(path)} {_value_words(look_up(path, input, context, variables))}"
    )


def rule_holds(
    rule: Any, input: Any, context: Any = MISSING, variables: dict[str, Any] | None = None
) -> bool | None:
    """Does the rule hold for this input, as the interpreter has it?

    None where that cannot be told: it is no rule, it is JSONata that asks for the time or chance,
    or an execution fails with it, as where it compares what is not there.

    >>> rule_holds({"Variable": "$.stock_price", "NumericLessThanEquals": 50}, {"stock_price": 51})
    False
    >>> rule_holds({"Variable": "$.stock_price", "NumericLessThanEquals": 50}, {}) is None
    True
    """
    tree = read_rule(rule)
    if isinstance(tree, Condition):
        return _condition_holds(tree.written, input, context, variables or {})
    try:
        return tree.test(_finding(input, context, variables))(None)
    except (Absent, DefinitionError):
        return None


def _finding(input: Any, context: Any, variables: dict[str, Any] | None) -> Find:
    """Looks paths up in what is given, in the one scope there is."""

    def find(path: str) -> Callable[[Any], Any]:
        def value(_: Any) -> Any:
            there = look_up(path, input, context, variables)
            if there is MISSING:
                raise PathMissing(path, input)
            return there

        return value

    return find


def condition_words(condition: Any) -> str:
    """A JSONata Condition without its `{% %}`, on one line."""
    if not isinstance(condition, str):
        return json.dumps(condition, default=str)
    return " ".join((inside(condition) if is_expression(condition) else condition).split())


def path_words(path: Any) -> str:
    """A path as a reader says it: `$.order.total` is `order.total`, `$` is `the input`."""
    if not isinstance(path, str):
        return json.dumps(path, default=str)
    if path == "$":
        return "the input"
    return path[2:] if path.startswith("$.") else path


def _words(rule: Rule, variable: Callable[[Any], str], inside: bool = False) -> str:
    """`variable` puts a path into words; `inside` asks for brackets round And and Or."""
    match rule:
        case Comparison():
            return _comparison(rule, variable)
        case Combined(parts, every):
            joint = " and " if every else " or "
            said = joint.join(_words(part, variable, inside=True) for part in parts)
            return f"({said})" if inside and len(parts) > 1 else said
        case Negated(Comparison(_, operator, _) as part) if _is_negatable(operator):
            return _comparison(part, variable, _NEGATED)
        case Negated(part):
            return f"not ({_words(part, variable)})"
        case Condition(written):
            return condition_words(written)
        case NoRule(written):
            return json.dumps(written, default=str)


def _is_negatable(operator: str | None) -> bool:
    """Is there a word for its opposite? An order has none: what is no number is not less either."""
    return operator in TYPE_TESTS or (
        operator is not None and COMPARISONS[operator].sign in _NEGATED
    )


def _comparison(
    rule: Comparison, variable: Callable[[Any], str], negated: Mapping[str, str] | None = None
) -> str:
    """`negated`: says its opposite, with these signs for the operator's own."""
    subject = "(no variable)" if rule.variable is None else variable(rule.variable)
    if rule.operator is None:
        return f"{subject} (no comparison)"
    if rule.operator in TYPE_TESTS:
        not_ = "not " * ((rule.wanted is False) != (negated is not None))
        return f"{subject} is {not_}{_TYPES[rule.operator]}"
    how = COMPARISONS[rule.operator]
    sign = (negated or {}).get(how.sign, how.sign)
    if how.is_path:
        return f"{subject} {sign} {variable(rule.wanted)}"
    if how.kind == "Timestamp" and isinstance(rule.wanted, str):
        return f"{subject} {sign} {rule.wanted}"
    return f"{subject} {sign} {_value_words(rule.wanted)}"


def _value_words(value: Any) -> str:
    if value is MISSING:
        return "(absent)"
    said = json.dumps(value, ensure_ascii=False, default=str)
    if len(said) <= _LONGEST_VALUE:
        return said
    return said[: _LONGEST_VALUE - 1] + "…"


def _condition_holds(
    condition: Any, input: Any, context: Any, variables: dict[str, Any]
) -> bool | None:
    if isinstance(condition, bool):
        return condition
    if not is_expression(condition):  # other text never holds, unless something is filled in yet
        return False if isinstance(condition, str) and "${" not in condition else None
    from helpers.asl.jsonata.conditions import holds

    return holds(inside(condition), input, context, variables)


def _condition_with_values(text: str, input: Any, context: Any, variables: dict[str, Any]) -> str:
    """Writes behind each plain reference of a JSONata expression the value it stands for."""
    from helpers.asl.jsonata.conditions import values_read

    said, at = "", 0
    for end, value in values_read(text, input, context, variables):
        said += f"{text[at:end]} {_value_words(value)}"
        at = end
    return said + text[at:]
