"""The bill: what this would have cost on AWS in a month, and what an idle month costs."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import Any

from helpers import prices, usage
from helpers.console import billing, clock
from helpers.console.aws import Problem, attempt
from helpers.console.page import Page

MONTHS = 12  # to choose from; CloudWatch keeps metrics for fifteen


class Bill(Page):
    """A month of everything, by service."""

    template = "bill.html"
    section = "bill"

    def show(self) -> dict[str, Any]:
        """`used`: service → what it bills; `standing`: what costs without being used."""
        now = clock.read(self.aws).now
        months = _months(now)
        since = months.get(self.get_query_argument("month", ""), next(iter(months.values())))
        until = min(now, _next_month(since))
        cloudwatch = self.aws.client("cloudwatch")
        metrics = usage.Metrics(cloudwatch, since, until, billing.DAY)
        lately = usage.Metrics(cloudwatch, now - timedelta(days=3), now, billing.DAY)
        used, standing, rules = self._asked(metrics, lately)
        lines = [
            line for part in used.values() if isinstance(part, billing.Part) for line in part.lines
        ]
        idle = [one for some in standing.values() if isinstance(some, list) for one in some]
        return {
            "used": used,
            "total": billing.total(lines),
            "standing": standing,
            "idle": billing.total(line for one in idle for line in one.lines),
            "rules": rules,
            "months": months,
            "since": since,
            "until": until,
            "asked": metrics.asked + lately.asked,
            "prices": prices,
            "short": prices.short,
        }

    def _asked(
        self, metrics: usage.Metrics, lately: usage.Metrics
    ) -> tuple[dict[str, Any], dict[str, Any], int | Problem]:
        """All services, each by itself, and what starts by the clock.

        What one does not tell, the others still do.
        """
        aws = self.aws
        with ThreadPoolExecutor(4) as pool:

            def ask(what: Callable[..., Any], *given: Any) -> Any:
                return pool.submit(attempt, lambda: _with(what, *given))

            tables = ask(billing.describe_tables, aws)
            groups = ask(aws.pages, "logs", "describe_log_groups", "logGroups")
            used = {
                "Step Functions": ask(billing.step_functions, aws, metrics),
                "Lambda": ask(billing.functions, aws, metrics),
            }
            standing = {
                "CloudWatch alarms": ask(billing.standing_alarms, aws),
                "S3": ask(billing.standing_buckets, aws, lately),
            }
            rules = ask(self._enabled)
            known, kept = tables.result(), groups.result()
            used["DynamoDB"] = ask(billing.tables, known, metrics)
            used["CloudWatch Logs"] = ask(billing.logs, kept, metrics)
            standing["DynamoDB"] = ask(billing.standing_tables, known)
            standing["CloudWatch Logs"] = ask(billing.standing_logs, kept)
            return (
                {service: one.result() for service, one in used.items()},
                {service: one.result() for service, one in standing.items()},
                rules.result(),
            )

    def _enabled(self) -> int:
        """How many rules and schedules start something by themselves."""
        rules = self.aws.pages("events", "list_rules", "Rules")
        by_clock = [one for one in rules if "ScheduleExpression" in one]
        by_clock += self.aws.pages("scheduler", "list_schedules", "Schedules")
        return sum(one.get("State") == "ENABLED" for one in by_clock)


def _with(what: Callable[..., Any], *given: Any) -> Any:
    """What it gives; the Problem among what is given, if there is one."""
    for one in given:
        if isinstance(one, Problem):
            return one
    return what(*given)


def _months(now: datetime) -> dict[str, datetime]:
    """The months to choose from, the latest first: `2026-11` → its first moment."""
    begin = now.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    months = {}
    for _ in range(MONTHS):
        months[f"{begin:%Y-%m}"] = begin
        begin = (begin - timedelta(days=1)).replace(day=1)
    return months


def _next_month(begin: datetime) -> datetime:
    return (begin + timedelta(days=31)).replace(day=1)
