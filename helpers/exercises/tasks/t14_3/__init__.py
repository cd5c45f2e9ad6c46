"""14.3 A bug is planted: tests of a whole workflow that no mutant survives."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

from helpers.exercises import NotYet, Task, Workbench
from helpers.exercises.tasks.pytests import complaint, missed, pass_for, tested

TESTS, WORKFLOW, WALKING = "test_trader.py", "workflow.asl.json", "walking.py"
HERE = Path(__file__).parent
States = dict[str, Any]
CHOICE, SELL, RECORD = "Buy or Sell?", "Sell Stock", "Record Transaction"
TABLE = {"TableName": "trades"}


def _as_promised(states: States) -> None:
    """The trader with no bug."""


def _turned_round(states: States) -> None:
    rule = {"Variable": "$.stock_price", "NumericGreaterThan": 50, "Next": SELL}
    states[CHOICE] |= {"Choices": [rule], "Default": "Buy Stock"}


def _one_state_more(states: States) -> None:
    states["Think"] = {"Type": "Pass", "Next": CHOICE}
    states["Check Stock Value"]["Next"] = "Think"


def _in_jsonata(states: States) -> None:
    rule = {"Condition": "{% $states.input.stock_price <= 50 %}", "Next": "Buy Stock"}
    states[CHOICE] |= {"QueryLanguage": "JSONata", "Choices": [rule]}
    fields = {"Id": "S", "Type": "S", "Price": "N", "Quantity": "N", "Timestamp": "S"}
    of = {"Quantity": "qty"}
    item = {
        name: {kind: "{% $states.input." + of.get(name, name.lower()) + " %}"}
        for name, kind in fields.items()
    }
    states[RECORD] |= {"QueryLanguage": "JSONata", "Arguments": TABLE | {"Item": item}}
    del states[RECORD]["Parameters"]


GOOD: dict[str, Callable[[States], object]] = {
    "the trader as the docstring promises it": _as_promised,
    "one that asks whether the price is above 50": _turned_round,
    "one with a state more, which does nothing": _one_state_more,
    "one that decides and records in JSONata": _in_jsonata,
}
"""Workflows that are right, by what each is called in a sentence."""


def _item(states: States) -> dict[str, Any]:
    return states[RECORD]["Parameters"]["Item"]


def _hides(states: States) -> None:
    states[RECORD]["Catch"] = [{"ErrorEquals": ["States.ALL"], "Next": "Never Mind"}]
    states["Never Mind"] = {"Type": "Succeed"}


BAD: dict[str, tuple[str, Callable[[States], object]]] = {
    "planted": ("has the bug that was planted", lambda states: None),
    "edge": (
        "sells at 50",
        lambda states: states[CHOICE].update(
            Choices=[{"Variable": "$.stock_price", "NumericLessThan": 50, "Next": "Buy Stock"}]
        ),
    ),
    "edge-above": (
        "buys at 51",
        lambda states: states[CHOICE]["Choices"][0].update(NumericLessThanEquals=51),
    ),
    "not-recorded": (
        "does not record what it sold",
        lambda states: (states[SELL].pop("Next"), states[SELL].update(End=True)),
    ),
    "swapped": (
        "records the quantity as the price, and the price as the quantity",
        lambda states: _item(states).update(Price={"N.$": "$.qty"}, Quantity={"N.$": "$.price"}),
    ),
    "type": (
        "records every trade as a purchase",
        lambda states: _item(states).update(Type={"S": "buy"}),
    ),
    "literal": (
        "records the text $.timestamp as the time of every trade",
        lambda states: _item(states).update(Timestamp={"S": "$.timestamp"}),
    ),
    "no-retry": ("does not try again to record", lambda states: states[RECORD].pop("Retry")),
    "too-often": (
        "tries thirty times to sell",
        lambda states: states[SELL]["Retry"][0].update(MaxAttempts=30),
    ),
    "hides": ("succeeds where a trade could not be recorded", _hides),
}
"""Workflows that are not: hint → what each does, and the change that makes it."""


def check(bench: Workbench) -> str:
    """The tests pass for every good workflow, fail for every mutant; and the bug is mended."""
    bench.python(TESTS)
    bench.json(WORKFLOW)
    bench.trying(f"your tests on {len(GOOD)} workflows that are right")
    good = {name: _workflow("solution", change) for name, change in GOOD.items()}
    pass_for(tested(bench, TESTS, good), TESTS, "a workflow that is right")
    bench.trying(f"your tests on {len(BAD)} mutants")
    bad = {
        key: _workflow("starter" if key == "planted" else "solution", change)
        for key, (_, change) in BAD.items()
    }
    if alive := missed(tested(bench, TESTS, bad)):
        raise NotYet(
            f"Your tests killed {len(BAD) - len(alive)} of {len(BAD)} mutants. They all pass for "
            f"one that {BAD[alive[0]][0]}.",
            hint=alive[0].removesuffix("-above"),
        )
    bench.trying("your workflow.asl.json")
    outcome = tested(bench, TESTS, {"mine": _by_the_courses_tests})["mine"]
    if isinstance(outcome, NotYet) or outcome.code:
        said = outcome.text if isinstance(outcome, NotYet) else complaint(outcome)
        raise NotYet(
            f"Your tests kill all {len(BAD)} mutants. Your own workflow.asl.json does not keep "
            f"the promise yet: {said}",
            hint="not-mended",
        )
    return (
        f"Your tests pass for {len(GOOD)} workflows that are right and kill all {len(BAD)} "
        "mutants, the planted bug among them; and it is mended."
    )


def _workflow(of: str, change: Callable[[States], object]) -> Callable[[Path], object]:
    """A workflow as a change of the folder: its file in there."""
    definition = json.loads((HERE / of / WORKFLOW).read_text(encoding="utf-8"))
    change(definition["States"])
    text = json.dumps(definition, indent=2)
    return lambda here: (here / WORKFLOW).write_text(text, encoding="utf-8")


def _by_the_courses_tests(here: Path) -> None:
    shutil.copy(HERE / "solution" / TESTS, here)
    shutil.copy(HERE / "starter" / WALKING, here)


TASK = Task(
    title="A bug is planted",
    minutes=25,
    check=check,
    hints={
        "": (
            "The docstring makes three promises. Which of them would the starter's test notice if "
            "it were broken?",
            "walk() tells more than the status: went.calls has each step that did something, and "
            "what it was given. Print it for a purchase and for a sale.",
            "Prices on both sides of the edge; the whole item; a step that fails as often as it "
            "may, and once more.",
        ),
        "no-tests": (
            "By which name does pytest know a test?",
            "A test is a function whose name begins with test_, in a file whose name does.",
            "python -m pytest exercises/14.3, typed in a terminal in work/, says what it collects.",
        ),
        "fails-on-good": (
            "Which promise does your test go beyond?",
            "A workflow may have more states, other rules and another language and do the same. "
            "What comes out, and what is asked of whom, stays.",
            "Look at went.status and went.calls, and not into the file.",
        ),
        "planted": (
            "The bug is there, and all that you look at goes well. Whose answers are made up?",
            "A mock answers, whatever it is asked. What would the real one say to what it is "
            "given?",
            "went.calls has what each step was given. Compare it with the first promise, for a "
            "purchase and for a sale.",
        ),
        "edge": (
            "Which prices do you try? One of them decides between 49, 50 and 51 as the threshold.",
            "7 is bought and 93 sold under many a wrong rule.",
            "The last price that is bought, and the first that is sold.",
        ),
        "not-recorded": (
            "What happens to a trade after it was made? Look at a sale as well.",
            "SUCCEEDED means that no state failed. It does not mean that all that should be done "
            "was done.",
            "The last of went.calls has to be Record Transaction.",
        ),
        "swapped": (
            "Do price and quantity of your trade differ? And do you look at both in the item?",
            "What is recorded is what Record Transaction was given: went.calls has it.",
            "Compare the whole item with the trade.",
        ),
        "type": (
            "Which type do your trades have? One of them should be a sale.",
            "The item's type is the trade's. A test in which each trade is a purchase cannot tell "
            "it from a fixed word.",
            "Let Sell Stock answer with a trade of the type sell.",
        ),
        "literal": (
            "The item has five values. Which do your tests look at?",
            "A path without its .$ is a text.",
            "Compare the whole item with the trade.",
        ),
        "no-retry": (
            "Which steps are tried again if they fail? The third promise names four.",
            "answers takes a list: a failure first, and then what it should have answered.",
            'Fails("Broker.Down") for Record Transaction, and then {}: the status has to be '
            "SUCCEEDED.",
        ),
        "too-often": (
            "How often is each step tried again, and what comes then?",
            "A test that lets a step fail once cannot tell three retries from thirty.",
            "Let it fail once more often than it may: the status has to be FAILED.",
        ),
        "hides": (
            "A trade that was made and could not be recorded: how should the execution end?",
            "Let Record Transaction fail for good. The last answer in a list stays.",
            "went.status has to be FAILED then.",
        ),
        "not-mended": (
            "Your own tests know the bug by now. What do they say of your workflow.asl.json?",
            "The test that fails says what was given to whom, and what should have been.",
            "Which field of a state picks a part of its input?",
        ),
    },
    reasoning="""
The bug is an InputPath in Sell Stock: the seller is given the bare number where it looks for
stock_price. The mock answers all the same, since a mock believes everything; so a test that looks
at the outcome alone is green. What each step was given is the other half of the workflow, and
went.calls has it. InputPath goes out, and it is mended.

A mutant is your workflow with one small mistake, and a test suite is worth what it kills. Ten here:
edges, swapped values, a text for a path, a step left out, a Retry lost or too long, a failure that
is hidden. Each survivor names a promise that nobody tests.

Tests of a workflow may look at what comes out and at what is asked of whom. They may not look at
how: the workflows that are right had another rule, another state and another language.

Usual mistakes: one price of each kind, far from the edge; equal values in the trade; a sale that
answers with a purchase; only the status; a step that fails once, and never for good.
""",
)
