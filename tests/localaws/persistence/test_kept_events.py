"""A log stream's older events are packed, and it tells the same as if they were not."""

import tracemalloc
import uuid
from types import SimpleNamespace

from helpers.localaws.on_moto import core
from helpers.localaws.persistence.log_events import LogEvents
from helpers.localaws.persistence.rows import STATE, Rows, packed


def made(count):
    """The log lines of so many invokes, as moto has them."""
    from moto.logs.models import LogEvent

    for number in range(count):
        name = uuid.uuid4()
        for text in (
            f"START RequestId: {name} Version: $LATEST\n",
            f"END RequestId: {name}\n",
            f"REPORT RequestId: {name}\tDuration: {number / 7:.2f} ms\tMemory Size: 128 MB\t\n",
        ):
            yield LogEvent(7000 + number, {"timestamp": 5000 - number, "message": text})


def saved(events):
    taken = events.take(quiet=True)
    events.settle(taken)
    return [len(rows) for _, rows in taken.rows]


def told(events):
    return [(e.event_id, e.ingestion_time, e.timestamp, e.message) for e in events]


def test_a_stream_tells_of_all_its_events_in_their_order():
    given = list(made(700))
    events = LogEvents()
    assert not events and events.span() == (None, None)
    for begin in range(0, len(given), 100):
        events += given[begin : begin + 100]
        saved(events)
    assert events and told(events) == told(given)
    assert events.span() == (4301, 5000)
    assert told(events) == told(given), "it can be read again"


def test_what_is_new_is_written_once():
    events = LogEvents()
    given = list(made(300))
    events += given
    events.take(quiet=True)  # this could not be written
    assert saved(events) == [900]
    assert saved(events) == []
    events += given[:5]
    taken = events.take(quiet=True)
    events += given[5:7]
    events.settle(taken)
    assert saved(events) == [2]
    events.forget()
    assert saved(events) == [907]


def test_what_comes_from_disk_is_the_same():
    events = LogEvents()
    rows = []
    for _ in range(3):
        events += list(made(200))
        taken = events.take(quiet=True)
        rows += [(1, number, value) for number, value in taken.rows]
        events.settle(taken)
    again = LogEvents()
    again.fill([(number, value) for _, number, value in packed(rows)])
    assert told(again) == told(events)
    assert saved(again) == []
    again += list(made(1))
    assert again.take(quiet=True).rows[0][0] == 3, "it would overwrite a row"


def test_an_event_is_a_few_bytes(monkeypatch):
    """Those of a function's invokes are at most 80 bytes each, all told; moto's are 300."""
    events = LogEvents()
    import moto.logs.models  # noqa: F401 - its own memory is not counted
    from moto.core.common_models import BaseModel

    # As in the endpoint: moto itself keeps every object that was ever made.
    monkeypatch.setattr(BaseModel, "__new__", staticmethod(core._new))
    tracemalloc.start()
    try:
        before = tracemalloc.get_traced_memory()[0]
        events += made(2000)
        as_objects = tracemalloc.get_traced_memory()[0] - before
        saved(events)
        small = tracemalloc.get_traced_memory()[0] - before
    finally:
        tracemalloc.stop()
    assert small < 6_000 * 80 < 6_000 * 200 < as_objects


def test_a_stream_that_rests_is_packed_and_goes_on_later():
    """Each worker has a stream, mostly of a few lines: thousands are not kept as objects."""
    given = list(made(40))
    stream = SimpleNamespace(
        events=LogEvents(), upload_sequence_token=0, last_ingestion_time=0, creation_time=0
    )

    def write(known):
        rows = Rows(known, quiet=True)
        rows.note_stream(stream, 7)
        rows.settle()
        return [number for _, number, _ in rows.new]

    stream.events += given[:60]
    assert write(set()) == [STATE, 0]
    assert stream.events._newest, "it has only just been written to"
    assert write({7}) == []
    assert not stream.events._newest
    stream.events += given[60:90]
    stream.upload_sequence_token += 1
    assert write({7}) == [STATE, 1]
    assert write({7}) == []
    stream.events += given[90:]
    times = [event.timestamp for event in given]
    assert stream.events and stream.events.span() == (min(times), max(times))
    assert told(stream.events) == told(given)
