"""Streams of DynamoDB and Kinesis as event sources: batch after batch of each shard, in its order.

What a function fails at is tried again, with pauses on the simulated clock that grow; nothing
behind it in the shard is handed over before it is done with, given up, or too old. How far a
mapping has come is kept with it. Imports moto.

Sources: docs.aws.amazon.com/lambda/latest/dg/services-ddb-errors.html,
.../kinesis-on-failure-destination.html, .../services-kinesis-batchfailurereporting.html.
"""

from __future__ import annotations

import json
import logging
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from moto.awslambda.exceptions import LambdaClientError
from moto.awslambda.models import EventSourceMapping, lambda_backends
from moto.dynamodb.models import dynamodb_backends
from moto.dynamodb.models.table import StreamShard
from moto.kinesis.models import Stream, kinesis_backends

from helpers.localaws.events import targets
from helpers.localaws.lambdas import batches, event_filters, mappings
from helpers.localaws.lambdas.attending import Attendant, begin
from helpers.localaws.lambdas.results import Result
from helpers.localaws.lambdas.shards import Entry, Shard, shards_of, stream_arn
from helpers.localaws.turns.clock import clock

LOG = logging.getLogger(__name__)
OLDEST = 86_400
"""So many simulated seconds a stream keeps its records."""
LONGEST = 60.0
"""Simulated seconds of the longest pause between two tries."""


@dataclass
class Progress:
    """How far a mapping has come in a shard; it is stored with the mapping.

    after: the sequence number up to which all is done with. tries: of the batch that comes next.
    most: so many records it has, if it was halved. not_before: when it is tried again.
    since: when it began to gather. Times are simulated POSIX seconds.
    """

    after: int
    tries: int = 0
    most: int | None = None
    not_before: float = 0.0
    since: float | None = None
    busy: bool = field(default=False, compare=False)

    def __getstate__(self) -> dict[str, Any]:
        """What is stored: no batch is under way when an endpoint starts."""
        return {**vars(self), "busy": False}

    def pass_by(self, sequence: int) -> None:
        """All up to a record is done with."""
        self.after = max(self.after, sequence)
        self.tries, self.most, self.not_before, self.since = 0, None, 0.0, None


@dataclass(frozen=True)
class _Place:
    """A mapping and one of the shards of its stream."""

    mapping: EventSourceMapping
    shard: Shard

    @property
    def name(self) -> str:
        return f"{self.mapping.uuid} {self.shard.id}"

    @property
    def progress(self) -> Progress:
        known = self.mapping.__dict__.setdefault("progress", {})
        if self.shard.id not in known:
            known[self.shard.id] = Progress(self.shard.start(self.mapping))
        return known[self.shard.id]


class Reader:
    """Reads the streams that have mappings; one for the endpoint."""

    def __init__(self, invoke: Callable[[str, bytes], Result]) -> None:
        self._invoke = invoke
        self._attendant: Attendant[_Place] = Attendant(self._serve)

    def look(self, arn: str, told: StreamShard | None = None) -> None:
        """Something has come into a stream, or a mapping of it is another now.

        told: the table's shard that it has come into.
        """
        for mapping in _mappings(arn):
            for shard in shards_of(mapping, told):
                place = _Place(mapping, shard)
                _ = place.progress  # LATEST begins now
                self._attendant.want(place.name, place)

    def resume(self) -> None:
        """Take up what was in the streams when an earlier process ended."""
        for _, _, kinesis in kinesis_backends.iter_backends():
            for stream in kinesis.streams.values():
                stream.lambda_event_source_mappings.clear()  # an older endpoint went by these
        for _, _, dynamodb in dynamodb_backends.iter_backends():
            for table in dynamodb.tables.values():
                table.lambda_event_source_mappings.clear()
        for _, _, backend in lambda_backends.iter_backends():
            for mapping in list(backend._event_source_mappings.values()):
                self.look(mapping.event_source_arn)

    def clear(self) -> None:
        """Read nothing any more; the streams are gone."""
        self._attendant.clear()

    # -- one shard of one mapping after the other, in one thread

    def _serve(self, place: _Place) -> None:
        progress, mapping = place.progress, place.mapping
        if progress.busy or mapping not in _mappings(mapping.event_source_arn):
            return
        when = progress.not_before if progress.not_before > clock.time() else None
        entries = [] if when else self._gathered(place)
        if when is None and not entries:
            when = None if progress.since is None else progress.since + _window(mapping)
        self._attendant.want_at(when, place.name, place)
        if entries:
            progress.busy = True
            begin(lambda: self._hand_over(place, entries))

    def _gathered(self, place: _Place) -> list[Entry]:
        """The next batch, without what is too old or fits no filter; none if it still gathers."""
        progress, mapping = place.progress, place.mapping
        most = progress.most or int(mapping.batch_size)
        while entries := place.shard.entries(progress.after, most):
            if self._give_up_old(place, entries):
                continue
            if progress.tries == 0 and len(entries) < most and _gathers(progress, mapping):
                return []
            wanted = [one for one in entries if _fits(mapping, one)]
            if wanted:
                return wanted
            progress.pass_by(entries[-1].sequence)
        progress.since = None
        return []

    def _give_up_old(self, place: _Place, entries: list[Entry]) -> bool:
        asked = int(place.mapping.max_record_age or -1)
        oldest = clock.time() - (OLDEST if asked < 0 else min(asked, OLDEST))
        old = [one for one in entries if one.arrived < oldest]
        if old:
            self._give_up(place, old, "RecordAgeExceeded", None)
        return bool(old)

    # -- one batch, in a thread of its own

    def _hand_over(self, place: _Place, entries: list[Entry]) -> None:
        progress = place.progress
        try:
            self._settle(place, entries, self._run(place, entries))
        finally:
            progress.busy = False
            self._attendant.want(place.name, place)

    def _run(self, place: _Place, entries: list[Entry]) -> tuple[int | None, Result | None]:
        """Run the function; the index of the first record that it is not done with, if any."""
        event = json.dumps({"Records": [one.record for one in entries]}).encode()
        try:
            result = self._invoke(place.mapping.function_arn, event)
        except LambdaClientError as error:
            LOG.warning("%s cannot be given records: %s", place.mapping.function_arn, error)
            return 0, None
        if result.error:
            return 0, result
        if batches.REPORTS not in (place.mapping.function_response_types or []):
            return None, result
        ids = [str(one.sequence) for one in entries]
        failed = batches.failed(result.payload, ids)
        return next((n for n, one in enumerate(ids) if one in failed), None), result

    def _settle(
        self, place: _Place, entries: list[Entry], outcome: tuple[int | None, Result | None]
    ) -> None:
        progress, mapping = place.progress, place.mapping
        first, result = outcome
        if first is None:
            progress.pass_by(entries[-1].sequence)
            return
        tries = progress.tries + 1
        if first:
            progress.pass_by(entries[first - 1].sequence)
        progress.tries = tries
        left = entries[first:]
        allowed = int(-1 if mapping.max_retry_attempts is None else mapping.max_retry_attempts)
        if 0 <= allowed < tries:
            self._give_up(place, left, "RetryAttemptsExhausted", result)
            return
        if mapping.bisect_on_error and not first and len(left) > 1:
            progress.most = (len(left) + 1) // 2
        progress.not_before = clock.time() + min(LONGEST, 2.0 ** min(tries - 1, 10))

    def _give_up(
        self, place: _Place, entries: list[Entry], condition: str, result: Result | None
    ) -> None:
        """Go on behind the records; where they are is told to the mapping's destination."""
        tries = max(1, place.progress.tries)
        place.progress.pass_by(entries[-1].sequence)
        config = place.mapping.destination_config or {}
        arn = (config.get("OnFailure") or {}).get("Destination")
        if not arn:
            return
        told = _told(place, entries, condition, tries, result)
        try:
            targets.deliver(
                {"Arn": arn}, json.dumps(told), told["requestContext"]["requestId"],
                {"source": "lambda", "detail-type": "", "detail": told}, by_schedule=True,
            )  # fmt: skip
        except Exception as error:
            LOG.warning("records of %s cannot be told to %s: %s", place.name, arn, error)


def _mappings(arn: str) -> list[EventSourceMapping]:
    """The mappings of a stream that are enabled and whose functions are there."""
    return [one for one in mappings.enabled(arn) if mappings.has_function(one)]


def _window(mapping: EventSourceMapping) -> int:
    return int(mapping.max_batch_window or 0)


def _gathers(progress: Progress, mapping: EventSourceMapping) -> bool:
    """Is the batching window still open? It opens with the first look at a record."""
    if progress.since is None:
        progress.since = clock.time()
    return clock.time() < progress.since + _window(mapping)


def _fits(mapping: EventSourceMapping, entry: Entry) -> bool:
    seen = entry.record | entry.record.get("kinesis", {}) | {"data": entry.data}
    return event_filters.fits(mapping.filter_criteria, seen, "data")


def _told(
    place: _Place, entries: list[Entry], condition: str, tries: int, result: Result | None
) -> dict[str, Any]:
    """What a destination is told of records that are given up: where they are, and not what."""
    told: dict[str, Any] = {
        "requestContext": {
            "requestId": result.request_id if result else str(uuid.uuid4()),
            "functionArn": place.mapping.function_arn,
            "condition": condition,
            "approximateInvokeCount": tries,
        }
    }
    if result is not None:
        told["responseContext"] = {
            "statusCode": 200,
            "executedVersion": result.version,
            "functionError": result.error,
        }
    return told | {
        "version": "1.0",
        "timestamp": _moment(clock.time()),
        place.shard.info: {
            "shardId": place.shard.id,
            "startSequenceNumber": str(entries[0].sequence),
            "endSequenceNumber": str(entries[-1].sequence),
            "approximateArrivalOfFirstRecord": _moment(entries[0].arrived),
            "approximateArrivalOfLastRecord": _moment(entries[-1].arrived),
            "batchSize": len(entries),
            "streamArn": place.mapping.event_source_arn,
        },
    }


def _moment(when: float) -> str:
    at = datetime.fromtimestamp(when, UTC)
    return f"{at:%Y-%m-%dT%H:%M:%S}.{at.microsecond // 1000:03d}Z"


# -- the hooks into moto's streams

_plain: dict[str, Any] = {}


def install(reader: Reader) -> None:
    """Have `reader` look at a stream whenever something comes into it."""
    for kind, name in ((StreamShard, "add"), (Stream, "put_record")):
        plain = _plain.setdefault(name, getattr(kind, name))
        setattr(kind, name, _then_look(plain, reader))


def _then_look(plain: Callable[..., Any], reader: Reader) -> Callable[..., Any]:
    """For StreamShard.add and Stream.put_record, which wait for the function, and forget."""

    def hooked(self: StreamShard | Stream, *given: Any, **named: Any) -> Any:
        done = plain(self, *given, **named)
        reader.look(stream_arn(self), self if isinstance(self, StreamShard) else None)
        return done

    return hooked
