"""A small world in an endpoint that may be stopped, killed and started again."""

import json
import os
import signal
import sqlite3
import time
from pathlib import Path

from tests.workshop import ended, make_function, trust, until

ACCOUNT = "123456789012"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/anything"
MACHINE = f"arn:aws:states:us-east-1:{ACCOUNT}:stateMachine:trader"
TABLE = "trades"
GRACE = 1.0
"""Seconds before a kill within which an acknowledged write may be lost."""


def service_role(client, service: str = "lambda") -> None:
    """A role that Lambda and Step Functions may assume, and that may do anything."""
    both = json.dumps(trust("lambda", "states"))
    client.create_role(RoleName="anything", AssumeRolePolicyDocument=both)
    client.attach_role_policy(
        RoleName="anything", PolicyArn="arn:aws:iam::aws:policy/AdministratorAccess"
    )


def waiting_machine(queue: str) -> str:
    """A definition that asks for an answer by way of a queue, and waits for it."""
    ask = {
        "Type": "Task", "Resource": "arn:aws:states:::sqs:sendMessage.waitForTaskToken",
        "Parameters": {"QueueUrl": queue, "MessageBody": {"token.$": "$$.Task.Token"}},
        "End": True,
    }  # fmt: skip
    return json.dumps(
        {"StartAt": "First", "States": {"First": {"Type": "Pass", "Next": "Ask"}, "Ask": ask}}
    )


class Restartable:
    """An endpoint that is brought down and up."""

    grace = GRACE

    def __init__(self, endpoint):
        self.endpoint = endpoint

    def pid(self):
        return json.loads(Path(self.endpoint.home / "endpoint.json").read_text())["pid"]

    def settle(self):
        """Long enough for everything to be written."""
        time.sleep(GRACE)

    def kill(self):
        os.kill(self.pid(), signal.SIGKILL)

    def stop(self):
        self.endpoint.command("stop", check=True)

    def start(self):
        self.endpoint.command("start", check=True)
        self.endpoint.client("sts").get_caller_identity()  # answered when it is ready

    def pass_time(self, seconds):
        """Let time pass while the endpoint is stopped: the clock that it kept is put forward."""
        with sqlite3.connect(self.endpoint.home / "state" / "state.sqlite") as base:
            (text,) = base.execute("SELECT value FROM notes WHERE name = 'moment'").fetchone()
            told = json.loads(text)
            told["offset"] += seconds
            base.execute(
                "UPDATE notes SET value = ? WHERE name = 'moment'", (json.dumps(told).encode(),)
            )
        base.close()

    def restart(self, how):
        self.kill() if how == "kill" else self.stop()
        self.start()


class World(Restartable):
    """What is in the endpoint."""

    def __init__(self, endpoint):
        super().__init__(endpoint)
        self.make()

    def make(self):
        """A function, a table, a bucket, a machine that uses them, and an hourly rule for it."""
        client = self.endpoint.client
        service_role(client("iam"))
        for name, text in (
            ("checker", "def handler(event, context):\n    return {'price': 5}\n"),
            ("fails", "def handler(event, context):\n    raise ValueError('on purpose')\n"),
        ):
            make_function(client("lambda"), ROLE, text, FunctionName=name)
        client("dynamodb").create_table(
            TableName=TABLE, BillingMode="PAY_PER_REQUEST",
            KeySchema=[{"AttributeName": "Id", "KeyType": "HASH"}],
            AttributeDefinitions=[{"AttributeName": "Id", "AttributeType": "S"}],
        )  # fmt: skip
        client("s3").create_bucket(Bucket="bucket")
        client("s3").put_object(Bucket="bucket", Key="big", Body=os.urandom(3_000_000))
        self.queue = client("sqs").create_queue(QueueName="answers")["QueueUrl"]
        arn = f"arn:aws:lambda:us-east-1:{ACCOUNT}:function:checker"
        states = {
            "Check": {"Type": "Task", "Resource": arn, "ResultPath": "$.found", "Next": "Put"},
            "Put": {
                "Type": "Task", "Resource": "arn:aws:states:::dynamodb:putItem", "End": True,
                "Parameters": {"TableName": TABLE, "Item": {
                    "Id": {"S.$": "$$.Execution.Name"},
                    "Price": {"N.$": "States.Format('{}', $.found.price)"}}},
            },
        }  # fmt: skip
        sfn = client("stepfunctions")
        definition = json.dumps({"StartAt": "Check", "States": states})
        sfn.create_state_machine(name="trader", definition=definition, roleArn=ROLE)
        sfn.create_state_machine(
            name="waiting", definition=waiting_machine(self.queue), roleArn=ROLE
        )
        client("events").put_rule(Name="hourly", ScheduleExpression="rate(1 hour)")
        client("events").put_targets(
            Rule="hourly", Targets=[{"Id": "t", "Arn": MACHINE, "Input": "{}", "RoleArn": ROLE}]
        )
        self.endpoint.control("/_local/clock", {"advance": 86400})

    # -- what is in it

    def told(self):
        """What describe, list and get say, of all that was made."""
        client = self.endpoint.client
        sfn, listed = client("stepfunctions"), []
        for page in sfn.get_paginator("list_executions").paginate(stateMachineArn=MACHINE):
            listed += page["executions"]
        last = listed[0]["executionArn"]
        items = client("dynamodb").get_paginator("scan").paginate(TableName=TABLE)
        group = "/aws/lambda/checker"
        answers = [
            listed,
            sfn.describe_execution(executionArn=last),
            sfn.get_execution_history(executionArn=listed[-1]["executionArn"]),
            sfn.get_execution_history(executionArn=last),
            sfn.describe_state_machine(stateMachineArn=MACHINE),
            sorted(str(item) for page in items for item in page["Items"]),
            client("dynamodb").describe_table(TableName=TABLE),
            client("s3").list_objects_v2(Bucket="bucket"),
            client("s3").get_object(Bucket="bucket", Key="big")["Body"].read(),
            client("lambda").list_functions(),
            client("events").list_rules(),
            client("events").list_targets_by_rule(Rule="hourly"),
            client("iam").list_attached_role_policies(RoleName="anything"),
            client("logs").describe_log_streams(logGroupName=group),
            client("logs").filter_log_events(logGroupName=group),
        ]
        for answer in answers:
            if isinstance(answer, dict):
                answer.pop("ResponseMetadata", None)
        return answers

    def run_once(self):
        """Run the trader once; its description when it has ended."""
        sfn = self.endpoint.client("stepfunctions")
        arn = sfn.start_execution(stateMachineArn=MACHINE)["executionArn"]
        return ended(sfn, arn)

    def start_waiting(self):
        """Start an execution that waits for an answer; its ARN when it waits."""
        before = self.messages()
        sfn = self.endpoint.client("stepfunctions")
        arn = MACHINE.replace("trader", "waiting")
        execution = sfn.start_execution(stateMachineArn=arn)["executionArn"]
        until(lambda: self.messages() > before)
        return execution

    def messages(self):
        """How many messages are in the queue."""
        found = self.endpoint.client("sqs").get_queue_attributes(
            QueueUrl=self.queue, AttributeNames=["ApproximateNumberOfMessages"]
        )
        return int(found["Attributes"]["ApproximateNumberOfMessages"])

    def token(self):
        """The task token in the next message."""
        until(lambda: self.messages())
        found = self.endpoint.client("sqs").receive_message(QueueUrl=self.queue)
        return json.loads(found["Messages"][0]["Body"])["token"]

    def tries(self, function):
        """How often a function has been invoked, by its log."""
        logs = self.endpoint.client("logs")
        try:
            found = logs.filter_log_events(
                logGroupName=f"/aws/lambda/{function}", filterPattern="REPORT"
            )
        except logs.exceptions.ResourceNotFoundException:
            return 0
        return len(found["events"])
