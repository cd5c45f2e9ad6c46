"""Fifty tags are the most that a resource has, in the words of each service."""

import json

import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from tests.workshop import make_function, trust

UNCHECKED = Config(parameter_validation=False)
DEFINITION = '{"StartAt": "A", "States": {"A": {"Type": "Pass", "End": true}}}'
TEMPLATE = json.dumps({"Resources": {"T": {"Type": "AWS::SNS::Topic"}}})
TABLE = {
    "BillingMode": "PAY_PER_REQUEST",
    "KeySchema": [{"AttributeName": "Id", "KeyType": "HASH"}],
    "AttributeDefinitions": [{"AttributeName": "Id", "AttributeType": "S"}],
}
ACCOUNT = "us-east-1:123456789012"


def as_map(count, name="tag"):
    return {f"{name}{number}": "value" for number in range(count)}


def as_list(count, name="tag", key="Key"):
    value = "value" if key == "key" else "Value"
    return [{key: one, value: text} for one, text in as_map(count, name).items()]


@pytest.fixture(scope="module")
def role(endpoint):
    return endpoint.role("tagged")


CASES = {
    "lambda": ("InvalidParameterValueException", "Number of tags exceeds resource tag limit."),
    "stepfunctions": ("TooManyTags", "exceeded the number of tags allowed for a resource"),
    "dynamodb": ("ValidationException", "no more than 50"),
    "s3": ("BadRequest", "Bucket tag count cannot be greater than 50"),
    "cloudformation": ("ValidationError", "length less than or equal to 50"),
    "events": ("ValidationException", "no more than 50"),
    "logs": ("InvalidParameterException", "length less than or equal to 50"),
    "iam": ("ValidationError", "length less than or equal to 50"),
}


def make(client, service, role, name, count):
    """Make a resource with so many tags; what tags it with more, if there is such a call."""
    if service == "lambda":
        made = make_function(client, role, "", FunctionName=name, Tags=as_map(count))
        arn = made["FunctionArn"]
        return lambda: client.tag_resource(Resource=arn, Tags=as_map(1, "more"))
    if service == "stepfunctions":
        arn = client.create_state_machine(
            name=name, definition=DEFINITION, roleArn=role, tags=as_list(count, key="key")
        )["stateMachineArn"]  # fmt: skip
        return lambda: client.tag_resource(resourceArn=arn, tags=as_list(1, "more", "key"))
    if service == "dynamodb":
        arn = client.create_table(TableName=name, Tags=as_list(count), **TABLE)
        arn = arn["TableDescription"]["TableArn"]
        return lambda: client.tag_resource(ResourceArn=arn, Tags=as_list(1, "more"))
    if service == "events":
        arn = client.put_rule(Name=name, ScheduleExpression="rate(1 day)", Tags=as_list(count))
        return lambda: client.tag_resource(ResourceARN=arn["RuleArn"], Tags=as_list(1, "more"))
    if service == "logs":
        client.create_log_group(logGroupName=name, tags=as_map(count))
        arn = f"arn:aws:logs:{ACCOUNT}:log-group:{name}"
        return lambda: client.tag_resource(resourceArn=arn, tags=as_map(1, "more"))
    if service == "iam":
        client.create_role(
            RoleName=name, AssumeRolePolicyDocument=json.dumps(trust("lambda")), Tags=as_list(count)
        )
        return lambda: client.tag_role(RoleName=name, Tags=as_list(1, "more"))
    if service == "s3":
        client.create_bucket(Bucket=name)
        client.put_bucket_tagging(Bucket=name, Tagging={"TagSet": as_list(count)})
        return lambda: client.put_bucket_tagging(Bucket=name, Tagging={"TagSet": as_list(51)})
    client.create_stack(StackName=name, TemplateBody=TEMPLATE, Tags=as_list(count))
    client.get_waiter("stack_create_complete").wait(StackName=name)
    return lambda: client.update_stack(StackName=name, UsePreviousTemplate=True, Tags=as_list(51))


AFTERWARDS = {"logs": "TooManyTagsException", "iam": "LimitExceeded"}
"""The code for what has fifty and is tagged once more, where that is another one."""


@pytest.mark.parametrize("service", CASES)
def test_no_resource_has_more_than_fifty(endpoint, role, service):
    client = endpoint.client(service, config=UNCHECKED)
    code, message = CASES[service]
    with pytest.raises(ClientError, match=message) as refused:
        make(client, service, role, "too-many-tags", 51)
    assert refused.value.response["Error"]["Code"] == code
    more = make(client, service, role, "fifty-tags" if service == "s3" else "too-many-tags", 50)
    with pytest.raises(ClientError) as refused:
        more()
    assert refused.value.response["Error"]["Code"] == AFTERWARDS.get(service, code)
