"""A function may do what its execution role allows, and nothing else."""

import json
import uuid

import pytest
from botocore.exceptions import ClientError

from tests.workshop import make_function, trust

SOURCE = """
import boto3
from botocore.exceptions import ClientError


def handler(event, context):
    client = boto3.client(event["service"])
    try:
        answer = getattr(client, event["method"])(**event["parameters"])
    except ClientError as error:
        found = error.response
        return {
            "code": found["Error"]["Code"],
            "message": found["Error"]["Message"],
            "status": found["ResponseMetadata"]["HTTPStatusCode"],
        }
    answer.pop("ResponseMetadata")
    return answer if event["told"] else "done"
"""


@pytest.fixture(scope="module")
def function(endpoint):
    """A function with a role that allows nothing: (name, role's name, function to call it)."""
    functions = endpoint.client("lambda")
    role = f"role-{uuid.uuid4().hex[:8]}"
    arn = endpoint.role(role)
    made = make_function(functions, arn, SOURCE, Timeout=30, MemorySize=512)
    name = made["FunctionName"]

    def call(service, method, told=False, **parameters):
        event = {"service": service, "method": method, "parameters": parameters, "told": told}
        answer = functions.invoke(FunctionName=name, Payload=json.dumps(event))
        payload = json.loads(answer["Payload"].read())
        assert "FunctionError" not in answer, payload
        return payload

    yield name, role, call
    functions.delete_function(FunctionName=name)


@pytest.fixture
def allow(endpoint, function):
    """Allows the role something, for one test."""
    iam, role = endpoint.client("iam"), function[1]

    def allow(actions, resource, effect="Allow"):
        statement = {"Effect": effect, "Action": actions, "Resource": resource}
        document = {"Version": "2012-10-17", "Statement": [statement]}
        name = f"p{uuid.uuid4().hex[:6]}"
        iam.put_role_policy(RoleName=role, PolicyName=name, PolicyDocument=json.dumps(document))

    yield allow
    for name in iam.list_role_policies(RoleName=role)["PolicyNames"]:
        iam.delete_role_policy(RoleName=role, PolicyName=name)


@pytest.fixture(scope="module")
def table(endpoint):
    """A table of DynamoDB's: name and ARN."""
    made = endpoint.client("dynamodb").create_table(
        TableName=f"table-{uuid.uuid4().hex[:8]}",
        KeySchema=[{"AttributeName": "Id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "Id", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
    )["TableDescription"]
    return made["TableName"], made["TableArn"]


ITEM = {"Id": {"S": "1"}}


def test_what_no_policy_allows_is_denied_in_aws_words(endpoint, function, table):
    name, role, call = function
    denied = call("dynamodb", "put_item", TableName=table[0], Item=ITEM)
    assert denied == {
        "code": "AccessDeniedException",
        "status": 400,
        "message": f"User: arn:aws:sts::123456789012:assumed-role/{role}/{name} is not authorized "
        f"to perform: dynamodb:PutItem on resource: {table[1]} because no identity-based policy "
        "allows the dynamodb:PutItem action",
    }
    assert endpoint.client("dynamodb").scan(TableName=table[0])["Count"] == 0


def test_a_permissions_boundary_bounds_what_the_policies_allow(endpoint, function, table, allow):
    _, role, call = function
    allow("dynamodb:*", "*")
    iam = endpoint.client("iam")

    def bounded(**statement):
        document = {"Version": "2012-10-17", "Statement": [{"Resource": "*"} | statement]}
        made = iam.create_policy(
            PolicyName=f"boundary-{uuid.uuid4().hex[:8]}", PolicyDocument=json.dumps(document)
        )
        arn = made["Policy"]["Arn"]
        iam.put_role_permissions_boundary(RoleName=role, PermissionsBoundary=arn)

    put = {"TableName": table[0], "Item": ITEM}
    bounded(Effect="Allow", Action="dynamodb:GetItem")
    denied = call("dynamodb", "put_item", **put)["message"]
    assert denied.endswith(
        f"to perform: dynamodb:PutItem on resource: {table[1]} because no permissions boundary "
        "allows the dynamodb:PutItem action"
    )
    assert call("dynamodb", "get_item", TableName=table[0], Key=ITEM) == "done"
    bounded(Effect="Deny", Action="dynamodb:PutItem")
    denied = call("dynamodb", "put_item", **put)["message"]
    assert denied.endswith("with an explicit deny in a permissions boundary")
    bounded(Effect="Allow", Action="dynamodb:*")
    assert call("dynamodb", "put_item", **put) == "done"
    iam.delete_role_permissions_boundary(RoleName=role)


def test_what_a_policy_allows_is_done(endpoint, function, table, allow):
    call = function[2]
    allow("dynamodb:PutItem", table[1])
    assert call("dynamodb", "put_item", TableName=table[0], Item=ITEM) == "done"
    denied = call("dynamodb", "delete_item", TableName=table[0], Key=ITEM)
    assert denied["code"] == "AccessDeniedException"
    assert endpoint.client("dynamodb").scan(TableName=table[0])["Count"] == 1
    allow("dynamodb:*", "*", effect="Deny")
    denied = call("dynamodb", "put_item", TableName=table[0], Item=ITEM)
    assert "with an explicit deny in an identity-based policy" in denied["message"]


def test_s3_says_access_denied(endpoint, function, allow):
    name, role, call = function
    bucket = f"bucket-{uuid.uuid4().hex[:8]}"
    endpoint.client("s3").create_bucket(Bucket=bucket)
    denied = call("s3", "put_object", Bucket=bucket, Key="a/b.txt", Body="x")
    assert (denied["code"], denied["status"]) == ("AccessDenied", 403)
    assert denied["message"] == (
        f"User: arn:aws:sts::123456789012:assumed-role/{role}/{name} is not authorized to perform: "
        f's3:PutObject on resource: "arn:aws:s3:::{bucket}/a/b.txt" because no identity-based '
        "policy allows the s3:PutObject action"
    )
    assert call("s3", "list_buckets")["code"] == "AccessDenied"
    allow(["s3:PutObject", "s3:GetObject"], f"arn:aws:s3:::{bucket}/*")
    assert call("s3", "put_object", Bucket=bucket, Key="a/b.txt", Body="x") == "done"
    assert call("s3", "list_objects_v2", Bucket=bucket)["code"] == "AccessDenied"
    allow("s3:ListBucket", f"arn:aws:s3:::{bucket}")
    assert call("s3", "list_objects_v2", Bucket=bucket) == "done"


@pytest.mark.parametrize(
    ("service", "method", "parameters", "action", "code", "status"),
    [
        ("lambda", "invoke", {"FunctionName": "other"}, "lambda:InvokeFunction", None, 403),
        (
            "sqs",
            "send_message",
            {"QueueUrl": "https://sqs.us-east-1.amazonaws.com/1/q", "MessageBody": "x"},
            "sqs:SendMessage",
            "AccessDenied",
            403,
        ),
        (
            "sns",
            "publish",
            {"TopicArn": "arn:aws:sns:us-east-1:123456789012:t", "Message": "x"},
            "sns:Publish",
            "AuthorizationError",
            403,
        ),
        ("events", "put_events", {"Entries": [{"Source": "a"}]}, "events:PutEvents", None, 400),
        ("ssm", "get_parameter", {"Name": "p"}, "ssm:GetParameter", None, 400),
        ("logs", "create_log_group", {"logGroupName": "g"}, "logs:CreateLogGroup", None, 400),
        ("kinesis", "describe_stream", {"StreamName": "s"}, "kinesis:DescribeStream", None, 400),
        (
            "secretsmanager",
            "get_secret_value",
            {"SecretId": "s"},
            "secretsmanager:GetSecretValue",
            None,
            400,
        ),
        (
            "stepfunctions",
            "start_execution",
            {"stateMachineArn": "arn:aws:states:us-east-1:123456789012:stateMachine:m"},
            "states:StartExecution on resource: "
            "arn:aws:states:us-east-1:123456789012:stateMachine:m",
            None,
            400,
        ),
        (
            "sqs",
            "send_message_batch",
            {
                "QueueUrl": "https://sqs.us-east-1.amazonaws.com/1/q",
                "Entries": [{"Id": "1", "MessageBody": "x"}],
            },
            "sqs:SendMessage",
            "AccessDenied",
            403,
        ),
    ],
)
def test_each_service_denies_in_its_own_way(
    function, service, method, parameters, action, code, status
):
    denied = function[2](service, method, **parameters)
    assert denied["code"] == (code or "AccessDeniedException")
    assert denied["status"] == status
    assert f"is not authorized to perform: {action}" in denied["message"]


def test_each_table_of_a_request_counts(function, table, allow):
    call, (name, arn) = function[2], table
    allow("dynamodb:PutItem", arn)
    put = {"Put": {"TableName": name, "Item": ITEM}}
    assert call("dynamodb", "transact_write_items", TransactItems=[put]) == "done"
    other = {"Delete": {"TableName": name, "Key": {"Id": {"S": "2"}}}}
    denied = call("dynamodb", "transact_write_items", TransactItems=[put, other])
    assert f"perform: dynamodb:DeleteItem on resource: {arn} because" in denied["message"]
    allow("dynamodb:BatchGetItem", arn)
    keys = {name: {"Keys": [ITEM]}}
    assert call("dynamodb", "batch_get_item", RequestItems=keys) == "done"
    denied = call("dynamodb", "batch_get_item", RequestItems={**keys, "other": {"Keys": [ITEM]}})
    assert "dynamodb:BatchGetItem on resource: " + arn.replace(name, "other") in denied["message"]


@pytest.fixture
def waiting(endpoint):
    """Makes machines that wait for an answer, starts each: (its ARN, the token)."""
    states, sqs = endpoint.client("stepfunctions"), endpoint.client("sqs")
    url = sqs.create_queue(QueueName=f"q-{uuid.uuid4().hex[:8]}")["QueueUrl"]
    role = endpoint.role(f"role-{uuid.uuid4().hex[:8]}", allow="*")
    asks = {
        "Type": "Task",
        "Resource": "arn:aws:states:::sqs:sendMessage.waitForTaskToken",
        "Parameters": {"QueueUrl": url, "MessageBody.$": "$$.Task.Token"},
        "End": True,
    }
    definition = json.dumps({"StartAt": "Ask", "States": {"Ask": asks}})
    made = []

    def begin():
        name = f"asks-{uuid.uuid4().hex[:8]}"
        machine = states.create_state_machine(name=name, definition=definition, roleArn=role)
        made.append(machine["stateMachineArn"])
        states.start_execution(stateMachineArn=made[-1])
        [message] = sqs.receive_message(QueueUrl=url, WaitTimeSeconds=10)["Messages"]
        sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
        return made[-1], message["Body"]

    yield begin
    for arn in made:
        states.delete_state_machine(stateMachineArn=arn)


@pytest.mark.parametrize("method", ["success", "failure", "heartbeat"])
def test_who_may_answer_for_a_machine_may_not_for_another(function, allow, waiting, method):
    """Of callbacks IAM asks for the state machine: github.com/aws/aws-cdk/pull/8486."""
    name, role, call = function
    ours, our_token = waiting()
    theirs, their_token = waiting()
    operation = f"SendTask{method.capitalize()}"
    allow(f"states:{operation}", ours)
    given = {"output": '"yes"'} if method == "success" else {}
    denied = call("stepfunctions", f"send_task_{method}", taskToken=their_token, **given)
    assert denied == {
        "code": "AccessDeniedException",
        "status": 400,
        "message": f"User: arn:aws:sts::123456789012:assumed-role/{role}/{name} is not authorized "
        f"to perform: states:{operation} on resource: {theirs} because no identity-based policy "
        f"allows the states:{operation} action",
    }
    assert call("stepfunctions", f"send_task_{method}", taskToken=our_token, **given) == "done"
    lost = call("stepfunctions", f"send_task_{method}", taskToken="x" * 100, **given)
    assert lost["code"] == "InvalidToken"


def test_who_may_answer_for_an_activity(endpoint, function, allow):
    call = function[2]
    states = endpoint.client("stepfunctions")
    activity = states.create_activity(name=f"work-{uuid.uuid4().hex[:8]}")["activityArn"]
    by = endpoint.role(f"role-{uuid.uuid4().hex[:8]}", allow="*")
    definition = {
        "StartAt": "A",
        "States": {"A": {"Type": "Task", "Resource": activity, "End": True}},
    }
    machine = states.create_state_machine(
        name=f"works-{uuid.uuid4().hex[:8]}", definition=json.dumps(definition), roleArn=by
    )["stateMachineArn"]
    states.start_execution(stateMachineArn=machine)
    task = {"taskToken": states.get_activity_task(activityArn=activity)["taskToken"]}
    allow("states:SendTaskFailure", machine)
    denied = call("stepfunctions", "send_task_failure", **task)
    assert f"states:SendTaskFailure on resource: {activity} because" in denied["message"]
    allow("states:SendTaskFailure", activity)
    assert call("stepfunctions", "send_task_failure", **task) == "done"


def test_who_one_is_may_always_be_asked_and_is_the_role(endpoint, function):
    name, role, call = function
    role_id = endpoint.client("iam").get_role(RoleName=role)["Role"]["RoleId"]
    assert call("sts", "get_caller_identity", told=True) == {
        "UserId": f"{role_id}:{name}",
        "Account": "123456789012",
        "Arn": f"arn:aws:sts::123456789012:assumed-role/{role}/{name}",
    }
    denied = call("iam", "get_user")
    assert denied["code"] == "ValidationError"
    assert denied["message"] == "Must specify userName when calling with non-User credentials"


def test_the_learner_is_not_restricted(endpoint, table):
    endpoint.client("dynamodb").put_item(TableName=table[0], Item={"Id": {"S": "2"}})


def test_a_role_that_lambda_may_not_assume_is_refused(endpoint, function):
    iam, functions = endpoint.client("iam"), endpoint.client("lambda")
    name = f"role-{uuid.uuid4().hex[:8]}"
    of_states = json.dumps(trust("states"))
    arn = iam.create_role(RoleName=name, AssumeRolePolicyDocument=of_states)["Role"]["Arn"]
    with pytest.raises(ClientError, match="cannot be assumed by Lambda") as refused:
        functions.update_function_configuration(FunctionName=function[0], Role=arn)
    assert refused.value.response["Error"]["Code"] == "InvalidParameterValueException"
    with pytest.raises(ClientError, match="cannot be assumed by Lambda"):
        make_function(functions, arn, SOURCE)
