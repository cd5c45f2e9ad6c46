"""06.2 Five fields, in their order: what a Task makes of its input and of its result."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from helpers.exercises import NotYet, Task, Workbench
from helpers.exercises.tasks.json_values import same
from helpers.exercises.workbench import shown

FIELDS = ("InputPath", "Parameters", "ResultSelector", "ResultPath", "OutputPath")
FILE = "predictions.json"
GIVEN = Path(__file__).parent / "starter"


def check(bench: Workbench) -> str:
    """Each prediction is what TestState says after that field."""
    predicted = bench.json(FILE)
    if not isinstance(predicted, dict):
        raise NotYet(
            f"{FILE} is to hold one object with a prediction a field: {', '.join(FIELDS)}.",
            hint="unfinished",
        )
    bench.trying("the state in TestState")
    truth = _truth(bench)
    for place, field in enumerate(FIELDS):
        if predicted.get(field) is None:
            raise NotYet(f"{_so_far(place)}{field} has no prediction yet.", hint="unfinished")
        if not same(predicted[field], truth[field]):
            said = _difference(predicted[field], truth[field])
            raise NotYet(f"{_so_far(place)}After {field} it is another value. {said}", hint=field)
    return "TestState says the same after each of the five fields."


def _truth(bench: Workbench) -> dict[str, Any]:
    """What Step Functions makes of the state that was given, field by field."""
    result = (GIVEN / "result.json").read_text(encoding="utf-8")
    tested = bench.client("stepfunctions").test_state(
        definition=(GIVEN / "state.json").read_text(encoding="utf-8"),
        input=(GIVEN / "input.json").read_text(encoding="utf-8"),
        mock={"result": result},
        inspectionLevel="DEBUG",
    )
    inspected = tested["inspectionData"]
    after = {field: json.loads(inspected[f"after{field}"]) for field in FIELDS[:-1]}
    return {**after, "OutputPath": json.loads(tested["output"])}


def _so_far(place: int) -> str:
    if not place:
        return ""
    return f"{FIELDS[0]} holds. " if place == 1 else f"The first {place} hold. "


def _difference(yours: Any, truth: Any, where: str = "$") -> str:
    """In which way a prediction differs, without the value that should stand there."""
    if not isinstance(yours, dict) or not isinstance(truth, dict):
        return f"Yours has {shown(yours)} at {where}; what is there has another value or type."
    if extra := [key for key in yours if key not in truth]:
        return f"At {where} yours has {' and '.join(extra)}, and there is no such field."
    if missing := [key for key in truth if key not in yours]:
        more = "one field" if len(missing) == 1 else f"{len(missing)} fields"
        return f"At {where} there is {more} more than in yours."
    differs = next(key for key in truth if not same(yours[key], truth[key]))
    return _difference(yours[differs], truth[differs], f"{where}.{differs}")


TASK = Task(
    title="Five fields, in their order",
    minutes=10,
    check=check,
    hints={
        "": (
            "Take the fields in the order of the list. What does each start from: the input, the "
            "field before it, or the function's answer?",
            "The first two shape what the function gets; the last three shape what the state "
            "hands on. Between them stands the function's answer, result.json.",
            "Write down the first one and check: what holds is said, one field at a time.",
        ),
        "unfinished": (
            "Which of the five has no value yet?",
            "A prediction is what you think, as JSON, in the place of null.",
            "Not sure? Write something; the check says in which way it differs.",
        ),
        "InputPath": (
            "A path picks a value. Does the name that it picks by come along?",
            "$.order is what stands at order: the inside, without the word order.",
            "Whatever is not below that path is out of sight for the two fields that follow.",
        ),
        "Parameters": (
            "Does Parameters add to what it is given, or build something new?",
            "Only what it names is there afterwards. And a key that ends in .$ loses the ending.",
            "Its paths begin where InputPath left off; qty was a number there.",
        ),
        "ResultSelector": (
            "What does ResultSelector look at: the input, or what the function answered?",
            "Like Parameters it builds something new: what it does not name is gone.",
            "price in result.json has quotes. Nothing takes them off.",
        ),
        "ResultPath": (
            "Into what is the result put: into what InputPath picked, or into what came in?",
            "InputPath limits what the function sees. ResultPath starts from the whole input "
            "again, as if InputPath had not been.",
            "So desk is there again, and the path leads through order to a new field.",
        ),
        "OutputPath": (
            "From what does OutputPath pick?",
            "It comes last: it picks from what ResultPath made.",
            "Like InputPath it takes the inside, without the word order; the trade is in there.",
        ),
    },
    reasoning="""\
In their order: InputPath picks from the input. Parameters builds from that what the function gets.
The function answers. ResultSelector builds from the answer. ResultPath puts that into the input,
and OutputPath picks from the whole what is handed on.

Three surprises. Parameters and ResultSelector replace: what they do not name is gone. ResultPath
starts from the whole input, not from what InputPath picked, which is why desk is back. And a path
takes what stands at a name, not the name.

The command that says it:

  aws stepfunctions test-state --definition file://state.json --input file://input.json
      --mock '{"result": "{\\"price\\": \\"7\\"}"}' --inspection-level DEBUG

A usual mistake is to think that all five work on one value, one after the other. They do not: there
are two values, the input and the answer, and ResultPath is where they meet.""",
)
