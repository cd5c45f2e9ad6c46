"""A stack's page: drift, change sets, exports, a stack in a stack."""

import json
import re
import uuid
from urllib.parse import quote

import pytest

from tests.workshop import stack_at_rest, until

MARKUP = "<b>bold</b>&'\""


def template(delay: int, with_table: bool = True) -> str:
    """A queue with a delay, a table or none, and a stack in the stack."""
    table = {"Type": "AWS::DynamoDB::Table", "Properties": {
        "BillingMode": "PAY_PER_REQUEST",
        "KeySchema": [{"AttributeName": "Id", "KeyType": "HASH"}],
        "AttributeDefinitions": [{"AttributeName": "Id", "AttributeType": "S"}]}}  # fmt: skip
    return json.dumps({
        "Parameters": {"Who": {"Type": "String", "Default": MARKUP},
                       "Secret": {"Type": "String", "Default": "hushhush", "NoEcho": True}},
        "Resources": {
            "Queue": {"Type": "AWS::SQS::Queue", "Properties": {"DelaySeconds": delay}},
            "Inner": {"Type": "AWS::CloudFormation::Stack", "Properties": {
                "TemplateURL": "https://console-nested.s3.amazonaws.com/inner.json"}},
            **({"Table": table} if with_table else {}),
        },
        "Outputs": {"Url": {"Value": {"Ref": "Queue"}, "Export": {
            "Name": {"Fn::Sub": "${AWS::StackName}-url"}}}},
    })  # fmt: skip


@pytest.fixture(scope="module")
def cloudformation(endpoint):
    return endpoint.client("cloudformation")


@pytest.fixture(scope="module")
def stack(endpoint, cloudformation):
    """The name of a stack with all that."""
    s3 = endpoint.client("s3")
    s3.create_bucket(Bucket="console-nested")
    inner = {"Resources": {"Topic": {"Type": "AWS::SNS::Topic"}}}
    s3.put_object(Bucket="console-nested", Key="inner.json", Body=json.dumps(inner))
    name = f"stack-{uuid.uuid4().hex[:8]}"
    cloudformation.create_stack(StackName=name, TemplateBody=template(3))
    stack_at_rest(cloudformation, name)
    return name


def test_drift_says_what_differs_and_how(visitor, reader, endpoint, cloudformation, stack):
    assert "It has not been looked for yet." in visitor.words(f"/stacks/{stack}")
    outputs = cloudformation.describe_stacks(StackName=stack)["Stacks"][0]["Outputs"]
    endpoint.client("sqs").set_queue_attributes(
        QueueUrl=outputs[0]["OutputValue"], Attributes={"DelaySeconds": "9"}
    )
    page = visitor.post(f"/stacks/{stack}", do="drift").text
    assert "1 resource is no longer as the stack made it" in page
    cells = r'<th scope="row">DelaySeconds</th><td><code>3</code></td><td><code>9</code>'
    assert re.search(cells, page)
    read_only = reader.words(f"/stacks/{stack}")
    assert "is no longer as" in read_only and "Look for drift" not in read_only


def test_what_was_deleted_past_a_stack_is_said(visitor, endpoint, cloudformation):
    name = f"stack-{uuid.uuid4().hex[:8]}"
    topic = {"Resources": {"Topic": {"Type": "AWS::SNS::Topic"}}}
    cloudformation.create_stack(StackName=name, TemplateBody=json.dumps(topic))
    stack_at_rest(cloudformation, name)
    found = cloudformation.describe_stack_resources(StackName=name)["StackResources"]
    endpoint.client("sns").delete_topic(TopicArn=found[0]["PhysicalResourceId"])
    page = visitor.post(f"/stacks/{name}", do="drift").text
    assert "does not make it again" in page


def test_parameters_are_shown_and_a_secret_is_not(visitor, stack):
    page = visitor.get(f"/stacks/{stack}").text
    assert "<b>bold" not in page and "&lt;b&gt;bold" in page
    assert "<dt>Secret</dt><dd>****" in page and "<dd>hushhush" not in page


def test_a_stack_in_a_stack_leads_to_the_one_around_it(visitor, cloudformation, stack):
    inner = cloudformation.describe_stack_resource(StackName=stack, LogicalResourceId="Inner")
    arn = inner["StackResourceDetail"]["PhysicalResourceId"]
    assert quote(arn, safe=":") in visitor.get(f"/stacks/{stack}").text
    page = visitor.words(f"/stacks/{quote(arn, safe=':')}")
    assert re.search(rf"<dt>Part of</dt><dd><a [^>]+>{stack}</a>", page)
    assert f"part of {stack}" in visitor.words("/stacks")


def test_an_export_says_who_imports_it(visitor, cloudformation, stack):
    name = f"user-{uuid.uuid4().hex[:8]}"
    assert "which no stack imports" in visitor.words(f"/stacks/{stack}")
    body = {"Resources": {"P": {"Type": "AWS::SSM::Parameter", "Properties": {
        "Type": "String", "Value": {"Fn::ImportValue": f"{stack}-url"}}}}}  # fmt: skip
    cloudformation.create_stack(StackName=name, TemplateBody=json.dumps(body))
    stack_at_rest(cloudformation, name)
    page = visitor.words(f"/stacks/{stack}")
    assert f"{stack}-url" in page and f'href="/stacks/{name}"' in page
    assert f"{stack}-url" in visitor.words("/stacks").partition('<h2 id="exports">')[2]
    cloudformation.delete_stack(StackName=name)


@pytest.fixture
def change_set(cloudformation, stack):
    """A change set's path: the queue gets another delay, the table goes."""
    made = cloudformation.create_change_set(
        StackName=stack,
        ChangeSetName=f"change-{uuid.uuid4().hex[:8]}",
        TemplateBody=template(5, with_table=False),
    )["Id"]
    until(lambda: _status(cloudformation, made) == "CREATE_COMPLETE")
    yield f"/changes/{quote(made, safe=':')}"
    cloudformation.delete_change_set(ChangeSetName=made)


def _status(cloudformation, arn: str) -> str:
    return cloudformation.describe_change_set(ChangeSetName=arn)["Status"]


def test_a_change_set_says_what_it_would_change_and_lose(visitor, reader, stack, change_set):
    assert f'href="{change_set}"' in visitor.get(f"/stacks/{stack}").text
    page = visitor.words(change_set)
    assert "DelaySeconds: <code>3</code> becomes <code>5</code>" in page
    assert "what it holds is lost" in page and "Carry it out" in page
    assert "Carry it out" not in reader.words(change_set)


def test_a_change_set_is_deleted(visitor, account, stack, change_set):
    asked = account.post(change_set, do="delete").text
    assert "Delete the change set change-" in asked
    visitor.post(change_set, do="delete")
    assert visitor.get(change_set).status_code == 400


def test_a_change_set_is_carried_out_after_a_question(visitor, cloudformation, stack, change_set):
    asked = visitor.post(change_set, do="execute").text
    assert f"of the stack {stack}, with 2 changes?" in asked and "is lost: Table." in asked
    answer = visitor.post(change_set, do="execute", sure="yes")
    assert answer.url.endswith(f"/stacks/{stack}")
    stack_at_rest(cloudformation, stack)
    resources = cloudformation.describe_stack_resources(StackName=stack)["StackResources"]
    assert {one["LogicalResourceId"] for one in resources} == {"Queue", "Inner"}
