"""What a step of a deployment asks of IAM."""

import pytest

from helpers.localaws.cloudformation import schema
from helpers.localaws.iam.resource_needs import Step, needs

ROLE = "arn:aws:iam::123456789012:role/desk"
FUNCTION = "arn:aws:lambda:us-east-1:123456789012:function:desk"


def asked(verb, kind, properties, old=(), *, tagged=False, name="desk"):
    listed = schema.handler_actions(kind, verb)
    step = Step(verb, kind, listed, properties, dict(old), tagged, name)
    return list(needs(step, "us-east-1", "123456789012"))


def test_a_new_function_asks_for_its_role_and_its_code_too():
    code = {"S3Bucket": "code", "S3Key": "desk.zip"}
    assert asked("create", "AWS::Lambda::Function", {"Role": ROLE, "Code": code}) == [
        ("lambda:CreateFunction", FUNCTION),
        ("iam:PassRole", ROLE),
        ("s3:GetObject", "arn:aws:s3:::code/desk.zip"),
    ]


def test_a_change_asks_only_for_what_changes():
    before = {"Role": ROLE, "MemorySize": 128, "Code": {"ZipFile": "a"}}
    after = before | {"MemorySize": 256}
    actions = [action for action, _ in asked("update", "AWS::Lambda::Function", after, before)]
    assert "lambda:UpdateFunctionConfiguration" in actions
    assert "lambda:UpdateFunctionCode" not in actions


@pytest.mark.parametrize(
    "properties",
    [
        {"Target": {"Arn": FUNCTION, "RoleArn": ROLE}},  # a schedule has one, not a list
        {"Targets": [{"Arn": FUNCTION, "RoleArn": ROLE}]},
    ],
)
def test_a_role_is_passed_wherever_it_stands(properties):
    kind = "AWS::Scheduler::Schedule" if "Target" in properties else "AWS::Events::Rule"
    assert ("iam:PassRole", ROLE) in asked("create", kind, properties)


def test_a_resource_that_iam_knows_by_another_s_name():
    properties = {"FunctionName": "desk", "Action": "lambda:InvokeFunction", "Principal": "*"}
    assert asked("create", "AWS::Lambda::Permission", properties, name="statement") == [
        ("lambda:AddPermission", FUNCTION)
    ]
