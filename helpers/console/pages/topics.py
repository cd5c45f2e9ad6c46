"""Topics: who is told what is published, and by which filter; publish a message."""

from __future__ import annotations

import json
from typing import Any

from helpers.console.aws import Problem, attempt
from helpers.console.page import Page, Refused
from helpers.units import plural

ROWS = 20  # subscriptions on a page, of the hundred that SNS tells: each is asked for its filter
_PENDING = "PendingConfirmation"  # SNS tells it in the place of a subscription's ARN


class Topics(Page):
    """All topics."""

    template = "topics.html"
    section = "topics"

    def show(self) -> dict[str, Any]:
        """A page of their ARNs, and `more`: where the next begins, "" on the last."""
        given = {"NextToken": after} if (after := self.get_query_argument("after", "")) else {}
        answer = self.aws.client("sns").list_topics(**given)
        return {
            "topics": [one["TopicArn"] for one in answer["Topics"]],
            "more": answer.get("NextToken", ""),
        }


class Topic(Page):
    """One topic, by its ARN."""

    template = "topic.html"
    section = "topics"

    def show(self, arn: str) -> dict[str, Any]:
        """Its attributes and a page of its subscriptions."""
        told = self.aws.client("sns").get_topic_attributes(TopicArn=arn)["Attributes"]
        return {
            "topic": arn.rpartition(":")[2],
            "arn": arn,
            "attributes": told,
            "is_fifo": told.get("FifoTopic") == "true",
            "subscriptions": attempt(lambda: self._subscriptions(arn)),
            "sent": self.get_query_argument("sent", ""),
            "typed": {
                key: self.get_body_argument(key, "", strip=False)
                for key in ("subject", "message", "attributes", "group", "once")
            },
        }

    def act(self, arn: str) -> str:
        """Publish what was typed."""
        if self.get_body_argument("do", "") != "publish":
            raise Refused(Problem("Nothing was asked for."))
        given = {
            "Subject": self.get_body_argument("subject", "", strip=False),
            "MessageGroupId": self.get_body_argument("group", ""),
            "MessageDeduplicationId": self.get_body_argument("once", ""),
            "MessageAttributes": message_attributes(self.get_body_argument("attributes", "")),
        }
        answer = self.aws.client("sns").publish(
            TopicArn=arn,
            Message=self.get_body_argument("message", "", strip=False),
            **{key: value for key, value in given.items() if value},
        )
        return self.link("topics", arn, sent=answer["MessageId"])

    def question(self, arn: str) -> str:
        """On an account it is asked, since people may be written to."""
        if self.aws.is_local:
            return ""
        told = self.aws.client("sns").get_topic_attributes(TopicArn=arn)["Attributes"]
        count = plural(int(told.get("SubscriptionsConfirmed", 0)), "subscription")
        topic = arn.rpartition(":")[2]
        return f"Publish to the topic {topic}? It goes to {count}, to people's addresses too."

    def _subscriptions(self, arn: str) -> dict[str, Any]:
        """`rows`, and `more`: the query of the page after them, none on the last."""
        after = self.get_query_argument("after", "")
        answer = self.aws.client("sns").list_subscriptions_by_topic(
            TopicArn=arn, **({"NextToken": after} if after else {})
        )
        told, begin = answer["Subscriptions"], self._begin()
        more = {}
        if begin + ROWS < len(told):
            more = {"after": after, "from": str(begin + ROWS)}
        elif token := answer.get("NextToken"):
            more = {"after": token}
        rows = self.aws.at_once(self._row, told[begin : begin + ROWS])
        return {"rows": rows, "more": more}

    def _row(self, told: dict[str, Any]) -> dict[str, Any]:
        """A subscription with `attributes`: what SNS tells of it alone, or why it does not."""
        arn = told["SubscriptionArn"]
        if not arn.startswith("arn:"):
            return {**told, "attributes": {_PENDING: "true"}}
        ask = self.aws.client("sns").get_subscription_attributes
        return {**told, "attributes": attempt(lambda: ask(SubscriptionArn=arn)["Attributes"])}

    def _begin(self) -> int:
        text = self.get_query_argument("from", "0")
        return int(text) if text.isascii() and text.isdigit() else 0


def message_attributes(text: str) -> dict[str, dict[str, str]]:
    """What was typed as a JSON object, as SNS takes it; raises Refused if it is none."""
    try:
        typed = json.loads(text.strip() or "{}")
    except (ValueError, RecursionError) as error:
        raise _no_attributes(str(error)) from None
    if not isinstance(typed, dict):
        raise _no_attributes("It is JSON, but no object.")
    return {key: _attribute(value) for key, value in typed.items()}


def _attribute(value: Any) -> dict[str, str]:
    if isinstance(value, str):
        return {"DataType": "String", "StringValue": value}
    if isinstance(value, int | float) and not isinstance(value, bool):
        return {"DataType": "Number", "StringValue": json.dumps(value)}
    if isinstance(value, list):
        return {"DataType": "String.Array", "StringValue": json.dumps(value)}
    raise _no_attributes(f"{json.dumps(value)} is neither a text, a number nor a list.")


def _no_attributes(why: str) -> Refused:
    return Refused(
        Problem(
            "The attributes cannot be sent, so nothing was published.",
            why,
            'Write them so: {"side": "buy", "price": 2}',
        )
    )
