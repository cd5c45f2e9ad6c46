"""The pages of logs: groups, streams, events by pattern and time, and live."""

import json
import time
import uuid
from datetime import UTC, datetime
from urllib.parse import quote

import pytest

MARKUP = "<script>alert(1)</script><b>bold</b>'\"&"


@pytest.fixture
def logs(endpoint):
    """boto3's client of CloudWatch Logs."""
    return endpoint.client("logs")


@pytest.fixture
def group(logs):
    """The name of a new log group, with slashes and a number sign in it."""
    name = f"/course/{uuid.uuid4().hex[:8]}#1"
    logs.create_log_group(logGroupName=name)
    yield name
    logs.delete_log_group(logGroupName=name)


def put(logs, group, *messages, stream="stream", ago=60.0, apart=0.001):
    """Write events, the first so many seconds ago; the time of that in ms."""
    if not logs.describe_log_streams(logGroupName=group, logStreamNamePrefix=stream)["logStreams"]:
        logs.create_log_stream(logGroupName=group, logStreamName=stream)
    begin = int((time.time() - ago) * 1000)
    events = [
        {"timestamp": begin + round(1000 * apart * at), "message": text}
        for at, text in enumerate(messages)
    ]
    logs.put_log_events(logGroupName=group, logStreamName=stream, logEvents=events)
    return begin


def address(page, group, **query):
    asked = "&".join(f"{key.strip('_')}={quote(value)}" for key, value in query.items())
    return f"/logs/{page}?{'group' if page == 'stream' else 'name'}={quote(group)}&{asked}"


def followed(page, words):
    """The address that these words lead to."""
    return page.split(f">{words}<")[0].rpartition('href="')[2].rstrip('"')


def test_groups_are_listed_and_found_by_how_they_begin(visitor, group):
    page = visitor.words("/logs")
    assert group in page and "ever" in page
    assert group in visitor.words(f"/logs?prefix={quote(group[:12])}")
    assert "No log group's name begins so." in visitor.words("/logs?prefix=/nobody")


def test_groups_are_paged(visitor, logs):
    prefix = f"/many-{uuid.uuid4().hex[:8]}/"
    names = [f"{prefix}{n:03}" for n in range(60)]
    for name in names:
        logs.create_log_group(logGroupName=name)
    page = visitor.words(f"/logs?prefix={prefix}")
    assert page.count("<tr><td>") == 50 and names[50] not in page
    rest = visitor.words(followed(page, "More log groups"))
    assert rest.count("<tr><td>") == 10 and names[59] in rest
    for name in names:
        logs.delete_log_group(logGroupName=name)


def test_a_group_shows_the_hour_before_its_latest_event(visitor, logs, group):
    put(logs, group, "an old one", ago=8000)
    put(logs, group, "股票 سعر", "two\n\tlines\n", MARKUP, ago=600)
    page = visitor.words(address("group", group))
    assert "股票 سعر" in page and "two\n\tlines<" in page and "an old one" not in page
    assert "<script>alert" not in visitor.get(address("group", group)).text
    assert "an old one" in visitor.words(followed(page, "All there is"))


def test_events_are_filtered_by_pattern_and_time(visitor, logs, group):
    begin = put(logs, group, "ERROR no price", "all is well", '{"level": "ERROR"}', apart=10)
    page = visitor.words(address("group", group, pattern='"no price"'))
    assert "ERROR no price</span>" in page and "all is well" not in page
    page = visitor.words(address("group", group, pattern='{ $.level = "ERROR" }'))
    assert page.count('class="line"') == 1 and '  "level": "ERROR"' in page, "also with indents"
    second = datetime.fromtimestamp(begin / 1000 + 5, UTC).replace(tzinfo=None).isoformat()
    third = datetime.fromtimestamp(begin / 1000 + 15, UTC).replace(tzinfo=None).isoformat()
    page = visitor.words(address("group", group, from_=second, to=third))
    assert "all is well" in page and page.count('class="line"') == 1
    page = visitor.words(address("group", group, pattern="nowhere"))
    assert "No event fits the pattern" in page


def test_a_pattern_or_a_time_that_is_none_is_told(visitor, logs, group):
    put(logs, group, "one")
    page = visitor.words(address("group", group, pattern="{ $.level = "))
    assert 'role="alert"' in page and "Streams" in page, "the rest of the page is there"
    for time_ in ("yesterday", "9999-99-99", "0001-01-01T00:00:00+14:00"):
        answer = visitor.get(address("group", group, from_=time_))
        assert answer.status_code == 400 and "is no time." in answer.text
    assert visitor.get(address("group", group, from_="0001-01-01T00:00")).status_code == 200
    assert visitor.get(address("group", group, to="9999-12-31T23:59")).status_code == 200


def test_many_events_are_paged_in_the_order_of_their_times(visitor, logs, group):
    for stream in ("a", "b"):
        put(logs, group, *[f"{stream}{n:03}." for n in range(150)], stream=stream, apart=0.01)
    page = visitor.words(address("group", group))
    assert page.count('class="line"') == 200 and "a050." in page and "b149." not in page
    rest = visitor.words(followed(page, "The next ones"))
    assert rest.count('class="line"') == 100 and "b149." in rest


def test_a_stream_is_read_from_its_end(visitor, logs, group):
    name = f"2026/11/28/[$LATEST]{MARKUP}".replace(":", "").replace("*", "")
    put(logs, group, *[f"n{n:03}." for n in range(450)], stream=name)
    assert name in visitor.words(address("group", group))
    page = visitor.words(address("stream", group, name=name))
    assert "n449." in page and "n250." in page and "n249." not in page
    older = visitor.words(followed(page, "Older ones"))
    assert "n249." in older and "n050." in older and "n250." not in older
    assert "n250." in visitor.words(followed(older, "Newer ones"))
    oldest = visitor.words(followed(older, "Older ones"))
    assert "n000." in oldest and "Older ones" not in oldest


def test_a_long_message_is_cut_and_shown_whole_when_asked_for(visitor, logs, group):
    put(logs, group, "x" * 250_000 + "the end", '{"a": ' * 30_000)
    page = visitor.words(address("group", group))
    assert "the end" not in page and len(page) < 30_000
    whole = visitor.words(followed(page, "All of its 250 kB"))
    assert "xthe end" in whole and '{"a": ' not in whole


def test_a_group_that_is_not_there_is_told(visitor):
    for path in ("/logs/group?name=/none", "/logs/tail?name=/none", "/logs/group", "/logs/stream"):
        answer = visitor.get(path)
        assert answer.status_code == 400 and 'role="alert"' in answer.text, path
    answer = visitor.get("/logs/stream?group=/none&name=x")
    assert answer.status_code == 400 and "does not exist" in answer.text
    assert "event: problem" in visitor.get("/logs/lines?name=/none").text
    assert "event: problem" in visitor.get("/logs/lines").text


def test_an_empty_group_says_that_nothing_was_written(visitor, group):
    page = visitor.words(address("group", group))
    assert "No event is here yet" in page and "nothing was written to it" in page


def test_a_live_tail_tells_each_event_once(visitor, logs, group):
    put(logs, group, "long ago", ago=3000)
    put(logs, group, "before", MARKUP)
    assert "data-tail" in visitor.words(address("tail", group))
    with visitor.get(address("lines", group), stream=True, timeout=60) as stream:
        found = _events(stream)
        assert [row[2] for row in next(found)] == ["before", MARKUP]
        put(logs, group, "late", ago=200)
        assert [row[2] for row in next(found)] == ["late"]
        put(logs, group, "股票", "x" * 50_000, stream="another", ago=0)
        rows = next(found)
        assert [row[1] for row in rows] == ["another"] * 2 and rows[0][2] == "股票"
        assert len(rows[1][2]) < 3000 and "characters more" in rows[1][2]


def test_a_live_tail_has_only_what_fits_its_pattern(visitor, logs, group):
    put(logs, group, "one ERROR", "two")
    with visitor.get(address("lines", group, pattern="ERROR"), stream=True, timeout=60) as stream:
        assert [row[2] for row in next(_events(stream))] == ["one ERROR"]


def _events(stream):
    """The rows of each event of a tail."""
    for line in stream.iter_lines(decode_unicode=True):
        if line.startswith("data: "):
            yield json.loads(line.removeprefix("data: "))
