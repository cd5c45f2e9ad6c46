"""The exercises from a terminal: list, check, record, a whole class."""

import io
import json
import shutil
import zipfile

import pytest

from helpers.exercises import Exercise, catalogue, folders, handing_in, record, standing
from helpers.exercises.__main__ import main

from . import toy


@pytest.fixture
def task(learner, tmp_path, monkeypatch):
    """The toy is the only exercise that there is."""
    only = toy.exercise(tmp_path).task
    shutil.rmtree(learner / "exercises")
    monkeypatch.setattr(catalogue, "ids", lambda: (only.id,))
    monkeypatch.setattr(catalogue, "task", lambda number: only)
    return only


def said(capsys, *arguments):
    code = main(list(arguments))
    printed = capsys.readouterr()
    return code, printed.out, printed.err


def write(folder, text):
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "machine.json").write_text(text)


def test_list_has_a_line_an_exercise_its_id_first(task, learner, capsys):
    assert said(capsys, "list") == (0, "99.1  A toy\n", "")
    Exercise(task)
    assert said(capsys, "list")[1].split()[-1] == "begun"
    write(learner / "exercises" / "99.1", toy.SOLUTION)
    assert main(["check"]) == 0
    capsys.readouterr()
    assert said(capsys, "list")[1].split()[-1] == "done"


def test_check_says_what_it_found_and_its_exit_code_whether_all_are_right(task, learner, capsys):
    code, out, _ = said(capsys, "check", "99.1")
    assert code == 1 and out.startswith("99.1  Not attempted yet:")
    write(learner / "exercises" / "99.1", "{")
    code, out, _ = said(capsys, "check", "99.1")
    assert code == 1 and out.startswith("99.1  Not yet. The definition is not JSON")
    write(learner / "exercises" / "99.1", toy.SOLUTION)
    assert said(capsys, "check", "99.1") == (0, "99.1  Right. It gave 2.\n", "")


def test_check_of_nothing_says_how_to_begin(task, capsys):
    code, out, _ = said(capsys, "check")
    assert code == 1 and "course.exercise" in out


def test_check_of_an_exercise_that_is_not_there(task, capsys):
    code, out, err = said(capsys, "check", "99.2")
    assert (code, out) == (2, "") and "Did you mean 99.1?" in err and "Traceback" not in err


def test_record_is_one_file_with_the_answers_and_what_was_done(task, learner, capsys):
    write(learner / "exercises" / "99.1", toy.SOLUTION)
    main(["check"])
    capsys.readouterr()
    for name in ("record.zip", "record-2.zip"):  # the first one is not overwritten
        assert said(capsys, "record") == (0, f"{learner / name}\n", "")
    with zipfile.ZipFile(learner / "record.zip") as archive:
        assert set(archive.namelist()) == {
            "summary.txt",
            "progress.jsonl",
            "exercises/99.1/machine.json",
        }
        assert "99.1  right since 2" in archive.read("summary.txt").decode()
        assert json.loads(archive.read("progress.jsonl"))["status"] == "right"


def test_record_of_nothing_says_so(task, capsys):
    code, _, err = said(capsys, "record")
    assert code == 2 and "nothing to hand in" in err


def test_a_class_is_checked_anew_and_told_in_a_table(task, tmp_path, learner, capsys):
    group = tmp_path / "class"
    for name, text in {"ada": toy.SOLUTION, "ben": toy.STARTER, "cleo": "{"}.items():
        write(group / name / "exercises" / "99.1", text)
    write(learner / "exercises" / "99.1", toy.SOLUTION)
    record.add("99.1", "check", status="not yet")
    handing_in.write(group / "dora.zip")
    (group / "notes.txt").write_text("not a learner")
    code, out, _ = said(capsys, "check", "--class", str(group))
    rows = [line.split() for line in out.splitlines()[1:-1]]
    assert code == 1
    assert [(row[0], row[1], row[2]) for row in rows] == [
        ("ada", "✓", "1"),
        ("ben", "·", "0"),
        ("cleo", "✗", "0"),
        ("dora", "✓", "1"),
    ]


def test_a_class_does_not_change_anybodys_files_or_record(task, tmp_path, learner):
    write(tmp_path / "class" / "ada" / "exercises" / "99.1", toy.SOLUTION)
    before = sorted(folders.files(tmp_path / "class"))
    assert main(["check", "--class", str(tmp_path / "class"), "99.1"]) == 0
    assert sorted(folders.files(tmp_path / "class")) == before
    assert not record.file().exists()


def test_an_empty_class_is_said(task, tmp_path, capsys):
    code, _, err = said(capsys, "check", "--class", str(tmp_path / "nowhere"))
    assert code == 2 and "There is nobody" in err


@pytest.mark.parametrize("name", ["../outside.txt", "/tmp/outside.txt", "exercises/../../x"])
def test_a_record_that_reaches_outside_is_none(task, tmp_path, name, capsys):
    group = tmp_path / "class"
    group.mkdir()
    with zipfile.ZipFile(group / "eve.zip", "w") as archive:
        archive.writestr(name, "x")
    assert main(["check", "--class", str(group)]) == 1
    assert "?" in capsys.readouterr().out
    assert not (tmp_path / "outside.txt").exists()


def test_a_record_that_is_a_bomb_is_not_unpacked(task, tmp_path):
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("exercises/99.1/big", b"0" * (handing_in.LARGEST + 1))
    (tmp_path / "bomb.zip").write_bytes(packed.getvalue())
    with pytest.raises(Exception, match="100 MB"), handing_in.opened(tmp_path / "bomb.zip"):
        pass


def test_the_bar_counts_what_is_done(task, learner):
    assert standing.bar("99") == "□ 0 of 1 exercises done, 0 of 1 in the course"
    record.add("99.1", "check", status="right")
    assert standing.bar("99") == "■ 1 of 1 exercises done, 1 of 1 in the course"
    assert standing.bar("98") == ""
