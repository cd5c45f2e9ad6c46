"""02.2 A result that is text: json.dumps gives a string, and a string has no stock_price."""

import json
from typing import Any

from helpers.executions import Execution, Step
from helpers.exercises import NotYet, Task, Workbench
from helpers.exercises.workbench import shown

WAYS = {700: "Buy Stock", 9300: "Sell Stock", 5000: "Buy Stock", 5001: "Sell Stock", 0: "Buy Stock"}
"""Cents → the state that a price of so much leads to."""


CALLED = {"LambdaFunctionScheduled", "TaskScheduled"}
ANSWERED = {"LambdaFunctionSucceeded", "TaskSucceeded"}
"""Events of a Task that names the function, and of one that uses lambda:invoke."""


def check(bench: Workbench) -> str:
    """The Choice takes the right way at every price, by the function's own number."""
    bench.python("checker/app.py")
    definition = bench.text("workflow.asl.json")
    checker = bench.function("checker", "checker")
    machine = bench.machine(definition, {"StockCheckerFunctionArn": checker})
    for cents, way in WAYS.items():
        bench.trying(f"a price of {cents} cents")
        run = machine.run({"cents": cents})
        _look(cents, way, run)
    prices = ", ".join(f"{cents / 100:.2f}" for cents in WAYS)
    return f"At {prices} dollars the workflow took the way that belongs to the price."


def _look(cents: int, way: str, run: Execution) -> None:
    if run.status != "SUCCEEDED":
        raise _failed(cents, run)
    ways = [name for name in run.path if name in ("Buy Stock", "Sell Stock")]
    if ways != [way]:
        taken = " and ".join(ways) or "neither way"
        raise NotYet(
            f"With {cents} cents, {_what_came(run)}, and the workflow went to {taken}. "
            f"It should have gone to {way}.",
            hint="wrong-way",
            run=run,
        )


def _failed(cents: int, run: Execution) -> NotYet:
    last = run.steps[-1] if run.steps else None
    where = f" in {last.name} (event {last.last_event})" if last else ""
    said = f"{run.error or 'No error is named'}. {(run.cause or '')[:300]}"
    kinds = {event["type"] for event in run.events}
    if kinds & CALLED and not kinds & ANSWERED:
        text = f"With {cents} cents the function failed: {said}"
        return NotYet(text, hint="function-fails", run=run)
    text = f"With {cents} cents, {_what_came(run)}, and the run failed{where}: {said}"
    return NotYet(text, hint=_why(run), run=run)


def _why(run: Execution) -> str:
    """The hints that fit a run that failed though its function did not."""
    choice = _choice(run)
    if choice is not None:
        return "still-text" if isinstance(choice.input, str) else "no-price"
    return "not-read" if isinstance(_returned(run), str) else "parsed-twice"


def _choice(run: Execution) -> Step | None:
    """The first visit to a Choice, if the run came so far."""
    return next((step for step in run.steps if step.type == "Choice"), None)


def _returned(run: Execution) -> Any:
    """What the function returned, as the workflow got it; None if it was not called."""
    for event in run.events:
        if details := event.get("lambdaFunctionSucceededEventDetails"):
            return json.loads(details["output"])
        if details := event.get("taskSucceededEventDetails"):
            return json.loads(details["output"]).get("Payload")
    return None


def _what_came(run: Execution) -> str:
    choice = _choice(run)
    value = choice.input if choice else _returned(run)
    text = f"the text {shown(value)}" if isinstance(value, str) else shown(value)
    return f"{text} reached the Choice" if choice else f"the function returned {text}"


TASK = Task(
    title="A result that is text",
    minutes=8,
    check=check,
    hints={
        "": (
            'What is the type of json.dumps({"stock_price": 7})? Try it in a cell.',
            "Lambda makes JSON of what the function returns. What comes of a text that is made "
            "into JSON once more?",
            "Mend it on one side: the function returns a dictionary, or the workflow reads the "
            "text as JSON.",
        ),
        "still-text": (
            "What stands around the whole of what the function returned?",
            "Lambda makes JSON of the result by itself. Who else does it here?",
            "On the workflow's side there is an intrinsic function that reads text as JSON: its "
            "name says so, States.StringTo…",
        ),
        "no-price": (
            "Which name does the Choice look for, and at which depth?",
            "$.stock_price is an entry at the top of what reaches the Choice.",
            'Compare what reaches the Choice with {"stock_price": 7}: what lies around it?',
        ),
        "wrong-way": (
            "Is the price that reaches the Choice a number, and the right one?",
            "A number in quotes is text. No rule about numbers holds for text, so the Choice takes "
            "its default.",
            "Try 700, 5000 and 5001 cents by hand: call the function in a cell and look at the "
            "type of what it returns.",
        ),
        "function-fails": (
            "Which line of the function does the error come from? Call it in a cell.",
            "The event is a dictionary with the key cents. What else does the function use?",
            "A name that is used has to be imported, and a key that is read has to be there.",
        ),
        "not-read": (
            "Is the text that the function returned JSON, character by character?",
            "JSON has double quotes. Python's own way to write a dictionary has single ones.",
            "json.dumps makes JSON, str does not.",
        ),
        "parsed-twice": (
            "What is turned into JSON here, and is it still text at that point?",
            "Both sides were mended. Reading text as JSON works on text only.",
            "Keep one of the two changes, and take the other back.",
        ),
    },
    reasoning=(
        "Lambda makes JSON of whatever the function returns. json.dumps had done it already, so "
        "the workflow got JSON of a text: one long string, that has no entry stock_price. Many "
        "functions are written so because a web API wants a text as its body; a workflow does "
        "not.\n\n"
        "Also right, where the function is not yours to change: to read the text in the workflow, "
        "with States.StringToJson($) in a ResultSelector or in a Pass state, or in JSONata with "
        "$parse. Not right is to return the price alone as text: a Choice that compares numbers "
        "does not fail on text, it takes its default, and sells at any price."
    ),
)
