"""Every service that the course and SAM's templates touch tells the same after a restart.

Each maker makes something and names the calls that tell of it; one restart serves them all.
"""

import json
from collections.abc import Callable
from typing import Any

import pytest

from tests.workshop import ended, trust, zipped

ROLE = "arn:aws:iam::123456789012:role/made"
ECHO = "def handler(event, context):\n    return event\n"
POLICY = json.dumps(
    {
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"}],
    }
)
PASS = json.dumps({"StartAt": "A", "States": {"A": {"Type": "Pass", "End": True}}})


def told(answer: Any) -> Any:
    """An answer without what differs from call to call; streams are read."""
    if isinstance(answer, dict):
        return {k: told(v) for k, v in answer.items() if k != "ResponseMetadata"}
    if isinstance(answer, list):
        return [told(one) for one in answer]
    return answer.read() if hasattr(answer, "read") else answer


def iam(client):
    document = json.dumps(trust("lambda", "states"))
    client.create_role(
        RoleName="made", AssumeRolePolicyDocument=document, Tags=[{"Key": "a", "Value": "b"}]
    )
    client.attach_role_policy(
        RoleName="made", PolicyArn="arn:aws:iam::aws:policy/AmazonDynamoDBFullAccess"
    )
    client.put_role_policy(RoleName="made", PolicyName="in", PolicyDocument=POLICY)
    own = client.create_policy(PolicyName="own", PolicyDocument=POLICY)["Policy"]["Arn"]
    client.attach_role_policy(RoleName="made", PolicyArn=own)
    client.create_user(UserName="somebody")
    client.create_access_key(UserName="somebody")
    client.create_group(GroupName="group")
    client.add_user_to_group(GroupName="group", UserName="somebody")
    client.create_instance_profile(InstanceProfileName="profile")
    return [
        lambda: client.get_role(RoleName="made"),
        lambda: client.list_attached_role_policies(RoleName="made"),
        lambda: client.get_role_policy(RoleName="made", PolicyName="in"),
        lambda: client.list_policies(Scope="Local"),
        lambda: client.get_policy(PolicyArn="arn:aws:iam::aws:policy/AmazonDynamoDBFullAccess"),
        lambda: client.get_group(GroupName="group"),
        lambda: client.list_access_keys(UserName="somebody"),
        lambda: client.list_instance_profiles(),
    ]


def sts(client):
    client.assume_role(RoleArn=ROLE, RoleSessionName="session")
    return [client.get_caller_identity]


def dynamodb(client):
    for name, keys in (("one", ["id"]), ("two", ["id", "at"])):
        client.create_table(
            TableName=name,
            KeySchema=[
                {"AttributeName": key, "KeyType": kind}
                for key, kind in zip(keys, ("HASH", "RANGE"), strict=False)
            ],
            AttributeDefinitions=[{"AttributeName": key, "AttributeType": "S"} for key in keys],
            BillingMode="PAY_PER_REQUEST",
            StreamSpecification={"StreamEnabled": True, "StreamViewType": "NEW_AND_OLD_IMAGES"},
            Tags=[{"Key": "a", "Value": "b"}],
        )
        for number in range(20):
            item = {"id": {"S": f"id{number % 7}"}, "at": {"S": str(number)}}
            client.put_item(TableName=name, Item=item | {"m": {"M": {"l": {"L": [{"N": "1"}]}}}})
    client.update_item(
        TableName="one", Key={"id": {"S": "id3"}}, UpdateExpression="SET x = :x",
        ExpressionAttributeValues={":x": {"BOOL": True}},
    )  # fmt: skip
    client.delete_item(TableName="two", Key={"id": {"S": "id4"}, "at": {"S": "4"}})
    client.update_time_to_live(
        TableName="one", TimeToLiveSpecification={"Enabled": True, "AttributeName": "ttl"}
    )
    client.create_backup(TableName="one", BackupName="backup")
    return [
        lambda: client.describe_table(TableName="one"),
        lambda: client.describe_time_to_live(TableName="one"),
        lambda: client.list_tables(),
        lambda: client.list_backups(),
        lambda: sorted(map(str, client.scan(TableName="one")["Items"])),
        lambda: client.scan(TableName="two"),
        lambda: client.query(
            TableName="two", KeyConditionExpression="id = :i",
            ExpressionAttributeValues={":i": {"S": "id2"}},
        ),
    ]  # fmt: skip


def s3(client):
    client.create_bucket(Bucket="a-bucket")
    client.put_bucket_versioning(Bucket="a-bucket", VersioningConfiguration={"Status": "Enabled"})
    for body in (b"first", b"second", bytes(range(256)) * 4000):
        client.put_object(Bucket="a-bucket", Key="folder/object", Body=body, Metadata={"a": "b"})
    client.put_object(Bucket="a-bucket", Key="gone", Body=b"x")
    client.delete_object(Bucket="a-bucket", Key="gone")
    client.put_object_tagging(
        Bucket="a-bucket", Key="folder/object", Tagging={"TagSet": [{"Key": "k", "Value": "v"}]}
    )
    client.put_bucket_policy(
        Bucket="a-bucket",
        Policy=json.dumps({"Version": "2012-10-17", "Statement": [{
            "Effect": "Allow", "Principal": "*", "Action": "s3:GetObject",
            "Resource": "arn:aws:s3:::a-bucket/*"}]}),
    )  # fmt: skip
    client.put_bucket_lifecycle_configuration(
        Bucket="a-bucket",
        LifecycleConfiguration={"Rules": [{
            "ID": "r", "Status": "Enabled", "Filter": {"Prefix": ""}, "Expiration": {"Days": 3}}]},
    )  # fmt: skip
    upload = client.create_multipart_upload(Bucket="a-bucket", Key="parts")["UploadId"]
    part = client.upload_part(
        Bucket="a-bucket", Key="parts", PartNumber=1, UploadId=upload, Body=b"p" * 6_000_000
    )
    client.complete_multipart_upload(
        Bucket="a-bucket", Key="parts", UploadId=upload,
        MultipartUpload={"Parts": [{"PartNumber": 1, "ETag": part["ETag"]}]},
    )  # fmt: skip
    open_upload = client.create_multipart_upload(Bucket="a-bucket", Key="open")["UploadId"]
    client.upload_part(
        Bucket="a-bucket", Key="open", PartNumber=1, UploadId=open_upload, Body=b"p" * 100
    )
    return [
        client.list_buckets,
        lambda: client.list_objects_v2(Bucket="a-bucket"),
        lambda: client.list_object_versions(Bucket="a-bucket"),
        lambda: client.get_object(Bucket="a-bucket", Key="folder/object"),
        lambda: client.get_object(Bucket="a-bucket", Key="parts"),
        lambda: client.get_object_tagging(Bucket="a-bucket", Key="folder/object"),
        lambda: client.get_bucket_policy(Bucket="a-bucket"),
        lambda: client.get_bucket_lifecycle_configuration(Bucket="a-bucket"),
        lambda: client.list_multipart_uploads(Bucket="a-bucket"),
        lambda: client.list_parts(Bucket="a-bucket", Key="open", UploadId=open_upload),
    ]


def lambda_(client):
    layer = client.publish_layer_version(LayerName="layer", Content={"ZipFile": zipped("x = 1")})
    client.create_function(
        FunctionName="function", Runtime="python3.11", Role=ROLE, Handler="app.handler",
        Code={"ZipFile": zipped(ECHO) + b"\0" * 20_000}, Environment={"Variables": {"AB": "c"}},
        Layers=[layer["LayerVersionArn"]], Tags={"a": "b"}, Publish=True,
    )  # fmt: skip
    client.create_alias(FunctionName="function", Name="live", FunctionVersion="1")
    client.put_function_concurrency(FunctionName="function", ReservedConcurrentExecutions=7)
    client.add_permission(
        FunctionName="function", StatementId="s", Action="lambda:InvokeFunction",
        Principal="events.amazonaws.com",
    )  # fmt: skip
    client.put_function_event_invoke_config(FunctionName="function", MaximumRetryAttempts=1)
    client.create_function_url_config(FunctionName="function", AuthType="NONE")
    return [
        lambda: client.get_function(FunctionName="function")["Configuration"],
        lambda: client.get_function(FunctionName="function", Qualifier="live")["Configuration"],
        client.list_functions,
        lambda: client.list_versions_by_function(FunctionName="function"),
        lambda: client.list_aliases(FunctionName="function"),
        lambda: client.get_policy(FunctionName="function"),
        lambda: client.get_function_event_invoke_config(FunctionName="function"),
        lambda: client.get_function_url_config(FunctionName="function"),
        lambda: client.get_function_concurrency(FunctionName="function"),
        client.list_layers,
        lambda: client.invoke(FunctionName="function", Payload=b'{"a": 1}')["Payload"],
    ]


def stepfunctions(client):
    arn = client.create_state_machine(
        name="machine", definition=PASS, roleArn=ROLE, publish=True,
        tags=[{"key": "a", "value": "b"}],
    )["stateMachineArn"]  # fmt: skip
    client.create_state_machine_alias(
        name="live", routingConfiguration=[{"stateMachineVersionArn": f"{arn}:1", "weight": 100}]
    )
    client.create_activity(name="activity")
    execution = client.start_execution(stateMachineArn=arn, name="one", input='{"a": 1}')
    execution_arn = execution["executionArn"]
    ended(client, execution_arn)
    return [
        lambda: client.describe_state_machine(stateMachineArn=arn),
        lambda: client.list_state_machine_versions(stateMachineArn=arn),
        lambda: client.list_state_machine_aliases(stateMachineArn=arn),
        lambda: client.list_tags_for_resource(resourceArn=arn),
        client.list_activities,
        lambda: client.list_executions(stateMachineArn=arn),
        lambda: client.describe_execution(executionArn=execution_arn),
        lambda: client.get_execution_history(executionArn=execution_arn),
    ]


def events(client):
    client.put_rule(Name="hourly", ScheduleExpression="rate(1 hour)")
    client.put_rule(Name="pattern", EventPattern='{"source": ["me"]}', State="DISABLED")
    client.put_targets(
        Rule="hourly",
        Targets=[{"Id": "t", "Arn": "arn:aws:sqs:us-east-1:123456789012:q", "Input": "{}"}],
    )
    client.create_event_bus(Name="bus")
    client.create_archive(
        ArchiveName="archive", EventSourceArn="arn:aws:events:us-east-1:123456789012:event-bus/bus"
    )
    return [
        client.list_rules,
        client.list_event_buses,
        client.list_archives,
        lambda: client.list_targets_by_rule(Rule="hourly"),
        lambda: client.describe_rule(Name="hourly"),
    ]


def scheduler(client):
    client.create_schedule_group(Name="group")
    client.create_schedule(
        Name="daily", GroupName="group", ScheduleExpression="cron(0 9 * * ? *)",
        ScheduleExpressionTimezone="Europe/Berlin", FlexibleTimeWindow={"Mode": "OFF"},
        Target={"Arn": "arn:aws:sqs:us-east-1:123456789012:q", "RoleArn": ROLE},
    )  # fmt: skip
    return [
        lambda: client.get_schedule(Name="daily", GroupName="group"),
        client.list_schedules,
        client.list_schedule_groups,
    ]


def logs(client):
    client.create_log_group(logGroupName="group", tags={"a": "b"})
    client.put_retention_policy(logGroupName="group", retentionInDays=7)
    client.create_log_stream(logGroupName="group", logStreamName="stream")
    now = client.describe_log_groups()["logGroups"][0]["creationTime"]
    for number in range(30):
        client.put_log_events(
            logGroupName="group", logStreamName="stream",
            logEvents=[{"timestamp": now + number, "message": f"line {number}"}],
        )  # fmt: skip
    client.create_log_stream(logGroupName="group", logStreamName="long")
    for begin in range(0, 1500, 500):  # the older ones are packed
        client.put_log_events(
            logGroupName="group", logStreamName="long",
            logEvents=[
                {"timestamp": now + number, "message": f"more {number}"}
                for number in range(begin, begin + 500)
            ],
        )  # fmt: skip
    client.put_metric_filter(
        logGroupName="group", filterName="f", filterPattern="ERROR",
        metricTransformations=[{
            "metricName": "m", "metricNamespace": "n", "metricValue": "1"}],
    )  # fmt: skip
    return [
        lambda: client.describe_log_groups(logGroupNamePrefix="group"),
        lambda: client.describe_log_streams(logGroupName="group"),
        lambda: client.get_log_events(
            logGroupName="group", logStreamName="stream", startFromHead=True
        ),
        lambda: client.get_log_events(logGroupName="group", logStreamName="long", limit=1400),
        lambda: client.filter_log_events(logGroupName="group", filterPattern="line"),
        lambda: client.filter_log_events(logGroupName="group", startTime=now + 900),
        client.describe_metric_filters,
    ]


def sqs(client):
    url = client.create_queue(QueueName="queue", tags={"a": "b"})["QueueUrl"]
    client.create_queue(QueueName="queue.fifo", Attributes={"FifoQueue": "true"})
    return [
        client.list_queues,
        lambda: client.get_queue_attributes(QueueUrl=url, AttributeNames=["All"]),
        lambda: client.list_queue_tags(QueueUrl=url),
    ]


def sns(client):
    topic = client.create_topic(Name="topic", Tags=[{"Key": "a", "Value": "b"}])["TopicArn"]
    client.subscribe(
        TopicArn=topic, Protocol="sqs", Endpoint="arn:aws:sqs:us-east-1:123456789012:queue",
        Attributes={"FilterPolicy": '{"a": ["b"]}'},
    )  # fmt: skip
    return [
        client.list_topics,
        client.list_subscriptions,
        lambda: client.get_topic_attributes(TopicArn=topic),
    ]


def ssm(client):
    client.put_parameter(Name="/a/b", Value="v", Type="String", Tags=[{"Key": "a", "Value": "b"}])
    client.put_parameter(Name="/a/b", Value="w", Type="String", Overwrite=True)
    client.put_parameter(Name="/a/secret", Value="s", Type="SecureString")
    return [
        lambda: client.get_parameters_by_path(Path="/a", WithDecryption=True),
        lambda: client.get_parameter_history(Name="/a/b"),
        lambda: client.list_tags_for_resource(ResourceType="Parameter", ResourceId="/a/b"),
    ]


def secretsmanager(client):
    client.create_secret(Name="secret", SecretString="s", Tags=[{"Key": "a", "Value": "b"}])
    client.put_secret_value(SecretId="secret", SecretString="t")
    return [
        lambda: client.get_secret_value(SecretId="secret"),
        lambda: client.describe_secret(SecretId="secret"),
        client.list_secrets,
    ]


def kms(client):
    key = client.create_key(Description="key")["KeyMetadata"]["KeyId"]
    client.create_alias(AliasName="alias/key", TargetKeyId=key)
    secret = client.encrypt(KeyId=key, Plaintext=b"hello")["CiphertextBlob"]
    return [
        lambda: client.describe_key(KeyId="alias/key"),
        client.list_aliases,
        lambda: client.decrypt(CiphertextBlob=secret)["Plaintext"],
    ]


def cloudwatch(client):
    client.put_metric_alarm(
        # of a metric without values: its state is the same however long the restart takes
        AlarmName="alarm", MetricName="none", Namespace="n", Period=60, EvaluationPeriods=1,
        Threshold=1, ComparisonOperator="GreaterThanThreshold", Statistic="Sum",
    )  # fmt: skip
    client.put_metric_data(Namespace="n", MetricData=[{"MetricName": "m", "Value": 1}])
    client.put_dashboard(DashboardName="board", DashboardBody='{"widgets": []}')
    return [
        client.describe_alarms,
        client.list_metrics,
        lambda: client.get_dashboard(DashboardName="board"),
    ]


def kinesis(client):
    client.create_stream(StreamName="stream", ShardCount=2)
    client.put_record(StreamName="stream", Data=b"data", PartitionKey="k")
    return [
        lambda: client.describe_stream(StreamName="stream"),
        lambda: client.describe_stream_summary(StreamName="stream"),
    ]


def firehose(client):
    client.create_delivery_stream(
        DeliveryStreamName="delivery",
        S3DestinationConfiguration={"RoleARN": ROLE, "BucketARN": "arn:aws:s3:::a-bucket"},
    )
    return [lambda: client.describe_delivery_stream(DeliveryStreamName="delivery")]


def apigateway(client):
    api = client.create_rest_api(name="api")["id"]
    root = client.get_resources(restApiId=api)["items"][0]["id"]
    child = client.create_resource(restApiId=api, parentId=root, pathPart="a")["id"]
    client.put_method(restApiId=api, resourceId=child, httpMethod="GET", authorizationType="NONE")
    client.put_integration(
        restApiId=api, resourceId=child, httpMethod="GET", type="HTTP", uri="http://x.example",
        integrationHttpMethod="GET",
    )  # fmt: skip
    client.create_deployment(restApiId=api, stageName="prod")
    return [
        client.get_rest_apis,
        lambda: client.get_resources(restApiId=api),
        lambda: client.get_method(restApiId=api, resourceId=child, httpMethod="GET"),
        lambda: client.get_stages(restApiId=api),
    ]


def apigatewayv2(client):
    api = client.create_api(Name="http", ProtocolType="HTTP")["ApiId"]
    client.create_route(ApiId=api, RouteKey="GET /")
    client.create_stage(ApiId=api, StageName="$default", AutoDeploy=True)
    return [client.get_apis, lambda: client.get_routes(ApiId=api)]


def cognito(client):
    pool = client.create_user_pool(PoolName="pool")["UserPool"]["Id"]
    client.create_user_pool_client(UserPoolId=pool, ClientName="client")
    client.admin_create_user(UserPoolId=pool, Username="learner")
    return [
        lambda: client.describe_user_pool(UserPoolId=pool),
        lambda: client.list_users(UserPoolId=pool),
    ]


def groups(client):
    client.create_group(
        Name="group",
        ResourceQuery={"Type": "TAG_FILTERS_1_0", "Query": json.dumps({
            "ResourceTypeFilters": ["AWS::AllSupported"],
            "TagFilters": [{"Key": "a", "Values": ["b"]}]})},
    )  # fmt: skip
    return [lambda: client.get_group(GroupName="group"), client.list_groups]


def ec2(client):
    vpc = client.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    client.create_subnet(VpcId=vpc, CidrBlock="10.0.1.0/24")
    client.create_security_group(GroupName="sg", Description="d", VpcId=vpc)
    return [
        client.describe_vpcs,
        client.describe_subnets,
        client.describe_security_groups,
    ]


def ses(client):
    client.verify_email_identity(EmailAddress="a@b.example")
    return [client.list_identities]


def ecr(client):
    client.create_repository(repositoryName="repository")
    return [client.describe_repositories]


def codebuild(client):
    client.create_project(
        name="project", source={"type": "S3", "location": "a-bucket/source.zip"},
        artifacts={"type": "NO_ARTIFACTS"}, serviceRole=ROLE,
        environment={
            "type": "LINUX_CONTAINER", "image": "i", "computeType": "BUILD_GENERAL1_SMALL"},
    )  # fmt: skip
    return [client.list_projects, lambda: client.batch_get_projects(names=["project"])]


def glue(client):
    client.create_database(DatabaseInput={"Name": "db"})
    return [client.get_databases]


def tagging(client):
    return [lambda: sorted(map(str, client.get_resources()["ResourceTagMappingList"]))]


MAKERS: dict[str, Callable[[Any], list[Callable[[], Any]]]] = {
    "iam": iam,
    "sts": sts,
    "dynamodb": dynamodb,
    "s3": s3,
    "lambda": lambda_,
    "stepfunctions": stepfunctions,
    "events": events,
    "scheduler": scheduler,
    "logs": logs,
    "sqs": sqs,
    "sns": sns,
    "ssm": ssm,
    "secretsmanager": secretsmanager,
    "kms": kms,
    "cloudwatch": cloudwatch,
    "kinesis": kinesis,
    "firehose": firehose,
    "apigateway": apigateway,
    "apigatewayv2": apigatewayv2,
    "cognito-idp": cognito,
    "resource-groups": groups,
    "ec2": ec2,
    "ses": ses,
    "ecr": ecr,
    "codebuild": codebuild,
    "glue": glue,
    "resourcegroupstaggingapi": tagging,
}


@pytest.fixture(scope="module")
def restarted(module_endpoint):
    """What each service told before a restart and after, or why it could not be asked."""
    asked, before = {}, {}
    for service, make in MAKERS.items():
        asked[service] = make(module_endpoint.client(service))
    for service, calls in asked.items():
        before[service] = [told(call()) for call in calls]
    assert module_endpoint.control("/_local/status")["state"]["unkept"] == []
    module_endpoint.command("stop", check=True)
    module_endpoint.command("start", check=True)
    module_endpoint.client("sts").get_caller_identity()  # it is ready when it answers this
    state = module_endpoint.control("/_local/status")["state"]
    assert (state["loaded"], state["notice"]) == (True, None)
    return asked, before


@pytest.mark.parametrize("service", MAKERS)
def test_it_tells_the_same_after_a_restart(restarted, service):
    asked, before = restarted
    assert [told(call()) for call in asked[service]] == before[service]


def test_nothing_of_it_was_left_out(restarted, module_endpoint):
    module_endpoint.client("sqs").create_queue(QueueName="another")
    assert module_endpoint.control("/_local/status")["state"]["unkept"] == []
