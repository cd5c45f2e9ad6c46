"""Where one execution can be read, at AWS or at the local endpoint."""

from __future__ import annotations

import json
from typing import Any

from helpers.executions.refusals import plain_errors


class Source:
    """Where one execution can be read: a client and an ARN."""

    def __init__(self, client: Any, arn: str) -> None:
        self.client, self.arn = client, arn

    def describe(self) -> dict[str, Any]:
        """What describe_execution says."""
        with plain_errors(self.client, self.arn):
            said = self.client.describe_execution(executionArn=self.arn)
        said.pop("ResponseMetadata", None)
        return said

    def events(self) -> list[dict[str, Any]]:
        """The whole history."""
        with plain_errors(self.client, self.arn):
            pages = self.client.get_paginator("get_execution_history").paginate(
                executionArn=self.arn, PaginationConfig={"PageSize": 1000}
            )
            return [event for page in pages for event in page["events"]]

    def definition(self) -> dict[str, Any] | None:
        """The definition as it was when the execution started."""
        with plain_errors(self.client, self.arn):
            said = self.client.describe_state_machine_for_execution(executionArn=self.arn)
        try:
            return json.loads(said["definition"])
        except ValueError:
            return None

    def item_counts(self, map_run: str) -> dict[str, int] | None:
        """How the items of a distributed Map went; None where it cannot be asked."""
        try:
            counts = self.client.describe_map_run(mapRunArn=map_run)["itemCounts"]
        except Exception:
            return None
        names = {
            "succeeded": ("succeeded",),
            "failed": ("failed", "timedOut"),
            "cancelled": ("aborted",),
            "running": ("running",),
            "not started": ("pending",),
        }
        summed = {
            ours: sum(counts.get(name, 0) for name in theirs) for ours, theirs in names.items()
        }
        return {name: count for name, count in summed.items() if count}
