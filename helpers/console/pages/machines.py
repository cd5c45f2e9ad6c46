"""State machines: the graph, the definition and what is wrong in it, the executions; start one."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

from helpers import asl, draw
from helpers.console import drawing, express
from helpers.console.aws import Problem, attempt
from helpers.console.log_events import field
from helpers.console.page import Page, Refused
from helpers.console.pages.logs import asked_time

ROWS = 100  # on a page
LOOKED_THROUGH = 1_000  # executions of other times, before one is asked whether to go on
STATUSES = ("RUNNING", "SUCCEEDED", "FAILED", "TIMED_OUT", "ABORTED", "PENDING_REDRIVE")


class Machines(Page):
    """All state machines."""

    template = "machines.html"
    section = "machines"

    def show(self) -> dict[str, Any]:
        """A page of their names, types and when they were made; `more`: where the next begins."""
        given: dict[str, Any] = {"maxResults": ROWS}
        if after := self.get_query_argument("after", ""):
            given["nextToken"] = after
        answer = self.aws.client("stepfunctions").list_state_machines(**given)
        return {"machines": answer["stateMachines"], "more": answer.get("nextToken", "")}


class Machine(Page):
    """One state machine, by its ARN; a version or an alias has one as well."""

    template = "machine.html"
    section = "machines"
    _told: dict[str, Any] | None = None

    def show(self, arn: str) -> dict[str, Any]:
        """Its graph, definition and diagnosis, and a page of its executions."""
        client = self.aws.client("stepfunctions")
        told = self._described(arn)
        begin, end = asked_time(self, "from"), asked_time(self, "to")
        return {
            "machine": told,
            "arn": arn,
            "whole": express.unqualified(told["stateMachineArn"]),
            "picture": drawing.drawn(lambda: draw.state_machine(json.loads(told["definition"]))),
            "findings": asl.diagnose(told["definition"], type=told.get("type", "STANDARD")),
            "executions": attempt(lambda: self._listed(told, arn, begin, end)),
            "log": express.group_of(told),
            "wanted": self._wanted(),
            "statuses": STATUSES,
            "begin": field(begin),
            "end": field(end),
            "revisions": attempt(lambda: _revisions(client, express.unqualified(arn))),
            "example": self._example(),
            "named": self.get_body_argument("called", ""),
            "is_later": bool(self.get_query_argument("after", "")),
            "live": self.link("live", "machines", arn),
        }

    def version(self, arn: str) -> str:
        """The latest executions and how they stand."""
        told = self._described(arn)
        if told.get("type") == "EXPRESS":
            return repr(express.lately(self.aws, told)) if express.group_of(told) else ""
        answer = self.aws.client("stepfunctions").list_executions(
            stateMachineArn=arn, maxResults=20
        )
        return repr(answer["executions"])

    def act(self, arn: str) -> str:
        """Start an execution with the input that was typed."""
        text = self._input()
        given = {"name": name} if (name := self.get_body_argument("called", "").strip()) else {}
        begun = self.aws.client("stepfunctions").start_execution(
            stateMachineArn=self.get_body_argument("version", "") or arn, input=text, **given
        )
        if express.is_express(begun["executionArn"]):
            return self.link("machines", arn)
        return self.link("executions", begun["executionArn"])

    def question(self, arn: str) -> str:
        """On an account a start is asked about, since what runs there is billed."""
        if self.aws.is_local:
            return ""
        try:
            self._input()
        except Refused:
            return ""  # `act` will say so
        return f"Start an execution of {arn.rpartition(':')[2]}? It runs on AWS and is billed."

    def _described(self, arn: str) -> dict[str, Any]:
        """Asked once: what of it can change while it is looked at is shown when it is opened."""
        if self._told is None:
            client = self.aws.client("stepfunctions")
            self._told = client.describe_state_machine(stateMachineArn=arn)
        return self._told

    def _input(self) -> str:
        """The input that was typed; raises Refused if it is no JSON."""
        text = self.get_body_argument("input", "", strip=False).strip() or "{}"
        try:
            json.loads(text)
        except (ValueError, RecursionError) as error:
            raise Refused(
                Problem(
                    "The input is not JSON, so nothing was started.",
                    f"{error}.",
                    "Mend it in the form below and start again.",
                )
            ) from None
        return text

    def _wanted(self) -> str:
        wanted = self.get_query_argument("status", "")
        return wanted if wanted in STATUSES else ""

    def _listed(
        self, told: dict[str, Any], arn: str, begin: datetime | None, end: datetime | None
    ) -> dict[str, Any]:
        """`rows`, and `more`: the token of the page after them, "" on the last.

        AWS lists by start, the latest first, and knows no times: those of other times are read
        and left out, at most LOOKED_THROUGH of them; `passed`: how many these were.
        """
        if told.get("type") == "EXPRESS":
            rows = express.lately(self.aws, told) if express.group_of(told) else []
            return {"rows": rows, "more": "", "passed": 0}
        asked: dict[str, Any] = {"stateMachineArn": arn, "maxResults": ROWS}
        if status := self._wanted():
            asked["statusFilter"] = status
        token = self.get_query_argument("after", "")
        rows, passed = [], 0
        while True:
            more = {"nextToken": token} if token else {}
            answer = self.aws.client("stepfunctions").list_executions(**asked, **more)
            found, token = answer["executions"], answer.get("nextToken", "")
            fit = [one for one in found if _is_between(one["startDate"], begin, end)]
            rows += fit
            passed += len(found) - len(fit)
            if begin and found and found[-1]["startDate"] < begin:
                token = ""
            if not token or rows or passed >= LOOKED_THROUGH:
                return {"rows": rows, "more": token, "passed": passed}

    def _example(self) -> str:
        """The input to offer: what was typed, that of an execution to be repeated, or none."""
        if typed := self.get_body_argument("input", "", strip=False):
            return typed
        again = self.get_query_argument("again", "")
        if not again:
            return "{}"
        told = attempt(lambda: self._input_of(again))
        return "{}" if isinstance(told, Problem) else told

    def _input_of(self, arn: str) -> str:
        if express.is_express(arn):
            return str(express.read(self.aws, arn).told.get("input", "{}"))
        told = self.aws.client("stepfunctions").describe_execution(executionArn=arn)
        return str(told.get("input", "{}"))


def _revisions(client: Any, arn: str) -> dict[str, list[dict[str, Any]]]:
    """The latest versions of a machine, and its aliases with what each leads to."""
    versions = client.list_state_machine_versions(stateMachineArn=arn, maxResults=ROWS)
    if not versions["stateMachineVersions"]:
        return {"versions": [], "aliases": []}  # an alias leads to a version
    aliases = client.list_state_machine_aliases(stateMachineArn=arn, maxResults=ROWS)
    told = [
        client.describe_state_machine_alias(stateMachineAliasArn=one["stateMachineAliasArn"])
        for one in aliases["stateMachineAliases"][:10]
    ]
    return {"versions": versions["stateMachineVersions"], "aliases": told}


def _is_between(when: datetime, begin: datetime | None, end: datetime | None) -> bool:
    return (begin is None or when >= begin) and (end is None or when <= end)
