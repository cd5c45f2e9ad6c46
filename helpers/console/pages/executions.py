"""An execution: the graph with the way taken, its events, what each state was given; stop it."""

from __future__ import annotations

from typing import Any

from helpers import draw, executions
from helpers.console import drawing
from helpers.console.aws import Problem
from helpers.console.page import Page, Refused

EVENTS = 500  # of the table on a page


class ExecutionPage(Page):
    """One execution, by its ARN."""

    template = "execution.html"
    section = "machines"

    def show(self, arn: str) -> dict[str, Any]:
        """Its picture, a replay once it has ended, and a page of its events."""
        client = self.aws.client("stepfunctions")
        run = executions.read(arn, client)
        told = client.describe_execution(executionArn=arn)
        draws = draw.state_machine if run.is_running else draw.replay
        after = self._number("from")
        kinds = self.get_query_argument("type", "")
        events = [one for one in run.events if not kinds or one["type"] == kinds]
        return {
            "run": run,
            "told": told,
            "picture": drawing.drawn(lambda: draws(run.definition, execution=run)),
            "timeline": drawing.drawn(lambda: draw.timeline(run)),
            "events": [(one, _details(one)) for one in events[after : after + EVENTS]],
            "count": len(events),
            "after": after,
            "step": EVENTS,
            "types": sorted({one["type"] for one in run.events}),
            "type": kinds,
            "can_redrive": told.get("redriveStatus") == "REDRIVABLE",
            "live": self.link("live", "executions", arn) if run.is_running else "",
        }

    def version(self, arn: str) -> str | None:
        """The latest event; None when it has ended."""
        client = self.aws.client("stepfunctions")
        if client.describe_execution(executionArn=arn)["status"] != "RUNNING":
            return None
        last = client.get_execution_history(executionArn=arn, reverseOrder=True, maxResults=1)
        return str(last["events"][0]["id"])

    def act(self, arn: str) -> str:
        """Stop it, or let it go on where it failed."""
        client = self.aws.client("stepfunctions")
        what = self.get_body_argument("do", "")
        if what == "stop":
            client.stop_execution(executionArn=arn, cause="Stopped in the course's console")
        elif what == "redrive":
            client.redrive_execution(executionArn=arn)
        else:
            raise Refused(Problem("Nothing was asked for."))
        return self.link("executions", arn)

    def question(self, arn: str) -> str:
        """On an account both are asked about."""
        if self.aws.is_local:
            return ""
        what = "Stop" if self.get_body_argument("do", "") == "stop" else "Redrive"
        return f"{what} the execution {arn.rpartition(':')[2]}?"

    def _number(self, name: str) -> int:
        text = self.get_query_argument(name, "0")
        return int(text) if text.isascii() and text.isdigit() else 0


def _details(event: dict[str, Any]) -> dict[str, Any]:
    """What an event tells beside its type and time."""
    return next((value for key, value in event.items() if key.endswith("EventDetails")), {})
