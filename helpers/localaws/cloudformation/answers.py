"""How stacks, resources, events and change sets look in the API's answers."""

from __future__ import annotations

import json
import re
from typing import Any

from helpers.localaws.cloudformation import capabilities, parameters, shapes, template
from helpers.localaws.cloudformation.stack import ChangeSet, Event, Resource, Stack


def tag_list(tags: dict[str, str]) -> list[dict[str, str]]:
    """Tags as a list of Key and Value."""
    return [{"Key": key, "Value": value} for key, value in tags.items()]


def drift_information(status: str, at: Any) -> dict[str, Any]:
    """A stack's drift."""
    return {"StackDriftStatus": status, "LastCheckTimestamp": at}


def describe_stack(stack: Stack) -> dict[str, Any]:
    """A stack as DescribeStacks shows it: what it has none of is left out, but for its tags."""
    recipe = stack.recipe
    return {
        "StackId": stack.id,
        "StackName": stack.name,
        "ChangeSetId": stack.change_set_id,
        "Description": recipe.description,
        "Parameters": parameters.shown(recipe.template, recipe.parameters, recipe.given) or None,
        "CreationTime": stack.created,
        "LastUpdatedTime": stack.updated,
        "DeletionTime": stack.deleted,
        "RollbackConfiguration": {},
        "StackStatus": stack.status,
        "StackStatusReason": stack.reason,
        "DisableRollback": stack.disable_rollback,
        "NotificationARNs": recipe.notification_arns,
        "TimeoutInMinutes": stack.timeout_minutes,
        "Capabilities": recipe.capabilities or None,
        "Outputs": [
            {
                "OutputKey": output.key,
                "OutputValue": output.value,
                "Description": output.description,
                "ExportName": output.export,
            }
            for output in stack.outputs
        ]
        or None,
        "RoleARN": recipe.role_arn,
        "Tags": tag_list(recipe.tags),
        "EnableTerminationProtection": stack.termination_protection,
        "ParentId": stack.parent_id,
        "RootId": stack.root_id,
        "DriftInformation": drift_information(stack.drift, stack.drift_at),
    }


def stack_summary(stack: Stack) -> dict[str, Any]:
    """A stack as ListStacks shows it."""
    return {
        "StackId": stack.id,
        "StackName": stack.name,
        "TemplateDescription": stack.recipe.description,
        "CreationTime": stack.created,
        "LastUpdatedTime": stack.updated,
        "DeletionTime": stack.deleted,
        "StackStatus": stack.status,
        "StackStatusReason": stack.reason,
        "ParentId": stack.parent_id,
        "RootId": stack.root_id,
        "DriftInformation": drift_information(stack.drift, stack.drift_at),
    }


def describe_event(event: Event) -> dict[str, Any]:
    """An event as DescribeStackEvents shows it."""
    return {
        "StackId": event.stack_id,
        "EventId": event.id,
        "StackName": event.stack_name,
        "LogicalResourceId": event.logical_id,
        "PhysicalResourceId": event.physical_id,
        "ResourceType": event.type,
        "Timestamp": event.at,
        "ResourceStatus": event.status,
        "ResourceStatusReason": event.reason,
        "ResourceProperties": event.properties,
        "ClientRequestToken": event.token,
    }


def resources_of(stack: Stack) -> list[Resource]:
    """A stack's resources in the order in which AWS lists them.

    Of a deleted stack, those that it had, with what became of each: DELETE_COMPLETE or _SKIPPED.
    """
    shown = _gone(stack) if stack.deleted else stack.resources
    return sorted(shown.values(), key=lambda resource: resource.logical_id)


def _gone(stack: Stack) -> dict[str, Resource]:
    """The resources of a deleted stack, as its events tell of their end."""
    gone: dict[str, Resource] = {}
    for event in stack.events:
        if event.physical_id == stack.id:
            if event.status == "DELETE_IN_PROGRESS":
                gone.clear()  # what went earlier is not among them
            continue
        gone[event.logical_id] = Resource(
            logical_id=event.logical_id,
            type=event.type,
            physical_id=event.physical_id,
            status=event.status,
            reason=event.reason,
            at=event.at,
        )
    return gone


def describe_resource(stack: Stack, resource: Resource) -> dict[str, Any]:
    """A resource as DescribeStackResources shows it."""
    return {
        "StackName": stack.name,
        "StackId": stack.id,
        "LogicalResourceId": resource.logical_id,
        "PhysicalResourceId": resource.physical_id or None,
        "ResourceType": resource.type,
        "Timestamp": resource.at,
        "ResourceStatus": resource.status,
        "ResourceStatusReason": resource.reason,
        "DriftInformation": {
            "StackResourceDriftStatus": resource.drift,
            "LastCheckTimestamp": resource.drift_at,
        },
    }


def change_set_summary(change_set: ChangeSet) -> dict[str, Any]:
    """A change set as ListChangeSets shows it."""
    return {
        "ChangeSetId": change_set.id,
        "ChangeSetName": change_set.name,
        "StackId": change_set.stack_id,
        "StackName": change_set.stack_name,
        "Description": change_set.description,
        "CreationTime": change_set.created,
        "ExecutionStatus": change_set.execution,
        "Status": change_set.status,
        "StatusReason": change_set.reason,
        "IncludeNestedStacks": False,
    }


def without_values(row: dict[str, Any]) -> dict[str, Any]:
    """A change without the values before and after it."""
    change = dict(row["ResourceChange"])
    change.pop("BeforeContext", None)
    change.pop("AfterContext", None)
    return {**row, "ResourceChange": change}


_HERE = re.compile(r"https?://(?:127\.0\.0\.1|localhost)(?::\d+)?/")
_TEMPLATE_OF = {
    "AWS::CloudFormation::Stack": "TemplateURL",
    "AWS::Serverless::Application": "Location",
}


def with_addresses_of_s3(text: str, region: str) -> str:
    """A template's text, in which the templates of nested stacks are at S3's own addresses.

    `sam deploy` writes this endpoint's address into them, and `sam delete` finds a template that it
    is to delete by S3's alone.
    """
    if not _HERE.search(text):
        return text
    for body in (template.parse(text).get("Resources") or {}).values():
        wanted = body.get("Properties") if isinstance(body, dict) else None
        name = _TEMPLATE_OF.get(str(body.get("Type")), "") if isinstance(wanted, dict) else ""
        url = wanted.get(name) if name else None
        if isinstance(url, str) and _HERE.match(url):
            text = text.replace(url, _HERE.sub(f"https://s3.{region}.amazonaws.com/", url, count=1))
    return text


def template_summary(parsed: dict[str, Any]) -> dict[str, Any]:
    """What GetTemplateSummary says of a template."""
    shapes.check_sections({"Parameters": parsed.get("Parameters")})
    bodies = [body for body in parsed["Resources"].values() if isinstance(body, dict)]
    types = [str(body.get("Type")) for body in bodies]
    rows = []
    for name, body in (parsed.get("Parameters") or {}).items():
        default = body.get("Default")
        rows.append(
            {
                "ParameterKey": name,
                "DefaultValue": None if default is None else parameters.as_text(default),
                "ParameterType": body.get("Type", "String"),
                "NoEcho": str(body.get("NoEcho", "")).lower() == "true",
                "Description": body.get("Description"),
                "ParameterConstraints": {
                    "AllowedValues": [parameters.as_text(v) for v in body["AllowedValues"]]
                }
                if "AllowedValues" in body
                else {},
            }
        )
    declared = template.transforms(parsed)
    needed, reason = capabilities.needed(types, bodies, declared)
    return {
        "Parameters": rows,
        "Description": parsed.get("Description"),
        "Capabilities": needed,
        "CapabilitiesReason": reason,
        "ResourceTypes": list(dict.fromkeys(types)),
        "Version": parsed.get("AWSTemplateFormatVersion"),
        "Metadata": json.dumps(parsed["Metadata"]) if parsed.get("Metadata") else None,
        "DeclaredTransforms": declared,
        "ResourceIdentifierSummaries": [],
    }
