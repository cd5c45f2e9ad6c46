"""The check of docs/cloudshell.md says what is wrong, why, and what to type next.

The stages of the lesson when all goes well are asked for in test_walkthrough.py.
"""

import json
import os
import re

import pytest
from terminal import CHECK, Check, environment


@pytest.fixture
def check(module_endpoint, tmp_path):
    (tmp_path / "here").mkdir()
    return Check(environment(module_endpoint, tmp_path / "home"), tmp_path / "here")


def three_things(said):
    """What happened, why, and what next, of each thing that it tells."""
    found = re.findall(r"^\n?(\S.*)\nWhy: (\S.*)\nNext: (\S.*)$", said, re.M)
    assert found and "Traceback" not in said and "line " not in said
    return found


# ---- it could not ask


def test_no_credentials(check):
    code, said = check(AWS_ACCESS_KEY_ID=None, AWS_SECRET_ACCESS_KEY=None,
                       AWS_SHARED_CREDENTIALS_FILE="/nonexistent")  # fmt: skip
    ((what, _, then),) = three_things(said)
    assert code == 2 and "no credentials" in what and "aws sso login" in then


def test_the_keys_of_somebody_else(check):
    code, said = check(AWS_ACCESS_KEY_ID="AKIAIOSFODNN7EXAMPLE")
    ((what, why, then),) = three_things(said)
    assert code == 2 and "did not accept" in what and "InvalidClientTokenId" in why
    assert "aws configure list" in then


def test_no_region(check):
    code, said = check(AWS_DEFAULT_REGION=None, AWS_REGION=None, AWS_CONFIG_FILE="/nonexistent")
    ((what, _, then),) = three_things(said)
    assert code == 2 and "no Region" in what and "export AWS_DEFAULT_REGION=" in then


def test_nobody_answers(check):
    code, said = check(AWS_ENDPOINT_URL="http://127.0.0.1:9", AWS_MAX_ATTEMPTS="1")
    ((what, why, _),) = three_things(said)
    assert code == 2 and what == "AWS did not answer." and "127.0.0.1:9" in why


def test_no_aws(check):
    tools = check.folder.parent / "tools"
    tools.mkdir()
    for name in ("bash", "mktemp", "rm"):
        (tools / name).symlink_to(f"/usr/bin/{name}" if name != "bash" else "/bin/bash")
    code, said = check(PATH=str(tools))
    ((what, _, _),) = three_things(said)
    assert code == 2 and what == "There is no command `aws`."


@pytest.mark.parametrize(
    ("error", "words"),
    [
        ("An error occurred (AccessDenied) when calling ListStacks", "You may not ask"),
        ("An error occurred (ExpiredToken) when calling ListStacks", "have run out"),
        ("Segmentation fault", "did not say what was asked"),
    ],
)
def test_what_aws_may_also_say(check, error, words):
    """An account refuses what the local endpoint allows: an `aws` that says so stands in."""
    tools = check.folder.parent / "tools"
    tools.mkdir()
    (tools / "aws").write_text(f"#!/bin/sh\necho '{error}' >&2\nexit 254\n")
    (tools / "aws").chmod(0o755)
    code, said = check(PATH=f"{tools}{os.pathsep}{check.environment['PATH']}")
    ((what, why, _),) = three_things(said)
    assert code == 2 and words in what and error in why


# ---- something is to be mended


TRADING = {
    "Record": {
        "Type": "Task",
        "Resource": "arn:aws:states:::dynamodb:deleteItem",
        "Parameters": {"TableName": "${Table}", "Key": {"Id": {"S": "none"}}},
        "ResultPath": None,
        "Next": "Record Transaction",
    },
    "Record Transaction": {"Type": "Succeed"},
}
CLOSED = {"Record": {"Type": "Fail", "Error": "Market.Closed", "Cause": "It is Sunday."}}


def deploy(endpoint, stack, start="Record", states=None):
    """A stack with what the check looks at, in plain CloudFormation."""
    role = endpoint.role(f"{stack}-role", allow="*")
    definition = json.dumps({"StartAt": start, "States": states or TRADING})
    machine = {
        "Type": "AWS::StepFunctions::StateMachine",
        "Properties": {
            "RoleArn": role,
            "DefinitionString": definition,
            "DefinitionSubstitutions": {"Table": {"Ref": "TransactionTable"}},
        },
    }
    table = {
        "Type": "AWS::DynamoDB::Table",
        "Properties": {
            "AttributeDefinitions": [{"AttributeName": "Id", "AttributeType": "S"}],
            "KeySchema": [{"AttributeName": "Id", "KeyType": "HASH"}],
            "BillingMode": "PAY_PER_REQUEST",
        },
    }
    rule = {
        "Type": "AWS::Events::Rule",
        "Properties": {"ScheduleExpression": "rate(1 hour)", "State": "DISABLED"},
    }
    resources = {
        "StockTradingStateMachine": machine,
        "TransactionTable": table,
        "StockTradingStateMachineHourlyTradingSchedule": rule,
    }
    client = endpoint.client("cloudformation")
    client.create_stack(StackName=stack, TemplateBody=json.dumps({"Resources": resources}))
    endpoint.control("/_local/clock", {"advance": 0})
    return client.describe_stacks(StackName=stack)["Stacks"][0]["StackStatus"]


def run(endpoint, stack, given="{}"):
    client = endpoint.client("cloudformation")
    (machine,) = (
        one["PhysicalResourceId"]
        for one in client.describe_stack_resources(StackName=stack)["StackResources"]
        if one["ResourceType"] == "AWS::StepFunctions::StateMachine"
    )
    endpoint.client("stepfunctions").start_execution(stateMachineArn=machine, input=given)
    endpoint.control("/_local/clock", {"advance": 0})


def test_a_first_deploy_that_failed(check, module_endpoint):
    status = deploy(module_endpoint, "first", start="Nowhere")
    assert status == "ROLLBACK_COMPLETE"
    code, said = check("first")
    ((what, why, then),) = three_things(said)
    assert code == 1 and "The first deploy failed" in what
    assert why.startswith("StockTradingStateMachine ") and "Nowhere" in why
    assert "sam delete --stack-name first --no-prompts" in then


def test_an_execution_that_failed_and_one_without_its_trade(check, module_endpoint):
    deploy(module_endpoint, "second", states=CLOSED)
    run(module_endpoint, "second")
    code, said = check("second")
    ((what, why, _),) = three_things(said)
    assert code == 1 and "ended with FAILED" in what and why == "Market.Closed It is Sunday."

    deploy(module_endpoint, "third")
    run(module_endpoint, "third", '{"id": "none"}')
    code, said = check("third")
    ((what, _, _),) = three_things(said)
    assert code == 1 and "its trade is not in the table third-TransactionTable-" in what


def test_a_stack_that_is_another_app(check, module_endpoint):
    client = module_endpoint.client("cloudformation")
    topic = {"Resources": {"Topic": {"Type": "AWS::SNS::Topic"}}}
    client.create_stack(StackName="other", TemplateBody=json.dumps(topic))
    code, said = check("other")
    ((what, _, _),) = three_things(said)
    assert code == 1 and "not the stock trader" in what


def test_a_change_set_that_waits_for_a_yes(check, module_endpoint):
    client = module_endpoint.client("cloudformation")
    topic = {"Resources": {"Topic": {"Type": "AWS::SNS::Topic"}}}
    client.create_change_set(
        StackName="asked",
        ChangeSetName="one",
        ChangeSetType="CREATE",
        TemplateBody=json.dumps(topic),
    )
    code, said = check("asked")
    assert code == 0 and "REVIEW_IN_PROGRESS" in said and "not carried out yet" in said


def test_what_a_neighbour_has_is_not_left_by_this_stack(check, module_endpoint):
    """The stack lone-2 begins as lone does; a bucket of one's own is found before any deploy."""
    logs = module_endpoint.client("logs")
    logs.create_log_group(logGroupName="/aws/lambda/lone-2-StockBuyerFunction-aBcD1234eFgH")
    module_endpoint.client("s3").create_bucket(Bucket="aws-sam-cli-managed-default-somebody-s")
    code, said = check("lone")
    assert code == 0 and "left" not in said
    module_endpoint.client("s3").create_bucket(Bucket="lone-carry-123456789012")
    code, said = check("lone")
    assert code == 1 and "left       1:\n           bucket lone-carry-123456789012\n" in said
    logs.create_log_group(logGroupName="/aws/lambda/lone-StockBuyerFunction-aBcD1234eFgH")
    code, said = check("gone", "lone")
    assert code == 1 and "left       3:\n" in said and "lone-2" not in said
    assert "SAM's own bucket is still there." in said and len(three_things(said)) == 2


def test_a_table_that_was_kept_when_the_stack_went(check, module_endpoint):
    deploy(module_endpoint, "kept")
    client = module_endpoint.client("cloudformation")
    kept = client.get_template(StackName="kept")["TemplateBody"]
    kept = json.loads(kept) if isinstance(kept, str) else kept
    kept["Resources"]["TransactionTable"]["DeletionPolicy"] = "Retain"
    client.update_stack(StackName="kept", TemplateBody=json.dumps(kept))
    module_endpoint.control("/_local/clock", {"advance": 0})
    client.delete_stack(StackName="kept")
    module_endpoint.control("/_local/clock", {"advance": 0})
    code, said = check("kept")
    (what, _, _), *_ = three_things(said)
    assert code == 1 and "DELETE_COMPLETE" in said and "table kept-TransactionTable-" in said
    assert "something of it is there" in what


def test_it_changes_nothing_and_needs_nothing_but_bash_and_aws():
    text = CHECK.read_text(encoding="utf-8")
    asked = re.findall(r"\baws ([a-z0-9-]+) ([a-z-]+)|ask \w+ ([a-z0-9-]+) ([a-z-]+)", text)
    verbs = {(two or four).split("-")[0] for _, two, _, four in asked}
    assert {"describe", "list", "get"} <= verbs
    calls = re.findall(r"\bask \w+ [a-z0-9]+ ([a-z]+)-", text)
    assert len(calls) > 12 and set(calls) <= {"describe", "list", "get"}
    assert not re.search(r"\b(curl|wget|jq|python3?)\b", text)
