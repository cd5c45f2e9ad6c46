"""Trades: from items to a ledger, what it says, and the table that it is read from."""

import json
import random
import socket
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import boto3
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers import trades
from helpers.trades import NoSuchTable, TradesError, Unreachable

NINE = datetime(2025, 3, 1, 9, tzinfo=UTC)


def item(ident="a", kind="buy", price="2", qty="3", time="2025-03-01T09:00:00+00:00"):
    """An item as Record Transaction writes it."""
    return {
        "Id": {"S": ident},
        "Type": {"S": kind},
        "Price": {"N": price},
        "Quantity": {"N": qty},
        "Timestamp": {"S": time},
    }


THREE = [
    item("c", "sell", "90", "1", "2025-03-01T11:00:00+00:00"),
    item("a", "buy", "2", "3", "2025-03-01T09:00:00+00:00"),
    item("b", "buy", "40", "2", "2025-03-01T10:00:00+00:00"),
]


# ---- the ledger


def test_a_ledger_is_sorted_and_adds_up():
    ledger = trades.from_items(THREE)
    assert ledger["id"].tolist() == ["a", "b", "c"]
    assert ledger["time"].tolist() == [NINE + timedelta(hours=n) for n in range(3)]
    assert ledger["cash_flow"].tolist() == [-6, -80, 90]
    assert ledger["position"].tolist() == [3, 5, 4]
    assert ledger["cash"].tolist() == [-6, -86, 4]
    assert ledger["profit"].tolist() == [-6 + 3 * 2, -86 + 5 * 40, 4 + 4 * 90]


def test_columns_have_the_types_that_they_are_said_to_have():
    for ledger in (trades.from_items(THREE), trades.from_items([])):
        assert str(ledger["time"].dtype) == "datetime64[us, UTC]"
        for column in ("price", "qty", "cash_flow", "position", "cash", "profit"):
            assert ledger[column].dtype == "int64"
        assert list(ledger)[:4] == ["time", "type", "price", "qty"]


def test_items_of_the_table_resource_give_the_same():
    as_resource = [
        {name: Decimal(value["N"]) if "N" in value else value["S"] for name, value in one.items()}
        for one in THREE
    ]
    pd.testing.assert_frame_equal(trades.from_items(as_resource), trades.from_items(THREE))


def test_order_of_the_items_does_not_matter_even_at_the_same_moment():
    items = [item(str(n), qty=str(n % 10 + 1)) for n in range(50)]
    shuffled = random.Random(3).sample(items, len(items))
    pd.testing.assert_frame_equal(trades.from_items(items), trades.from_items(shuffled))


def test_times_with_another_offset_or_none_become_utc():
    ledger = trades.from_items(
        [item("a", time="2025-03-01T10:00:00+01:00"), item("b", time="2025-03-01T09:00:00.5")]
    )
    assert ledger["time"].tolist() == [NINE, NINE + timedelta(milliseconds=500)]


def test_prices_with_cents_stay_exact_to_the_cent():
    ledger = trades.from_items([item("a", price="12.5"), item("b", "sell", "20.25", "1")])
    assert ledger["cash"].tolist() == [-37.5, -17.25]


def test_a_type_of_ones_own_moves_no_shares_and_is_counted():
    ledger = trades.from_items([*THREE, item("d", "hold", "50", "9", "2025-03-02T00:00:00Z")])
    assert ledger["position"].tolist() == [3, 5, 4, 4]
    assert ledger["cash"].iloc[-1] == 4
    assert "Of other types, which move no shares: 1 hold." in trades.summary(ledger)


def test_selling_what_is_not_held_makes_the_position_negative():
    ledger = trades.from_items([item("a", "sell", "80", "4")])
    assert ledger["position"].tolist() == [-4]
    assert ledger["profit"].tolist() == [0]


@pytest.mark.parametrize(
    ("broken", "said"),
    [
        ({"Id": {"S": "x"}}, "The item x is no trade: it has no Type."),
        (item("x", price="cheap"), "its Price is cheap, not a number."),
        (item("x", price="nan"), "its Price is nan, not a number."),
        (item("x", qty="-1"), "its Quantity is -1, not a number from 0 up."),
        (item("x", time="yesterday"), "its Timestamp is 'yesterday', not a time in ISO 8601."),
        ("x", "The item 'x' is no trade: it has no Id."),
    ],
)
def test_an_item_that_is_no_trade_is_named(broken, said):
    with pytest.raises(TradesError) as caught:
        trades.from_items([*THREE, broken])
    assert said in str(caught.value)
    assert "aws dynamodb scan" in str(caught.value)


# ---- simulation


market = st.lists(st.tuples(st.integers(0, 100), st.integers(1, 10)), min_size=1, max_size=60)


@given(market, st.integers(-1, 101))
def test_a_simulated_trader_keeps_to_the_rule_and_the_books(days, threshold):
    ledger = trades.simulate([p for p, _ in days], threshold, [q for _, q in days])
    position = cash = 0
    for (price, qty), row in zip(days, ledger.itertuples(), strict=True):
        buys = price <= threshold
        position += qty if buys else -qty
        cash += -price * qty if buys else price * qty
        assert row.type == ("buy" if buys else "sell")
        assert (row.position, row.cash) == (position, cash)
        assert row.profit == cash + position * price


@given(market)
def test_replaying_the_same_threshold_gives_the_same_ledger(days):
    items = [
        item(
            f"{n:03}",
            "buy" if price <= 50 else "sell",
            str(price),
            str(qty),
            (NINE + timedelta(hours=n)).isoformat(),
        )
        for n, (price, qty) in enumerate(days)
    ]
    ledger = trades.from_items(items)
    again = trades.replay(ledger, 50)
    pd.testing.assert_frame_equal(ledger.drop(columns="id"), again.drop(columns="id"))


def test_simulated_times_are_hourly_unless_given():
    assert trades.simulate([1, 2])["time"].diff().iloc[1] == timedelta(hours=1)
    for times in (
        [datetime(2025, 3, 1, 9), datetime(2025, 3, 1, 10)],
        ["2025-03-01T10:00+01:00", "2025-03-01T10:00"],
        pd.Series(pd.date_range("2025-03-01T09:00", periods=2, freq="h")),
        pd.Series(pd.date_range("2025-03-01T04:00", periods=2, freq="h", tz="America/New_York")),
    ):
        given = trades.simulate([1, 2], times=times)
        assert given["time"].tolist() == [NINE, NINE + timedelta(hours=1)]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ({"prices": [1, 2], "quantities": [1]}, "There are 2 prices but 1 quantities."),
        ({"prices": [1], "times": []}, "There are 1 prices but 0 times."),
        ({"prices": [1], "times": ["noon"]}, "The time at place 0 is 'noon', not a time in ISO"),
        ({"prices": [1, None]}, "The price at place 1 is None, not a number."),
        ({"prices": [1], "quantities": -1}, "The quantity at place 0 is -1, not a number from 0"),
    ],
)
def test_a_simulation_that_cannot_be_says_why(arguments, said):
    with pytest.raises(TradesError) as caught:
        trades.simulate(**arguments)
    assert said in str(caught.value)


# ---- what it says


def test_summary_says_what_happened():
    assert trades.summary(trades.from_items(THREE)).splitlines() == [
        "3 trades from 1 Mar 2025 09:00 to 1 Mar 2025 11:00 UTC, at $2 to $90 a share.",
        "2 buys: 5 shares for $86, $17.20 a share on average.",
        "1 sell: 1 share for $90, $90.00 a share on average.",
        "At the end: 4 shares held, $4 in cash; at the last price of $90 a share that makes a "
        "profit of $364.",
        "Profit was lowest at $0 (1 Mar 2025 09:00) and highest at $364 (1 Mar 2025 11:00).",
    ]


def test_summary_says_that_the_position_was_short():
    said = trades.summary(trades.simulate([80, 90], quantities=[4, 1]))
    assert "At the end: 5 shares sold that were not held, $410 in cash;" in said
    assert "makes a loss of $40." in said
    assert "The position fell as low as −5 shares: the mock market lets you sell what you" in said


def test_summary_of_an_empty_table_and_of_one_trade():
    assert trades.summary(trades.from_items([])) == "No trades yet: the table is empty."
    said = trades.summary(trades.from_items([item()]))
    assert said.startswith("1 trade on 1 Mar 2025 09:00 UTC, at $2 a share.\n1 buy: 3 shares")
    assert "No sells." in said
    assert "Profit was lowest" not in said


def test_compare_puts_two_side_by_side():
    ledger = trades.from_items(THREE)
    table = trades.compare(ledger, trades.replay(ledger, 30))
    assert list(table) == ["buys up to $50", "buys up to $30"]
    assert table.loc["profit"].tolist() == ["$364", "$164"]
    assert table.loc["average price sold"].tolist() == ["$90.00", "$56.67"]
    named = trades.compare(ledger, trades.from_items([]), names=("mine", "nobody's"))
    assert named.loc["trades"].tolist() == ["3", "0"]
    assert named.loc["profit"].tolist() == ["$364", "–"]


def test_what_is_no_ledger_is_refused():
    with pytest.raises(TradesError, match="DataFrame without time, type"):
        trades.summary(pd.DataFrame({"price": [1]}))
    with pytest.raises(TradesError, match="It is a list without"):
        trades.compare(trades.simulate([1]), [1])


# ---- the table


@pytest.fixture(scope="module")
def dynamodb(endpoint):
    return endpoint.client("dynamodb")


@pytest.fixture(scope="module")
def clients(endpoint, dynamodb):
    return {"client": dynamodb, "cloudformation": endpoint.client("cloudformation")}


def make_table(dynamodb, name, items):
    dynamodb.create_table(
        TableName=name,
        KeySchema=[{"AttributeName": "Id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "Id", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
    )
    for start in range(0, len(items), 25):
        requests = [{"PutRequest": {"Item": one}} for one in items[start : start + 25]]
        dynamodb.batch_write_item(RequestItems={name: requests})


TABLE = {
    "Type": "AWS::DynamoDB::Table",
    "Properties": {
        "KeySchema": [{"AttributeName": "Id", "KeyType": "HASH"}],
        "AttributeDefinitions": [{"AttributeName": "Id", "AttributeType": "S"}],
        "BillingMode": "PAY_PER_REQUEST",
    },
}
GROUP = {"Type": "AWS::Logs::LogGroup", "Properties": {"LogGroupName": "not-a-table"}}


def make_stack(clients, name, resources):
    clients["cloudformation"].create_stack(
        StackName=name, TemplateBody=json.dumps({"Resources": resources})
    )
    clients["cloudformation"].get_waiter("stack_create_complete").wait(
        StackName=name, WaiterConfig={"Delay": 1}
    )
    found = clients["cloudformation"].describe_stack_resources(StackName=name)["StackResources"]
    return {one["LogicalResourceId"]: one["PhysicalResourceId"] for one in found}


def test_a_table_is_read_by_name_and_by_arn(dynamodb, clients):
    make_table(dynamodb, "three-trades", THREE)
    arn = dynamodb.describe_table(TableName="three-trades")["Table"]["TableArn"]
    expected = trades.from_items(THREE)
    for named in ("three-trades", f" {arn} "):
        pd.testing.assert_frame_equal(trades.read(named, **clients), expected)


def test_a_table_of_several_pages_is_read_whole(dynamodb, clients):
    padding = {"Note": {"S": "x" * 60_000}}
    items = [item(f"{n:03}") | padding for n in range(50)]
    make_table(dynamodb, "long", items)
    assert "LastEvaluatedKey" in dynamodb.scan(TableName="long")  # or this test proves nothing
    assert len(trades.read("long", **clients)) == 50


def test_a_stack_is_read_by_name_and_by_arn(dynamodb, clients):
    made = make_stack(clients, "trading", {"TransactionTable": TABLE, "Other": TABLE})
    dynamodb.put_item(TableName=made["TransactionTable"], Item=item())
    described = clients["cloudformation"].describe_stacks(StackName="trading")["Stacks"][0]
    for named in ("trading", described["StackId"]):
        assert trades.read(named, **clients)["id"].tolist() == ["a"]


def test_an_empty_table_is_an_empty_ledger(dynamodb, clients):
    make_table(dynamodb, "nothing-yet", [])
    assert trades.read("nothing-yet", **clients).empty


def test_a_name_that_is_neither_table_nor_stack_is_met_with_what_there_is(dynamodb, clients):
    make_table(dynamodb, "shares-of-may", [])
    with pytest.raises(NoSuchTable) as caught:
        trades.read("shares-of-mai", **clients)
    assert 'no table and no stack "shares-of-mai" in us-east-1' in str(caught.value)
    assert 'There is a table "shares-of-may".' in str(caught.value)
    with pytest.raises(NoSuchTable, match="The tables there: "):
        trades.read("zzz", **clients)


@pytest.mark.parametrize("named", ["", "two words", "arn:aws:states:us-east-1:1:stateMachine:x"])
def test_what_cannot_be_a_name_is_refused(clients, named):
    with pytest.raises(NoSuchTable, match="names neither a table nor a stack"):
        trades.read(named, **clients)


def test_a_stack_without_a_table_and_one_with_two_say_so(clients):
    make_stack(clients, "without-table", {"Group": GROUP})
    with pytest.raises(NoSuchTable, match="has no tables"):
        trades.read("without-table", **clients)
    made = make_stack(clients, "with-two", {"First": TABLE, "Second": TABLE})
    with pytest.raises(NoSuchTable) as caught:
        trades.read("with-two", **clients)
    assert "has 2 tables" in str(caught.value)
    assert all(name in str(caught.value) for name in made.values())


def test_an_item_in_the_table_that_is_no_trade_is_named(dynamodb, clients):
    make_table(dynamodb, "spoiled", [*THREE, item("wrong", price="0") | {"Price": {"S": "?"}}])
    with pytest.raises(TradesError, match="The item wrong is no trade: its Price is \\?"):
        trades.read("spoiled", **clients)


def test_without_a_client_the_environment_says_where(endpoint, dynamodb, clients, monkeypatch):
    made = make_stack(clients, "by-environment", {"Trades": TABLE})
    dynamodb.put_item(TableName=made["Trades"], Item=item())
    for name, value in endpoint.env.items():
        if name.startswith("AWS_"):
            monkeypatch.setenv(name, value)
    monkeypatch.setattr(boto3, "DEFAULT_SESSION", None)
    assert len(trades.read("by-environment")) == 1


@pytest.fixture
def nobody(monkeypatch):
    """The URL of an endpoint that is not there, and keys for it."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{taken.getsockname()[1]}"
    monkeypatch.delenv("AWS_PROFILE", raising=False)
    monkeypatch.setenv("AWS_ENDPOINT_URL", url)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "anybody")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "anything")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    monkeypatch.setattr(boto3, "DEFAULT_SESSION", None)
    return url


def test_an_endpoint_that_is_down_is_said_soon_and_with_what_to_type(nobody):
    started = datetime.now(UTC)
    with pytest.raises(Unreachable) as caught:
        trades.read("demo-sam")
    assert f"The local endpoint does not answer at {nobody}" in str(caught.value)
    assert "python -m helpers.localaws start" in str(caught.value)
    assert datetime.now(UTC) - started < timedelta(seconds=30)


def test_without_a_region_it_says_so(nobody, monkeypatch, tmp_path):
    monkeypatch.delenv("AWS_DEFAULT_REGION")
    monkeypatch.delenv("AWS_REGION", raising=False)
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "none"))
    with pytest.raises(Unreachable, match="which AWS region"):
        trades.read("demo-sam")


def test_what_aws_refuses_is_said_in_its_words(endpoint):
    stranger = boto3.client(
        "dynamodb",
        endpoint_url=endpoint.url,
        region_name="us-east-1",
        aws_access_key_id="AKIAIOSFODNN7EXAMPLE",
        aws_secret_access_key="x",
    )
    with pytest.raises(TradesError, match="AWS refused to read demo-sam"):
        trades.read("demo-sam", stranger)
