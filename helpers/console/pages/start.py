"""The first page: what runs, what failed lately, the simulated clock and what is due next."""

from __future__ import annotations

from typing import Any

from botocore.exceptions import ClientError

from helpers import target
from helpers.console import addresses, clock
from helpers.console.aws import Aws, Problem, attempt, is_denied
from helpers.console.page import Page, Refused

SHOWN, DUE = 10, 5  # executions in each list, firings
FAILED = ("FAILED", "TIMED_OUT")
MACHINES = 30  # whose executions are asked for, the newest
STEPS = {"1 hour": "1h", "1 day": "1d"}


class Start(Page):
    """What there is to see, and the clock's buttons."""

    template = "start.html"

    _seen: tuple[dict[str, Any] | Problem, clock.Clock | None] | None = None
    """The lists and the clock that `version` was made of."""

    def show(self) -> dict[str, Any]:
        """The executions that run and that failed, over all state machines, and the clock."""
        lists, told = self._seen or self._look()
        return {
            "lists": lists,
            "clock": told,
            "due": [] if told is None else [self._firing(told, arn) for arn in told.due][:DUE],
            "steps": STEPS,
            "machines": MACHINES,
            "live": self.link("live", ""),
        }

    def version(self) -> str:
        """What is running and what ended last; how far the clock is moved, and what is due."""
        self._seen = lists, told = self._look()
        return repr((lists, told and (told.ahead, told.jumps, told.due)))

    def _look(self) -> tuple[dict[str, Any] | Problem, clock.Clock | None]:
        told = clock.read(self.aws) if self.aws.is_local else None
        return attempt(lambda: _executions(self.aws)), told

    def _firing(self, told: clock.Clock, arn: str) -> dict[str, Any]:
        """When something fires, in how many seconds, its name and its page."""
        place, at = addresses.known(arn), told.due[arn]
        return {
            "at": at,
            "away": max(0.0, (at - told.now).total_seconds()),
            "title": place.title if place else arn,
            "page": self.link("") + place.page if place else "",
        }

    def act(self) -> str:
        """Move the clock, to the next firing or by a step, or let it jump or not."""
        if not self.aws.is_local:
            raise Refused(Problem("Nothing can hurry a real clock."))
        if mode := self.get_body_argument("mode", ""):
            clock.let_jump(mode == "jump")
        elif self.get_body_argument("next", ""):
            told = clock.read(self.aws)
            if not told.due:
                raise Refused(Problem("Nothing is due.", "No rule and no schedule is enabled."))
            away = next(iter(told.due.values())) - told.now
            clock.advance(max(0.0, away.total_seconds()) + 1)
        else:
            clock.advance(target.duration(self.get_body_argument("step", "")).total_seconds())
        return self.link("")


def _executions(aws: Aws) -> dict[str, Any]:
    """The latest executions that run, and that failed, of all state machines together.

    more: are there more state machines than are asked? Express ones keep no list, as on AWS.
    denied: of how many the executions may not be listed.
    """
    machines = aws.pages("stepfunctions", "list_state_machines", "stateMachines")
    machines.sort(key=lambda one: one["creationDate"], reverse=True)
    standard = [one["stateMachineArn"] for one in machines if one["type"] == "STANDARD"]

    denied: set[str] = set()

    def ask(arn: str, **status: str) -> dict[str, Any]:
        try:
            answer: dict[str, Any] = aws.client("stepfunctions").list_executions(
                stateMachineArn=arn, maxResults=SHOWN, **status
            )
        except ClientError as error:
            if not is_denied(error):
                raise
            denied.add(arn)
            return {"executions": []}
        return answer

    # Most state machines have few executions: one request tells all of them.
    asked = standard[:MACHINES]
    answers = aws.at_once(ask, asked)
    long = [arn for arn, answer in zip(asked, answers, strict=True) if "nextToken" in answer]
    few = [answer for answer in answers if "nextToken" not in answer]
    wanted = [(arn, status) for arn in long for status in ("RUNNING", *FAILED)]
    few += aws.at_once(lambda one: ask(one[0], statusFilter=one[1]), wanted)
    found = [one for answer in few for one in answer["executions"]]
    found.sort(key=lambda one: one.get("stopDate") or one["startDate"], reverse=True)
    return {
        "running": [one for one in found if one["status"] == "RUNNING"][:SHOWN],
        "failed": [one for one in found if one["status"] in FAILED][:SHOWN],
        "more": len(standard) > MACHINES,
        "denied": len(denied),
    }
