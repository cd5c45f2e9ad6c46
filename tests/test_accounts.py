"""A real account is asked for once, by name; what is another's is left alone."""

import http.server
import json
import os
import re
import subprocess
import sys
import threading
import tomllib
from pathlib import Path

import boto3
import pytest

from helpers import accounts, course, prices, stages, target
from helpers.errors import CourseError

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture
def account(module_endpoint, tmp_path, monkeypatch):
    """The endpoint in AWS's place: named in a profile, as no variable may name it."""
    before, here = dict(os.environ), os.getcwd()  # noqa: PTH109
    sign_in(tmp_path, module_endpoint.url)
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        os.environ[name] = module_endpoint.env[name]
    os.environ["COURSE_WORK"] = str(tmp_path / "work")
    yield module_endpoint
    target._put_back()
    os.environ.clear()
    os.environ.update(before)
    os.chdir(here)
    boto3.DEFAULT_SESSION = None


def sign_in(folder, url):
    (folder / "config").write_text(f"[default]\nregion = us-east-1\nendpoint_url = {url}\n")
    for name in [name for name in os.environ if name.startswith(("AWS_", "COURSE_"))]:
        del os.environ[name]
    os.environ.update(
        AWS_CONFIG_FILE=str(folder / "config"),
        AWS_SHARED_CREDENTIALS_FILE=str(folder / "none"),
        AWS_EC2_METADATA_DISABLED="true",
        COURSE_TARGET="aws",
    )
    boto3.DEFAULT_SESSION = None


@pytest.fixture
def asked(monkeypatch):
    """What was asked; the answers are the list's `answers`."""

    class Asked(list):
        answers = "y"

    seen = Asked()
    monkeypatch.setattr("builtins.input", lambda words: seen.append(words) or seen.answers)
    return seen


def test_account_region_and_identity_are_asked_once_and_shown_each_time(account, asked, capsys):
    course.begin("00")
    (question,) = asked
    assert "Account 123456789012, Region us-east-1, as arn:aws:" in question
    assert "billed" in question
    shown = capsys.readouterr().out
    assert "AWS account 123456789012, us-east-1, as " in shown
    assert prices.words() in shown
    course.begin("00")
    assert len(asked) == 1
    shown = capsys.readouterr().out
    assert "AWS account 123456789012" in shown and prices.words() not in shown


def test_another_endpoint_is_asked_for_and_is_not_billed(account, asked, capsys):
    os.environ["AWS_ENDPOINT_URL"] = account.url
    course.begin("00")
    (question,) = asked
    assert f"your commands go to {account.url}, as AWS_ENDPOINT_URL says" in question
    assert "billed" not in question
    assert f"Your commands go to {account.url} (account" in capsys.readouterr().out
    del os.environ["AWS_ENDPOINT_URL"]
    course.begin("00")
    assert "billed" in asked[1]


def test_another_region_is_asked_for_again(account, asked):
    course.begin("00")
    os.environ["AWS_DEFAULT_REGION"] = "eu-central-1"
    course.begin("00")
    assert "Region eu-central-1" in asked[1]


def test_no_is_no_and_is_not_kept(account, asked):
    asked.answers = ""
    for _ in range(2):
        with pytest.raises(CourseError, match="Nothing was done on that account"):
            course.begin("01")
    assert len(asked) == 2
    assert not list(stages.work().glob("*"))


def test_where_nobody_can_be_asked_the_environment_answers(account, monkeypatch):
    def nobody(words):
        raise EOFError

    monkeypatch.setattr("builtins.input", nobody)
    with pytest.raises(CourseError, match="Nobody could be asked") as refused:
        course.begin("00")
    assert "COURSE_ACCOUNT=123456789012" in refused.value.then
    os.environ["COURSE_ACCOUNT"] = "210987654321"
    with pytest.raises(CourseError, match="COURSE_ACCOUNT is 210987654321"):
        course.begin("00")
    os.environ["COURSE_ACCOUNT"] = "123456789012"
    course.begin("00")


def test_what_was_kept_and_is_broken_is_asked_anew(account, asked):
    course.begin("00")
    (stages.work() / ".account.json").write_text("{")
    course.begin("00")
    assert len(asked) == 2


def test_a_role_is_the_same_in_each_session():
    def agreed(session):
        arn = f"arn:aws:sts::123456789012:assumed-role/Learner/{session}"
        return accounts._meant(target.Target("aws", "123456789012", "us-east-1", None, arn))

    assert agreed("kim-1") == agreed("kim-2")
    assert agreed("kim-1")["identity"].endswith("assumed-role/Learner")


TOPIC = {"Resources": {"Topic": {"Type": "AWS::SNS::Topic"}}}


def test_a_stack_of_that_name_that_is_anothers_is_left_alone(account, asked):
    cloudformation = account.client("cloudformation")
    cloudformation.create_stack(StackName=stages.STACK, TemplateBody=json.dumps(TOPIC))
    cloudformation.get_waiter("stack_create_complete").wait(StackName=stages.STACK)
    try:
        for number in ("00", "05", "09"):
            with pytest.raises(CourseError, match="is not the stock trader") as refused:
                course.begin(number, make=True)
        assert "AWS_DEFAULT_REGION" in refused.value.then
        assert cloudformation.describe_stacks(StackName=stages.STACK)["Stacks"]
    finally:
        cloudformation.delete_stack(StackName=stages.STACK)
        cloudformation.get_waiter("stack_delete_complete").wait(StackName=stages.STACK)
    course.begin("00")


def test_the_courses_own_stack_is_the_courses(account, asked):
    ours = {"Resources": dict.fromkeys(accounts._OF_THE_COURSE, TOPIC["Resources"]["Topic"])}
    cloudformation = account.client("cloudformation")
    cloudformation.create_stack(StackName=stages.STACK, TemplateBody=json.dumps(ours))
    cloudformation.get_waiter("stack_create_complete").wait(StackName=stages.STACK)
    course.begin("00")
    cloudformation.delete_stack(StackName=stages.STACK)
    cloudformation.get_waiter("stack_delete_complete").wait(StackName=stages.STACK)


@pytest.mark.skipif(os.name == "nt", reason="the command here is a script of sh")
def test_an_aws_of_version_2_of_ones_own_is_taken(account, asked, tmp_path):
    own = tmp_path / "own"
    own.mkdir()
    (own / "aws").write_text("#!/bin/sh\necho aws-cli/2.38.5 of my own\n")
    (own / "aws").chmod(0o755)
    os.environ["PATH"] = f"{own}{os.pathsep}{os.environ['PATH']}"
    course.begin("00")
    ask = {"capture_output": True, "text": True, "check": True}
    assert subprocess.run(["aws", "--version"], **ask).stdout == "aws-cli/2.38.5 of my own\n"
    there = subprocess.run("command -v sam", shell=True, **ask).stdout
    assert Path(there.strip()).parent == Path(sys.executable).parent


class _Root(http.server.BaseHTTPRequestHandler):
    """STS as it answers the account's root user."""

    def do_POST(self):
        self.rfile.read(int(self.headers["Content-Length"]))
        body = (
            b'<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/">'
            b"<GetCallerIdentityResult><Arn>arn:aws:iam::123456789012:root</Arn>"
            b"<UserId>123456789012</UserId><Account>123456789012</Account>"
            b"</GetCallerIdentityResult></GetCallerIdentityResponse>"
        )
        self.send_response(200)
        self.send_header("Content-Type", "text/xml")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


def test_the_accounts_root_user_is_refused(account, asked, tmp_path):
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), _Root) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        sign_in(tmp_path, f"http://127.0.0.1:{server.server_port}")
        os.environ.update(AWS_ACCESS_KEY_ID="AKIAROOT", AWS_SECRET_ACCESS_KEY="x")
        with pytest.raises(CourseError, match="account 123456789012's root user") as refused:
            course.begin("00")
        server.shutdown()
    assert "docs/real-account.md" in refused.value.then
    assert asked == []


TAGGED = {
    "Type": "AWS::DynamoDB::Table",
    "Properties": {
        "TableName": "of-the-course",
        "BillingMode": "PAY_PER_REQUEST",
        "KeySchema": [{"AttributeName": "Id", "KeyType": "HASH"}],
        "AttributeDefinitions": [{"AttributeName": "Id", "AttributeType": "S"}],
    },
}


def test_the_pages_commands_do_what_it_says(account):
    """Its blocks, typed into a bash: policies, a budget, and a list of what carries the tag."""
    blocks = re.findall(
        r"^```sh\n(.+?)^```", (ROOT / "docs/real-account.md").read_text(), re.M | re.S
    )
    assert len(blocks) == 3
    config = tomllib.loads((ROOT / "sam-app/samconfig.toml").read_text())["default"]["deploy"]
    key, value = config["parameters"]["tags"].split("=")
    cloudformation = account.client("cloudformation")
    cloudformation.create_stack(
        StackName="tagged",
        TemplateBody=json.dumps({"Resources": {"Table": TAGGED}}),
        Tags=[{"Key": key, "Value": value}],
    )
    cloudformation.get_waiter("stack_create_complete").wait(StackName="tagged")
    iam = account.client("iam")
    iam.create_user(UserName="ada")
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    said = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", "\n".join(blocks)],
        env=os.environ | {"PATH": path},
        cwd=ROOT,
        check=True,
        timeout=120,
        capture_output=True,
        text=True,
    ).stdout
    attached = iam.list_attached_user_policies(UserName="ada")["AttachedPolicies"]
    assert {one["PolicyName"] for one in attached} == {
        "serverless-workflows-course",
        "serverless-workflows-course-part-two",
        "serverless-workflows-course-console",
    }
    assert ":table/of-the-course" in said and ":stack/tagged/" in said
    cloudformation.delete_stack(StackName="tagged")
    (made,) = account.client("budgets").describe_budgets(AccountId="123456789012")["Budgets"]
    assert made["BudgetLimit"]["Amount"] == "5"
