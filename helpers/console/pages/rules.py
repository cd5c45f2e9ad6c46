"""Rules and schedules: when they fire, what they start; the lesson's step: enable and disable."""

from __future__ import annotations

from typing import Any, ClassVar

from helpers import prices
from helpers.console import clock, firings
from helpers.console.aws import Aws, Problem, attempt
from helpers.console.page import Page, Refused


class Rules(Page):
    """All rules of all event buses, and all schedules."""

    template = "rules.html"
    section = "rules"

    def show(self) -> dict[str, Any]:
        """Each with its expression or pattern and its state."""
        return {
            "rules": attempt(lambda: _rules(self.aws)),
            "schedules": attempt(
                lambda: self.aws.pages("scheduler", "list_schedules", "Schedules")
            ),
        }


class _Switch(Page):
    """What can be switched on and off: a rule or a schedule."""

    section = "rules"
    kind: ClassVar[str]

    @property
    def wanted(self) -> str:
        """What the form's button asks for; raises Refused if there was none."""
        what = self.get_body_argument("do", "")
        if what not in ("enable", "disable"):
            raise Refused(Problem("Nothing was asked for."))
        return what

    def firing(self, told: dict[str, Any], zone: str = "UTC") -> dict[str, Any]:
        """When it fires, in `words`, and the `next` times, none where it is off.

        told: what AWS says of it.
        """
        now, expression = clock.read(self.aws), told.get("ScheduleExpression", "")
        is_on = told["State"] != "DISABLED"
        times = (
            firings.following(expression, now.now, now.due.get(told["Arn"]), zone) if is_on else []
        )
        return {"words": firings.words(expression), "next": times}

    def question(self, *parts: str) -> str:
        """Enabling on an account is asked about, since what it starts is billed."""
        if self.aws.is_local or self.get_body_argument("do", "") != "enable":
            return ""
        what = f"{self.kind} {parts[-1]}"
        return f"Enable the {what}? Whatever it starts is billed until it is disabled."


class Schedule(_Switch):
    """One schedule, by its group and name."""

    template = "schedule.html"
    kind = "schedule"

    def show(self, group: str, name: str) -> dict[str, Any]:
        """Its state, when it fires next, and its target."""
        told = self.aws.client("scheduler").get_schedule(GroupName=group, Name=name)
        zone = told.get("ScheduleExpressionTimezone", "UTC")
        return {
            "schedule": told,
            **self.firing(told, zone),
            "live": self.link("live", "schedules", group, name),
        }

    def version(self, group: str, name: str) -> str | None:
        """Its state."""
        return self.aws.client("scheduler").get_schedule(GroupName=group, Name=name)["State"]

    def act(self, group: str, name: str) -> str:
        """Switch it on or off: all that it is made of has to be said anew."""
        client, state = self.aws.client("scheduler"), f"{self.wanted.upper()}D"
        told = client.get_schedule(GroupName=group, Name=name)
        kept = {key: told[key] for key in told if key in _OF_A_SCHEDULE}
        client.update_schedule(**kept, State=state)
        return self.link("schedules", group, name)


_OF_A_SCHEDULE = (
    *("Name", "GroupName", "ScheduleExpression", "ScheduleExpressionTimezone", "StartDate"),
    *("EndDate", "Description", "KmsKeyArn", "Target", "FlexibleTimeWindow"),
    "ActionAfterCompletion",
)


class Rule(_Switch):
    """One rule, by its bus and name."""

    template = "rule.html"
    kind = "rule"

    def show(self, bus: str, name: str) -> dict[str, Any]:
        """Its state, when it fires next, its pattern and targets."""
        client = self.aws.client("events")
        rule = client.describe_rule(Name=name, EventBusName=bus)
        return {
            "rule": rule,
            **self.firing(rule),
            "cost": prices.said(prices.EXECUTION),
            "targets": attempt(
                lambda: client.list_targets_by_rule(Rule=name, EventBusName=bus)["Targets"]
            ),
            "live": self.link("live", "rules", bus, name),
        }

    def version(self, bus: str, name: str) -> str | None:
        """Its state."""
        told = self.aws.client("events").describe_rule(Name=name, EventBusName=bus)
        return told["State"]

    def act(self, bus: str, name: str) -> str:
        """Switch it on or off."""
        client = self.aws.client("events")
        switch = client.enable_rule if self.wanted == "enable" else client.disable_rule
        switch(Name=name, EventBusName=bus)
        return self.link("rules", bus, name)


def _rules(aws: Aws) -> list[dict[str, Any]]:
    client = aws.client("events")
    buses = [one["Name"] for one in client.list_event_buses()["EventBuses"]]
    return [
        {"EventBusName": bus, **one}
        for bus in buses
        for one in client.list_rules(EventBusName=bus)["Rules"]
    ]
