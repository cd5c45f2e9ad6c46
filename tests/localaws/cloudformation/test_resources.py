"""Every resource type that a stack may have: made, found by its own service, changed, deleted.

A type's case gives a template, what shows that the resource is there, and (where the type can be
changed in place) a change and what shows it.
"""

import json
from dataclasses import dataclass

import pytest
from botocore.exceptions import ClientError
from cfn_templates import LAMBDA_TRUST, att, function, machine, ref, resource, role, table, template

from tests.workshop import zipped

BUCKET = "code-of-resource-tests"
ALLOW = {"Effect": "Allow", "Action": "sqs:SendMessage", "Resource": "*"}


def statement(**more):
    return {"Version": "2012-10-17", "Statement": [{**ALLOW, **more}]}


@dataclass
class Case:
    """The resource under test is called `It`."""

    type: str
    properties: dict
    look: object  # (client factory, physical id, attributes) -> what is there; raises if it is gone
    beside: dict | None = None
    change: dict | None = None  # properties that change in place
    seen: object = None  # what `look` then gives
    attributes: tuple = ()
    gone: object = None  # what `look` gives when it is gone, if it does not raise


def named(client, operation, key, wanted, name):
    """The entries of a listing whose `key` is `name`; raises if there is none."""
    found = [e for e in getattr(client, operation)()[wanted] if e[key] == name]
    if not found:
        raise LookupError(name)
    return found[0]


def function_of(physical_id):
    return physical_id.split(":function:")[-1].split(":")[0]


def _settings(function):
    logs = function["LoggingConfig"]
    return [
        function["Timeout"],
        function["MemorySize"],
        logs["LogFormat"],
        logs.get("ApplicationLogLevel"),
        function["DeadLetterConfig"]["TargetArn"].split(":")[2],
    ]


def cases():
    code = {"Code": {"S3Bucket": BUCKET, "S3Key": "code.zip"}}
    passing = {"StartAt": "P", "States": {"P": {"Type": "Pass", "End": True}}}
    lambdas = {"Role": role(), "Function": function()}
    machines = {"Role": role(), "Machine": machine()}
    group = {"Group": resource("AWS::ResourceGroups::Group", Name="group-beside")}
    yield Case(
        "AWS::ApplicationInsights::Application",
        {"ResourceGroupName": ref("Group")},
        lambda c, i, a: None,  # no service stands behind it
        group,
        attributes=("ApplicationARN",),
        gone=None,
    )
    yield Case(
        "AWS::CloudWatch::Alarm",
        {
            "ComparisonOperator": "GreaterThanThreshold",
            "EvaluationPeriods": 1,
            "MetricName": "Errors",
            "Namespace": "AWS/Lambda",
            "Period": 60,
            "Statistic": "Sum",
            "Threshold": 1,
            "Dimensions": [{"Name": "FunctionName", "Value": "f"}],
        },
        lambda c, i, a: c("cloudwatch").describe_alarms(AlarmNames=[i])["MetricAlarms"][0][
            "Threshold"
        ],
        change={"Threshold": 5},
        seen=5,
        attributes=("Arn",),
    )
    yield Case(
        "AWS::CloudWatch::CompositeAlarm",
        {"AlarmName": "follows", "AlarmRule": "ALARM(errors)"},
        lambda c, i, a: c("cloudwatch").describe_alarms(
            AlarmNames=[i], AlarmTypes=["CompositeAlarm"]
        )["CompositeAlarms"][0]["AlarmRule"],
        change={"AlarmRule": "OK(errors)"},
        seen="OK(errors)",
        attributes=("Arn",),
    )
    yield Case(
        "AWS::CloudWatch::Dashboard",
        {"DashboardBody": "{}", "DashboardName": "board"},
        lambda c, i, a: c("cloudwatch").get_dashboard(DashboardName=i)["DashboardBody"],
    )
    yield Case(
        "AWS::DynamoDB::Table",
        table()["Properties"] | {"StreamSpecification": {"StreamViewType": "NEW_IMAGE"}},
        lambda c, i, a: c("dynamodb").describe_table(TableName=i)["Table"][
            "DeletionProtectionEnabled"
        ],
        change={"TimeToLiveSpecification": {"AttributeName": "at", "Enabled": True}},
        seen=False,
        attributes=("Arn", "StreamArn"),
    )
    yield Case(
        "AWS::EC2::VPC",
        {"CidrBlock": "10.0.0.0/16"},
        lambda c, i, a: c("ec2").describe_vpcs(VpcIds=[i])["Vpcs"][0]["CidrBlock"],
    )
    yield Case(
        "AWS::EC2::Subnet",
        {"CidrBlock": "10.0.1.0/24", "VpcId": ref("Vpc")},
        lambda c, i, a: c("ec2").describe_subnets(SubnetIds=[i])["Subnets"][0]["CidrBlock"],
        {"Vpc": resource("AWS::EC2::VPC", CidrBlock="10.0.0.0/16")},
    )
    yield Case(
        "AWS::EC2::SecurityGroup",
        {"GroupDescription": "test", "VpcId": ref("Vpc")},
        lambda c, i, a: c("ec2").describe_security_groups(GroupIds=[i])["SecurityGroups"][0][
            "Description"
        ],
        {"Vpc": resource("AWS::EC2::VPC", CidrBlock="10.0.0.0/16")},
        attributes=("GroupId",),
    )
    yield Case(
        "AWS::ECR::Repository",
        {"RepositoryName": "repository"},
        lambda c, i, a: c("ecr").describe_repositories(repositoryNames=[i])["repositories"][0][
            "imageTagMutability"
        ],
        change={"ImageTagMutability": "IMMUTABLE"},
        seen="IMMUTABLE",
        attributes=("Arn", "RepositoryUri"),
    )
    yield Case(
        "AWS::Events::EventBus",
        {"Name": "bus"},
        lambda c, i, a: c("events").describe_event_bus(Name="bus")["Name"],
        attributes=("Arn", "Name"),
    )
    yield Case(
        "AWS::Events::Rule",
        {
            "ScheduleExpression": "rate(1 hour)",
            "State": "DISABLED",
            "Targets": [{"Id": "t", "Arn": att("Machine", "Arn"), "RoleArn": att("Role", "Arn")}],
        },
        lambda c, i, a: [
            c("events").describe_rule(Name=i)["ScheduleExpression"],
            *[t["Id"] for t in c("events").list_targets_by_rule(Rule=i)["Targets"]],
        ],
        machines,
        change={
            "ScheduleExpression": "rate(2 hours)",
            "Targets": [{"Id": "u", "Arn": att("Machine", "Arn"), "RoleArn": att("Role", "Arn")}],
        },
        seen=["rate(2 hours)", "u"],
        attributes=("Arn",),
    )
    yield Case(
        "AWS::IAM::AccessKey",
        {"UserName": ref("User")},
        lambda c, i, a: (
            named(c("iam"), "list_access_keys", "AccessKeyId", "AccessKeyMetadata", i)
            if False
            else c("iam").get_access_key_last_used(AccessKeyId=i)["UserName"]
        ),
        {"User": resource("AWS::IAM::User", UserName="user-beside")},
        attributes=("SecretAccessKey",),
    )
    yield Case(
        "AWS::IAM::InstanceProfile",
        {"Roles": [ref("Role")], "InstanceProfileName": "profile"},
        lambda c, i, a: c("iam").get_instance_profile(InstanceProfileName=i)["InstanceProfile"][
            "InstanceProfileName"
        ],
        {"Role": role()},
        attributes=("Arn",),
    )
    yield Case(
        "AWS::IAM::ManagedPolicy",
        {"PolicyDocument": statement(), "Roles": [ref("Role")]},
        lambda c, i, a: c("iam").get_policy_version(
            PolicyArn=i, VersionId=c("iam").get_policy(PolicyArn=i)["Policy"]["DefaultVersionId"]
        )["PolicyVersion"]["Document"]["Statement"][0]["Action"],
        {"Role": role()},
        change={"PolicyDocument": statement(Action="s3:GetObject")},
        seen="s3:GetObject",
    )
    yield Case(
        "AWS::IAM::Policy",
        {"PolicyDocument": statement(), "PolicyName": "inline", "Roles": [ref("Role")]},
        lambda c, i, a: c("iam").get_role_policy(RoleName="role-beside", PolicyName="inline")[
            "PolicyDocument"
        ]["Statement"][0]["Action"],
        {"Role": role(RoleName="role-beside")},
        change={"PolicyDocument": statement(Action="s3:GetObject")},
        seen="s3:GetObject",
    )
    yield Case(
        "AWS::IAM::Role",
        {
            "AssumeRolePolicyDocument": LAMBDA_TRUST,
            "ManagedPolicyArns": ["arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess"],
            "Policies": [{"PolicyName": "one", "PolicyDocument": statement()}],
        },
        lambda c, i, a: [
            *c("iam").list_role_policies(RoleName=i)["PolicyNames"],
            *[
                p["PolicyName"]
                for p in c("iam").list_attached_role_policies(RoleName=i)["AttachedPolicies"]
            ],
        ],
        change={
            "ManagedPolicyArns": ["arn:aws:iam::aws:policy/AmazonSQSFullAccess"],
            "Policies": [{"PolicyName": "two", "PolicyDocument": statement()}],
        },
        seen=["two", "AmazonSQSFullAccess"],
        attributes=("Arn", "RoleId"),
    )
    yield Case(
        "AWS::IAM::RolePolicy",
        {"PolicyName": "inline", "RoleName": ref("Role"), "PolicyDocument": statement()},
        lambda c, i, a: c("iam").get_role_policy(RoleName="role-beside", PolicyName="inline")[
            "PolicyDocument"
        ]["Statement"][0]["Action"],
        {"Role": role(RoleName="role-beside")},
        change={"PolicyDocument": statement(Action="s3:GetObject")},
        seen="s3:GetObject",
    )
    yield Case(
        "AWS::IAM::User",
        {"UserName": "user"},
        lambda c, i, a: c("iam").get_user(UserName=i)["User"]["UserName"],
        attributes=("Arn",),
    )
    yield Case(
        "AWS::KMS::Alias",
        {"AliasName": "alias/tested", "TargetKeyId": ref("Key")},
        lambda c, i, a: named(c("kms"), "list_aliases", "AliasName", "Aliases", "alias/tested")[
            "AliasName"
        ],
        {"Key": resource("AWS::KMS::Key", KeyPolicy=statement(Principal="*", Action="kms:*"))},
    )
    yield Case(
        "AWS::KMS::Key",
        {"KeyPolicy": statement(Principal="*", Action="kms:*")},
        lambda c, i, a: [
            c("kms").describe_key(KeyId=i)["KeyMetadata"][k] for k in ("Description", "KeyState")
        ],
        change={"Description": "changed"},
        seen=["changed", "Enabled"],
        attributes=("Arn",),
        gone=["changed", "PendingDeletion"],
    )
    yield Case(
        "AWS::Kinesis::Stream",
        {"ShardCount": 1},
        lambda c, i, a: c("kinesis").describe_stream_summary(StreamName=i)[
            "StreamDescriptionSummary"
        ]["RetentionPeriodHours"],
        change={"RetentionPeriodHours": 48},
        seen=48,
        attributes=("Arn",),
    )
    yield Case(
        "AWS::Lambda::Alias",
        {
            "FunctionName": ref("Function"),
            "Name": "live",
            "FunctionVersion": att("Version", "Version"),
        },
        lambda c, i, a: c("lambda").get_alias(FunctionName=function_of(i), Name="live")[
            "Description"
        ],
        {
            **lambdas,
            "Version": resource("AWS::Lambda::Version", FunctionName=ref("Function")),
        },
        change={"Description": "changed"},
        seen="changed",
    )
    yield Case(
        "AWS::Lambda::EventInvokeConfig",
        {"FunctionName": ref("Function"), "Qualifier": "$LATEST", "MaximumRetryAttempts": 1},
        lambda c, i, a: c("lambda").get_function_event_invoke_config(
            FunctionName="function-beside"
        )["MaximumRetryAttempts"],
        {"Role": role(), "Function": function(FunctionName="function-beside")},
        change={"MaximumRetryAttempts": 0},
        seen=0,
    )
    yield Case(
        "AWS::Lambda::EventSourceMapping",
        {"FunctionName": ref("Function"), "EventSourceArn": att("Queue", "Arn")},
        lambda c, i, a: c("lambda").get_event_source_mapping(UUID=i)["BatchSize"],
        {**lambdas, "Queue": resource("AWS::SQS::Queue")},
        change={"BatchSize": 3},
        seen=3,
    )
    yield Case(
        "AWS::Lambda::Function",
        {
            **code,
            "Role": att("Role", "Arn"),
            "Handler": "app.handler",
            "Runtime": "python3.11",
            "Timeout": "9",
            "LoggingConfig": {"LogFormat": "JSON", "ApplicationLogLevel": "DEBUG"},
            "DeadLetterConfig": {"TargetArn": att("Letters", "Arn")},
        },
        lambda c, i, a: _settings(c("lambda").get_function_configuration(FunctionName=i)),
        {"Role": role(), "Letters": resource("AWS::SQS::Queue")},
        change={
            "MemorySize": 256,
            "Code": {"S3Bucket": BUCKET, "S3Key": "other.zip"},
            "LoggingConfig": {"LogFormat": "Text"},
        },
        seen=lambda found: found == [9, 256, "Text", None, "sqs"],
        attributes=("Arn",),
    )
    yield Case(
        "AWS::Lambda::LayerVersion",
        {"Content": {"S3Bucket": BUCKET, "S3Key": "code.zip"}, "LayerName": "layer"},
        lambda c, i, a: c("lambda").get_layer_version(
            LayerName="layer", VersionNumber=int(i.rsplit(":", 1)[1])
        )["Version"],
    )
    yield Case(
        "AWS::Lambda::Permission",
        {
            "FunctionName": ref("Function"),
            "Action": "lambda:InvokeFunction",
            "Principal": "events.amazonaws.com",
        },
        lambda c, i, a: json.loads(
            c("lambda").get_policy(FunctionName="function-beside")["Policy"]
        )["Statement"][0]["Principal"],
        {"Role": role(), "Function": function(FunctionName="function-beside")},
    )
    yield Case(
        "AWS::Lambda::Version",
        {"FunctionName": ref("Function")},
        lambda c, i, a: c("lambda").get_function(FunctionName=i)["Configuration"]["Version"],
        lambdas,
        attributes=("Version",),
    )
    yield Case(
        "AWS::Logs::LogGroup",
        {"RetentionInDays": 7},
        lambda c, i, a: named(c("logs"), "describe_log_groups", "logGroupName", "logGroups", i)[
            "retentionInDays"
        ],
        change={"RetentionInDays": 30},
        seen=30,
        attributes=("Arn",),
    )
    transformation = {"MetricName": "m", "MetricNamespace": "n", "MetricValue": "1"}
    yield Case(
        "AWS::Logs::MetricFilter",
        {
            "LogGroupName": {"Ref": "Group"},
            "FilterPattern": "ERROR",
            "MetricTransformations": [transformation],
        },
        lambda c, i, a: named(
            c("logs"), "describe_metric_filters", "filterName", "metricFilters", i
        )["filterPattern"],
        change={"FilterPattern": "WARN"},
        seen="WARN",
        beside={"Group": {"Type": "AWS::Logs::LogGroup"}},
    )
    yield Case(
        "AWS::Logs::ResourcePolicy",
        {"PolicyName": "logs", "PolicyDocument": json.dumps(statement(Principal="*"))},
        lambda c, i, a: named(
            c("logs"), "describe_resource_policies", "policyName", "resourcePolicies", "logs"
        )["policyName"],
    )
    yield Case(
        "AWS::ResourceGroups::Group",
        {"Name": "group", "Description": "first"},
        lambda c, i, a: c("resource-groups").get_group(GroupName=i)["Group"]["Description"],
        change={"Description": "changed"},
        seen="changed",
        attributes=("Arn",),
    )
    yield Case(
        "AWS::S3::Bucket",
        {"VersioningConfiguration": {"Status": "Enabled"}},
        lambda c, i, a: c("s3").get_bucket_versioning(Bucket=i)["Status"],
        change={"VersioningConfiguration": {"Status": "Suspended"}},
        seen="Suspended",
        attributes=("Arn", "DomainName", "RegionalDomainName"),
    )
    reading = statement(
        Principal="*", Action="s3:GetObject", Resource="arn:aws:s3:::bucket-beside/*"
    )
    yield Case(
        "AWS::S3::BucketPolicy",
        {"Bucket": ref("Bucket"), "PolicyDocument": reading},
        lambda c, i, a: json.loads(c("s3").get_bucket_policy(Bucket=i)["Policy"])["Statement"][0][
            "Action"
        ],
        {"Bucket": resource("AWS::S3::Bucket", BucketName="bucket-beside")},
        change={
            "PolicyDocument": statement(
                Principal="*", Action="s3:Get*", Resource="arn:aws:s3:::bucket-beside/*"
            )
        },
        seen="s3:Get*",
    )
    yield Case(
        "AWS::SNS::Subscription",
        {"TopicArn": ref("Topic"), "Protocol": "sqs", "Endpoint": att("Queue", "Arn")},
        lambda c, i, a: c("sns").get_subscription_attributes(SubscriptionArn=i)["Attributes"][
            "RawMessageDelivery"
        ],
        {"Topic": resource("AWS::SNS::Topic"), "Queue": resource("AWS::SQS::Queue")},
        change={"RawMessageDelivery": True},
        seen="true",
    )
    yield Case(
        "AWS::SNS::Topic",
        {"DisplayName": "first"},
        lambda c, i, a: c("sns").get_topic_attributes(TopicArn=i)["Attributes"]["DisplayName"],
        change={"DisplayName": "changed"},
        seen="changed",
        attributes=("TopicName", "TopicArn"),
    )
    yield Case(
        "AWS::SNS::TopicPolicy",
        {"Topics": [ref("Topic")], "PolicyDocument": statement(Sid="ours", Principal="*")},
        lambda c, i, a: json.loads(
            c("sns").get_topic_attributes(
                TopicArn="arn:aws:sns:us-east-1:123456789012:topic-beside"
            )["Attributes"]["Policy"]
        )["Statement"][0]["Sid"],
        {"Topic": resource("AWS::SNS::Topic", TopicName="topic-beside")},
        change={"PolicyDocument": statement(Sid="changed", Principal="*")},
        seen="changed",
    )
    yield Case(
        "AWS::SQS::Queue",
        {"VisibilityTimeout": 11},
        lambda c, i, a: c("sqs").get_queue_attributes(QueueUrl=i, AttributeNames=["All"])[
            "Attributes"
        ]["VisibilityTimeout"],
        change={"VisibilityTimeout": 22},
        seen="22",
        attributes=("Arn", "QueueName", "QueueUrl"),
    )
    yield Case(
        "AWS::SQS::QueuePolicy",
        {"Queues": [ref("Queue")], "PolicyDocument": statement(Sid="ours", Principal="*")},
        lambda c, i, a: json.loads(
            c("sqs").get_queue_attributes(
                QueueUrl="https://sqs.us-east-1.amazonaws.com/123456789012/queue-beside",
                AttributeNames=["All"],
            )["Attributes"]["Policy"]
        )["Statement"][0]["Sid"],
        {"Queue": resource("AWS::SQS::Queue", QueueName="queue-beside")},
        change={"PolicyDocument": statement(Sid="changed", Principal="*")},
        seen="changed",
    )
    yield Case(
        "AWS::SSM::Parameter",
        {"Type": "String", "Value": "one"},
        lambda c, i, a: [
            c("ssm").get_parameter(Name=i)["Parameter"][k] for k in ("Value", "Version")
        ],
        change={"Value": "two"},
        seen=["two", 2],
        attributes=("Type", "Value"),
    )
    target = {"Arn": att("Machine", "Arn"), "RoleArn": att("Role", "Arn")}
    yield Case(
        "AWS::Scheduler::Schedule",
        {
            "FlexibleTimeWindow": {"Mode": "OFF"},
            "ScheduleExpression": "cron(0 * * * ? *)",
            "StartDate": "2099-01-01T00:00:00Z",
            "State": "DISABLED",
            "Target": target,
        },
        lambda c, i, a: [
            c("scheduler").get_schedule(Name=i)["ScheduleExpression"],
            c("scheduler").get_schedule(Name=i)["StartDate"].year,
        ],
        machines,
        change={"ScheduleExpression": "rate(2 hours)"},
        seen=["rate(2 hours)", 2099],
        attributes=("Arn",),
    )
    yield Case(
        "AWS::Scheduler::ScheduleGroup",
        {"Name": "schedules"},
        lambda c, i, a: c("scheduler").get_schedule_group(Name=i)["State"],
        attributes=("Arn", "State"),
    )
    yield Case(
        "AWS::SecretsManager::Secret",
        {"GenerateSecretString": {"PasswordLength": 20}},
        lambda c, i, a: [
            len(c("secretsmanager").get_secret_value(SecretId=i)["SecretString"]),
            c("secretsmanager").describe_secret(SecretId=i).get("Description"),
        ],
        change={"Description": "changed"},
        seen=[20, "changed"],
    )
    yield Case(
        "AWS::StepFunctions::Activity",
        {"Name": "activity"},
        lambda c, i, a: c("stepfunctions").describe_activity(activityArn=i)["name"],
        attributes=("Arn", "Name"),
    )
    yield Case(
        "AWS::StepFunctions::StateMachine",
        {"RoleArn": att("Role", "Arn"), "Definition": passing},
        lambda c, i, a: json.loads(
            c("stepfunctions").describe_state_machine(stateMachineArn=i)["definition"]
        )["StartAt"],
        {"Role": role()},
        change={"Definition": {"StartAt": "Q", "States": {"Q": {"Type": "Succeed"}}}},
        seen="Q",
        attributes=("Arn", "Name", "StateMachineRevisionId"),
    )
    yield Case(
        "AWS::StepFunctions::StateMachineVersion",
        {"StateMachineArn": ref("Machine")},
        lambda c, i, a: c("stepfunctions").describe_state_machine(stateMachineArn=i)["status"],
        machines,
    )
    yield Case(
        "AWS::StepFunctions::StateMachineAlias",
        {
            "Name": "live",
            "RoutingConfiguration": [{"StateMachineVersionArn": ref("Version"), "Weight": 100}],
        },
        lambda c, i, a: (
            c("stepfunctions")
            .describe_state_machine_alias(stateMachineAliasArn=i)
            .get("description")
        ),
        {
            **machines,
            "Version": resource(
                "AWS::StepFunctions::StateMachineVersion", StateMachineArn=ref("Machine")
            ),
        },
        change={"Description": "changed"},
        seen="changed",
    )


CASES = {case.type: case for case in cases()}
ELSEWHERE = {  # test_nested.py
    "AWS::CloudFormation::CustomResource",
    "AWS::CloudFormation::Stack",
    "AWS::CloudFormation::WaitConditionHandle",
}


@pytest.fixture(scope="module")
def code(endpoint):
    s3 = endpoint.client("s3")
    s3.create_bucket(Bucket=BUCKET)
    s3.put_object(Bucket=BUCKET, Key="code.zip", Body=zipped("def handler(e, c): return 1"))
    s3.put_object(Bucket=BUCKET, Key="other.zip", Body=zipped("def handler(e, c): return 2"))


def test_every_supported_type_has_a_case():
    from helpers.localaws.cloudformation import resources

    untried = set(resources.supported()) - set(CASES) - ELSEWHERE
    assert not untried, "a Case for each in cases(), in this file"
    assert set(CASES) | ELSEWHERE == set(resources.supported()), "a case of what is not there"


@pytest.mark.parametrize("kind", sorted(CASES))
def test_a_type_from_creation_to_deletion(kind, stacks, endpoint, code):
    case, name = CASES[kind], stacks.name()
    outputs = {"Ref": {"Value": ref("It")}}
    outputs |= {key: {"Value": att("It", key)} for key in case.attributes}
    properties = dict(case.properties)

    def body():
        return template(outputs=outputs, It=resource(kind, **properties), **(case.beside or {}))

    def look():
        return case.look(endpoint.client, physical_id, attributes)

    stack = stacks.deploy(name, body())
    assert stack["StackStatus"] == "CREATE_COMPLETE", stacks.failures(name)
    attributes = stacks.outputs(name)
    physical_id = attributes.pop("Ref")
    assert stacks.physical(name, "It") == physical_id
    assert all(attributes.values())
    look()
    if case.change:
        properties |= case.change
        change_set = stacks.change_set(name, body())
        rows = {
            row["ResourceChange"]["LogicalResourceId"]: row["ResourceChange"]
            for row in change_set["Changes"]
        }
        assert (rows["It"]["Action"], rows["It"]["Replacement"]) == ("Modify", "False")
        stack = stacks.execute(change_set)
        assert stack["StackStatus"] == "UPDATE_COMPLETE", stacks.failures(name)
        assert stacks.physical(name, "It") == physical_id
        found = look()
        assert case.seen(found) if callable(case.seen) else found == case.seen
    stack_id = stack["StackId"]
    assert stacks.delete(name)["StackStatus"] == "DELETE_COMPLETE", stacks.failures(stack_id)
    try:
        assert look() == case.gone
    except (ClientError, LookupError):
        assert case.gone is None


@pytest.mark.parametrize(
    ("defined", "said"),
    [
        (
            ["Id"],
            "Some index key attributes are not defined in AttributeDefinitions. Keys: [Type], "
            "AttributeDefinitions: [Id]",
        ),
        (
            ["Id", "Price", "Type"],
            "Some AttributeDefinitions are not used. AttributeDefinitions: [Id, Price, Type], keys "
            "used: [Id, Type]",
        ),
    ],
)
def test_a_table_defines_the_attributes_of_its_keys_and_no_others(stacks, defined, said):
    index = {
        "IndexName": "by-type",
        "KeySchema": [{"AttributeName": "Type", "KeyType": "HASH"}],
        "Projection": {"ProjectionType": "ALL"},
    }
    attributes = [{"AttributeName": name, "AttributeType": "S"} for name in defined]
    indexed = table(GlobalSecondaryIndexes=[index], AttributeDefinitions=attributes)
    name = stacks.name()
    stacks.deploy(name, template(It=indexed))
    assert said in stacks.reason(name, "It", "CREATE_FAILED")


def test_application_insights_lists_what_stacks_have(endpoint):
    client, insights = endpoint.client("cloudformation"), endpoint.client("application-insights")
    group = {"Type": "AWS::ResourceGroups::Group", "Properties": {"Name": "watched-group"}}
    properties = {"ResourceGroupName": {"Ref": "G"}, "AutoConfigurationEnabled": True}
    watching = {"Type": "AWS::ApplicationInsights::Application", "Properties": properties}
    body = json.dumps({"Resources": {"G": group, "A": watching}})
    client.create_stack(StackName="watched", TemplateBody=body)
    client.get_waiter("stack_create_complete").wait(StackName="watched")
    (found,) = (
        one
        for one in insights.list_applications()["ApplicationInfoList"]
        if one["ResourceGroupName"] == "watched-group"
    )
    assert found["AutoConfigEnabled"] is True and found["LifeCycle"] == "ACTIVE"
    told = insights.describe_application(ResourceGroupName="watched-group")
    assert told["ApplicationInfo"] == found
    client.delete_stack(StackName="watched")
    client.get_waiter("stack_delete_complete").wait(StackName="watched")
    with pytest.raises(insights.exceptions.ResourceNotFoundException):
        insights.describe_application(ResourceGroupName="watched-group")
