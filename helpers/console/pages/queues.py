"""Queues: how many messages wait, who takes them, where dead ones go; peek, send, purge."""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from helpers.console.aws import Problem, attempt
from helpers.console.page import Page, Refused
from helpers.units import plural

ROWS = 20  # queues on a page: each is asked for its depth
PEEKED = 10  # messages, as many as SQS gives at once
LONG_POLL = 1  # seconds: on AWS a shorter look asks only some of the servers
DEPTHS = {
    "visible": "ApproximateNumberOfMessages",
    "in flight": "ApproximateNumberOfMessagesNotVisible",
    "delayed": "ApproximateNumberOfMessagesDelayed",
}

SYSTEM = {
    "ApproximateFirstReceiveTimestamp": "First received",
    "SenderId": "Sender",
    "MessageGroupId": "Group",
    "MessageDeduplicationId": "Deduplication id",
    "SequenceNumber": "Number in order",
    "DeadLetterQueueSourceArn": "Came from",
}
"""What SQS tells of a message, in words."""


class Queues(Page):
    """All queues."""

    template = "queues.html"
    section = "queues"

    def show(self) -> dict[str, Any]:
        """A page of those whose names begin as was asked, and `more`: where the next begins."""
        prefix = self.get_query_argument("prefix", "").strip()
        given: dict[str, Any] = {"MaxResults": ROWS}
        if prefix:
            given["QueueNamePrefix"] = prefix
        if after := self.get_query_argument("after", ""):
            given["NextToken"] = after
        answer = self.aws.client("sqs").list_queues(**given)
        queues = self.aws.at_once(self._row, answer.get("QueueUrls", []))
        return {
            "queues": queues,
            "serves": _served(queues),
            "more": answer.get("NextToken", ""),
            "prefix": prefix,
            "depths": DEPTHS,
        }

    def _row(self, url: str) -> dict[str, Any]:
        """The name, the attributes, and where its dead letters go."""
        client = self.aws.client("sqs")
        attributes = attempt(lambda: _attributes(client, url))
        known: dict[str, str] = {} if isinstance(attributes, Problem) else attributes
        return {"queue": name_of(url), "attributes": attributes, "redrive": redrive(known)}


class Queue(Page):
    """One queue, by its name."""

    template = "queue.html"
    section = "queues"

    def show(self, name: str) -> dict[str, Any]:
        """Its attributes, who takes its messages and whose dead letters it holds."""
        client, url = self.aws.client("sqs"), self._url(name)
        attributes = _attributes(client, url)
        arn = attributes["QueueArn"]
        serves = attempt(lambda: _sources(client, url))
        is_served = not isinstance(serves, Problem) and bool(serves)
        return {
            "queue": name,
            "url": url,
            "attributes": attributes,
            "is_fifo": attributes.get("FifoQueue") == "true",
            "redrive": redrive(attributes),
            "depths": DEPTHS,
            "serves": serves,
            "moves": attempt(lambda: self._moves(arn)) if is_served else None,
            "consumers": attempt(lambda: self._consumers(arn)),
            "tags": attempt(lambda: client.list_queue_tags(QueueUrl=url).get("Tags", {})),
            "peeked": None,
            "sent": self.get_query_argument("sent", ""),
            "typed": {
                key: self.get_body_argument(key, "", strip=False)
                for key in ("body", "group", "once", "delay")
            },
            "system": SYSTEM,
            "stamp": stamp,
            # on AWS each look is a request that is billed
            "live": self.link("live", "queues", name) if self.aws.is_local else "",
        }

    def version(self, name: str) -> str:
        """How many messages there are."""
        told = _attributes(self.aws.client("sqs"), self._url(name))
        return repr([told.get(key) for key in DEPTHS.values()])

    def act(self, name: str) -> str | dict[str, Any]:
        """Peek at messages, which are shown at once; send one; purge; move dead ones back."""
        client, url = self.aws.client("sqs"), self._url(name)
        what = self.get_body_argument("do", "")
        if what == "peek":
            return {**self.show(name), "peeked": self._peeked(url)}
        if what == "send":
            sent = client.send_message(QueueUrl=url, **self._message())
            return self.link("queues", name, sent=sent["MessageId"])
        if what == "purge":
            client.purge_queue(QueueUrl=url)
        elif what == "move":
            client.start_message_move_task(SourceArn=_attributes(client, url)["QueueArn"])
        else:
            raise Refused(Problem("Nothing was asked for."))
        return self.link("queues", name)

    def question(self, name: str) -> str:
        """A purge is always asked about; on an account everything is."""
        what = self.get_body_argument("do", "")
        if what == "purge":
            told = _attributes(self.aws.client("sqs"), self._url(name))
            count = sum(int(told.get(key, 0)) for key in DEPTHS.values())
            verb = "is" if count == 1 else "are"
            lost = f"{plural(count, 'message')} {verb} lost for good, what is in flight too."
            return f"Purge the queue {name}? {lost}"
        if self.aws.is_local:
            return ""
        return {
            "peek": f"Peek at messages of the queue {name}? It counts as a receive of each.",
            "send": f"Send a message to the queue {name}? Whoever takes it acts on it.",
            "move": f"Move all messages of {name} back to the queues that they came from?",
        }.get(what, "")

    def _url(self, name: str) -> str:
        return str(self.aws.client("sqs").get_queue_url(QueueName=name)["QueueUrl"])

    def _peeked(self, url: str) -> list[Message]:
        """Up to ten messages, which stay in sight of everybody."""
        answer = self.aws.client("sqs").receive_message(
            QueueUrl=url,
            MaxNumberOfMessages=PEEKED,
            VisibilityTimeout=0,
            WaitTimeSeconds=0 if self.aws.is_local else LONG_POLL,
            MessageSystemAttributeNames=["All"],
            MessageAttributeNames=["All"],
        )
        return [_message(one) for one in answer.get("Messages", [])]

    def _message(self) -> dict[str, Any]:
        """What SendMessage is to be given, as it was typed."""
        given: dict[str, Any] = {"MessageBody": self.get_body_argument("body", "", strip=False)}
        if group := self.get_body_argument("group", ""):
            given["MessageGroupId"] = group
        if once := self.get_body_argument("once", ""):
            given["MessageDeduplicationId"] = once
        if delay := self.get_body_argument("delay", ""):
            if not (delay.isascii() and delay.isdigit()):
                raise Refused(
                    Problem("The delay is no number, so nothing was sent.", "", "0 to 900 seconds.")
                )
            given["DelaySeconds"] = int(delay)
        return given

    def _consumers(self, arn: str) -> list[dict[str, Any]]:
        """The functions that Lambda calls with its messages."""
        return self.aws.pages(
            "lambda", "list_event_source_mappings", "EventSourceMappings", EventSourceArn=arn
        )

    def _moves(self, arn: str) -> list[dict[str, Any]]:
        """The latest moves of its messages back to where they came from."""
        answer = self.aws.client("sqs").list_message_move_tasks(SourceArn=arn, MaxResults=10)
        return list(answer.get("Results", []))


@dataclass(frozen=True)
class Message:
    """A message as it was received; count: how often so far, this time too."""

    id: str
    body: str
    count: int
    sent: datetime | None
    system: dict[str, str]
    attributes: list[tuple[str, str, str]]
    """(name, type, value as text)."""


def name_of(url: str) -> str:
    """The name of a queue, by its URL."""
    return url.rpartition("/")[2]


def redrive(attributes: dict[str, str]) -> dict[str, Any] | None:
    """`arn` of the dead-letter queue, `queue` its name, `most` receives; None: there is none."""
    try:
        policy = json.loads(attributes.get("RedrivePolicy", ""))
        arn = str(policy["deadLetterTargetArn"])
        return {"arn": arn, "queue": arn.rpartition(":")[2], "most": int(policy["maxReceiveCount"])}
    except (ValueError, KeyError, TypeError):
        return None


def stamp(text: str | None, per_second: int = 1) -> datetime | None:
    """A moment that SQS tells as a number of seconds, or of parts of them, since 1970."""
    return datetime.fromtimestamp(float(text) / per_second, UTC) if text else None


def _attributes(client: Any, url: str) -> dict[str, str]:
    answer = client.get_queue_attributes(QueueUrl=url, AttributeNames=["All"])
    return dict(answer.get("Attributes", {}))


def _served(queues: list[dict[str, Any]]) -> dict[str, list[str]]:
    """Whose dead letters each queue holds, of those that are listed together."""
    held: dict[str, list[str]] = {}
    for one in queues:
        if one["redrive"]:
            held.setdefault(one["redrive"]["queue"], []).append(one["queue"])
    return held


def _sources(client: Any, url: str) -> list[str]:
    """The names of the queues whose dead letters it holds."""
    answer = client.list_dead_letter_source_queues(QueueUrl=url)
    return [name_of(one) for one in answer.get("queueUrls", [])]


def _message(told: dict[str, Any]) -> Message:
    system = dict(told.get("Attributes", {}))
    sent = system.pop("SentTimestamp", None)
    return Message(
        id=told["MessageId"],
        body=told["Body"],
        count=int(system.pop("ApproximateReceiveCount", 1)),
        sent=stamp(sent, 1000),
        system=system,
        attributes=[
            (key, one["DataType"], _value(one))
            for key, one in told.get("MessageAttributes", {}).items()
        ],
    )


def _value(attribute: dict[str, Any]) -> str:
    """A message attribute's value: bytes in Base64, as AWS's console shows them."""
    if "BinaryValue" in attribute:
        return base64.b64encode(attribute["BinaryValue"]).decode()
    return str(attribute.get("StringValue", ""))
