"""Where moto answers otherwise than AWS, in S3, EventBridge, SNS, DynamoDB and CloudWatch Logs.

Each is one hook; they were found by typing the lesson's commands. Imports moto.
"""

from __future__ import annotations

import json
import re
from typing import Any

from moto.dynamodb.exceptions import InvalidUpdateExpression, MockValidationException
from moto.dynamodb.parsing.validators import OverlappingPathsValidator
from moto.dynamodb.responses import DynamoHandler
from moto.events.models import EventPattern, EventsBackend
from moto.events.responses import EventsHandler
from moto.iam.access_control import IAMPolicyStatement
from moto.logs.exceptions import InvalidParameterException, ResourceNotFoundException
from moto.logs.models import LogGroup, LogsBackend
from moto.s3.exceptions import BucketNotEmpty, InvalidBucketName, MalformedXML, MissingKey
from moto.s3.models import FakeBucket, FakeKey, S3Backend, s3_backends
from moto.s3.responses import S3Response
from moto.sns.exceptions import InvalidParameterValue, TopicNotFound
from moto.sns.models import PlatformEndpoint, SNSBackend, Topic

from helpers.asl.wildcards import matches
from helpers.localaws import globs, ids
from helpers.localaws.account import ACCOUNT
from helpers.localaws.on_moto.mends import (
    batches,
    dynamodb_keys,
    expression_attributes,
    table_names,
    tag_limits,
    versions,
)
from helpers.localaws.on_moto.mends.malformed import refused

# docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html
_BUCKET_NAME = re.compile(
    r"(?!xn--|sthree-|amzn-s3-demo-|\d+\.\d+\.\d+\.\d+$)(?!.*\.\.)"
    r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9](?<!-s3alias)(?<!--ol-s3)(?<!\.mrap)(?<!--x-s3)"
)


def install() -> None:
    """Put the hooks in place."""
    S3Backend.create_bucket = _create_bucket
    S3Backend.delete_object_tagging = _delete_object_tagging
    S3Backend.put_object = _put_object
    FakeKey.__init__ = _init_key
    SNSBackend.get_endpoint = _get_endpoint
    SNSBackend.publish = _publish
    EventsBackend.put_events = _put_events
    EventsHandler.put_events = _answer_put_events
    S3Response._bucket_response_put = _bucket_response_put
    BucketNotEmpty.__init__ = _init_bucket_not_empty
    LogGroup.get_log_events = _get_log_events
    LogsBackend.create_log_group = _create_log_group
    LogsBackend.put_retention_policy = _put_retention_policy
    EventPattern._wildcard_match = staticmethod(_wildcard_match)
    IAMPolicyStatement._match = staticmethod(_policy_match)
    EventsHandler.test_event_pattern = _test_event_pattern
    DynamoHandler.call_action = _call_dynamodb
    OverlappingPathsValidator.check_for_overlapping_paths = _check_for_overlapping_paths
    DynamoHandler.create_table = _create_table
    DynamoHandler.delete_table = _delete_table
    DynamoHandler.update_item = _update_item
    DynamoHandler.batch_write_item = _batch_write_item


_plain_create_bucket = S3Backend.create_bucket


def _create_bucket(self: S3Backend, bucket_name: str, *args: Any, **kwargs: Any) -> FakeBucket:
    """For S3Backend.create_bucket, which looks at a name's length only."""
    if not _BUCKET_NAME.fullmatch(bucket_name):
        raise InvalidBucketName
    return _plain_create_bucket(self, bucket_name, *args, **kwargs)


_plain_delete_object_tagging = S3Backend.delete_object_tagging


def _delete_object_tagging(
    self: S3Backend, bucket_name: str, key_name: str, version_id: str | None = None
) -> None:
    """For S3Backend.delete_object_tagging, which stumbles over a key that is not there."""
    if self.get_object(bucket_name, key_name, version_id=version_id) is None:
        raise MissingKey(key=key_name)
    _plain_delete_object_tagging(self, bucket_name, key_name, version_id)


_plain_put_object = S3Backend.put_object
_plain_init_key = FakeKey.__init__


def _put_object(
    self: S3Backend, bucket_name: str, key_name: str, *args: Any, **kwargs: Any
) -> FakeKey:
    """For S3Backend.put_object, which does not say that a checksum is of the whole object."""
    with versions.kept(self, bucket_name, key_name):
        key = _plain_put_object(self, bucket_name, key_name, *args, **kwargs)
    if key.checksum_value is not None:
        key.checksum_type = "FULL_OBJECT"
    return key


def _init_key(self: FakeKey, *args: Any, **kwargs: Any) -> None:
    """For FakeKey.__init__: since 2023, S3 encrypts also what nobody asked it to encrypt.

    docs.aws.amazon.com/AmazonS3/latest/userguide/default-encryption-faq.html
    """
    _plain_init_key(self, *args, **kwargs)
    self.encryption = self.encryption or "AES256"


_plain_get_endpoint = SNSBackend.get_endpoint
_plain_publish = SNSBackend.publish


def _get_endpoint(self: SNSBackend, arn: str) -> PlatformEndpoint:
    """For SNSBackend.get_endpoint, which is asked last for whatever is no topic either."""
    if ":endpoint/" not in arn:
        raise TopicNotFound
    return _plain_get_endpoint(self, arn)


def _publish(self: SNSBackend, message: str, arn: str | None, *args: Any, **kwargs: Any) -> str:
    """For SNSBackend.publish, which has other words for what it refuses, and stumbles over what is
    no ARN."""
    topic = self.topics.get(arn) if arn else None
    phone = kwargs.get("phone_number") or (args[0] if args else None)
    wrong = _wrong_message(message) or (None if phone else _wrong_topic(arn, topic, kwargs))
    if wrong is not None:
        raise InvalidParameterValue(f"Invalid parameter: {wrong}")
    return _plain_publish(self, message, arn, *args, **kwargs)


_LONGEST_MESSAGE = 262_144


def _wrong_message(message: str | None) -> str | None:
    if not message:
        return "Empty message"
    return "Message too long" if len(message.encode()) > _LONGEST_MESSAGE else None


def _wrong_topic(arn: str | None, topic: Topic | None, fields: dict[str, Any]) -> str | None:
    if not arn:
        return "TopicArn or TargetArn Reason: no value for required parameter"
    parts = len(arn.split(":"))
    if parts < 6:
        return f"TopicArn Reason: An ARN must have at least 6 elements, not {parts}"
    if topic is None or not topic.fifo_topic:
        return None
    if not fields.get("group_id"):
        return "The MessageGroupId parameter is required for FIFO topics"
    if not fields.get("deduplication_id") and not topic.content_based_deduplication:
        return (
            "The topic should either have ContentBasedDeduplication enabled or "
            "MessageDeduplicationId provided explicitly"
        )
    return None


_plain_put_events = EventsBackend.put_events
_MOST_EVENTS = 10
_MALFORMED = {"ErrorCode": "MalformedDetail", "ErrorMessage": "Detail is malformed."}


def _put_events(self: EventsBackend, events: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """For EventsBackend.put_events, which takes a Detail that is JSON and no object, and refuses
    all where one is for a bus that is not there: AWS takes that one, and it is lost."""
    if len(events) > _MOST_EVENTS:
        return _plain_put_events(self, events)
    here = [_answered_here(self, one) for one in events]
    others = [one for one, answer in zip(events, here, strict=True) if answer is None]
    told = iter(_plain_put_events(self, others))
    return [next(told) if answer is None else answer for answer in here]


def _answered_here(backend: EventsBackend, event: dict[str, Any]) -> dict[str, str] | None:
    """What is told of an event that moto shall not see; None: it shall."""
    if not (event.get("Source") and event.get("DetailType") and event.get("Detail")):
        return None
    if _is_no_object(event):
        return dict(_MALFORMED)
    bus = backend._normalize_event_bus_arn(event.get("EventBusName"))
    return None if bus in backend.event_buses else {"EventId": ids.uuid4()}


def _is_no_object(event: dict[str, Any]) -> bool:
    """Whether an event's Detail is JSON and no object."""
    try:
        return not isinstance(json.loads(event["Detail"]), dict)
    except ValueError:
        return False  # moto sees that


_plain_answer_put_events = EventsHandler.put_events
_NOT_AUTHORIZED = {
    "ErrorCode": "NotAuthorizedForSourceException",
    "ErrorMessage": "Not authorized for the source.",
}


def _answer_put_events(self: EventsHandler) -> Any:
    """For EventsHandler.put_events, by which anybody may speak for AWS's own services.

    What a rule hands on to another bus does not come here, and may.
    """
    entries = self._get_param("Entries")
    if len(entries) > _MOST_EVENTS or not any(map(_is_of_aws, entries)):
        return _plain_answer_put_events(self)
    ours = [one for one in entries if not _is_of_aws(one)]
    told = iter(self.events_backend.put_events(ours))
    answers = [dict(_NOT_AUTHORIZED) if _is_of_aws(one) else next(told) for one in entries]
    failed = sum("ErrorCode" in one for one in answers)
    return json.dumps({"FailedEntryCount": failed, "Entries": answers})


def _is_of_aws(event: dict[str, Any]) -> bool:
    return str(event.get("Source")).startswith("aws.")


_plain_bucket_response_put = S3Response._bucket_response_put


def _bucket_response_put(self: S3Response, *args: Any, **kwargs: Any) -> Any:
    """For S3Response._bucket_response_put, which answers XML that says nothing with a bare 404."""
    answer = _plain_bucket_response_put(self, *args, **kwargs)
    if answer == (404, {}, ""):
        raise MalformedXML
    return answer


_plain_init_bucket_not_empty = BucketNotEmpty.__init__


def _init_bucket_not_empty(self: BucketNotEmpty, bucket_name: str) -> None:
    """For BucketNotEmpty.__init__, which does not speak of versions."""
    _plain_init_bucket_not_empty(self, bucket_name)
    bucket = s3_backends[ACCOUNT]["aws"].buckets.get(bucket_name)
    if bucket is not None and bucket.versioning_status:
        self.message += ". You must delete all versions in the bucket."


_plain_get_log_events = LogGroup.get_log_events


def _get_log_events(self: LogGroup, log_stream_name: str, *args: Any, **kwargs: Any) -> Any:
    """For LogGroup.get_log_events, which says that the group is missing when the stream is."""
    if log_stream_name not in self.streams:
        raise ResourceNotFoundException("The specified log stream does not exist.")
    return _plain_get_log_events(self, log_stream_name, *args, **kwargs)


_plain_create_log_group = LogsBackend.create_log_group
_plain_put_retention_policy = LogsBackend.put_retention_policy
_GROUP_NAME = r"[\.\-_/#A-Za-z0-9]+"
_RETENTIONS = (
    1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922,
    3288, 3653,
)  # fmt: skip
"""Days for which a log group may keep its events (API_PutRetentionPolicy)."""


def _create_log_group(self: LogsBackend, log_group_name: str, *args: Any, **kwargs: Any) -> Any:
    """For LogsBackend.create_log_group, which takes every name."""
    if not re.fullmatch(_GROUP_NAME, log_group_name):
        raise InvalidParameterException(
            constraint=f"Member must satisfy regular expression pattern: {_GROUP_NAME}",
            parameter="logGroupName",
            value=log_group_name,
        )
    return _plain_create_log_group(self, log_group_name, *args, **kwargs)


def _put_retention_policy(self: LogsBackend, log_group_name: str, retention_in_days: Any) -> Any:
    """For LogsBackend.put_retention_policy, which takes every number of days."""
    if int(retention_in_days) not in _RETENTIONS:
        raise InvalidParameterException(
            constraint=f"Member must satisfy enum value set: {list(_RETENTIONS)}",
            parameter="retentionInDays",
            value=retention_in_days,
        )
    return _plain_put_retention_policy(self, log_group_name, retention_in_days)


def _wildcard_match(item: Any, pattern: str) -> bool:
    """For EventPattern._wildcard_match, whose time grows with every `*` by the text's length."""
    return isinstance(item, str) and matches(item, pattern)


def _policy_match(pattern: str, string: str) -> re.Match[str] | None:
    """For IAMPolicyStatement._match, which takes a policy for a regular expression."""
    return globs.compiled(pattern).fullmatch(string)


def _test_event_pattern(self: EventsHandler) -> Any:
    """For EventsHandler.test_event_pattern, which moto leaves empty."""
    try:
        event = json.loads(self._get_param("Event") or "")
    except ValueError:
        event = None
    needed = ("id", "account", "source", "time", "region", "resources", "detail-type")
    if not isinstance(event, dict) or not all(name in event for name in needed):
        return self.error("ValidationException", "Parameter Event is not valid.")
    pattern = EventPattern.load(self._get_param("EventPattern"))
    return self._create_response({"Result": pattern.matches_event(event)})


_plain_call_dynamodb = DynamoHandler.call_action


def _call_dynamodb(self: DynamoHandler) -> Any:
    """For DynamoHandler.call_action, which lets wrong names and expressions pass, or stumbles."""
    operation, request = self._get_action() or "", getattr(self, "params", None) or {}
    wrong = table_names.refusal(request, new=operation == "CreateTable")
    wrong = wrong or expression_attributes.problem(operation, request)
    wrong = wrong or dynamodb_keys.problem(operation, request, self.dynamodb_backend.tables)
    if wrong is not None:
        raise refused(wrong)
    return _plain_call_dynamodb(self)


def _check_for_overlapping_paths(self: OverlappingPathsValidator, node: Any) -> Any:
    """For OverlappingPathsValidator.check_for_overlapping_paths, which takes an attribute whose
    name has a dot for a path: `expression_attributes` has looked already.
    """
    return node


_plain_create_table = DynamoHandler.create_table
_plain_delete_table = DynamoHandler.delete_table


def _create_table(self: DynamoHandler) -> Any:
    """For DynamoHandler.create_table, which says ACTIVE: on AWS one waits for that."""
    tag_limits.check_new(self)
    return _with_status(_plain_create_table(self), "CREATING")


def _delete_table(self: DynamoHandler) -> Any:
    """For DynamoHandler.delete_table, which says ACTIVE of a table that is going."""
    return _with_status(_plain_delete_table(self), "DELETING")


_plain_update_item = DynamoHandler.update_item
_plain_batch_write_item = DynamoHandler.batch_write_item


def _update_item(self: DynamoHandler) -> Any:
    """For DynamoHandler.update_item, which tells of the capacity unasked, and words what is no
    expression as it was worded before 2026.
    """
    try:
        return _without_capacity(self, _plain_update_item(self))
    except InvalidUpdateExpression as error:
        words = expression_attributes.enveloped("UpdateItem", error.message)
        raise MockValidationException(words) from None


def _batch_write_item(self: DynamoHandler) -> Any:
    """For DynamoHandler.batch_write_item, which takes for two items what has one key, and tells of
    capacity unasked.
    """
    why = batches.problem(self.body["RequestItems"], self.dynamodb_backend.get_table)
    if why is not None:
        raise refused(why)
    return _without_capacity(self, _plain_batch_write_item(self))


def _without_capacity(handler: DynamoHandler, answer: Any) -> Any:
    if handler.body.get("ReturnConsumedCapacity", "NONE") == "NONE":
        answer.result.pop("ConsumedCapacity", None)
    if not answer.result.get("ItemCollectionMetrics"):
        answer.result.pop("ItemCollectionMetrics", None)
    return answer


def _with_status(answer: Any, status: str) -> Any:
    answer.result["TableDescription"]["TableStatus"] = status
    return answer
