"""Versions of S3's objects and their delete markers, and objects and buckets without an ACL.

moto 5.2.5 loses all versions of an object that is written or deleted while versioning is suspended,
makes no delete marker for a key that is not there, tells nobody of markers, tells of tags at every
upload, and fails at an ACL of None and at no tags at all. Sources:
docs.aws.amazon.com/AmazonS3/latest/userguide/DeleteMarker.html, .../ManageDelMarkers.html and
.../DeletingObjectsfromVersioningSuspendedBuckets.html. Imports moto.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import SimpleNamespace
from typing import Any
from urllib.parse import parse_qs, unquote, urlparse

from moto.core.responses import ActionResult
from moto.s3 import notifications
from moto.s3.exceptions import (
    AccessDeniedByLock,
    InvalidRequest,
    MethodNotAllowed,
    MissingKey,
    MissingVersion,
    S3ClientError,
)
from moto.s3.models import (
    FakeAcl,
    FakeBucket,
    FakeDeleteMarker,
    FakeKey,
    S3Backend,
    get_canned_acl,
)
from moto.s3.responses import S3Response

from helpers.localaws.front.dates import http_date

NO_CONTENT = '"d41d8cd98f00b204e9800998ecf8427e"'
"""The ETag of nothing, which the event of a delete marker has."""
_SETTINGS = frozenset({"acl", "tagging", "retention", "legal-hold", "attributes"})
_NULL = "null"

_plain_delete = S3Backend.delete_object
_plain_acl_from_body = S3Response._acl_from_body
_plain_tags = S3Response._tagging_from_xml
_plain_tag = S3Backend.put_object_tagging
_plain_send = notifications.send_event


def install() -> None:
    """Put the hooks in place."""
    S3Backend.delete_object = _delete_object
    S3Response._acl_from_body = _acl_from_body
    S3Response._tagging_from_xml = _tagging_from_xml
    FakeBucket.set_acl = FakeKey.set_acl = _set_acl
    S3Backend.put_object_tagging = _put_object_tagging
    notifications.send_event = _send_event


def _suspended(bucket: FakeBucket) -> bool:
    return bucket.versioning_status == "Suspended"


def _versions(bucket: FakeBucket, key_name: str) -> list[Any]:
    return list(bucket.keys.getlist(key_name, []))


# -- writing and deleting


@contextmanager
def kept(backend: S3Backend, bucket_name: str, key_name: str) -> Iterator[None]:
    """Keep a key's older versions while moto writes another in place of all that it sees.

    Without versioning the version `null` alone is replaced. For the hook of S3Backend.put_object.
    """
    bucket = backend.get_bucket(bucket_name)
    older = [v for v in _versions(bucket, key_name) if v.version_id != _NULL]
    if not older or not _suspended(bucket):
        yield
        return
    replaced = [v for v in _versions(bucket, key_name) if v.version_id == _NULL]
    dict.__setitem__(bucket.keys, key_name, replaced)
    try:
        yield
    finally:
        dict.__setitem__(bucket.keys, key_name, older + _versions(bucket, key_name))


def _delete_object(
    self: S3Backend,
    bucket_name: str,
    key_name: str,
    version_id: str | None = None,
    bypass: bool = False,
) -> tuple[bool, dict[str, Any]]:
    """For S3Backend.delete_object, in a bucket that has or had versions."""
    bucket = self.get_bucket(bucket_name)
    if not bucket.versioning_status:
        return _plain_delete(self, bucket_name, key_name, version_id, bypass)
    if version_id is not None:
        return True, _delete_version(self, bucket, key_name, str(version_id), bypass)
    return True, _mark(self, bucket, key_name)


def _mark(self: S3Backend, bucket: FakeBucket, key_name: str) -> dict[str, Any]:
    """Put a delete marker in front of a key's versions; the headers that tell of it."""
    marker = FakeDeleteMarker(key=SimpleNamespace(name=key_name))
    kept = _versions(bucket, key_name)
    if _suspended(bucket):
        marker._version_id = _NULL
        kept = [v for v in kept if v.version_id != _NULL]
    bucket.keys.setlist(key_name, [*kept, marker])
    created = notifications.S3NotificationEvent.OBJECT_REMOVED_DELETE_MARKER_CREATED_EVENT
    _tell(self, created, bucket, marker)
    return {"version-id": marker.version_id, "delete-marker": "true"}


def _delete_version(
    self: S3Backend, bucket: FakeBucket, key_name: str, version_id: str, bypass: bool
) -> dict[str, Any]:
    headers = {"version-id": version_id}
    versions = _versions(bucket, key_name)
    gone = next((v for v in versions if str(v.version_id) == version_id), None)
    if gone is None:
        return headers
    if isinstance(gone, FakeKey) and gone.is_locked(governance_bypass=bypass):
        raise AccessDeniedByLock
    kept = [v for v in versions if v is not gone]
    bucket.keys.setlist(key_name, kept)
    if not kept:
        bucket.keys.pop(key_name)
    _tell(self, notifications.S3NotificationEvent.OBJECT_REMOVED_DELETE_EVENT, bucket, gone)
    if isinstance(gone, FakeDeleteMarker):
        headers["delete-marker"] = "true"
    return headers


def _tell(self: S3Backend, event: Any, bucket: FakeBucket, version: Any) -> None:
    of = SimpleNamespace(name=version.name, size=0, etag=NO_CONTENT, version_id=version.version_id)
    notifications.send_event(self.account_id, event, bucket, of)


def markers_among(
    backend: S3Backend, bucket_name: str, objects: list[Any]
) -> set[tuple[str, str | None]]:
    """Those of the keys and versions of DeleteObjects that are delete markers.

    For the hook of S3Backend.delete_objects: moto does not say so of a version that it deletes.
    """
    bucket = backend.get_bucket(bucket_name)
    return {
        (one["Key"], one["VersionId"])
        for one in objects
        if one.get("VersionId") and _marker(bucket, one["Key"], one["VersionId"])
    }


class _Here(threading.local):
    """What the calling thread is at."""

    uploads = False


_here = _Here()


def _put_object_tagging(self: S3Backend, *given: Any, **named: Any) -> Any:
    """For S3Backend.put_object_tagging, by which the tags of an upload come, too: by position."""
    _here.uploads = bool(given)
    try:
        return _plain_tag(self, *given, **named)
    finally:
        _here.uploads = False


def _send_event(account_id: str, event_name: Any, bucket: FakeBucket, key: Any) -> None:
    """For notifications.send_event: an upload is one event, whatever tags it brings."""
    if not _here.uploads:
        _plain_send(account_id, event_name, bucket, key)


def _tagging_from_xml(self: S3Response) -> dict[str, str]:
    """For S3Response._tagging_from_xml: a set without tags takes away those there are."""
    try:
        return _plain_tags(self)
    except TypeError:  # nothing is in the set
        return {}


# -- asking for what is marked as deleted


def _marker(bucket: FakeBucket, key_name: str, version_id: str | None) -> FakeDeleteMarker | None:
    """The delete marker that a key and a version name; without a version: that is the latest."""
    versions = _versions(bucket, key_name)
    named = [v for v in versions if str(v.version_id) == version_id] if version_id else versions
    found = named[-1] if named else None
    return found if isinstance(found, FakeDeleteMarker) else None


def answered(
    self: S3Response, request: Any, full_url: str, plain: Callable[[S3Response, Any, str], Any]
) -> Any:
    """What moto answers to a request for a key; AWS tells that a delete marker was asked for.

    For the hook of S3Response._key_response. plain: moto's.
    """
    query = parse_qs(urlparse(full_url).query, keep_blank_values=True)
    version = (query.get("versionId") or [None])[0]
    if _SETTINGS & query.keys() or (version and request.method == "GET"):
        marker = _asked_for(self, version)
        if marker is not None:
            error = MethodNotAllowed(method=request.method, resource_type="DeleteMarker")
            return _refused(self, error, marker, allow=True)
    try:
        answer = plain(self, request, full_url)
    except (MissingKey, MissingVersion) as error:
        return _missing(self, request, version, error)
    if request.method == "HEAD" and version and answer[0] == 405:
        marker = _asked_for(self, version)
        if marker is not None:
            answer[1]["last-modified"] = _date(marker)
    return answer


def _missing(self: S3Response, request: Any, version: str | None, error: Any) -> Any:
    """The answer to a request for a key or a version that is not there. Raises `error` again."""
    source = request.headers.get("x-amz-copy-source")
    if source is not None:
        _check_source(self, source)
        raise error
    error.key = self.parse_key_name()
    if version:
        error.version_id = version
        raise error
    marker = _asked_for(self, None)
    if marker is None:
        raise error
    return _refused(self, error, marker, allow=False)


def _check_source(self: S3Response, source: str) -> None:
    """Refuse to copy a delete marker by its version."""
    path, _, query = source.partition("?")
    bucket_name, _, key_name = unquote(path).lstrip("/").partition("/")
    version = (parse_qs(query).get("versionId") or [None])[0]
    if version and _marker(self.backend.get_bucket(bucket_name), key_name, version) is not None:
        raise _NotOfMarkers


class _NotOfMarkers(InvalidRequest):
    def __init__(self) -> None:
        super().__init__("")
        self.message = (
            "The source of a copy request may not specifically refer to a delete marker by "
            "version id."
        )


def _asked_for(self: S3Response, version: str | None) -> FakeDeleteMarker | None:
    try:
        bucket = self.backend.get_bucket(self.bucket_name)
    except S3ClientError:
        return None
    return _marker(bucket, self.parse_key_name(), version)


def _refused(
    self: S3Response, error: S3ClientError, marker: FakeDeleteMarker, *, allow: bool
) -> Any:
    """An error's answer, with the headers that tell of a delete marker."""
    status, headers, body = self.serialized(ActionResult(error))
    headers |= {"x-amz-delete-marker": "true", "x-amz-version-id": marker.version_id}
    if allow:
        headers |= {"allow": "DELETE", "last-modified": _date(marker)}
    return status, headers, body


def _date(marker: FakeDeleteMarker) -> str:
    from moto.core.utils import unix_time

    return http_date(unix_time(marker.last_modified))


# -- ACLs


def _set_acl(self: FakeBucket | FakeKey, acl: FakeAcl | None) -> None:
    """For FakeBucket.set_acl and FakeKey.set_acl: what says nothing of an ACL is private."""
    self.acl = acl if acl is not None else get_canned_acl("private")


def _acl_from_body(self: S3Response) -> FakeAcl:
    """For S3Response._acl_from_body: an empty list of grants is one."""
    acl = _plain_acl_from_body(self)
    return acl if acl is not None else FakeAcl([])
