"""JSON that comes back from what a learner made: in a message, a log, an answer."""

from __future__ import annotations

import json
from typing import Any


def object_of(text: str) -> dict[str, Any] | None:
    """The JSON object that a text is; None if it is anything else.

    >>> object_of('{"a": 1}'), object_of("[1]"), object_of("no JSON")
    ({'a': 1}, None, None)
    """
    try:
        parsed = json.loads(text)
    except ValueError:
        return None
    return parsed if isinstance(parsed, dict) else None


def same(one: Any, other: Any) -> bool:
    """Equal as JSON, in whichever order the keys are: 3 is not "3", and true is not 1.

    >>> same({"a": 1, "b": 2}, {"b": 2, "a": 1}), same(3, "3"), same(True, 1)
    (True, False, False)
    """
    return json.dumps(one, sort_keys=True) == json.dumps(other, sort_keys=True)
