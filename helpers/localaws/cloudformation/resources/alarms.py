"""AWS::CloudWatch::Alarm and CompositeAlarm."""

from __future__ import annotations

from typing import Any

from helpers.localaws.cloudformation.resources.base import Made, Request, ResourceType


def _backend(request: Request) -> Any:
    from moto.cloudwatch.models import cloudwatch_backends

    return cloudwatch_backends[request.account][request.region]


class Alarm(ResourceType):
    """A metric alarm."""

    service = "CloudWatch"

    def create(self, request: Request) -> Made:
        """Create the alarm."""
        name = self.name(request)
        alarm = self._put(request, name)
        return Made(name, {"Arn": alarm.alarm_arn})

    def update(self, request: Request) -> Made | None:
        """Put it anew under its name."""
        self._put(request, request.physical_id)
        return None

    def delete(self, request: Request) -> None:
        """Delete the alarm."""
        if self.exists(request):
            _backend(request).delete_alarms([request.physical_id])

    def exists(self, request: Request) -> bool:
        """Whether the alarm is there."""
        return request.physical_id in _backend(request).alarms

    def _put(self, request: Request, name: str) -> Any:
        settings = {**request.properties, "AlarmName": name, "Tags": request.tag_list()}
        return _backend(request).put_alarm(self._checked(settings))

    def _checked(self, settings: dict[str, Any]) -> dict[str, Any]:
        from helpers.localaws.metrics import cloudwatch

        return cloudwatch.checked(settings)


class CompositeAlarm(Alarm):
    """An alarm whose state is made of other alarms' states."""

    def _checked(self, settings: dict[str, Any]) -> dict[str, Any]:
        from helpers.localaws.metrics import cloudwatch

        return cloudwatch.checked_rule(settings)
