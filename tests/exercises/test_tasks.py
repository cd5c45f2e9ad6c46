"""Every exercise: its solution and other right answers are right, plausible wrong ones are not yet,
each with the hint that fits.

`answers/06.1/` holds a folder an answer, laid over the starter: `right.NAME`, `wrong.HINT.NAME`.
One that is another answer but for a few places says so in a `change.yaml` (`changes.py`).
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from pathlib import Path

import pytest

from helpers.exercises import catalogue, find, folders, hints
from helpers.exercises.workbench import patience

from . import changes

ANSWERS = Path(__file__).parent / "answers"
IDS = catalogue.ids()
PART_TWO, CAPSTONE = "10", "16"
"""From these notebooks on, exercises have files of their own, which other workers take: each file
takes minutes.
"""
ENDLESS = {"does-not-end", "never-ends"}
"""Hints of answers that run until they are stopped."""


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    cases(metafunc, [number for number in IDS if number < PART_TWO])


def cases(metafunc: pytest.Metafunc, numbers: list[str], elsewhere: Collection[Path] = ()) -> None:
    """Have a test run for each of these exercises, or for each right or wrong answer to them.

    elsewhere: answers that another test tries.
    """
    for kind in ("right", "wrong"):
        if f"{kind}_answer" in metafunc.fixturenames:
            metafunc.parametrize(("number", f"{kind}_answer"), answers(kind, numbers, elsewhere))
            return
    if "number" in metafunc.fixturenames:
        metafunc.parametrize("number", numbers)


def answers(kind: str, numbers: list[str], elsewhere: Collection[Path]) -> list:
    """(exercise, folder) of each answer of a kind, named for pytest."""
    found = [
        path
        for path in sorted(ANSWERS.glob(f"*/{kind}.*"))
        if path.parent.name in numbers and path not in elsewhere
    ]
    return [
        pytest.param(path.parent.name, path, id=f"{path.parent.name}-{path.name}") for path in found
    ]


def answered(number: str, *overlays: Path):
    """The exercise, with an answer laid over what was handed out."""
    exercise = find(number)
    for overlay in overlays:
        changes.lay(overlay, exercise.folder)
    return exercise


def test_as_handed_out_it_is_not_attempted(number, learner):
    outcome = find(number).check()
    assert outcome.status == "not attempted" and not outcome


def test_the_solution_is_right(number, learner):
    exercise = answered(number, catalogue.task(number).solution)
    outcome = exercise.check()
    assert outcome.status == "right", outcome
    assert str(outcome).startswith("Right. ") and len(outcome.text) > 10


def test_another_right_answer_is_right(number, right_answer, learner):
    outcome = answered(number, right_answer).check()
    assert outcome.status == "right", outcome


def test_a_wrong_answer_is_not_yet_and_gets_the_hint_that_fits(
    number, wrong_answer, learner, monkeypatch
):
    exercise = answered(number, wrong_answer)
    if wrong_answer.name.split(".")[1] in ENDLESS:
        # It is stopped in any case: a machine that it keeps busy itself need not be waited for.
        monkeypatch.setattr(patience, "MOST", 1.0)
    outcome = exercise.check()
    assert outcome.status == "not yet", outcome
    assert outcome.hint == wrong_answer.name.split(".")[1], outcome
    task = catalogue.task(number)
    assert outcome.hint in {*task.hints, *hints.GENERIC}, "its TASK has no hints of this key"
    assert task.hints_for(outcome.hint)[0] in exercise.hint()


def test_nothing_is_left_of_a_file_and_it_is_still_no_traceback(number, learner):
    exercise = find(number)
    for name in list(folders.files(exercise.folder)):
        (exercise.folder / name).write_bytes(b"\x00\xff[")
    outcome = exercise.check()
    assert outcome.status == "not yet", outcome


def test_without_its_files_it_is_not_yet(number, learner):
    exercise = find(number)
    folders.empty(exercise.folder)
    outcome = exercise.check()
    assert outcome.status == "not yet", outcome


def test_is_proved_by_another_right_answer_and_three_wrong_ones(number):
    place = f"tests/exercises/answers/{number}"
    assert list(ANSWERS.glob(f"{number}/right.*")), f"{place}/right.NAME/: one more right answer"
    wrong = list(ANSWERS.glob(f"{number}/wrong.*"))
    assert len(wrong) >= 3, f"{place}/wrong.HINT.NAME/: three wrong answers, or more"


def test_has_three_hints_a_key_and_reasons(number):
    task = catalogue.task(number)
    assert "" in task.hints
    for three in task.hints.values():
        assert len(three) == 3 and len(set(three)) == 3 and all(len(one) > 15 for one in three)
    assert len(task.reasoning) > 80 and 1 <= task.minutes <= 30


def test_every_answer_is_an_answer_to_an_exercise():
    assert {path.name for path in ANSWERS.glob("*.*")} - {".gitkeep"} <= set(IDS)


def of_one_exercise() -> dict[str, Callable[..., None]]:
    """Those of these tests that are about one exercise, for the other files, by name."""
    return {
        name: test
        for name, test in globals().items()
        if name.startswith("test_") and "number" in test.__code__.co_varnames
    }
