"""Drift: whether resources still are as their stack left them.

Compared are the properties that the template gives, as on AWS, for the types whose handlers can
tell how a resource is now; of the others it is only known whether they are there.
"""

from __future__ import annotations

import json
from typing import Any

from helpers.localaws.cloudformation import resources
from helpers.localaws.cloudformation.deploy import request_for
from helpers.localaws.cloudformation.stack import Resource, Stack, now

IN_SYNC, MODIFIED, DELETED, NOT_CHECKED = "IN_SYNC", "MODIFIED", "DELETED", "NOT_CHECKED"


def detect(stack: Stack) -> int:
    """Look at every resource and record what was found; returns how many have drifted."""
    moment, drifted = now(), 0
    for resource in stack.resources.values():
        resource.drift, resource.drift_at = status(stack, resource), moment
        drifted += resource.drift in (MODIFIED, DELETED)
    stack.drift, stack.drift_at = ("DRIFTED" if drifted else IN_SYNC), moment
    return drifted


def status(stack: Stack, resource: Resource) -> str:
    """A resource's drift status."""
    handler = resources.handler(resource.type)
    request = request_for(stack, resource, resource.properties)
    if not resource.physical_id:
        return NOT_CHECKED
    if not handler.exists(request):
        return DELETED
    actual = handler.actual(request)
    if actual is None:
        return NOT_CHECKED
    return MODIFIED if differences(resource, actual) else IN_SYNC


def differences(resource: Resource, actual: dict[str, Any]) -> list[dict[str, Any]]:
    """What differs, as DescribeStackResourceDrifts' PropertyDifferences."""
    rows = []
    for name, value in resource.properties.items():
        if name not in actual or _same(value, actual[name]):
            continue
        rows.append(
            {
                "PropertyPath": f"/{name}",
                "ExpectedValue": _text(value),
                "ActualValue": _text(actual[name]),
                "DifferenceType": "REMOVE" if actual[name] is None else "NOT_EQUAL",
            }
        )
    return rows


def report(stack: Stack, resource: Resource) -> dict[str, Any]:
    """One entry of DescribeStackResourceDrifts."""
    handler = resources.handler(resource.type)
    request = request_for(stack, resource, resource.properties)
    actual = handler.actual(request) if resource.drift in (IN_SYNC, MODIFIED) else None
    shown = {k: v for k, v in resource.properties.items() if actual is not None}
    return {
        "StackId": stack.id,
        "LogicalResourceId": resource.logical_id,
        "PhysicalResourceId": resource.physical_id,
        "ResourceType": resource.type,
        "ExpectedProperties": _text(resource.properties),
        "ActualProperties": _text({**shown, **_known(shown, actual)}) if actual else None,
        "PropertyDifferences": differences(resource, actual) if actual else [],
        "StackResourceDriftStatus": resource.drift,
        "Timestamp": resource.drift_at or now(),
    }


def _known(shown: dict[str, Any], actual: dict[str, Any] | None) -> dict[str, Any]:
    return {key: value for key, value in (actual or {}).items() if key in shown}


def _same(expected: Any, actual: Any) -> bool:
    return json.dumps(expected, sort_keys=True) == json.dumps(actual, sort_keys=True)


def _text(value: Any) -> str:
    if isinstance(value, str):
        return value
    return json.dumps(value, separators=(",", ":"), sort_keys=True, default=str)
