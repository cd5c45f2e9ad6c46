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
