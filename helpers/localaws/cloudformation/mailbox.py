"""Where a custom resource's function puts its answer: a presigned, short-lived S3 object."""

from __future__ import annotations

import contextlib
import json
import os
import uuid
from types import TracebackType
from typing import Any

PREFIX = "cloudformation-custom-resource-response-"


def empty(account: str, partition: str) -> None:
    """Take down the mailboxes that an endpoint left which was killed while it waited."""
    from moto.s3.models import s3_backends

    s3 = s3_backends[account][partition]
    for name in [name for name in s3.buckets if name.startswith(PREFIX)]:
        for key in list(s3.buckets[name].keys):
            s3.delete_object(name, key)
        s3.delete_bucket(name)


class Mailbox:
    """A bucket with room for one answer; it is gone after the `with` block."""

    def __init__(self, account: str, partition: str, region: str) -> None:
        from moto.s3.models import s3_backends

        self._s3 = s3_backends[account][partition]
        self._region = region
        self._bucket = f"{PREFIX}{uuid.uuid4().hex[:12]}"
        self._key = str(uuid.uuid4())

    def __enter__(self) -> Mailbox:
        self._s3.create_bucket(self._bucket, self._region)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        with contextlib.suppress(Exception):
            self._s3.delete_object(self._bucket, self._key)
            self._s3.delete_bucket(self._bucket)

    @property
    def url(self) -> str:
        """The presigned address; a PUT there needs no other credentials, as on AWS."""
        import boto3
        from botocore.config import Config

        client = boto3.client(
            "s3",
            region_name=self._region,
            endpoint_url=endpoint_url(),
            config=Config(signature_version="s3v4", s3={"addressing_style": "path"}),
        )
        return str(
            client.generate_presigned_url(
                "put_object", Params={"Bucket": self._bucket, "Key": self._key}, ExpiresIn=7200
            )
        )

    def letter(self) -> dict[str, Any] | None:
        """The answer, or None if there is none."""
        try:
            stored = self._s3.get_object(self._bucket, self._key)
        except Exception:  # no such key
            return None
        if stored is None:
            return None
        try:
            return dict(json.loads(stored.value))
        except (ValueError, TypeError):
            return {"Status": "FAILED", "Reason": "The response is not a JSON object"}


def endpoint_url() -> str:
    """The address at which this process listens."""
    from helpers.localaws.process import workspace

    with contextlib.suppress(RuntimeError, OSError, ValueError):
        note = json.loads(workspace.current().running_file.read_text("utf-8"))
        return str(note["url"])
    return f"http://127.0.0.1:{os.environ.get('MOTO_PORT', '5000')}"
