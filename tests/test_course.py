"""Beginning a notebook: the stage it needs is brought up, and nothing that is there is lost."""

import os
from contextlib import contextmanager

import boto3
import pytest

from helpers import course, leftovers, stages, target
from helpers.errors import CourseError


@contextmanager
def a_learner(endpoint, folder):
    """A learner with nothing yet, whose folder is their own."""
    before, here = dict(os.environ), os.getcwd()  # noqa: PTH109
    os.environ.update(LOCALAWS_HOME=str(endpoint.home), COURSE_WORK=str(folder))
    os.environ.pop("COURSE_TARGET", None)
    yield folder
    target._put_back()
    os.environ.clear()
    os.environ.update(before)
    os.chdir(here)
    boto3.DEFAULT_SESSION = None


@pytest.fixture
def learner(fresh_endpoint, tmp_path):
    """A learner with nothing yet, whose folder and endpoint are their own."""
    with a_learner(fresh_endpoint, tmp_path / "work") as folder:
        yield folder


@pytest.fixture
def newcomer(module_endpoint, tmp_path):
    """A learner with nothing yet who comes no further than `sam init`: in the endpoint nothing
    changes.
    """
    with a_learner(module_endpoint, tmp_path / "work") as folder:
        yield folder
    assert not module_endpoint.client("cloudformation").describe_stacks()["Stacks"]


def said(capsys):
    """What stands on the screen in the end: progress is written over."""
    return [line.rpartition("\r")[2] for line in capsys.readouterr().out.split("\n")]


def test_a_notebook_that_does_not_exist():
    with pytest.raises(CourseError, match="no notebook '77'"):
        course.begin("77")


def test_the_first_one_needs_nothing(newcomer, capsys):
    course.begin("00")
    lines = said(capsys)
    assert lines[0] == "00 · Start here · about 10 minutes"
    assert lines[1].startswith("Your commands go to the local endpoint at http://127.0.0.1:")
    assert os.path.realpath(".") == str(newcomer.resolve())
    assert list(newcomer.iterdir()) == []


def test_opened_first_a_later_one_brings_up_all_that_it_needs(learner, capsys):
    course.begin("09")
    out = capsys.readouterr().out
    steps = ["sam init", "sam build", "sam deploy", "first trade", "second trade"]
    assert [out.index(step) for step in steps] == sorted(out.index(step) for step in steps)
    assert stages.stack_status() == "CREATE_COMPLETE"
    kinds = {left.kind for left in leftovers.find("demo-sam")}
    assert {"stack", "state machine", "Lambda function", "DynamoDB table", "rule"} <= kinds
    assert {"IAM role", "resource group", "log group", "bucket"} <= kinds

    course.begin("09")
    assert "Bringing up" not in capsys.readouterr().out

    stages.run("sam", "delete", "--no-prompts", cwd=stages.app())
    kinds = {left.kind for left in leftovers.find("demo-sam")}
    assert kinds == {"stack", "log group", "bucket"}  # the stack is SAM's own


def test_a_deploy_that_fails_is_told_in_the_commands_own_words(learner):
    course.begin("05")
    template = stages.app() / "template.yaml"
    text = template.read_text()
    template.write_text(text.replace("functions/stock_buyer/", "functions/nowhere/"))
    os.chdir(learner)
    with pytest.raises(CourseError) as raised:
        course.begin("06")
    assert "`sam deploy --no-confirm-changeset` failed" in raised.value.what
    assert "StockBuyerFunction" in raised.value.why
    assert "as you left it" in raised.value.then

    template.write_text(text)
    course.begin("06")
    assert stages.stack_status() == "CREATE_COMPLETE"


def test_no_sam_on_path_is_said_in_a_sentence(newcomer, monkeypatch, tmp_path):
    course.begin("00")
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(CourseError, match="no command `sam` on PATH") as raised:
        stages.ensure(stages.GENERATED)
    assert "make setup" in raised.value.then


def test_generating_again_keeps_what_was_changed(newcomer, capsys):
    course.begin("02")
    changed = stages.app() / "template.yaml"
    changed.write_text(changed.read_text() + "# mine\n")
    capsys.readouterr()
    course.begin("01")
    assert "The app that you changed is kept as work/demo-sam-kept-1." in said(capsys)
    assert (newcomer / "demo-sam-kept-1" / "template.yaml").read_text().endswith("# mine\n")
    assert not stages.app().exists()


def test_generating_again_leaves_no_copy_of_what_nobody_changed(newcomer):
    course.begin("02")
    course.begin("01")
    assert list(newcomer.iterdir()) == []


@pytest.mark.parametrize("added", ["notes.txt", "functions/stock_buyer/more.py", ".env"])
def test_a_file_that_was_added_is_a_change(newcomer, added):
    course.begin("02")
    (stages.app() / added).write_text("mine")
    assert stages.set_aside() == newcomer.resolve() / "demo-sam-kept-1"


def test_a_name_that_is_taken_is_passed_over(newcomer):
    (newcomer / "demo-sam-kept-1").mkdir(parents=True)
    course.begin("02")
    (stages.app() / "notes.txt").write_text("mine")
    assert stages.set_aside().name == "demo-sam-kept-2"


def test_nothing_is_left_where_nothing_was(newcomer):
    course.begin("00")
    found = leftovers.find("demo-sam")
    assert not found
    assert repr(found) == "Nothing is left: every service was asked."


def test_time_passes(learner, capsys):
    course.begin("00")
    course.let_pass("2 days")
    assert "The simulated clock went from" in capsys.readouterr().out


def test_the_market_of_the_course_begins_with_a_2(learner):
    """The prose of the notebooks rests on it."""
    from helpers import executions

    course.begin("06")
    prices = []
    for _ in range(3):
        run = executions.start("demo-sam").wait()
        prices.append(run.steps[0].output["stock_price"])
    assert prices == [2, 65, 9]
    course.begin("06")
    assert executions.start("demo-sam").wait().steps[0].output["stock_price"] == 2
