"""A Map Run: how a distributed Map goes, and the executions of its items."""

from __future__ import annotations

from typing import Any

from helpers.console.aws import attempt
from helpers.console.page import Page

ROWS = 100  # executions on a page
STATUSES = ("RUNNING", "SUCCEEDED", "FAILED", "TIMED_OUT", "ABORTED", "PENDING_REDRIVE")
COUNTS = ("pending", "running", "succeeded", "failed", "timedOut", "aborted", "total")


class MapRun(Page):
    """One Map Run, by its ARN."""

    template = "map_run.html"
    section = "machines"
    _told: dict[str, Any] | None = None

    def show(self, arn: str) -> dict[str, Any]:
        """Its counts, and a page of its items' executions, those of a status if one is asked."""
        told = self._told or self._described(arn)
        wanted = self.get_query_argument("status", "")
        wanted = wanted if wanted in STATUSES else ""
        return {
            "map_run": told,
            "label": arn.partition("/")[2].partition(":")[0],
            "executions": attempt(lambda: self._executions(arn, wanted)),
            "wanted": wanted,
            "statuses": STATUSES,
            "columns": COUNTS,
            "is_first": not self.get_query_argument("after", ""),
            "live": self.link("live", "mapruns", arn) if told["status"] == "RUNNING" else "",
        }

    def version(self, arn: str) -> str | None:
        """How many of its items stand how; None when it has ended."""
        told = self._told = self._described(arn)
        return repr(told.get("executionCounts")) if told["status"] == "RUNNING" else None

    def _described(self, arn: str) -> dict[str, Any]:
        answer: dict[str, Any] = self.aws.client("stepfunctions").describe_map_run(mapRunArn=arn)
        return answer

    def _executions(self, arn: str, status: str) -> dict[str, Any]:
        """`rows`, and `more`: the token of the page after them, "" on the last."""
        asked = {"statusFilter": status} if status else {}
        if after := self.get_query_argument("after", ""):
            asked["nextToken"] = after
        answer = self.aws.client("stepfunctions").list_executions(
            mapRunArn=arn, maxResults=ROWS, **asked
        )
        return {"rows": answer["executions"], "more": answer.get("nextToken", "")}
