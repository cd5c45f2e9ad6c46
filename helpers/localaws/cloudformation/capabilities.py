"""Capabilities: what a request must acknowledge before a template may make IAM resources."""

from __future__ import annotations

from typing import Any

from helpers.localaws.cloudformation.errors import InsufficientCapabilities
from helpers.localaws.cloudformation.stack import Recipe

NAMED_IAM = {
    "AWS::IAM::Group": "GroupName",
    "AWS::IAM::InstanceProfile": "InstanceProfileName",
    "AWS::IAM::ManagedPolicy": "ManagedPolicyName",
    "AWS::IAM::Role": "RoleName",
    "AWS::IAM::User": "UserName",
}
OTHER_IAM = {
    "AWS::IAM::AccessKey",
    "AWS::IAM::Policy",
    "AWS::IAM::RolePolicy",
    "AWS::IAM::UserPolicy",
    "AWS::IAM::GroupPolicy",
    "AWS::IAM::UserToGroupAddition",
}


def check(recipe: Recipe) -> None:
    """Refuse a recipe whose IAM resources its request does not acknowledge.

    Raises InsufficientCapabilities: which capability is missing.
    """
    bodies = recipe.template["Resources"].values()
    named = any((b.get("Properties") or {}).get(NAMED_IAM.get(b["Type"], "")) for b in bodies)
    iam = any(b["Type"] in NAMED_IAM or b["Type"] in OTHER_IAM for b in bodies)
    have = set(recipe.capabilities)
    if named and "CAPABILITY_NAMED_IAM" not in have:
        raise InsufficientCapabilities("Requires capabilities : [CAPABILITY_NAMED_IAM]")
    if iam and not have & {"CAPABILITY_IAM", "CAPABILITY_NAMED_IAM"}:
        raise InsufficientCapabilities("Requires capabilities : [CAPABILITY_IAM]")


def check_transforms(recipe: Recipe) -> None:
    """Refuse a recipe with transforms whose request does not acknowledge what they may make.

    AWS asks for it where a stack is made or updated without a change set
    (docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_CreateStack.html).
    """
    if "CAPABILITY_AUTO_EXPAND" not in recipe.capabilities:
        raise InsufficientCapabilities("Requires capabilities : [CAPABILITY_AUTO_EXPAND]")


def needed(
    types: list[str], bodies: list[dict[str, Any]], declared: list[str]
) -> tuple[list[str], str | None]:
    """Which capabilities a template asks for, and the sentence that says why."""
    iam = [t for t in types if t in NAMED_IAM or t in OTHER_IAM]
    if iam:
        named = any(
            (body.get("Properties") or {}).get(NAMED_IAM.get(str(body.get("Type")), ""))
            for body in bodies
        )
        needed = "CAPABILITY_NAMED_IAM" if named else "CAPABILITY_IAM"
        listed = ", ".join(dict.fromkeys(iam))
        return [needed], f"The following resource(s) require capabilities: [{listed}]"
    if declared:
        listed = ", ".join(declared)
        return (
            ["CAPABILITY_AUTO_EXPAND"],
            f"The following transform(s) require capabilities: [{listed}]",
        )
    return [], None
