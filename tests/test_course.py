"""Beginning a notebook: the stage it needs is brought up, and nothing that is there is lost."""

import json
import os
import re
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path

import boto3
import pytest
from botocore.exceptions import WaiterError

from helpers import console, course, leftovers, prices, stages, target
from helpers.console import addresses
from helpers.errors import CourseError

ROOT = Path(__file__).resolve().parents[1]


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


def visible(folder):
    """What a learner sees in a folder."""
    return sorted(path.name for path in folder.iterdir() if not path.name.startswith("."))


def said(capsys):
    """What stands on the screen in the end: progress is written over."""
    return [line.rpartition("\r")[2] for line in capsys.readouterr().out.split("\n")]


def test_a_notebook_that_does_not_exist():
    with pytest.raises(CourseError, match="no notebook '77'"):
        course.begin("77")


def test_the_first_one_needs_nothing(newcomer, capsys):
    course.begin("00")
    lines = said(capsys)
    assert re.fullmatch(
        r"00 · Start here · about \d+ minutes, and \d+ for its 2 exercises", lines[0]
    )
    assert lines[1].startswith("Your commands go to the local endpoint at http://127.0.0.1:")
    assert os.path.realpath(".") == str(newcomer.resolve())
    assert visible(newcomer) == []


def test_where_jupyter_has_the_console_a_notebook_begins_with_it(newcomer, capsys, monkeypatch):
    monkeypatch.setenv(addresses.CONSOLE, "/console/")
    monkeypatch.delenv("JPY_SESSION_NAME", raising=False)
    course.begin("00")  # `make run` in a terminal of JupyterLab
    assert not [line for line in said(capsys) if "onsole" in line]
    monkeypatch.setenv("JPY_SESSION_NAME", "work/notebooks/00_start_here.ipynb")
    course.begin("00")
    assert repr(console.link()) in said(capsys)


def test_opened_first_a_later_one_brings_up_all_that_it_needs_and_says_so(learner, capsys):
    course.begin("09", make=True)
    lines = said(capsys)
    assert (
        "It needs the stack demo-sam, with a trade or two. What is missing is made by: sam init, "
        "sam build and sam deploy, aws stepfunctions start-execution, twice." in lines
    )
    assert "Needs the stack demo-sam, with a trade or two: it is there." in lines
    assert stages.stack_status() == "CREATE_COMPLETE"
    kinds = {left.kind for left in leftovers.find("demo-sam")}
    assert {"stack", "state machine", "Lambda function", "DynamoDB table", "rule"} <= kinds
    assert {"IAM role", "resource group", "log group", "bucket"} <= kinds
    assert "Application Insights" in kinds

    course.begin("09")
    assert not [line for line in said(capsys) if "missing" in line]

    stages.run("sam", "delete", "--no-prompts", cwd=stages.app())
    kinds = {left.kind for left in leftovers.find("demo-sam")}
    assert kinds == {"stack", "log group", "bucket"}  # the stack is SAM's own


def test_a_clean_up_builds_nothing_up(newcomer, capsys):
    course.begin("09")
    assert 'Nothing was made. course.begin("09", make=True) would.' in said(capsys)
    assert visible(newcomer) == []


def test_a_learner_may_say_that_nothing_is_to_be_made(newcomer, capsys):
    course.begin("06", make=False)
    assert 'Nothing was made. course.begin("06", make=True) would.' in said(capsys)
    assert visible(newcomer) == []


@pytest.fixture
def on_an_account(newcomer, monkeypatch):
    """The target calls itself an account; what it is asked goes to the endpoint all the same."""
    course.begin("00")
    monkeypatch.setattr(target, "activate", lambda: target.Target("aws", "1", "us-east-1", None))
    monkeypatch.setattr(target, "name", lambda: "aws")
    monkeypatch.setenv("COURSE_ACCOUNT", "1")  # it was said to be the right one
    return newcomer


def test_on_an_account_nothing_is_made_without_asking(on_an_account, monkeypatch, capsys):
    asked = []
    monkeypatch.setattr("builtins.input", lambda words: asked.append(words) or "no")
    course.begin("00")  # says what the course costs, once, before the account is agreed to
    assert prices.words() in capsys.readouterr().out
    for number in ("05", "06"):  # `sam init` makes nothing there
        course.begin(number)
        assert stages.app().exists()
        assert len(asked) == (number == "06")
    assert "billed" in asked[0]
    shown = capsys.readouterr().out
    assert shown.index(prices.words()) < shown.index("Nothing was made")
    assert shown.count(prices.words()) == 1
    course.begin("09")
    assert prices.words() not in capsys.readouterr().out


def test_on_an_account_the_cost_is_said_first(on_an_account, monkeypatch, capsys):
    """Also where one has said beforehand that it may be made, and once in a cell at most."""
    course.begin("00")
    capsys.readouterr()
    told = []
    monkeypatch.setattr(stages, "ensure", lambda *_: told.append(capsys.readouterr().out))
    course.begin("06", make=True)
    assert prices.words() in told[0]
    (stages.work() / ".account.json").unlink()
    course.begin("06", make=True)
    assert told[1].count(prices.words()) == 1


def test_on_an_account_where_nobody_can_be_asked_it_says_how_to_agree(on_an_account, monkeypatch):
    def nobody(words):
        raise EOFError

    monkeypatch.setattr("builtins.input", nobody)
    with pytest.raises(CourseError, match="Nothing was made") as refused:
        course.begin("06")
    assert 'course.begin("06", make=True)' in refused.value.then
    assert visible(on_an_account) == []


def test_two_notebooks_begun_at_once_make_one_app(newcomer):
    command = "from helpers import course; course.begin('02')"
    both = [subprocess.Popen([sys.executable, "-c", command], cwd=ROOT) for _ in range(2)]
    assert [one.wait() for one in both] == [0, 0]
    assert visible(newcomer) == ["demo-sam"]


def test_another_stack_name_in_samconfig_is_another_stack(learner):
    """Notebook 05 may be tried with another name; the notebooks after it are about demo-sam."""
    course.begin("05")
    config = stages.app() / "samconfig.toml"
    config.write_text(config.read_text().replace('stack_name = "demo-sam"', 'stack_name = "mine"'))
    course.begin("06")
    assert stages.stack_status() == "CREATE_COMPLETE"
    names = [
        one["StackName"]
        for one in stages.target.client("cloudformation").describe_stacks()["Stacks"]
    ]
    assert "demo-sam" in names and "mine" not in names


def test_a_deploy_that_fails_is_told_in_the_commands_own_words(learner):
    course.begin("05")
    template = stages.app() / "template.yaml"
    text = template.read_text()
    template.write_text(text.replace("functions/stock_buyer/", "functions/nowhere/"))
    os.chdir(learner)
    with pytest.raises(CourseError) as raised:
        course.begin("06")
    assert "`sam deploy --no-confirm-changeset --stack-name demo-sam` failed" in raised.value.what
    assert "StockBuyerFunction" in raised.value.why
    assert "as you left it" in raised.value.then

    template.write_text(text)
    course.begin("06")
    assert stages.stack_status() == "CREATE_COMPLETE"


def test_a_template_without_resources_is_told_without_the_code_of_sam(newcomer):
    course.begin("05")
    template = stages.app() / "template.yaml"
    template.write_text(template.read_text().replace("Resources:", "Resurces:"))
    with pytest.raises(CourseError, match="`sam build` failed") as raised:
        course.begin("06")
    assert "'Resources' section is required" in raised.value.why
    assert "samcli" not in raised.value.why and "issues/new" not in raised.value.why


def test_an_app_without_its_template_is_not_written_into(newcomer):
    course.begin("05")
    template = stages.app() / "template.yaml"
    template.rename(template.with_name("mine.yaml"))
    with pytest.raises(CourseError, match=r"no template\.yaml in work/demo-sam") as raised:
        course.begin("05")
    assert 'course.begin("01")' in raised.value.then
    course.begin("01")
    assert (newcomer / "demo-sam-kept-1" / "mine.yaml").exists()
    course.begin("05")
    assert template.exists()


TOPIC = {"Type": "AWS::SNS::Topic"}


def made_of(**resources):
    return json.dumps({"Resources": resources})


def stack_id():
    stacks = target.client("cloudformation").describe_stacks(StackName="demo-sam")["Stacks"]
    return stacks[0]["StackId"]


def test_a_stack_that_is_being_updated_is_waited_for_and_not_deleted(learner, monkeypatch):
    """Locally an update is over before one could look, so what is seen at first is set here."""
    course.begin("05")
    cloudformation = target.client("cloudformation")
    cloudformation.create_stack(StackName="demo-sam", TemplateBody=made_of(Topic=TOPIC))
    cloudformation.get_waiter("stack_create_complete").wait(
        StackName="demo-sam", WaiterConfig={"Delay": 1}
    )
    before, real, waited = stack_id(), stages.stack_status, []
    monkeypatch.setattr(stages, "stack_status", lambda: real() if waited else "UPDATE_IN_PROGRESS")
    stages.ensure(stages.DEPLOYED, waited.append)
    assert waited == ["waiting, the stack is UPDATE_IN_PROGRESS"]
    assert stack_id() == before and stages.stack_status() == "CREATE_COMPLETE"


def test_a_stack_that_there_may_be_something_in_is_left_alone(learner):
    """Its bucket would not go; another delete, which might succeed, is the learner's to type."""
    course.begin("05")
    cloudformation, s3 = target.client("cloudformation"), target.client("s3")
    bucket = {"Type": "AWS::S3::Bucket", "Properties": {"BucketName": "of-mine"}}
    cloudformation.create_stack(StackName="demo-sam", TemplateBody=made_of(Mine=bucket))
    cloudformation.get_waiter("stack_create_complete").wait(
        StackName="demo-sam", WaiterConfig={"Delay": 1}
    )
    s3.put_object(Bucket="of-mine", Key="kept", Body=b"kept")
    cloudformation.delete_stack(StackName="demo-sam")
    with pytest.raises(WaiterError):
        cloudformation.get_waiter("stack_delete_complete").wait(
            StackName="demo-sam", WaiterConfig={"Delay": 1}
        )
    s3.delete_object(Bucket="of-mine", Key="kept")  # now a delete would go through
    before = stack_id()
    with pytest.raises(CourseError, match="DELETE_FAILED") as raised:
        course.begin("06")
    assert "sam delete --stack-name demo-sam" in raised.value.then
    assert stack_id() == before and stages.stack_status() == "DELETE_FAILED"
    s3.head_bucket(Bucket="of-mine")


def test_a_first_deploy_that_failed_is_deleted_and_that_is_said(learner, capsys):
    course.begin("05")
    target.client("s3").create_bucket(Bucket="taken")
    bucket = {"Type": "AWS::S3::Bucket", "Properties": {"BucketName": "taken"}}
    cloudformation = target.client("cloudformation")
    cloudformation.create_stack(StackName="demo-sam", TemplateBody=made_of(Taken=bucket))
    with pytest.raises(WaiterError):
        cloudformation.get_waiter("stack_create_complete").wait(
            StackName="demo-sam", WaiterConfig={"Delay": 1}
        )
    assert stages.stack_status() == "ROLLBACK_COMPLETE"
    capsys.readouterr()
    course.begin("06")
    made_by = "sam delete of the deploy that failed, sam build and sam deploy."
    assert f"It needs the stack demo-sam, deployed. What is missing is made by: {made_by}" in said(
        capsys
    )
    assert stages.stack_status() == "CREATE_COMPLETE"
    target.client("s3").head_bucket(Bucket="taken")


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
    assert visible(newcomer) == []


@pytest.mark.parametrize(
    ("was", "now"),
    [("confirm_changeset = false", "confirm_changeset = true"), ('"demo-sam"', '"mine"')],
)
def test_an_edit_of_samconfig_alone_is_a_change(newcomer, was, now):
    course.begin("02")
    config = stages.app() / "samconfig.toml"
    config.write_text(config.read_text().replace(was, now))
    assert stages.set_aside() == newcomer.resolve() / "demo-sam-kept-1"
    assert now in (newcomer / "demo-sam-kept-1" / "samconfig.toml").read_text()


def test_a_file_that_was_taken_away_is_a_change(newcomer):
    course.begin("02")
    (stages.app() / "README.md").unlink()
    assert stages.set_aside() == newcomer.resolve() / "demo-sam-kept-1"


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


def test_who_cannot_be_asked_what_is_left_is_said_in_a_sentence(learner, fresh_endpoint):
    course.begin("00")
    fresh_endpoint.command("stop")
    with pytest.raises(CourseError, match="The local endpoint does not answer") as raised:
        leftovers.find("demo-sam")
    assert "first cell again" in raised.value.then


def test_keys_that_are_not_taken_are_no_proof_that_nothing_is_left(learner, monkeypatch):
    course.begin("00")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE")
    boto3.DEFAULT_SESSION = None
    with pytest.raises(CourseError, match="Not every service said what is left"):
        leftovers.find("demo-sam")


def test_a_stack_whose_name_begins_alike_is_another_one(learner):
    course.begin("00")
    cloudformation, logs = target.client("cloudformation"), target.client("logs")
    cloudformation.create_stack(StackName="demo-sam-2", TemplateBody=made_of(Topic=TOPIC))
    names = ["demo-sam-2-Buyer-AAAAAAAAAAAA", "demo-sam-Buyer-BBBBBBBBBBBB"]
    for name in names:
        logs.create_log_group(logGroupName=f"/aws/lambda/{name}")

    def found(*stacks):
        return [f"{left.kind} {left.name}" for left in leftovers.find(*stacks)]

    groups = [f"log group /aws/lambda/{name}" for name in names]
    assert found("demo-sam") == [groups[1]]
    stack, topic, group = found("demo-sam-2")
    assert (stack, group) == ("stack demo-sam-2", groups[0])
    assert topic.startswith("SNS topic arn:") and ":demo-sam-2-Topic-" in topic
    assert found("demo-sam*") == found("demo-sam", "demo-sam-2") == [stack, topic, *groups]

    cloudformation.delete_stack(StackName="demo-sam-2")
    cloudformation.get_waiter("stack_delete_complete").wait(
        StackName="demo-sam-2", WaiterConfig={"Delay": 1}
    )
    assert found("demo-sam") == [groups[1]]  # a deleted stack is known for 90 days


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
