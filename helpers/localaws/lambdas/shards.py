"""The shards of moto's streams: their records, in their order, as a function is given them.

Sources: docs.aws.amazon.com/lambda/latest/dg/with-ddb.html and .../with-kinesis.html. Imports moto.
"""

from __future__ import annotations

import base64
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from moto.awslambda.models import EventSourceMapping, lambda_backends
from moto.core.utils import unix_time
from moto.dynamodb.models import dynamodb_backends
from moto.dynamodb.models.table import StreamShard
from moto.kinesis.models import Shard as KinesisShard
from moto.kinesis.models import Stream, kinesis_backends


@dataclass(frozen=True)
class Entry:
    """One record. arrived: simulated POSIX seconds. data: what a filter finds under `data`."""

    sequence: int
    arrived: float
    record: dict[str, Any]
    data: str = ""


class Shard:
    """A shard of a stream; `info` is the member that tells of it at a destination."""

    id: str
    info: str

    def entries(self, after: int, most: int) -> list[Entry]:
        """The first records behind a sequence number."""
        raise NotImplementedError

    def last(self) -> int:
        """The sequence number of the newest record, or one before the first."""
        raise NotImplementedError

    def start(self, mapping: EventSourceMapping) -> int:
        """The sequence number behind which a new mapping begins."""
        if mapping.starting_position == "LATEST":
            return self.last()
        since = mapping.starting_position_timestamp
        if mapping.starting_position != "AT_TIMESTAMP" or since is None:
            return -1
        passed = [one.sequence for one in self.entries(-1, 10**9) if one.arrived < float(since)]
        return passed[-1] if passed else -1


class _OfTable(Shard):
    info = "DDBStreamBatchInfo"

    def __init__(self, shard: StreamShard, arn: str) -> None:
        self._shard, self._arn = shard, arn
        self.id = shard.id

    def entries(self, after: int, most: int) -> list[Entry]:
        """As `Shard.entries`."""
        begin = max(0, after + 1 - self._shard.starting_sequence_number)
        return [self._entry(one.record) for one in self._shard.items[begin : begin + most]]

    def last(self) -> int:
        """As `Shard.last`."""
        return self._shard.starting_sequence_number + len(self._shard.items) - 1

    def _entry(self, kept: dict[str, Any]) -> Entry:
        arrived = unix_time(kept["dynamodb"]["ApproximateCreationDateTime"])
        record = {
            **kept,
            "eventVersion": "1.1",
            "dynamodb": {**kept["dynamodb"], "ApproximateCreationDateTime": int(arrived)},
            "eventSourceARN": self._arn,
        }
        return Entry(int(kept["dynamodb"]["SequenceNumber"]), arrived, record)


class _OfKinesis(Shard):
    info = "KinesisBatchInfo"

    def __init__(self, shard: KinesisShard, mapping: EventSourceMapping) -> None:
        self._shard, self._mapping = shard, mapping
        self.id = shard.shard_id

    def entries(self, after: int, most: int) -> list[Entry]:
        """As `Shard.entries`."""
        found = (one for number, one in list(self._shard.records.items()) if number > after)
        return [self._entry(one) for one, _ in zip(found, range(most), strict=False)]

    def last(self) -> int:
        """As `Shard.last`."""
        return int(self._shard.get_max_sequence_number())

    def _entry(self, kept: Any) -> Entry:
        mapping = self._mapping
        function = lambda_backends[mapping.account_id][mapping.region].get_function(
            mapping.function_arn
        )
        record = {
            "kinesis": {
                "kinesisSchemaVersion": "1.0",
                "partitionKey": kept.partition_key,
                "sequenceNumber": str(kept.sequence_number),
                "data": kept.data,
                "approximateArrivalTimestamp": round(kept.created_at, 3),
            },
            "eventSource": "aws:kinesis",
            "eventVersion": "1.0",
            "eventID": f"{self.id}:{kept.sequence_number}",
            "eventName": "aws:kinesis:record",
            "invokeIdentityArn": function.role,
            "awsRegion": mapping.region,
            "eventSourceARN": mapping.event_source_arn,
        }
        text = base64.b64decode(kept.data).decode("utf-8", "replace")
        return Entry(int(kept.sequence_number), kept.created_at, record, text)


def shards_of(mapping: EventSourceMapping, told: StreamShard | None = None) -> Iterator[Shard]:
    """The shards of a mapping's stream; none if that is gone.

    told: a table's shard that has just been told of a change. In the midst of a write another thing
    may stand in its place.
    """
    arn, account, region = mapping.event_source_arn, mapping.account_id, mapping.region
    if told is not None:
        yield _OfTable(told, arn)
    elif arn.split(":")[2] == "kinesis":
        for stream in list(kinesis_backends[account][region].streams.values()):
            if stream.arn == arn:
                yield from (_OfKinesis(one, mapping) for one in list(stream.shards.values()))
    else:
        for table in list(dynamodb_backends[account][region].tables.values()):
            shard = table.stream_shard
            if isinstance(shard, StreamShard) and stream_arn(shard) == arn:
                yield _OfTable(shard, arn)


def stream_arn(source: StreamShard | Stream) -> str:
    """The ARN of the stream that a table's shard is of, or of one of Kinesis."""
    if isinstance(source, Stream):
        return source.arn
    table = source.table
    return f"{table.table_arn}/stream/{table.latest_stream_label}"
