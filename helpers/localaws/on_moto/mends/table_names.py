"""What a table may be called: moto looks at no name. `quirks` asks it, and so do tasks."""

from __future__ import annotations

import re
from typing import Any

# docs.aws.amazon.com/amazondynamodb/latest/developerguide/HowItWorks.NamingRulesDataTypes.html
_NAME = re.compile(r"[a-zA-Z0-9_.-]+|arn:aws[\w-]*:dynamodb:[\w-]+:\d{12}:table/[\w./:-]+")
_SHORTEST, _LONGEST = 3, 255


def wrong(name: Any) -> str | None:
    """What DynamoDB says of what can be no table's name or ARN, as one of its constraints.

    >>> wrong("x y")[:60]
    "Value 'x y' at 'tableName' failed to satisfy constraint: Mem"
    """
    if isinstance(name, str) and _NAME.fullmatch(name):
        return None
    return (
        f"Value '{name}' at 'tableName' failed to satisfy constraint: Member must satisfy regular "
        "expression pattern: [a-zA-Z0-9_.-]+"
    )


def refusal(parameters: dict[str, Any], *, new: bool) -> str | None:
    """Why a request to DynamoDB names no table; None if it does, or names none at all.

    new: it makes the table.
    """
    name = parameters.get("TableName")
    if not isinstance(name, str):
        return None
    if new and not _SHORTEST <= len(name) <= _LONGEST:
        return (
            f"TableName must be at least {_SHORTEST} characters long and at most {_LONGEST} "
            "characters long"
        )
    told = wrong(name)
    return None if told is None else f"1 validation error detected: {told}"
