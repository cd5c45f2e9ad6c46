"""SAM's policy templates: a function with one may do what it says, and nothing beside."""

import json

import pytest
from cfn_templates import template

TABLE, OTHER, QUEUE, TOPIC, BUCKET = "pt-table", "pt-other", "pt-queue", "pt-topic", "pt-bucket"
ARN = "arn:aws:{}:us-east-1:123456789012:{}"
MACHINE = ARN.format("states", "stateMachine:pt-machine")
KEY = {"Id": {"S": "1"}}
CODE = """
import json

import boto3
from botocore.exceptions import ClientError


def handler(event, context):
    told = []
    for service, method, parameters in event:
        try:
            getattr(boto3.client(service), method)(**parameters)
            told.append("done")
        except ClientError as error:
            told.append(error.response["Error"]["Code"])
    return told
"""


def call(service, method, **parameters):
    return service, method, parameters


QUEUE_URL = "https://sqs.us-east-1.amazonaws.com/123456789012/pt-queue"
EVENT = {"Source": "a", "DetailType": "b", "Detail": "{}"}
CASES = {
    "DynamoDBReadPolicy": (
        {"TableName": TABLE},
        [
            call("dynamodb", "get_item", TableName=TABLE, Key=KEY),
            call("dynamodb", "scan", TableName=TABLE),
            call("dynamodb", "batch_get_item", RequestItems={TABLE: {"Keys": [KEY]}}),
        ],
        [
            call("dynamodb", "put_item", TableName=TABLE, Item=KEY),
            call("dynamodb", "get_item", TableName=OTHER, Key=KEY),
            call("dynamodb", "list_tables"),
        ],
    ),
    "DynamoDBWritePolicy": (
        {"TableName": TABLE},
        [
            call("dynamodb", "put_item", TableName=TABLE, Item=KEY),
            call("dynamodb", "batch_write_item",
                 RequestItems={TABLE: [{"PutRequest": {"Item": KEY}}]}),
        ],
        [
            call("dynamodb", "get_item", TableName=TABLE, Key=KEY),
            call("dynamodb", "delete_item", TableName=TABLE, Key=KEY),
        ],
    ),
    "StepFunctionsExecutionPolicy": (
        {"StateMachineName": "pt-machine"},
        [call("stepfunctions", "start_execution", stateMachineArn=MACHINE)],
        [
            call("stepfunctions", "list_executions", stateMachineArn=MACHINE),
            call("stepfunctions", "start_execution", stateMachineArn=MACHINE + "2"),
            call("stepfunctions", "list_state_machines"),
        ],
    ),
    "S3ReadPolicy": (
        {"BucketName": BUCKET},
        [
            call("s3", "get_object", Bucket=BUCKET, Key="a"),
            call("s3", "list_objects_v2", Bucket=BUCKET),
        ],
        [
            call("s3", "put_object", Bucket=BUCKET, Key="a", Body="x"),
            call("s3", "delete_object", Bucket=BUCKET, Key="a"),
            call("s3", "list_buckets"),
        ],
    ),
    "SQSSendMessagePolicy": (
        {"QueueName": QUEUE},
        [
            call("sqs", "send_message", QueueUrl=QUEUE_URL, MessageBody="x"),
            call("sqs", "send_message_batch", QueueUrl=QUEUE_URL,
                 Entries=[{"Id": "1", "MessageBody": "x"}]),
        ],
        [call("sqs", "receive_message", QueueUrl=QUEUE_URL)],
    ),
    "SNSPublishMessagePolicy": (
        {"TopicName": TOPIC},
        [call("sns", "publish", TopicArn=ARN.format("sns", TOPIC), Message="x")],
        [call("sns", "publish", TopicArn=ARN.format("sns", "other"), Message="x")],
    ),
    "EventBridgePutEventsPolicy": (
        {"EventBusName": "default"},
        [call("events", "put_events", Entries=[EVENT])],
        [
            call("events", "put_events",
                 Entries=[EVENT, {**EVENT, "EventBusName": "other"}]),
            call("events", "list_rules"),
        ],
    ),
    "SSMParameterReadPolicy": (
        {"ParameterName": "pt/parameter"},
        [
            call("ssm", "get_parameter", Name="/pt/parameter"),
            call("ssm", "get_parameters", Names=["/pt/parameter"]),
            call("ssm", "describe_parameters"),
        ],
        [
            call("ssm", "put_parameter", Name="/pt/parameter", Value="x", Overwrite=True),
            call("ssm", "get_parameters", Names=["/pt/parameter", "/pt/other"]),
        ],
    ),
    "AWSSecretsManagerGetSecretValuePolicy": (
        {"SecretArn": {"Ref": "Secret"}},
        [call("secretsmanager", "get_secret_value", SecretId="pt-secret")],
        [call("secretsmanager", "list_secrets")],
    ),
}  # fmt: skip
DENIED = {"AccessDenied", "AccessDeniedException", "AuthorizationError"}


@pytest.fixture(scope="module")
def functions(endpoint, module_stacks):
    """A stack with a function for each policy template; gives its outputs: their names."""
    resources = {
        f"Fn{name}": {
            "Type": "AWS::Serverless::Function",
            "Properties": {
                "InlineCode": CODE,
                "Handler": "index.handler",
                "Runtime": f"python3.{__import__('sys').version_info.minor}",
                "Timeout": 60,
                "MemorySize": 512,
                "Policies": [{name: parameters}],
            },
        }
        for name, (parameters, _, _) in CASES.items()
    }
    key = {"PrimaryKey": {"Name": "Id", "Type": "String"}}
    definition = {"StartAt": "A", "States": {"A": {"Type": "Pass", "End": True}}}
    resources |= {
        "Table": {
            "Type": "AWS::Serverless::SimpleTable",
            "Properties": {"TableName": TABLE, **key},
        },
        "Other": {
            "Type": "AWS::Serverless::SimpleTable",
            "Properties": {"TableName": OTHER, **key},
        },
        "Queue": {"Type": "AWS::SQS::Queue", "Properties": {"QueueName": QUEUE}},
        "Topic": {"Type": "AWS::SNS::Topic", "Properties": {"TopicName": TOPIC}},
        "Bucket": {"Type": "AWS::S3::Bucket", "Properties": {"BucketName": BUCKET}},
        "Parameter": {
            "Type": "AWS::SSM::Parameter",
            "Properties": {"Name": "/pt/parameter", "Type": "String", "Value": "v"},
        },
        "Secret": {
            "Type": "AWS::SecretsManager::Secret",
            "Properties": {"Name": "pt-secret", "SecretString": "s"},
        },
        "Machine": {
            "Type": "AWS::Serverless::StateMachine",
            "Properties": {"Name": "pt-machine", "Definition": definition},
        },
    }
    body = template(outputs={f"Fn{name}": {"Value": {"Ref": f"Fn{name}"}} for name in CASES},
                    **resources)  # fmt: skip
    body["Transform"] = "AWS::Serverless-2016-10-31"
    stacks = module_stacks
    name = stacks.name()
    stack = stacks.deploy(name, body)
    assert stack["StackStatus"] == "CREATE_COMPLETE", stacks.events(name)
    endpoint.client("s3").put_object(Bucket=BUCKET, Key="a", Body=b"x")
    yield stacks.outputs(name)
    endpoint.client("s3").delete_object(Bucket=BUCKET, Key="a")


@pytest.mark.parametrize("name", CASES)
def test_a_policy_template_allows_what_it_says_and_no_more(endpoint, functions, name):
    _, allowed, denied = CASES[name]
    answer = endpoint.client("lambda").invoke(
        FunctionName=functions[f"Fn{name}"], Payload=json.dumps([*allowed, *denied])
    )
    told = json.loads(answer["Payload"].read())
    assert told[: len(allowed)] == ["done"] * len(allowed)
    assert set(told[len(allowed) :]) <= DENIED, told
