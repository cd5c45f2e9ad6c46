"""Choice rules in words: `{"Variable": "$.stock_price", "NumericLessThanEquals": 50}` reads
`stock_price ≤ 50`, and with the input that the state saw, `stock_price 2 ≤ 50`."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

from helpers.asl.paths import MISSING, look_up
from helpers.asl.timestamps import timestamp

_SIGNS = {
    "Equals": "=",
    "LessThan": "<",
    "GreaterThan": ">",
    "LessThanEquals": "≤",
    "GreaterThanEquals": "≥",
}
COMPARISONS: dict[str, tuple[str, str, bool]] = {
    f"{kind}{how}{path}": (kind, sign, bool(path))
    for kind in ("String", "Numeric", "Timestamp", "Boolean")
    for how, sign in _SIGNS.items()
    for path in ("", "Path")
    if kind != "Boolean" or how == "Equals"
} | {"StringMatches": ("String", "matches", False)}
"""Comparison operator → (type compared, sign, does the right side name a path?): 33 of them."""

TYPE_TESTS = {
    "IsNull": "null",
    "IsPresent": "present",
    "IsNumeric": "a number",
    "IsString": "a string",
    "IsBoolean": "a boolean",
    "IsTimestamp": "a timestamp",
}
"""The other 6 of the 39 operators: what they ask about the value."""

OPERATORS = frozenset(COMPARISONS) | frozenset(TYPE_TESTS)

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
    return _words(rule, lambda path: path_words(path))


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

    def with_value(path: Any) -> str:
        return f"{path_words(path)} {_value_words(look_up(path, input, context, variables))}"

    if isinstance(rule, dict) and isinstance(rule.get("Condition"), str):
        roots = {"input": input, "context": context}
        return _condition_with_values(condition_words(rule["Condition"]), roots, variables or {})
    return _words(rule, with_value)


def rule_holds(
    rule: Any, input: Any, context: Any = MISSING, variables: dict[str, Any] | None = None
) -> bool | None:
    """Does the rule hold for this input? None where that cannot be told (JSONata, a broken rule).

    >>> rule_holds({"Variable": "$.stock_price", "NumericLessThanEquals": 50}, {"stock_price": 51})
    False
    """
    if not isinstance(rule, dict):
        return None
    if isinstance(rule.get("Condition"), bool):
        return rule["Condition"]
    for name, settles in (("And", False), ("Or", True)):
        if name in rule:
            parts = rule[name] if isinstance(rule[name], list) else [None]
            answers = [rule_holds(part, input, context, variables) for part in parts]
            if settles in answers:
                return settles
            return None if None in answers else not settles
    if "Not" in rule:
        answer = rule_holds(rule["Not"], input, context, variables)
        return None if answer is None else not answer
    found = _operator(rule)
    if found is None or not isinstance(rule.get("Variable"), str):
        return None
    operator, wanted = found
    value = look_up(rule["Variable"], input, context, variables)
    if operator in TYPE_TESTS:
        return _type_holds(operator, value) == wanted if isinstance(wanted, bool) else None
    kind, sign, is_path = COMPARISONS[operator]
    if is_path:
        wanted = look_up(wanted, input, context, variables)
    return _compare(kind, sign, value, wanted)


def condition_words(condition: Any) -> str:
    """A JSONata Condition without its `{% %}`, on one line."""
    if not isinstance(condition, str):
        return json.dumps(condition, default=str)
    text = condition.strip()
    if text.startswith("{%"):
        text = text[2:]
    if text.endswith("%}"):
        text = text[:-2]
    return " ".join(text.split())


def path_words(path: Any) -> str:
    """A path as a reader says it: `$.order.total` is `order.total`, `$` is `the input`."""
    if not isinstance(path, str):
        return json.dumps(path, default=str)
    if path == "$":
        return "the input"
    return path[2:] if path.startswith("$.") else path


def _operator(rule: dict[str, Any]) -> tuple[str, Any] | None:
    for key, value in rule.items():
        if key in OPERATORS:
            return key, value
    return None


def _words(rule: Any, variable: Callable[[Any], str], inside: bool = False) -> str:
    """`variable` puts a path into words; `inside` asks for brackets round And and Or."""
    if not isinstance(rule, dict):
        return json.dumps(rule, default=str)
    if "Condition" in rule:
        return condition_words(rule["Condition"])
    for name, joint in (("And", " and "), ("Or", " or ")):
        if name in rule:
            parts = rule[name] if isinstance(rule[name], list) else [rule[name]]
            said = joint.join(_words(part, variable, inside=True) for part in parts)
            return f"({said})" if inside and len(parts) > 1 else said
    if "Not" in rule:
        return _negated(rule["Not"], variable)
    return _comparison(rule, variable)


def _comparison(rule: dict[str, Any], variable: Callable[[Any], str], negate: bool = False) -> str:
    subject = variable(rule["Variable"]) if "Variable" in rule else "(no variable)"
    found = _operator(rule)
    if found is None:
        return f"{subject} (no comparison)"
    operator, value = found
    if operator in TYPE_TESTS:
        return f"{subject} is {'not ' * ((value is False) != negate)}{TYPE_TESTS[operator]}"
    kind, sign, is_path = COMPARISONS[operator]
    if negate:
        sign = {"=": "≠", "matches": "does not match"}[sign]
    if is_path:
        return f"{subject} {sign} {variable(value)}"
    if kind == "Timestamp" and isinstance(value, str):
        return f"{subject} {sign} {value}"
    return f"{subject} {sign} {_value_words(value)}"


def _negated(rule: Any, variable: Callable[[Any], str]) -> str:
    found = _operator(rule) if isinstance(rule, dict) else None
    if found and (found[0] in TYPE_TESTS or COMPARISONS[found[0]][1] in ("=", "matches")):
        return _comparison(rule, variable, negate=True)
    return f"not ({_words(rule, variable)})"


def _value_words(value: Any) -> str:
    if value is MISSING:
        return "(absent)"
    said = json.dumps(value, ensure_ascii=False, default=str)
    if len(said) <= _LONGEST_VALUE:
        return said
    return said[: _LONGEST_VALUE - 1] + "…"


_JSONATA_REFERENCE = re.compile(
    r"""(?P<string>"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')
      | \$states\.(?P<root>input|context)\b(?P<rest>(?:\.[A-Za-z_]\w*|\[\d+\])*)(?!\s*[(\w.\[])
      | \$(?P<variable>(?!states\b)[A-Za-z_]\w*)
        (?P<path>(?:\.[A-Za-z_]\w*|\[\d+\])*)(?!\s*[(\w.\[:])
    """,
    re.VERBOSE,
)


def _condition_with_values(text: str, roots: dict[str, Any], variables: dict[str, Any]) -> str:
    """Writes behind each plain reference of a JSONata expression the value it stands for."""

    def say(match: re.Match[str]) -> str:
        if match["string"]:
            return match[0]
        if match["root"]:
            value = look_up("$" + match["rest"], roots[match["root"]])
        elif match["variable"] in variables:
            value = look_up("$" + match["path"], variables[match["variable"]])
        else:
            return match[0]  # a function's parameter, or a variable we were not told
        return f"{match[0]} {_value_words(value)}"

    return _JSONATA_REFERENCE.sub(say, text)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _type_holds(operator: str, value: Any) -> bool:
    return {
        "IsNull": lambda: value is None,
        "IsPresent": lambda: value is not MISSING,
        "IsNumeric": lambda: _is_number(value),
        "IsString": lambda: isinstance(value, str),
        "IsBoolean": lambda: isinstance(value, bool),
        "IsTimestamp": lambda: timestamp(value) is not None,
    }[operator]()


def _compare(kind: str, sign: str, value: Any, wanted: Any) -> bool:
    if kind == "Timestamp":
        value, wanted = timestamp(value), timestamp(wanted)
    fits = {
        "String": lambda x: isinstance(x, str),
        "Numeric": _is_number,
        "Boolean": lambda x: isinstance(x, bool),
        "Timestamp": lambda x: x is not None,
    }[kind]
    if not (fits(value) and fits(wanted)):
        return False
    if sign == "matches":
        return _matches(wanted, value)
    return {
        "=": lambda: value == wanted,
        "<": lambda: value < wanted,
        ">": lambda: value > wanted,
        "≤": lambda: value <= wanted,
        "≥": lambda: value >= wanted,
    }[sign]()


def _matches(pattern: str, value: str) -> bool:
    r"""StringMatches: `*` stands for any run of characters, `\*` for a star.

    Each literal piece is taken at its first place, so the cost stays linear in the pieces.
    """
    pieces = [""]
    for part in re.findall(r"\\.|.|\\$", pattern, re.DOTALL):
        if part == "*":
            pieces.append("")
        else:
            pieces[-1] += part[1:] if len(part) == 2 else part
    first, *middle = pieces
    if not middle:
        return value == first
    last = middle.pop()
    if not value.startswith(first) or len(value) < len(first) + len(last):
        return False
    at, end = len(first), len(value) - len(last)
    for piece in middle:
        found = value.find(piece, at, end)
        if found < 0:
            return False
        at = found + len(piece)
    return value.endswith(last)
