"""Tables: items read through, asked for by key, filtered, sorted; one item; trades as a chart."""

from __future__ import annotations

import re
import uuid
from typing import Any

import pytest

from helpers.console import attributes
from tests.conftest import LocalEndpoint
from tests.console.conftest import Visitor

ODD = "李/小龙?#<b>"


@pytest.fixture(scope="module")
def dynamodb(endpoint: LocalEndpoint) -> Any:
    """boto3's client of DynamoDB."""
    return endpoint.client("dynamodb")


def made(dynamodb: Any, *key: tuple[str, str], **more: Any) -> str:
    """The name of a new table of that key: (attribute, type) each."""
    name = f"console-{uuid.uuid4().hex[:8]}"
    dynamodb.create_table(
        TableName=name,
        BillingMode="PAY_PER_REQUEST",
        AttributeDefinitions=[{"AttributeName": a, "AttributeType": t} for a, t in key],
        KeySchema=[
            {"AttributeName": a, "KeyType": kind}
            for (a, _), kind in zip(key[:2], ("HASH", "RANGE"), strict=False)
        ],
        **more,
    )
    return name


@pytest.fixture(scope="module")
def table(dynamodb: Any) -> str:
    """120 items of one partition and one of another, that has a bit of everything."""
    by_kind = {
        "IndexName": "by-kind",
        "KeySchema": [{"AttributeName": "when", "KeyType": "HASH"}],
        "Projection": {"ProjectionType": "ALL"},
    }
    name = made(dynamodb, ("who", "S"), ("when", "N"), GlobalSecondaryIndexes=[by_kind])
    for start in range(0, 120, 20):
        some = [
            {"who": {"S": "many"}, "when": {"N": str(n)}, "odd": {"BOOL": n % 2 == 1}}
            for n in range(start, start + 20)
        ]
        puts = [{"PutRequest": {"Item": one}} for one in some]
        dynamodb.batch_write_item(RequestItems={name: puts})
    everything = {
        "who": {"S": ODD},
        "when": {"N": "1.50"},
        "bytes": {"B": b"\x00\xff"},
        "set": {"SS": ["</td><script>alert(1)</script>"]},
        "deep": {"M": {"list": {"L": [{"N": "1.10"}, {"NULL": True}, {"BOOL": False}]}}},
        "long": {"S": "x" * 390_000},
    }
    dynamodb.put_item(TableName=name, Item=everything)
    return name


def rows(page: str) -> list[str]:
    """The rows of the table of items."""
    return re.findall(r"<tr><td.*?</tr>", page, re.S)


def test_a_list_leads_to_a_table_and_says_how_it_is_keyed(visitor: Visitor, table: str) -> None:
    listed = visitor.words("/tables")
    assert f'<a href="/tables/{table}">' in listed
    assert "who, when" in listed and "by the request" in listed
    assert "<code>by-kind</code> by when" in visitor.words(f"/tables/{table}")


def test_all_items_are_read_page_by_page(visitor: Visitor, table: str) -> None:
    address, seen = f"/tables/{table}", []
    for _ in range(5):
        page = visitor.words(address)
        seen += rows(page)
        more = re.search(r'href="([^"]*after=[^"]*)#items">The next ones', page)
        if not more:
            break
        address = more[1]
    assert len(seen) == len(set(seen)) == 121


def test_items_are_asked_for_by_key_in_the_order_of_the_sort_key(
    visitor: Visitor, table: str
) -> None:
    asked = f"/tables/{table}?pk=many&order=between&sk=9&sk2=11"
    up, down = visitor.words(asked), visitor.words(asked + "&down=yes")
    assert re.findall(r'class="number">(\d+)<', up) == ["9", "10", "11"]
    assert re.findall(r'class="number">(\d+)<', down) == ["11", "10", "9"]
    assert "A query" in up


def test_an_index_is_asked_by_its_own_key(visitor: Visitor, table: str) -> None:
    page = visitor.words(f"/tables/{table}?index=by-kind&pk=7")
    assert "when is</label>" in page
    assert len(rows(page)) == 1


def test_a_filter_says_how_many_were_read_and_that_more_may_follow(
    visitor: Visitor, table: str
) -> None:
    page = visitor.words(f"/tables/{table}?pk=many&attr=odd&how==&kind=BOOL&value=true")
    assert "25 items of 50 that were read" in page
    none = visitor.words(f"/tables/{table}?pk=many&attr=odd&how=does not exist")
    assert "None on this page, and there is more to read." in none


def test_a_column_sorts_the_page_numbers_by_their_size(visitor: Visitor, table: str) -> None:
    page = visitor.words(f"/tables/{table}?pk=many&order=<&sk=11&sort=-when")
    assert re.findall(r'class="number">(\d+)<', page)[:3] == ["10", "9", "8"]
    assert 'aria-sort="descending"' in page


def test_what_was_typed_wrong_is_said_above_the_form_that_keeps_it(
    visitor: Visitor, table: str
) -> None:
    page = visitor.words(f"/tables/{table}?pk=many&order=<&sk=eleven")
    assert "“eleven” is no number, so nothing was looked for." in page
    assert 'name="sk" value="eleven"' in page


def test_an_item_has_a_page_with_each_of_its_values_whole(visitor: Visitor, table: str) -> None:
    listed = visitor.get(f"/tables/{table}", params={"pk": ODD}).text
    assert "<script>alert" not in listed and "x" * 121 not in listed
    link = re.search(r'href="(/tables/[^"]*/item\?key=[^"]*)"', listed)
    assert link
    source = visitor.get(link[1]).text
    assert "<script>alert" not in source and "x" * 390_000 in source
    page = visitor.words(link[1])
    assert ODD in page and "1.50" in page
    assert '{"list": [1.10, null, false]}' in page
    assert "binary, 2 bytes" in page and '"AP8="' in page


@pytest.mark.parametrize("key", ["", "no", "[]", '{"who": 1}', '{"who": {"M": {}}}', '{"who": {}}'])
def test_an_address_that_names_no_item_is_refused_in_words(
    visitor: Visitor, table: str, key: str
) -> None:
    answer = visitor.get(f"/tables/{table}/item", params={"key": key})
    assert answer.status_code == 400
    assert "This address names no item." in answer.text


def test_an_item_that_is_gone_is_said_to_be(visitor: Visitor, table: str) -> None:
    key = attributes.key({"who": {"S": "nobody"}, "when": {"N": "1"}}, ["who", "when"])
    answer = visitor.get(f"/tables/{table}/item", params={"key": key})
    assert answer.status_code == 400
    assert "There is no such item any more." in answer.text


def test_an_empty_table_says_how_to_fill_it(visitor: Visitor, dynamodb: Any) -> None:
    page = visitor.words(f"/tables/{made(dynamodb, ('Id', 'S'))}")
    assert "The table is empty." in page and 'href="/rules"' in page


def test_a_table_of_trades_is_a_chart_too(visitor: Visitor, dynamodb: Any) -> None:
    name = made(dynamodb, ("Id", "S"))
    for number, (kind, price) in enumerate([("buy", "2"), ("sell", "60")]):
        trade = {"Type": {"S": kind}, "Price": {"N": price}, "Quantity": {"N": "3"}}
        when = {"Timestamp": {"S": f"2026-11-28T1{number}:00:00+00:00"}}
        dynamodb.put_item(TableName=name, Item={"Id": {"S": kind}, **trade, **when})
    page = visitor.words(f"/tables/{name}")
    link = re.search(r'data-load="([^"]+)"', page)
    assert link
    chart = visitor.words(link[1])
    assert "data:image/svg+xml" in chart and "2 trades" in chart
    assert "data-load" not in visitor.words("/tables")


def test_a_table_of_other_things_has_no_chart(visitor: Visitor, table: str) -> None:
    assert "As a chart" not in visitor.words(f"/tables/{table}")
    assert 'role="alert"' in visitor.words(f"/tables/{table}/trades")


def test_a_table_that_is_not_there_is_said_in_awss_words(visitor: Visitor) -> None:
    answer = visitor.get("/tables/nothing-here")
    assert answer.status_code == 400
    assert "Requested resource not found" in answer.text
