"""`${Name}` in a definition, as SAM's DefinitionSubstitutions fills it in."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

PLACEHOLDER = re.compile(r"\$\{([^{}$!\s][^{}]*)\}")
"""`${Name}`, `${Name.Arn}`, `${AWS::Region}`."""

_STRING_OR_BARE = re.compile(r'"(?:[^"\\]|\\.)*"|\$\{([^{}$!\s"][^{}"]*)\}')


def fill_json(text: str, values: Mapping[str, Any]) -> str:
    """Fills placeholders into a JSON text, as CloudFormation does before it is parsed.

    Inside a string the value is escaped; outside (`"TimeoutSeconds": ${Timeout}`) it stands as it
    is, and a placeholder without a value is left as a string, so that the text can be read.

    >>> fill_json('{"Resource": "${Fn}", "TimeoutSeconds": ${Limit}}', {"Fn": "a", "Limit": 5})
    '{"Resource": "a", "TimeoutSeconds": 5}'
    """

    def replace(found: re.Match[str]) -> str:
        if found[1] is None:
            return PLACEHOLDER.sub(inside, found[0])
        if found[1] in values:
            value = values[found[1]]
            return value if isinstance(value, str) else json.dumps(value)
        return json.dumps(found[0])

    def inside(found: re.Match[str]) -> str:
        if found[1] not in values:
            return found[0]
        return json.dumps(_said(values[found[1]]), ensure_ascii=False)[1:-1]

    return _STRING_OR_BARE.sub(replace, text)


def fill(data: Any, values: Mapping[str, Any]) -> Any:
    """Fills placeholders into the strings of parsed data (keys too); returns a new structure.

    >>> fill({"Resource": "${Fn}"}, {"Fn": "arn:aws:lambda:::function:a"})
    {'Resource': 'arn:aws:lambda:::function:a'}
    """
    if isinstance(data, str):
        return PLACEHOLDER.sub(
            lambda found: _said(values[found[1]]) if found[1] in values else found[0], data
        )
    if isinstance(data, dict):
        return {fill(key, values): fill(value, values) for key, value in data.items()}
    if isinstance(data, list):
        return [fill(value, values) for value in data]
    return data


def placeholders(data: Any) -> tuple[str, ...]:
    """The names of all placeholders in the data, each once, in the order of the text."""
    return tuple(dict.fromkeys(_placeholders(data)))


def _placeholders(data: Any) -> Iterator[str]:
    todo = [data]
    while todo:
        value = todo.pop()
        if isinstance(value, str):
            if "${" in value:
                yield from PLACEHOLDER.findall(value)
        elif isinstance(value, dict):
            for key, inner in reversed(value.items()):
                todo.append(inner)
                todo.append(key)
        elif isinstance(value, list):
            todo.extend(reversed(value))


def _said(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)
