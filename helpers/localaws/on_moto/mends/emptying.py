"""What somebody meets who empties a bucket: pages of versions, and a thousand keys a request.

moto looks for the very version that a page's marker names: whoever deletes page by page, as boto3's
`object_versions.delete()`, is told after the first thousand that there is nothing more. And it
deletes any number of keys at once. Imports moto.
"""

from __future__ import annotations

from typing import Any

from moto.core.utils import unix_time_millis
from moto.s3.exceptions import MalformedXML
from moto.s3.models import S3Backend

from helpers.localaws.on_moto.mends import versions

_plain_list = S3Backend.list_object_versions
_plain_delete_objects = S3Backend.delete_objects
_MOST_KEYS = 1000


def install() -> None:
    """Put the hooks in place."""
    S3Backend.list_object_versions = _list_object_versions
    S3Backend.delete_objects = _delete_objects


def _list_object_versions(
    self: S3Backend,
    bucket_name: str,
    delimiter: str | None = None,
    key_marker: str | None = None,
    max_keys: int | None = 1000,
    prefix: str = "",
    version_id_marker: str | None = None,
) -> Any:
    """For S3Backend.list_object_versions: a marker that is not there is put onto the one before."""
    if key_marker is not None and not delimiter:
        key_marker, version_id_marker = _there(self, bucket_name, key_marker, version_id_marker)
    return _plain_list(
        self, bucket_name, delimiter, key_marker, max_keys, prefix, version_id_marker
    )


def _there(
    self: S3Backend, bucket_name: str, key: str, version: str | None
) -> tuple[str | None, str | None]:
    """The last version that stands before the page; none if the page is the first one."""
    stored = self.get_bucket(bucket_name).keys.iterlists()
    places = [
        (name, -unix_time_millis(one.last_modified), one.version_id)
        for name, versions in stored
        for one in versions
    ]
    places.sort(key=lambda place: place[:2])
    known = [(name, id) for name, _, id in places]
    if version and (key, version) in known:
        return key, version
    before = [place for place in known if place[0] < key or (place[0] == key and not version)]
    return before[-1] if before else (None, None)


def _delete_objects(
    self: S3Backend, bucket_name: str, objects: list[Any], *args: Any, **kwargs: Any
) -> Any:
    """For S3Backend.delete_objects, which has no limit, and does not tell of all delete markers.

    docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteObjects.html
    """
    if len(objects) > _MOST_KEYS:
        raise MalformedXML
    markers = versions.markers_among(self, bucket_name, objects)
    deleted, errors = _plain_delete_objects(self, bucket_name, objects, *args, **kwargs)
    return [(key, of, of if (key, of) in markers else new) for key, of, new in deleted], errors
