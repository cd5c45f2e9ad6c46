"""Mistakes put into definitions that are right: each is found, and told once."""

import copy
import json

import pytest
from asl_data import FILES, WHY_NOT

from helpers.asl import Definition, diagnose

pytestmark = pytest.mark.skipif(not FILES, reason=WHY_NOT)


def start_at(whole, state):
    whole["StartAt"] += " or so"


def next_to_nowhere(whole, state):
    state["Next"] += " or so"


def next_gone(whole, state):
    del state["Next"]


def next_and_end(whole, state):
    state["End"] = True
    assert "Next" in state


def next_mistyped(whole, state):
    state["Nxt"] = state.pop("Next")


def end_gone(whole, state):
    del state["End"]


def end_in_quotes(whole, state):
    del state["End"]
    state["End"] = "true"


def small_type(whole, state):
    state["Type"] = state["Type"].lower()


def no_type(whole, state):
    del state["Type"]


def other_type(whole, state):
    if len(state.keys() - {"Type", "Next", "End", "Comment", "InputPath", "OutputPath"}) == 0:
        raise KeyError("nothing tells a bare state from another")
    state["Type"] = "Wait" if state["Type"] != "Wait" else "Task"


def unknown_field(whole, state):
    state["Colour"] = "red"


def resource_gone(whole, state):
    del state["Resource"]


def resource_mistyped(whole, state):
    state["Resuorce"] = state.pop("Resource")


def choices_gone(whole, state):
    del state["Choices"]


def default_to_nowhere(whole, state):
    state["Default"] += " or so"


def rule_without_next(whole, state):
    del state["Choices"][0]["Next"]


def catch_to_nowhere(whole, state):
    state["Catch"][0]["Next"] += " or so"


def branches_gone(whole, state):
    del state["Branches"]


def processor_mistyped(whole, state):
    state["ItemProcesor"] = state.pop("ItemProcessor")


def inner_start(whole, state):
    state["ItemProcessor"]["StartAt"] += " or so"


def bad_path(whole, state):
    if state.get("QueryLanguage", whole.get("QueryLanguage")) == "JSONata":
        raise KeyError("InputPath")
    state["InputPath"] = str(state["InputPath"]).lstrip("$.") + "x"


def negative_retry(whole, state):
    state["Retry"][0]["MaxAttempts"] = -1


MISTAKES = [
    value
    for value in list(vars().values())
    if getattr(value, "__module__", None) == __name__ and callable(value)
]


@pytest.fixture(scope="module")
def right():
    """Definitions without a fault, with their states."""
    texts = [path.read_text() for path in FILES]
    return [(json.loads(text), Definition.from_text(text).states) for text in texts
            if not diagnose(text)]  # fmt: skip


@pytest.mark.parametrize("mistake", MISTAKES, ids=lambda mistake: mistake.__name__)
def test_one_mistake_is_told_once(mistake, right):
    tried = 0
    for whole, states in right:
        for state in states:
            broken = copy.deepcopy(whole)
            try:
                mistake(broken, at(broken, state.steps))
            except (KeyError, TypeError, IndexError, AssertionError):
                continue  # this state has no such field
            tried += 1
            found = diagnose(broken)
            assert len(found) == 1, (state, [str(one) for one in found])
            assert found[0].severity == "ERROR"
            assert found[0].hint
            if tried == 150 or mistake is start_at:
                break
        if tried == 150:
            break
    assert tried


def at(whole, steps):
    for step in steps:
        whole = whole[step]
    return whole
