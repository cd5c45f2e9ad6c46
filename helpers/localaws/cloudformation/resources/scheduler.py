"""AWS::Scheduler::Schedule and AWS::Scheduler::ScheduleGroup."""

from __future__ import annotations

from typing import Any

from helpers.localaws.cloudformation.resources.base import (
    EXISTS,
    Made,
    Request,
    ResourceType,
    handler_failure,
)


def _backend(request: Request) -> Any:
    from moto.scheduler.models import scheduler_backends

    return scheduler_backends[request.account][request.region]


class Schedule(ResourceType):
    """A schedule of EventBridge Scheduler."""

    service = "Scheduler"
    longest_name = 64

    def create(self, request: Request) -> Made:
        """Create the schedule in its group."""
        wanted, name = request.properties, self.name(request)
        scheduler, group = _backend(request), wanted.get("GroupName")
        if name in scheduler.get_schedule_group(group).schedules:
            raise handler_failure(f"Schedule {name} already exists.", EXISTS)
        schedule = scheduler.create_schedule(
            **_arguments(request), name=name, action_after_completion=None
        )
        return Made(name, {"Arn": schedule.arn})

    def update(self, request: Request) -> Made | None:
        """Change the schedule; one that moves to another group is made anew there."""
        scheduler, old_group = _backend(request), request.old.get("GroupName")
        if old_group != request.properties.get("GroupName"):
            scheduler.delete_schedule(old_group, request.physical_id)
            schedule = scheduler.create_schedule(
                **_arguments(request), name=request.physical_id, action_after_completion=None
            )
            return Made(request.physical_id, {"Arn": schedule.arn})
        scheduler.update_schedule(**_arguments(request), name=request.physical_id)
        return None

    def delete(self, request: Request) -> None:
        """Delete the schedule."""
        if self.exists(request):
            _backend(request).delete_schedule(
                request.properties.get("GroupName"), request.physical_id
            )

    def exists(self, request: Request) -> bool:
        """Whether the schedule is there."""
        groups = _backend(request).schedule_groups
        group = groups.get(request.properties.get("GroupName") or "default")
        return group is not None and request.physical_id in group.schedules


def _arguments(request: Request) -> dict[str, Any]:
    wanted = request.properties
    return {
        "description": wanted.get("Description"),
        "end_date": wanted.get("EndDate"),
        "flexible_time_window": wanted["FlexibleTimeWindow"],
        "group_name": wanted.get("GroupName"),
        "kms_key_arn": wanted.get("KmsKeyArn"),
        "schedule_expression": wanted["ScheduleExpression"],
        "schedule_expression_timezone": wanted.get("ScheduleExpressionTimezone"),
        "start_date": wanted.get("StartDate"),
        "state": wanted.get("State") or "ENABLED",
        "target": wanted["Target"],
    }


class ScheduleGroup(ResourceType):
    """A group of schedules."""

    service = "Scheduler"
    longest_name = 64

    def create(self, request: Request) -> Made:
        """Create the group."""
        name = self.name(request)
        if name in _backend(request).schedule_groups:
            raise handler_failure(f"Schedule group {name} already exists.", EXISTS)
        group = _backend(request).create_schedule_group(name, request.tag_list())
        return Made(name, {"Arn": group.arn, "State": "ACTIVE"})

    def update(self, request: Request) -> Made | None:
        """Change its tags."""
        arn = _backend(request).get_schedule_group(request.physical_id).arn
        _backend(request).tag_resource(arn, request.tag_list())
        return None

    def delete(self, request: Request) -> None:
        """Delete the group and its schedules."""
        if self.exists(request):
            _backend(request).delete_schedule_group(request.physical_id)

    def exists(self, request: Request) -> bool:
        """Whether the group is there."""
        return request.physical_id in _backend(request).schedule_groups
