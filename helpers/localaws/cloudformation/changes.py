"""Change sets: what an update would add, change and remove, and why, before anything happens.

The shape and the rules are CloudFormation's (API Reference, ResourceChange and
ResourceChangeDetail): a value that depends on a resource which itself changes is only known when
the change set runs, so the detail says `Dynamic`; its resource is listed, and may in the end stay
as it is.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from helpers.localaws.cloudformation import references, schema
from helpers.localaws.cloudformation.errors import ValidationError
from helpers.localaws.cloudformation.intrinsics import KNOWN_LATER, Resolver
from helpers.localaws.cloudformation.lookup import Deployed, attribute, pseudo_parameters
from helpers.localaws.cloudformation.stack import Recipe, Resource, Stack

SECRET = "{{resolve:ssm-secure:"
ADD, MODIFY, REMOVE = "Add", "Modify", "Remove"


class _Unknown(str):
    """Stands for a value that is known only after deployment."""

    def __new__(cls, logical_id: str, name: str | None) -> _Unknown:
        text = f"{KNOWN_LATER}:{logical_id}{'.' + name if name else ''}}}}}"
        return super().__new__(cls, text)


class _Plan:
    """References lead to what is deployed, or to an unknown where the resource will be new.

    Those to resources that are `left_out`, by their condition, are noted as `missed`.
    """

    def __init__(self, deployed: Deployed) -> None:
        self.stack = deployed.stack
        self.imported = deployed.imported
        self.replacing: set[str] = set()
        self.left_out: set[str] = set()
        self.missed: list[str] = []

    def ref(self, logical_id: str) -> Any:
        resource = self._settled(logical_id)
        return resource.physical_id if resource else _Unknown(logical_id, None)

    def attribute(self, logical_id: str, name: str) -> Any:
        resource = self._settled(logical_id)
        if resource is None:
            return _Unknown(logical_id, name)
        try:
            return attribute(resource, name)
        except ValidationError:
            return _Unknown(logical_id, name)

    def dynamic(self, service: str, reference: str) -> str:
        return f"{{{{resolve:{service}:{reference}}}}}"

    def _settled(self, logical_id: str) -> Resource | None:
        if logical_id in self.left_out:
            self.missed.append(logical_id)
            return None
        resource = self.stack.resources.get(logical_id)
        if resource is None or not resource.physical_id or logical_id in self.replacing:
            return None
        return resource


def compute(deployed: Deployed, recipe: Recipe) -> list[dict[str, Any]]:
    """The changes from a stack as it is deployed to `recipe`, as DescribeChangeSet's `Changes`.

    Raises ValidationError if the template cannot be evaluated, or changes a resource's type.
    """
    _refuse_secrets(recipe)
    stack, plan = deployed.stack, _Plan(deployed)
    resolver = Resolver(recipe.template, recipe.parameters, pseudo_parameters(stack), plan)
    wanted = [
        name
        for name in references.in_order(recipe.template)
        if _holds(recipe.template["Resources"][name], resolver)
    ]
    plan.left_out = recipe.template["Resources"].keys() - wanted
    _refuse_new_types(stack, recipe, wanted)
    changed: dict[str, str] = {}  # logical id -> Replacement
    changes: dict[str, dict[str, Any]] = {}
    for name in wanted:
        body = recipe.template["Resources"][name]
        current = stack.resources.get(name)
        if current is None or not current.physical_id:
            resolver.resolve(body.get("Properties") or {})
            changes[name] = _row(ADD, name, body["Type"], after=body)
            continue
        details = _details(current, body, recipe, stack, resolver, changed)
        if not details:
            continue
        replacement = _replacement(details)
        if replacement == "True":
            plan.replacing.add(name)
        changed[name] = replacement
        changes[name] = _modify(current, body, details, replacement)
    _refuse_missed(plan, recipe, resolver)
    order = [n for n in recipe.template["Resources"] if n in changes]
    removed = [name for name in stack.resources if name not in wanted]
    return [
        *(changes[name] for name in order),
        *(_remove(stack.resources[name]) for name in removed),
    ]


def _holds(body: dict[str, Any], resolver: Resolver) -> bool:
    condition = body.get("Condition")
    return resolver.condition(condition) if isinstance(condition, str) else True


def _refuse_missed(plan: _Plan, recipe: Recipe, resolver: Resolver) -> None:
    """Raise ValidationError if a resource or an output names a resource that is left out."""
    prefix, block = "Template format error: ", "Resources"
    if not plan.missed:
        prefix, block = "", "Outputs"  # AWS says so without the prefix
        for body in (recipe.template.get("Outputs") or {}).values():
            if plan.left_out and _holds(body, resolver):
                resolver.resolve([body.get("Value"), body.get("Export")])
    if plan.missed:
        names = ", ".join(dict.fromkeys(plan.missed))
        raise ValidationError(
            f"{prefix}Unresolved resource dependencies [{names}] in the {block} block of the "
            "template"
        )


def _refuse_secrets(recipe: Recipe) -> None:
    """Raise ValidationError for a reference to a SecureString where none is resolved.

    docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/dynamic-references-ssm-secure-strings.html
    """
    if SECRET not in recipe.original:
        return
    places = [
        place
        for body in recipe.template["Resources"].values()
        for place in _secret_places(body.get("Properties"), f"{body['Type']}/Properties")
        if place != "AWS::IAM::User/Properties/LoginProfile/Password"
    ]
    if places:
        raise ValidationError(f"SSM Secure reference is not supported in: [{','.join(places)}]")


def _secret_places(value: Any, place: str) -> Iterator[str]:
    """Where in a property a SecureString is named; a list and a function are one place."""
    if isinstance(value, dict) and not (len(value) == 1 and _is_function(next(iter(value)))):
        for name, inner in value.items():
            yield from _secret_places(inner, f"{place}/{name}")
    elif SECRET in json.dumps(value, default=str):
        yield place


def _is_function(name: Any) -> bool:
    return str(name).startswith("Fn::") or name == "Ref"


def _refuse_new_types(stack: Stack, recipe: Recipe, wanted: list[str]) -> None:
    changed = [
        name
        for name in wanted
        if name in stack.resources
        and stack.resources[name].type != recipe.template["Resources"][name]["Type"]
    ]
    if changed:
        raise ValidationError(
            "Update of resource type is not permitted. The new template modifies resource type of "
            f"the following resources: [{', '.join(changed)}]"
        )


def _details(
    current: Resource,
    body: dict[str, Any],
    recipe: Recipe,
    stack: Stack,
    resolver: Resolver,
    changed: dict[str, str],
) -> list[dict[str, Any]]:
    old_body = current.body.get("Properties") or {}
    new_body = body.get("Properties") or {}
    resolved = schema.coerce(current.type, resolver.resolve(new_body))
    details: list[dict[str, Any]] = []
    for name in dict.fromkeys([*old_body, *new_body]):
        before, after = current.properties.get(name), resolved.get(name)
        direct = old_body.get(name) != new_body.get(name)
        causes = _causes(new_body.get(name), recipe, stack, changed)
        target = {
            "Attribute": "Properties",
            "Name": name,
            "RequiresRecreation": schema.recreation(current.type, name),
        }
        if before != after or direct:
            if before == after:
                continue  # written differently, says the same
            certain = [cause for cause in causes if cause["Evaluation"] == "Static"]
            if direct or not (certain or causes):
                source = {"Evaluation": _evaluation(after), "ChangeSource": "DirectModification"}
                details.append({"Target": target, **source})
            details += [{"Target": target, **cause} for cause in certain or causes]
        else:
            details += [
                {"Target": target, **cause} for cause in causes if cause["Evaluation"] == "Dynamic"
            ]
    tags_change = recipe.tags != stack.recipe.tags and schema.taggable(current.type)
    if tags_change:
        target = {"Attribute": "Tags", "RequiresRecreation": schema.NEVER}
        details.append(
            {"Target": target, "Evaluation": "Static", "ChangeSource": "DirectModification"}
        )
    for attribute_name in ("DeletionPolicy", "UpdateReplacePolicy", "Metadata"):
        if current.body.get(attribute_name) != body.get(attribute_name):
            target = {"Attribute": attribute_name, "RequiresRecreation": schema.NEVER}
            source = {"Evaluation": "Static", "ChangeSource": "DirectModification"}
            details.append({"Target": target, **source})
    return details


def _evaluation(value: Any) -> str:
    return "Dynamic" if KNOWN_LATER in json.dumps(value) else "Static"


def _causes(
    value: Any, recipe: Recipe, stack: Stack, changed: dict[str, str]
) -> list[dict[str, Any]]:
    """Why a property's value differs or may differ, beside an edit of the property."""
    causes: list[dict[str, Any]] = []
    for target, name in dict.fromkeys(references.references(value)):
        if name is None and target in recipe.parameters:
            if recipe.parameters[target] != stack.recipe.parameters.get(target):
                causes.append(
                    {
                        "Evaluation": "Static",
                        "ChangeSource": "ParameterReference",
                        "CausingEntity": target,
                    }
                )
        elif target in changed and name is None:
            if changed[target] != "False":
                static = changed[target] == "True"
                causes.append(
                    {
                        "Evaluation": "Static" if static else "Dynamic",
                        "ChangeSource": "ResourceReference",
                        "CausingEntity": target,
                    }
                )
        elif target in changed:
            causes.append(
                {
                    "Evaluation": "Dynamic",
                    "ChangeSource": "ResourceAttribute",
                    "CausingEntity": f"{target}.{name}",
                }
            )
    return causes


def _replacement(details: list[dict[str, Any]]) -> str:
    answer = "False"
    for detail in details:
        needed = detail["Target"]["RequiresRecreation"]
        if needed == schema.ALWAYS and detail["Evaluation"] == "Static":
            return "True"
        if needed != schema.NEVER:
            answer = "Conditional"
    return answer


def _row(action: str, name: str, type_name: str, after: Any = None) -> dict[str, Any]:
    change = {
        "Action": action,
        "LogicalResourceId": name,
        "ResourceType": type_name,
        "Scope": [],
        "Details": [],
    }
    if after is not None:
        change["AfterContext"] = _context(after)
    return {"Type": "Resource", "ResourceChange": change}


def _modify(
    current: Resource, body: dict[str, Any], details: list[dict[str, Any]], replacement: str
) -> dict[str, Any]:
    row = _row(MODIFY, current.logical_id, current.type, after=body)
    scope = dict.fromkeys(detail["Target"]["Attribute"] for detail in details)
    row["ResourceChange"] |= {
        "PhysicalResourceId": current.physical_id,
        "Replacement": replacement,
        "Scope": list(scope),
        "Details": details,
        "BeforeContext": _context(current.body),
    }
    if replacement != "False":
        policy = str(body.get("UpdateReplacePolicy", "Delete"))
        action = "ReplaceAndRetain" if policy == "Retain" else "ReplaceAndDelete"
        row["ResourceChange"]["PolicyAction"] = action
    return row


def _remove(resource: Resource) -> dict[str, Any]:
    row = _row(REMOVE, resource.logical_id, resource.type)
    policy = "Retain" if resource.policy("DeletionPolicy").startswith("Retain") else "Delete"
    row["ResourceChange"] |= {
        "PhysicalResourceId": resource.physical_id,
        "PolicyAction": policy,
        "BeforeContext": _context(resource.body),
    }
    return row


def _context(body: dict[str, Any]) -> str:
    kept = {k: v for k, v in body.items() if k in ("Properties", "Metadata", "DeletionPolicy")}
    return json.dumps(kept, separators=(",", ":"), default=str)
