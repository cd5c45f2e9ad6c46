"""With `start --enforce-iam` users and sessions of roles may do what their policies allow."""

import json
import urllib.error
import urllib.request
from contextlib import contextmanager, suppress

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError, WaiterError

from tests.conftest import an_endpoint
from tests.workshop import trust

ACCOUNT = "123456789012"
HERE = f"us-east-1:{ACCOUNT}"


@pytest.fixture(scope="module")
def enforced(tmp_path_factory):
    with an_endpoint(tmp_path_factory.mktemp("enforced"), "--enforce-iam") as started:
        yield started


@pytest.fixture
def ada(enforced):
    """A user without policies."""
    yield from _user(enforced, "ada")


def _user(endpoint, name):
    iam = endpoint.client("iam")
    iam.create_user(UserName=name)
    key = iam.create_access_key(UserName=name)["AccessKey"]
    yield User(endpoint, name, key)
    for policy in iam.list_user_policies(UserName=name)["PolicyNames"]:
        iam.delete_user_policy(UserName=name, PolicyName=policy)
    iam.delete_access_key(UserName=name, AccessKeyId=key["AccessKeyId"])
    iam.delete_user(UserName=name)


class User:
    def __init__(self, endpoint, name, key):
        self.endpoint, self.name, self.key = endpoint, name, key

    def client(self, service):
        return boto3.client(
            service,
            endpoint_url=self.endpoint.url,
            region_name="us-east-1",
            aws_access_key_id=self.key["AccessKeyId"],
            aws_secret_access_key=self.key["SecretAccessKey"],
            aws_session_token=self.key.get("SessionToken"),
            config=Config(inject_host_prefix=False),  # boto3 would call sync-127.0.0.1
        )

    def may(self, *actions, on="*", effect="Allow"):
        self.endpoint.client("iam").put_user_policy(
            UserName=self.name,
            PolicyName=effect,
            PolicyDocument=document(*actions, on=on, effect=effect),
        )


def document(*actions, on="*", effect="Allow"):
    statement = {"Effect": effect, "Action": list(actions), "Resource": on}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


@contextmanager
def denied(action, code="AccessDeniedException"):
    with pytest.raises(ClientError) as raised:
        yield
    error = raised.value.response["Error"]
    assert error["Code"] == code
    assert error["Message"].startswith("User: arn:aws:")
    assert f"is not authorized to perform: {action}" in error["Message"]
    assert raised.value.response["ResponseMetadata"]["HTTPStatusCode"] in (400, 403)


CALLS = [
    ("s3", "list_buckets", {}, "s3:ListAllMyBuckets", "AccessDenied"),
    ("s3", "create_bucket", {"Bucket": "of-ada"}, "s3:CreateBucket", "AccessDenied"),
    ("dynamodb", "list_tables", {}, "dynamodb:ListTables", "AccessDeniedException"),
    ("lambda", "list_functions", {}, "lambda:ListFunctions", "AccessDeniedException"),
    ("stepfunctions", "list_state_machines", {}, "states:ListStateMachines",
     "AccessDeniedException"),
    ("cloudformation", "list_stacks", {}, "cloudformation:ListStacks", "AccessDenied"),
    ("application-insights", "list_applications", {}, "applicationinsights:ListApplications",
     "AccessDeniedException"),
    ("resource-groups", "list_groups", {}, "resource-groups:ListGroups", "AccessDeniedException"),
    ("logs", "describe_log_groups", {}, "logs:DescribeLogGroups", "AccessDeniedException"),
    ("iam", "list_roles", {}, "iam:ListRoles", "AccessDenied"),
    ("events", "list_rules", {}, "events:ListRules", "AccessDeniedException"),
    ("sqs", "list_queues", {}, "sqs:ListQueues", "AccessDenied"),
    ("sns", "list_topics", {}, "sns:ListTopics", "AuthorizationError"),
    ("cloudwatch", "describe_alarms", {}, "cloudwatch:DescribeAlarms", "AccessDenied"),
    ("resourcegroupstaggingapi", "get_resources", {}, "tag:GetResources", "AccessDeniedException"),
    ("sts", "assume_role",
     {"RoleArn": f"arn:aws:iam::{ACCOUNT}:role/any", "RoleSessionName": "monday"},
     "sts:AssumeRole", "AccessDenied"),
]  # fmt: skip


@pytest.mark.parametrize(("service", "name", "given", "action", "code"), CALLS)
def test_every_service_asks_and_says_no_in_its_own_way(ada, service, name, given, action, code):
    call = getattr(ada.client(service), name)
    with denied(action, code):
        call(**given)
    ada.may(action)
    call(**given)


def test_who_one_is_everybody_may_ask(ada):
    found = ada.client("sts").get_caller_identity()
    assert found["Arn"] == f"arn:aws:iam::{ACCOUNT}:user/ada"


def test_the_workspaces_own_keys_may_do_everything(enforced):
    enforced.client("dynamodb").list_tables()


def test_the_message_names_user_action_and_resource(ada):
    with pytest.raises(ClientError) as raised:
        ada.client("dynamodb").describe_table(TableName="trades")
    assert raised.value.response["Error"]["Message"] == (
        f"User: arn:aws:iam::{ACCOUNT}:user/ada is not authorized to perform: "
        f"dynamodb:DescribeTable on resource: arn:aws:dynamodb:{HERE}:table/trades because no "
        "identity-based policy allows the dynamodb:DescribeTable action"
    )


def test_a_policy_for_one_resource_is_none_for_another_or_for_all(ada, enforced):
    for name in ("of-ada-1", "of-bob-1"):
        enforced.client("s3").create_bucket(Bucket=name)
    ada.may("s3:PutObject", "s3:DeleteObject", "s3:ListAllMyBuckets", on="arn:aws:s3:::of-ada-1/*")
    mine = ada.client("s3")
    mine.put_object(Bucket="of-ada-1", Key="a", Body=b"1")
    with denied("s3:PutObject", "AccessDenied"):
        mine.put_object(Bucket="of-bob-1", Key="a", Body=b"1")
    with denied("s3:ListAllMyBuckets", "AccessDenied"):
        mine.list_buckets()  # asked of all: only a policy for * allows it
    mine.delete_objects(Bucket="of-ada-1", Delete={"Objects": [{"Key": "a"}]})
    with denied("s3:DeleteObject", "AccessDenied"):
        mine.delete_objects(Bucket="of-bob-1", Delete={"Objects": [{"Key": "a"}]})


def test_an_explicit_deny_wins(ada):
    ada.may("dynamodb:*")
    ada.may("dynamodb:ListTables", effect="Deny")
    with pytest.raises(ClientError, match="with an explicit deny in an identity-based policy"):
        ada.client("dynamodb").list_tables()


def test_a_groups_policies_are_its_members(ada, enforced):
    iam = enforced.client("iam")
    iam.create_group(GroupName="class")
    arn = iam.create_policy(PolicyName="class", PolicyDocument=document("sqs:ListQueues"))
    iam.attach_group_policy(GroupName="class", PolicyArn=arn["Policy"]["Arn"])
    with denied("sqs:ListQueues", "AccessDenied"):
        ada.client("sqs").list_queues()
    iam.add_user_to_group(GroupName="class", UserName="ada")
    ada.client("sqs").list_queues()
    iam.remove_user_from_group(GroupName="class", UserName="ada")


def test_keys_of_a_session_are_still_the_users(ada, enforced):
    temporary = ada.client("sts").get_session_token()["Credentials"]
    session = User(enforced, "ada", temporary)
    with denied("sqs:ListQueues", "AccessDenied"):
        session.client("sqs").list_queues()
    ada.may("sqs:ListQueues")
    session.client("sqs").list_queues()


def test_a_session_of_a_role_may_do_what_the_role_may_and_its_own_policy_too(enforced):
    role = enforced.role("reader", allow="sqs:ListQueues")
    sts = enforced.client("sts")
    for narrowed, well in ((None, True), (document("sqs:*"), True), (document("sns:*"), False)):
        how = {"Policy": narrowed} if narrowed else {}
        keys = sts.assume_role(RoleArn=role, RoleSessionName="monday", **how)["Credentials"]
        session = User(enforced, "reader", keys)
        if well:
            session.client("sqs").list_queues()
        else:
            with pytest.raises(ClientError, match="because no session policy allows"):
                session.client("sqs").list_queues()
        with denied("dynamodb:ListTables"):
            session.client("dynamodb").list_tables()
    assert "assumed-role/reader/monday" in _message(session.client("dynamodb").list_tables)


def _message(call, **given):
    with pytest.raises(ClientError) as raised:
        call(**given)
    return raised.value.response["Error"]["Message"]


def test_an_address_that_was_signed_beforehand_is_the_signers(ada, enforced):
    enforced.client("s3").create_bucket(Bucket="signed")
    enforced.client("s3").put_object(Bucket="signed", Key="a", Body=b"1")
    url = ada.client("s3").generate_presigned_url("get_object", {"Bucket": "signed", "Key": "a"})
    with pytest.raises(urllib.error.HTTPError, match="403"):
        urllib.request.urlopen(url)
    ada.may("s3:GetObject", on="arn:aws:s3:::signed/a")
    assert urllib.request.urlopen(url).read() == b"1"


def test_who_hands_a_role_to_a_service_must_be_allowed_to(ada, enforced):
    role = enforced.role("runs-machines", allow="*")
    machine = {"StartAt": "A", "States": {"A": {"Type": "Pass", "End": True}}}
    ada.may("states:*")
    create = ada.client("stepfunctions").create_state_machine
    given = {"name": "handed", "definition": json.dumps(machine), "roleArn": role}
    with denied("iam:PassRole"):
        create(**given)
    ada.may("states:*", "iam:PassRole")
    create(**given)


def test_what_a_state_machine_does_is_its_roles_and_not_its_starters(ada, enforced):
    role = enforced.role("lists", allow="sqs:ListQueues")
    task = {"Type": "Task", "Resource": "arn:aws:states:::aws-sdk:sqs:listQueues", "End": True}
    machine = {"StartAt": "A", "States": {"A": task}}
    made = enforced.client("stepfunctions").create_state_machine(
        name="lists", definition=json.dumps(machine), roleArn=role, type="EXPRESS"
    )
    ada.may(
        "states:StartExecution", "states:StartSyncExecution", "states:TestState", "iam:PassRole"
    )
    tested = ada.client("stepfunctions").test_state(definition=json.dumps(task), roleArn=role)
    assert tested["status"] == "SUCCEEDED"
    assert ada.client("stepfunctions").start_execution(stateMachineArn=made["stateMachineArn"])


# ---- CloudFormation works with the rights of whoever asks

QUEUE = {"Resources": {"Queue": {"Type": "AWS::SQS::Queue", "Properties": {"QueueName": "q"}}}}
STACKS = ("cloudformation:*",)


def deploy(client, name, template, **options):
    client.create_stack(StackName=name, TemplateBody=json.dumps(template), **options)
    with suppress(WaiterError):
        client.get_waiter("stack_create_complete").wait(
            StackName=name, WaiterConfig={"Delay": 0.2, "MaxAttempts": 100}
        )
    (stack,) = client.describe_stacks(StackName=name)["Stacks"]
    return stack["StackStatus"]


def reasons(client, name):
    events = client.describe_stack_events(StackName=name)["StackEvents"]
    return [e["ResourceStatusReason"] for e in events if e["ResourceStatus"].endswith("_FAILED")]


def test_a_stack_is_made_with_the_rights_of_whoever_asks_for_it(ada, enforced):
    ada.may(*STACKS)
    mine = ada.client("cloudformation")
    assert deploy(mine, "first", QUEUE) == "ROLLBACK_COMPLETE"
    (why,) = reasons(mine, "first")
    assert why.startswith(
        f'Resource handler returned message: "User: arn:aws:iam::{ACCOUNT}:user/ada is not '
        f"authorized to perform: sqs:CreateQueue on resource: arn:aws:sqs:{HERE}:q because"
    )
    assert "(Service: Sqs, Status Code: 403" in why and "HandlerErrorCode: AccessDenied" in why
    mine.delete_stack(StackName="first")
    ada.may(*STACKS, "sqs:CreateQueue")
    assert deploy(mine, "second", QUEUE) == "CREATE_COMPLETE"
    mine.delete_stack(StackName="second")
    with pytest.raises(WaiterError):
        mine.get_waiter("stack_delete_complete").wait(
            StackName="second", WaiterConfig={"Delay": 0.2, "MaxAttempts": 50}
        )
    assert any("perform: sqs:DeleteQueue on" in why for why in reasons(mine, "second"))
    ada.may(*STACKS, "sqs:*")
    mine.delete_stack(StackName="second")
    mine.get_waiter("stack_delete_complete").wait(
        StackName="second", WaiterConfig={"Delay": 0.2, "MaxAttempts": 50}
    )


def test_a_stack_with_a_service_role_is_made_with_that_roles(ada, enforced):
    role = enforced.role("deploys", allow="sqs:*")
    ada.may(*STACKS)
    mine = ada.client("cloudformation")
    assert "iam:PassRole" in _message(
        mine.create_stack, StackName="third", TemplateBody=json.dumps(QUEUE), RoleARN=role
    )
    ada.may(*STACKS, "iam:PassRole", on="*")
    assert deploy(mine, "third", QUEUE, RoleARN=role) == "CREATE_COMPLETE"
    topic = {"Resources": {"Topic": {"Type": "AWS::SNS::Topic"}}}
    assert deploy(mine, "fourth", topic, RoleARN=role) == "ROLLBACK_COMPLETE"
    assert "assumed-role/deploys/AWSCloudFormation" in reasons(mine, "fourth")[0]


def test_a_role_in_a_stack_is_passed_and_its_policies_are_put(ada, enforced):
    body = {
        "Type": "AWS::IAM::Role",
        "Properties": {
            "RoleName": "made-by-ada",
            "AssumeRolePolicyDocument": trust("lambda", "states"),
            "Policies": [{"PolicyName": "p", "PolicyDocument": json.loads(document("sqs:*"))}],
        },
    }
    machine = {
        "Type": "AWS::StepFunctions::StateMachine",
        "Properties": {
            "RoleArn": {"Fn::GetAtt": "Role.Arn"},
            "Definition": {"StartAt": "A", "States": {"A": {"Type": "Pass", "End": True}}},
        },
    }
    template = {"Resources": {"Role": body, "Machine": machine}}
    mine = ada.client("cloudformation")
    allowed = [*STACKS, "iam:DeleteRole*", "states:DeleteStateMachine"]
    wanted = ("iam:CreateRole", "iam:PutRolePolicy", "states:CreateStateMachine",
              "states:TagResource", "iam:PassRole")  # fmt: skip
    for number, action in enumerate(wanted):
        ada.may(*allowed)
        options = {"Capabilities": ["CAPABILITY_NAMED_IAM"]}
        assert deploy(mine, f"roles-{number}", template, **options) == "ROLLBACK_COMPLETE"
        assert action in reasons(mine, f"roles-{number}")[0]
        allowed.append(action)
    ada.may(*allowed)
    assert deploy(mine, "roles", template, **options) == "CREATE_COMPLETE"
    # A policy of the role that changes needs no more than to be put.
    body["Properties"]["Policies"][0]["PolicyDocument"] = json.loads(document("sns:*"))
    ada.may(*STACKS, "iam:PutRolePolicy")
    mine.update_stack(
        StackName="roles", TemplateBody=json.dumps(template), Capabilities=["CAPABILITY_NAMED_IAM"]
    )
    with suppress(WaiterError):
        mine.get_waiter("stack_update_complete").wait(
            StackName="roles", WaiterConfig={"Delay": 0.2, "MaxAttempts": 50}
        )
    assert not reasons(mine, "roles")


def test_a_template_with_a_transform_asks_for_it(ada):
    serverless = {"Transform": "AWS::Serverless-2016-10-31"} | QUEUE
    ada.may("cloudformation:*", on=f"arn:aws:cloudformation:{HERE}:stack/*")
    mine = ada.client("cloudformation")
    given = {"StackName": "transformed", "ChangeSetName": "c", "ChangeSetType": "CREATE"}
    made = mine.create_change_set(**given, TemplateBody=json.dumps(serverless))
    found = mine.describe_change_set(ChangeSetName=made["Id"], StackName="transformed")
    assert found["Status"] == "FAILED"
    assert "cloudformation:us-east-1:aws:transform/Serverless-2016-10-31" in found["StatusReason"]


# ---- what was asked, and the command line


def test_what_was_asked_can_be_listed(ada, enforced):
    with denied("dynamodb:DescribeTable"):
        ada.client("dynamodb").describe_table(TableName="seldom")
    ada.may("sqs:ListQueues")
    ada.client("sqs").list_queues()
    lines = enforced.command("asked").stdout.splitlines()
    assert f"dynamodb:DescribeTable arn:aws:dynamodb:{HERE}:table/seldom denied" in lines
    assert "sqs:ListQueues *" in lines
    assert len(lines) == len(set(lines))


def test_an_endpoint_that_runs_is_not_made_another(enforced):
    said = enforced.command("start", "--enforce-iam")
    assert said.returncode == 1
    assert "stop, then start --enforce-iam" in said.stderr


def test_a_sleeper_still_enforces_when_it_wakes(tmp_path):
    with an_endpoint(tmp_path / "sleeper", "--enforce-iam", "--doze", "1s") as sleeper:
        for user in _user(sleeper, "bob"):
            _wait_asleep(sleeper)
            with denied("sqs:ListQueues", "AccessDenied"):
                user.client("sqs").list_queues()
            assert "sqs:ListQueues * denied" in sleeper.command("asked").stdout


def _wait_asleep(endpoint):
    import time

    for _ in range(200):
        if json.loads((endpoint.home / "endpoint.json").read_text()).get("asleep"):
            return
        time.sleep(0.1)
    pytest.fail("it does not fall asleep")
