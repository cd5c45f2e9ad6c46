"""Events of a group and of a stream, page by page, in the order of their times."""

import inspect
import random

import pytest

import helpers.localaws.on_moto.core  # noqa: F401 - moto is imported after the environment is settled
from helpers.localaws.persistence.log_events import LogEvents

COUNT = 3000


@pytest.fixture(scope="module")
def searching():
    """The module, whose hooks are not put in here."""
    from helpers.localaws.log_filters import searching

    return searching


@pytest.fixture(scope="module")
def logged():
    """Three streams of a group, in which events came in out of order, and all of them in order."""
    from moto.logs.models import LogEvent, LogGroup

    group = LogGroup("123456789012", "us-east-1", "/group")
    chance, everything = random.Random(1), []
    for name in ("a", "b", "c"):
        group.create_log_stream(name)
        events = LogEvents()
        for at in range(0, COUNT, 100):
            some = [
                LogEvent(0, {"timestamp": 1000 + at + chance.randrange(300), "message": f"{name}!"})
                for _ in range(100)
            ]
            events += some
            taken = events.take(quiet=True)
            events.settle(taken)  # which packs the older ones
            everything += [(one.timestamp, one.event_id, name) for one in some]
        group.streams[name].events = events
    return group, sorted(everything)


def filtered(searching, group, **given):
    """Every page of FilterLogEvents: (time, id, stream) of its events."""
    pages, token = [], None
    while True:
        asked = {"streams": [], "start": None, "end": None, "limit": 700, "pattern": ""} | given
        events, token, _ = searching._filter_log_events(
            group, group.name, asked["streams"], asked["start"], asked["end"],
            asked["limit"], token, asked["pattern"], False,
        )  # fmt: skip
        pages.append([(e["timestamp"], int(e["eventId"]), e["logStreamName"]) for e in events])
        if token is None:
            return pages


def joined(pages):
    return [one for page in pages for one in page]


def test_all_streams_are_interleaved_and_each_event_is_told_once(searching, logged):
    group, everything = logged
    pages = filtered(searching, group)
    assert joined(pages) == everything
    assert [len(page) for page in pages] == [700] * 12 + [600]


def test_a_span_of_time_includes_both_its_ends(searching, logged):
    group, everything = logged
    wanted = [one for one in everything if 1500 <= one[0] <= 1600]
    assert joined(filtered(searching, group, start=1500, end=1600)) == wanted


def test_chosen_streams_and_a_pattern(searching, logged):
    group, everything = logged
    wanted = [one for one in everything if one[2] == "b"]
    assert joined(filtered(searching, group, streams=["b"])) == wanted
    assert joined(filtered(searching, group, pattern='"b!"')) == wanted


def test_a_page_ends_before_too_much_is_searched(searching, logged, monkeypatch):
    monkeypatch.setattr(searching, "MANY", 1000)
    pages = filtered(searching, logged[0], pattern="nothing")
    assert pages == [[]] * 9, "AWS too answers with no event and a token"


def test_a_token_of_another_group_finds_nothing(searching, logged):
    answer = searching._filter_log_events(
        logged[0], "/group", [], None, None, None, "/other@1@2", "", False
    )
    assert answer[:2] == ([], None)


def test_few_packed_events_are_unpacked_for_a_page(searching, logged):
    group, _ = logged
    seen = []
    blocks = group.streams["a"].events.blocks()
    assert len(blocks) > 5
    for place, one in enumerate(blocks):
        object.__setattr__(one, "events", lambda one=one.events, p=place: seen.append(p) or one())
    found = searching.ordered([("a", blocks)], 0, searching.LATEST)
    assert len([next(found) for _ in range(50)]) == 50
    assert len(seen) <= 3


@pytest.mark.parametrize("from_head", [True, False])
def test_a_stream_is_read_to_its_end_and_back(searching, logged, from_head):
    group, everything = logged
    stream = group.streams["a"]
    wanted = [one[0] for one in everything if one[2] == "a"]

    def read(token):
        events, back, forth = searching._get_log_events(stream, None, None, 400, token, from_head)
        return [one["timestamp"] for one in events], back, forth

    page, back, forth = read(None)
    assert page == (wanted[:400] if from_head else wanted[-400:])
    seen, token = page, forth if from_head else back
    while True:
        page, back, forth = read(token)
        if not page:
            break
        seen = seen + page if from_head else page + seen
        token = forth if from_head else back
    assert seen == wanted
    assert token == (forth if from_head else back), "the same token at the end, as on AWS"
    page, _, _ = read(back if from_head else forth)
    assert page == (wanted[-400:] if from_head else wanted[:400])


def test_a_stream_between_two_times_and_a_token_that_is_none(searching, logged):
    from moto.logs.exceptions import InvalidParameterException

    stream = logged[0].streams["a"]
    wanted = [one[0] for one in logged[1] if one[2] == "a" and 1500 <= one[0] < 1600]
    events, _, _ = searching._get_log_events(stream, 1500, 1600, None, None, True)
    assert [one["timestamp"] for one in events] == wanted, "the end is not part of it"
    for token in ("x", "f/", "f/1", "b/-1.1", "f/1.1.1"):
        with pytest.raises(InvalidParameterException):
            searching._get_log_events(stream, None, None, None, token, True)


def test_an_answer_has_at_most_a_megabyte(searching):
    from moto.logs.models import LogEvent, LogGroup

    group = LogGroup("123456789012", "us-east-1", "/large")
    group.create_log_stream("s")
    sizes = [400_000, 500_000, 200_000, 1_500_000, 5]
    group.streams["s"].events += [
        LogEvent(0, {"timestamp": at + 1, "message": "x" * size}) for at, size in enumerate(sizes)
    ]
    pages = filtered(searching, group)
    assert [len(page) for page in pages] == [2, 1, 1, 1]


def test_how_events_are_searched():
    """Hooks: LogGroup.filter_log_events, LogStream.get_log_events."""
    from moto.logs.models import LogEvent, LogGroup, LogsBackend, LogStream

    def parameters(function):
        return list(inspect.signature(function).parameters)

    from helpers.localaws.log_filters import searching

    for plain, mine in (
        (LogGroup.filter_log_events, searching._filter_log_events),
        (LogStream.get_log_events, searching._get_log_events),
    ):
        assert parameters(plain) == parameters(mine)
    assert "log_group.filter_log_events(" in inspect.getsource(LogsBackend.filter_log_events)
    assert "stream.get_log_events(" in inspect.getsource(LogGroup.get_log_events)
    told = LogEvent(1, {"timestamp": 2, "message": "m"}).to_filter_dict()
    assert set(told) == {"eventId", "ingestionTime", "message", "timestamp"}
