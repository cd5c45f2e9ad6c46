"""What would take for ever or fill the memory: gigabytes, deep JSON, patterns without end."""

import filecmp
import json
import os
import re
import socket
import subprocess
import sys
import time
from pathlib import Path
from urllib.parse import urlsplit

import psutil
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from benchmarks import hostile
from tests.workshop import trust

GIGABYTE = 1 << 30
STARS = "*a" * 30 + "*b"
LONG = "a" * 5000
CIRCLES = "(a+)+$"
MANY = "a*" * 30 + "b"
ROLE = "arn:aws:iam::123456789012:role/limits"
EVENT = {
    "id": "1", "account": "1", "source": LONG, "time": "2026-01-01T00:00:00Z",
    "region": "us-east-1", "resources": [], "detail-type": "x",
}  # fmt: skip


@pytest.fixture(scope="module")
def call(module_endpoint):
    """`call(service, operation, …)`: what it answers, or the error's code; no call may hang."""
    config = Config(
        retries={"total_max_attempts": 1}, read_timeout=30, parameter_validation=False,
        inject_host_prefix=False,
    )  # fmt: skip
    clients = {}

    def call(service, operation, **arguments):
        if service not in clients:
            clients[service] = module_endpoint.client(service, config=config)
        try:
            return getattr(clients[service], operation)(**arguments)
        except ClientError as error:
            found = error.response["Error"]["Code"]
            assert found not in ("InternalFailure", "InternalError"), error
            return found

    document = json.dumps(trust("states"))
    call("iam", "create_role", RoleName="limits", AssumeRolePolicyDocument=document)
    return call


@pytest.fixture
def run(call):
    """Runs a state machine of one state, returns its end: status and error."""

    def run(state, given, **fields):
        definition = {"StartAt": "A", "States": {"A": {"End": True} | state}} | fields
        name = f"m{time.monotonic_ns()}"
        made = call("stepfunctions", "create_state_machine", name=name, roleArn=ROLE,
                    definition=json.dumps(definition))  # fmt: skip
        begun = call("stepfunctions", "start_execution", input=given,
                     stateMachineArn=made["stateMachineArn"])  # fmt: skip
        if isinstance(begun, str):
            return begun, None
        while True:
            found = call("stepfunctions", "describe_execution", executionArn=begun["executionArn"])
            if found["status"] != "RUNNING":
                return found["status"], found.get("error")
            time.sleep(0.02)

    return run


# -- a gigabyte


UPLOADS = {
    "s3": ("s3", "PUT", "/limits/object", {}),
    "lambda": ("lambda", "POST", "/2015-03-31/functions/x/invocations", {}),
    "start_execution": ("stepfunctions", "POST", "/",
                        {"X-Amz-Target": "AWSStepFunctions.StartExecution"}),
    "put_item": ("dynamodb", "POST", "/", {"X-Amz-Target": "DynamoDB_20120810.PutItem"}),
}  # fmt: skip


def resident(endpoint):
    return psutil.Process(endpoint.control("/_local/status")["pid"]).memory_info().rss


def pour(endpoint, head, chunked):
    """Send a gigabyte after the head, until it is refused: status, and bytes that were sent."""
    host = urlsplit(endpoint.url)
    block = bytes(1 << 18)
    piece = b"%x\r\n%b\r\n" % (len(block), block) if chunked else block
    with socket.create_connection((host.hostname, host.port), timeout=60) as sock:
        sock.sendall(head)
        sent = 0
        sock.setblocking(False)
        waiting = memoryview(piece)
        while sent < GIGABYTE:
            try:
                if sock.recv(1, socket.MSG_PEEK):
                    break
            except BlockingIOError:
                pass
            try:
                count = sock.send(waiting)
            except BlockingIOError:
                time.sleep(0.001)
                continue
            except OSError:
                break
            sent += count
            waiting = waiting[count:] or memoryview(piece)
        sock.setblocking(True)
        sock.settimeout(60)
        return int(sock.recv(100).split(b" ")[1]), sent


@pytest.mark.parametrize("chunked", [False, True], ids=["announced", "in chunks"])
@pytest.mark.parametrize("upload", UPLOADS)
def test_a_gigabyte_is_refused_and_not_kept_in_memory(module_endpoint, upload, chunked):
    service, method, path, more = UPLOADS[upload]
    target = hostile.Target(module_endpoint.url, module_endpoint.env)
    made = hostile.Request(service, "", method, path, "", dict(more), b"")
    headers = target.signed(made)
    headers["Host"] = urlsplit(module_endpoint.url).netloc
    length = ("Transfer-Encoding", "chunked") if chunked else ("Content-Length", str(GIGABYTE))
    lines = [f"{method} {path} HTTP/1.1", *(f"{n}: {v}" for n, v in headers.items())]
    head = "\r\n".join([*lines, ": ".join(length), "", ""]).encode()
    before = resident(module_endpoint)
    status, sent = pour(module_endpoint, head, chunked)
    assert status in (411, 413)
    assert sent < 150_000_000
    assert resident(module_endpoint) < before + 250_000_000
    assert hostile.still_works(target) is None


@pytest.mark.skipif(sys.platform != "linux", reason="the most memory is read from /proc")
def test_a_large_upload_is_not_held_in_memory(module_endpoint, tmp_path):
    """120 MB with the real aws command: a small part of it at most, and not for long."""
    file, back = tmp_path / "large", tmp_path / "back"
    file.write_bytes(os.urandom(120 << 20))
    s3 = module_endpoint.client("s3")
    s3.create_bucket(Bucket="large-uploads")
    s3.put_object(Bucket="large-uploads", Key="small", Body=b"x")
    process = Path("/proc", str(module_endpoint.control("/_local/status")["pid"]))
    aws = [str(Path(sys.executable).with_name("aws")), "s3", "cp", "--quiet"]
    before = resident(module_endpoint)
    (process / "clear_refs").write_text("5")
    address = "s3://large-uploads/large"
    subprocess.run([*aws, str(file), address], env=module_endpoint.env, check=True)
    status = (process / "status").read_text()
    most = int(re.search(r"VmHWM:\s+(\d+) kB", status)[1]) * 1024
    assert most < before + (60 << 20)
    assert resident(module_endpoint) < before + (45 << 20)
    subprocess.run([*aws, address, str(back)], env=module_endpoint.env, check=True)
    assert filecmp.cmp(file, back, shallow=False)
    s3.put_object(Bucket="large-uploads", Key="whole", Body=file.read_bytes())
    assert resident(module_endpoint) < before + (45 << 20)


@pytest.mark.parametrize("chunked", [False, True], ids=["announced", "in chunks"])
def test_a_gigabyte_for_a_control_route(module_endpoint, chunked):
    host = urlsplit(module_endpoint.url).netloc
    ((name, proof),) = module_endpoint.proof("POST", "/_local/clock").items()
    length = "Transfer-Encoding: chunked" if chunked else f"Content-Length: {GIGABYTE}"
    head = f"POST /_local/clock HTTP/1.1\r\nHost: {host}\r\n{name}: {proof}\r\n{length}\r\n\r\n"
    status, sent = pour(module_endpoint, head.encode(), chunked)
    assert (status, sent < 10_000_000) == (413, True)


def test_an_upload_of_unknown_length_still_works(call):
    """As boto3 sends what it cannot measure: chunks, and the length in a header."""
    call("s3", "create_bucket", Bucket="limits")
    call("s3", "put_object", Bucket="limits", Key="k", Body=b"x" * 100_000,
         ChecksumAlgorithm="CRC32")  # fmt: skip
    assert call("s3", "get_object", Bucket="limits", Key="k")["Body"].read() == b"x" * 100_000


# -- deep JSON


def deep(levels):
    return '{"a":' * levels + "1" + "}" * levels


@pytest.mark.parametrize("levels", [900, 100_000])
def test_deep_json_is_refused_or_taken_everywhere(call, levels):
    """None of them hangs, ends in a failure of ours, or leaves something that breaks a list."""
    text = deep(levels)
    pass_state = '{"StartAt":"A","States":{"A":{"Type":"Pass","End":true,"Result":%s}}}'
    call("stepfunctions", "create_state_machine", name="d", roleArn=ROLE, definition=text)
    assert call("stepfunctions", "create_state_machine", name=f"d{levels}", roleArn=ROLE,
                definition=pass_state % text) == "InvalidDefinition"  # fmt: skip
    call("stepfunctions", "validate_state_machine_definition", definition=text)
    call("stepfunctions", "test_state", roleArn=ROLE, input=text,
         definition='{"Type":"Pass","End":true}')  # fmt: skip
    call("stepfunctions", "send_task_success", taskToken="x", output=text)
    call("iam", "create_policy", PolicyName=f"p{levels}", PolicyDocument=text)
    call("iam", "put_role_policy", RoleName="limits", PolicyName="p", PolicyDocument=text)
    call("events", "put_rule", Name=f"r{levels}", EventPattern=text)
    call("events", "test_event_pattern", EventPattern=text, Event=json.dumps(EVENT))
    call("events", "put_events", Entries=[{"Source": "x", "DetailType": "x", "Detail": text}])
    call("cloudformation", "create_stack", StackName=f"j{levels}", TemplateBody=text)
    call("cloudformation", "validate_template", TemplateBody="- " * min(levels, 25_000) + "a")
    call("lambda", "invoke", FunctionName="nowhere", Payload=text)
    target = {"Arn": ROLE, "RoleArn": ROLE, "Input": text}
    call("scheduler", "create_schedule", Name=f"s{levels}", ScheduleExpression="rate(1 hour)",
         FlexibleTimeWindow={"Mode": "OFF"}, Target=target)  # fmt: skip
    expression = "(" * levels + "a" + ")" * levels
    assert call("dynamodb", "scan", TableName="nowhere", FilterExpression=expression) in (
        "ValidationException", "ResourceNotFoundException"
    )  # fmt: skip
    for service, operation in (("stepfunctions", "list_state_machines"), ("events", "list_rules"),
                               ("scheduler", "list_schedules"), ("iam", "list_roles"),
                               ("cloudformation", "list_stacks")):  # fmt: skip
        assert isinstance(call(service, operation), dict), operation


@pytest.mark.parametrize(
    ("levels", "status"), [(900, "SUCCEEDED"), (5000, "InvalidExecutionInput")]
)
def test_a_deep_input(run, levels, status):
    assert run({"Type": "Pass"}, deep(levels))[0] == status


@pytest.mark.parametrize("path", ["$..a", "$..*..*..*"])
def test_a_path_that_selects_far_more_than_there_is(run, path):
    """Every level again, with all that is in it: a quarter of a megabyte would become gigabytes."""
    text = '{"a":' * 900 + json.dumps("x" * 250_000) + "}" * 900
    status, error = run({"Type": "Pass", "InputPath": path}, text)
    assert (status, error) == ("FAILED", "States.DataLimitExceeded")


def test_deep_json_made_by_an_intrinsic_function(run):
    state = {"Type": "Pass", "Parameters": {"v.$": "States.StringToJson($.s)"}}
    assert run(state, json.dumps({"s": deep(5000)})) == ("FAILED", "States.Runtime")


# -- patterns that go in circles


def test_wildcards_of_event_patterns(call):
    pattern = json.dumps({"source": [{"wildcard": STARS}]})
    found = call("events", "test_event_pattern", EventPattern=pattern, Event=json.dumps(EVENT))
    assert found["Result"] is False
    pattern = json.dumps({"source": [{"wildcard": STARS.removesuffix("*b") + "*"}]})
    found = call("events", "test_event_pattern", EventPattern=pattern, Event=json.dumps(EVENT))
    assert found["Result"] is True


def test_a_prefix_of_rules_is_no_regular_expression(call):
    call("events", "put_rule", Name="a" * 60 + ".x", EventPattern='{"source":["x"]}')
    assert call("events", "list_rules", NamePrefix=CIRCLES)["Rules"] == []
    assert len(call("events", "list_rules", NamePrefix="a" * 60 + ".")["Rules"]) == 1


def test_string_matches(run):
    rule = {"Variable": "$.a", "StringMatches": STARS, "Next": "A"}
    state = {"Type": "Choice", "Choices": [rule], "Default": "B", "End": None}
    del state["End"]
    fields = {"States": {"A": state, "B": {"Type": "Succeed"}}}
    assert run({}, json.dumps({"a": LONG * 10}), **fields) == ("SUCCEEDED", None)


@pytest.mark.parametrize(
    "expression",
    [f"$contains($states.input.a, /{CIRCLES}/)", "($f := function($n){$f($n + 1)}; $f(1))"],
)
def test_jsonata(run, expression):
    state = {"Type": "Pass", "Output": f"{{% {expression} %}}"}
    status, _ = run(state, json.dumps({"a": "a" * 60 + "!"}), QueryLanguage="JSONata")
    assert status in ("SUCCEEDED", "FAILED")


@pytest.mark.parametrize(
    "pattern",
    [STARS, f'"{STARS}"', f'{{ $.a = "{STARS}" }}', f"%{CIRCLES}%", f"%^{MANY}$%", f"[x={STARS}]",
     f"{{ $.a = %^{MANY}$% }}"],
)  # fmt: skip
def test_filters_of_logs(call, pattern):
    call("logs", "create_log_group", logGroupName="/limits")
    call("logs", "create_log_stream", logGroupName="/limits", logStreamName="s")
    now = int(time.time() * 1000)
    lines = [LONG, json.dumps({"a": LONG}), "a" * 60 + "!"]
    call("logs", "put_log_events", logGroupName="/limits", logStreamName="s",
         logEvents=[{"timestamp": now, "message": line} for line in lines])  # fmt: skip
    assert call("logs", "filter_log_events", logGroupName="/limits", filterPattern=pattern)


def test_an_allowed_pattern(call):
    template = {"Parameters": {"P": {"Type": "String", "AllowedPattern": CIRCLES}},
                "Resources": {"T": {"Type": "AWS::SNS::Topic"}}}  # fmt: skip
    given = [{"ParameterKey": "P", "ParameterValue": "a" * 60 + "!"}]
    for pattern in ("(", "(a|aa)+$"):
        template["Parameters"]["P"]["AllowedPattern"] = pattern
        found = call("cloudformation", "create_stack", StackName="p", Parameters=given,
                     TemplateBody=json.dumps(template))  # fmt: skip
        assert found == "ValidationError", pattern


def test_a_template_of_a_billion_laughs(call):
    lines = ["a: &a [x, x, x, x, x, x, x, x, x, x]"]
    for before, name in zip("abcdefgh", "bcdefghi", strict=True):
        lines.append(f"{name}: &{name} [{', '.join([f'*{before}'] * 10)}]")
    lines.append("Resources: {T: {Type: 'AWS::SNS::Topic', Properties: {DisplayName: *i}}}")
    found = call("cloudformation", "create_stack", StackName="b", TemplateBody="\n".join(lines))
    assert found == "ValidationError"


def test_wildcards_of_policies(call):
    resources = [f"arn:aws:s3:::circles/{pattern}" for pattern in (STARS, CIRCLES)]
    statement = {"Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": resources}
    call("s3", "create_bucket", Bucket="circles")
    policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    call("s3", "put_bucket_policy", Bucket="circles", Policy=policy)
    assert "ETag" in call("s3", "put_object", Bucket="circles", Key="a" * 900 + "!", Body=b"")
    refused = call("s3", "put_object", Bucket="circles", Key="a" * 60 + "b", Body=b"")
    assert refused in ("AccessDenied", "403")
