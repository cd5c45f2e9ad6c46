"""JSONPath as far as a Choice needs it: a Reference Path is taken apart and looked up."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any

MISSING: Any = type(
    "Missing", (), {"__repr__": lambda self: "MISSING", "__bool__": lambda s: False}
)()
"""What `look_up` answers where the path leads nowhere. None would be JSON's null."""

_STEP = re.compile(
    r"""\.(?P<name>[^.\[\]()'"\s*,:?@]+)      # .name
      | \[\s*(?P<index>-?\d+)\s*\]            # [0]
      | \[\s*'(?P<single>(?:[^'\\]|\\.)*)'\s*\]
      | \[\s*"(?P<double>(?:[^"\\]|\\.)*)"\s*\]
    """,
    re.VERBOSE,
)
_ROOT = re.compile(r"\$\$|\$(?P<variable>[^\W\d]\w*)?")


@lru_cache(maxsize=4096)
def reference_path(path: str) -> tuple[str, tuple[str | int, ...]] | None:
    """Takes a Reference Path apart; None where it is not one.

    >>> reference_path("$.order.items[0]['unit price']")
    ('$', ('order', 'items', 0, 'unit price'))
    >>> reference_path("$$.Execution.Name"), reference_path("$rate.eur")
    (('$$', ('Execution', 'Name')), ('$rate', ('eur',)))
    >>> reference_path("$.items[*]") is None
    True
    """
    root = _ROOT.match(path)
    if root is None:
        return None
    steps: list[str | int] = []
    at = root.end()
    while at < len(path):
        step = _STEP.match(path, at)
        if step is None:
            return None
        if step["index"] is not None:
            steps.append(int(step["index"]))
        elif step["name"] is not None:
            steps.append(step["name"])
        else:
            quoted = step["single"] if step["single"] is not None else step["double"]
            steps.append(re.sub(r"\\(.)", r"\1", quoted))
        at = step.end()
    return root[0], tuple(steps)


def look_up(
    path: str,
    input: Any,
    context: Any = MISSING,
    variables: dict[str, Any] | None = None,
) -> Any:
    """The value a Reference Path leads to, or `MISSING`.

    `input` is what `$` stands for, `context` what `$$` stands for, `variables` the workflow's
    variables by name (without the dollar sign).

    >>> look_up("$.stock_price", {"stock_price": 2})
    2
    >>> look_up("$.nobody", {"stock_price": 2})
    MISSING
    """
    parsed = reference_path(path) if isinstance(path, str) else None
    if parsed is None:
        return MISSING
    root, steps = parsed
    if root == "$":
        value = input
    elif root == "$$":
        value = context
    else:
        value = (variables or {}).get(root[1:], MISSING)
    for step in steps:
        if isinstance(step, str):
            if not isinstance(value, dict) or step not in value:
                return MISSING
            value = value[step]
        else:
            if not isinstance(value, list) or not -len(value) <= step < len(value):
                return MISSING
            value = value[step]
    return value


_NAME_END = re.compile(r"[.\[\]()\s]|$")


@lru_cache(maxsize=4096)
def is_jsonpath(path: str) -> bool:
    """Is it a JSONPath that Step Functions takes: of the input (`$`), of the context object
    (`$$`) or of a variable (`$name`), with filters, slices and wildcards?

    >>> [is_jsonpath(p) for p in ("$.a[?(@.b > 1)]..c", "$$.Execution.Name", "$items[1:]", "$")]
    [True, True, True, True]
    >>> [is_jsonpath(p) for p in ("a.b", "$.", "$...", "$.a[", "$.a b", "$.a[]")]
    [False, False, False, False, False, False]
    """
    root = _ROOT.match(path)
    if root is None:
        return False
    at = root.end()
    while at < len(path):
        if path[at] == "[":
            at = _bracket_end(path, at)
            if at < 0:
                return False
        elif path[at] == ".":
            at += 2 if path.startswith("..", at) else 1
            if path[at : at + 1] == "[":
                continue
            end = _NAME_END.search(path, at).start()  # type: ignore[union-attr]
            if end == at:
                return False
            at = end + 2 if path.startswith("()", end) else end
        else:
            return False
    return True


def why_not_reference_path(path: str) -> str | None:
    """None for a Reference Path; otherwise what AWS adds to "Value is not a Reference Path".

    A Reference Path leads to one place: no wildcard, no `..`, no filter.

    >>> why_not_reference_path("$.order.total"), why_not_reference_path("total")
    (None, ": Reference path didn't start with '$'")
    >>> why_not_reference_path("$.orders[*].total")
    ''
    """
    if not path.startswith("$"):
        return ": Reference path didn't start with '$'"
    bare = re.sub(r"\[\s*('(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\")\s*\]", "", path)
    if not is_jsonpath(path) or re.search(r"[*?@]|\.\.|[()]", bare):
        return ""
    return None


def _bracket_end(path: str, at: int) -> int:
    """The offset behind the bracket that opens at `at`, or -1 where it is empty or never closes.

    Quotes and round brackets inside are balanced; what a filter compares is not looked at.
    """
    depth, start = 0, at
    while at < len(path):
        mark = path[at]
        if mark in "'\"":
            close = at + 1
            while close < len(path) and path[close] != mark:
                close += 2 if path[close] == "\\" else 1
            if close >= len(path):
                return -1
            at = close
        elif mark in "[(":
            depth += 1
        elif mark in "])":
            depth -= 1
            if depth == 0:
                return at + 1 if path[start + 1 : at].strip() else -1
        at += 1
    return -1
