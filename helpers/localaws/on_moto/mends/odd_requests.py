"""Requests at which moto stumbles, and what AWS says to them: found by `benchmarks/hostile.py`.

Each is one hook, for a mistake of the caller's that AWS names. What only does not fit AWS's model
is told by `malformed`. Imports moto.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from moto.core.responses import ActionResult
from moto.core.utils import get_service_model
from moto.dynamodb.exceptions import TransactionCanceledException
from moto.dynamodb.responses import DynamoHandler
from moto.logs.models import LogsBackend
from moto.s3.exceptions import (
    InvalidContinuationToken,
    MissingKey,
    S3AccessDeniedError,
    S3ClientError,
)
from moto.s3.models import S3Backend
from moto.s3.responses import S3Response

from helpers.localaws.iam import documents
from helpers.localaws.on_moto.mends import batches, versions
from helpers.localaws.on_moto.mends.malformed import refused


def install() -> None:
    """Put the hooks in place."""
    S3Backend._get_results_from_token = _get_results_from_token
    S3Backend.put_bucket_policy = _put_bucket_policy
    S3Backend.put_object_retention = _put_object_retention
    S3Response._get_checksum = _get_checksum
    S3Response._get_grants_from_xml = _get_grants_from_xml
    S3Response._handle_range_header = _handle_range_header
    S3Response._key_response = _key_response
    S3Response.copy_object = _copy_object
    DynamoHandler.transact_write_items = _transact_write_items
    LogsBackend.put_delivery_destination = _put_delivery_destination


_plain_get_results_from_token = S3Backend._get_results_from_token


def _get_results_from_token(self: S3Backend, result_keys: Any, token: Any) -> Any:
    """For S3Backend._get_results_from_token, which takes any token for one that it gave."""
    try:
        return _plain_get_results_from_token(self, result_keys, token)
    except TypeError:
        raise InvalidContinuationToken from None


_plain_put_bucket_policy = S3Backend.put_bucket_policy


def _put_bucket_policy(self: S3Backend, bucket_name: str, policy: bytes) -> None:
    """For S3Backend.put_bucket_policy, which keeps any bytes, and stumbles over them ever after."""
    document = documents.read(policy)
    why = "Policies must be valid JSON and the first byte must be '{'"
    if document is not None:
        why = documents.problem(document, ("Effect", "Principal", "Action", "Resource"))
    if why is not None:
        raise S3ClientError("MalformedPolicy", why)
    _plain_put_bucket_policy(self, bucket_name, policy)


_plain_put_object_retention = S3Backend.put_object_retention


def _put_object_retention(
    self: S3Backend, bucket_name: str, key_name: str, version_id: str | None, retention: Any
) -> None:
    """For S3Backend.put_object_retention, which takes for granted that there is such an object."""
    if self.get_object(bucket_name, key_name, version_id=version_id) is None:
        raise MissingKey(key=key_name)
    _plain_put_object_retention(self, bucket_name, key_name, version_id, retention)


_plain_get_grants_from_xml = S3Response._get_grants_from_xml


def _get_grants_from_xml(
    self: S3Response, grant_list: Any, exception_type: Any, permissions: list[str]
) -> Any:
    """For S3Response._get_grants_from_xml, which takes for granted that a grant says to whom."""
    for grant in grant_list:
        if not (isinstance(grant, dict) and isinstance(grant.get("Grantee"), dict)):
            raise exception_type
    return _plain_get_grants_from_xml(self, grant_list, exception_type, permissions)


_plain_get_checksum = S3Response._get_checksum


def _get_checksum(self: S3Response, response_headers: dict[str, Any]) -> Any:
    """For S3Response._get_checksum, which makes a header of any algorithm, and tells no type."""
    algorithm = self.headers.get("x-amz-sdk-checksum-algorithm")
    if algorithm and algorithm.upper() not in _algorithms():
        message = "Value for x-amz-sdk-checksum-algorithm header is invalid."
        raise S3ClientError("InvalidRequest", message)
    told = _plain_get_checksum(self, response_headers)
    if told[1]:
        response_headers["x-amz-checksum-type"] = "FULL_OBJECT"
    return told


def _algorithms() -> Iterable[str]:
    return get_service_model("s3").shape_for("ChecksumAlgorithm").enum


_plain_handle_range_header = S3Response._handle_range_header


def _handle_range_header(self: S3Response, request: Any, headers: Any, content: Any) -> Any:
    """For S3Response._handle_range_header: a Range that is none is overlooked, RFC 9110, 14.2."""
    if not re.fullmatch(r"\s*\w+=[\d\s,-]*", request.headers.get("range", "")):
        return 200, headers, content
    return _plain_handle_range_header(self, request, headers, content)


_plain_key_response = S3Response._key_response


def _key_response(self: S3Response, request: Any, full_url: str) -> Any:
    """For S3Response._key_response, whose denial by a bucket policy is a 403 without a word."""
    answer = versions.answered(self, request, full_url, _plain_key_response)
    if answer == (403, {}, ""):
        raise S3AccessDeniedError
    return answer


_plain_copy_object = S3Response.copy_object


def _copy_object(self: S3Response) -> Any:
    """For S3Response.copy_object, which takes for granted that the source names a key."""
    source = self.headers.get("x-amz-copy-source") or ""
    source = source.decode("utf-8", "replace") if isinstance(source, bytes) else source
    if not re.fullmatch(r"/?[^/]+/.+", source.partition("?")[0].replace("%2F", "/"), re.DOTALL):
        raise S3ClientError(
            "InvalidArgument",
            "Copy Source must mention the source bucket and key: sourcebucket/sourcekey",
        )
    return _plain_copy_object(self)


_plain_transact_write_items = DynamoHandler.transact_write_items


def _transact_write_items(self: DynamoHandler) -> Any:
    """For DynamoHandler.transact_write_items, which looks at the first thing that an item asks,
    and carries out twice what was only said twice.
    """
    if any(not isinstance(item, dict) or len(item) != 1 for item in self.body["TransactItems"]):
        raise refused("TransactItems can only contain one of Check, Put, Update or Delete")
    if (why := batches.long_token(self.body)) is not None:
        raise refused(why)
    if batches.was_done(self.dynamodb_backend, self.body):
        return ActionResult({})
    reasons = batches.reasons(self.body["TransactItems"], self.dynamodb_backend.get_table)
    if any(reasons):
        told = [("ValidationError", why, None) if why else (None, None, None) for why in reasons]
        raise TransactionCanceledException(told)
    answer = _plain_transact_write_items(self)
    batches.note_done(self.dynamodb_backend, self.body)
    for name in ("ConsumedCapacity", "ItemCollectionMetrics"):
        if not answer.result.get(name):  # moto knows nothing of them, and tells them unasked
            answer.result.pop(name, None)
    return answer


_plain_put_delivery_destination = LogsBackend.put_delivery_destination


def _put_delivery_destination(
    self: LogsBackend, *, delivery_destination_configuration: Any, **arguments: Any
) -> Any:
    """For LogsBackend.put_delivery_destination, which keeps half of what it cannot read."""
    arn = (delivery_destination_configuration or {}).get("destinationResourceArn") or ""
    if not re.match(r"arn:[^:]+:(s3|logs|firehose):", arn):
        raise refused(
            f"The destination resource ARN '{arn}' is none of an S3 bucket, of a log group or of a "
            "Firehose stream."
        )
    arguments["delivery_destination_configuration"] = delivery_destination_configuration
    return _plain_put_delivery_destination(self, **arguments)
