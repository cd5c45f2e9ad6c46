"""The fields that the optimized integrations take: AWS starts no task with others.

https://docs.aws.amazon.com/step-functions/latest/dg/integrate-optimized.html and the services' APIs
"""

from __future__ import annotations

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
    if wrong:
        raise RuntimeFailure(
            f"The Parameters '{sent.text}' could not be used to start the Task: "
            f"[{', '.join(wrong)}]"
        )
