"""03.4 One state tried alone: requests for `aws stepfunctions test-state` that notice a fault."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from helpers.exercises import NotYet, Ran, Task, Workbench
from helpers.exercises.workbench import shown

WORKFLOW, SOLD, RETRIED = "workflow.asl.json", "sold.json", "retried.json"
HANDED_OUT = Path(__file__).parent / "starter" / WORKFLOW
Answer = dict[str, Any]


def check(bench: Workbench) -> str:
    """Both requests show what was asked, and show something else when the workflow is changed."""
    workflow = json.loads(HANDED_OUT.read_text(encoding="utf-8"))
    (bench.folder / WORKFLOW).write_text(json.dumps(workflow), encoding="utf-8")
    _sold(bench, workflow)
    _retried(bench, workflow)
    return (
        "The price of sold.json is sold, and would be bought with a threshold of 51; retried.json "
        "is tried again, and fails at once without the Retry. Both notice a mistake."
    )


def _sold(bench: Workbench, workflow: Any) -> None:
    """The price is sold, and would not be if the threshold were one higher."""
    answer = _by_command(bench, SOLD)
    if answer.get("nextState") != "Sell Stock":
        hint = "not-sold" if _is_of_a_choice(bench) else "wrong-state"
        raise NotYet(f"{SOLD} gave {shown(answer)}; nextState was to be Sell Stock.", hint=hint)
    workflow["States"]["Buy or Sell?"]["Choices"][0]["NumericLessThanEquals"] = 51
    moved = _by_boto3(bench, SOLD, workflow)
    if moved.get("nextState") != "Buy Stock":
        raise NotYet(
            f"The price of {SOLD} is sold. But with the threshold moved to 51 it is sold as well: "
            "a price higher than the lowest that is sold does not notice such a mistake.",
            hint="not-the-edge",
        )


def _retried(bench: Workbench, workflow: Any) -> None:
    """The failure is tried again, and would not be without the checker's Retry."""
    answer = _by_command(bench, RETRIED)
    if answer.get("status") != "RETRIABLE":
        hint = "mock-succeeds" if answer.get("status") == "SUCCEEDED" else "not-retried"
        raise NotYet(f"{RETRIED} gave {shown(answer)}; status was to be RETRIABLE.", hint=hint)
    if answer.get("error") != "Broker.Down":
        raise NotYet(
            f"{RETRIED} fails with the error {answer.get('error')}; it was to be Broker.Down.",
            hint="another-error",
        )
    del workflow["States"]["Check Stock Value"]["Retry"]
    if _by_boto3(bench, RETRIED, workflow).get("status") != "FAILED":
        raise NotYet(
            f"{RETRIED} is RETRIABLE even without the Retry of Check Stock Value: it tries another "
            "state.",
            hint="wrong-state",
        )


def _by_command(bench: Workbench, name: str) -> Answer:
    """What the real command prints for a request. Raises NotYet where it is refused."""
    if not isinstance(bench.json(name), dict):
        raise NotYet(f"{name} holds no JSON object with the request's fields.", hint="request")
    bench.trying(f"aws stepfunctions test-state with {name}")
    ran = bench.run(
        *("aws", "stepfunctions", "test-state", "--definition", f"file://{WORKFLOW}"),
        *("--cli-input-json", f"file://{name}", "--output", "json"),
    )
    if ran.code:
        raise _refused(name, ran)
    return json.loads(ran.output)


def _refused(name: str, ran: Ran) -> NotYet:
    said = " ".join(ran.output.split())[:400]
    hint = next((key for part, key in _SAID.items() if part in said), "request")
    return NotYet(f"The command refuses {name}: {said}", hint=hint)


_SAID = {
    "Invalid type for parameter input,": "input-is-text",
    "Invalid State Machine Execution Input": "input-is-text",
    "RoleArn must be specified": "no-mock",
    "State not found in definition": "wrong-state",
    "State name must be given": "wrong-state",
}


def _by_boto3(bench: Workbench, name: str, workflow: Any) -> Answer:
    """The same request for a workflow that was changed: the same API, without a process."""
    request = bench.json(name) | {"definition": json.dumps(workflow)}
    answer = bench.client("stepfunctions").test_state(**request)
    return {key: answer[key] for key in ("status", "nextState", "error") if key in answer}


def _is_of_a_choice(bench: Workbench) -> bool:
    return bench.json(SOLD).get("stateName") == "Buy or Sell?"


TASK = Task(
    title="One state tried alone",
    minutes=10,
    check=check,
    hints={
        "": (
            "Type the command first as it is: aws stepfunctions test-state --definition "
            "file://workflow.asl.json --cli-input-json file://sold.json. What does it answer?",
            "sold.json: at which whole price does the rule let go for the first time? "
            "retried.json: nobody is to call the function. What stands in for it?",
            "aws stepfunctions test-state --generate-cli-skeleton input prints every field that a "
            "request may have.",
        ),
        "input-is-text": (
            "The command wants text where you gave something else. Of what type is input in the "
            "file as it was handed out?",
            "input is JSON inside JSON: a text, in double quotes, that holds an object.",
            'A double quote inside a JSON text is written \\". Let Python do it: '
            'print(json.dumps(json.dumps({"stock_price": 1}))).',
        ),
        "request": (
            "The message names the field that it does not know or take. Is it spelled as in the "
            "skeleton, and on the right level?",
            "aws stepfunctions test-state --generate-cli-skeleton input prints all fields and how "
            "they lie in each other.",
            "mock is an object, and what is mocked is in one of two fields of it: a result, or an "
            "error with a name of its own.",
        ),
        "wrong-state": (
            "Which state was tried? stateName is the name as it stands under States.",
            "Capitals, blanks and the question mark belong to the name.",
            "The Choice decides between buying and selling; the checker is the first state.",
        ),
        "not-sold": (
            "The Choice went another way, or failed. What did it find in its input?",
            "The rule reads $.stock_price. What does the input hold under that name?",
            "If it was bought, the price is still one that the rule takes.",
        ),
        "not-the-edge": (
            "93 is sold whether the threshold is 50, 51 or 70. Which whole price tells 50 from 51?",
            "A probe is as good as the mistake that it would notice. Here the mistake is one "
            "dollar.",
            "Up to 50, and 50 itself, is bought. What comes next?",
        ),
        "no-mock": (
            "Without a role the state cannot call anything, and nothing is to be called here. What "
            "takes the function's place?",
            "Which field of the request makes up the answer of the work? The skeleton has it.",
            "The field is mock, and this time the work is to fail.",
        ),
        "mock-succeeds": (
            "The state succeeded. Is the broker down in your request?",
            "mock has two fields: one for a result, one for a failure.",
            "A failure has an error, which is its name, and a cause, which is a sentence.",
        ),
        "not-retried": (
            "It failed at once. Which errors does the Retry of this state name, and how often?",
            "States.TaskFailed stands for every failure of a task but one: which one lasts too "
            "long?",
            "A request can also say how many tries there were already. After the last, it is over.",
        ),
        "another-error": (
            "It is tried again, but by which name does the failure go?",
            "The task names the error: Broker.Down.",
            "error is the name that Retry and Catch compare; cause is for people.",
        ),
    },
    reasoning="""
TestState runs one state of a definition: the fields before and after it, the rules of a Choice,
the Retry, and where it would go next. The rest of the workflow, the functions and the table need
not exist. With mock the work itself is made up: result is what it would return, errorOutput how
it would fail. RETRIABLE means: a Retry covers this error, and there are tries left.

Each probe was run twice by the check, the second time on a workflow with a mistake in it. That is
how to judge any test: not by whether it passes, but by whether it fails when the thing is broken.
93 is sold under a wrong threshold too; only the price right behind the edge tells.

Also right: more fields than these (a role, an inspectionLevel, a retrierRetryCount below 5), any
cause. Usual mistakes: input as an object, where the API wants text that holds JSON; no mock, so
that a role is asked for; States.Timeout, the one error that States.TaskFailed does not cover.
""",
)
