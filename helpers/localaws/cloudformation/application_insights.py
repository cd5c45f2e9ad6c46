"""CloudWatch Application Insights, as far as a stack makes it: which applications there are.

An application lives in the stack that has it as a resource; nothing is watched.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from typing import Any

from helpers.localaws.account import ACCOUNT
from helpers.localaws.front import refusals
from helpers.localaws.front.http import Environ
from helpers.localaws.iam import access

SERVICE = "applicationinsights"
TYPE = "AWS::ApplicationInsights::Application"

_REGION = re.compile(r"Credential=[^/]+/\d{8}/([a-z0-9-]+)/")


def respond(environ: Environ, start_response: Callable[..., Any]) -> list[bytes]:
    """Answer a request to the service. Raises NotImplementedError for what is not here."""
    operation = environ.get("HTTP_X_AMZ_TARGET", "").rpartition(".")[2]
    scope = _REGION.search(environ.get("HTTP_AUTHORIZATION", ""))
    region = scope[1] if scope else ""
    applications = list(_applications(region))
    asked = json.loads(environ["wsgi.input"].read() or b"{}")
    who = access.caller(
        environ.get("HTTP_AUTHORIZATION", ""), environ.get("HTTP_X_AMZ_SECURITY_TOKEN")
    )
    why = who and access.refusal(who, "application-insights", operation, asked, region)
    if why:
        denied = refusals.Refusal("400 Bad Request", "AccessDeniedException", why)
        return refusals.answer(denied, environ, start_response)
    if operation == "ListApplications":
        return _answer({"ApplicationInfoList": applications}, start_response)
    if operation == "DescribeApplication":
        name = asked.get("ResourceGroupName")
        for application in applications:
            if application["ResourceGroupName"] == name:
                return _answer({"ApplicationInfo": application}, start_response)
        return _not_found(f"Application does not exist: {name}", environ, start_response)
    if operation == "ListTagsForResource":
        arn = asked.get("ResourceARN")
        for one, tags in tagged(region):
            if one == arn:
                listed = [{"Key": key, "Value": value} for key, value in tags.items()]
                return _answer({"Tags": listed}, start_response)
        return _not_found(f"Application does not exist: {arn}", environ, start_response)
    raise NotImplementedError(f"{operation} of Application Insights")


def tagged(region: str) -> Iterator[tuple[str, dict[str, str]]]:
    """The applications of a region: ARN, and tags (its own, and its stack's)."""
    for stack, resource in _resources(region):
        own = {tag["Key"]: tag["Value"] for tag in resource.properties.get("Tags") or ()}
        yield resource.physical_id, stack.recipe.tags | own


def _applications(region: str) -> Iterator[dict[str, Any]]:
    for _, resource in _resources(region):
        given = resource.properties
        yield {
            "ResourceGroupName": given["ResourceGroupName"],
            "LifeCycle": "ACTIVE",
            "OpsCenterEnabled": given.get("OpsCenterEnabled") in (True, "true"),
            "CWEMonitorEnabled": given.get("CWEMonitorEnabled") in (True, "true"),
            "AutoConfigEnabled": given.get("AutoConfigurationEnabled") in (True, "true"),
        }


def _resources(region: str) -> Iterator[tuple[Any, Any]]:
    """Each application as a resource of a stack, after the stack."""
    from helpers.localaws.cloudformation.backend import cloudformation_backends

    for stack in cloudformation_backends[ACCOUNT][region].live():
        for resource in stack.resources.values():
            if resource.type == TYPE and resource.physical_id:
                yield stack, resource


def _not_found(words: str, environ: Environ, start_response: Callable[..., Any]) -> list[bytes]:
    refusal = refusals.Refusal("400 Bad Request", "ResourceNotFoundException", words)
    return refusals.answer(refusal, environ, start_response)


def _answer(body: dict[str, Any], start_response: Callable[..., Any]) -> list[bytes]:
    start_response("200 OK", [("Content-Type", "application/x-amz-json-1.1")])
    return [json.dumps(body).encode()]
