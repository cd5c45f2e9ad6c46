"""Every exercise: its solution and other right answers are right, plausible wrong ones are not yet,
each with the hint that fits.

`answers/06.1/` holds a folder an answer, laid over the starter: `right.NAME`, `wrong.HINT.NAME`.
One that is another answer but for a few places says so in a `change.yaml` (`changes.py`).
"""

from __future__ import annotations

from pathlib import Path

import pytest

from helpers.exercises import catalogue, find, folders, hints
from helpers.exercises.workbench import patience

from . import changes

ANSWERS = Path(__file__).parent / "answers"
IDS = catalogue.ids()
ENDLESS = {"does-not-end", "never-ends"}
"""Hints of answers that run until they are stopped."""


def answers(kind: str) -> list:
    """(exercise, folder) of each answer of a kind, named for pytest."""
    found = sorted(ANSWERS.glob(f"*/{kind}.*"))
    return [
        pytest.param(path.parent.name, path, id=f"{path.parent.name}-{path.name}") for path in found
    ]


def answered(number: str, *overlays: Path):
    """The exercise, with an answer laid over what was handed out."""
    exercise = find(number)
    for overlay in overlays:
        changes.lay(overlay, exercise.folder)
    return exercise


@pytest.mark.parametrize("number", IDS)
def test_as_handed_out_it_is_not_attempted(number, learner):
    outcome = find(number).check()
    assert outcome.status == "not attempted" and not outcome


@pytest.mark.parametrize("number", IDS)
def test_the_solution_is_right(number, learner):
    exercise = answered(number, catalogue.task(number).solution)
    outcome = exercise.check()
    assert outcome.status == "right", outcome
    assert str(outcome).startswith("Right. ") and len(outcome.text) > 10


@pytest.mark.parametrize(("number", "folder"), answers("right"))
def test_another_right_answer_is_right(number, folder, learner):
    outcome = answered(number, folder).check()
    assert outcome.status == "right", outcome


@pytest.mark.parametrize(("number", "folder"), answers("wrong"))
def test_a_wrong_answer_is_not_yet_and_gets_the_hint_that_fits(
    number, folder, learner, monkeypatch
):
    exercise = answered(number, folder)
    if folder.name.split(".")[1] in ENDLESS:
        # It is stopped in any case: a machine that it keeps busy itself need not be waited for.
        monkeypatch.setattr(patience, "MOST", 1.0)
    outcome = exercise.check()
    assert outcome.status == "not yet", outcome
    assert outcome.hint == folder.name.split(".")[1], outcome
    task = catalogue.task(number)
    assert outcome.hint in {*task.hints, *hints.GENERIC}, "its TASK has no hints of this key"
    assert task.hints_for(outcome.hint)[0] in exercise.hint()


@pytest.mark.parametrize("number", IDS)
def test_nothing_is_left_of_a_file_and_it_is_still_no_traceback(number, learner):
    exercise = find(number)
    for name in list(folders.files(exercise.folder)):
        (exercise.folder / name).write_bytes(b"\x00\xff[")
    outcome = exercise.check()
    assert outcome.status == "not yet", outcome


@pytest.mark.parametrize("number", IDS)
def test_without_its_files_it_is_not_yet(number, learner):
    exercise = find(number)
    folders.empty(exercise.folder)
    outcome = exercise.check()
    assert outcome.status == "not yet", outcome


@pytest.mark.parametrize("number", IDS)
def test_is_proved_by_another_right_answer_and_three_wrong_ones(number):
    place = f"tests/exercises/answers/{number}"
    assert list(ANSWERS.glob(f"{number}/right.*")), f"{place}/right.NAME/: one more right answer"
    wrong = list(ANSWERS.glob(f"{number}/wrong.*"))
    assert len(wrong) >= 3, f"{place}/wrong.HINT.NAME/: three wrong answers, or more"


@pytest.mark.parametrize("number", IDS)
def test_has_three_hints_a_key_and_reasons(number):
    task = catalogue.task(number)
    assert "" in task.hints
    for three in task.hints.values():
        assert len(three) == 3 and len(set(three)) == 3 and all(len(one) > 15 for one in three)
    assert len(task.reasoning) > 80 and 1 <= task.minutes <= 30


def test_every_answer_is_an_answer_to_an_exercise():
    assert {path.name for path in ANSWERS.glob("*.*")} - {".gitkeep"} <= set(IDS)
