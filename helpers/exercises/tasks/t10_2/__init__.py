"""10.2 A table of failures: a Catch takes the place of the input, unless it says where it goes."""

from __future__ import annotations

from typing import Any

from helpers.executions import Execution, Step
from helpers.exercises import NotYet, Task, Workbench
from helpers.exercises.tasks.causes import without_input
from helpers.exercises.tasks.silence import in_silence, without_answer
from helpers.exercises.workbench import Machine, shown

FILE = "workflow.asl.json"
PLACE, RECORD = "Place Order", "Record Failure"
BROKER = '''
class ExchangeClosed(Exception):
    """Try again tomorrow."""


class UnknownShare(Exception):
    """Never."""


def lambda_handler(event, context):
    if event["share"] == "NONE":
        raise UnknownShare("there is no share NONE")
    if event["share"] == "DOWN":
        raise ExchangeClosed("the exchange is closed")
    return {"bought": event["shares"], "for": event["id"]}
'''
FAILING = (
    ({"id": "order-17", "share": "DOWN", "shares": 3}, "ExchangeClosed"),
    ({"id": "order-18", "share": "NONE", "shares": 4}, "UnknownShare"),
)
SILENT = {"id": "order-19", "share": "ACME", "shares": 5}
GOOD = {"id": "order-20", "share": "ACME", "shares": 6}
STEP, PATIENCE = 5, 120
"""Seconds of the simulated clock at a time, and in all, for a broker that never answers."""


def check(bench: Workbench) -> str:
    """Three failures of three kinds, each with its row; an order that goes through has none."""
    text, table = bench.text(FILE), bench.table()
    broker = bench.function("broker", BROKER)
    machine = bench.machine(text, {"BrokerArn": broker, "FailuresTable": table})
    for order, error in FAILING:
        bench.trying(f"an order that fails with {error}")
        _recorded(bench, table, machine.run(order), order, error)
    bench.trying("a broker that never answers")
    silent = without_answer(bench, text, "${BrokerArn}")
    hanging = bench.machine(silent, {"BrokerArn": broker, "FailuresTable": table})
    _recorded(bench, table, _unanswered(bench, hanging), SILENT, "States.Timeout")
    bench.trying("an order that goes through")
    _goes_through(bench, table, machine.run(GOOD))
    return (
        "ExchangeClosed, UnknownShare and States.Timeout: each has its row with id and error, and "
        "each execution still gave back its order. The order that went through has no row."
    )


def _unanswered(bench: Workbench, machine: Machine) -> Execution:
    run = in_silence(bench, machine, SILENT, PATIENCE, STEP)
    if run.status == "ABORTED":
        raise NotYet(
            f"The broker never answered, and after {PATIENCE} seconds the execution still waits "
            "for it.",
            hint="timeout-missed",
            run=run,
        )
    return run


def _visit(run: Execution, name: str) -> Step | None:
    return next((step for step in run.walk() if step.name == name), None)


def _recorded(
    bench: Workbench, table: str, run: Execution, order: dict[str, Any], error: str
) -> None:
    told = f"The order {order['id']} failed with {error}"
    recorder = _visit(run, RECORD)
    if recorder is None and run.status != "SUCCEEDED":
        hint = "timeout-missed" if error == "States.Timeout" else "uncaught"
        raise NotYet(
            f"{told}, and the execution ended {run.status} there: nothing caught it.",
            hint=hint,
            run=run,
        )
    if run.status != "SUCCEEDED":
        given = recorder.input if recorder else None
        raise NotYet(
            f"{told}. {RECORD} was given {shown(given)}, and there the execution failed: "
            f"{run.error}. {without_input(run)}",
            hint=_lost(given, order, recorder),
            run=run,
        )
    rows = [row for row in bench.items(table) if row.get("Id") == order["id"]]
    if not rows:
        raise NotYet(
            f"{told}, the execution succeeded, and the table has no row {order['id']}.",
            hint="not-stored",
            run=run,
        )
    if rows[0].get("Error") != error:
        raise NotYet(
            f"{told}. Its row is {shown(rows[0])}; its Error was to be {error}.",
            hint="not-stored",
            run=run,
        )
    _handed_back(run, order, told)


def _handed_back(run: Execution, order: dict[str, Any], told: str) -> None:
    output = run.output
    if not isinstance(output, dict) or any(output.get(key) != order[key] for key in order):
        raise NotYet(
            f"{told}, and its row is right. The execution gave back {shown(output)}: the order "
            f"{shown(order)} is not in it.",
            hint="output-lost",
            run=run,
        )


def _lost(given: Any, order: dict[str, Any], recorder: Step | None) -> str:
    """Which of the two the recording state was not given."""
    known = {**(recorder.variables if recorder else {})}
    known |= given if isinstance(given, dict) else {}
    if known.get("id") != order["id"]:
        return "input-lost"
    has_error = "Error" in shown(known, 10_000)
    return "old-paths" if has_error else "error-lost"


def _goes_through(bench: Workbench, table: str, run: Execution) -> None:
    wanted = {"bought": GOOD["shares"], "for": GOOD["id"]}
    rows = [row for row in bench.items(table) if row.get("Id") == GOOD["id"]]
    if run.status == "SUCCEEDED" and run.output == wanted and not rows:
        return
    ended = f"ended {run.status} with {shown(run.output if run.error is None else run.error)}"
    row = f", and the table of failures has {shown(rows[0])}" if rows else ""
    raise NotYet(
        f"The order {GOOD['id']} went through. The execution {ended}{row}; it was to give back "
        f"{shown(wanted)}, as before, and to leave no row.",
        hint="good-order",
        run=run,
    )


TASK = Task(
    title="A table of failures",
    minutes=10,
    check=check,
    hints={
        "": (
            "What exactly does Record Failure get, when it is reached? Try it: the check says it.",
            "A Catch has a result too: what is known of the error. Where does a result go, if "
            "nobody says where?",
            "Two states lose something here, and both have the same field for it.",
        ),
        "input-lost": (
            "The order went into Place Order. What came out of it, by way of the Catch?",
            "The error took the place of the input, as any result does that nobody puts somewhere.",
            "A Catch has a ResultPath of its own.",
        ),
        "error-lost": (
            "The order is there. Where is the error?",
            "A ResultPath of null throws the result away; here that is the error.",
            "Put it into a field of the input that is not taken yet.",
        ),
        "old-paths": (
            "Order and error are both there. Where does Record Failure look for them?",
            "The error has moved. Its path has not.",
            "Read what Record Failure was given, and follow it down to the name of the error: that "
            "is the path.",
        ),
        "uncaught": (
            "With which error did it fail, and which names does the Catch take?",
            "Names are compared letter by letter. A wildcard has to be written as AWS writes it.",
            "An error that no entry takes ends the execution, as if there were no Catch.",
        ),
        "timeout-missed": (
            "A broker that never answers: which error is that, and does the Catch take it?",
            "States.TaskFailed stands for every failure of a task but one.",
            "TimeoutSeconds turns the silence into an error; the Catch then has to take that one.",
        ),
        "not-stored": (
            "Which row was written, if any, and from which values?",
            "Id is the order's, Error is the name of the error, as text.",
            "The name alone is wanted: the cause is a longer story.",
        ),
        "output-lost": (
            "What did DynamoDB answer, and where did that answer go?",
            "Nobody wants the answer of putItem. There is a value for ResultPath that says so.",
            "With that value the state hands on what it was given: the order, and the error.",
        ),
        "good-order": (
            "An order that goes through: which way does it take, and what comes out?",
            "A Catch is for failures alone. Next and End of the state are for the rest.",
            "The broker's answer is the output, as before: ResultPath of the Catch, not of the "
            "state.",
        ),
    },
    reasoning="""
What is known of an error is an object with Error and Cause. It is the Catch's result, and like any
result it replaces the input, unless a ResultPath says where it goes. The Catch has one of its own;
the state's is for the answer when all goes well.

Record Failure finds the order in its old place then, and the error under $.failure. It has a result
too, DynamoDB's answer, which nobody wants: ResultPath null hands on the input.

States.ALL instead of States.TaskFailed, because a broker that does not answer ends in
States.Timeout, and those are the orders one would like to know about most.

Also right: both names in the list; Assign in the Catch, which keeps the error in a variable; the id
from the context object, $$.Execution.Input.id; or JSONata, whose Catch has an Output.

Usual mistakes: ResultPath on the state instead of the Catch, which changes what comes out when all
goes well; null on the Catch, which keeps the order and loses the error; the path in Record Failure
left as it was.
""",
)
