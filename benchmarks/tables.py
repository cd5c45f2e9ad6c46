"""How long a page of a large table takes: `python benchmarks/tables.py --items 100000`.

On an endpoint of its own. The first of each is told apart: an index's order is found when somebody
asks for it. Ends non-zero if any other takes longer than the limit.
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Callable
from typing import Any

import boto3
from load import an_endpoint

LIMIT = 100.0  # milliseconds, as the client sees it
RUNS = 10
TRADES, LEDGER = "trades", "ledger"
BY_TYPE = {
    "IndexName": "by-type",
    "KeySchema": [
        {"AttributeName": "Type", "KeyType": "HASH"},
        {"AttributeName": "Timestamp", "KeyType": "RANGE"},
    ],
    "Projection": {"ProjectionType": "ALL"},
}


def made(client: Any, count: int) -> None:
    """Two tables: one by Id with an index; one with half of its items under each hash key."""

    def create(name: str, keys: list[str], others: list[str], **more: Any) -> None:
        client.create_table(
            TableName=name, BillingMode="PAY_PER_REQUEST",
            AttributeDefinitions=[
                {"AttributeName": one, "AttributeType": "S"} for one in keys + others
            ],
            KeySchema=[
                {"AttributeName": one, "KeyType": role}
                for one, role in zip(keys, ("HASH", "RANGE"), strict=False)
            ],
            **more,
        )  # fmt: skip

    create(TRADES, ["Id"], ["Type", "Timestamp"], GlobalSecondaryIndexes=[BY_TYPE])
    create(LEDGER, ["Type", "Id"], [])
    for start in range(0, count, 25):
        puts = [
            {"PutRequest": {"Item": trade(number, count)}}
            for number in range(start, min(start + 25, count))
        ]
        for name in (TRADES, LEDGER):
            client.batch_write_item(RequestItems={name: puts})


def trade(number: int, count: int) -> dict[str, Any]:
    """An item, whose time is in another order than its id."""
    return {
        "Id": {"S": f"{number:07d}"},
        "Type": {"S": "Buy" if number % 2 else "Sell"},
        "Price": {"N": str(number % 100)},
        "Timestamp": {"S": f"2026-11-28T10:{number * 7919 % count:07d}"},
    }


def questions(client: Any, count: int) -> dict[str, Callable[[], Any]]:
    """What is asked, each by its name."""
    far = f"{count * 9 // 10:07d}"
    buy = {":t": {"S": "Buy"}}

    def ask(operation: str, table: str, **given: Any) -> Callable[[], Any]:
        return lambda: getattr(client, operation)(TableName=table, Limit=50, **given)

    by_type = {"KeyConditionExpression": "#t = :t", "ExpressionAttributeNames": {"#t": "Type"},
               "ExpressionAttributeValues": buy}  # fmt: skip
    until = by_type | {
        "KeyConditionExpression": "#t = :t AND Id < :i",
        "ExpressionAttributeValues": buy | {":i": {"S": far}},
    }
    return {
        "the first page": ask("scan", TRADES),
        "a page far on": ask("scan", TRADES, ExclusiveStartKey={"Id": {"S": far}}),
        "a key": ask("query", TRADES, KeyConditionExpression="Id = :i",
                     ExpressionAttributeValues={":i": {"S": far}}),
        "half of a table, backwards": ask("query", LEDGER, ScanIndexForward=False, **until),
        "an index, by key": ask("query", TRADES, IndexName="by-type", **by_type),
        "an index": ask("scan", TRADES, IndexName="by-type"),
    }  # fmt: skip


def main() -> int:
    """Prints a line a question; 1 if one took longer than the limit in its middle run."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--items", type=int, default=100_000)
    count = parser.parse_args().items
    slow = []
    with an_endpoint() as (url, environment):
        client = boto3.client(
            "dynamodb", endpoint_url=url, region_name=environment["AWS_DEFAULT_REGION"],
            aws_access_key_id=environment["AWS_ACCESS_KEY_ID"],
            aws_secret_access_key=environment["AWS_SECRET_ACCESS_KEY"],
        )  # fmt: skip
        made(client, count)
        time.sleep(3)  # a copy of the state packs the items
        for name, ask in questions(client, count).items():
            first, *others = (timed(ask) for _ in range(RUNS + 1))
            middle = statistics.median(others)
            print(f"{name:28} first {first:7.1f} ms, then {middle:6.1f} ms")
            slow += [name] if middle > LIMIT else []
    for name in slow:
        print(f"{name}: longer than {LIMIT:.0f} ms.")
    return 1 if slow else 0


def timed(call: Callable[[], Any]) -> float:
    """How many milliseconds it takes."""
    started = time.perf_counter()
    call()
    return (time.perf_counter() - started) * 1000


if __name__ == "__main__":
    raise SystemExit(main())
