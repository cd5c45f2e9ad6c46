"""12.5 One answer counts: pressed twice, or too late, a link cut off, a word that is neither."""

from __future__ import annotations

from typing import Any

from helpers.executions import Execution
from helpers.exercises import Machine, NotYet, Task, Workbench
from helpers.exercises.tasks.asking import HINTS, Person, go_on, settle
from helpers.exercises.workbench import shown

FILE = "app.py"
HOUR = 3_600
ASKS = {
    "StartAt": "Ask",
    "States": {
        "Ask": {
            "Type": "Task",
            "Resource": "arn:aws:states:::sqs:sendMessage.waitForTaskToken",
            "TimeoutSeconds": HOUR,
            "Parameters": {
                "QueueUrl": "${QueueUrl}",
                "MessageBody": {"token.$": "$$.Task.Token"},
            },
            "End": True,
        }
    },
}
UNCLEAR = ("maybe", "", "yes, but cheaper", "nobody knows")
MAY_NOT = ({"Effect": "Deny", "Action": "states:SendTask*", "Resource": "*"},)


def check(bench: Workbench) -> str:
    """The first answer counts; every other is told why it does not."""
    code = {FILE: bench.python(FILE)}
    ada = Person(bench)
    machine = bench.machine(ASKS, {"QueueUrl": ada.url})
    page = _Page(bench, machine, ada, bench.function("page", code, timeout=10))
    bench.trying("a yes, and a no")
    page.answered("yes")
    page.answered("no")
    bench.trying("an answer after an hour")
    page.too_late()
    bench.trying("a token that is none")
    page.unknown()
    bench.trying("an answer that is neither yes nor no")
    page.unclear()
    bench.trying("a function that may not answer")
    page.may_not(bench.function("page-2", code, timeout=10, role=_role(bench)))
    return (
        "The first yes and the first no were heard, and what was pressed after them, or after the "
        "hour, came too late and was told so. A cut token is unknown, four other words changed "
        "nothing, and where answering is denied the function fails."
    )


def _role(bench: Workbench) -> str:
    return bench.role(MAY_NOT, trust="lambda.amazonaws.com")


class _Page:
    def __init__(self, bench: Workbench, machine: Machine, person: Person, function: str) -> None:
        self.bench, self.machine, self.person, self.function = bench, machine, person, function

    def ask(self) -> tuple[Execution, str]:
        run = self.machine.start({})
        return run, self.person.token(self.person.question(run, "an order"), run)

    def press(self, token: str, answer: str, by: str, wanted: str, said: str, hint: str) -> None:
        """Call the function; raise NotYet unless it says what it should."""
        given = {"token": token, "answer": answer, "by": by}
        payload, error = self.bench.invoke(self.function, given)
        if error:
            raise NotYet(f"{said}, and the function failed with {_message(payload)}", hint=hint)
        status = payload.get("status") if isinstance(payload, dict) else payload
        if status != wanted:
            raise NotYet(
                f"{said}. The function returned {shown(payload)}; the status should be "
                f"{shown(wanted)}.",
                hint=hint,
            )

    def answered(self, answer: str) -> None:
        run, token = self.ask()
        self.press(token, answer, "Ada", "recorded", f"Ada said {answer}", "first")
        go_on(run)
        wanted = ("SUCCEEDED", {"by": "Ada"}) if answer == "yes" else ("FAILED", None)
        if (run.status, run.output) != wanted or (answer == "no" and run.error != "Rejected"):
            raise NotYet(
                f"Ada said {answer}, and the execution ended {run.status} with "
                f"{shown(run.output or run.error)}; it should have ended {wanted[0]} with "
                f"{shown(wanted[1] or 'Rejected')}.",
                hint="first",
                run=run,
            )
        said = f"Ada had said {answer}, and pressed the same button again"
        self.press(token, answer, "Ada", "too late", said, "twice")
        other = "no" if answer == "yes" else "yes"
        said = f"Ada had said {answer}, and then Ben said {other}"
        self.press(token, other, "Ben", "too late", said, "twice")

    def too_late(self) -> None:
        run, token = self.ask()
        self.bench.advance(HOUR + 60)
        settle(run)
        said = "There was an hour to answer, and the yes came after it"
        self.press(token, "yes", "Ada", "too late", said, "twice")

    def unknown(self) -> None:
        run, token = self.ask()
        said = "The link in the mail was cut off, and half of the token is missing"
        self.press(token[: len(token) // 2], "yes", "Ada", "unknown", said, "cut")
        said = "After that the whole link was pressed"
        self.press(token, "yes", "Ada", "recorded", said, "first")
        go_on(run)

    def unclear(self) -> None:
        run, token = self.ask()
        for word in UNCLEAR:
            said = f"The answer was {shown(word)}"
            self.press(token, word, "Ada", "unclear", said, "unclear")
            if not run.refresh().is_running:
                raise NotYet(
                    f"{said}, which is neither yes nor no, and the execution ended {run.status}.",
                    hint="unclear",
                    run=run,
                )
        self.press(token, "yes", "Ada", "recorded", "After those words came a yes", "unclear")

    def may_not(self, function: str) -> None:
        _, token = self.ask()
        given = {"token": token, "answer": "yes", "by": "Ada"}
        payload, error = self.bench.invoke(function, given)
        if not error:
            raise NotYet(
                "The function's role may not answer, so nobody heard the yes. The function "
                f"returned {shown(payload)}: nobody will ever look.",
                hint="hides-errors",
            )


def _message(payload: Any) -> str:
    if not isinstance(payload, dict):
        return str(payload)[:300]
    return f"{payload.get('errorType')}: {payload.get('errorMessage')}"[:300]


TASK = Task(
    title="One answer counts",
    minutes=10,
    check=check,
    hints=HINTS
    | {
        "": (
            "Call the function twice with one token. What does Step Functions say the second time?",
            "Each refusal has an error with a name; boto3 has them as classes, under "
            "stepfunctions.exceptions.",
            "Two of them are no failure of yours: there is something to tell the person. The "
            "others are.",
        ),
        "first": (
            "The first answer should arrive as before. What does the function do with it?",
            "A yes is a success, whose output has to be JSON. A no is a failure with the error "
            "Rejected.",
            "Compare these two calls with the starter's.",
        ),
        "twice": (
            "The question is settled, or its time is over. Which error says that?",
            "It is the same for both: nobody waits for this token any more. Which of the names in "
            "the notebook was it?",
            "Catch this one, and return what the page is to show.",
        ),
        "cut": (
            "A token of which a part is missing was never handed out. What does Step Functions say "
            "to it?",
            "It is another error than for a token that has served.",
            "Try it: send-task-success with half of a token.",
        ),
        "unclear": (
            "What becomes of an answer that is neither? Follow it through your if.",
            "Where else stands for all that is left, silence and typing errors are a yes, or a no.",
            "Ask for both words, and send nothing for any other.",
        ),
        "hides-errors": (
            "The answer did not arrive, and the person was told that all is well. Which errors do "
            "you catch?",
            "Exception takes all of them, and so does ClientError.",
            "Catch the two that you have words for, and let the others fail: then there is a log, "
            "and Lambda counts an error.",
        ),
    },
    reasoning="""
A token settles its task once. Whoever comes after that, or after the time is over, gets
TaskTimedOut, and the execution has long gone on: the function can only say so. InvalidToken is
another case: this token was never handed out, which is a link cut off by somebody's mail.

Both are caught by name. Everything else fails the function, since then nobody knows whether the
answer was heard, and somebody should look.

An answer is yes or no. In the starter all that is not no was a yes, "maybe" too; the other way
round it is as bad.

Also right: one except for ClientError, with a look at error.response["Error"]["Code"] and a raise
for what is neither of the two.

Usual mistakes: except Exception, which tells the person "recorded" or "too late" while the role
lacks the right. Asking describe_execution first whether it still runs: between the question and the
answer somebody else can press. And output=event["by"], which is no JSON.
""",
)
