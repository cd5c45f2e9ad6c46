"""The fields that the optimized integrations take: AWS starts no task with others.

https://docs.aws.amazon.com/step-functions/latest/dg/integrate-optimized.html and the services' APIs
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from helpers.asl.failures import RuntimeFailure
from helpers.localaws.stepfunctions.data import Data

_WRITES = (
    "ConditionalOperator ConditionExpression Expected ExpressionAttributeNames "
    "ExpressionAttributeValues ReturnConsumedCapacity ReturnItemCollectionMetrics ReturnValues "
    "ReturnValuesOnConditionCheckFailure"
)
_FIELDS = {
    "lambda:invoke": (
        "FunctionName",
        "ClientContext DurableExecutionName InvocationType LogType Payload Qualifier TenantId",
    ),
    "dynamodb:getItem": (
        "TableName Key",
        "AttributesToGet ConsistentRead ExpressionAttributeNames ProjectionExpression "
        "ReturnConsumedCapacity",
    ),
    "dynamodb:putItem": ("TableName Item", _WRITES),
    "dynamodb:updateItem": ("TableName Key", f"AttributeUpdates UpdateExpression {_WRITES}"),
    "dynamodb:deleteItem": ("TableName Key", _WRITES),
    "sqs:sendMessage": (
        "QueueUrl MessageBody",
        "DelaySeconds MessageAttributes MessageDeduplicationId MessageGroupId "
        "MessageSystemAttributes",
    ),
    "sns:publish": (
        "Message",
        "MessageAttributes MessageDeduplicationId MessageGroupId MessageStructure PhoneNumber "
        "Subject TargetArn TopicArn",
    ),
    "events:putEvents": ("Entries", "EndpointId"),
    "states:startExecution": ("StateMachineArn", "Input Name TraceHeader"),
}
_TEXT_NAMES = (
    "FunctionName InvocationType LogType Payload Qualifier TableName QueueUrl MessageBody "
    "MessageDeduplicationId MessageGroupId StringValue DataType Message MessageStructure "
    "PhoneNumber Subject TargetArn TopicArn Detail DetailType EventBusName Source EndpointId "
    "StateMachineArn Input Name TraceHeader"
)
_TEXTS = frozenset(_TEXT_NAMES.split())
"""Fields that hold text. Objects and arrays are sent as their JSON, numbers are not."""
_WITHIN = frozenset(["Entries", "MessageAttributes", "MessageSystemAttributes"])
"""Fields whose values have fields of their own that are looked at."""
_ATTRIBUTES = ("Item", "Key", "ExpressionAttributeValues")
"""Fields that hold values of DynamoDB, by the names of attributes."""
_NEEDED = {task: tuple(needed.split()) for task, (needed, _) in _FIELDS.items()}
_KNOWN = {task: frozenset(f"{needed} {more}".split()) for task, (needed, more) in _FIELDS.items()}


def check(task: str, sent: Data) -> None:
    """Raise what AWS gives for what cannot be sent to `task`, such as `lambda:invoke`."""
    needed = _NEEDED.get(task)
    value = sent.value
    if needed is None or not isinstance(value, dict):
        return
    wrong = [
        f'The field "{name}" is required but was missing' for name in needed if name not in value
    ]
    known = _KNOWN[task]
    wrong += [
        f'The field "{name}" is not supported by Step Functions'
        for name in value
        if name not in known
    ]
    wrong += [f"The value for the field '{name}' must be a STRING" for name in _no_texts(value)]
    if wrong:
        raise RuntimeFailure(
            f"The Parameters '{sent.text}' could not be used to start the Task: "
            f"[{', '.join(wrong)}]"
        )


def _no_texts(fields: dict[str, Any]) -> Iterator[str]:
    """The names of the fields that hold something else than the text that they should."""
    for name, value in fields.items():
        if name in _TEXTS:
            if isinstance(value, int | float):
                yield name
        elif name in _ATTRIBUTES and isinstance(value, dict):
            for attribute in value.values():
                yield from _no_text_in(attribute)
        elif name in _WITHIN:
            for inner in value.values() if isinstance(value, dict) else value or ():
                if isinstance(inner, dict):
                    yield from _no_texts(inner)


def _no_text_in(attribute: Any) -> Iterator[str]:
    """The same of a value of DynamoDB, such as `{"N": 5}`."""
    for kind, value in attribute.items() if isinstance(attribute, dict) else ():
        if kind in ("S", "N", "B"):
            if value is not None and not isinstance(value, str):
                yield kind
        elif kind in ("M", "L") and isinstance(value, dict | list):
            for inner in value.values() if isinstance(value, dict) else value:
                yield from _no_text_in(inner)
