"""What a learner does with an exercise: files, check, hints, solution, apply, restart."""

import json
import os
import subprocess
import sys

import pytest

from helpers.errors import CourseError
from helpers.exercises import Outcome, catalogue, find, folders, record, words
from helpers.exercises.outcome import NotYet

from . import toy

ANSWER = toy.STARTER.replace("1", "3", 1)


@pytest.fixture
def exercise(learner, tmp_path):
    return toy.exercise(tmp_path)


def answer(exercise, text):
    (exercise.folder / "machine.json").write_text(text)


def kept(exercise):
    return sorted(exercise.folder.parent.glob("99.1-kept-*"))


def test_its_files_are_laid_out_once_and_then_left_alone(learner, tmp_path):
    first = toy.exercise(tmp_path)
    assert (first.folder / "machine.json").read_text() == toy.STARTER
    assert first.folder == learner / "exercises" / "99.1"
    answer(first, ANSWER)
    assert (toy.exercise(tmp_path).folder / "machine.json").read_text() == ANSWER


def test_a_check_goes_from_not_attempted_to_right(exercise):
    assert exercise.check().status == "not attempted"
    answer(exercise, ANSWER)
    wrong = exercise.check()
    assert wrong.status == "not yet" and str(wrong) == "Not yet. It gave 3, and not 2 (event 3)."
    answer(exercise, toy.SOLUTION)
    right = exercise.check()
    assert right and str(right) == "Right. It gave 2."
    assert "done" in repr(exercise)


def test_an_answer_as_long_and_as_old_as_the_starter_is_an_answer(exercise):
    """As in a fresh clone: one checkout writes starter and solution in the same instant."""
    starter, solution = exercise.task.starter, exercise.task.solution
    for folder in (starter, solution):
        os.utime(folder / "machine.json", (1_700_000_000, 1_700_000_000))
    exercise.restart()
    assert exercise.check().status == "not attempted"
    folders.lay(solution, exercise.folder)
    assert exercise.check()


def test_not_yet_shows_the_execution(exercise):
    answer(exercise, ANSWER)
    shown = exercise.check()._repr_mimebundle_()
    assert shown["text/plain"].startswith("Not yet. It gave 3")
    assert "<img" in shown["text/html"] and "It gave 3" in shown["text/html"]


def test_feedback_is_broken_between_words_and_its_signs_are_only_signs(exercise):
    answer(exercise, toy.SOLUTION)
    shown = exercise.check()._repr_mimebundle_()["text/html"]
    assert "Right. It gave 2.</pre>" in shown and "pre-wrap" in shown
    assert "&lt;b&gt;" in words.Words("<b>")._repr_html_()
    assert "text/html" not in Outcome("not attempted", "x")._repr_mimebundle_()


def test_one_assert_serves_a_grader(exercise):
    with pytest.raises(AssertionError):
        assert exercise.check()
    answer(exercise, toy.SOLUTION)
    assert exercise.check()


def test_what_commands_left_in_the_folder_is_no_answer(exercise):
    (exercise.folder / "__pycache__").mkdir()
    (exercise.folder / "__pycache__" / "x.pyc").write_bytes(b"x")
    assert exercise.check().status == "not attempted"


def test_hints_come_one_by_one_and_fit_what_the_last_check_saw(exercise):
    assert exercise.hint() == "Hint 1 of 3. first of none"
    answer(exercise, ANSWER)
    exercise.check()
    assert exercise.hint() == "Hint 1 of 3. first of odd"
    assert exercise.hint() == "Hint 2 of 3. second of odd"
    for _ in range(2):
        assert exercise.hint().startswith("Hint 3 of 3. third of odd\nThat was the last one.")


def test_the_solution_is_there_after_one_attempt(exercise):
    exercise.check()
    with pytest.raises(CourseError, match="after one attempt") as refused:
        exercise.solution()
    assert refused.value.why and "exercise.check()" in refused.value.then
    answer(exercise, ANSWER)
    exercise.check()
    assert toy.SOLUTION in exercise.solution() and "Two is what" in exercise.solution()


def test_apply_writes_the_solution_and_keeps_what_was_there(exercise):
    with pytest.raises(CourseError, match="after one attempt"):
        exercise.apply()
    answer(exercise, ANSWER)
    exercise.check()
    (exercise.folder / "notes.txt").write_text("mine")
    assert "99.1-kept-1" in exercise.apply()
    assert exercise.check()
    assert (kept(exercise)[0] / "machine.json").read_text() == ANSWER
    assert (kept(exercise)[0] / "notes.txt").read_text() == "mine"


def test_restart_lays_out_anew_and_keeps_everything_each_time(exercise):
    for n in (1, 2):
        answer(exercise, ANSWER + " " * n)
        exercise.restart()
        assert exercise.check().status == "not attempted"
    assert [(place / "machine.json").read_text() for place in kept(exercise)] == [
        ANSWER + " ",
        ANSWER + "  ",
    ]


def test_restart_of_what_was_not_touched_keeps_nothing_beside(exercise):
    assert "kept" not in exercise.restart()
    assert kept(exercise) == []


def test_a_folder_that_was_deleted_comes_back_with_restart(exercise):
    import shutil

    shutil.rmtree(exercise.folder)
    assert exercise.check().status == "not yet"
    exercise.restart()
    assert exercise.check().status == "not attempted"


@pytest.mark.parametrize("taken", ["99.1", ""])
def test_a_file_where_its_folder_is_to_be_is_said_and_stays(exercise, tmp_path, taken):
    import shutil

    record.add("99.1", "check", status="not yet")
    place = exercise.folder.parent / taken
    shutil.rmtree(place)
    place.write_text("mine")
    for act in (lambda: toy.exercise(tmp_path), exercise.restart, exercise.apply):
        with pytest.raises(CourseError, match="is a file") as raised:
            act()
        assert "Rename the file" in raised.value.then
    assert place.read_text() == "mine"


def test_what_was_done_is_noted_in_order(exercise):
    exercise.check()
    exercise.hint()
    answer(exercise, toy.SOLUTION)
    exercise.check()
    lines = [json.loads(line) for line in record.file().read_text().splitlines()]
    assert [(one["did"], one.get("status")) for one in lines] == [
        ("check", "not attempted"),
        ("hint", None),
        ("check", "right"),
    ]
    assert record.done() == {"99.1"}


def test_a_line_that_was_cut_off_is_passed_over(exercise):
    answer(exercise, toy.SOLUTION)
    exercise.check()
    with record.file().open("a") as file:
        file.write('{"exercise": "99.1", "di')
    assert record.done() == {"99.1"}


def test_two_processes_note_at_once_and_no_line_is_torn(learner):
    command = (
        "from helpers.exercises import record\n"
        "for n in range(300): record.add('99.1', 'hint', hint='x' * 50)"
    )
    both = [subprocess.Popen([sys.executable, "-c", command]) for _ in range(2)]
    assert [one.wait() for one in both] == [0, 0]
    assert len(record.entries("99.1")) == 600


def test_an_exercise_that_is_not_there_is_said_with_a_near_one(learner, monkeypatch):
    monkeypatch.setattr(catalogue, "ids", lambda: ("06.1", "06.2"))
    with pytest.raises(CourseError, match=r"no exercise '06\.3'") as refused:
        find("06.3")
    assert "06." in refused.value.then


def test_a_message_that_is_quoted_does_not_double_the_full_stop():
    assert NotYet("It failed: no such group..").text == "It failed: no such group."
    assert NotYet("Exit code 1: gone.. Then `cd ..` and wait...").text == (
        "Exit code 1: gone. Then `cd ..` and wait..."
    )
