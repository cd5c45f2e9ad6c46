"""What is known of an execution and of a Map Run: plain facts, that many read and few change."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

RUNNING = "RUNNING"
SUCCEEDED = "SUCCEEDED"
FAILED = "FAILED"
TIMED_OUT = "TIMED_OUT"
ABORTED = "ABORTED"

LONGEST_SECONDS = 365 * 86_400
"""How long a Standard execution may take, redrives included (Step Functions quotas)."""


@dataclass
class Facts:
    """What DescribeExecution tells; times are POSIX seconds."""

    arn: str
    name: str
    machine_arn: str
    machine_name: str
    role_arn: str
    definition: str
    start: float
    input: str
    status: str = RUNNING
    stop: float | None = None
    output: str | None = None
    error: str | None = None
    cause: str | None = None
    version_arn: str | None = None
    alias_arn: str | None = None
    map_run_arn: str | None = None
    trace_header: str | None = None
    redrive_count: int = 0
    redrive_date: float | None = None
    express: bool = False
    extra: dict[str, Any] = field(default_factory=dict)


@dataclass
class MapRun:
    """What DescribeMapRun tells; times are POSIX seconds."""

    arn: str
    execution_arn: str
    machine_arn: str
    start: float
    concurrency: int
    tolerated_count: int
    tolerated_percentage: float
    status: str = RUNNING
    stop: float | None = None
    items: int = 0
    per_child: list[int] = field(default_factory=list)
    statuses: list[str] = field(default_factory=list)
    written: int = 0
    children: list[str] = field(default_factory=list)
    """The ARN of each child, "" for one that was not started."""
    redrive_count: int = 0
    redrive_date: float | None = None

    def cut_short(self, at: float) -> None:
        """It was under way when the endpoint ended, at the POSIX time `at`."""
        if self.status != RUNNING:
            return
        self.status, self.stop = FAILED, at
        self.statuses = [
            {"PENDING": ABORTED, RUNNING: FAILED}.get(status, status) for status in self.statuses
        ]

    def failed_items(self) -> int:
        """How many items were in children that failed."""
        bad = (FAILED, TIMED_OUT, ABORTED)
        return sum(
            n for n, status in zip(self.per_child, self.statuses, strict=True) if status in bad
        )

    def counts(self, weights: list[int]) -> dict[str, int]:
        """Executions or items by status, as DescribeMapRun counts them."""
        counts = dict.fromkeys(
            ("pending", "running", "succeeded", "failed", "timedOut", "aborted", "total"), 0
        )
        names = {"PENDING": "pending", "TIMED_OUT": "timedOut"}
        for weight, status in zip(weights, self.statuses, strict=True):
            counts[names.get(status, status.lower())] += weight
            counts["total"] += weight
        written = self.written
        if not written and self.status == SUCCEEDED:  # without a ResultWriter: into the output
            written = counts["succeeded"]
        return counts | {
            "resultsWritten": written,
            "failuresNotRedrivable": 0,
            "pendingRedrive": 0,
        }

    def describe(self) -> dict[str, Any]:
        """The answer of DescribeMapRun."""
        answer = {
            "mapRunArn": self.arn,
            "executionArn": self.execution_arn,
            "status": self.status,
            "startDate": self.start,
            "maxConcurrency": self.concurrency,
            "toleratedFailurePercentage": self.tolerated_percentage,
            "toleratedFailureCount": self.tolerated_count,
            "itemCounts": self.counts(self.per_child),
            "executionCounts": self.counts([1] * len(self.statuses)),
            "redriveCount": self.redrive_count,
        }
        if self.redrive_date is not None:
            answer["redriveDate"] = self.redrive_date
        if self.stop is not None:
            answer["stopDate"] = self.stop
        return answer
