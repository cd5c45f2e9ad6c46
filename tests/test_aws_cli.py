"""The real `aws` command against the local endpoint, as the lessons type it."""

import json
import os
import subprocess
import tarfile
import time
import urllib.request

import pytest

from tests.workshop import trust


@pytest.fixture(scope="module")
def aws(module_endpoint, tmp_path_factory):
    """Runs `aws …` in a folder of its own; `.fails(…)` gives what it says on stderr."""
    folder = tmp_path_factory.mktemp("aws")

    class Aws:
        endpoint = module_endpoint
        cwd = folder

        def done(self, *arguments):
            return subprocess.run(
                ["aws", *arguments],
                env=module_endpoint.env,
                cwd=folder,
                capture_output=True,
                text=True,
            )

        def __call__(self, *arguments):
            done = self.done(*arguments)
            assert done.returncode == 0, done.stderr
            return done.stdout.strip()

        def json(self, *arguments):
            return json.loads(self(*arguments))

        def fails(self, *arguments):
            done = self.done(*arguments)
            assert done.returncode != 0, done.stdout
            return (done.stderr or done.stdout).strip()

    return Aws()


def test_who_am_i(aws):
    found = aws.json("sts", "get-caller-identity")
    assert found["Account"] == "123456789012"
    assert found["Arn"] == "arn:aws:iam::123456789012:user/learner"


# -- the carry of lesson 04


def test_a_bucket_carries_a_folder_both_ways(aws):
    """make a bucket, tar, up, list, down, unpack: the same bytes; then the bucket goes."""
    assert aws("s3", "mb", "s3://carry-lesson") == "make_bucket: carry-lesson"
    source = aws.cwd / "app"
    (source / "src").mkdir(parents=True)
    content = os.urandom(9_000_000)  # more than one part of an upload in parts
    (source / "src" / "data.bin").write_bytes(content)
    with tarfile.open(aws.cwd / "app.tar.gz", "w:gz") as packed:
        packed.add(source, "app")
    said = aws("s3", "cp", "app.tar.gz", "s3://carry-lesson/", "--no-progress")
    assert said == "upload: ./app.tar.gz to s3://carry-lesson/app.tar.gz"
    size = (aws.cwd / "app.tar.gz").stat().st_size
    assert f"{size} app.tar.gz" in aws("s3", "ls", "s3://carry-lesson")
    aws("s3", "cp", "s3://carry-lesson/app.tar.gz", "back.tar.gz", "--no-progress")
    with tarfile.open(aws.cwd / "back.tar.gz") as packed:
        packed.extractall(aws.cwd / "back", filter="data")
    assert (aws.cwd / "back" / "app" / "src" / "data.bin").read_bytes() == content

    said = aws.fails("s3", "rb", "s3://carry-lesson")
    assert said.endswith(
        "An error occurred (BucketNotEmpty) when calling the DeleteBucket operation: "
        "The bucket you tried to delete is not empty"
    )
    assert "carry-lesson" in aws("s3", "ls"), "and nothing of it is lost"
    aws("s3", "rm", "s3://carry-lesson/app.tar.gz")
    assert aws("s3", "rb", "s3://carry-lesson") == "remove_bucket: carry-lesson"


def test_sync_and_presign(aws):
    aws("s3", "mb", "s3://sync-lesson")
    folder = aws.cwd / "folder"
    (folder / "sub").mkdir(parents=True)
    (folder / "one.txt").write_text("1")
    (folder / "sub" / "two words.txt").write_text("2")
    minute_ago = time.time() - 60
    for path in folder.rglob("*.txt"):  # S3 keeps whole seconds: a file of this one looks newer
        os.utime(path, (minute_ago, minute_ago))
    first = aws("s3", "sync", "folder", "s3://sync-lesson/f", "--no-progress")
    assert sorted(first.splitlines())[0].startswith("upload: folder/one.txt")
    assert aws("s3", "sync", "folder", "s3://sync-lesson/f", "--no-progress") == ""
    (folder / "one.txt").unlink()
    gone = aws("s3", "sync", "folder", "s3://sync-lesson/f", "--delete", "--no-progress")
    assert gone == "delete: s3://sync-lesson/f/one.txt"
    url = aws("s3", "presign", "s3://sync-lesson/f/sub/two words.txt")
    with urllib.request.urlopen(url) as answer:
        assert answer.read() == b"2"
    aws("s3", "rb", "s3://sync-lesson", "--force")


def test_a_versioned_bucket_keeps_what_was_deleted(aws):
    """As the bucket does that sam makes for itself: lesson 11 empties it."""
    aws("s3", "mb", "s3://versioned-lesson")
    aws(
        "s3api", "put-bucket-versioning", "--bucket", "versioned-lesson",
        "--versioning-configuration", "Status=Enabled",
    )  # fmt: skip
    (aws.cwd / "one.txt").write_text("1")
    aws("s3", "cp", "one.txt", "s3://versioned-lesson/", "--no-progress")
    aws("s3", "rm", "s3://versioned-lesson/one.txt")
    assert aws("s3", "ls", "s3://versioned-lesson") == ""
    said = aws.fails("s3", "rb", "s3://versioned-lesson")
    assert said.endswith("not empty. You must delete all versions in the bucket.")
    found = aws.json("s3api", "list-object-versions", "--bucket", "versioned-lesson")
    for one in found["Versions"] + found["DeleteMarkers"]:
        aws.endpoint.client("s3").delete_object(
            Bucket="versioned-lesson", Key=one["Key"], VersionId=one["VersionId"]
        )
    aws("s3", "rb", "s3://versioned-lesson")


@pytest.mark.parametrize("name", ["Capital-Letters", "under_score", "two..dots", "192.168.0.1",
                                  "ends-", "xn--puny", "sthree-x", "name-s3alias"])  # fmt: skip
def test_a_bucket_name_that_aws_refuses(aws, name):
    from botocore.exceptions import ClientError

    with pytest.raises(ClientError) as caught:
        aws.endpoint.client("s3").create_bucket(Bucket=name)
    assert caught.value.response["Error"]["Code"] == "InvalidBucketName"
    assert caught.value.response["Error"]["Message"] == "The specified bucket is not valid."


def test_names_that_are_taken(aws):
    """In us-east-1 a bucket of one's own may be made again; elsewhere, and for the rest, not."""
    aws("s3", "mb", "s3://taken-lesson")
    assert aws("s3", "mb", "s3://taken-lesson") == "make_bucket: taken-lesson"
    said = aws.fails("s3", "mb", "s3://taken-lesson", "--region", "eu-west-1")
    assert "BucketAlreadyOwnedByYou" in said
    aws("s3", "rb", "s3://taken-lesson")
    table = (
        "dynamodb", "create-table", "--table-name", "Taken",
        "--attribute-definitions", "AttributeName=Id,AttributeType=S",
        "--key-schema", "AttributeName=Id,KeyType=HASH", "--billing-mode", "PAY_PER_REQUEST",
    )  # fmt: skip
    assert aws.json(*table)["TableDescription"]["TableStatus"] == "CREATING"
    aws("dynamodb", "wait", "table-exists", "--table-name", "Taken")
    assert "(ResourceInUseException)" in aws.fails(*table)
    gone = aws.json("dynamodb", "delete-table", "--table-name", "Taken")
    assert gone["TableDescription"]["TableStatus"] == "DELETING"
    aws("dynamodb", "wait", "table-not-exists", "--table-name", "Taken")
    aws("logs", "create-log-group", "--log-group-name", "/taken")
    said = aws.fails("logs", "create-log-group", "--log-group-name", "/taken")
    assert "(ResourceAlreadyExistsException)" in said
    said = aws.fails("logs", "get-log-events", "--log-group-name", "/taken",
                     "--log-stream-name", "nowhere")  # fmt: skip
    assert said.endswith("The specified log stream does not exist.")


def test_what_is_not_there_is_named(aws):
    said = aws.fails("s3", "ls", "s3://no-such-bucket")
    assert "(NoSuchBucket)" in said
    assert 'Key "nope" does not exist' in _fails_to_fetch(aws)
    said = aws.fails("events", "describe-rule", "--name", "nope")
    assert said.endswith("Rule nope does not exist on EventBus default.")
    said = aws.fails("cloudformation", "describe-stacks", "--stack-name", "nope")
    assert said.endswith("Stack with id nope does not exist")


def _fails_to_fetch(aws):
    aws("s3", "mb", "s3://empty-lesson")
    try:
        return aws.fails("s3", "cp", "s3://empty-lesson/nope", ".")
    finally:
        aws("s3", "rb", "s3://empty-lesson")


# -- a state machine, its rule and its table, without sam


DEFINITION = {
    "StartAt": "Note",
    "States": {
        "Note": {
            "Type": "Task",
            "Resource": "arn:aws:states:::dynamodb:putItem",
            "Parameters": {
                "TableName": "Notes",
                "Item": {"Id": {"S.$": "$$.Execution.Name"}, "Said": {"S.$": "$.said"}},
            },
            "End": True,
        }
    },
}


def test_a_state_machine_and_its_rule(aws):
    policy = {
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Allow", "Action": "dynamodb:PutItem", "Resource": "*"}],
    }
    iam = aws.endpoint.client("iam")
    role = iam.create_role(RoleName="notes", AssumeRolePolicyDocument=json.dumps(trust("states")))
    role = role["Role"]["Arn"]
    iam.put_role_policy(RoleName="notes", PolicyName="write", PolicyDocument=json.dumps(policy))
    aws.endpoint.client("dynamodb").create_table(
        TableName="Notes",
        AttributeDefinitions=[{"AttributeName": "Id", "AttributeType": "S"}],
        KeySchema=[{"AttributeName": "Id", "KeyType": "HASH"}],
        BillingMode="PAY_PER_REQUEST",
    )
    (aws.cwd / "notes.asl.json").write_text(json.dumps(DEFINITION))
    create = ("stepfunctions", "create-state-machine", "--name", "Notes",
              "--definition", "file://notes.asl.json", "--role-arn", role)  # fmt: skip
    machine = aws.json(*create)["stateMachineArn"]
    started = aws.json(
        "stepfunctions", "start-execution", "--state-machine-arn", machine,
        "--name", "first", "--input", '{"said": "hello"}',
    )["executionArn"]  # fmt: skip
    aws.endpoint.control("/_local/clock", {"advance": 0})
    history = aws.json("stepfunctions", "get-execution-history", "--execution-arn", started)
    assert [event["type"] for event in history["events"]] == [
        "ExecutionStarted", "TaskStateEntered", "TaskScheduled", "TaskStarted", "TaskSucceeded",
        "TaskStateExited", "ExecutionSucceeded",
    ]  # fmt: skip
    item = aws.json("dynamodb", "get-item", "--table-name", "Notes", "--key",
                    '{"Id": {"S": "first"}}')  # fmt: skip
    assert item["Item"]["Said"]["S"] == "hello"
    again = aws.fails(
        "stepfunctions", "start-execution", "--state-machine-arn", machine,
        "--name", "first", "--input", '{"said": "other"}',
    )  # fmt: skip
    assert "(ExecutionAlreadyExists)" in again

    aws("events", "put-rule", "--name", "hourly", "--schedule-expression", "rate(1 hour)",
        "--state", "DISABLED")  # fmt: skip
    target = {"Id": "1", "Arn": machine, "RoleArn": role, "Input": '{"said": "by the clock"}'}
    aws("events", "put-targets", "--rule", "hourly", "--targets", json.dumps([target]))
    aws.endpoint.command("clock", "--advance", "3h")
    count = ("dynamodb", "scan", "--table-name", "Notes", "--query", "Count")
    assert aws(*count) == "1"
    aws("events", "enable-rule", "--name", "hourly")
    aws.endpoint.command("clock", "--advance", "3h")
    assert aws(*count) == "4"
    assert aws.json("events", "describe-rule", "--name", "hourly")["State"] == "ENABLED"
    said = aws.fails("events", "delete-rule", "--name", "hourly")
    assert said.endswith("Rule can't be deleted since it has targets.")
    aws("events", "remove-targets", "--rule", "hourly", "--ids", "1")
    aws("events", "delete-rule", "--name", "hourly")
    aws("stepfunctions", "delete-state-machine", "--state-machine-arn", machine)


def test_an_event_pattern(aws):
    event = {"id": "1", "account": "1", "source": "shop", "time": "2026-01-01T00:00:00Z",
             "region": "us-east-1", "resources": [], "detail-type": "order",
             "detail": {"total": 12}}  # fmt: skip
    ask = ("events", "test-event-pattern", "--event", json.dumps(event), "--event-pattern")
    for pattern, wanted in (
        ({"source": ["shop"], "detail": {"total": [{"numeric": [">", 10]}]}}, True),
        ({"source": ["bank"]}, False),
    ):
        assert aws.json(*ask, json.dumps(pattern)) == {"Result": wanted}


# -- what the endpoint does not have


@pytest.mark.parametrize(
    ("command", "words"),
    [
        (
            ("application-insights", "list-problems"),
            "The local endpoint does not have this operation: ListProblems of Application Insights",
        ),
        (
            ("account", "get-contact-information"),
            "The local endpoint cannot carry out account:GetContactInformation, and makes no "
            "answer up. Deploy to an AWS account to run it; ",
        ),
        (("stepfunctions", "describe-map-run", "--map-run-arn", "x"), None),
    ],
)
def test_what_the_endpoint_lacks_it_says(aws, command, words):
    said = aws.fails(*command)
    if words is not None:
        assert "(NotImplemented)" in said
        assert words in said
    assert "InternalFailure" not in said
    assert "reached max retries" not in said


def test_sync_takes_an_object_of_the_simulated_clock_for_newer(aws):
    """It compares a file's time, by this machine's clock, with the object's."""
    aws("s3", "mb", "s3://synced-lesson")
    aws.endpoint.control("/_local/clock", {"advance": 3600})
    folder = aws.cwd / "synced"
    folder.mkdir()
    (folder / "file.txt").write_text("old")
    assert "upload:" in aws("s3", "sync", str(folder), "s3://synced-lesson")
    (folder / "file.txt").write_text("new")
    assert aws("s3", "sync", str(folder), "s3://synced-lesson") == ""
    (folder / "file.txt").write_text("longer")
    assert "upload:" in aws("s3", "sync", str(folder), "s3://synced-lesson")
