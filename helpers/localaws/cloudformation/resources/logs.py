"""AWS::Logs::LogGroup with its retention."""

from __future__ import annotations

from typing import Any

from .base import EXISTS, Made, Request, ResourceType, handler_failure


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
        """Return whether the group is there."""
        return request.physical_id in _backend(request).groups

    def _retain(self, request: Request, name: str) -> None:
        days = request.properties.get("RetentionInDays")
        if days is None:
            _backend(request).delete_retention_policy(name)
        else:
            _backend(request).put_retention_policy(name, days)
