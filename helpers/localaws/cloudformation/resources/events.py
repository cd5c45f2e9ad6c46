"""AWS::Events::Rule: a rule with its targets, changed in place."""

from __future__ import annotations

import json
from typing import Any

from helpers.localaws.cloudformation.resources.base import (
    EXISTS,
    Made,
    Request,
    ResourceType,
    handler_failure,
)


def _backend(request: Request) -> Any:
    from moto.events.models import events_backends

    return events_backends[request.account][request.region]


class Rule(ResourceType):
    """A rule. moto's model deletes and makes it anew on every change."""

    service = "EventBridge"
    longest_name = 64

    def create(self, request: Request) -> Made:
        """Create the rule with its targets."""
        name, bus = self.name(request), request.properties.get("EventBusName")
        if self._find(request, name, bus) is not None:
            raise handler_failure(f"{name} already exists", EXISTS)
        rule = self._put(request, name)
        physical = name if _bus(bus) == "default" else f"{_bus(bus)}|{name}"
        return Made(physical, {"Arn": rule.arn, "RuleName": name})

    def update(self, request: Request) -> Made | None:
        """Bring the rule, its targets and its tags in step with the template."""
        rule = self._put(request, _name(request))
        gone = request.removed_tags()
        if gone:
            _backend(request).tagger.untag_resource_using_names(rule.arn, gone)
        return None

    def delete(self, request: Request) -> None:
        """Delete the rule with its targets."""
        events, bus = _backend(request), request.properties.get("EventBusName")
        rule = self._find(request, _name(request), bus)
        if rule is None:
            return
        events.remove_targets(rule.name, bus, [target["Id"] for target in rule.targets])
        events.delete_rule(rule.name, bus)

    def exists(self, request: Request) -> bool:
        """Whether the rule is there."""
        return (
            self._find(request, _name(request), request.properties.get("EventBusName")) is not None
        )

    def actual(self, request: Request) -> dict[str, Any] | None:
        """The rule as it is now."""
        rule = self._find(request, _name(request), request.properties.get("EventBusName"))
        return {
            "Description": rule.description,
            "RoleArn": rule.role_arn,
            "ScheduleExpression": rule.scheduled_expression,
            "State": rule.state,
            "Targets": rule.targets,
        }

    def replaces(self, request: Request) -> bool:
        """A rule cannot move to another bus."""
        moved = _bus(request.old.get("EventBusName")) != _bus(
            request.properties.get("EventBusName")
        )
        return moved or super().replaces(request)

    def _find(self, request: Request, name: str, bus: str | None) -> Any:
        try:
            return _backend(request).describe_rule(name, bus)
        except Exception:  # no such rule or bus
            return None

    def _put(self, request: Request, name: str) -> Any:
        wanted, events = request.properties, _backend(request)
        pattern, bus = wanted.get("EventPattern"), wanted.get("EventBusName")
        if pattern is not None and not isinstance(pattern, str):
            pattern = json.dumps(pattern)
        rule = events.put_rule(
            name,
            description=wanted.get("Description"),
            event_bus_arn=bus,
            event_pattern=pattern,
            role_arn=wanted.get("RoleArn"),
            scheduled_expression=wanted.get("ScheduleExpression"),
            state=wanted.get("State"),
            tags=request.tag_list() or None,
        )
        targets = wanted.get("Targets") or []
        kept = {target["Id"] for target in targets}
        gone = [target["Id"] for target in rule.targets if target["Id"] not in kept]
        if gone:
            events.remove_targets(name, bus, gone)
        if targets:
            events.put_targets(name=name, event_bus_arn=bus, targets=targets)
        return rule


def _bus(name_or_arn: str | None) -> str:
    return (name_or_arn or "default").rsplit("/", 1)[-1]


def _name(request: Request) -> str:
    return request.physical_id.rsplit("|", 1)[-1]
