"""Exports of a table to S3. moto's are threads, of which no restart can keep all, and want to be
told what a caller may leave out.

Here an export is done before it is answered. Imports moto.
"""

from __future__ import annotations

import uuid
from typing import Any

import moto.dynamodb.models
from moto.core.responses import ActionResult
from moto.core.utils import gzip_compress, unix_time
from moto.dynamodb.models.utilities import dynamo_json_dump
from moto.dynamodb.responses import DynamoHandler

from helpers.localaws.on_moto.mends.malformed import refused

ONLY = {"ExportFormat": "DYNAMODB_JSON", "ExportType": "FULL_EXPORT"}
PAGE = 25


def install() -> None:
    """Put the hooks in place."""
    moto.dynamodb.models.TableExport = Export
    DynamoHandler.export_table_to_point_in_time = _export
    DynamoHandler.list_exports = _list_exports


class Export:
    """For moto.dynamodb.models.TableExport: the items of a table as one file in a bucket."""

    def __init__(
        self,
        *,
        s3_bucket: str,
        s3_prefix: str,
        region_name: str,
        account_id: str,
        table: Any,
        export_format: str,
        export_type: str,
    ) -> None:
        self.began = unix_time()
        self.id = f"{int(self.began * 1000):014d}-{uuid.uuid4().hex[:8]}"
        self.arn = f"{table.table_arn}/export/{self.id}"
        self.table_arn, self.bucket, self.prefix = table.table_arn, s3_bucket, s3_prefix
        self.format, self.type = export_format, export_type
        self.account, self.partition = account_id, table.table_arn.split(":")[1]
        self.status, self.failure = "COMPLETED", ""
        self.count = self.size = 0
        self._items = table.all_items

    def start(self) -> None:
        """Write the file, or note why that cannot be."""
        from moto.s3.models import s3_backends

        s3, items = s3_backends[self.account][self.partition], list(self._items())
        del self._items
        if self.bucket not in s3.buckets:
            self.status, self.failure = "FAILED", "S3NoSuchBucket"
            return
        lines = [dynamo_json_dump(item.to_json(root_attr_name="Item")) + "\n" for item in items]
        content = "".join(lines).encode()
        self.count, self.size = len(items), len(content)
        s3.put_object(
            bucket_name=self.bucket,
            key_name=f"{self._folder()}/data/{uuid.uuid4().hex[:26]}.json.gz",
            value=gzip_compress(content),
        )

    def _folder(self) -> str:
        return "/".join(filter(None, (self.prefix, "AWSDynamoDB", self.id)))

    def response(self) -> dict[str, Any]:
        """The export as DescribeExport shows it."""
        failed = {
            "FailureCode": self.failure,
            "FailureMessage": "The specified bucket does not exist",
        }
        return {
            "ExportArn": self.arn,
            "ExportStatus": self.status,
            "StartTime": self.began,
            "EndTime": self.began,
            "ExportTime": self.began,
            "TableArn": self.table_arn,
            "S3Bucket": self.bucket,
            "S3Prefix": self.prefix or None,
            "S3SseAlgorithm": "AES256",
            "ExportFormat": self.format,
            "ExportType": self.type,
            "ItemCount": self.count,
            "BilledSizeBytes": self.size,
        } | (failed if self.failure else {})


_plain_export = DynamoHandler.export_table_to_point_in_time


def _export(self: DynamoHandler) -> Any:
    """For DynamoHandler.export_table_to_point_in_time, which wants a prefix, and writes JSON
    whatever it is asked for.
    """
    for name, only in ONLY.items():
        given = self.body.get(name) or only
        if given != only:
            raise refused(
                f"This local endpoint exports tables with {name} {only} only, not {given}."
            )
        self.body[name] = only
    self.body["S3Prefix"] = self.body.get("S3Prefix") or ""
    answer = _plain_export(self)
    answer.result["ExportDescription"] |= {"ExportStatus": "IN_PROGRESS", "EndTime": None}
    return answer


def _list_exports(self: DynamoHandler) -> ActionResult:
    """For DynamoHandler.list_exports, which wants a table."""
    table, after = self.body.get("TableArn"), self.body.get("NextToken")
    exports = self.dynamodb_backend.table_exports
    arns = [arn for arn, one in exports.items() if table in (None, one.table_arn)]
    begin = arns.index(after) + 1 if after in arns else 0
    page = arns[begin : begin + int(self.body.get("MaxResults") or PAGE)]
    rows = [
        {"ExportArn": arn, "ExportStatus": exports[arn].status, "ExportType": exports[arn].type}
        for arn in page
    ]
    more = bool(page) and page[-1] != arns[-1]
    return ActionResult({"ExportSummaries": rows, "NextToken": page[-1] if more else None})
