"""What a request asks of IAM, where its resource stands in an unusual place."""

import pytest

from helpers.localaws.iam.needs import needs
from helpers.localaws.on_moto.mends.message_moves import Move

MACHINE = "arn:aws:states:us-east-1:123456789012:stateMachine:Desk"
ALARM = "arn:aws:cloudwatch:us-east-1:123456789012:alarm"
QUEUES = "arn:aws:sqs:us-east-1:123456789012"
HANDLE = Move("id", f"{QUEUES}:q", None, None, 0, 0).handle
SCHEDULES = "arn:aws:scheduler:us-east-1:123456789012:schedule"


@pytest.mark.parametrize(
    ("service", "operation", "request_", "expected"),
    [
        ("stepfunctions", "CreateStateMachineAlias",
         {"name": "live", "routingConfiguration": [
             {"stateMachineVersionArn": f"{MACHINE}:2", "weight": 100}]},
         [("states:CreateStateMachineAlias", MACHINE)]),
        ("stepfunctions", "UpdateStateMachineAlias", {"stateMachineAliasArn": f"{MACHINE}:live"},
         [("states:UpdateStateMachineAlias", MACHINE)]),
        ("stepfunctions", "DeleteStateMachineVersion", {"stateMachineVersionArn": f"{MACHINE}:2"},
         [("states:DeleteStateMachineVersion", MACHINE)]),
        ("cloudwatch", "DeleteAlarms", {"AlarmNames": ["a", "b"]},
         [("cloudwatch:DeleteAlarms", f"{ALARM}:a"), ("cloudwatch:DeleteAlarms", f"{ALARM}:b")]),
        ("cloudwatch", "PutMetricAlarm", {"AlarmName": "a"},
         [("cloudwatch:PutMetricAlarm", f"{ALARM}:a")]),
        ("cloudwatch", "DescribeAlarms", {"AlarmNames": ["a"]},
         [("cloudwatch:DescribeAlarms", "*")]),
        ("sqs", "GetQueueUrl", {"QueueName": "q"}, [("sqs:GetQueueUrl", f"{QUEUES}:q")]),
        ("sqs", "StartMessageMoveTask",
         {"SourceArn": f"{QUEUES}:q", "DestinationArn": f"{QUEUES}:to"},
         [*((f"sqs:{one}", f"{QUEUES}:q") for one in
            ("StartMessageMoveTask", "ReceiveMessage", "DeleteMessage", "GetQueueAttributes")),
          ("sqs:SendMessage", f"{QUEUES}:to")]),
        ("sqs", "ListMessageMoveTasks", {"SourceArn": f"{QUEUES}:q"},
         [("sqs:ListMessageMoveTasks", f"{QUEUES}:q")]),
        ("sqs", "CancelMessageMoveTask", {"TaskHandle": HANDLE},
         [("sqs:CancelMessageMoveTask", f"{QUEUES}:q")]),
        ("sns", "GetSubscriptionAttributes", {"SubscriptionArn": "x"},
         [("sns:GetSubscriptionAttributes", "*")]),
        ("scheduler", "GetSchedule", {"Name": "a"},
         [("scheduler:GetSchedule", f"{SCHEDULES}/default/a")]),
        ("scheduler", "UpdateSchedule", {"Name": "a", "GroupName": "g"},
         [("scheduler:UpdateSchedule", f"{SCHEDULES}/g/a")]),
        ("logs", "TestMetricFilter", {"filterPattern": "x"}, [("logs:TestMetricFilter", "*")]),
        ("logs", "GetQueryResults", {"queryId": "x"}, [("logs:GetQueryResults", "*")]),
    ],
)  # fmt: skip
def test_what_a_request_asks_for(service, operation, request_, expected):
    assert needs(service, operation, request_, "us-east-1", "123456789012") == expected
