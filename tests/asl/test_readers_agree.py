"""Whoever reads a definition says the same of it: diagnosis, interpreter, words and drawing.

Machines, texts and inputs are made up at random (`generated.py`), machines are run in this process
(`twins.py`). The suite tries some; `benchmarks/readers.py` tries as many as it is told to.
"""

import json
from collections import Counter
from random import Random

import generated
import pytest
import twins

from helpers import draw, executions
from helpers.asl import Definition, diagnose, rule_holds, rule_value
from helpers.asl.catching import covers
from helpers.asl.evaluation import DefinitionError
from helpers.asl.paths import MISSING, look_up, why_not_reference_path
from helpers.draw.overlay import Overlay
from helpers.localaws.stepfunctions import inputs
from helpers.localaws.stepfunctions.compiling import compiled
from helpers.localaws.stepfunctions.errors import ApiError

CASES = 200
"""So many of each kind; the seeds are those with which the benchmark begins."""


def refusals(definition):
    """The errors that diagnosis finds."""
    return [one for one in diagnose(definition) if one.severity == "ERROR"]


def compiles(definition):
    """Whether the interpreter takes the definition."""
    try:
        compiled(definition)
    except DefinitionError:
        return False
    return True


def alone(state, **machine):
    """A machine of this one state."""
    return {"StartAt": "A", "States": {"A": state}, **machine}


def choosing(rule):
    """A machine that tells by where it ends whether a rule holds."""
    return {
        "StartAt": "A",
        "States": {
            "A": {"Type": "Choice", "Choices": [{**rule, "Next": "Yes"}], "Default": "No"},
            "Yes": {"Type": "Succeed"},
            "No": {"Type": "Succeed"},
        },
    }


RULE = twins.Arrow("A", "choice", 0)
"""The arrow of the only rule of `choosing`."""


def same(one, other):
    """Whether two JSON values are the same, of the same type."""
    return json.dumps(one, sort_keys=True) == json.dumps(other, sort_keys=True)


class Disagreement(AssertionError):
    """Two readers say different things; `kind` says which readers, the rest of it of what."""

    def __init__(self, kind, example):
        super().__init__(f"{kind}\n{example}")
        self.kind = kind


def agree(condition, kind, *example):
    """Raise Disagreement unless the condition holds."""
    if not condition:
        raise Disagreement(kind, "\n".join(map(str, example)))


# -- a text at a time: what one takes the other takes


def places_for(text):
    """Machines in which a text stands where a path or a call is expected."""
    inner = {"StartAt": "B", "States": {"B": {"Type": "Pass", "End": True}}}
    return {
        "InputPath": alone({"Type": "Pass", "InputPath": text, "End": True}),
        "OutputPath": alone({"Type": "Pass", "OutputPath": text, "End": True}),
        "ResultPath": alone({"Type": "Pass", "ResultPath": text, "End": True}),
        "Parameters": alone({"Type": "Pass", "Parameters": {"x.$": text}, "End": True}),
        "Assign": alone({"Type": "Pass", "Assign": {"x.$": text}, "End": True}),
        "Variable": choosing({"Variable": text, "IsNull": True}),
        "NumericEqualsPath": choosing({"Variable": "$.a", "NumericEqualsPath": text}),
        "SecondsPath": alone({"Type": "Wait", "SecondsPath": text, "End": True}),
        "ItemsPath": alone({"Type": "Map", "ItemsPath": text, "ItemProcessor": inner, "End": True}),
        "CausePath": alone({"Type": "Fail", "CausePath": text}),
    }


def agree_to_take(machine, text, where, code=None):
    """Diagnosis and interpreter both take the machine, or both refuse it."""
    wrong = [one for one in refusals(machine) if code in (None, one.code)]
    if compiles(machine):
        agree(not wrong, f"the interpreter takes what diagnosis refuses in {where}", repr(text))
    else:
        agree(wrong, f"diagnosis takes what the interpreter refuses in {where}", repr(text))
    return not wrong


def check_a_path(random):
    """A path is taken by both, and leads to the same value."""
    text, seen = generated.path(random), generated.given(random)
    for field, machine in places_for(text).items():
        agree_to_take(machine, text, field)
    machine = {
        "StartAt": "V",
        "States": {
            "V": {"Type": "Pass", "Assign": {"v": seen}, "Next": "A"},
            "A": {"Type": "Pass", "InputPath": text, "End": True},
        },
    }
    if refusals(machine) or text.startswith("$$"):
        return
    ended = twins.run(machine, seen).describe
    value = look_up(text, seen, variables={"v": seen})
    if ended["status"] == "FAILED":
        agree(value is MISSING, "look_up finds what the interpreter does not", text, seen, value)
        return
    output = json.loads(ended["output"])
    definite = why_not_reference_path(text) is None
    agree(value is not MISSING or not definite, "look_up misses what there is", text, seen, output)
    agree(value is MISSING or same(value, output), "look_up finds another", text, seen, output)


def check_a_call(random):
    """A call of an intrinsic function is taken by both."""
    text = random.choice(generated.CALLS)
    if random.random() < 0.5:
        text = text.replace("$.a", generated.path(random))
    for field, machine in places_for(text).items():
        agree_to_take(machine, text, field)


def check_a_template(random):
    """A payload template is taken by both, wherever one stands."""
    template = generated.template(random)
    inner = {"StartAt": "B", "States": {"B": {"Type": "Pass", "End": True}}}
    for field, state in {
        "Parameters": {"Type": "Pass"},
        "ResultSelector": {"Type": "Parallel", "Branches": [inner]},
        "ItemSelector": {"Type": "Map", "ItemProcessor": inner},
    }.items():
        agree_to_take(alone({**state, field: template, "End": True}), template, field)


def check_an_expression(random):
    """A JSONata expression is taken by both."""
    text = random.choice(generated.EXPRESSIONS)
    if random.random() < 0.5:
        at = random.randrange(len(text) + 1)
        piece = random.choice(("(", ")", ".", "$", "a", "'", "[", "/", " ", "%", "`", "*", "\\"))
        text = text[:at] + piece + text[at:]
    for space in (" ", "", "\n"):
        if "${" in text:  # filled in later, says diagnosis
            return
        state = {"Type": "Pass", "Output": f"{{%{space}{text}{space}%}}", "End": True}
        machine = alone(state, QueryLanguage="JSONata")
        agree_to_take(machine, text, "JSONata", code="INVALID_JSONATA_EXPRESSION")


def check_a_json_text(random):
    """A text is JSON as a definition and as an input, or neither."""
    text = generated.text(random)
    wrong = [one for one in diagnose(text) if one.code == "INVALID_JSON_DESCRIPTION"]
    try:
        inputs.check(text)
    except ApiError as error:
        agree(wrong or not text.strip(), "JSON for diagnosis alone", repr(text), error)
    else:
        agree(not wrong, "JSON for StartExecution alone", repr(text), wrong)


def check_a_timestamp(random):
    """A time is one for diagnosis, for the words, for a Choice and for a Wait, or for none."""
    text = random.choice(generated.TIMES)
    if random.random() < 0.7:
        at = random.randrange(len(text))
        text = text[:at] + random.choice("0123456789:-+TZ. ") + text[at + random.choice((0, 1)) :]
    rule = {"Variable": "$.t", "IsTimestamp": True}
    taken = not refusals(choosing({"Variable": "$.t", "TimestampEquals": text}))
    waits = not refusals(alone({"Type": "Wait", "Timestamp": text, "End": True}))
    agree(waits is taken, "diagnosis takes the time in one place only", text)
    agree(rule_holds(rule, {"t": text}) is taken, f"diagnosis: {taken}, IsTimestamp in words", text)
    itself = rule_holds({"Variable": "$.t", "TimestampEqualsPath": "$.t"}, {"t": text})
    agree(itself is taken, f"diagnosis: {taken}, compared with itself in words", text, itself)
    ran = twins.run(choosing(rule), {"t": text}).taken
    agree(bool(ran[RULE]) is taken, f"diagnosis: {taken}, IsTimestamp of the interpreter", text)
    until = alone({"Type": "Wait", "TimestampPath": "$.t", "End": True})
    cause = twins.run(until, {"t": text}).describe.get("cause", "")
    waited = "valid ISO-8601" not in cause  # what is too far away is a time nevertheless
    agree(waited is taken, f"diagnosis: {taken}, Wait of the interpreter", text)


def check_a_rule(random):
    """A rule holds in words where it held for the interpreter; no answer is where that failed."""
    rule = generated.Maker(random, jsonata=False, wrong=0.1).rule(2)
    seen = generated.given(random)
    machine = choosing(rule)
    if refusals(machine):
        return
    agree_to_take(machine, rule, "a rule")
    ran = twins.run(machine, seen)
    context = {"Execution": {"Input": seen, "Name": "run"}, "State": {"Name": "A"}}
    said = rule_holds(rule, seen, context, {})
    held = ran.taken[RULE] == 1 if ran.describe["status"] == "SUCCEEDED" else None
    agree(said is held, f"rule_holds says {said}, the interpreter {held}", rule, seen)
    assert isinstance(rule_value(rule, seen, context, {}), str)


# -- a whole machine: what ran is what is drawn


def check_a_machine(random, depth=0):
    """A machine is taken by both, and a run of it drawn as it was.

    depth: how deep Parallel and Map may stand in each other.
    """
    machine = generated.Maker(random, jsonata=random.random() < 0.4).machine(depth)
    seen = generated.given(random)
    assert draw.state_machine(machine).text
    if refusals(machine):
        return
    agree_to_take(machine, json.dumps(machine), "a machine")
    ran = twins.run(machine, seen)
    execution = executions.from_history(ran.events, ran.describe, machine)
    example = json.dumps(machine), json.dumps(seen), ran.describe
    compare_arrows(machine, ran, execution, example)
    compare_failures(machine, ran, execution, example)


def check_branches(random):
    """The same of a machine with Parallel and Map states."""
    check_a_machine(random, depth=2)


def compare_arrows(machine, ran, execution, example):
    """The arrows that the drawing marks are those that were taken, as often."""
    definition = Definition.from_dict(machine)
    edges = definition.edges()
    overlay = Overlay(definition, execution, edges=edges)
    steps = {step.first_event: step for step in execution.walk()}
    blurred = ran.quiet | set(asking_time_or_chance(definition))
    blurred |= {steps[event].name for event in failed_in_catch(execution, definition)}
    shown, taken = Counter(), Counter()
    for edge in edges:
        arrow = arrow_of(edge)
        told = (
            twins.Arrow(arrow.source, "to", edge.target_name) if arrow.source in blurred else arrow
        )
        shown[told] += overlay.taken(edge)
        taken[told] += ran.taken[arrow]
    kinds = {arrow.kind for arrow in (shown - taken) + (taken - shown)}
    agree(not kinds, f"drawn otherwise than taken: {sorted(kinds)}", *example)


def arrow_of(edge):
    """An edge as the twin tells of it."""
    source = edge.source.name if edge.source else ""
    if edge.kind in ("choice", "catch"):
        return twins.Arrow(source, edge.kind, edge.index)
    if edge.kind in ("branch", "iteration"):
        return twins.Arrow(source, edge.kind, edge.target_name)
    return twins.Arrow(source, edge.kind)


def asking_time_or_chance(definition):
    """The Choices of whose rules no history tells whether they held."""
    for state in definition.states:
        said = json.dumps(state.raw.get("Choices"))
        if any(name in said for name in ("$now", "$millis", "$random", "$uuid")):
            yield state.name


def compare_failures(machine, ran, execution, example):
    """The states that raised are those that the drawing and its words blame, with their error.

    A history may leave open which error it was that a Catch took further; it is another only where
    a Catch failed itself. It does not tell of a failure inside what was called off at the same
    moment, nor whether what failed then would have been tried again.
    """
    definition = Definition.from_dict(machine)
    steps = {step.first_event: step for step in execution.walk()}
    told = {event for event in steps if not called_off(steps[event].run.parent, ran)}
    failed = {event for event in told if steps[event].status == "failed"}
    again = {event for event in failed if answered(steps[event], definition, "Retry")}
    raised = told & ran.failed.keys()
    agree(failed - again <= raised <= failed, "other states failed", failed, ran.failed, *example)
    text = draw.state_machine(machine, execution).text
    unsure = failed_in_catch(execution, definition)
    for event in failed:
        if event in raised - unsure:
            error = steps[event].error or None
            agree(error in (None, ran.failed[event]), "another error", steps[event], *example)
        agree(
            steps[event].name in text, "the text does not name who failed", steps[event], *example
        )


def called_off(step, ran):
    """Whether a Parallel or Map, or one around it, was neither left nor did it fail."""
    while step is not None:
        if step.exited is None and step.first_event not in ran.failed:
            return True
        step = step.run.parent
    return False


def answered(step, definition, field):
    """Whether a state's Retry or Catch covers the error that the history tells of its visit."""
    state = next(state for state in definition.states if state.name == step.name)
    return any(covers(one["ErrorEquals"], step.error) for one in state.raw.get(field, ()))


def failed_in_catch(execution, definition):
    """The visits that failed with an error which a Catch of theirs covers, and all around them.

    It was that Catch that failed, with an error for which there is no event.
    """
    events = set()
    for step in execution.walk():
        if step.status == "failed" and answered(step, definition, "Catch"):
            while step is not None:
                events.add(step.first_event)
                step = step.run.parent
    return events


CHECKS = {
    check.__name__.removeprefix("check_").replace("_", " "): check
    for check in (
        check_a_path,
        check_a_call,
        check_a_template,
        check_an_expression,
        check_a_json_text,
        check_a_timestamp,
        check_a_rule,
        check_a_machine,
        check_branches,
    )
}


@pytest.mark.parametrize("name", CHECKS)
def test_all_readers_say_the_same_of(name):
    for seed in range(CASES):
        try:
            CHECKS[name](Random(seed))
        except Disagreement as error:
            error.add_note(f"seed {seed}")
            raise
