"""A state machine inside a SAM or CloudFormation template."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from helpers.asl.errors import NotADefinition
from helpers.asl.placeholders import fill
from helpers.asl.template_functions import resolve

TYPES = ("AWS::Serverless::StateMachine", "AWS::StepFunctions::StateMachine")
FUNCTIONS = ("AWS::Serverless::Function", "AWS::Lambda::Function")


def is_template(data: Any) -> bool:
    """Is it a template rather than a definition?"""
    return (
        isinstance(data, dict)
        and isinstance(data.get("Resources"), dict)
        and ("States" not in data)
    )


def state_machines(data: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """The properties of each state machine in a template, by its logical name."""
    machines = {}
    for name, resource in data["Resources"].items():
        if isinstance(resource, dict) and resource.get("Type") in TYPES:
            properties = resource.get("Properties")
            machines[name] = properties if isinstance(properties, dict) else {}
    return machines


def pick(
    data: dict[str, Any], resource: str | None, file: str | None
) -> tuple[str, dict[str, Any]]:
    """The one state machine that is meant, with its logical name."""
    machines = state_machines(data)
    if resource is None and len(machines) == 1:
        return next(iter(machines.items()))
    if resource in machines:
        return resource, machines[resource]
    if not machines:
        raise NotADefinition(
            "This template holds no state machine.",
            f"None of its resources is an {TYPES[0]} or {TYPES[1]}.",
            "Give the definition's own file (often statemachine/….asl.json).",
            file=file,
        )
    why = f"It has {', '.join(machines)}"
    why += "." if resource is None else f", and no {resource}."
    raise NotADefinition(
        "This template holds more than one state machine."
        if resource is None
        else f"There is no state machine {resource} in this template.",
        why,
        f'Say which one: load(path, resource="{next(iter(machines))}").',
        file=file,
    )


def substitutions_of(properties: dict[str, Any]) -> dict[str, Any]:
    """DefinitionSubstitutions, with references as placeholders (`${Checker.Arn}`)."""
    given = resolve(properties.get("DefinitionSubstitutions"))
    return given if isinstance(given, dict) else {}


def function_arns(data: dict[str, Any]) -> dict[str, str]:
    """`Checker.Arn` → that function's ARN as far as a template tells it, for each function in it.

    With it a Task is known to call a function, and which, before anything is deployed.
    """
    arn = "arn:${AWS::Partition}:lambda:${AWS::Region}:${AWS::AccountId}:function:"
    return {
        f"{name}.Arn": f"{arn}${{{name}}}"
        for name, resource in data["Resources"].items()
        if isinstance(resource, dict) and resource.get("Type") in FUNCTIONS
    }


def definition_file(properties: dict[str, Any], template: Path) -> Path | None:
    """The file that DefinitionUri names, if the definition stands in one."""
    uri = properties.get("DefinitionUri")
    if isinstance(uri, str) and not uri.startswith("s3://"):
        return template.parent / uri
    return None


def inline_definition(
    name: str, properties: dict[str, Any], file: str | None
) -> tuple[Any, tuple[str, ...]]:
    """The definition written in the template itself, and the steps that lead to it."""
    values = substitutions_of(properties)
    if isinstance(properties.get("Definition"), dict):
        data = fill(resolve(properties["Definition"]), values)
        return data, ("Resources", name, "Properties", "Definition")
    text = resolve(properties.get("DefinitionString"))
    if isinstance(text, str):
        try:
            data = fill(json.loads(text), values)
        except ValueError as error:
            raise NotADefinition(
                f"The DefinitionString of {name} is not valid JSON.",
                f"{error}.",
                "Correct it, or put the definition into a file of its own (DefinitionUri).",
                file=file,
            ) from None
        return data, ("Resources", name, "Properties", "DefinitionString")
    raise NotADefinition(
        f"The state machine {name} has no definition that can be read here.",
        "It has neither a Definition, nor a DefinitionString, nor a DefinitionUri with a file.",
        "Give the definition's own file.",
        file=file,
    )
