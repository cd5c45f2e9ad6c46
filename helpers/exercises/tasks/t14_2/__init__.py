"""14.2 What happens when it fails: tests of a state's Retry and Catch, by TestState with mocks."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from helpers.exercises import NotYet, Task, Workbench
from helpers.exercises.tasks.pytests import missed, pass_for, tested

TESTS, WORKFLOW, STATE = "test_states.py", "workflow.asl.json", "Ask the Broker"
HANDED_OUT = Path(__file__).parent / "starter" / WORKFLOW
State = dict[str, Any]


def _as_it_is(state: State) -> None:
    """The state as it was handed out."""


def _named(state: State) -> None:
    """Two waits by one retrier and the third by the same numbers, said more closely."""
    state["Retry"][0] |= {"MaxDelaySeconds": 60, "BackoffRate": 2.0}
    state["TimeoutSeconds"] = 30


def _in_jsonata(state: State) -> None:
    del state["ResultPath"]
    kept = "{% $merge([$states.input, {'failure': $states.errorOutput}]) %}"
    for catcher in state["Catch"]:
        del catcher["ResultPath"]
        catcher["Output"] = kept
    state["Output"] = "{% $merge([$states.input, {'price': $states.result}]) %}"
    state["QueryLanguage"] = "JSONata"


GOOD: dict[str, Callable[[State], object]] = {
    "the one that was handed out": _as_it_is,
    "one that has time limits as well": _named,
    "one that is written in JSONata": _in_jsonata,
}
"""States that are right, by what each is called in a sentence."""

BAD: dict[str, tuple[str, Callable[[State], object]]] = {
    "price": (
        "puts the price in the place of the order",
        lambda state: state.pop("ResultPath"),
    ),
    "no-retry": ("never asks a busy broker again", lambda state: state.pop("Retry")),
    "waits": (
        "asks a busy broker every 2 seconds",
        lambda state: state["Retry"][0].update(BackoffRate=1),
    ),
    "too-often": (
        "asks a busy broker four times more, and not three",
        lambda state: state["Retry"][0].update(MaxAttempts=4),
    ),
    "closed-asked": (
        "asks a closed broker again",
        lambda state: state["Retry"][0].update(ErrorEquals=["Broker.Busy", "Broker.Closed"]),
    ),
    "closed-booked": (
        "books the failure when the broker is closed",
        lambda state: state["Catch"].pop(0),
    ),
    "timeout": (
        "fails where the broker took too long",
        lambda state: state["Catch"][1].update(ErrorEquals=["States.TaskFailed"]),
    ),
    "not-booked": (
        "goes on to Try Tomorrow after every failure",
        lambda state: state["Catch"][1].update(Next="Try Tomorrow"),
    ),
    "order-lost": (
        "hands on the failure and not the order, where it books a failure",
        lambda state: state["Catch"][1].pop("ResultPath"),
    ),
    "order-lost-tomorrow": (
        "hands on the failure and not the order, where the broker is closed",
        lambda state: state["Catch"][0].pop("ResultPath"),
    ),
}
"""States that are not: hint → what each does, and the change that makes it."""


def check(bench: Workbench) -> str:
    """The tests pass for every good state and fail for every bad one."""
    bench.python(TESTS)
    bench.trying(f"your tests on {len(GOOD)} workflows that are right")
    good = {name: _workflow(change) for name, change in GOOD.items()}
    pass_for(tested(bench, TESTS, good), TESTS, "a workflow that is right")
    bench.trying(f"your tests on {len(BAD)} workflows that are not")
    bad = {key: _workflow(change) for key, (_, change) in BAD.items()}
    if amiss := missed(tested(bench, TESTS, bad)):
        raise NotYet(
            f"Your tests caught {len(BAD) - len(amiss)} of {len(BAD)} workflows that are not "
            f"right. They all pass for one that {BAD[amiss[0]][0]}.",
            hint=amiss[0].removesuffix("-tomorrow"),
        )
    return (
        f"Your tests pass for {len(GOOD)} workflows that are right, one of them in JSONata, and "
        f"catch {len(BAD)} that are not. No broker was asked."
    )


def _workflow(change: Callable[[State], object]) -> Callable[[Path], object]:
    """A workflow as a change of the folder: its file in there."""
    definition = copy.deepcopy(json.loads(HANDED_OUT.read_text(encoding="utf-8")))
    change(definition["States"][STATE])
    for name in set(definition["States"]) - {STATE}:  # AWS refuses a state that nobody leads to
        if name not in json.dumps(definition["States"][STATE]):
            del definition["States"][name]
    text = json.dumps(definition, indent=2)
    return lambda here: (here / WORKFLOW).write_text(text, encoding="utf-8")


TASK = Task(
    title="What happens when it fails",
    minutes=15,
    check=check,
    hints={
        "": (
            "The docstring has six sentences. Which of them do the two tests look at?",
            "TestState answers with status, nextState and output; at the level DEBUG it says "
            "besides how long a retry would wait. Print one answer and read it.",
            "One test for each sentence, and in it each thing that the sentence says: the status, "
            "the next state, what is handed on.",
        ),
        "no-tests": (
            "By which name does pytest know a test?",
            "A test is a function whose name begins with test_, in a file whose name does.",
            "python -m pytest exercises/14.2, typed in a terminal in work/, says what it collects.",
        ),
        "fails-on-good": (
            "Which sentence of the docstring does your test go beyond?",
            "The same promise can be kept in another way: inspectionData has other steps in it "
            "where a state is written in JSONata.",
            "Look at what comes out: status, nextState, output as JSON, and errorDetails.",
        ),
        "price": (
            "What does the state hand on when all goes well? Which test looks at all of it?",
            "The output is text with JSON in it. json.loads makes a dictionary of it.",
            "Compare the whole output: the order, with the price beside it.",
        ),
        "no-retry": (
            "Which status does TestState give if a Retry would try again?",
            "There are four: SUCCEEDED, FAILED, CAUGHT_ERROR, and the one you want.",
            "A busy broker, no retries so far: the status has to be RETRIABLE.",
        ),
        "waits": (
            "The first wait is 2 seconds. Which test would notice if the second were 2 as well?",
            "retrierRetryCount says how often it was tried again already; tried() takes it as "
            "retries.",
            "inspectionData, errorDetails, retryBackoffIntervalSeconds: for 0, 1 and 2 retries.",
        ),
        "too-often": (
            "After the third retry it is over. Which test asks what comes then?",
            "How does a state know how often it has tried? In a test, you tell it.",
            "With retries=3 a busy broker is no longer RETRIABLE.",
        ),
        "closed-asked": (
            "A closed broker is not asked again. Which status would it have if it were?",
            "RETRIABLE and CAUGHT_ERROR exclude each other.",
            "Fail by Broker.Closed, and look at the status besides the next state.",
        ),
        "closed-booked": (
            "Two states may come after a failure. Which comes after a broker that is closed?",
            "The first catcher that fits is taken, and States.ALL fits nearly everything.",
            "Fail by Broker.Closed, and look at nextState.",
        ),
        "timeout": (
            "Which failure is not covered by States.TaskFailed?",
            "The docstring names it in its fifth sentence. Try it as the mock's error.",
            "Fail by States.Timeout: the status has to be CAUGHT_ERROR.",
        ),
        "not-booked": (
            "What comes after a failure that the workflow has no name for?",
            "Make an error up, one that no line of the workflow names.",
            "Fail by Broker.Down, and look at nextState.",
        ),
        "order-lost": (
            "What does the next state get after a failure? Two catchers hand something on.",
            "Without the order nobody knows what is to be done tomorrow. Which test looks at the "
            "output after a failure?",
            "Compare the whole output with the order and the failure beside it, for each of the "
            "two states that can come.",
        ),
    },
    reasoning="""
Failures are what a workflow is for, and the part that no run shows while all is well. To see the
third retry of a busy broker on a real system you need a broker that is busy at the right moment,
three times. TestState makes it up: errorOutput says by which name the work fails, and
retrierRetryCount how often it was tried already. Nobody waits, and nobody is called.

Each answer has four things to look at: the status, the next state, the output, and how long a
retry would wait. A test that looks at one of them leaves the others to chance.

Usual mistakes: only the status is asked for, so that a Catch may lead anywhere and lose the order;
the first retry alone is tried, so that the waits and the last attempt stay open; States.Timeout
is forgotten, which States.TaskFailed does not cover; steps of inspectionData are compared that a
state in JSONata does not have.
""",
)
