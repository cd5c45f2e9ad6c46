"""Runs a state machine in this process, and knows of each arrow whether it was taken.

The history of an execution tells which state followed, not by which rule or catcher. So what runs
is a twin, in which each of them leads through a state of its own; those states are then taken out
of the history, as if they had not been there.
"""

import copy
import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple

from helpers.asl.failures import StateError
from helpers.localaws.stepfunctions.compiling import compiled
from helpers.localaws.stepfunctions.executions import Execution, Facts
from helpers.localaws.stepfunctions.states import State
from helpers.localaws.turns.clock import clock
from helpers.localaws.turns.floor import floor

ARN = "arn:aws:states:us-east-1:123456789012:execution:made:run"
MACHINE = "arn:aws:states:us-east-1:123456789012:stateMachine:made"
RELAY = "via:"

_BEGINNING = {"type": ""}
"""Stands for what came before the first state, whose event names none before it."""


class Arrow(NamedTuple):
    """An edge by the state that it leaves ("" for Start), its kind, and its number or target."""

    source: str
    kind: str
    which: Any = None


@dataclass
class Ran:
    """An execution: its events without the relays, what became of it, and what truly happened.

    taken: how often each arrow was. failed: the id of the …Entered event of each visit that raised,
    with the error's name. quiet: the states that were caught with an error that no history tells:
    of a Fail state, or one that arose when the work had succeeded.
    """

    events: list[dict[str, Any]]
    describe: dict[str, Any]
    taken: Counter[Arrow]
    failed: dict[int, str | None]
    quiet: set[str]


class _Answer(NamedTuple):
    payload: bytes
    error: str | None = None


class _Functions:
    """In the place of Lambda: functions that do what their names say."""

    def invoke(self, arn: str, payload: bytes, **_: Any) -> _Answer:
        """What the function answers, fails with, or is too slow for."""
        name = arn.rpartition(":function:")[2]
        if name.startswith("raises-"):
            told = {"errorType": name.removeprefix("raises-"), "errorMessage": "it was told to"}
            return _Answer(json.dumps(told).encode(), "Unhandled")
        if name == "sleeps":
            clock.sleep(5)
        return _Answer(payload)


def twin(definition: dict[str, Any]) -> dict[str, Any]:
    """A copy in which each rule, Default and catcher leads through a state of its own."""
    made = copy.deepcopy(definition)
    _add_relays(made)
    return made


def _add_relays(scope: dict[str, Any]) -> None:
    relays: dict[str, Any] = {}

    def through(entry: dict[str, Any], key: str, *arrow: Any) -> None:
        name = RELAY + json.dumps(arrow)
        relays[name] = {"Type": "Pass", "Next": entry[key]}
        entry[key] = name

    for name, state in scope["States"].items():
        for number, rule in enumerate(state.get("Choices", ())):
            through(rule, "Next", name, "choice", number)
        if "Default" in state:
            through(state, "Default", name, "default", None)
        for number, catcher in enumerate(state.get("Catch", ())):
            through(catcher, "Next", name, "catch", number)
        for inner in (*state.get("Branches", ()), state.get("ItemProcessor")):
            if inner:
                _add_relays(inner)
    scope["States"] |= relays


def run(definition: dict[str, Any], given: Any) -> Ran:
    """Carry out a definition; raises DefinitionError where it cannot be compiled."""
    program = compiled(twin(definition))
    facts = Facts(ARN, "run", MACHINE, "made", "", "", clock.time(), json.dumps(given))
    execution = Execution(facts, program, _Functions())
    with _watched() as raised, clock.busy(), floor:
        execution.carry_out()
    clock.reset()
    events = execution.history.events
    describe = {"status": facts.status, "input": facts.input, "executionArn": ARN, "name": "run"}
    for key in ("output", "error", "cause"):
        if getattr(facts, key) is not None:
            describe[key] = getattr(facts, key)
    failed = {visit: error.error for error, visits in raised for visit in visits}
    taken = _taken(events, definition)
    return Ran(_without_relays(events), describe, taken, failed, set(_caught_quietly(events)))


class _watched:
    """Notes each error that a state raises, with the visits that it went through, inner first."""

    def __enter__(self) -> list[tuple[StateError, list[int]]]:
        raised: list[tuple[StateError, list[int]]] = []
        self._original = original = State.run

        def watched(state: State, flow: Any, *arguments: Any) -> Any:
            try:
                return original(state, flow, *arguments)
            except StateError as error:
                if flow.over:  # it failed as well, when it had been called off already
                    raise
                visits = next((visits for one, visits in raised if one is error), None)
                if visits is None:
                    visits = []
                    raised.append((error, visits))
                visits.append(flow.at[2])
                raise

        State.run = watched
        return raised

    def __exit__(self, *_: object) -> None:
        State.run = self._original


def _details(event: dict[str, Any]) -> dict[str, Any]:
    return next((event[key] for key in event if key.endswith("EventDetails")), {}) or {}


def _name(event: dict[str, Any]) -> str:
    return _details(event).get("name", "")


def _without_relays(events: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The events as they would be without the states in between; the ids stay."""
    instead: dict[int, int] = {}
    kept = []
    for event in events:
        previous = event["previousEventId"]
        previous = instead.get(previous, previous)
        if _name(event).startswith(RELAY):
            instead[event["id"]] = previous
        else:
            kept.append({**event, "previousEventId": previous})
    return kept


def _taken(events: list[dict[str, Any]], definition: dict[str, Any]) -> Counter[Arrow]:
    """How often each arrow was taken, as the events of the twin tell."""
    by_id = {event["id"]: event for event in events}
    states = dict(_all_states(definition))
    taken: Counter[Arrow] = Counter()
    for event in events:
        kind, name = event["type"], _name(event)
        if kind.endswith("StateEntered"):
            if name.startswith(RELAY):
                continue
            before = by_id.get(event["previousEventId"], _BEGINNING)
            if _name(before).startswith(RELAY):  # only what was arrived at has been taken
                taken[Arrow(*json.loads(_name(before).removeprefix(RELAY)))] += 1
            elif before["type"].endswith("StateExited"):
                taken[Arrow(_name(before), "next")] += 1
            elif before is _BEGINNING:
                taken[Arrow("", "start")] += 1
            elif before["type"] in ("ParallelStateStarted", "MapIterationStarted"):
                where = "branch" if before["type"].startswith("Parallel") else "iteration"
                taken[Arrow(_holder(name, definition), where, name)] += 1
            if kind == "FailStateEntered":
                taken[Arrow(name, "end")] += 1
        elif kind.endswith("StateExited") and (
            states.get(name, {}).get("End") or states.get(name, {}).get("Type") == "Succeed"
        ):
            taken[Arrow(name, "end")] += 1
    return taken


def _caught_quietly(events: list[dict[str, Any]]) -> Iterator[str]:
    by_id = {event["id"]: event for event in events}
    for event in events:
        if event["type"] == "PassStateEntered" and _name(event).startswith(RELAY):
            source, kind, _ = json.loads(_name(event).removeprefix(RELAY))
            last = by_id[by_id[event["previousEventId"]]["previousEventId"]]
            while last["type"] in ("ParallelStateFailed", "MapStateFailed"):  # for what was in it
                last = by_id[last["previousEventId"]]
            if kind == "catch" and "error" not in _details(last):
                yield source


def _scopes_in(state: dict[str, Any]) -> list[dict[str, Any]]:
    return [one for one in (*state.get("Branches", ()), state.get("ItemProcessor")) if one]


def _all_states(scope: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    for name, state in scope["States"].items():
        yield name, state
        for inner in _scopes_in(state):
            yield from _all_states(inner)


def _holder(name: str, definition: dict[str, Any]) -> str:
    """The Parallel or Map in which the state stands."""
    return next(
        outer
        for outer, state in _all_states(definition)
        if any(name in inner["States"] for inner in _scopes_in(state))
    )
