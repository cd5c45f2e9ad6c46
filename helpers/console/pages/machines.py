"""State machines: the graph, the definition and what is wrong in it, the executions; start one."""

from __future__ import annotations

import json
from typing import Any

from helpers import asl, draw
from helpers.console import drawing
from helpers.console.aws import Problem, attempt
from helpers.console.page import Page, Refused

ROWS = 100  # executions on a page
STATUSES = ("RUNNING", "SUCCEEDED", "FAILED", "TIMED_OUT", "ABORTED", "PENDING_REDRIVE")


class Machines(Page):
    """All state machines."""

    template = "machines.html"
    section = "machines"

    def show(self) -> dict[str, Any]:
        """Their names, types, and when they were made."""
        return {"machines": self.aws.pages("stepfunctions", "list_state_machines", "stateMachines")}


class Machine(Page):
    """One state machine, by its ARN."""

    template = "machine.html"
    section = "machines"

    def show(self, arn: str) -> dict[str, Any]:
        """Its graph, definition and diagnosis, and a page of its executions."""
        client = self.aws.client("stepfunctions")
        told = client.describe_state_machine(stateMachineArn=arn)
        wanted = self.get_query_argument("status", "")
        if wanted not in STATUSES:
            wanted = ""
        return {
            "machine": told,
            "picture": drawing.drawn(lambda: draw.state_machine(json.loads(told["definition"]))),
            "findings": asl.diagnose(told["definition"]),
            "executions": attempt(lambda: self._executions(arn, wanted)),
            "wanted": wanted,
            "statuses": STATUSES,
            "example": self._example(arn),
            "live": self.link("live", "machines", arn),
        }

    def version(self, arn: str) -> str:
        """The latest executions and how they stand."""
        return repr(self._executions(arn, "", 20)["rows"])

    def act(self, arn: str) -> str:
        """Start an execution with the input that was typed."""
        text = self.get_body_argument("input", "", strip=False) or "{}"
        try:
            json.loads(text)
        except ValueError as error:
            raise Refused(
                Problem(
                    "The input is not JSON, so nothing was started.",
                    f"{error}.",
                    "Mend it in the form below and start again.",
                )
            ) from None
        given = {"name": name} if (name := self.get_body_argument("name", "")) else {}
        begun = self.aws.client("stepfunctions").start_execution(
            stateMachineArn=arn, input=text, **given
        )
        if ":express:" in begun["executionArn"]:
            return self.link("machines", arn)
        return self.link("executions", begun["executionArn"])

    def question(self, arn: str) -> str:
        """On an account a start is asked about, since what runs there is billed."""
        if self.aws.is_local:
            return ""
        return f"Start an execution of {arn.rpartition(':')[2]}? It runs on AWS and is billed."

    def _executions(self, arn: str, status: str, rows: int = ROWS) -> dict[str, Any]:
        """`rows`, and `more`: the token of the page after them, "" on the last."""
        asked = {"statusFilter": status} if status else {}
        if token := self.get_query_argument("after", ""):
            asked["nextToken"] = token
        answer = self.aws.client("stepfunctions").list_executions(
            stateMachineArn=arn, maxResults=rows, **asked
        )
        return {"rows": answer["executions"], "more": answer.get("nextToken", "")}

    def _example(self, arn: str) -> str:
        """The input to offer: what was typed, that of an execution to be repeated, or none."""
        if typed := self.get_body_argument("input", "", strip=False):
            return typed
        again = self.get_query_argument("again", "")
        if not again:
            return "{}"
        told = attempt(
            lambda: self.aws.client("stepfunctions").describe_execution(executionArn=again)
        )
        return "{}" if isinstance(told, Problem) else told.get("input", "{}")
