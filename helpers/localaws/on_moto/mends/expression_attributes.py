"""Expression attribute names and values that an expression of DynamoDB uses and nobody gives.

moto stumbles over most of them. The words are DynamoDB's.
"""

from __future__ import annotations

import re
from typing import Any

_KINDS = (
    (re.compile(r"#\w+"), "ExpressionAttributeNames", "name used in the document path", "name"),
    (re.compile(r":\w+"), "ExpressionAttributeValues", "value used in expression", "value"),
)


def undefined(request: dict[str, Any]) -> str | None:
    """What DynamoDB says of the first one in a request; None if all are given.

    >>> undefined({"UpdateExpression": "SET #a = :b", "ExpressionAttributeNames": {"#a": "a"}})
    'Invalid UpdateExpression: An expression attribute value used in expression is not defined; \
attribute value: :b'
    """
    for expression, text in request.items():
        if not expression.endswith("Expression"):
            continue
        for pattern, parameter, used, kind in _KINDS:
            given = request.get(parameter) or {}
            for name in pattern.findall(str(text)):
                if name not in given:
                    return (
                        f"Invalid {expression}: An expression attribute {used} is not defined; "
                        f"attribute {kind}: {name}"
                    )
    return None
