"""Logs Insights, asked over HTTP: what its commands and functions give."""

import inspect
import itertools

import pytest
from botocore.exceptions import ClientError

from helpers.localaws.logs_insights import functions, language

NUMBERS = itertools.count(1)
NOON = 1_795_780_800_000  # 2026-11-27T12:00:00Z


@pytest.fixture
def ask(module_endpoint):
    """Put messages into a log group, ten seconds apart, and ask it."""

    def asked(query, *messages, group=None, **how):
        logs = module_endpoint.client("logs")
        name = group or f"/asked/{next(NUMBERS)}"
        logs.create_log_group(logGroupName=name)
        logs.create_log_stream(logGroupName=name, logStreamName="one")
        events = [
            {"timestamp": NOON + 10_000 * place, "message": text}
            for place, text in enumerate(messages)
        ]
        if events:
            logs.put_log_events(logGroupName=name, logStreamName="one", logEvents=events)
        span = {"startTime": NOON // 1000 - 60, "endTime": NOON // 1000 + 86_400} | how
        started = logs.start_query(logGroupName=name, queryString=query, **span)
        return logs.get_query_results(queryId=started["queryId"])

    return asked


@pytest.fixture(autouse=True)
def noon(module_endpoint):
    """CloudWatch Logs takes no event that is more than two hours ahead of its clock."""
    import time

    ahead = NOON / 1000 + 600 - time.time()
    if ahead > module_endpoint.control("/_local/status")["offset"]:
        module_endpoint.control("/_local/clock", {"advance": ahead})


def rows(found, *, pointers=False):
    return [
        {one["field"]: one["value"] for one in row if pointers or one["field"] != "@ptr"}
        for row in found["results"]
    ]


def column(found, name):
    return [row.get(name) for row in rows(found)]


def test_without_fields_a_row_is_a_time_and_a_message_and_the_newest_comes_first(ask):
    found = ask("limit 2", "a", "b", "c")
    assert rows(found) == [
        {"@timestamp": "2026-11-27 12:00:20.000", "@message": "c"},
        {"@timestamp": "2026-11-27 12:00:10.000", "@message": "b"},
    ]
    assert all("@ptr" in row for row in rows(found, pointers=True))
    assert found["status"] == "Complete"


def test_it_says_how_much_it_looked_at(ask):
    counted = ask("filter @message like /b/", "a", "b", "cc")["statistics"]
    assert counted == {"recordsMatched": 1.0, "recordsScanned": 3.0, "bytesScanned": 4.0}


def test_only_events_of_the_time_that_is_asked_for(ask):
    found = ask("fields @message", "a", "b", "c", startTime=NOON // 1000, endTime=NOON // 1000 + 10)
    assert column(found, "@message") == ["b", "a"]


JSON = (
    '{"level": "INFO", "trade": {"type": "buy", "price": 7}, "tags": ["x", "y"], "dry": true}',
    '{"level": "ERROR", "trade": {"type": "sell", "price": 93}, "note": null}',
    '{"level": "INFO", "trade": {"type": "buy", "price": 50}}',
    "not JSON at all",
)


def test_the_fields_of_json_are_found_by_themselves(ask):
    found = ask("fields level, trade.price, tags.1, dry, note | sort @timestamp asc", *JSON)
    assert rows(found) == [
        {"level": "INFO", "trade.price": "7", "tags.1": "y", "dry": "1"},
        {"level": "ERROR", "trade.price": "93"},
        {"level": "INFO", "trade.price": "50"},
        {},
    ]


@pytest.mark.parametrize(
    ("condition", "prices"),
    [
        ("trade.price > 7", ["93", "50"]),
        ("trade.price >= 7 and trade.price < 93", ["7", "50"]),
        ('level = "ERROR" or trade.price = 50', ["93", "50"]),
        ('not level = "ERROR"', ["7", "50"]),
        ('level != "INFO"', ["93"]),
        ("level like /ERR/", ["93"]),
        ("level =~ /(?i)err/", ["93"]),
        ('level not like "ERR"', ["7", "50"]),
        ('trade.type in ["sell", "hold"]', ["93"]),
        ('trade.type not in ["sell"]', ["7", "50"]),
        ("trade.price in [7, 93]", ["7", "93"]),
        ("ispresent(tags.0)", ["7"]),
        ("(trade.price + 3) * 2 = 20", ["7"]),
        ("trade.price % 2 = 1 and trade.price / 2 > 40", ["93"]),
        ("2 ^ 3 - 1 = trade.price", ["7"]),
        ("strlen(trade.type) = 4", ["93"]),
        ("`trade.price` = 93  # a comment", ["93"]),
        ("abs(trade.price - 100) < 10", ["93"]),
    ],
)
def test_filter(ask, condition, prices):
    query = f"fields trade.price | filter {condition} | filter ispresent(trade.price)"
    assert column(ask(f"{query} | sort @timestamp", *JSON), "trade.price") == prices


def test_what_is_not_there_is_equal_to_nothing(ask):
    assert rows(ask("fields @message | filter missing = 1", *JSON)) == []
    assert rows(ask("fields @message | filter missing < 1", *JSON)) == []
    assert len(rows(ask("fields @message | filter missing != 1", *JSON))) == 4
    assert len(rows(ask("fields @message | filter not ispresent(missing)", *JSON))) == 4


def test_parse_with_wildcards_and_with_names_in_a_pattern(ask):
    lines = ("trade buy of 3 at 7", "trade sell of 1 at 93", "nothing")
    wild = 'parse @message "trade * of * at *" as type, qty, price | filter ispresent(price)'
    found = ask(f"{wild} | fields type, qty * price as paid | sort price", *lines)
    assert rows(found) == [{"type": "buy", "paid": "21"}, {"type": "sell", "paid": "93"}]
    named = r"parse @message /at (?<price>\d+)$/ | display price | sort @timestamp"
    assert column(ask(named, *lines), "price") == ["7", "93", None]


def test_stats_by_groups(ask):
    query = """
        stats count(*) as trades, sum(trade.price), avg(trade.price) as mean,
              min(trade.price), max(trade.price) by trade.type
        | filter ispresent(trade.type) | sort trade.type
    """
    found = rows(ask(query, *JSON))
    assert found == [
        {"trade.type": "buy", "trades": "2", "sum(trade.price)": "57", "mean": "28.5",
         "min(trade.price)": "7", "max(trade.price)": "50"},
        {"trade.type": "sell", "trades": "1", "sum(trade.price)": "93", "mean": "93",
         "min(trade.price)": "93", "max(trade.price)": "93"},
    ]  # fmt: skip


def test_stats_of_all(ask):
    query = (
        "stats count(*), count(level), count_distinct(level), pct(trade.price, 50), "
        "earliest(level), latest(level), stddev(trade.price) as spread, max(trade.price) / 2"
    )
    (row,) = rows(ask(query, *JSON))
    assert row == {
        "count(*)": "4", "count(level)": "3", "count_distinct(level)": "2",
        "pct(trade.price, 50)": "50", "earliest(level)": "INFO", "latest(level)": "INFO",
        "spread": "43", "max(trade.price) / 2": "46.5",
    }  # fmt: skip


def test_nothing_is_counted_too(ask):
    assert rows(ask("stats count(*)")) == [{"count(*)": "0"}]
    assert rows(ask("stats count(*) by level")) == []


def test_bins_of_time(ask):
    found = ask("stats count(*) as n by bin(20s)", *"abcde")
    assert rows(found) == [
        {"bin(20s)": "2026-11-27 12:00:40.000", "n": "1"},
        {"bin(20s)": "2026-11-27 12:00:20.000", "n": "2"},
        {"bin(20s)": "2026-11-27 12:00:00.000", "n": "2"},
    ]
    first = rows(ask("stats min(@timestamp) as first, latest(@message)", *"abc"))
    assert first == [{"first": "2026-11-27 12:00:00.000", "latest(@message)": "c"}]


def test_rows_of_which_one_is_enough(ask):
    found = ask("fields level | filter ispresent(level) | dedup level", *JSON)
    assert column(found, "level") == ["INFO", "ERROR"]


def test_functions_of_text(ask):
    query = (
        'fields concat(toupper(level), "-", tolower("X")) as a, substr(level, 1, 2) as b, '
        'replace(level, "N", "_") as c, coalesce(missing, level) as d, trim("  x ") as e, '
        'strcontains(level, "F") as f | limit 1'
    )
    (row,) = rows(ask(query, JSON[0]))
    assert row == {"a": "INFO-x", "b": "NF", "c": "I_FO", "d": "INFO", "e": "x", "f": "1"}


def test_what_lambda_writes_is_read(ask):
    request = "8f0e7a2c-0000-4000-8000-000000000001"
    report = (
        f"REPORT RequestId: {request}\tDuration: 3.21 ms\tBilled Duration: 4 ms\t"
        "Memory Size: 128 MB\tMax Memory Used: 36 MB\tInit Duration: 101.50 ms\t"
    )
    query = 'filter @type = "REPORT" | stats avg(@duration), max(@memorySize / 1000 / 1000) as mb'
    (row,) = rows(ask(query, f"START RequestId: {request}", report, group="/aws/lambda/timed"))
    assert row == {"avg(@duration)": "3.21", "mb": "128"}
    query = "fields @requestId, @type, @billedDuration, @initDuration | sort @timestamp"
    found = rows(ask(query, f"[INFO]\tx\t{request}\thello", report, group="/aws/lambda/timed-2"))
    assert found[0] == {"@requestId": request}
    assert found[1] == {
        "@requestId": request, "@type": "REPORT", "@billedDuration": "4", "@initDuration": "101.5",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("query", "said"),
    [
        (
            "fields @message | nonsense 1",
            "unexpected symbol found nonsense at line 1 and position 19",
        ),
        ("filter level =", "unexpected symbol found <EOF> at line 1 and position 15"),
        ("stats count(*) by", "unexpected symbol found <EOF>"),
        ("fields a, , b", "unexpected symbol found , at line 1 and position 11"),
        ("limit many", "unexpected symbol found many"),
        ("limit 1 limit 2", "unexpected symbol found limit at line 1 and position 9"),
        ("filter a = 'open", "unexpected symbol found '"),
        ('parse @message "* *" as one', "has 2 wildcards"),
        ("filter a like /(/", "invalid regular expression"),
        ("", "unexpected symbol found <EOF> at line 1 and position 1"),
        ("pattern @message", "it does not have the command pattern"),
        ("fields jsonParse(@message) as j", "it does not have the function jsonparse"),
        ("stats count(*) by bin(5x)", "unexpected symbol found 5 at line 1 and position 23"),
        ("stats pct(a, 200)", "pct needs a field and a number from 0 to 100"),
        ("stats level", "stats takes functions over events"),
    ],
)
def test_what_cannot_be_read_or_done_is_refused(ask, query, said):
    with pytest.raises(ClientError) as refused:
        ask(query, JSON[0])
    error = refused.value.response["Error"]
    assert error["Code"] in ("MalformedQueryException", "InvalidParameterException")
    assert said in error["Message"]


@pytest.mark.parametrize("name", sorted(functions.FUNCTIONS))
def test_no_function_stumbles_over_what_is_not_there(name):
    work = functions.FUNCTIONS[name]
    count = {"datefloor": 2, "dateceil": 2, "replace": 3, "substr": 2, "strcontains": 2}.get(name)
    if name in "+-*/%^":
        count = 2
    spans = ["1h"] if name.startswith("date") else [None]
    given = [None] * ((count or 1) - 1) + (spans if count else [None])
    if name.startswith("date"):
        given = [None, "1h"]
    if name in ("greatest", "least"):
        given = [None, None]
    assert work(*given) in (None, True, False)


def test_long_queries_and_long_lines_take_no_time():
    text = "filter " + " and ".join(f"a{n} = {n}" for n in range(2000))
    assert len(language.read(text)) == 1


def test_hook_logs_insights():
    from moto.logs import models

    from helpers.localaws.logs_insights import hook

    source = inspect.getsource(models.LogQuery.__init__)
    assert "execute_query(" in source and "log_groups=log_groups" in source, (
        "hook moto.logs.models.execute_query: LogQuery no longer asks it"
    )
    names = list(inspect.signature(hook._plain_start_query).parameters)
    assert names == ["self", "log_group_names", "start_time", "end_time", "query_string"], (
        f"hook LogsBackend.start_query: it takes {names} now"
    )
    assert hasattr(models.LogQuery, "to_result_json"), "hook LogQuery.to_result_json is gone"
