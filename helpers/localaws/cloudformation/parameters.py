"""Template parameters: given values, defaults and constraints, refused in AWS's words."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from helpers.localaws.cloudformation.errors import ValidationError
from helpers.localaws.cloudformation.stack import Recipe

NO_ECHO = "****"


def resolve(
    template: dict[str, Any],
    given: dict[str, str],
    *,
    ssm: Callable[[str], str] | None = None,
    strict: bool = True,
) -> dict[str, Any]:
    """The value of each parameter of `template`, lists split, given values before defaults.

    template: a parsed template. given: values as the request gave them. ssm: looks up a Parameter
    Store name, for parameters of the types AWS::SSM::Parameter. strict: refuse values for
    parameters that the template does not have.
    Raises ValidationError if a value is missing, unknown or against a constraint.
    """
    declared: dict[str, dict[str, Any]] = template.get("Parameters") or {}
    unknown = [name for name in given if name not in declared]
    if unknown and strict:
        raise ValidationError(f"Parameters: [{', '.join(unknown)}] do not exist in the template")
    missing = [n for n, body in declared.items() if n not in given and "Default" not in body]
    if missing:
        raise ValidationError(f"Parameters: [{', '.join(missing)}] must have values")
    resolved: dict[str, Any] = {}
    for name, body in declared.items():
        text = as_text(given[name] if name in given else body["Default"])
        resolved[name] = _value(name, body, text, ssm)
    return resolved


def given_before(recipe: Recipe, name: str) -> str:
    """What a stack's parameter is given, or is by default: of a Parameter Store type, the name.

    Its value is looked up anew for each operation.
    """
    body = recipe.template["Parameters"][name]
    return recipe.given.get(name, as_text(body.get("Default", "")))


def as_text(value: Any) -> str:
    """A parameter's value as CloudFormation holds it: text."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list):
        return ",".join(as_text(item) for item in value)
    return str(value)


def _value(
    name: str, body: dict[str, Any], text: str, ssm: Callable[[str], str] | None
) -> str | list[str]:
    kind = str(body["Type"])
    if kind.startswith("AWS::SSM::Parameter::Value<"):
        text = ssm(text) if ssm is not None else text
        kind = kind.removeprefix("AWS::SSM::Parameter::Value<").removesuffix(">")
    elif kind == "AWS::SSM::Parameter::Name" and ssm is not None:
        ssm(text)  # that it is there is all that is asked
    if kind == "CommaDelimitedList" or kind.startswith("List<"):
        items = [item.strip() for item in text.split(",")] if text else []
        for item in items:
            _check(name, body, item, number=kind == "List<Number>")
        return items
    _check(name, body, text, number=kind == "Number")
    return text


def _check(name: str, body: dict[str, Any], text: str, *, number: bool) -> None:
    problem = _problem(name, body, text, number=number)
    if problem is None:
        return
    description = body.get("ConstraintDescription")
    if description:
        problem = f"Parameter '{name}' failed to satisfy constraint: {description}"
    raise ValidationError(problem)


def _fits(text: str, pattern: str) -> bool:
    """Python's own `re` may search for years, and nothing else runs meanwhile."""
    import regex

    try:
        match = regex.fullmatch(pattern, text, timeout=_LONGEST_SECONDS, concurrent=True)
    except TimeoutError:
        raise ValidationError(
            f"AllowedPattern {pattern!r} takes longer than {_LONGEST_SECONDS:g} s to match "
            f"{text[:50]!r}: it goes back and forth over the text. Write it without a repetition "
            "within a repetition."
        ) from None
    except regex.error as error:
        raise ValidationError(
            f"Template validation error: AllowedPattern {pattern!r} is no regular expression: "
            f"{error}"
        ) from None
    return match is not None


_LONGEST_SECONDS = 1.0


def _problem(name: str, body: dict[str, Any], text: str, *, number: bool) -> str | None:
    allowed = body.get("AllowedValues")
    if allowed is not None and text not in [as_text(value) for value in allowed]:
        return f"Parameter '{name}' must be one of AllowedValues"
    if number:
        try:
            size = float(text)
        except ValueError:
            return f"Parameter '{name}' must be a number."
        if "MinValue" in body and size < float(body["MinValue"]):
            return f"Parameter '{name}' must be a number not less than {body['MinValue']}"
        if "MaxValue" in body and size > float(body["MaxValue"]):
            return f"Parameter '{name}' must be a number not greater than {body['MaxValue']}"
        return None
    if "AllowedPattern" in body and not _fits(text, str(body["AllowedPattern"])):
        return f"Parameter '{name}' must match pattern {body['AllowedPattern']}"
    if "MinLength" in body and len(text) < int(body["MinLength"]):
        return f"Parameter '{name}' must contain at least {body['MinLength']} characters"
    if "MaxLength" in body and len(text) > int(body["MaxLength"]):
        return f"Parameter '{name}' must contain at most {body['MaxLength']} characters"
    return None


def shown(template: dict[str, Any], values: dict[str, Any], given: dict[str, str]) -> list[dict]:
    """Parameters as DescribeStacks shows them: NoEcho hidden, SSM values resolved."""
    rows = []
    for name, body in (template.get("Parameters") or {}).items():
        text = as_text(given.get(name, body.get("Default", "")))
        if str(body.get("NoEcho", "")).lower() == "true":
            text = NO_ECHO
        row = {"ParameterKey": name, "ParameterValue": text}
        if str(body.get("Type", "")).startswith("AWS::SSM::Parameter::Value<"):
            row["ResolvedValue"] = as_text(values.get(name, ""))
        rows.append(row)
    return rows
