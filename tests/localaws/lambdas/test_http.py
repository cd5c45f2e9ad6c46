"""Lambda over HTTP, as boto3 and the aws command speak it, on a running endpoint."""

import base64
import json
import subprocess
import time
import uuid

import pytest
from botocore.exceptions import ClientError

from tests.workshop import RUNTIME, make_function, stack_at_rest, zipped


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


def test_the_log_tail_is_the_last_4_kb(endpoint, make):
    name = make("def handler(e, c): print('x' * 5000)\n")
    answer = endpoint.client("lambda").invoke(FunctionName=name, LogType="Tail")
    log = base64.b64decode(answer["LogResult"])
    assert len(log) == 4096
    assert log.startswith(b"xxx") and b"\nREPORT RequestId:" in log


@pytest.fixture
def published(endpoint, make):
    """The name of a function with the versions 1 and 2, and aliases of the first."""
    client = endpoint.client("lambda")
    name = make("def handler(e, c): return 'one'\n")
    client.publish_version(FunctionName=name)
    client.update_function_code(FunctionName=name, ZipFile=zipped("def handler(e, c): pass\n"))
    client.publish_version(FunctionName=name)
    client.create_alias(FunctionName=name, Name="live", FunctionVersion="1")
    some = {"AdditionalVersionWeights": {"1": 0.5}}
    client.create_alias(FunctionName=name, Name="some", FunctionVersion="2", RoutingConfig=some)
    return name


def refused(call, **parameters):
    """What a call is refused with: status, code and words."""
    with pytest.raises(ClientError) as raised:
        call(**parameters)
    error = raised.value.response["Error"]
    return raised.value.response["ResponseMetadata"]["HTTPStatusCode"], *error.values()


@pytest.mark.parametrize("qualifier", ["1", "live", "nobodys"])
def test_what_is_published_does_not_change(endpoint, published, qualifier):
    client = endpoint.client("lambda")
    before = client.get_function_configuration(FunctionName=published, Qualifier="1")
    arn = client.get_function_configuration(FunctionName=published)["FunctionArn"]
    code = zipped("def handler(e, c): return 'other'\n")
    words = (
        "Current operation does not support versions other than $LATEST. Please set the version to "
        "$LATEST or do not set a version in your request."
    )
    for name in (f"{published}:{qualifier}", f"{arn}:{qualifier}"):
        for call, change in (
            (client.update_function_code, {"ZipFile": code}),
            (client.update_function_configuration, {"Timeout": 9}),
        ):
            status, *told = refused(call, FunctionName=name, **change)
            assert (status, sorted(told)) == (400, [words, "InvalidParameterValueException"])
    after = client.get_function_configuration(FunctionName=published, Qualifier="1")
    assert after["RevisionId"] == before["RevisionId"]
    assert after["CodeSha256"] == before["CodeSha256"]


def test_the_latest_version_may_be_called_by_its_name(endpoint, published):
    client = endpoint.client("lambda")
    latest = f"{published}:$LATEST"
    code = zipped("def handler(e, c): return 'newest'\n")
    client.update_function_code(FunctionName=latest, ZipFile=code, Architectures=["arm64"])
    client.update_function_configuration(FunctionName=latest, Timeout=9)
    told = client.get_function_configuration(FunctionName=latest)
    assert (told["Timeout"], told["Architectures"]) == (9, ["arm64"])
    assert json.loads(client.invoke(FunctionName=published)["Payload"].read()) == "newest"


def test_which_versions_can_be_deleted(endpoint, published):
    delete = endpoint.client("lambda").delete_function
    for qualifier, expected in (
        ("1", (409, "ResourceConflictException", "Unable to delete version because the following "
               "aliases reference it: [live, some]")),
        ("$LATEST", (400, "InvalidParameterValueException",
                     "$LATEST version cannot be deleted without deleting the function.")),
        ("live", (400, "InvalidParameterValueException",
                  "Deletion of aliases is not currently supported.")),
    ):  # fmt: skip
        for names in (
            {"FunctionName": published, "Qualifier": qualifier},
            {"FunctionName": f"{published}:{qualifier}"},
        ):
            assert sorted(map(str, refused(delete, **names))) == sorted(map(str, expected))
    delete(FunctionName=published, Qualifier="99")
    client = endpoint.client("lambda")
    for alias in ("live", "some"):
        client.delete_alias(FunctionName=published, Name=alias)
    delete(FunctionName=published, Qualifier="1")
    left = client.list_versions_by_function(FunctionName=published)["Versions"]
    assert [version["Version"] for version in left] == ["$LATEST", "2"]


@pytest.mark.parametrize(
    ("version", "weights", "words"),
    [
        ("1", {"1": 0.8, "2": 0.2},
         "Number of items in AdditionalVersionWeights cannot be greater than 1"),
        ("1", {"2": 2}, "Value '{2=2.0}' at 'routingConfig.additionalVersionWeights' failed to "
         "satisfy constraint: Map value must satisfy constraint: [Member must have value less "),
        ("1", {"1": 0.5}, "Invalid function version 1. Function version 1 is already included in "
         "routing configuration."),
        ("1", {"9": 0.5}, ":9"),
        ("1", {"$LATEST": 0.5}, "Map keys must satisfy constraint: ["),
        ("$LATEST", {"1": 0.5},
         "$LATEST is not supported for an alias pointing to more than 1 version"),
    ],
)  # fmt: skip
def test_whom_an_alias_cannot_share_its_events_with(endpoint, published, version, weights, words):
    client = endpoint.client("lambda")
    routing = {"FunctionVersion": version, "RoutingConfig": {"AdditionalVersionWeights": weights}}
    for call, name in ((client.create_alias, "shares"), (client.update_alias, "live")):
        found = refused(call, FunctionName=published, Name=name, **routing)
        assert any(words in str(part) for part in found), found


def test_an_alias_that_shares_no_longer(endpoint, published):
    client = endpoint.client("lambda")
    alias = {"FunctionName": published, "Name": "some"}
    client.update_alias(**alias, Description="shared")
    assert client.get_alias(**alias)["RoutingConfig"] == {"AdditionalVersionWeights": {"1": 0.5}}
    client.update_alias(**alias, RoutingConfig={"AdditionalVersionWeights": {}})
    assert "RoutingConfig" not in client.get_alias(**alias)
    client.delete_alias(FunctionName=published, Name="live")
    client.delete_function(FunctionName=published, Qualifier="1")


def test_an_alias_of_a_template_shares_its_events(endpoint, published):
    shares = {"FunctionVersion": "1", "FunctionWeight": 0.5}
    properties = {
        "FunctionName": published, "Name": "shared", "FunctionVersion": "2",
        "RoutingConfig": {"AdditionalVersionWeights": [shares]},
    }  # fmt: skip

    def template():
        alias = {"Type": "AWS::Lambda::Alias", "Properties": properties}
        body = json.dumps({"Resources": {"It": alias}})
        return {"StackName": f"of-{published}", "TemplateBody": body}

    stacks, client = endpoint.client("cloudformation"), endpoint.client("lambda")
    alias = {"FunctionName": published, "Name": "shared"}
    stacks.create_stack(**template())
    assert stack_at_rest(stacks, f"of-{published}")["StackStatus"] == "CREATE_COMPLETE"
    assert client.get_alias(**alias)["RoutingConfig"] == {"AdditionalVersionWeights": {"1": 0.5}}
    ran = {client.invoke(FunctionName=f"{published}:shared")["ExecutedVersion"] for _ in range(40)}
    assert ran == {"1", "2"}
    del properties["RoutingConfig"]
    stacks.update_stack(**template())
    assert stack_at_rest(stacks, f"of-{published}")["StackStatus"] == "UPDATE_COMPLETE"
    assert "RoutingConfig" not in client.get_alias(**alias)


def test_each_version_and_alias_has_its_own_way_to_try_again(endpoint, published):
    client = endpoint.client("lambda")
    arn = client.get_function_configuration(FunctionName=published)["FunctionArn"]
    put = client.put_function_event_invoke_config
    put(FunctionName=published, MaximumRetryAttempts=2)
    put(FunctionName=published, Qualifier="live", MaximumRetryAttempts=0)
    put(FunctionName=f"{published}:1", MaximumRetryAttempts=1)
    client.update_function_event_invoke_config(
        FunctionName=published, Qualifier="live", MaximumEventAgeInSeconds=60
    )
    get = client.get_function_event_invoke_config
    for qualifier, tries in (("$LATEST", 2), ("live", 0), ("1", 1)):
        told = get(FunctionName=published, Qualifier=qualifier)
        assert told["MaximumRetryAttempts"] == tries
        assert told["FunctionArn"] == f"{arn}:{qualifier}"
    assert get(FunctionName=f"{published}:live")["MaximumEventAgeInSeconds"] == 60
    listed = client.list_function_event_invoke_configs(FunctionName=published)
    assert len(listed["FunctionEventInvokeConfigs"]) == 3
    client.delete_function_event_invoke_config(FunctionName=published, Qualifier="live")
    status, *told = refused(get, FunctionName=published, Qualifier="live")
    words = f"The function {arn}:live doesn't have an EventInvokeConfig"
    assert (status, sorted(told)) == (404, sorted(["ResourceNotFoundException", words]))


def test_an_alias_of_a_template_has_its_own_way_to_try_again(endpoint, published):
    config = {
        "Type": "AWS::Lambda::EventInvokeConfig",
        "Properties": {
            "FunctionName": published, "Qualifier": "live", "MaximumRetryAttempts": 0,
        },
    }  # fmt: skip
    stacks, stack = endpoint.client("cloudformation"), f"tries-{published}"
    body = json.dumps({"Resources": {"It": config}})
    stacks.create_stack(StackName=stack, TemplateBody=body)
    assert stack_at_rest(stacks, stack)["StackStatus"] == "CREATE_COMPLETE"
    client = endpoint.client("lambda")
    get = client.get_function_event_invoke_config
    assert get(FunctionName=published, Qualifier="live")["MaximumRetryAttempts"] == 0
    assert refused(get, FunctionName=published)[0] == 404
    stacks.delete_stack(StackName=stack)
    stacks.get_waiter("stack_delete_complete").wait(
        StackName=stack, WaiterConfig={"Delay": 1, "MaxAttempts": 30}
    )
    assert refused(get, FunctionName=published, Qualifier="live")[0] == 404


def test_names_that_do_not_fit_the_operation(endpoint, published):
    client = endpoint.client("lambda")
    found = refused(client.delete_function, FunctionName=f"{published}:1", Qualifier="2")
    assert "The derived qualifier from the function name does not match" in " ".join(found[1:])
    found = refused(client.delete_function, FunctionName="nobodys", Qualifier="1")
    assert found[0] == 404 and any(words.endswith(":function:nobodys") for words in found[1:])
    found = refused(
        client.put_function_concurrency,
        FunctionName=f"{published}:1", ReservedConcurrentExecutions=1,
    )  # fmt: skip
    assert "This operation is permitted on Lambda functions only." in " ".join(found[1:])


def test_what_is_changed_is_kept(endpoint, make):
    client = endpoint.client("lambda")
    name = make(ECHO)
    changes = {
        "EphemeralStorage": {"Size": 1024},
        "KMSKeyArn": "arn:aws:kms:us-east-1:123456789012:key/12345678-1234-1234-1234-123456789012",
        "TracingConfig": {"Mode": "Active"},
    }
    client.update_function_configuration(FunctionName=name, **changes)
    told = client.get_function_configuration(FunctionName=name)
    assert {setting: told[setting] for setting in changes} == changes


def test_an_environment_that_is_too_large_is_shown(endpoint, make):
    client = endpoint.client("lambda")
    name = make(ECHO)
    fits = {"SMALL": "ok", "LARGE": "x" * (4096 - len('{"SMALL":"ok","LARGE":""}'))}
    client.update_function_configuration(FunctionName=name, Environment={"Variables": fits})
    more = {**fits, "LARGE": fits["LARGE"] + "x"}
    found = refused(
        client.update_function_configuration, FunctionName=name, Environment={"Variables": more}
    )
    words = max(map(str, found), key=len)
    assert words == (
        "Lambda was unable to configure your environment variables because the environment "
        "variables you have provided exceeded the 4KB limit. String measured: "
        + json.dumps(more, separators=(",", ":"))
    )


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
