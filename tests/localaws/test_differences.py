"""Where the endpoint is not AWS: each row of docs/local-versus-aws.md that no other test shows.

A test here holds a difference: when one is mended, its test fails, and its row goes.
"""

import functools
import json
import sys
import urllib.error
import urllib.request
import uuid
import zipfile

import pytest
from botocore.exceptions import ClientError

from tests.conftest import an_endpoint
from tests.workshop import RUNTIME, ended, make_function, stack_at_rest, zipped

PASS = {"StartAt": "A", "States": {"A": {"Type": "Pass", "End": True}}}
PROVIDER = "arn:aws:lambda:us-east-1:123456789012:capacity-provider:mine"
MISSING_ROLE = "arn:aws:iam::123456789012:role/nobody-made-this"


@pytest.fixture(scope="module")
def role(module_endpoint):
    return module_endpoint.role("differences", allow="*")


@pytest.fixture
def function(module_endpoint, role):
    """Makes a function from its code; gives what calls it."""
    client = module_endpoint.client("lambda")

    def make(code, **options):
        made = make_function(client, role, code, **{"Timeout": 30, "MemorySize": 512} | options)
        name = made["FunctionName"]

        def call(event=None):
            answer = client.invoke(FunctionName=name, Payload=json.dumps(event))
            payload = json.loads(answer["Payload"].read())
            assert "FunctionError" not in answer, payload
            return payload

        call.name, call.arn = name, made["FunctionArn"]
        return call

    return make


@pytest.fixture
def run(module_endpoint, role):
    """Runs a definition to its end; gives its description."""
    states = module_endpoint.client("stepfunctions")

    def run(definition, given=None):
        machine = states.create_state_machine(
            name=f"m-{uuid.uuid4().hex[:8]}", definition=json.dumps(definition), roleArn=role
        )["stateMachineArn"]
        arn = states.start_execution(stateMachineArn=machine, input=json.dumps(given or {}))
        return ended(states, arn["executionArn"], 60)

    run.ended = functools.partial(ended, states)
    return run


def refused(call, **parameters):
    with pytest.raises(ClientError) as caught:
        call(**parameters)
    return caught.value.response["Error"]


# -- everywhere


def test_no_call_is_throttled(module_endpoint):
    """AWS: ListStateMachines takes 100 at once and then 5 a second."""
    states = module_endpoint.client("stepfunctions")
    for _ in range(150):
        states.list_state_machines()


def test_other_services_write_no_metrics(module_endpoint):
    topics, buckets = module_endpoint.client("sns"), module_endpoint.client("s3")
    arn = topics.create_topic(Name="tells-nothing")["TopicArn"]
    topics.publish(TopicArn=arn, Message="1")
    buckets.create_bucket(Bucket="tells-nothing")
    buckets.put_object(Bucket="tells-nothing", Key="k", Body=b"1")
    found = module_endpoint.client("cloudwatch").list_metrics()["Metrics"]
    five = {f"AWS/{name}" for name in ("DynamoDB", "Events", "Lambda", "SQS", "States")}
    assert {one["Namespace"] for one in found if one["Namespace"].startswith("AWS/")} <= five


def test_a_metric_is_there_at_once(module_endpoint):
    url = module_endpoint.client("sqs").create_queue(QueueName="at-once")["QueueUrl"]
    module_endpoint.client("sqs").send_message(QueueUrl=url, MessageBody="1")
    found = module_endpoint.client("cloudwatch").list_metrics(
        Dimensions=[{"Name": "QueueName", "Value": "at-once"}]
    )
    assert "NumberOfMessagesSent" in {one["MetricName"] for one in found["Metrics"]}


def test_an_alarm_tells_topics_and_functions_only(module_endpoint):
    watch = module_endpoint.client("cloudwatch")
    watch.put_metric_alarm(
        AlarmName="reboots", Namespace="Tests", MetricName="m", Statistic="Sum", Period=60,
        EvaluationPeriods=1, Threshold=1, ComparisonOperator="GreaterThanThreshold",
        AlarmActions=["arn:aws:automate:us-east-1:ec2:reboot"],
    )  # fmt: skip
    watch.set_alarm_state(AlarmName="reboots", StateValue="ALARM", StateReason="a test")
    (done,) = watch.describe_alarm_history(AlarmName="reboots", HistoryItemType="Action")[
        "AlarmHistoryItems"
    ]
    assert done["HistorySummary"].startswith("Failed to execute action")


def test_what_alarms_do_not_have(module_endpoint):
    watch = module_endpoint.client("cloudwatch")
    suppressed = refused(
        watch.put_composite_alarm,
        AlarmName="suppressed", AlarmRule="TRUE", ActionsSuppressor="reboots",
        ActionsSuppressorWaitPeriod=60, ActionsSuppressorExtensionPeriod=60,
    )  # fmt: skip
    assert "suppress no actions" in suppressed["Message"]
    often = refused(
        watch.put_metric_alarm,
        AlarmName="often", Namespace="Tests", MetricName="m", Statistic="Sum", Period=10,
        EvaluationPeriods=1, Threshold=1, ComparisonOperator="GreaterThanThreshold",
    )  # fmt: skip
    assert "whole minutes" in often["Message"]


def test_there_is_no_trail(module_endpoint):
    trail = module_endpoint.client("cloudtrail")
    assert refused(trail.lookup_events)["Code"] == "NotImplemented"


def test_no_trace_is_kept(module_endpoint, role):
    states = module_endpoint.client("stepfunctions")
    machine = states.create_state_machine(
        name="traced",
        definition=json.dumps(PASS),
        roleArn=role,
        tracingConfiguration={"enabled": True},
    )["stateMachineArn"]
    told = states.describe_state_machine(stateMachineArn=machine)
    assert told["tracingConfiguration"] == {"enabled": True}
    states.start_execution(stateMachineArn=machine)
    xray = module_endpoint.client("xray")
    error = refused(xray.get_trace_summaries, StartTime=0, EndTime=2_000_000_000)
    assert error["Code"] == "NotImplemented"


def test_nothing_is_ever_spent(module_endpoint):
    account, budgets = "123456789012", module_endpoint.client("budgets")
    limit = {"Amount": "5", "Unit": "USD"}
    budget = {"BudgetName": "course", "BudgetType": "COST", "TimeUnit": "MONTHLY"}
    budgets.create_budget(AccountId=account, Budget=budget | {"BudgetLimit": limit})
    [kept] = budgets.describe_budgets(AccountId=account)["Budgets"]
    assert float(kept["CalculatedSpend"]["ActualSpend"]["Amount"]) == 0
    spent = module_endpoint.client("ce").get_cost_and_usage(
        TimePeriod={"Start": "2026-11-01", "End": "2026-11-28"},
        Granularity="MONTHLY",
        Metrics=["BlendedCost"],
    )
    assert spent["ResultsByTime"] == []


def test_users_and_assumed_roles_may_do_everything(module_endpoint):
    iam = module_endpoint.client("iam")
    iam.create_user(UserName="without-policies")
    key = iam.create_access_key(UserName="without-policies")["AccessKey"]
    nothing = module_endpoint.role("allows-nothing")
    session = module_endpoint.client("sts").assume_role(RoleArn=nothing, RoleSessionName="tests")
    session = session["Credentials"]
    for keys in (
        {"aws_access_key_id": key["AccessKeyId"], "aws_secret_access_key": key["SecretAccessKey"]},
        {
            "aws_access_key_id": session["AccessKeyId"],
            "aws_secret_access_key": session["SecretAccessKey"],
            "aws_session_token": session["SessionToken"],
        },
    ):
        module_endpoint.client("sqs", **keys).list_queues()


def test_what_is_not_enforced(tmp_path):
    with an_endpoint(tmp_path / "enforced", "--enforce-iam") as enforced:
        sts = enforced.client("sts")
        nothing = {"Effect": "Deny", "Action": "*", "Resource": "*"}
        policy = json.dumps({"Version": "2012-10-17", "Statement": [nothing]})
        keys = sts.get_federation_token(Name="guest", Policy=policy)["Credentials"]
        guest = enforced.client(
            "sqs",
            aws_access_key_id=keys["AccessKeyId"],
            aws_secret_access_key=keys["SecretAccessKey"],
            aws_session_token=keys["SessionToken"],
        )
        guest.list_queues()
        iam = enforced.client("iam")
        iam.create_user(
            UserName="bound", PermissionsBoundary="arn:aws:iam::123456789012:policy/none"
        )
        everything = policy.replace("Deny", "Allow")
        iam.put_user_policy(UserName="bound", PolicyName="all", PolicyDocument=everything)
        key = iam.create_access_key(UserName="bound")["AccessKey"]
        bound = enforced.client(
            "s3",
            aws_access_key_id=key["AccessKeyId"],
            aws_secret_access_key=key["SecretAccessKey"],
        )
        bound.create_bucket(Bucket="of-a-bound-user")
        bound.put_bucket_policy(
            Bucket="of-a-bound-user",
            Policy=policy.replace(
                '"Resource": "*"', '"Principal": "*", "Resource": "arn:aws:s3:::of-a-bound-user"'
            ),
        )
        bound.list_objects_v2(Bucket="of-a-bound-user")


def test_a_role_that_is_not_there_can_be_assumed(module_endpoint):
    sts = module_endpoint.client("sts")
    found = sts.assume_role(RoleArn=MISSING_ROLE, RoleSessionName="tests")
    assert found["Credentials"]["AccessKeyId"].startswith("ASIA")


# -- S3


def test_s3_takes_no_anonymous_request_and_no_form(module_endpoint):
    s3 = module_endpoint.client("s3")
    s3.create_bucket(Bucket="for-everybody")
    s3.put_object(Bucket="for-everybody", Key="k", Body=b"x", ACL="public-read")
    address = f"{module_endpoint.url}/for-everybody"
    form = s3.generate_presigned_post("for-everybody", "uploaded")["fields"]
    lines = [
        f'--b\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
        for name, value in {**form, "file": "content"}.items()
    ]
    upload = urllib.request.Request(
        address,
        data="".join([*lines, "--b--\r\n"]).encode(),
        headers={"Content-Type": "multipart/form-data; boundary=b"},
    )
    for request in (f"{address}/k", upload):
        with pytest.raises(urllib.error.HTTPError) as caught:
            urllib.request.urlopen(request)
        assert caught.value.code == 403


def test_a_bucket_policy_counts_without_its_conditions(module_endpoint):
    s3 = module_endpoint.client("s3")
    s3.create_bucket(Bucket="with-a-condition")
    s3.put_object(Bucket="with-a-condition", Key="k", Body=b"x")
    statement = {
        "Effect": "Deny",
        "Principal": "*",
        "Action": "s3:GetObject",
        "Resource": "arn:aws:s3:::with-a-condition/*",
        "Condition": {"StringEquals": {"aws:PrincipalAccount": "999999999999"}},
    }
    policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    s3.put_bucket_policy(Bucket="with-a-condition", Policy=policy)
    assert refused(s3.get_object, Bucket="with-a-condition", Key="k")["Code"] == "AccessDenied"


# -- Lambda


def test_a_function_may_call_services_that_check_no_role(module_endpoint, function):
    call = function(
        "import boto3\n\ndef handler(event, context):\n"
        "    return boto3.client('cloudwatch').list_dashboards()['DashboardEntries']\n",
        Role=module_endpoint.role("no-dashboards"),
    )
    assert call() == []


def test_a_function_sees_the_files_of_this_machine(function, tmp_path):
    (tmp_path / "mine.txt").write_text("mine")
    call = function("def handler(event, context):\n    return open(event).read()\n")
    assert call(str(tmp_path / "mine.txt")) == "mine"


def test_a_function_url_is_not_served(module_endpoint, function):
    functions = module_endpoint.client("lambda")
    name = function("def handler(event, context):\n    return 1\n").name
    made = functions.create_function_url_config(FunctionName=name, AuthType="NONE")
    assert made["FunctionUrl"].endswith(".lambda-url.us-east-1.on.aws")
    template = {
        "Type": "AWS::Lambda::Url",
        "Properties": {"AuthType": "NONE", "TargetFunctionArn": name},
    }
    assert "cannot create AWS::Lambda::Url" in stack_refusal(module_endpoint, template)


def test_starts_cannot_be_made_quicker(module_endpoint, function):
    functions = module_endpoint.client("lambda")
    code = "def handler(event, context):\n    return 1\n"
    name = function(code, SnapStart={"ApplyOn": "PublishedVersions"}).name
    version = functions.publish_version(FunctionName=name)
    assert version["SnapStart"]["ApplyOn"] == "None"
    answer = refused(
        functions.put_provisioned_concurrency_config,
        FunctionName=name, Qualifier=version["Version"], ProvisionedConcurrentExecutions=1,
    )  # fmt: skip
    assert answer["Code"] == "NotImplemented"


@pytest.mark.parametrize(
    ("setting", "value", "what"),
    [
        ("DurableConfig", {"ExecutionTimeout": 3600}, "durable functions"),
        ("TenancyConfig", {"TenantIsolationMode": "PER_TENANT"}, "tenant isolation"),
        ("CapacityProviderConfig", {"LambdaManagedInstancesCapacityProviderConfig": {
            "CapacityProviderArn": PROVIDER}}, "capacity providers"),
        ("FileSystemConfigs", [{"LocalMountPath": "/mnt/files", "Arn":
            "arn:aws:elasticfilesystem:us-east-1:123456789012:access-point/fsap-0123456789abcdef0"
        }], "file systems"),
    ],
)  # fmt: skip
def test_what_a_function_cannot_have_is_refused(module_endpoint, function, setting, value, what):
    words = f"The local endpoint has no {what}: leave out {setting}, or deploy to an AWS account."
    code = "def handler(event, context):\n    return 1\n"
    with pytest.raises(ClientError) as made:
        function(code, **{setting: value})
    assert made.value.response["Error"]["Message"] == words
    stacks = module_endpoint.client("cloudformation")
    value = {"Arn": PROVIDER} if setting == "CapacityProviderConfig" else value  # SAM's short form
    properties = {"Runtime": RUNTIME, "Handler": "index.handler", "InlineCode": code}
    template = {
        "Transform": "AWS::Serverless-2016-10-31",
        "Resources": {
            "It": {"Type": "AWS::Serverless::Function", "Properties": properties | {setting: value}}
        },
    }
    stack = f"without-{setting}"
    stacks.create_stack(
        StackName=stack, TemplateBody=json.dumps(template),
        Capabilities=["CAPABILITY_IAM", "CAPABILITY_AUTO_EXPAND"],
    )  # fmt: skip
    assert stack_at_rest(stacks, stack)["StackStatus"] == "ROLLBACK_COMPLETE"
    events = stacks.describe_stack_events(StackName=stack)["StackEvents"]
    assert words in [event.get("ResourceStatusReason") for event in events]


def test_settings_of_a_function_without_effect(module_endpoint, role):
    stacks = module_endpoint.client("cloudformation")
    code = "def handler(event, context):\n    return 1\n"
    it = {
        "Runtime": RUNTIME, "Handler": "index.handler", "InlineCode": code, "Role": role,
        "AutoPublishAlias": "live", "RecursiveLoop": "Allow",
        "RuntimeManagementConfig": {"UpdateRuntimeOn": "FunctionUpdate"},
        "ProvisionedConcurrencyConfig": {"ProvisionedConcurrentExecutions": 1},
    }  # fmt: skip
    template = {
        "Transform": "AWS::Serverless-2016-10-31",
        "Resources": {"It": {"Type": "AWS::Serverless::Function", "Properties": it}},
    }
    stacks.create_stack(
        StackName="no-effect", TemplateBody=json.dumps(template),
        Capabilities=["CAPABILITY_IAM", "CAPABILITY_AUTO_EXPAND"],
    )  # fmt: skip
    assert stack_at_rest(stacks, "no-effect")["StackStatus"] == "CREATE_COMPLETE"
    made = stacks.describe_stack_resource(StackName="no-effect", LogicalResourceId="It")
    name = made["StackResourceDetail"]["PhysicalResourceId"]
    functions = module_endpoint.client("lambda")
    for ask in (functions.get_function_recursion_config, functions.get_runtime_management_config):
        assert refused(ask, FunctionName=name)["Code"] == "NotImplemented"
    answer = refused(
        functions.get_provisioned_concurrency_config, FunctionName=name, Qualifier="live"
    )
    assert answer["Code"] == "NotImplemented"


def test_a_container_image_does_not_run(module_endpoint, role):
    functions = module_endpoint.client("lambda")
    image = "123456789012.dkr.ecr.us-east-1.amazonaws.com/app:latest"
    functions.create_function(
        FunctionName="an-image", PackageType="Image", Role=role, Code={"ImageUri": image}
    )
    answer = refused(functions.invoke, FunctionName="an-image")
    assert answer["Code"] == "InvalidRuntimeException"
    assert "runs functions in Python only" in answer["Message"]


@pytest.mark.skipif(sys.platform == "win32", reason="the extension is a shell script")
def test_an_extension_in_a_layer_is_not_started(module_endpoint, function, tmp_path):
    program = zipfile.ZipInfo("extensions/told")
    program.external_attr = 0o755 << 16
    packed = zipped({program: f"#!/bin/sh\ntouch {tmp_path}/started\n"})
    layer = module_endpoint.client("lambda").publish_layer_version(
        LayerName="extension", Content={"ZipFile": packed}
    )["LayerVersionArn"]
    call = function("def handler(event, context):\n    return 1\n", Layers=[layer])
    assert call() == 1
    assert not (tmp_path / "started").exists()


def test_what_logs_insights_does_not_know(module_endpoint):
    logs = module_endpoint.client("logs")
    logs.create_log_group(logGroupName="/asked")
    query = {"logGroupName": "/asked", "startTime": 0, "endTime": 2_000_000_000}
    logs.start_query(**query, queryString="stats count(*) by bin(1h)")
    for text, what in (
        ("pattern @message", "the command pattern"),
        ("fields @message | diff previousDay", "the command diff"),
        ("fields isIpv4InSubnet(@message, '10.0.0.0/8')", "the function isipv4insubnet"),
    ):
        error = refused(logs.start_query, **query, queryString=text)
        assert error["Code"] == "MalformedQueryException"
        assert what in error["Message"]


def test_a_metric_filter_with_many_dimensions_goes_on(module_endpoint):
    logs, group = module_endpoint.client("logs"), "/many-dimensions"
    logs.create_log_group(logGroupName=group)
    logs.create_log_stream(logGroupName=group, logStreamName="s")
    logs.put_metric_filter(
        logGroupName=group, filterName="f", filterPattern="{ $.who = * }",
        metricTransformations=[{
            "metricName": "m", "metricNamespace": "Many", "metricValue": "1",
            "dimensions": {"Who": "$.who"}}],
    )  # fmt: skip
    stamp = logs.describe_log_groups(logGroupNamePrefix=group)["logGroups"][0]["creationTime"]
    logs.put_log_events(
        logGroupName=group, logStreamName="s",
        logEvents=[{"timestamp": stamp, "message": f'{{"who": {n}}}'} for n in range(1001)],
    )  # fmt: skip
    pages = module_endpoint.client("cloudwatch").get_paginator("list_metrics")
    found = [one for page in pages.paginate(Namespace="Many") for one in page["Metrics"]]
    assert len(found) == 1001


# -- Step Functions


@pytest.mark.parametrize("kind", ["PARQUET", "MANIFEST"])
def test_items_of_these_types_are_not_read(module_endpoint, run, kind):
    s3 = module_endpoint.client("s3")
    s3.create_bucket(Bucket=f"items-{kind.lower()}")
    s3.put_object(Bucket=f"items-{kind.lower()}", Key="k", Body=b"[]")
    config = {"InputType": kind}
    if kind == "MANIFEST":
        config["ManifestType"] = "S3_INVENTORY"
    reader = {
        "Resource": "arn:aws:states:::s3:getObject",
        "ReaderConfig": config,
        "Parameters": {"Bucket": f"items-{kind.lower()}", "Key": "k"},
    }
    done = run({"StartAt": "M", "States": {"M": each(PASS, ItemReader=reader)}})
    assert done["error"] == "States.ItemReaderFailed"
    assert done["cause"] == f"The local endpoint does not read items of the type {kind}"


def each(processor, **fields):
    config = {"ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"}}
    return {"Type": "Map", "ItemProcessor": {**config, **processor}, "End": True, **fields}


def test_executions_are_kept_for_longer_than_90_days(module_endpoint, run):
    done = run(PASS)
    module_endpoint.control("/_local/clock", {"advance": 100 * 86_400})
    states = module_endpoint.client("stepfunctions")
    assert states.describe_execution(executionArn=done["executionArn"])["status"] == "SUCCEEDED"


# -- CloudFormation


def stack_refusal(endpoint, resource, **fields):
    body = json.dumps({"Resources": {"It": resource}, **fields})
    stacks = endpoint.client("cloudformation")
    given = {"TemplateBody": body, "Capabilities": ["CAPABILITY_AUTO_EXPAND"]}
    return refused(stacks.create_stack, StackName="refused", **given)["Message"]


def test_an_api_cannot_be_deployed(module_endpoint):
    api = {"Type": "AWS::ApiGateway::RestApi", "Properties": {"Name": "api"}}
    assert "cannot create AWS::ApiGateway::RestApi" in stack_refusal(module_endpoint, api)


def test_macros_of_ones_own_do_not_run(module_endpoint):
    topic = {"Type": "AWS::SNS::Topic"}
    assert "No transform named Mine found" in stack_refusal(
        module_endpoint, topic, Transform="Mine"
    )


def test_a_stack_policy_hinders_nothing(module_endpoint):
    stacks = module_endpoint.client("cloudformation")
    deny = {"Effect": "Deny", "Action": "Update:*", "Principal": "*", "Resource": "*"}
    topic = {"Type": "AWS::SNS::Topic", "Properties": {}}

    def body():
        return json.dumps({"Resources": {"It": topic}})

    stacks.create_stack(
        StackName="policed",
        TemplateBody=body(),
        StackPolicyBody=json.dumps({"Statement": [deny]}),
    )
    stacks.get_waiter("stack_create_complete").wait(
        StackName="policed", WaiterConfig={"Delay": 0.1}
    )
    topic["Properties"]["DisplayName"] = "another"
    stacks.update_stack(StackName="policed", TemplateBody=body())
    stacks.get_waiter("stack_update_complete").wait(
        StackName="policed", WaiterConfig={"Delay": 0.1}
    )


def test_what_cloudformation_does_not_do_here(module_endpoint):
    stacks = module_endpoint.client("cloudformation")
    for call, parameters in (
        (stacks.cancel_update_stack, {"StackName": "s"}),
        (stacks.create_stack_set, {"StackSetName": "s", "TemplateBody": "{}"}),
    ):
        answer = refused(call, **parameters)
        assert answer["Code"] == "InvalidAction"
        assert "is not available on this local endpoint" in answer["Message"]
    bucket = {"Type": "AWS::S3::Bucket", "DeletionPolicy": "Retain"}
    answer = refused(
        stacks.create_change_set,
        StackName="s", ChangeSetName="c", ChangeSetType="IMPORT",
        TemplateBody=json.dumps({"Resources": {"Bucket": bucket}}),
        ResourcesToImport=[{"ResourceType": "AWS::S3::Bucket", "LogicalResourceId": "Bucket",
                            "ResourceIdentifier": {"BucketName": "b"}}],
    )  # fmt: skip
    assert "IMPORT are not available" in answer["Message"]


def test_one_resource_is_made_after_the_other(module_endpoint):
    """AWS begins at once with all that wait for nothing."""
    stacks = module_endpoint.client("cloudformation")
    body = {"Resources": {name: {"Type": "AWS::SNS::Topic"} for name in ("First", "Second")}}
    made = stacks.create_stack(StackName="one-by-one", TemplateBody=json.dumps(body))["StackId"]
    stacks.get_waiter("stack_create_complete").wait(StackName=made, WaiterConfig={"Delay": 1})
    events = stacks.describe_stack_events(StackName=made)["StackEvents"][::-1]
    order = [(event["LogicalResourceId"], event["ResourceStatus"]) for event in events]
    assert order.index(("First", "CREATE_COMPLETE")) < order.index(("Second", "CREATE_IN_PROGRESS"))


# -- rules


def test_a_rule_needs_no_role_that_allows_it(module_endpoint, role):
    """AWS: the rule's target needs a role that EventBridge may assume and that allows the start."""
    states, events = module_endpoint.client("stepfunctions"), module_endpoint.client("events")
    machine = states.create_state_machine(
        name="started-by-a-rule", definition=json.dumps(PASS), roleArn=role
    )["stateMachineArn"]
    events.put_rule(Name="without-a-role", ScheduleExpression="rate(1 hour)")
    target = {"Id": "1", "Arn": machine, "RoleArn": MISSING_ROLE}
    events.put_targets(Rule="without-a-role", Targets=[target])
    module_endpoint.control("/_local/clock", {"advance": 3_601})
    events.remove_targets(Rule="without-a-role", Ids=["1"])
    events.delete_rule(Name="without-a-role")
    assert len(states.list_executions(stateMachineArn=machine)["executions"]) == 1


def test_a_functions_code_is_elsewhere(function, module_endpoint):
    root, file = function(
        "import os\n"
        "def handler(event, context):\n"
        "    return [os.environ['LAMBDA_TASK_ROOT'], __file__]\n"
    )()
    assert file.startswith(root)
    assert not root.startswith("/var/task")
    name = function("def handler(event, context):\n    1 / 0\n").name
    answer = module_endpoint.client("lambda").invoke(FunctionName=name)
    assert 'File "/var/task/app.py"' in json.loads(answer["Payload"].read())["stackTrace"][0]


def test_a_rule_invokes_a_function_that_does_not_permit_it(module_endpoint, function, tmp_path):
    """AWS: the function's own policy has to name who invokes it, as add-permission does."""
    flag = tmp_path / "ran"
    call = function(f"def handler(event, context):\n    open({str(flag)!r}, 'w').close()\n")
    assert call() is None
    flag.unlink()
    events, lambdas = module_endpoint.client("events"), module_endpoint.client("lambda")
    with pytest.raises(ClientError, match="does not exist"):
        lambdas.get_policy(FunctionName=call.name)
    events.put_rule(Name="without-permission", ScheduleExpression="rate(1 hour)")
    events.put_targets(Rule="without-permission", Targets=[{"Id": "1", "Arn": call.arn}])
    module_endpoint.control("/_local/clock", {"advance": 3_601})
    events.remove_targets(Rule="without-permission", Ids=["1"])
    events.delete_rule(Name="without-permission")
    assert flag.exists()


def test_what_is_due_begins_in_its_own_second(module_endpoint, role):
    """AWS: at some time within the minute."""
    states, events = module_endpoint.client("stepfunctions"), module_endpoint.client("events")
    machine = states.create_state_machine(
        name="on-the-second", definition=json.dumps(PASS), roleArn=role
    )["stateMachineArn"]
    events.put_rule(Name="every-hour", ScheduleExpression="cron(0 * * * ? *)")
    target = {"Id": "1", "Arn": machine, "RoleArn": role}
    events.put_targets(Rule="every-hour", Targets=[target])
    module_endpoint.control("/_local/clock", {"advance": 3_600})
    events.remove_targets(Rule="every-hour", Ids=["1"])
    events.delete_rule(Name="every-hour")
    (begun,) = states.list_executions(stateMachineArn=machine)["executions"]
    given = states.describe_execution(executionArn=begun["executionArn"])["input"]
    assert json.loads(given)["time"].endswith(":00:00Z")
