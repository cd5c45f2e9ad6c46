"""Lambda over HTTP, as boto3 and the aws command speak it, on a running endpoint."""

import base64
import json
import subprocess
import time
import uuid

import pytest
from botocore.exceptions import ClientError

from tests.workshop import RUNTIME, make_function, zipped


def code_of(raised):
    """The error's code and HTTP status."""
    response = raised.value.response
    return response["Error"]["Code"], response["ResponseMetadata"]["HTTPStatusCode"]


ECHO = "def handler(event, context):\n    print('seen')\n    return event\n"


def test_invoke_with_log_tail_and_version(endpoint, make):
    client = endpoint.client("lambda")
    name = make(ECHO)
    answer = client.invoke(FunctionName=name, Payload=b'{"a": 1}', LogType="Tail")
    assert answer["StatusCode"] == 200
    assert json.loads(answer["Payload"].read()) == {"a": 1}
    assert answer["ExecutedVersion"] == "$LATEST"
    assert "FunctionError" not in answer
    log = base64.b64decode(answer["LogResult"]).decode()
    request = answer["ResponseMetadata"]["RequestId"]
    assert f"START RequestId: {request} Version: $LATEST\nseen\nEND RequestId: {request}\n" in log
    assert "LogResult" not in client.invoke(FunctionName=name)


def test_the_qualifier_is_heard(endpoint, make):
    client = endpoint.client("lambda")
    name = make("def handler(e, c): return 'one'\n")
    version = client.publish_version(FunctionName=name)["Version"]
    client.create_alias(FunctionName=name, Name="live", FunctionVersion=version)
    client.update_function_code(
        FunctionName=name, ZipFile=zipped("def handler(e, c): return 'two'\n")
    )
    seen = {}
    for qualifier in ("$LATEST", version, "live"):
        answer = client.invoke(FunctionName=name, Qualifier=qualifier)
        seen[qualifier] = json.loads(answer["Payload"].read()), answer["ExecutedVersion"]
    assert seen == {"$LATEST": ("two", "$LATEST"), "1": ("one", "1"), "live": ("one", "1")}
    arn = client.get_function_configuration(FunctionName=name)["FunctionArn"]
    assert json.loads(client.invoke(FunctionName=f"{arn}:1")["Payload"].read()) == "one"


def test_a_function_error_is_a_200_with_its_mark(endpoint, make):
    answer = endpoint.client("lambda").invoke(
        FunctionName=make("def handler(e, c): raise ValueError('no')\n")
    )
    assert (answer["StatusCode"], answer["FunctionError"]) == (200, "Unhandled")
    assert json.loads(answer["Payload"].read())["errorMessage"] == "no"


def test_dry_run_and_event(endpoint, make):
    client = endpoint.client("lambda")
    name = make(ECHO)
    answer = client.invoke(FunctionName=name, InvocationType="DryRun")
    assert answer["StatusCode"] == 204
    groups = endpoint.client("logs").describe_log_groups(logGroupNamePrefix=f"/aws/lambda/{name}")
    assert groups["logGroups"] == []  # nothing ran
    answer = client.invoke(FunctionName=name, InvocationType="Event", Payload=b"{}")
    assert (answer["StatusCode"], answer["Payload"].read()) == (202, b"")
    logs = endpoint.client("logs")
    for _ in range(100):
        try:
            found = logs.filter_log_events(logGroupName=f"/aws/lambda/{name}", filterPattern="seen")
        except ClientError:
            found = {"events": []}
        if found["events"]:
            return
        time.sleep(0.05)
    pytest.fail("the event did not run")


def test_too_large_not_json_and_unknown(endpoint, make):
    client = endpoint.client("lambda")
    name = make(ECHO)
    with pytest.raises(ClientError) as raised:
        client.invoke(FunctionName=name, Payload=json.dumps("x" * 6_291_456))
    assert code_of(raised) == ("RequestTooLargeException", 413)
    assert raised.value.response["Error"]["Message"] == (
        "6291458 byte payload is too large for the RequestResponse invocation type "
        "(limit 6291456 bytes)"
    )
    with pytest.raises(ClientError) as raised:
        client.invoke(
            FunctionName=name, Payload=json.dumps("x" * 1_048_576), InvocationType="Event"
        )
    assert code_of(raised) == ("RequestTooLargeException", 413)
    with pytest.raises(ClientError) as raised:
        client.invoke(FunctionName=name, Payload=b"{not json")
    assert code_of(raised) == ("InvalidRequestContentException", 400)
    assert raised.value.response["Error"]["Message"].endswith(
        "Unexpected character ('n' (code 110)): was expecting double-quote to start field name"
    )
    with pytest.raises(ClientError) as raised:
        client.invoke(FunctionName="nobody-made-this")
    assert code_of(raised) == ("ResourceNotFoundException", 404)
    six_megabytes = json.dumps("x" * 6_291_454)
    answer = client.invoke(FunctionName=name, Payload=six_megabytes)
    assert answer["Payload"].read().decode() == six_megabytes


def test_refusals_have_aws_codes(endpoint, make, role):
    client = endpoint.client("lambda")
    name = make(ECHO)
    client.put_function_concurrency(FunctionName=name, ReservedConcurrentExecutions=0)
    without_retries = endpoint.client(
        "lambda",
        config=__import__("botocore.config").config.Config(retries={"total_max_attempts": 1}),
    )
    with pytest.raises(ClientError) as raised:
        without_retries.invoke(FunctionName=name)
    assert code_of(raised) == ("TooManyRequestsException", 429)
    assert raised.value.response["Reason"] == "ReservedFunctionConcurrentInvocationLimitExceeded"
    client.delete_function_concurrency(FunctionName=name)
    client.update_function_configuration(FunctionName=name, Runtime="nodejs22.x")
    with pytest.raises(ClientError) as raised:
        without_retries.invoke(FunctionName=name)
    assert code_of(raised) == ("InvalidRuntimeException", 502)
    with pytest.raises(ClientError) as raised:
        make_function(client, role, "", FunctionName="bad-zip", Code={"ZipFile": b"this is no zip"})
    assert code_of(raised) == ("InvalidParameterValueException", 400)
    assert raised.value.response["Error"]["Message"].startswith("Could not unzip uploaded file.")


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"FunctionName": "a" * 65}, "at 'functionName' failed to satisfy constraint: Member must "
         "have length less than or equal to 64"),
        ({"Handler": "app handler"}, "at 'handler' failed to satisfy constraint: Member must "
         "satisfy regular expression pattern: [^\\s]+"),
        ({"EphemeralStorage": {"Size": 511}}, "Value '511' at 'ephemeralStorage.size' failed to "
         "satisfy constraint: Member must have value greater than or equal to 512"),
        ({"EphemeralStorage": {}}, "Value null at 'ephemeralStorage.size' failed to satisfy "
         "constraint: Member must not be null"),
        ({"Architectures": ["sparc"]}, "Value '[sparc]' at 'architectures' failed to satisfy "
         "constraint: Member must satisfy constraint: [Member must satisfy enum value set: "
         "[x86_64, arm64], Member must not be null]"),
        ({"Architectures": ["arm64", "x86_64"]}, "Value '[arm64, x86_64]' at 'architectures' "
         "failed to satisfy constraint: Member must have length less than or equal to 1"),
        ({"PackageType": "Tar"}, "Value 'Tar' at 'packageType' failed to satisfy constraint: "
         "Member must satisfy enum value set: [Zip, Image]"),
        ({"TracingConfig": {"Mode": "On"}}, "Value 'On' at 'tracingConfig.mode' failed to satisfy "
         "constraint: Member must satisfy enum value set: [Active, PassThrough]"),
        ({"Layers": ["mine"]}, ":layer:[a-zA-Z0-9-_]+:[0-9]+)|(arn:[a-zA-Z0-9-]+:lambda:::awslayer:"
         "[a-zA-Z0-9-_]+), Member must not be null]"),
    ],
)  # fmt: skip
def test_a_configuration_that_aws_refuses(endpoint, role, wrong, words):
    given = {
        "FunctionName": "refused",
        "Runtime": RUNTIME,
        "Role": role,
        "Handler": "app.handler",
        "Code": {"ZipFile": zipped(ECHO)},
    }
    unchecked = __import__("botocore.config").config.Config(parameter_validation=False)
    client = endpoint.client("lambda", config=unchecked)
    with pytest.raises(ClientError) as raised:
        client.create_function(**(given | wrong))
    assert code_of(raised) == ("ValidationException", 400)
    assert raised.value.response["Error"]["Message"].endswith(words)


def test_another_architecture_comes_with_the_code_and_is_looked_at(endpoint, make):
    client, name = endpoint.client("lambda"), make(ECHO)
    with pytest.raises(ClientError) as raised:
        client.update_function_code(
            FunctionName=name, ZipFile=zipped(ECHO), Architectures=["sparc"]
        )
    assert code_of(raised) == ("ValidationException", 400)
    client.update_function_code(FunctionName=name, ZipFile=zipped(ECHO), Architectures=["arm64"])
    about = client.get_function_configuration(FunctionName=name)
    assert about["Architectures"] == ["arm64"]


def test_no_version_gets_the_number_of_one_that_is_gone(endpoint, make):
    client = endpoint.client("lambda")
    name = make(ECHO)
    client.update_function_configuration(FunctionName=name, Timeout=5)
    assert client.publish_version(FunctionName=name)["Version"] == "1"
    assert client.publish_version(FunctionName=name)["Version"] == "1"  # nothing has changed
    client.delete_function(FunctionName=name, Qualifier="1")
    answer = client.update_function_code(
        FunctionName=name, ZipFile=zipped("def handler(e, c): return 2\n"), Publish=True
    )
    assert answer["Version"] == "2"


def test_a_change_for_another_revision_is_refused(endpoint, make):
    client = endpoint.client("lambda")
    name = make(ECHO)
    before = client.get_function_configuration(FunctionName=name)["RevisionId"]
    client.update_function_configuration(FunctionName=name, Timeout=5, RevisionId=before)
    after = client.get_function_configuration(FunctionName=name)["RevisionId"]
    assert after != before
    for call in (
        lambda: client.update_function_configuration(
            FunctionName=name, Timeout=6, RevisionId=before
        ),
        lambda: client.update_function_code(
            FunctionName=name, ZipFile=zipped(ECHO), RevisionId=before
        ),
        lambda: client.publish_version(FunctionName=name, RevisionId=before),
    ):
        with pytest.raises(ClientError) as raised:
            call()
        assert code_of(raised) == ("PreconditionFailedException", 412)
    with pytest.raises(ClientError) as raised:
        client.publish_version(FunctionName=name, CodeSha256="other")
    assert code_of(raised) == ("InvalidParameterValueException", 400)


def test_an_alias_has_a_name_that_is_no_number_and_only_once(endpoint, make):
    client = endpoint.client("lambda")
    arn = client.get_function_configuration(FunctionName=make(ECHO))["FunctionArn"]
    with pytest.raises(ClientError) as raised:
        client.create_alias(FunctionName=arn, Name="7", FunctionVersion="$LATEST")
    assert code_of(raised) == ("ValidationException", 400)
    client.create_alias(FunctionName=arn, Name="live", FunctionVersion="$LATEST")
    with pytest.raises(ClientError) as raised:
        client.create_alias(FunctionName=arn, Name="live", FunctionVersion="$LATEST")
    assert raised.value.response["Error"]["Message"] == f"Alias already exists: {arn}:live"


def test_a_function_calls_the_endpoint_with_its_own_boto3(endpoint, make, role):
    bucket = f"bucket-{uuid.uuid4().hex[:8]}"
    endpoint.client("s3").create_bucket(Bucket=bucket)
    statement = {"Effect": "Allow", "Action": "s3:ListAllMyBuckets", "Resource": "*"}
    endpoint.client("iam").put_role_policy(
        RoleName=role.rpartition("/")[2],
        PolicyName="buckets",
        PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [statement]}),
    )
    name = make(
        "import boto3\n"
        "def handler(event, context):\n"
        "    names = [b['Name'] for b in boto3.client('s3').list_buckets()['Buckets']]\n"
        "    return [names, boto3.client('sts').get_caller_identity()['Account']]\n",
        Timeout=30,
        MemorySize=512,
    )
    answer = endpoint.client("lambda").invoke(FunctionName=name)
    payload = json.loads(answer["Payload"].read())
    assert "FunctionError" not in answer, payload
    assert bucket in payload[0]
    assert payload[1] == "123456789012"


def test_the_aws_command_invokes_and_reads_the_log(endpoint, make, tmp_path):
    name = make(ECHO)
    run = {"env": endpoint.env, "capture_output": True, "text": True, "check": True}
    answer = subprocess.run(
        ["aws", "lambda", "invoke", "--function-name", name, "--payload", '{"b": 2}', "out.json"],
        cwd=tmp_path,
        **run,
    )
    assert json.loads(answer.stdout) == {"StatusCode": 200, "ExecutedVersion": "$LATEST"}
    assert json.loads((tmp_path / "out.json").read_text()) == {"b": 2}
    found = subprocess.run(
        ["aws", "logs", "filter-log-events", "--log-group-name", f"/aws/lambda/{name}"], **run
    )
    assert "seen\n" in [event["message"] for event in json.loads(found.stdout)["events"]]


def test_workers_end_with_the_endpoint(fresh_endpoint):
    role = fresh_endpoint.role("r")
    functions = fresh_endpoint.client("lambda")
    asks = "import os\ndef handler(e, c): return os.getpid()\n"
    make_function(functions, role, asks, FunctionName="f")
    pid = int(functions.invoke(FunctionName="f")["Payload"].read())
    endpoint_pid = fresh_endpoint.control("/_local/status")["pid"]
    import os
    import signal

    os.kill(endpoint_pid, signal.SIGKILL)  # not even asked to
    for _ in range(100):
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return
        time.sleep(0.05)
    pytest.fail("a worker outlived its endpoint")
