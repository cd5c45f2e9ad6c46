"""06.4 Start once: an execution's name, made from the order, makes a second start harmless."""

from __future__ import annotations

import json
import sys
from typing import Any

from helpers import executions
from helpers.exercises import NotYet, Task, Workbench
from helpers.exercises.workbench import Machine, shown

FILE = "app.py"
FLOW = {"StartAt": "Trade", "States": {"Trade": {"Type": "Pass", "End": True}}}
LONG = "2027/03/" + "x" * 291
DIFFERENT = (
    ("A-1", "A-2", "two orders"),
    ("A 1", "A/1", "two ids that differ in a character that no name may have"),
    ("Überweisung №7", "Uberweisung №7", "ids with odd characters"),
    (f"{LONG}a", f"{LONG}b", "two ids of 300 characters that differ in the last"),
)
CALL = "import json, sys, app; print(json.dumps(app.lambda_handler(json.loads(sys.argv[1]), None)))"
"""The function called in a process of its own, as in another of Lambda's instances."""


def check(bench: Workbench) -> str:
    """One execution an order, however often and from wherever it is started."""
    machine = bench.machine(FLOW)
    code = {FILE: bench.python(FILE)}
    start = bench.function("start", code, timeout=5, variables={"STATE_MACHINE": machine.arn})
    for one, other, what in DIFFERENT:
        bench.trying(what)
        _once(bench, machine, start, one)
        _another(bench, machine, start, one, other)
    bench.trying("another instance of the function")
    _elsewhere(bench, machine)
    bench.trying("a workflow that is not there")
    _still_fails(bench, code, machine)
    return (
        "Eight orders, four of them delivered twice and one once more to another instance of the "
        "function, started eight executions; a start that fails for another reason still fails."
    )


def _order(order_id: str, delivered: int) -> dict[str, Any]:
    return {"id": order_id, "shares": 3, "delivered": delivered}


def _start(bench: Workbench, function: str, event: dict[str, Any], again: bool = False) -> str:
    """Call the learner's function; the ARN that it returned."""
    answer, error = bench.invoke(function, event)
    said = f"{'The second start' if again else 'The start'} of {shown(event, 90)}"
    if error:
        told = answer.get("errorMessage", "") if isinstance(answer, dict) else ""
        hint = _why(f"{error} {told}", again)
        raise NotYet(f"{said} failed: {error}: {str(told)[:300]}", hint=hint)
    if not isinstance(answer, dict) or not isinstance(answer.get("execution"), str):
        raise NotYet(
            f'{said} returned {shown(answer)}, and should have returned {{"execution": "…"}}.',
            hint="answer",
        )
    return answer["execution"]


def _why(said: str, again: bool) -> str:
    """Which hints fit an error."""
    if "Timedout" in said:
        return "does-not-end"
    if "ExecutionAlreadyExists" in said:
        return "second-fails" if again else "mixed-up"
    about_the_name = ("InvalidName", "ParamValidation", "ValidationException")
    return "name-refused" if any(word in said for word in about_the_name) else "code-fails"


def _once(bench: Workbench, machine: Machine, start: str, order_id: str) -> None:
    """Delivered twice: the second time one field is another, and the first has ended."""
    before = executions.count(machine.arn, client=machine.client)
    first = _start(bench, start, _order(order_id, 1))
    if executions.count(machine.arn, client=machine.client) != before + 1:
        raise NotYet(f"The start of {shown(order_id, 60)} started no execution.", hint="mixed-up")
    _ended(machine)
    second = _start(bench, start, _order(order_id, 2), again=True)
    started = executions.count(machine.arn, client=machine.client) - before
    if started != 1:
        raise NotYet(
            f"{shown(_order(order_id, 1), 90)} and the same order with delivered 2 started "
            f"{started} executions; it is one order.",
            hint="twice",
        )
    latest = executions.latest(machine.arn, client=machine.client).arn
    if not first == second == latest:
        raise NotYet(
            f"The two starts of {shown(order_id, 60)} returned {shown(first)} and "
            f"{shown(second)}; the execution is {latest}.",
            hint="answer",
        )


def _ended(machine: Machine) -> None:
    executions.latest(machine.arn, client=machine.client).wait(10)


def _elsewhere(bench: Workbench, machine: Machine) -> None:
    """The first order once more, from another process."""
    before = executions.count(machine.arn, client=machine.client)
    event = json.dumps(_order(DIFFERENT[0][0], 3))
    ran = bench.run(sys.executable, "-c", CALL, event, STATE_MACHINE=machine.arn)
    if executions.count(machine.arn, client=machine.client) != before:
        raise NotYet(
            f"The order {shown(DIFFERENT[0][0])} once more, from another instance of the function, "
            "started a second execution.",
            hint="twice",
        )
    if ran.code:
        raise NotYet(
            f"The order {shown(DIFFERENT[0][0])} once more, from another instance of the function, "
            f"failed: {ran.last_line}",
            hint="second-fails",
        )


def _another(bench: Workbench, machine: Machine, start: str, one: str, other: str) -> None:
    before = executions.count(machine.arn, client=machine.client)
    _start(bench, start, _order(other, 1))
    if executions.count(machine.arn, client=machine.client) == before:
        raise NotYet(
            f"After {_tail(one)}, {_tail(other)} started nothing: two orders got one name.",
            hint="mixed-up",
        )


def _tail(order_id: str) -> str:
    return shown(order_id if len(order_id) < 40 else f"…{order_id[-8:]}")


def _still_fails(bench: Workbench, code: dict[str, str], machine: Machine) -> None:
    nowhere = {"STATE_MACHINE": f"{machine.arn}-of-nobody"}
    lost = bench.function("start-nowhere", code, timeout=5, variables=nowhere)
    answer, error = bench.invoke(lost, _order("A-3", 1))
    if not error:
        raise NotYet(
            f"With a STATE_MACHINE that does not exist nothing can start, and the function "
            f"returned {shown(answer)} as if all were well.",
            hint="hides-errors",
        )


TASK = Task(
    title="Start once",
    minutes=10,
    check=check,
    hints={
        "": (
            "What does start_execution take besides the workflow and the input?",
            "A name is used once in 90 days: whoever uses it again is told so. That is the help "
            "that you want.",
            "From what is the name made, so that it is the same for the same order only?",
        ),
        "twice": (
            "Which value is the same in both deliveries of an order, and which is not?",
            "The name has to be the same in another instance of the function too: random "
            "numbers, times and Python's hash() are not.",
            "Make the name from the order's id alone.",
        ),
        "second-fails": (
            "The order is under way already. Is that an error, for whoever sent it?",
            "The error has a name of its own, and boto3 has it as a class that can be caught: "
            "stepfunctions.exceptions has them all.",
            "Catch that one error, and return what the first start returned.",
        ),
        "code-fails": (
            "Which line of app.py does the error come from, and what is missing there?",
            "A module is there once it is imported; os and json show how.",
            "In a terminal, in the exercise's folder, python -c 'import app' finds half of such "
            "mistakes at once.",
        ),
        "name-refused": (
            "What does the error say about the name? How long may it be, and of which characters?",
            "80 characters; letters, digits, - and _ are always right.",
            "What gives a text of fixed length, of such characters, for any text? The standard "
            "library has several.",
        ),
        "mixed-up": (
            "Two orders got the same name. What was lost on the way from the id to the name?",
            "What is cut off or replaced by something else can be the very thing that differs.",
            "A digest of the whole id (hashlib) is short, harmless, and another for another id.",
        ),
        "answer": (
            "What would the caller like to know the second time? The same as the first time.",
            "The ARN of an execution follows from the workflow's ARN and the name.",
            "Print a workflow's ARN and one of its executions' below each other: two differences.",
        ),
        "hides-errors": (
            "How many kinds of error does your except catch?",
            "Only one of them means that the order is under way already.",
            "Name that one in the except; let the others through.",
        ),
    },
    reasoning="""\
Queues and events promise to deliver at least once, so some day an order comes twice. An execution's
name can be used once in 90 days: made from the order's id, it lets Step Functions count for you.

A name has at most 80 characters and not every character, and an id can be anything. A digest of the
whole id, hashlib.sha256(…).hexdigest(), has 64 harmless ones. uuid.uuid5 is as right. Cutting the
id, or putting _ for what is not allowed, makes one name of two orders.

The second start is refused with ExecutionAlreadyExists (or, while the first still runs with the
very same input, answered with its ARN). Catch that error and no other: a start that was refused for
another reason did not happen, and the queue should deliver it again.

Usual mistakes: a name from the whole event (a redelivery differs in a counter), hash() (another
value in each process), and a time.""",
)
