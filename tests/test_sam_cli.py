"""The real `sam` command against the local endpoint: the lesson from init to delete, and failures.

What a deployment does in detail is tested with CloudFormation; here the commands meet one another.
"""

import json
import os
import re
import signal
import socket
import subprocess
import sys
import textwrap
import threading
import time
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
STACK = "lesson"
DEPLOY = (
    "deploy", "--stack-name", STACK, "--resolve-s3", "--capabilities", "CAPABILITY_IAM",
    "--no-confirm-changeset", "--no-progressbar",
)  # fmt: skip


ASKS_ONCE = {"AWS_MAX_ATTEMPTS": "1"}
"""botocore's own setting: an endpoint that is down is otherwise asked five times, ten seconds long,
and one that is up has to answer the first time.
"""


class Internet:
    """Stands where a proxy to the internet would stand, and writes down who asks for it."""

    def __init__(self):
        self._server = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._server.getsockname()[1]}"
        self.asked = []
        threading.Thread(target=self._listen, daemon=True).start()

    def _listen(self):
        while True:
            sock, _ = self._server.accept()
            with sock:
                sock.settimeout(5)
                self.asked.append(sock.recv(1000).split(b"\r\n")[0].decode("latin-1"))


@pytest.fixture(scope="module")
def internet():
    return Internet()


class Sam:
    """Runs `sam …` with an endpoint's settings; nothing gets out into the internet."""

    def __init__(self, endpoint, folder, internet):
        self.endpoint, self.folder = endpoint, folder
        proxies = ("HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy")
        self.env = endpoint.env | dict.fromkeys(proxies, internet.url) | ASKS_ONCE

    def start(self, *arguments):
        return subprocess.Popen(
            ["sam", *arguments], cwd=self.folder, env=self.env, stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        )  # fmt: skip

    def done(self, *arguments):
        process = self.start(*arguments)
        said, _ = process.communicate(timeout=200)
        return process.returncode, said

    def __call__(self, *arguments):
        status, said = self.done(*arguments)
        assert status == 0, said
        return said

    def fails(self, *arguments):
        status, said = self.done(*arguments)
        assert status != 0, said
        assert "Traceback" not in said
        return said


@pytest.fixture(scope="module")
def sam(module_endpoint, internet, tmp_path_factory):
    """In the folder of the stock trader, initialised, built and deployed."""
    above = tmp_path_factory.mktemp("sam")
    made = Sam(module_endpoint, above, internet)
    made("init", "--location", str(ROOT / "sam-app"), "--name", STACK, "--no-input")
    made.folder = above / STACK
    made("build")
    made.deployed = made(*DEPLOY)
    made.endpoint.control("/_local/market", {"seed": 1})
    return made


@pytest.fixture(scope="module")
def names(sam):
    """Physical names by logical names, as `sam list` gives them."""
    listed = json.loads(sam("list", "resources", "--stack-name", STACK, "--output", "json"))
    return {one["LogicalResourceId"]: one["PhysicalResourceId"] for one in listed}


def table(sam, names):
    found = sam.endpoint.client("dynamodb").scan(TableName=names["TransactionTable"])
    return found["Items"]


def test_deployed(sam):
    assert f"Successfully created/updated stack - {STACK} in us-east-1" in sam.deployed


def test_a_function_is_invoked_and_its_log_is_shown(sam):
    said = sam("remote", "invoke", "StockBuyerFunction", "--stack-name", STACK,
               "--event", '{"stock_price": 5}')  # fmt: skip
    answer = json.loads(said.splitlines()[-1])
    assert (answer["price"], answer["type"]) == ("5", "buy")
    assert "START RequestId: " in said
    assert re.search(r"REPORT RequestId: \S+\tDuration: [\d.]+ ms\tBilled Duration: \d+ ms", said)


def test_a_function_that_is_not_there(sam):
    said = sam.fails("remote", "invoke", "NoSuchFunction", "--stack-name", STACK)
    assert "NoSuchFunction" in said


def test_the_workflow_is_run_and_waited_for(sam, names):
    before = len(table(sam, names))
    said = sam("remote", "invoke", "StockTradingStateMachine", "--stack-name", STACK,
               "--output", "json")  # fmt: skip
    answer = json.loads(said[said.index("{") :])
    assert answer["status"] == "SUCCEEDED"
    assert answer["stateMachineArn"] == names["StockTradingStateMachine"]
    assert len(table(sam, names)) == before + 1


def test_logs_of_the_stack_and_of_one_function(sam):
    sam("remote", "invoke", "StockCheckerFunction", "--stack-name", STACK)
    of_all = sam("logs", "--stack-name", STACK)
    of_one = sam("logs", "--stack-name", STACK, "--name", "StockCheckerFunction")
    for said in (of_all, of_one):
        assert re.search(
            r"^\d{4}/\d\d/\d\d/\[\$LATEST\][0-9a-f]{32} \S+ START RequestId", said, re.M
        )
    assert of_one.count("START") <= of_all.count("START")


def test_logs_are_shown_however_far_the_clock_is_ahead(sam):
    """`sam logs` asks for what this machine's clock has seen so far."""
    asked = ("logs", "--stack-name", STACK, "--name", "StockCheckerFunction")
    before = sam(*asked).count("START")
    sam.endpoint.command("clock", "--advance", "3h")
    sam("remote", "invoke", "StockCheckerFunction", "--stack-name", STACK)
    assert sam(*asked).count("START") == before + 1


def test_the_clock_moves_the_schedule_of_the_stack(sam, names):
    rule = names["StockTradingStateMachineHourlyTradingSchedule"]
    events = sam.endpoint.client("events")
    assert events.describe_rule(Name=rule)["State"] == "DISABLED"
    before = len(table(sam, names))
    sam.endpoint.command("clock", "--advance", "1d")
    assert len(table(sam, names)) == before
    events.enable_rule(Name=rule)
    sam.endpoint.command("clock", "--advance", "1d")
    assert len(table(sam, names)) == before + 24
    events.disable_rule(Name=rule)
    times = sorted(item["Timestamp"]["S"] for item in table(sam, names))
    assert len({time[:13] for time in times[-24:]}) == 24, "one trade in each hour"


def test_package_and_deploy_of_what_was_packaged(sam):
    said = sam("package", "--resolve-s3", "--output-template-file", "packaged.yaml")
    assert "Successfully packaged artifacts" in said
    text = (sam.folder / "packaged.yaml").read_text()
    assert "s3://aws-sam-cli-managed-default-samclisourcebucket-" in text
    said = sam.fails("deploy", "--template-file", "packaged.yaml", "--stack-name", STACK,
                     "--capabilities", "CAPABILITY_IAM")  # fmt: skip
    assert f"No changes to deploy. Stack {STACK} is up to date" in said


OTHER = """
AWSTemplateFormatVersion: '2010-09-09'
Transform: AWS::Serverless-2016-10-31
Resources:
  Greeter:
    Type: AWS::Serverless::Function
    Properties:
      CodeUri: src/
      Handler: greet.handler
      Runtime: python{version}
      Environment: {{Variables: {{QUEUE: !Ref Greetings}}}}
      Policies: [{{SQSSendMessagePolicy: {{QueueName: !GetAtt Greetings.QueueName}}}}]
      Events:
        Daily:
          Type: ScheduleV2
          Properties:
            ScheduleExpression: cron(0 9 * * ? *)
            ScheduleExpressionTimezone: Asia/Tokyo
            Input: '{{"who": "the schedule"}}'
  Greetings:
    Type: AWS::SQS::Queue
Outputs:
  Queue: {{Value: !Ref Greetings}}
"""
GREET = """
import os
import boto3

def handler(event, context):
    text = f"hello {event['who']}"
    boto3.client("sqs").send_message(QueueUrl=os.environ["QUEUE"], MessageBody=text)
    return text
"""


def test_any_other_sam_project_works_too(sam, internet, tmp_path):
    """An endpoint, not a script for one app: another project, with a schedule of the newer kind."""
    (tmp_path / "src").mkdir()
    (tmp_path / "src" / "greet.py").write_text(GREET)
    (tmp_path / "src" / "requirements.txt").write_text("")
    version = f"{sys.version_info.major}.{sys.version_info.minor}"
    (tmp_path / "template.yaml").write_text(OTHER.format(version=version))
    other = Sam(sam.endpoint, tmp_path, internet)
    other("build")
    deploy = tuple("other" if word == STACK else word for word in DEPLOY)
    other(*deploy)
    outputs = json.loads(
        other("list", "stack-outputs", "--stack-name", "other", "--output", "json")
    )
    queue = outputs[0]["OutputValue"]
    said = other("remote", "invoke", "Greeter", "--stack-name", "other",
                 "--event", '{"who": "you"}')  # fmt: skip
    assert '"hello you"' in said
    sam.endpoint.command("clock", "--advance", "1d")
    sqs = sam.endpoint.client("sqs")
    received = sqs.receive_message(QueueUrl=queue, MaxNumberOfMessages=10)["Messages"]
    assert [one["Body"] for one in received] == ["hello you", "hello the schedule"]
    other("delete", "--stack-name", "other", "--no-prompts")


STAGED = """
AWSTemplateFormatVersion: '2010-09-09'
Transform: AWS::Serverless-2016-10-31
Parameters:
  Stage: {Type: 'AWS::SSM::Parameter::Value<String>', Default: /staged/stage}
Resources:
  Orders: {Type: 'AWS::Serverless::SimpleTable'}
  Topic:
    Type: AWS::SNS::Topic
    Properties:
      DisplayName: !Join [' ', [!Ref Stage, !Select [1, !Split [/, !GetAtt Orders.Arn]]]]
Outputs:
  Says: {Value: !GetAtt Topic.DisplayName}
  Table: {Value: !Ref Orders}
"""


def test_what_parameter_store_has_is_deployed_anew(sam, internet, tmp_path):
    """And part of an ARN is a value, of which no change set can know."""
    (tmp_path / "template.yaml").write_text(STAGED)
    staged = Sam(sam.endpoint, tmp_path, internet)
    ssm, deploy = sam.endpoint.client("ssm"), [("staged" if w == STACK else w) for w in DEPLOY]
    for stage in ("dev", "prod"):
        ssm.put_parameter(Name="/staged/stage", Value=stage, Type="String", Overwrite=True)
        staged(*deploy)
        told = staged("list", "stack-outputs", "--stack-name", "staged", "--output", "json")
        outputs = {one["OutputKey"]: one["OutputValue"] for one in json.loads(told)}
        assert outputs["Says"] == f"{stage} {outputs['Table']}"
    assert "No changes to deploy" in staged.fails(*deploy)
    staged("delete", "--stack-name", "staged", "--no-prompts")


WITHIN = """
AWSTemplateFormatVersion: '2010-09-09'
Transform: AWS::Serverless-2016-10-31
Resources:
  Greeting:
    Type: AWS::Serverless::Application
    Properties: {Location: greeting/template.yaml}
  Topics:
    Type: AWS::CloudFormation::Stack
    Properties: {TemplateURL: topics.yaml}
"""


def test_an_app_within_an_app_is_deployed_and_deleted(sam, internet, tmp_path):
    version = f"{sys.version_info.major}.{sys.version_info.minor}"
    (tmp_path / "greeting" / "src").mkdir(parents=True)
    (tmp_path / "greeting" / "src" / "greet.py").write_text(GREET)
    (tmp_path / "greeting" / "src" / "requirements.txt").write_text("")
    (tmp_path / "greeting" / "template.yaml").write_text(OTHER.format(version=version))
    (tmp_path / "topics.yaml").write_text("Resources: {Topic: {Type: 'AWS::SNS::Topic'}}")
    (tmp_path / "template.yaml").write_text(WITHIN)
    outer = Sam(sam.endpoint, tmp_path, internet)
    outer("build")
    deploy = tuple("outer" if word == STACK else word for word in DEPLOY)
    outer(*deploy, "--capabilities", "CAPABILITY_IAM", "CAPABILITY_AUTO_EXPAND")
    said = outer("delete", "--stack-name", "outer", "--no-prompts")
    assert "Deleted successfully" in said
    assert re.search(r"Deleting S3 object with key \w+\.template", said)
    status = json.loads(sam.endpoint.command("status", "--json").stdout)
    assert not [name for name in status["stacks"] if name.startswith("outer")]


def test_a_stopped_endpoint_is_named_and_start_repairs_it(fresh_endpoint, sam, internet):
    other = Sam(fresh_endpoint, sam.folder, internet)
    fresh_endpoint.command("stop")
    wanted = f'Could not connect to the endpoint URL: "{fresh_endpoint.url}'
    for command in (DEPLOY, ("list", "resources", "--stack-name", STACK)):
        assert wanted in other.fails(*command)
    fresh_endpoint.command("start")
    other(*DEPLOY)


def test_an_endpoint_killed_in_the_middle_of_a_deployment(fresh_endpoint, sam, internet):
    other = Sam(fresh_endpoint, sam.folder, internet)
    deploying = other.start(*DEPLOY)
    said = ""
    while "Waiting for stack create/update" not in said and (line := deploying.stdout.readline()):
        said += line
    note = json.loads((fresh_endpoint.home / "endpoint.json").read_text())
    os.kill(note["pid"], signal.SIGKILL)
    rest, _ = deploying.communicate(timeout=200)
    assert deploying.returncode != 0
    assert "Could not connect to the endpoint URL" in rest
    status = fresh_endpoint.command("status")
    assert "python -m helpers.localaws start" in status.stdout
    assert fresh_endpoint.command("start").stdout.strip() == fresh_endpoint.url
    deadline = time.monotonic() + 120
    while (status := other.done(*DEPLOY))[0] != 0 and time.monotonic() < deadline:
        other.done("delete", "--stack-name", STACK, "--no-prompts")
    assert status[0] == 0, status[1]


def test_delete_leaves_nothing_but_the_logs_and_the_managed_bucket(sam, names):
    """As on AWS: log groups that Lambda made are nobody's resource."""
    said = sam("delete", "--stack-name", STACK, "--no-prompts")
    assert "Deleted successfully" in said
    client = sam.endpoint.client
    stacks = json.loads(sam.endpoint.command("status", "--json").stdout)["stacks"]
    assert list(stacks) == ["aws-sam-cli-managed-default"]
    assert client("lambda").list_functions()["Functions"] == []
    assert client("stepfunctions").list_state_machines()["stateMachines"] == []
    assert client("dynamodb").list_tables()["TableNames"] == []
    assert client("events").list_rules()["Rules"] == []
    assert client("iam").list_roles()["Roles"] == []
    groups = client("logs").describe_log_groups()["logGroups"]
    assert all(one["logGroupName"].startswith("/aws/lambda/") for one in groups) and groups
    said = sam.fails("list", "resources", "--stack-name", STACK)
    assert STACK in said


def test_nothing_has_asked_for_the_internet(internet, sam):
    assert internet.asked == []


def test_the_test_would_have_seen_it(internet):
    """That it stands in the way is shown by a command that does ask."""
    asks = textwrap.dedent("""
        import urllib.request
        try: urllib.request.urlopen("http://example.com/", timeout=5)
        except OSError: pass
    """)
    environment = os.environ | {"http_proxy": internet.url}
    environment.pop("no_proxy", None), environment.pop("NO_PROXY", None)
    subprocess.run([sys.executable, "-c", asks], env=environment, check=True)
    assert internet.asked.pop().startswith("GET http://example.com/")
