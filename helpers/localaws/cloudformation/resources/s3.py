"""AWS::S3::Bucket and AWS::S3::BucketPolicy."""

from __future__ import annotations

import json
import uuid
from typing import Any

from helpers.localaws.cloudformation import names
from helpers.localaws.cloudformation.errors import ResourceFailure
from helpers.localaws.cloudformation.resources import bucket_settings
from helpers.localaws.cloudformation.resources.base import (
    EXISTS,
    Made,
    Request,
    ResourceType,
    handler_failure,
)


def _backend(request: Request) -> Any:
    from moto.s3.models import s3_backends

    return s3_backends[request.account][request.partition]


class Bucket(ResourceType):
    """A bucket and what the template says of it."""

    service = "S3"
    longest_name = 63
    name_letters = names.LOWER

    def create(self, request: Request) -> Made:
        """Create the bucket; its names are unique among all accounts."""
        name, backend = self.name(request), _backend(request)
        from moto.s3.models import s3_backends

        for account in list(s3_backends.values()):
            if name in account[request.partition].buckets:
                raise handler_failure(f"{name} already exists", EXISTS)
        backend.create_bucket(name, request.region)
        bucket_settings.apply(request, backend, name)
        host = f"{name}.s3.amazonaws.com"
        regional = f"{name}.s3.{request.region}.amazonaws.com"
        return Made(
            name,
            {
                "Arn": f"arn:{request.partition}:s3:::{name}",
                "DomainName": host,
                "RegionalDomainName": regional,
                "DualStackDomainName": f"{name}.s3.dualstack.{request.region}.amazonaws.com",
                "WebsiteURL": f"http://{name}.s3-website-{request.region}.amazonaws.com",
            },
        )

    def update(self, request: Request) -> Made | None:
        """Apply what the template says now."""
        bucket_settings.apply(request, _backend(request), request.physical_id)
        return None

    def delete(self, request: Request) -> None:
        """Delete the bucket, which must be empty."""
        backend = _backend(request)
        bucket = backend.buckets.get(request.physical_id)
        if bucket is None:
            return
        if bucket.keys or bucket.multiparts:
            versions = bucket.is_versioned
            raise ResourceFailure(
                'Resource handler returned message: "The bucket you tried to delete is not '
                f"empty{'. You must delete all versions in the bucket.' if versions else ''} "
                "(Service: S3, Status Code: 409, "
                f"Request ID: {names.suffix(names.UPPER, 16)}, "
                f'Extended Request ID: {names.suffix(length=56)})" '
                f"(RequestToken: {uuid.uuid4()}, HandlerErrorCode: GeneralServiceException)"
            )
        backend.delete_bucket(request.physical_id)

    def exists(self, request: Request) -> bool:
        """Whether the bucket is there."""
        return request.physical_id in _backend(request).buckets

    def actual(self, request: Request) -> dict[str, Any] | None:
        """The bucket's versioning as it is now."""
        bucket = _backend(request).buckets[request.physical_id]
        status = bucket.versioning_status
        return {"VersioningConfiguration": {"Status": status} if status else None}


class BucketPolicy(ResourceType):
    """A bucket's policy.

    moto enforces policies and ignores their conditions: a statement with a condition would deny
    every request (the one of SAM's managed bucket denies all that is not TLS). Such statements are
    shown but not enforced.
    """

    service = "S3"

    def create(self, request: Request) -> Made:
        """Put the policy on the bucket, which must exist."""
        bucket = str(request.properties["Bucket"])
        _put_policy(request, bucket)
        return Made(bucket)

    def update(self, request: Request) -> Made | None:
        """Replace the policy."""
        _put_policy(request, request.physical_id)
        return None

    def delete(self, request: Request) -> None:
        """Take the policy off the bucket."""
        backend = _backend(request)
        if request.physical_id in backend.buckets:
            backend.delete_bucket_policy(request.physical_id)

    def exists(self, request: Request) -> bool:
        """Whether the bucket and its policy are there."""
        bucket = _backend(request).buckets.get(request.physical_id)
        return bucket is not None


def _put_policy(request: Request, bucket: str) -> None:
    document = request.properties["PolicyDocument"]
    if isinstance(document, str):
        document = json.loads(document)
    statements = document.get("Statement", [])
    statements = [statements] if isinstance(statements, dict) else statements
    enforced = [statement for statement in statements if "Condition" not in statement]
    backend = _backend(request)
    if enforced:
        policy = {"Version": "2008-10-17", **document, "Statement": enforced}
        backend.put_bucket_policy(bucket, json.dumps(policy).encode())
    else:
        backend.head_bucket(bucket)
        backend.delete_bucket_policy(bucket)
