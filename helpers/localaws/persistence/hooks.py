"""The hooks into moto by which a change is noticed that could not be seen from what it leaves."""

from __future__ import annotations

import contextlib
import functools
from typing import Any

from helpers.localaws.lambdas.late import after_import

from .changes import changes


def install() -> None:
    """Put the hooks in place, as soon as moto's modules are imported."""
    after_import("moto.dynamodb.models", hook_dynamodb)
    after_import("moto.s3.models", hook_s3)


def hook_s3() -> None:
    """Notice it when an object's content is replaced, and let nobody read while it is copied."""
    from moto.s3.models import FakeKey

    plain = FakeKey.value
    if getattr(plain.fset, "forgets", False):
        return

    def set_value(key: Any, value: bytes) -> None:
        """For the setter of FakeKey.value: what was kept of it is the old content."""
        lock = key.__dict__.get("lock")  # there is none yet while the object is made
        with lock or contextlib.nullcontext():
            plain.fset(key, value)
            key.__dict__.pop("_kept_in", None)

    plain_etag = FakeKey.etag.fget

    def etag(key: Any) -> str:
        """For FakeKey.etag, which reads the content without the lock that everybody else takes."""
        with key.lock if key._etag is None else contextlib.nullcontext():
            return plain_etag(key)

    set_value.forgets = True  # type: ignore[attr-defined]
    FakeKey.value = property(plain.fget, set_value)  # type: ignore[assignment]
    FakeKey.etag = property(etag)  # type: ignore[assignment]


def hook_dynamodb() -> None:
    """Notice it when an item is changed in place."""
    from moto.dynamodb.models import DynamoDBBackend

    plain = DynamoDBBackend.update_item
    if getattr(plain, "notes", False):
        return

    @functools.wraps(plain)
    def update_item(self: Any, *args: Any, **kwargs: Any) -> Any:
        """For DynamoDBBackend.update_item, which changes an item in place."""
        item = plain(self, *args, **kwargs)
        if item is not None:
            changes.note(item)
        return item

    update_item.notes = True  # type: ignore[attr-defined]
    DynamoDBBackend.update_item = update_item  # type: ignore[method-assign]
