"""CloudFormation's functions in a definition (`!Sub`, `Fn::GetAtt` …) as `${placeholders}`."""

from __future__ import annotations

from typing import Any

from helpers.asl.placeholders import fill


def resolve(data: Any) -> Any:
    """Replaces every `{"Fn::…": …}` and `{"Ref": …}` in data by text with placeholders.

    >>> resolve({"Resource": {"Fn::GetAtt": ["Checker", "Arn"]}})
    {'Resource': '${Checker.Arn}'}
    """
    if isinstance(data, dict):
        if len(data) == 1:
            ((key, inner),) = data.items()
            if isinstance(key, str) and (key.startswith("Fn::") or key == "Ref"):
                return resolve_one(key, resolve(inner))
        return {key: resolve(value) for key, value in data.items()}
    if isinstance(data, list):
        return [resolve(value) for value in data]
    return data


def resolve_one(name: str, inner: Any) -> Any:
    """One function with its argument.

    >>> resolve_one("Fn::Sub", ["${Fn}:live", {"Fn": "arn:aws:lambda:::function:a"}])
    'arn:aws:lambda:::function:a:live'
    >>> resolve_one("Fn::Join", [":", ["arn:aws:lambda", "${AWS::Region}"]])
    'arn:aws:lambda:${AWS::Region}'
    >>> resolve_one("Fn::If", ["IsProd", "a", "b"])
    '${If IsProd}'
    """
    short = name.removeprefix("Fn::")
    if short == "Sub":
        if isinstance(inner, list) and inner and isinstance(inner[0], str):
            values = inner[1] if len(inner) > 1 and isinstance(inner[1], dict) else {}
            return fill(inner[0], values).replace("${!", "${")
        if isinstance(inner, str):
            return inner.replace("${!", "${")
    if short == "Ref" and isinstance(inner, str):
        return f"${{{inner}}}"
    if short == "GetAtt" and isinstance(inner, list) and all(isinstance(x, str) for x in inner):
        return "${" + ".".join(inner) + "}"
    if short == "GetAtt" and isinstance(inner, str):
        return f"${{{inner}}}"
    if short == "Join" and isinstance(inner, list) and len(inner) == 2:
        glue, parts = inner
        if isinstance(glue, str) and isinstance(parts, list):
            return glue.join(part if isinstance(part, str) else str(part) for part in parts)
    if isinstance(inner, str):
        return f"${{{short} {_name(inner)}}}"
    if isinstance(inner, list) and inner and isinstance(inner[0], str):
        return f"${{{short} {_name(inner[0])}}}"
    return f"${{{short}}}"


def _name(text: str) -> str:
    return text.replace("{", "").replace("}", "").replace("$", "")
