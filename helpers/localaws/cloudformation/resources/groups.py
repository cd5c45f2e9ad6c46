"""AWS::ResourceGroups::Group and AWS::ApplicationInsights::Application."""

from __future__ import annotations

import json
import uuid
from typing import Any

from helpers.localaws.cloudformation.resources.base import Made, Request, ResourceType


def _backend(request: Request) -> Any:
    from moto.resourcegroups.models import resourcegroups_backends

    return resourcegroups_backends[request.account][request.region]


class ResourceGroup(ResourceType):
    """A resource group; one without a query holds what its stack holds."""

    service = "ResourceGroups"
    longest_name = 128

    def create(self, request: Request) -> Made:
        """Create the group."""
        group = _backend(request).create_group(
            name=self.name(request),
            description=request.properties.get("Description"),
            resource_query=_query(request),
            tags=request.tag_map(),
        )
        return Made(group.name, {"Arn": group.arn})

    def update(self, request: Request) -> Made | None:
        """Change description, query and tags."""
        backend = _backend(request)
        backend.update_group(
            group_name=request.physical_id,
            description=request.properties.get("Description", ""),
        )
        backend.update_group_query(group_name=request.physical_id, resource_query=_query(request))
        backend.groups.by_name[request.physical_id].tags = request.tag_map()
        return None

    def delete(self, request: Request) -> None:
        """Delete the group."""
        backend = _backend(request)
        if request.physical_id in backend.groups.by_name:
            backend.delete_group(group_name=request.physical_id)

    def exists(self, request: Request) -> bool:
        """Whether the group is there."""
        return request.physical_id in _backend(request).groups.by_name


def _query(request: Request) -> dict[str, str]:
    given = request.properties.get("ResourceQuery") or {}
    kind = given.get("Type", "CLOUDFORMATION_STACK_1_0")
    query = given.get("Query") or {"ResourceTypeFilters": ["AWS::AllSupported"]}
    if kind == "CLOUDFORMATION_STACK_1_0":
        query = {"StackIdentifier": request.stack_id, **query}
    return {"Type": kind, "Query": json.dumps(query)}


class ApplicationInsights(ResourceType):
    """Monitoring of a resource group. It lives in the stack, where `localaws.insights` finds it."""

    service = "ApplicationInsights"

    def create(self, request: Request) -> Made:
        """Record it: its group must exist, as on AWS."""
        group = str(request.properties.get("ResourceGroupName", ""))
        if group not in _backend(request).groups.by_name:
            from helpers.localaws.cloudformation.resources.base import INVALID, handler_failure

            raise handler_failure(
                f"Resource Group does not exist: {group} (Service: ApplicationInsights, "
                f"Status Code: 400, Request ID: {uuid.uuid4()})",
                INVALID,
            )
        arn = request.arn("applicationinsights", f"application/resource-group/{group}")
        return Made(arn, {"ApplicationARN": arn})

    def update(self, request: Request) -> Made | None:
        """Nothing stands behind it that could change; `insights` reads its tags off the stack."""
        return None

    def delete(self, request: Request) -> None:
        """Nothing stands behind it that could be deleted."""
