"""13.5 An order that nobody can read: what each language calls an error, and who catches it."""

from __future__ import annotations

from typing import Any

from helpers import asl
from helpers.executions import Execution
from helpers.exercises import NotYet, Task, Workbench
from helpers.exercises.workbench import Machine, shown

FILES = {"jsonpath.asl.json": "JSONPath", "jsonata.asl.json": "JSONata"}
ASIDE, REFUSED = "Set Aside", "OutOfShares"

BROKER = '''"""Carries out an order, unless it is for more shares than there are."""


class OutOfShares(Exception):
    pass


def lambda_handler(event, context):
    order = event["order"]
    if order["qty"] > 100:
        raise OutOfShares(f"there are no {order['qty']} shares")
    return {"id": order["id"], "bought": order["qty"]}
'''

READABLE = (("o-21", 3), ("o-22", 100))
UNREADABLE: tuple[dict[str, Any], ...] = (
    {"body": "three shares, please", "from": "mail"},
    {"body": '{"id": "o-23", "qty": 3'},
    {"from": "queue"},
    {},
)


def check(bench: Workbench) -> str:
    """In each language: what can be read is traded, what cannot is set aside, a refusal fails."""
    broker = {"BrokerArn": bench.function("broker", BROKER)}
    for file, language in FILES.items():
        text = bench.text(file)
        machine = bench.machine(text, substitutions=broker)
        _in_its_language(text, file, language)
        for number, shares in READABLE:
            bench.trying(f"an order of {shares} shares on {file}")
            _placed(machine, file, number, shares)
        for given in UNREADABLE:
            bench.trying(f"{shown(given)} on {file}")
            _set_aside(machine, file, given)
        bench.trying(f"a broker that refuses on {file}")
        _refused(machine, file)
    return (
        "In both languages two orders were placed, four that nobody can read were set aside as "
        "they came, and a broker's refusal still fails the execution."
    )


def _in_its_language(text: str, file: str, language: str) -> None:
    other = [one.name for one in asl.Definition.from_text(text).states if one.language != language]
    if other:
        raise NotYet(
            f"{file} is to stay in {language}, and {', '.join(other)} is not.",
            hint="other-language",
        )


def _placed(machine: Machine, file: str, number: str, shares: int) -> None:
    given = {"body": f'{{"id": "{number}", "qty": {shares}}}', "from": "queue"}
    run = machine.run(given)
    wanted = {"id": number, "bought": shares}
    if run.status != "SUCCEEDED" or run.output != wanted:
        raise NotYet(
            f"{file}: with {shown(given)} the execution went {_way(run)} and ended "
            f"{_ended(run)}; it was to succeed with the broker's answer, {shown(wanted)}.",
            hint="not-placed",
            run=run,
        )


def _set_aside(machine: Machine, file: str, given: dict[str, Any]) -> None:
    run = machine.run(given)
    told = f"{file}: with {shown(given)} the execution"
    if run.status != "SUCCEEDED":
        missing = "body" not in given
        raise NotYet(
            f"{told} ended {_ended(run)}; it was to go to {ASIDE}, and succeed.",
            hint="not-there" if missing and run.error == "States.Runtime" else "unread",
            run=run,
        )
    if run.path[-1] != ASIDE:
        raise NotYet(
            f"{told} went {_way(run)}, with the output {shown(run.output)}; it was to end in "
            f"{ASIDE}.",
            hint="not-aside",
            run=run,
        )
    got = run.output if isinstance(run.output, dict) else {}
    lost = [name for name in given if got.get(name) != given[name]]
    if lost:
        raise NotYet(
            f"{told} was set aside with {shown(run.output)}: {' and '.join(lost)} is lost, and "
            "nobody can say what was ordered.",
            hint="input-lost",
            run=run,
        )


def _refused(machine: Machine, file: str) -> None:
    given = {"body": '{"id": "o-24", "qty": 900}'}
    run = machine.run(given)
    if run.status != "FAILED" or run.error != REFUSED:
        raise NotYet(
            f"{file}: with an order that the broker refuses the execution went {_way(run)} and "
            f"ended {_ended(run)}; it was to end FAILED, with {REFUSED}, as before.",
            hint="hides-errors",
            run=run,
        )


def _way(run: Execution) -> str:
    return " → ".join(run.path)


def _ended(run: Execution) -> str:
    if run.status == "SUCCEEDED":
        return f"SUCCEEDED with {shown(run.output)}"
    return f"{run.status}: {run.error}. {(run.cause or '')[:300]}".rstrip()


TASK = Task(
    title="An order that nobody can read",
    minutes=15,
    check=check,
    hints={
        "": (
            'Start each of the two with {"body": "three shares, please"} and with {}. Four '
            "executions: which errors do they end with?",
            "The two languages have different names for the same trouble, and one of the names "
            "is caught by nothing.",
            "What cannot be caught can be asked before. What a Catch should not take, it must "
            "not name.",
        ),
        "unread": (
            "By which error did it fail? The name is in what the check says, and in run.error.",
            "A Catch takes the names in its ErrorEquals and no others. The name in one language "
            "is not the name in the other.",
            "Only Task, Parallel and Map have a Catch: a Pass that reads the text has nobody who "
            "catches it.",
        ),
        "not-there": (
            "States.Runtime: which Catch would take this?",
            "None, not even States.ALL. A path that leads nowhere ends a JSONPath execution, "
            "unless somebody looks first whether it leads anywhere.",
            "Which comparison of a Choice may be made on a field that is not there?",
        ),
        "hides-errors": (
            "The broker said no, and somebody must hear of it. Which of the names in your Catch "
            "takes an error of a function's, too?",
            "States.ALL and States.TaskFailed take nearly everything. What is the name of the one "
            "error that you mean?",
            "The event in the history of an unreadable order says its name.",
        ),
        "input-lost": (
            "What does a Catch hand on, if nothing else is said: the input, or the error?",
            "In JSONPath a Catch has a field that says where the error is put; in JSONata it has "
            "an Output of its own.",
            "In that Output $states has one field more than elsewhere. The input is still in it, "
            "too.",
        ),
        "not-aside": (
            "Where did it go, and on what ground?",
            "The state's name is part of the task: Set Aside.",
            "A Choice that lets everything through does not look at what matters.",
        ),
        "not-placed": (
            "An order that can be read was traded before. What is in its way now?",
            "The output of the execution is what the broker answered, and nothing beside it.",
            "Is the broker still given the order as an object, under order?",
        ),
        "other-language": (
            "It would work, and you would know one language's errors twice.",
            "jsonpath.asl.json stays in JSONPath, state by state, and jsonata.asl.json in JSONata.",
            "Where in jsonpath.asl.json does a QueryLanguage stand?",
        ),
    },
    reasoning="""
The same two troubles, a text that is no JSON and a field that is not there, in two languages.

JSONata has one name for both: States.QueryEvaluationError. A function that fails, an operator that
gets the wrong type, an expression that gives nothing: all of it can be caught by that name.

JSONPath has two. An intrinsic function that cannot do its work fails with States.IntrinsicFailure,
which can be caught. A path that leads nowhere is States.Runtime, and nothing catches that: not its
own name, and not States.ALL. So it is asked before, by a Choice, with IsPresent, the one
comparison that a missing field survives.

States.ALL would have taken the broker's refusal as well, and an order that was refused would lie
with those that nobody can read. A Catch that hands on nothing but the error loses the message:
ResultPath puts the error beside the input, in JSONata Output merges them.

Also right: a Choice with IsString; in JSONata a Choice with $exists before the Task, and no word
of the error in what is set aside.
""",
)
