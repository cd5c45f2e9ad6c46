"""Rules and schedules: when they fire, what they start; the lesson's step: enable and disable."""

from __future__ import annotations

from typing import Any

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


class Schedule(Page):
    """One schedule, by its group and name."""

    template = "schedule.html"
    section = "rules"

    def show(self, group: str, name: str) -> dict[str, Any]:
        """Its state, when it fires next, and its target."""
        told = self.aws.client("scheduler").get_schedule(GroupName=group, Name=name)
        now = clock.read(self.aws)
        expression, zone = told["ScheduleExpression"], told.get("ScheduleExpressionTimezone", "UTC")
        is_on = told["State"] != "DISABLED"
        return {
            "schedule": told,
            "words": firings.words(expression),
            "next": firings.following(expression, now.now, now.due.get(told["Arn"]), zone)
            if is_on
            else [],
            "live": self.link("live", "schedules", group, name),
        }

    def version(self, group: str, name: str) -> str | None:
        """Its state."""
        return self.aws.client("scheduler").get_schedule(GroupName=group, Name=name)["State"]

    def act(self, group: str, name: str) -> str:
        """Switch it on or off: all that it is made of has to be said anew."""
        client = self.aws.client("scheduler")
        told = client.get_schedule(GroupName=group, Name=name)
        wanted = {"enable": "ENABLED", "disable": "DISABLED"}.get(self.get_body_argument("do", ""))
        if wanted is None:
            raise Refused(Problem("Nothing was asked for."))
        kept = {key: told[key] for key in told if key in _OF_A_SCHEDULE}
        client.update_schedule(**kept, State=wanted)
        return self.link("schedules", group, name)

    def question(self, group: str, name: str) -> str:
        """As of a rule."""
        if self.aws.is_local or self.get_body_argument("do", "") != "enable":
            return ""
        return f"Enable the schedule {name}? Whatever it starts is billed until it is disabled."


_OF_A_SCHEDULE = (
    *("Name", "GroupName", "ScheduleExpression", "ScheduleExpressionTimezone", "StartDate"),
    *("EndDate", "Description", "KmsKeyArn", "Target", "FlexibleTimeWindow"),
    "ActionAfterCompletion",
)


class Rule(Page):
    """One rule, by its bus and name."""

    template = "rule.html"
    section = "rules"

    def show(self, bus: str, name: str) -> dict[str, Any]:
        """Its state, when it fires next, its pattern and targets."""
        client = self.aws.client("events")
        rule = client.describe_rule(Name=name, EventBusName=bus)
        expression = rule.get("ScheduleExpression", "")
        told = clock.read(self.aws)
        is_on = rule["State"] != "DISABLED"
        return {
            "rule": rule,
            "words": firings.words(expression),
            "next": firings.following(expression, told.now, told.due.get(rule["Arn"]))
            if is_on
            else [],
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
        what = self.get_body_argument("do", "")
        if what == "enable":
            client.enable_rule(Name=name, EventBusName=bus)
        elif what == "disable":
            client.disable_rule(Name=name, EventBusName=bus)
        else:
            raise Refused(Problem("Nothing was asked for."))
        return self.link("rules", bus, name)

    def question(self, bus: str, name: str) -> str:
        """Enabling on an account is asked about, since what it starts is billed."""
        if self.aws.is_local or self.get_body_argument("do", "") != "enable":
            return ""
        return f"Enable the rule {name}? Whatever it starts is billed until it is disabled."


def address(page: Page, arn: str) -> str:
    """The address of the page of a rule or schedule that is named by its ARN."""
    kind, *names = arn.split(":", 5)[5].split("/")
    if kind == "schedule":
        return page.link("schedules", *names)
    return page.link("rules", *names) if len(names) > 1 else page.link("rules", "default", *names)


def _rules(aws: Aws) -> list[dict[str, Any]]:
    client = aws.client("events")
    buses = [one["Name"] for one in client.list_event_buses()["EventBuses"]]
    return [
        {"EventBusName": bus, **one}
        for bus in buses
        for one in client.list_rules(EventBusName=bus)["Rules"]
    ]
