"""03.2 A Choice that nothing surprises: a field that is missing, a number in quotes, null."""

from __future__ import annotations

from typing import Any

from helpers.executions import Execution
from helpers.exercises import NotYet, Task, Workbench
from helpers.exercises.workbench import shown

FILE = "workflow.asl.json"
BUY, SELL, ASK = "Buy Stock", "Sell Stock", "Ask Again"
CASES: tuple[tuple[Any, str], ...] = (
    ({"stock_price": 7}, BUY),
    ({"stock_price": 50}, BUY),
    ({"stock_price": 50.5}, SELL),
    ({"stock_price": 93}, SELL),
    ({"stock_price": 0}, BUY),
    ({}, ASK),
    ({"price": 7}, ASK),
    ({"stock_price": "7"}, ASK),
    ({"stock_price": "93"}, ASK),
    ({"stock_price": None}, ASK),
    ({"stock_price": True}, ASK),
    ({"stock_price": [7]}, ASK),
    ({"stock_price": ""}, ASK),
)


def check(bench: Workbench) -> str:
    """Whatever comes in, the execution succeeds by way of the right one of three states."""
    machine = bench.machine(bench.text(FILE))
    for given, wanted in CASES:
        bench.trying(f"the input {shown(given)}")
        run = machine.run(given)
        if run.status != "SUCCEEDED":
            raise _failed(given, wanted, run)
        went = [name for name in (BUY, SELL, ASK) if name in run.path]
        if went != [wanted]:
            raise NotYet(
                f"With the input {shown(given)} the execution went {_way(run)}; it was to go to "
                f"{wanted}.",
                hint=_hint(went, wanted),
                run=run,
            )
    return (
        f"{len(CASES)} inputs, of {{}}, null and text too: none failed, each went where it should."
    )


def _failed(given: Any, wanted: str, run: Execution) -> NotYet:
    said = ": ".join(filter(None, (run.error, run.cause)))
    return NotYet(
        f"With the input {shown(given)} the execution ended {run.status} (event "
        f"{len(run.events)}), and was to go to {wanted} and succeed. {said}".rstrip(),
        hint="does-not-end" if "number of history events" in said else "fails",
        run=run,
    )


def _way(run: Execution) -> str:
    return " → ".join(run.path)


def _hint(went: list[str], wanted: str) -> str:
    if wanted == ASK:
        return "no-number-decides" if went else "no-such-state"
    return "threshold" if went and ASK not in went else "number-asks"


TASK = Task(
    title="A Choice that nothing surprises",
    minutes=10,
    check=check,
    hints={
        "": (
            'Run it in your head with {}, with "7" and with null. Where does each go? Which of the '
            "three is the most dangerous, and why is it not the one that fails?",
            "A Choice can ask more than how large a number is: whether a field is there, and of "
            "what type it is.",
            "The rules are tried from the top, and the first that holds wins. So what could be "
            "asked before the size?",
        ),
        "fails": (
            "What does the cause say, and which states has the picture in red?",
            "A comparison on a field that is not there fails the execution; Default does not catch "
            "that. One comparison may be made on a missing field. Which?",
            "IsPresent answers with true or false and never fails. An And stops at the first of "
            "its rules that is false.",
        ),
        "no-number-decides": (
            "A value that is no number was traded on. By which rule, or by Default?",
            'Is "7" less than 50? Step Functions compares a number rule with numbers only: for '
            "text it is neither less nor more, the rule does not hold, and the next is asked.",
            "What takes everything that is left over, and is that a place where shares should be "
            "sold?",
        ),
        "no-such-state": (
            "The state's name is part of the task: Ask Again, capitals and blank included.",
            "A state needs two things: an entry under States, and a rule or Default that leads "
            "there.",
            "Look at draw.state_machine(asl.load(FILE)): is there a box with this name?",
        ),
        "threshold": (
            "A number went to the wrong one of buy and sell. Which rule took it?",
            "Up to 50, and 50 itself, is bought. What does each comparison do with 50, and with "
            "50.5?",
            "The rules are tried from the top: is there one above that takes this number first?",
        ),
        "number-asks": (
            "A plain number was not traded on. Which rule should have taken it, and why did it "
            "not?",
            "If Default leads to Ask Again, both buying and selling need a rule of their own.",
            "An Or where an And was meant lets everything through, and a Not turns round all of "
            "it.",
        ),
    },
    reasoning="""
Three inputs, three ways to go wrong. {} fails the execution: a comparison on a path that leads
nowhere is an error (States.Runtime) and not a rule that does not hold; Retry and Catch do not
exist on a Choice. "7" and null do not fail: a numeric rule does not hold for them, so they fall
to Default, and here Default sells. The one that fails is the harmless one, because somebody sees
it.

So ask first whether the field is there (IsPresent is the only test that a missing field survives;
And stops at the first that is false), then whether it is a number, and only then how large it is.

Also right: rules for buying and for selling, each with IsPresent before the comparison, and
Default to Ask Again (then text needs no rule of its own, since no numeric rule holds for it); or
JSONata with $exists and $type. Usual mistakes: IsNumeric without IsPresent before it; IsPresent
alone, so that text is sold; a Fail state at the end, which is an execution that failed.
""",
)
