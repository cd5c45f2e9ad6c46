"""No resource has more than 50 tags; moto takes any number. Each service has its own error for it.

Tags that begin with `aws:` do not count, as on AWS. What AWS's model of the API bounds itself is
told by `malformed`. Each is one hook. Imports moto.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from moto.dynamodb.models import DynamoDBBackend
from moto.events.responses import EventsHandler
from moto.iam.exceptions import LimitExceededException
from moto.iam.models import IAMBackend
from moto.s3.exceptions import S3ClientError
from moto.s3.models import S3Backend
from moto.utilities.tagging_service import TaggingService

from helpers.localaws.on_moto.mends.malformed import refused
from helpers.localaws.stepfunctions.errors import ApiError

MOST = 50


def too_many(keys: Iterable[str]) -> bool:
    """Whether a resource may not have tags of all these keys.

    >>> too_many(str(number) for number in range(50)), too_many(map(str, range(51)))
    (False, True)
    """
    return len({key for key in keys if not key.startswith("aws:")}) > MOST


def install() -> None:
    """Put the hooks in place; those of Lambda and of CreateTable are with their own."""
    TaggingService.tag_resource = _tag_resource
    EventsHandler.put_rule = _put_rule
    EventsHandler.create_event_bus = _create_event_bus
    DynamoDBBackend.tag_resource = _tag_table
    S3Backend.put_bucket_tagging = _put_bucket_tagging
    IAMBackend.tag_role = _tag_role


_plain_tag_resource = TaggingService.tag_resource


def _tag_resource(self: TaggingService, arn: str, tags: list[dict[str, str]] | None) -> None:
    """For TaggingService.tag_resource, where most services keep their tags."""
    given = [tag.get(self.key_name, "") for tag in tags or ()]
    if too_many([*self.tags.get(arn, ()), *given]):
        service = (arn.split(":") + [""] * 3)[2]
        if service == "states":
            message = "You've exceeded the number of tags allowed for a resource."
            raise ApiError("TooManyTags", message, resourceName=arn)
        if service == "logs":
            message = f"A resource can have no more than {MOST} tags."
            raise refused(message, "TooManyTagsException")
        if service == "events":
            raise refused(_TOO_MANY)
    _plain_tag_resource(self, arn, tags)


_TOO_MANY = f"Too many tags: a resource can have no more than {MOST}."


def check_new(response: Any) -> None:
    """Raise Wrong for a request that makes a resource with too many tags, before it is made."""
    if too_many(tag.get("Key", "") for tag in response._get_param("Tags") or ()):
        raise refused(_TOO_MANY)


_plain_put_rule = EventsHandler.put_rule
_plain_create_event_bus = EventsHandler.create_event_bus


def _put_rule(self: EventsHandler) -> Any:
    """For EventsHandler.put_rule."""
    check_new(self)
    return _plain_put_rule(self)


def _create_event_bus(self: EventsHandler) -> Any:
    """For EventsHandler.create_event_bus."""
    check_new(self)
    return _plain_create_event_bus(self)


_plain_tag_table = DynamoDBBackend.tag_resource


def _tag_table(self: DynamoDBBackend, arn: str, tags: dict[str, str]) -> None:
    """For DynamoDBBackend.tag_resource, which also has a key twice that is tagged again."""
    for table in self.tables.values():
        if table.table_arn == arn:
            if too_many([*(tag["Key"] for tag in table.tags), *tags]):
                raise refused(_TOO_MANY)
            table.tags = [tag for tag in table.tags if tag["Key"] not in tags]
    _plain_tag_table(self, arn, tags)


_plain_put_bucket_tagging = S3Backend.put_bucket_tagging


def _put_bucket_tagging(self: S3Backend, bucket_name: str, tags: dict[str, str]) -> None:
    """For S3Backend.put_bucket_tagging."""
    if too_many(tags):
        message = f"Bucket tag count cannot be greater than {MOST}"
        raise S3ClientError("BadRequest", message)
    _plain_put_bucket_tagging(self, bucket_name, tags)


_plain_tag_role = IAMBackend.tag_role


def _tag_role(self: IAMBackend, role_name: str, tags: list[dict[str, str]]) -> None:
    """For IAMBackend.tag_role, which counts those of one request."""
    role = self.get_role(role_name)
    if too_many(tag["Key"] for tag in [*role.tags, *tags]):
        raise LimitExceededException(f"Cannot exceed quota for TagsPerRole: {MOST}")
    _plain_tag_role(self, role_name, tags)
