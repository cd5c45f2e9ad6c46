"""docs/course-policy.json: what the course needs on an account, no more and no less.

The notebooks run as on an account, as a user who has this policy and no other, on an endpoint that
holds users to their policies. What they asked for is then held against the policy.
"""

import json
import re
from pathlib import Path

import pytest

from benchmarks import elsewhere
from helpers.localaws.cloudformation.schema import handler_actions
from helpers.localaws.iam import policies, record
from tests.conftest import an_endpoint

ROOT = Path(__file__).resolve().parents[1]
POLICY = json.loads((ROOT / "docs" / "course-policy.json").read_text())
STATEMENTS = {statement["Sid"]: statement for statement in POLICY["Statement"]}
PART_ONE = [f"{number:02}" for number in range(10)]
USER = "arn:aws:iam::123456789012:user/course"

TYPES = {
    "AWS::ApplicationInsights::Application",
    "AWS::DynamoDB::Table",
    "AWS::Events::Rule",
    "AWS::IAM::Role",
    "AWS::Lambda::Function",
    "AWS::ResourceGroups::Group",
    "AWS::S3::Bucket",
    "AWS::S3::BucketPolicy",
    "AWS::StepFunctions::StateMachine",
}
"""What the stacks of the course are made of, that of SAM's own bucket too."""

BESIDES = {
    "iam:CreateServiceLinkedRole": "Application Insights makes its role when it is first used",
}
"""What the endpoint does not ask for, and AWS does."""


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    """The notebooks, run as the user; what they asked for, and the types that stacks had."""
    folder = tmp_path_factory.mktemp("policy")
    with an_endpoint(folder / "endpoint", "--enforce-iam") as endpoint:
        iam = endpoint.client("iam")
        iam.create_user(UserName="course")
        made = iam.create_policy(PolicyName="course", PolicyDocument=json.dumps(POLICY))
        iam.attach_user_policy(UserName="course", PolicyArn=made["Policy"]["Arn"])
        key = iam.create_access_key(UserName="course")["AccessKey"]
        keys = key["AccessKeyId"], key["SecretAccessKey"]
        environment = elsewhere.learner(folder / "learner", endpoint.url, *keys, "123456789012")

        def come_back_later(length):
            endpoint.control("/_local/clock", {"advance": length.total_seconds()})

        walked = list(elsewhere.walk(environment, come_back_later, PART_ONE))
        asked = list(record.read(endpoint.home / "asked.jsonl"))
        stacks = endpoint.client("cloudformation")
        pages = stacks.get_paginator("list_stacks").paginate()
        names = [one["StackId"] for page in pages for one in page["StackSummaries"]]
        types = {
            event["ResourceType"]
            for name in names
            for event in stacks.describe_stack_events(StackName=name)["StackEvents"]
        }
        elsewhere.stop(environment)
    return walked, asked, types - {"AWS::CloudFormation::Stack"}


def test_every_cell_does_on_an_account_what_it_does_here(course):
    walked, _, _ = course
    assert [one.number for one in walked] == PART_ONE
    assert not [str(one) for one in walked if one.wrong]


def test_nothing_that_the_course_asks_for_is_denied(course):
    _, asked, _ = course
    assert len(asked) > 100
    assert {one["principal"] for one in asked} == {USER}
    assert not [one for one in asked if not one["allowed"]]


def test_what_handlers_of_cloudformation_may_look_at_is_allowed(course):
    _, _, types = course
    assert types == TYPES
    allowed = _actions()
    assert sorted(_looks() - allowed) == []


def test_nothing_is_allowed_that_is_not_needed(course):
    _, asked, _ = course
    needed = {one["action"] for one in asked} | _looks() | BESIDES.keys()
    assert sorted(_actions() - needed) == []


def test_the_page_has_the_counts_of_each_notebook(course):
    walked, _, _ = course
    page = (ROOT / "docs" / "real-account.md").read_text()
    elsewhere_well = 0
    for one in walked:
        row = rf"^\| {one.number} \| (\d+) of {one.cells} \| {one.cells} of {one.cells} \|$"
        found = re.search(row, page, re.M)
        assert found, f"python benchmarks/elsewhere.py --write: notebook {one.number}"
        elsewhere_well += int(found[1])
    cells = sum(one.cells for one in walked)
    readme = (ROOT / "README.md").read_text()
    assert f"all {cells} code cells" in readme
    assert f"{elsewhere_well} of {cells} cells" in readme


def test_without_any_part_of_it_something_is_denied(course):
    _, asked, _ = course
    wanted = [(one["action"], one["resource"]) for one in asked]
    of_asked = {action for action, _ in wanted}
    for name in STATEMENTS:
        for field in ("Action", "Resource"):
            parts = _listed(STATEMENTS[name][field])
            for part in parts if len(parts) > 1 else ():
                if field == "Action" and part not in of_asked:
                    continue  # only AWS's handlers ask for it
                left = json.loads(json.dumps(POLICY))
                (statement,) = (one for one in left["Statement"] if one["Sid"] == name)
                statement[field] = [one for one in parts if one != part]
                assert _denied(json.dumps(left), wanted), f"{name} needs no {part}"


def test_it_is_one_managed_policy():
    assert len(re.sub(r"\s", "", json.dumps(POLICY))) <= 6144  # IAM's quota, blanks not counted


def test_only_lists_are_allowed_everywhere():
    for name, statement in STATEMENTS.items():
        if statement["Resource"] == "*":
            for action in statement["Action"]:
                verb = action.partition(":")[2]
                assert verb.startswith(("List", "Describe", "GET", "TestState")), (
                    f"{name}: {action}"
                )


def _actions():
    return {action for one in STATEMENTS.values() for action in _listed(one["Action"])}


def _listed(value):
    return value if isinstance(value, list) else [value]


def _looks():
    """What the schemas of the types say that their handlers may look at, in their own service.

    Application Insights looks at every service that it could watch.
    """
    found = set()
    for name in TYPES:
        for verb in ("create", "read", "update", "delete"):
            actions = handler_actions(name, verb)
            services = [action.partition(":")[0] for action in actions]
            own = {max(services, key=services.count, default=""), "cloudformation"}
            if name == "AWS::ApplicationInsights::Application":
                own |= set(services)
            found |= {
                action
                for action in actions
                if action.partition(":")[0] in own
                and action.partition(":")[2].startswith(("Get", "Describe", "List", "GET"))
            }
    return found


def _denied(document, wanted):
    return [
        action
        for action, resource in wanted
        if policies.decide((document,), action.lower(), resource, USER, "us-east-1")
        != policies.ALLOWED
    ]
