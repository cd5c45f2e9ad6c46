"""A topic that is told when something is wrong, and whoever listens to it: for exercises of 15."""

from __future__ import annotations

from helpers.exercises import Workbench
from helpers.exercises.tasks.json_values import object_of


class Listener:
    """Hears what a topic is told. arn: the topic's; a new one without it."""

    def __init__(self, bench: Workbench, arn: str = "") -> None:
        sns, self._sqs = bench.client("sns"), bench.client("sqs")
        self.arn = arn or sns.create_topic(Name="told")["TopicArn"]
        self._url = self._sqs.create_queue(QueueName="heard")["QueueUrl"]
        queue = self._sqs.get_queue_attributes(QueueUrl=self._url, AttributeNames=["QueueArn"])
        sns.subscribe(TopicArn=self.arn, Protocol="sqs", Endpoint=queue["Attributes"]["QueueArn"])

    def heard(self) -> list[str]:
        """The texts that came since the last call."""
        texts: list[str] = []
        while got := self._sqs.receive_message(QueueUrl=self._url, MaxNumberOfMessages=10).get(
            "Messages"
        ):
            for message in got:
                texts.append(_text(message["Body"]))
                self._sqs.delete_message(QueueUrl=self._url, ReceiptHandle=message["ReceiptHandle"])
        return texts

    def alarms(self) -> list[tuple[str, str]]:
        """Of what alarms said since the last call: each one's name, and its new state."""
        told = [object_of(one) or {} for one in self.heard()]
        return [(one["AlarmName"], one["NewStateValue"]) for one in told if "NewStateValue" in one]


def _text(body: str) -> str:
    said = object_of(body) or {}
    return str(said["Message"]) if "Message" in said else body
