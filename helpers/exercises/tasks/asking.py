"""A person whom workflows ask: reads the queue, and answers. What the exercises of 12 look at."""

from __future__ import annotations

import json
import re
import time
from typing import Any

from helpers.executions import Execution
from helpers.exercises import NotYet, Workbench
from helpers.exercises.tasks.json_values import object_of
from helpers.exercises.workbench import shown

PATIENCE = 10.0
"""Real seconds in which a question has to come; what comes, comes at once."""

HINTS: dict[str, tuple[str, str, str]] = {
    "not-asked": (
        "No message came. Is there a state that sends one, and does a rule lead to it?",
        "Is the queue the one that ${QueueUrl} stands for, dollar sign and braces included?",
        "draw.state_machine(asl.load(FILE)) shows which ways there are.",
    ),
    "fails": (
        "The execution failed before anybody was asked. What does the cause say?",
        "A value that comes from the input or from the context needs a key that ends in .$, "
        "and a path that is there.",
        "There is a token only in a state that waits for one.",
    ),
    "does-not-wait": (
        "The message went out and the workflow went on. What tells a state to wait?",
        "Sending is over when the queue has the message. Waiting for an answer is another "
        "pattern of the same action.",
        "The pattern is the ending of the Resource, and with it comes the token.",
    ),
    "no-token": (
        "Without the token nobody can answer. Where does a state find its own?",
        "Two dollar signs are the context: what Step Functions knows, and the input does not.",
        "A key whose value is a path ends in .$, and without that the path is a text like any "
        "other.",
    ),
}
"""For what `Person.question` and `Person.token` see."""


class Person:
    """Whoever reads a queue's messages and answers with their tokens.

    url: of the queue; a new one of that name without it.
    """

    def __init__(self, bench: Workbench, name: str = "questions", url: str = "") -> None:
        self.sqs, self.states = bench.client("sqs"), bench.client("stepfunctions")
        self.url = url or self.sqs.create_queue(QueueName=name)["QueueUrl"]

    def body(self) -> str | None:
        """The next message's text, which is then out of the queue; None if there is none."""
        got = self.sqs.receive_message(QueueUrl=self.url, MaxNumberOfMessages=1)
        for message in got.get("Messages", []):
            self.sqs.delete_message(QueueUrl=self.url, ReceiptHandle=message["ReceiptHandle"])
            return str(message["Body"])
        return None

    def question(self, run: Execution, about: str) -> dict[str, Any]:
        """What the execution asks, once it waits for the answer. about: what it was started with.

        Raises NotYet where nobody is asked (`not-asked`), the message is no JSON object or has no
        token in it (`no-token`), and where the execution goes on by itself (`does-not-wait`).
        """
        settle(run)
        body = self.body()
        if body is None:
            ended = f"ended {run.status}.{cause(run)}" if not run.is_running else "is running."
            raise NotYet(
                f"With {about} nobody was asked: no message came, and the execution {ended}",
                hint="not-asked" if run.status != "FAILED" else "fails",
                run=run,
            )
        message = object_of(body)
        if message is None:
            raise NotYet(
                f"With {about} the message was {shown(body)}: no JSON object.", hint="no-token"
            )
        if not run.is_running:
            raise NotYet(
                f"With {about} the message came, and the execution did not wait for an answer: it "
                f"ended {run.status}.{cause(run)}",
                hint="does-not-wait",
                run=run,
            )
        return message

    def token(self, message: dict[str, Any], run: Execution) -> str:
        """The token under `token`. Raises NotYet (`no-token`) if it is none of this execution's."""
        token = message.get("token")
        if not isinstance(token, str) or not self._is_token(token):
            raise NotYet(
                f"The message was {readable(message)}: under token is nothing with which one could "
                "answer.",
                hint="no-token",
                run=run,
            )
        return token

    def _is_token(self, text: str) -> bool:
        """A sign of life is taken for a token that is out, and changes nothing."""
        try:
            self.states.send_task_heartbeat(taskToken=text)
        except Exception:
            return False
        return True

    def yes(self, token: str, by: str = "Ada") -> None:
        """Answer yes."""
        self.states.send_task_success(taskToken=token, output=json.dumps({"by": by}))

    def no(self, token: str, error: str = "Rejected", cause: str = "Too dear.") -> None:
        """Answer no; with another error, break down."""
        self.states.send_task_failure(taskToken=token, error=error, cause=cause)

    def beats(self, token: str) -> bool:
        """Give a sign of life; False if nobody waits for it any more."""
        return self._is_token(token)

    def is_late(self, token: str) -> bool:
        """Say yes; True if nobody waits for it any more."""
        try:
            self.yes(token)
        except self.states.exceptions.TaskTimedOut:
            return True
        return False


def settle(run: Execution, seen: int = 0) -> Execution:
    """Wait until the execution has ended, or waits for an answer. Raises NotYet if neither.

    seen: so many events are old.
    """
    give_up = time.monotonic() + PATIENCE
    while run.refresh().is_running and not (waits(run) and len(run.events) > seen):
        if time.monotonic() > give_up:
            raise NotYet(
                f"The execution had not ended after {PATIENCE:g} seconds, and waits for no answer.",
                hint="does-not-end",
                run=run,
            )
        time.sleep(0.01)
    return run


def go_on(run: Execution) -> Execution:
    """Wait as `settle` does, once something has happened to an execution that waited."""
    return settle(run, len(run.events))


def waits(run: Execution) -> bool:
    """Has a request with a token gone out, and nothing happened since?"""
    return run.events[-1]["type"] in ("TaskSubmitted", "ActivityScheduled")


def readable(message: Any) -> str:
    """A message for a sentence; of a token its first letters will do."""
    return re.sub(r"(AQCAAAAA\w{4})\w+", r"\1…", shown(message, 2000))[:400]


def cause(run: Execution) -> str:
    """A failed execution's error and cause, for the end of a sentence; empty without."""
    if not run.error:
        return ""
    said = str(run.cause or "").partition(" in the input '")[0].partition(" (Service:")[0]
    return f" {run.error}: {said[:300]}".rstrip(": ")
