"""AWS::Logs::LogGroup with its retention, and AWS::Logs::MetricFilter."""

from __future__ import annotations

import uuid
from typing import Any

from helpers.localaws.cloudformation.errors import ResourceFailure
from helpers.localaws.cloudformation.resources.base import (
    EXISTS,
    Made,
    Request,
    ResourceType,
    handler_error,
    handler_failure,
    message_of,
)


def _backend(request: Request) -> Any:
    from moto.logs.models import logs_backends

    return logs_backends[request.account][request.region]


class LogGroup(ResourceType):
    """A log group. moto's model forgets the retention and cannot be updated."""

    service = "CloudWatchLogs"
    longest_name = 512

    def create(self, request: Request) -> Made:
        """Create the group."""
        wanted, name = request.properties, self.name(request)
        logs = _backend(request)
        if name in logs.groups:
            raise handler_failure(f"The specified log group already exists ({name})", EXISTS)
        logs.create_log_group(name, request.tag_map(), kmsKeyId=wanted.get("KmsKeyId"))
        self._retain(request, name)
        return Made(name, {"Arn": f"{logs.groups[name].arn.removesuffix(':*')}:*"})

    def update(self, request: Request) -> Made | None:
        """Change retention, key and tags."""
        logs, name = _backend(request), request.physical_id
        self._retain(request, name)
        logs.groups[name].kms_key_id = request.properties.get("KmsKeyId")
        arn = logs.groups[name].arn
        gone = request.removed_tags()
        if gone:
            logs.untag_resource(arn, gone)
        logs.tag_resource(arn, request.tag_map())
        return None

    def delete(self, request: Request) -> None:
        """Delete the group."""
        if self.exists(request):
            _backend(request).delete_log_group(request.physical_id)

    def exists(self, request: Request) -> bool:
        """Whether the group is there."""
        return request.physical_id in _backend(request).groups

    def _retain(self, request: Request, name: str) -> None:
        days = request.properties.get("RetentionInDays")
        if days is None:
            _backend(request).delete_retention_policy(name)
        else:
            _backend(request).put_retention_policy(name, days)


class MetricFilter(ResourceType):
    """A metric filter; what it is of is another resource's log group, or one that is there."""

    service = "CloudWatchLogs"
    longest_name = 512

    def create(self, request: Request) -> Made:
        """Put the filter."""
        name = str(request.properties.get("FilterName") or self.generated_name(request))
        self._put(request, name)
        return Made(name)

    def update(self, request: Request) -> Made | None:
        """Put it anew under its name."""
        self._put(request, request.physical_id)
        return None

    def delete(self, request: Request) -> None:
        """Delete the filter."""
        if self.exists(request):
            group = request.properties["LogGroupName"]
            _backend(request).delete_metric_filter(request.physical_id, group)

    def exists(self, request: Request) -> bool:
        """Whether the filter is there."""
        logs, group = _backend(request), request.properties["LogGroupName"]
        filters = (
            logs.describe_metric_filters(request.physical_id, group) if group in logs.groups else []
        )
        return any(one["filterName"] == request.physical_id for one in filters)

    def _put(self, request: Request, name: str) -> None:
        wanted = request.properties
        made = [_transformation(one) for one in wanted["MetricTransformations"]]
        try:
            _backend(request).put_metric_filter(
                name, wanted["FilterPattern"], wanted["LogGroupName"], made
            )
        except Exception as error:
            raise self._refused(error) from None

    def _refused(self, error: Exception) -> ResourceFailure:
        """What the handler says: it puts the service's words after its own."""
        code = str(getattr(error, "error_type", ""))
        if code != "InvalidParameterException":
            return handler_error(error, self.service)
        return handler_failure(
            f"Invalid request provided: AWS::Logs::MetricFilter. {message_of(error)} (Service: "
            f"{self.service}, Status Code: 400, Request ID: {uuid.uuid4()})"
        )


def _transformation(given: dict[str, Any]) -> dict[str, Any]:
    """A transformation of a template as the API has it."""
    names = ("MetricName", "MetricNamespace", "MetricValue", "DefaultValue", "Unit")
    made = {f"{name[0].lower()}{name[1:]}": given[name] for name in names if name in given}
    made["metricValue"] = str(made["metricValue"])
    if "defaultValue" in made:
        made["defaultValue"] = float(made["defaultValue"])
    if given.get("Dimensions"):
        made["dimensions"] = {one["Key"]: one["Value"] for one in given["Dimensions"]}
    return made
