"""The real `sam` and `aws` commands against the endpoint, with an app of this test's own."""

import json
import re
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.workshop import RUNTIME

BIN = Path(sys.executable).parent
MANAGED = "aws-sam-cli-managed-default"
TEMPLATE = f"""
AWSTemplateFormatVersion: "2010-09-09"
Transform: AWS::Serverless-2016-10-31
Description: A counter of visits
Parameters:
  Seconds:
    Type: Number
    Default: 5
    MaxValue: 60
Globals:
  Function:
    Runtime: {RUNTIME}
    Timeout: !Ref Seconds
Resources:
  CountingMachine:
    Type: AWS::Serverless::StateMachine
    Properties:
      DefinitionUri: statemachine/counting.asl.yaml
      DefinitionSubstitutions:
        CounterArn: !GetAtt CounterFunction.Arn
        Table: !Ref VisitTable
        PutItem: !Sub arn:${{AWS::Partition}}:states:::dynamodb:putItem
      Events:
        Nightly:
          Type: Schedule
          Properties:
            Schedule: rate(1 day)
            Enabled: false
        Weekly:
          Type: ScheduleV2
          Properties:
            ScheduleExpression: rate(7 days)
            State: DISABLED
        Asked:
          Type: EventBridgeRule
          Properties:
            Pattern:
              source: [tests]
      Policies:
        - LambdaInvokePolicy:
            FunctionName: !Ref CounterFunction
        - DynamoDBWritePolicy:
            TableName: !Ref VisitTable
        - AWSXrayWriteOnlyAccess
  CounterFunction:
    Type: AWS::Serverless::Function
    Properties:
      CodeUri: counter/
      Handler: app.handler
  VisitTable:
    Type: AWS::Serverless::SimpleTable
    Properties:
      PrimaryKey: {{Name: Id, Type: String}}
      ProvisionedThroughput: {{ReadCapacityUnits: 1, WriteCapacityUnits: 1}}
  VisitGroup:
    Type: AWS::ResourceGroups::Group
    Properties:
      Name: !Sub group-of-${{AWS::StackName}}
      ResourceQuery:
        Type: CLOUDFORMATION_STACK_1_0
  VisitMonitoring:
    Type: AWS::ApplicationInsights::Application
    Properties:
      ResourceGroupName: !Ref VisitGroup
      AutoConfigurationEnabled: true
Outputs:
  MachineArn:
    Description: The machine that counts
    Value: !Ref CountingMachine
  RoleArn:
    Value: !GetAtt CountingMachineRole.Arn
"""
DEFINITION = """
Comment: Counts
StartAt: Count
States:
  Count:
    Type: Task
    Resource: ${CounterArn}
    Next: Record
  Record:
    Type: Task
    Resource: ${PutItem}
    Parameters:
      TableName: ${Table}
      Item:
        Id:
          S.$: $.id
    End: true
"""
PLAIN = {
    "Parameters": {"Label": {"Type": "String", "Default": "first"}},
    "Resources": {
        "Topic": {"Type": "AWS::SNS::Topic", "Properties": {"DisplayName": {"Ref": "Label"}}}
    },
    "Outputs": {"Arn": {"Value": {"Ref": "Topic"}}},
}


@dataclass
class App:
    """An app in a folder, and the commands that are typed in it."""

    folder: Path
    environment: dict

    def run(self, *command, ok=True, answers=None):
        """Run a command, answer what it asks, and return what it prints."""
        done = subprocess.run(
            [str(BIN / command[0]), *command[1:]],
            cwd=self.folder,
            env=self.environment,
            input=answers or "",
            text=True,
            capture_output=True,
            timeout=280,
        )
        said = done.stdout + done.stderr
        assert (done.returncode == 0) is ok, f"{' '.join(command)}: {done.returncode}\n{said}"
        return said

    def deploy(self, name, *more, **options):
        return self.run(
            "sam",
            "deploy",
            *("--stack-name", name, "--capabilities", "CAPABILITY_IAM", "--resolve-s3", *more),
            **options,
        )

    def change(self, file, old, new):
        path = self.folder / file
        text = path.read_text()
        assert old in text
        path.write_text(text.replace(old, new))


def cells(said, *wanted):
    """The rows of sam's tables whose cells begin with `wanted`, each as a list of cells."""
    rows = []
    for line in said.splitlines():
        parts = [part.strip() for part in re.split(r"\s{2,}(?=\S)", line.strip())]
        if parts[: len(wanted)] == list(wanted):
            rows.append(parts)
    return rows


@pytest.fixture(scope="module")
def app(endpoint, tmp_path_factory):
    folder = tmp_path_factory.mktemp("app")
    (folder / "template.yaml").write_text(TEMPLATE)
    (folder / "statemachine").mkdir()
    (folder / "statemachine" / "counting.asl.yaml").write_text(DEFINITION)
    (folder / "counter").mkdir()
    (folder / "counter" / "app.py").write_text(
        "def handler(event, context):\n    return {'id': context.aws_request_id}\n"
    )
    made = App(folder, endpoint.env | {"COLUMNS": "300"})  # tables without broken cells
    made.run("sam", "build")
    return made


@pytest.fixture(scope="module")
def deployed(app):
    """What `sam deploy` printed when it created the stack `visits`."""
    return app.deploy("visits")


class TestDeploy:
    def test_the_managed_bucket_is_made(self, deployed, endpoint):
        cloudformation, s3 = endpoint.client("cloudformation"), endpoint.client("s3")
        assert "Creating the required resources..." in deployed
        stack = cloudformation.describe_stacks(StackName=MANAGED)["Stacks"][0]
        bucket = stack["Outputs"][0]["OutputValue"]
        assert f"Managed S3 bucket: {bucket}" in deployed
        assert stack["StackStatus"] == "CREATE_COMPLETE"
        assert stack["Tags"] == [{"Key": "ManagedStackSource", "Value": "AwsSamCli"}]
        assert s3.get_bucket_versioning(Bucket=bucket)["Status"] == "Enabled"
        block = s3.get_public_access_block(Bucket=bucket)["PublicAccessBlockConfiguration"]
        assert all(block.values())
        assert s3.list_objects_v2(Bucket=bucket)["KeyCount"] == 3  # code, definition, template
        resources = cloudformation.list_stack_resources(StackName=MANAGED)
        assert [r["ResourceType"] for r in resources["StackResourceSummaries"]] == [
            "AWS::S3::Bucket",
            "AWS::S3::BucketPolicy",
        ]

    def test_the_change_set_adds_what_the_transform_makes(self, deployed):
        changes = deployed.split("CloudFormation stack changeset")[1].split("Changeset created")[0]
        added = {row[1] for row in cells(changes, "+ Add")}
        assert added == {
            "CountingMachine",
            "CountingMachineRole",
            "CountingMachineNightly",
            "CountingMachineNightlyRole",
            "CountingMachineWeekly",
            "CountingMachineWeeklyRole",
            "CountingMachineAsked",
            "CountingMachineAskedRole",
            "CounterFunction",
            "CounterFunctionRole",
            "VisitTable",
            "VisitGroup",
            "VisitMonitoring",
        }

    def test_events_and_outputs_are_shown(self, deployed, endpoint):
        events = deployed.split("CloudFormation events from stack operations")[1]
        complete = {row[2] for row in cells(events, "CREATE_COMPLETE")}
        assert len(complete) == 14
        assert "visits" in complete
        outputs = endpoint.client("cloudformation").describe_stacks(StackName="visits")
        arn = next(
            o["OutputValue"]
            for o in outputs["Stacks"][0]["Outputs"]
            if o["OutputKey"] == "MachineArn"
        )
        assert "Successfully created/updated stack - visits in us-east-1" in deployed
        assert arn in re.sub(r"\s+", "", deployed)

    def test_the_machine_has_its_substitutions_and_may_do_what_it_needs(self, deployed, endpoint):
        cloudformation = endpoint.client("cloudformation")

        def physical(logical_id):
            found = cloudformation.describe_stack_resource(
                StackName="visits", LogicalResourceId=logical_id
            )
            return found["StackResourceDetail"]["PhysicalResourceId"]

        machine = endpoint.client("stepfunctions").describe_state_machine(
            stateMachineArn=physical("CountingMachine")
        )
        states = json.loads(machine["definition"])["States"]
        function = endpoint.client("lambda").get_function(FunctionName=physical("CounterFunction"))
        assert states["Count"]["Resource"] == function["Configuration"]["FunctionArn"]
        assert function["Configuration"]["Timeout"] == 5
        assert states["Record"]["Resource"] == "arn:aws:states:::dynamodb:putItem"
        assert states["Record"]["Parameters"]["TableName"] == physical("VisitTable")
        assert re.fullmatch(
            r"arn:aws:states:us-east-1:123456789012:stateMachine:CountingMachine-\w{12}",
            physical("CountingMachine"),
        )
        iam, role = endpoint.client("iam"), physical("CountingMachineRole")
        allowed = set()
        for name in iam.list_role_policies(RoleName=role)["PolicyNames"]:
            policy = iam.get_role_policy(RoleName=role, PolicyName=name)["PolicyDocument"]
            allowed |= {action for s in policy["Statement"] for action in s["Action"]}
        assert {"lambda:InvokeFunction", "dynamodb:PutItem"} <= allowed
        attached = iam.list_attached_role_policies(RoleName=role)["AttachedPolicies"]
        assert [p["PolicyName"] for p in attached] == ["AWSXrayWriteOnlyAccess"]

    def test_the_events_point_at_the_machine(self, deployed, endpoint):
        events, scheduler = endpoint.client("events"), endpoint.client("scheduler")
        rules = [r for r in events.list_rules()["Rules"] if r["Name"].startswith("visits-")]
        assert sorted(r.get("ScheduleExpression", "") for r in rules) == ["", "rate(1 day)"]
        assert {r["State"] for r in rules if "ScheduleExpression" in r} == {"DISABLED"}
        schedules = [
            s for s in scheduler.list_schedules()["Schedules"] if s["Name"].startswith("Counting")
        ]
        targets = {s["Target"]["Arn"] for s in schedules}
        targets |= {
            t["Arn"] for r in rules for t in events.list_targets_by_rule(Rule=r["Name"])["Targets"]
        }
        assert len(targets) == 1
        assert ":stateMachine:CountingMachine-" in targets.pop()

    def test_the_template_in_both_stages(self, deployed, endpoint):
        cloudformation = endpoint.client("cloudformation")
        original = cloudformation.get_template(StackName="visits")["TemplateBody"]
        assert "AWS::Serverless::StateMachine" in original
        processed = cloudformation.get_template(StackName="visits", TemplateStage="Processed")
        types = {r["Type"] for r in processed["TemplateBody"]["Resources"].values()}
        assert "AWS::StepFunctions::StateMachine" in types
        assert not [t for t in types if t.startswith("AWS::Serverless")]

    def test_list_resources_and_outputs(self, deployed, app):
        listed = json.loads(
            app.run("sam", "list", "resources", "--stack-name", "visits", "--output", "json")
        )
        names = {row["LogicalResourceId"] for row in listed}
        assert {"CountingMachine", "CountingMachineRole", "VisitTable"} <= names
        assert all(row["PhysicalResourceId"] not in ("", "-") for row in listed)
        outputs = json.loads(
            app.run("sam", "list", "stack-outputs", "--stack-name", "visits", "--output", "json")
        )
        assert [row["OutputKey"] for row in outputs] == ["MachineArn", "RoleArn"]


class TestChange:
    def test_nothing_changed(self, deployed, app):
        said = app.deploy("visits", ok=False)
        assert "Error: No changes to deploy. Stack visits is up to date" in said
        app.deploy("visits", "--no-fail-on-empty-changeset")

    def test_a_parameter(self, deployed, app):
        said = app.deploy("visits", "--parameter-overrides", "Seconds=9")
        changes = said.split("CloudFormation stack changeset")[1].split("Changeset created")[0]
        assert cells(changes, "* Modify", "CounterFunction")[0][3] == "False"
        # as AWS says it: the machine names an attribute of a function that changes
        assert cells(changes, "* Modify", "CountingMachine")
        assert len(cells(changes, "* Modify")) == 2
        events = said.split("CloudFormation events from stack operations")[1]
        assert {row[2] for row in cells(events, "UPDATE_COMPLETE")} == {"CounterFunction", "visits"}

    def test_a_parameter_out_of_range(self, deployed, app):
        said = app.deploy("visits", "--parameter-overrides", "Seconds=61", ok=False)
        assert "Parameter 'Seconds' must be a number not greater than 60" in said

    def test_a_template_that_the_transform_refuses(self, deployed, app):
        (app.folder / "refused.yaml").write_text(
            TEMPLATE.replace("            Schedule: rate(1 day)\n", "")
        )
        said = app.deploy("visits", "--template-file", "refused.yaml", ok=False)
        assert "Status: FAILED. Reason: Transform AWS::Serverless-2016-10-31 failed with:" in said
        assert "Invalid Serverless Application Specification document." in said
        assert "Resource with id [CountingMachineNightly] is invalid." in said
        assert "Missing required property 'Schedule'." in said

    def test_a_type_that_does_not_exist(self, deployed, app):
        (app.folder / "misspelt.yaml").write_text(TEMPLATE.replace("SimpleTable", "SimpleTabel"))
        said = app.deploy("visits", "--template-file", "misspelt.yaml", ok=False)
        assert "Unrecognized resource types: [AWS::Serverless::SimpleTabel]" in said

    def test_a_failing_update_rolls_back(self, deployed, app, endpoint):
        text = TEMPLATE.replace(
            "Outputs:\n",
            "  Refused:\n    Type: AWS::S3::Bucket\n    Properties:\n      BucketName: NOT-LEGAL\n"
            "Outputs:\n",
            1,
        )
        (app.folder / "failing.yaml").write_text(text)
        said = app.deploy("visits", "--template-file", "failing.yaml", ok=False)
        assert "UPDATE_ROLLBACK_COMPLETE" in said
        assert "Failed to create/update the stack: visits" in said
        stack = endpoint.client("cloudformation").describe_stacks(StackName="visits")["Stacks"][0]
        assert stack["StackStatus"] == "UPDATE_ROLLBACK_COMPLETE"
        # and it can be updated from there
        app.deploy("visits", "--parameter-overrides", "Seconds=7")

    def test_guided(self, deployed, app):
        (app.folder / "small.json").write_text(json.dumps(PLAIN))
        answers = "\n".join(["guided", "us-east-1", "other", "n", "Y", "n", "Y", "", ""]) + "\n"
        said = app.run("sam", "deploy", "--guided", "-t", "small.json", answers=answers)
        assert "Successfully created/updated stack - guided in us-east-1" in said
        config = (app.folder / "samconfig.toml").read_text()
        assert 'stack_name = "guided"' in config
        assert 'parameter_overrides = "Label=\\"other\\""' in config
        (app.folder / "samconfig.toml").unlink()
        app.run("sam", "delete", "--stack-name", "guided", "--no-prompts")


class TestAws:
    """awscli v1's own `cloudformation deploy`, and its describing commands."""

    def aws(self, app, *arguments, **options):
        if arguments[0] == "deploy":  # it names its change set by the second
            began = int(time.time())
            while int(time.time()) == began:
                time.sleep(0.02)
        return app.run("aws", "cloudformation", *arguments, **options)

    def test_deploy_change_describe_delete(self, app):
        (app.folder / "plain.json").write_text(json.dumps(PLAIN))
        deploy = ("deploy", "--stack-name", "plain", "--template-file", "plain.json")
        assert "Successfully created/updated stack - plain" in self.aws(app, *deploy)
        assert "No changes to deploy" in self.aws(app, *deploy, ok=False)
        self.aws(app, *deploy, "--parameter-overrides", "Label=second")
        stack = json.loads(self.aws(app, "describe-stacks", "--stack-name", "plain"))["Stacks"][0]
        assert stack["StackStatus"] == "UPDATE_COMPLETE"
        assert stack["Parameters"] == [{"ParameterKey": "Label", "ParameterValue": "second"}]
        events = json.loads(self.aws(app, "describe-stack-events", "--stack-name", "plain"))
        assert events["StackEvents"][0]["ResourceStatus"] == "UPDATE_COMPLETE"
        self.aws(app, "delete-stack", "--stack-name", "plain")
        self.aws(app, "wait", "stack-delete-complete", "--stack-name", "plain")
        said = self.aws(app, "describe-stacks", "--stack-name", "plain", ok=False)
        assert "Stack with id plain does not exist" in said

    def test_validate(self, app):
        body = "file://plain.json"
        (app.folder / "plain.json").write_text(json.dumps(PLAIN))
        found = json.loads(self.aws(app, "validate-template", "--template-body", body))
        assert found["Parameters"][0]["DefaultValue"] == "first"
        (app.folder / "wrong.yaml").write_text("Resources:\n  Topic:\n  - [\n")
        said = self.aws(app, "validate-template", "--template-body", "file://wrong.yaml", ok=False)
        assert "Template format error: YAML not well-formed. (line" in said


class TestDelete:
    """Last in this file: it takes away what the others use."""

    def test_the_stack_and_what_sam_uploaded(self, deployed, app, endpoint):
        cloudformation, s3 = endpoint.client("cloudformation"), endpoint.client("s3")
        stack = cloudformation.describe_stacks(StackName="visits")["Stacks"][0]
        said = app.run("sam", "delete", "--stack-name", "visits", "--no-prompts")
        assert "Deleted successfully" in said
        gone = cloudformation.describe_stacks(StackName=stack["StackId"])["Stacks"][0]
        assert gone["StackStatus"] == "DELETE_COMPLETE"
        names = [f["FunctionName"] for f in endpoint.client("lambda").list_functions()["Functions"]]
        assert not [name for name in names if name.startswith("visits-")]
        tables = endpoint.client("dynamodb").list_tables()["TableNames"]
        assert not [name for name in tables if name.startswith("visits-")]
        roles = endpoint.client("iam").list_roles()["Roles"]
        assert not [r for r in roles if r["RoleName"].startswith("visits-")]
        managed = cloudformation.describe_stacks(StackName=MANAGED)["Stacks"][0]
        bucket = managed["Outputs"][0]["OutputValue"]
        keys = [o["Key"] for o in s3.list_objects_v2(Bucket=bucket).get("Contents", [])]
        # older templates stay, as they do on AWS
        assert not [key for key in keys if not key.endswith(".template")]

    def test_the_managed_stack(self, deployed, app, endpoint):
        cloudformation, s3 = endpoint.client("cloudformation"), endpoint.client("s3")
        managed = cloudformation.describe_stacks(StackName=MANAGED)["Stacks"][0]
        bucket = managed["Outputs"][0]["OutputValue"]
        said = app.run("sam", "delete", "--stack-name", MANAGED, "--no-prompts", ok=False)
        assert "DELETE_FAILED" in said
        found = s3.list_object_versions(Bucket=bucket)
        for version in [*found.get("Versions", []), *found.get("DeleteMarkers", [])]:
            s3.delete_object(Bucket=bucket, Key=version["Key"], VersionId=version["VersionId"])
        app.run("sam", "delete", "--stack-name", MANAGED, "--no-prompts")
        assert bucket not in [b["Name"] for b in s3.list_buckets()["Buckets"]]
