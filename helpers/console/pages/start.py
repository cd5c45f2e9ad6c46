"""The first page: what runs, what failed lately, the simulated clock and what is due next."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

from helpers import target
from helpers.console import addresses, clock
from helpers.console.aws import Aws, Problem, attempt
from helpers.console.page import Page, Refused

SHOWN = 10  # executions in each list
STEPS = {"1 hour": "1h", "1 day": "1d"}


class Start(Page):
    """What there is to see, and the clock's buttons."""

    template = "start.html"

    def show(self) -> dict[str, Any]:
        """The executions that run and that failed, over all state machines, and the clock."""
        lists = attempt(lambda: _executions(self.aws))
        return {
            "lists": lists,
            "clock": clock.read(self.aws) if self.aws.is_local else None,
            "link_to_firing": lambda arn: self.link("") + addresses.of(arn).page,
            "steps": STEPS,
            "live": self.link("live", ""),
        }

    def version(self) -> str:
        """What is running and what ended last."""
        return repr(_executions(self.aws))

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
            away = min(told.due.values()) - told.now
            clock.advance(max(0.0, away.total_seconds()) + 1)
        else:
            clock.advance(target.duration(self.get_body_argument("step", "")).total_seconds())
        return self.link("")


def _executions(aws: Aws) -> dict[str, list[dict[str, Any]]]:
    """The latest executions that run, and that failed, of all state machines together.

    Express state machines keep no list, as on AWS.
    """
    machines = aws.pages("stepfunctions", "list_state_machines", "stateMachines")
    asked = [
        (status, one["stateMachineArn"])
        for status in ("RUNNING", "FAILED", "TIMED_OUT")
        for one in machines
        if one["type"] == "STANDARD"
    ]

    def ask(which: tuple[str, str]) -> list[dict[str, Any]]:
        status, arn = which
        answer = aws.client("stepfunctions").list_executions(
            stateMachineArn=arn, statusFilter=status, maxResults=SHOWN
        )
        return answer["executions"]

    with ThreadPoolExecutor(4) as pool:
        answers = [one for some in pool.map(ask, asked) for one in some]
    answers.sort(key=lambda one: one.get("stopDate") or one["startDate"], reverse=True)
    running = [one for one in answers if one["status"] == "RUNNING"]
    failed = [one for one in answers if one["status"] != "RUNNING"]
    return {"running": running[:SHOWN], "failed": failed[:SHOWN]}
