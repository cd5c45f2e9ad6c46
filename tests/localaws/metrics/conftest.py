"""What the tests of metrics and alarms need: things that measure, and a clock to move."""

import datetime as dt
import itertools
import json
import uuid
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import pytest

from tests.workshop import ended, make_function

PASS = {"StartAt": "A", "States": {"A": {"Type": "Pass", "End": True}}}
FAIL = {"StartAt": "A", "States": {"A": {"Type": "Fail", "Error": "Bad", "Cause": "it is"}}}
_numbers = itertools.count()


@dataclass
class Observatory:
    """An endpoint, what is made on it, and what it says has been measured."""

    endpoint: Any
    failing = FAIL

    def __post_init__(self):
        self.watch = self.endpoint.client("cloudwatch")
        self.states = self.endpoint.client("stepfunctions")
        self.lambdas = self.endpoint.client("lambda")
        self.sqs = self.endpoint.client("sqs")
        self.sns = self.endpoint.client("sns")
        self.events = self.endpoint.client("events")

    @cached_property
    def role(self):
        return self.endpoint.role("measured", allow="*")

    # -- time

    def now(self) -> dt.datetime:
        """The simulated time."""
        return dt.datetime.fromisoformat(self.endpoint.control("/_local/clock")["now"])

    def advance(self, seconds: float) -> Any:
        return self.endpoint.control("/_local/clock", {"advance": seconds})

    def next_minute(self, after: float = 2) -> dt.datetime:
        """Go on to a few seconds after the next full minute, and say when that was."""
        now = self.now()
        self.advance(60 - now.second - now.microsecond / 1e6 + after)
        return self.now().replace(second=0, microsecond=0)

    # -- things

    def function(self, code: str, **options) -> str:
        return make_function(self.lambdas, self.role, code, **options)["FunctionName"]

    def machine(self, definition=PASS, **options) -> str:
        options = {"name": f"machine-{next(_numbers)}", "roleArn": self.role} | options
        made = self.states.create_state_machine(definition=json.dumps(definition), **options)
        return made["stateMachineArn"]

    def run(self, machine: str, given: Any = None, **options) -> dict[str, Any]:
        started = self.states.start_execution(
            stateMachineArn=machine, input=json.dumps(given or {}), **options
        )
        return self.ended(started["executionArn"])

    def ended(self, arn: str) -> dict[str, Any]:
        return ended(self.states, arn)

    def queue(self, **attributes) -> tuple[str, str, str]:
        """Name, URL and ARN of a new queue."""
        name = f"queue-{next(_numbers)}"
        url = self.sqs.create_queue(QueueName=name, Attributes=attributes)["QueueUrl"]
        return name, url, f"arn:aws:sqs:us-east-1:123456789012:{name}"

    def topic(self) -> tuple[str, str]:
        """ARN of a new topic, and the URL of a queue that gets what it is told."""
        arn = self.sns.create_topic(Name=f"topic-{next(_numbers)}")["TopicArn"]
        _, url, queue = self.queue()
        self.sns.subscribe(TopicArn=arn, Protocol="sqs", Endpoint=queue)
        return arn, url

    def received(self, url: str, count: int = 10) -> list[Any]:
        """The messages of a queue, as JSON, taken out of it."""
        found = []
        while True:
            messages = self.sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=count)
            if not messages.get("Messages"):
                return found
            for message in messages["Messages"]:
                found.append(json.loads(message["Body"]))
                self.sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])

    def rule(self, pattern: dict[str, Any], target: str, **options) -> str:
        name = f"rule-{next(_numbers)}"
        self.events.put_rule(Name=name, EventPattern=json.dumps(pattern), **options)
        self.events.put_targets(Rule=name, Targets=[{"Id": "t", "Arn": target}])
        return name

    # -- what was measured

    def stat(self, namespace, name, statistic="Sum", start=None, end=None, **dimensions):
        """One statistic of all that was measured; None if nothing was."""
        found = self.points(namespace, name, statistic, start, end, 86_400, **dimensions)
        return found[0][1] if found else None

    def points(self, namespace, name, statistic, start=None, end=None, period=60, **dimensions):
        """When each period begins and the statistic of it."""
        start = start or self.now() - dt.timedelta(hours=20)
        end = end or self.now() + dt.timedelta(minutes=1)
        which = "Statistics" if not statistic.startswith("p") else "ExtendedStatistics"
        found = self.watch.get_metric_statistics(
            Namespace=namespace, MetricName=name, StartTime=start, EndTime=end, Period=period,
            Dimensions=[{"Name": k, "Value": v} for k, v in dimensions.items()],
            **{which: [statistic]},
        )["Datapoints"]  # fmt: skip
        found.sort(key=lambda one: one["Timestamp"])
        return [(one["Timestamp"], one.get("ExtendedStatistics", one)[statistic]) for one in found]

    # -- alarms

    def alarm(self, **options) -> str:
        """The name of a new alarm: on the sum of a metric of one's own each minute, if over 1."""
        settings = {
            "AlarmName": f"alarm-{next(_numbers)}",
            "Namespace": "Tests",
            "MetricName": f"metric-{uuid.uuid4().hex[:8]}",
            "Statistic": "Sum",
            "Period": 60,
            "EvaluationPeriods": 1,
            "Threshold": 1.0,
            "ComparisonOperator": "GreaterThanThreshold",
        } | options
        settings = {name: value for name, value in settings.items() if value is not None}
        self.watch.put_metric_alarm(**settings)
        return settings["AlarmName"]

    def described(self, name: str) -> dict[str, Any]:
        kinds = ["MetricAlarm", "CompositeAlarm"]
        found = self.watch.describe_alarms(AlarmNames=[name], AlarmTypes=kinds)
        (one,) = [*found["MetricAlarms"], *found["CompositeAlarms"]]
        return one

    def state(self, name: str) -> str:
        return self.described(name)["StateValue"]

    def measure(self, alarm: str, *values: float, **options) -> None:
        """Put values of the metric that an alarm looks at."""
        metric = self.described(alarm)["MetricName"]
        data = [{"MetricName": metric, "Value": value} | options for value in values]
        self.watch.put_metric_data(Namespace="Tests", MetricData=data)

    def changes(self, name: str) -> list[tuple[str, dt.datetime]]:
        """The states that an alarm was put into, and when."""
        found = self.watch.describe_alarm_history(
            AlarmName=name, HistoryItemType="StateUpdate", ScanBy="TimestampAscending"
        )["AlarmHistoryItems"]
        return [
            (json.loads(one["HistoryData"])["newState"]["stateValue"], one["Timestamp"])
            for one in found
        ]


@pytest.fixture(scope="module")
def sky(module_endpoint):
    """An observatory of this module's own."""
    return Observatory(module_endpoint)
