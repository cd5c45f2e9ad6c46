"""What S3 tells EventBridge: on the default bus, in AWS's members and words.

moto 5.2.5 tells every bus, of samples, and overlooks input transformers. Source:
docs.aws.amazon.com/AmazonS3/latest/userguide/ev-events.html; the key is the key as it is, while the
other notifications encode it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from helpers.localaws.account import ACCOUNT
from helpers.localaws.events import bus
from helpers.localaws.on_moto.after_import import after_import
from helpers.localaws.turns.clock import clock

if TYPE_CHECKING:
    from moto.s3.models import FakeBucket

_REASONS = {
    "ObjectCreated:CompleteMultipartUpload": "CompleteMultipartUpload",
    "ObjectCreated:Copy": "CopyObject",
    "ObjectCreated:Post": "POST Object",
    "ObjectCreated:Put": "PutObject",
    "ObjectRemoved:Delete": "DeleteObject",
    "ObjectRemoved:DeleteMarkerCreated": "DeleteObject",
}
_DELETIONS = {
    "ObjectRemoved:Delete": "Permanently Deleted",
    "ObjectRemoved:DeleteMarkerCreated": "Delete Marker Created",
}


def install() -> None:
    """Put the hook in place, as soon as somebody imports what it is in."""
    after_import("moto.s3.notifications", _hook)


def _hook() -> None:
    from moto.s3 import notifications

    notifications._send_event_bridge_message = _send


def _send(account_id: str, bucket: FakeBucket, event_name: str, key: Any) -> None:
    """For notifications._send_event_bridge_message."""
    from moto.s3.notifications import _detail_type

    if bus.listens(bucket.region_name):
        name = str(getattr(event_name, "value", event_name)).removeprefix("s3:")
        detail = _detail(bucket, name, key)
        kind = _detail_type(event_name)
        bus.publish(bucket.region_name, "aws.s3", kind, [bucket.arn], detail)


def _detail(bucket: FakeBucket, name: str, key: Any) -> dict[str, Any]:
    stamp = f"{int(clock.time() * 1_000_000):018X}"
    told: dict[str, Any] = {"key": key.name}
    if name != "ObjectRemoved:Delete":
        told["etag"] = key.etag.strip('"')
    if name.startswith(("ObjectCreated:", "ObjectRestore:")):
        told["size"] = key.size
    if key.version_id not in (None, "null"):
        told["version-id"] = key.version_id
    detail = {
        "version": "0",
        "bucket": {"name": bucket.name},
        "object": told | {"sequencer": stamp},
        "request-id": stamp[-16:],
        "requester": ACCOUNT,
        "source-ip-address": "127.0.0.1",
    }
    if name in _REASONS:
        detail["reason"] = _REASONS[name]
    if name in _DELETIONS:
        detail["deletion-type"] = _DELETIONS[name]
    return detail
