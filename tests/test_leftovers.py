"""What all learners left on one account: told by learner, and gone after the printed commands."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from helpers import leftovers
from helpers.leftovers import Leftover, ways
from helpers.leftovers.__main__ import COURSE

ROOT = Path(__file__).resolve().parents[1]

STACK_OF_A_LEARNER = {
    "Resources": {
        "Topic": {"Type": "AWS::SNS::Topic"},
        "Table": {
            "Type": "AWS::DynamoDB::Table",
            "Properties": {
                "AttributeDefinitions": [{"AttributeName": "Id", "AttributeType": "S"}],
                "KeySchema": [{"AttributeName": "Id", "KeyType": "HASH"}],
                "BillingMode": "PAY_PER_REQUEST",
            },
        },
    }
}


def make_by_hand(endpoint, stack):
    """What part two's notebooks make beside a stack, and more of the kind, named as they name it.

    Returns kind and name of each, as they are told.
    """
    sqs, sns, watch, logs, s3 = map(endpoint.client, ("sqs", "sns", "cloudwatch", "logs", "s3"))
    states = endpoint.client("stepfunctions")
    sqs.create_queue(QueueName=f"{stack}-questions")
    sns.create_topic(Name=f"{stack}-told")
    alarm = {"Namespace": "AWS/States", "MetricName": "ExecutionsFailed", "Statistic": "Sum",
             "Period": 60, "EvaluationPeriods": 1, "Threshold": 1,
             "ComparisonOperator": "GreaterThanThreshold"}  # fmt: skip
    watch.put_metric_alarm(AlarmName=f"{stack}-failed", **alarm)
    watch.put_composite_alarm(AlarmName=f"{stack}-both", AlarmRule=f"ALARM({stack}-failed)")
    logs.create_log_group(logGroupName=f"/{stack}/journal")
    logs.create_log_group(logGroupName=f"/aws/vendedlogs/states/{stack}-desk")
    role = endpoint.role(f"{stack}-desk", allow="*")
    definition = {"StartAt": "A", "States": {"A": {"Type": "Succeed"}}}
    states.create_state_machine(
        name=f"{stack}-memo", definition=json.dumps(definition), roleArn=role
    )
    bucket = f"{stack}-123456789012"
    s3.create_bucket(Bucket=bucket)
    enabled = {"Status": "Enabled"}
    s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration=enabled)
    for _ in range(2):
        s3.put_object(Bucket=bucket, Key="prices.csv", Body=b"1")
    s3.delete_object(Bucket=bucket, Key="prices.csv")
    return {
        ("SQS queue", f"{stack}-questions"), ("SNS topic", f"{stack}-told"),
        ("alarm", f"{stack}-failed"), ("alarm", f"{stack}-both"), ("bucket", bucket),
        ("log group", f"/{stack}/journal"), ("IAM role", f"{stack}-desk"),
        ("log group", f"/aws/vendedlogs/states/{stack}-desk"),
        ("state machine", f"{stack}-memo"),
    }  # fmt: skip


@pytest.fixture(scope="module")
def account(module_endpoint):
    """Four learners, one of whom deleted her stack; and somebody's who is not of the class."""
    cloudformation = module_endpoint.client("cloudformation")

    def deploy(name, **tags):
        cloudformation.create_stack(
            StackName=name,
            TemplateBody=json.dumps(STACK_OF_A_LEARNER),
            Tags=[{"Key": key, "Value": value} for key, value in tags.items()],
        )
        cloudformation.get_waiter("stack_create_complete").wait(
            StackName=name, WaiterConfig={"Delay": 1}
        )

    deploy("demo-sam")
    deploy("demo-sam-ada")
    deploy("demo-sam-2", learner="ben o'neil")
    deploy("of-cleo", Owner="cleo")
    deploy("production")
    logs, s3, events = map(module_endpoint.client, ("logs", "s3", "events"))
    for owner in ("demo-sam-ada", "demo-sam-dora", "production"):
        logs.create_log_group(logGroupName=f"/aws/lambda/{owner}-Buyer-AAAAAAAAAAAA")
    s3.create_bucket(Bucket="demo-sam-carry-123456789012")
    versions = {"Status": "Enabled"}
    s3.put_bucket_versioning(Bucket="demo-sam-carry-123456789012", VersioningConfiguration=versions)
    for body in (b"1", b"2"):
        s3.put_object(Bucket="demo-sam-carry-123456789012", Key="x", Body=body)
    events.put_rule(Name="demo-sam-dora-Hourly-BBBBBBBBBBBB", ScheduleExpression="rate(1 hour)")
    module_endpoint.role("demo-sam-dora-Role-CCCCCCCCCCCC", allow="*")
    return module_endpoint


def said(account, *arguments):
    command = [sys.executable, "-m", "helpers.leftovers", *arguments]
    return subprocess.run(command, env=account.env, capture_output=True, text=True)


def parts(out):
    """Heading → its lines."""
    found = re.split(r"^== (.+)$", out, flags=re.M)
    return dict(zip(found[1::2], found[2::2], strict=True))


def test_of_one_stack(account):
    done = said(account)
    assert done.returncode == 1 and "ada" not in done.stdout
    assert "sam delete --no-prompts --stack-name demo-sam --region us-east-1" in done.stdout
    assert said(account, "nobody").returncode == 0


def test_by_learner_and_deleted_by_the_commands_that_are_printed(account, tmp_path):
    done = said(account, "--all")
    assert done.returncode == 1, done.stderr
    found = parts(done.stdout)
    assert list(found) == ["ada", "ben o'neil", "cleo", "dora", "nobody's name is on it"]
    assert "production" not in done.stdout
    assert re.search(r"^stack +demo-sam-ada ", found["ada"], re.M)
    assert "log group" in found["ada"] and "demo-sam-2" in found["ben o'neil"]
    assert "of-cleo" in found["cleo"] and "of-cleo-Table" in found["cleo"]
    assert "ON: it starts what is billed" in found["dora"] and not re.search(
        "^stack ", found["dora"], re.M
    )
    # what is in a stack goes with the stack
    assert "delete-table" not in done.stdout and "sns delete-topic" not in done.stdout
    assert said(account, "--all").stdout == done.stdout  # nothing was deleted by looking

    script = "\n".join(line[2:] for line in done.stdout.splitlines() if line.startswith("  "))
    ran = subprocess.run(
        ["bash", "-e", "-c", script], env=account.env, cwd=tmp_path, capture_output=True, text=True
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr
    left = said(account, "--all")
    assert left.returncode == 0 and "Nothing is left" in left.stdout, left.stdout
    (kept,) = account.client("cloudformation").describe_stacks()["Stacks"]
    assert kept["StackName"] == "production"


@pytest.mark.parametrize("stands", [True, False], ids=["beside a stack", "of none"])
def test_what_was_made_by_hand_is_told_and_deleted(fresh_endpoint, tmp_path, stands):
    stack = "demo-sam-asks"
    if stands:
        client = fresh_endpoint.client("cloudformation")
        client.create_stack(StackName=stack, TemplateBody=json.dumps(STACK_OF_A_LEARNER))
        client.get_waiter("stack_create_complete").wait(StackName=stack, WaiterConfig={"Delay": 1})
    made = make_by_hand(fresh_endpoint, stack)
    make_by_hand(fresh_endpoint, "production")

    done = said(fresh_endpoint)
    assert done.returncode == 1, done.stderr
    lines = [re.split(" {2,}", line) for line in done.stdout.splitlines() if "  (" in line]
    found = {(kind, re.split(r":|(?<!^)/(?=demo-sam-asks-q)", name)[-1]) for kind, name, _ in lines}
    inside = {one for one in found if one[0] == "stack" or one[1].startswith(f"{stack}-T")}
    assert found - inside == made
    assert len(inside) == (3 if stands else 0)
    assert "production" not in done.stdout and "delete-table" not in done.stdout

    script = "\n".join(line[2:] for line in done.stdout.splitlines() if line.startswith("  "))
    ran = subprocess.run(
        ["bash", "-e", "-c", script], env=fresh_endpoint.env, cwd=tmp_path, capture_output=True,
        text=True,
    )  # fmt: skip
    assert ran.returncode == 0, ran.stdout + ran.stderr
    left = said(fresh_endpoint)
    assert left.returncode == 0 and "Nothing is left" in left.stdout, left.stdout
    assert len(fresh_endpoint.client("sqs").list_queues()["QueueUrls"]) == 1
    assert len(fresh_endpoint.client("cloudwatch").describe_alarms()["MetricAlarms"]) == 1


def test_the_course_looks_for_the_stacks_of_its_notebooks():
    asked = set()
    for path in sorted((ROOT / "notebooks").glob("*.ipynb")):
        cells = json.loads(path.read_text())["cells"]
        code = "".join("".join(one["source"]) for one in cells if one["cell_type"] == "code")
        asked.update(re.findall(r'leftovers\.find\("([^"*]+)', code))
    assert len(asked) >= 6
    course = [one.removesuffix("*") for one in COURSE]
    assert not [name for name in asked if not any(name.startswith(one) for one in course)]


def test_a_target_that_is_none():
    env = os.environ | {"COURSE_TARGET": "moon"}
    command = [sys.executable, "-m", "helpers.leftovers"]
    done = subprocess.run(command, env=env, capture_output=True, text=True)
    assert done.returncode == 2 and "Set it to local or to aws" in done.stderr


def test_there_is_a_way_for_every_kind():
    """Also for what is found only by names such as `_FUNCTION`."""
    text = Path(leftovers.__file__).read_text()
    kinds = set(re.findall(r'Leftover\(\s*"([^"]+)"', text)) | set(
        re.findall(r'^_[A-Z]+ = \("([^"]+)', text, re.M)
    )
    assert kinds == set(ways._WAYS)


def test_a_name_is_no_command():
    commands = ways.away([Leftover("log group", "/a; rm -rf $HOME", "")], "us-east-1", "1")
    assert commands == [
        "aws logs delete-log-group --log-group-name '/a; rm -rf $HOME' --region us-east-1"
    ]


def test_sams_own_bucket_is_emptied_before_its_stack_goes():
    left = [
        Leftover("stack", leftovers.MANAGED, ""),
        Leftover("bucket", f"{leftovers.MANAGED}-x", ""),
    ]
    empty, delete = ways.away(left, "eu-west-1", "1")
    assert "object_versions.delete()" in empty
    assert delete.endswith(f"delete-stack --stack-name {leftovers.MANAGED} --region eu-west-1")
