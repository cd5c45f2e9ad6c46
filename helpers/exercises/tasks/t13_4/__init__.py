"""13.4 What each makes of nothing: eight states, predicted; some fail, and some say nothing."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from helpers.exercises import NotYet, Task, Workbench
from helpers.exercises.tasks.json_values import same
from helpers.exercises.workbench import shown

FILE = "predictions.json"
GIVEN = Path(__file__).parent / "starter"


def check(bench: Workbench) -> str:
    """Each prediction is what TestState says: the output, or the name of the error."""
    states = json.loads((GIVEN / "states.json").read_text(encoding="utf-8"))
    predicted = bench.json(FILE)
    if not isinstance(predicted, dict):
        raise NotYet(
            f"{FILE} is to hold one object with a prediction a state: {', '.join(states)}.",
            hint="unfinished",
        )
    held = ""
    for letter, state in states.items():
        mine = predicted.get(letter, "?")
        if mine == "?":
            raise NotYet(f"{_so_far(held)}{letter} has no prediction yet.", hint="unfinished")
        bench.trying(f"state {letter} in TestState")
        if not same(mine, _truth(bench, state)):
            raise NotYet(
                f"{_so_far(held)}{letter} makes something else than {shown(mine)}.", hint=letter
            )
        held = letter
    return "TestState says the same for each of the eight states."


def _truth(bench: Workbench, state: dict[str, Any]) -> Any:
    """What the state hands on, or the name of the error that it fails with."""
    tested = bench.client("stepfunctions").test_state(
        definition=json.dumps(state),
        input=(GIVEN / "input.json").read_text(encoding="utf-8"),
    )
    return tested["error"] if tested["status"] == "FAILED" else json.loads(tested["output"])


def _so_far(held: str) -> str:
    return "" if not held else "a holds. " if held == "a" else f"a to {held} hold. "


TASK = Task(
    title="What each makes of nothing",
    minutes=10,
    check=check,
    hints={
        "": (
            "For each state: what is looked up, and is it there? If not, does this language take "
            "that for an error?",
            "A filter of JSONPath gives a list, whatever it finds. A path of JSONata gives what it "
            "found: many as a list, one by itself, none as nothing.",
            "Write down a and check: what holds is said, one letter at a time.",
        ),
        "unfinished": (
            "Which letter still has its question mark?",
            "A prediction is the whole output as JSON, or the name of the error in quotes.",
            "Not sure? Write something; the check says which letter is the first that differs.",
        ),
        "a": (
            "There is no limit in the input. Is that null, or an error?",
            "A path of JSONPath that leads nowhere ends the execution. Under which name?",
            "It is the name that no Catch takes.",
        ),
        "b": (
            "The field of Output is one expression, and it finds nothing. What becomes of the "
            "field?",
            "JSONata itself has no error for that. Step Functions has: it needs a value there.",
            "JSONata has one name for whatever goes wrong with an expression.",
        ),
        "c": (
            "Here the object itself is the expression. Who builds it, Step Functions or JSONata?",
            "What does JSONata do with a field whose value is undefined?",
            "No error, and no null either: ask what is left of the object.",
        ),
        "d": (
            "A filter goes through the list and keeps what fits. Nothing fits. Is that nothing, or "
            "none?",
            "A path with a filter gives a list in any case.",
            "How does one write a list in which nothing is?",
        ),
        "e": (
            "The same filter as in d. Does it give a list in any case?",
            "In JSONata a path that finds nothing is undefined, by a filter, too.",
            "It is a field of Output, as in b.",
        ),
        "f": (
            "One trade fits. Is one thing in a list the same as the thing?",
            "A path with a filter gives a list in any case.",
            "The price is in quotes in the input.",
        ),
        "g": (
            "One trade fits, as in f. What does JSONata make of a list of one?",
            "A path of JSONata gives many as a list, and one by itself.",
            "If a Map were to go on with this, it would have to be in [ ].",
        ),
        "h": (
            "The note is there. What is its value?",
            "null is a value like another: it was found.",
            "The output is an object with one field.",
        ),
    },
    reasoning="""
JSONPath: a plain path that leads nowhere is an error that nothing catches (a). A filter is never
an error: it gives a list, empty if need be (d), and a list of one if one fits (f).

JSONata: a path gives undefined where nothing is found, by a filter or without (b, e), and what is
undefined as a field of Output, Arguments or Assign fails the state. Inside an expression it is no
error: the object of c loses the field, and goes on without it. That is the one to fear, because
nothing is red. And what finds one thing gives that thing (g): as long as there were two trades it
was a list, and a Map went through it; on the day with one it fails. Put [ ] around what has to be
a list.

null is none of all that (h): a field whose value is null has been found.
""",
)
