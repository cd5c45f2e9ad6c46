"""Requests at which moto stumbles: each is refused in AWS's words, and nothing of it is kept."""

import functools
import importlib
import json

import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from benchmarks import hostile
from helpers.localaws.on_moto.mends import readers

UNCHECKED = Config(parameter_validation=False, retries={"total_max_attempts": 1})
BUCKET = "odd-requests"
LOCKED = "odd-requests-locked"
TABLE = "odd-requests"
STATEMENT = {"Effect": "Allow", "Principal": "*", "Action": "s3:*", "Resource": "arn:aws:s3:::x"}
POLICY = {"Version": "2012-10-17", "Statement": [STATEMENT]}


@pytest.fixture(scope="module")
def refused(endpoint):
    """`refused(service, operation, …)`: the error that it ends with; it is never the endpoint's."""
    endpoint.client("s3").create_bucket(Bucket=BUCKET)
    endpoint.client("s3").create_bucket(Bucket=LOCKED, ObjectLockEnabledForBucket=True)
    endpoint.client("s3").put_object(Bucket=BUCKET, Key="key", Body=b"0123456789")
    endpoint.client("dynamodb").create_table(
        TableName=TABLE, BillingMode="PAY_PER_REQUEST",
        KeySchema=[{"AttributeName": "Id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "Id", "AttributeType": "S"}],
    )  # fmt: skip

    def refused(service, operation, **arguments):
        client = endpoint.client(service, config=UNCHECKED)
        with pytest.raises(ClientError) as raised:
            getattr(client, operation)(**arguments)
        return raised.value.response["Error"]

    return refused


CASES = {
    "a transaction that asks nothing": (
        "dynamodb", "transact_write_items", {"TransactItems": [{}]},
        "ValidationException", "can only contain one of Check, Put, Update or Delete",
    ),
    "a value without a type": (
        "dynamodb", "get_item", {"TableName": TABLE, "Key": {"Id": {}}},
        "ValidationException", "Supplied AttributeValue is empty, must contain exactly one of",
    ),
    "a query without a key": (
        "dynamodb", "query", {"TableName": TABLE, "QueryFilter": {
            "Type": {"ComparisonOperator": "EQ", "AttributeValueList": [{"S": "buy"}]}}},
        "ValidationException", "Either the KeyConditions or KeyConditionExpression parameter must",
    ),
    "a retention of nothing": (
        "s3", "put_object_retention", {"Bucket": LOCKED, "Key": "nothing", "Retention": {
            "Mode": "GOVERNANCE", "RetainUntilDate": "2040-01-01T00:00:00Z"}},
        "NoSuchKey", "does not exist",
    ),
    "a log that is granted to nobody": (
        "s3", "put_bucket_logging", {"Bucket": BUCKET, "BucketLoggingStatus": {"LoggingEnabled": {
            "TargetBucket": BUCKET, "TargetPrefix": "", "TargetGrants": [{"Permission": "READ"}]}}},
        "MalformedXML", "",
    ),
    "a source of events that looks like a placeholder of DynamoDB's": (
        "events", "describe_partner_event_source", {"Name": ":::::"},
        "ResourceNotFoundException", "does not exist",
    ),
    "a copy of nothing": (
        "s3", "copy_object", {"Bucket": BUCKET, "Key": "copy", "CopySource": "nothing"},
        "InvalidArgument", "Copy Source must mention the source bucket and key",
    ),
    "a token that was not given": (
        "s3", "list_objects_v2", {"Bucket": BUCKET, "ContinuationToken": "none"},
        "InvalidArgument", "continuation token provided is incorrect",
    ),
    "a function's name that is none": (
        "lambda", "update_alias", {"FunctionName": "a:b:c:d", "Name": "x"},
        "ValidationException", "cannot be read",
    ),
    "a delivery to nowhere": (
        "logs", "put_delivery_destination", {"name": "nowhere"},
        "ValidationException", "The destination resource ARN",
    ),
    "a delivery to what takes none": (
        "logs", "put_delivery_destination",
        {"name": "nowhere", "deliveryDestinationConfiguration": {
            "destinationResourceArn": "arn:aws:sqs:us-east-1:123456789012:queue"}},
        "ValidationException", "The destination resource ARN",
    ),
    "a user without a name": ("iam", "create_user", {}, "ValidationError", "not be null"),
    "a page's token that is another's": (
        "sqs", "list_queues", {"NextToken": "MQ==", "MaxResults": 15},
        "ValidationException", "cannot be read",
    ),
    "a lifecycle that leads nowhere": (
        "s3", "put_bucket_lifecycle_configuration",
        {"Bucket": BUCKET, "LifecycleConfiguration": {"Rules": [
            {"Filter": {}, "Status": "Enabled", "Transitions": [{}]}]}},
        "InvalidArgument", "cannot be read",
    ),
    "a prefix that is a pattern": (
        "sqs", "list_queues", {"QueueNamePrefix": "***"}, "SerializationException", "",
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_it_is_refused_in_awss_words(refused, case):
    service, operation, arguments, code, message = CASES[case]
    error = refused(service, operation, **arguments)
    assert (error["Code"], message in error["Message"]) == (code, True), error


def test_nothing_of_it_is_kept(refused, endpoint):
    refused("logs", "put_delivery_destination", name="nowhere")
    logs = endpoint.client("logs")
    names = [one["name"] for one in logs.describe_delivery_destinations()["deliveryDestinations"]]
    assert "nowhere" not in names
    refused("iam", "create_user")
    assert all(user["UserName"] for user in endpoint.client("iam").list_users()["Users"])


def test_a_checksum_of_a_kind_that_is_none(refused, endpoint):
    """Moto would make a header of it that no client can read."""
    target = hostile.Target(endpoint.url, endpoint.env)
    headers = {"x-amz-sdk-checksum-algorithm": "<!DOCTYPE x>"}
    made = hostile.Request("s3", "PutObject", "PUT", f"/{BUCKET}/key", "", headers, b"0123456789")
    answer = target.send(made)
    assert (answer.status, answer.code) == (400, "InvalidRequest")
    assert b"Value for x-amz-sdk-checksum-algorithm header is invalid." in answer.body


def test_a_range_that_is_none_is_overlooked(refused, endpoint):
    s3 = endpoint.client("s3")
    whole = s3.get_object(Bucket=BUCKET, Key="key", Range="nonsense")
    assert (whole["ResponseMetadata"]["HTTPStatusCode"], whole["Body"].read()) == (
        200,
        b"0123456789",
    )
    assert s3.head_object(Bucket=BUCKET, Key="key", Range="nonsense")["ContentLength"] == 10
    part = s3.get_object(Bucket=BUCKET, Key="key", Range="bytes=2-4")
    assert part["Body"].read() == b"234"


@pytest.mark.parametrize(
    ("policy", "message"),
    [
        ("no json", "Policies must be valid JSON and the first byte must be '{'"),
        ("[1]", "Policies must be valid JSON and the first byte must be '{'"),
        ({"Version": "2012-10-17"}, "Missing required field Statement"),
        (POLICY | {"Extra": 1}, "Unknown field Extra"),
        (POLICY | {"Statement": ["x"]}, "Invalid policy syntax."),
        (POLICY | {"Statement": [{"Effect": "Allow"}]}, "Missing required field Principal"),
        (POLICY | {"Statement": STATEMENT | {"Effect": "Maybe"}}, "Invalid effect: Maybe"),
        (POLICY | {"Statement": STATEMENT | {"Action": 7}}, "Policy has invalid action"),
    ],
)
def test_a_bucket_policy_that_is_none_is_refused(refused, endpoint, policy, message):
    text = policy if isinstance(policy, str) else json.dumps(policy)
    error = refused("s3", "put_bucket_policy", Bucket=BUCKET, Policy=text)
    assert (error["Code"], error["Message"]) == ("MalformedPolicy", message)
    assert endpoint.client("s3").get_object(Bucket=BUCKET, Key="key")["ContentLength"] == 10


def test_a_denial_by_a_bucket_policy_says_so(refused, endpoint):
    s3 = endpoint.client("s3")
    s3.create_bucket(Bucket="denied-reading")
    s3.put_object(Bucket="denied-reading", Key="key", Body=b"x")
    resource = "arn:aws:s3:::denied-reading/*"
    statement = {"Effect": "Deny", "Principal": "*", "Action": "s3:GetObject", "Resource": resource}
    s3.put_bucket_policy(
        Bucket="denied-reading",
        Policy=json.dumps({"Version": "2012-10-17", "Statement": [statement]}),
    )
    error = refused("s3", "get_object", Bucket="denied-reading", Key="key")
    assert (error["Code"], error["Message"]) == ("AccessDenied", "Access Denied")


def test_logging_without_a_level_is_off(endpoint):
    """A state machine that was made so once could not be started."""
    sfn = endpoint.client("stepfunctions")
    definition = '{"StartAt": "A", "States": {"A": {"Type": "Pass", "End": true}}}'
    role = endpoint.role("odd-requests")
    arn = sfn.create_state_machine(name="odd-requests", definition=definition, roleArn=role)
    machine = arn["stateMachineArn"]
    sfn.update_state_machine(
        stateMachineArn=machine, loggingConfiguration={"includeExecutionData": True}
    )
    sfn.update_state_machine(stateMachineArn=machine, loggingConfiguration={})
    assert "executionArn" in sfn.start_execution(stateMachineArn=machine)


def test_moto_s_readers_stand_where_they_are_hooked():
    """Hooks: all of `readers.READERS`."""
    for module, names in readers.READERS.items():
        for name in names:
            reader = functools.reduce(getattr, name.split("."), importlib.import_module(module))
            assert callable(reader), f"{module} has no {name}"


def test_a_reader_notes_that_the_request_is_to_blame_and_passes_its_error_on():
    def reader(text):
        return int(text)

    hooked = readers._noting(reader)
    assert hooked("1") == 1
    with pytest.raises(ValueError) as raised:
        hooked("one")
    assert readers.is_about_the_request(raised.value)
    with pytest.raises(ValueError) as raised:
        reader("one")
    assert not readers.is_about_the_request(raised.value)
