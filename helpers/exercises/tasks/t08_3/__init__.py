"""08.3 A query instead of a scan: an index whose keys are what is asked for, page by page."""

from __future__ import annotations

import random
import uuid
from typing import Any

from helpers.exercises import NotYet, Task, Workbench

DAY, AFTER, EMPTY = "2027-03-04", "2027-03-05", "2027-03-20"
BIG, PER_DAY = 70, 60
NOTE = "x" * 20_000

MAY = (
    {
        "Effect": "Allow",
        "Action": ["dynamodb:Query", "dynamodb:GetItem", "dynamodb:BatchGetItem"],
        "Resource": "*",
    },
)

MEASURED = """
from botocore.client import BaseClient

read = []
call = BaseClient._make_api_call


def counted(self, operation, given):
    answer = call(self, operation, given)
    several = sum(map(len, answer.get("Responses", {}).values()))
    read.append(answer.get("ScannedCount", several or "Item" in answer))
    return answer


BaseClient._make_api_call = counted


def plain(value):
    if isinstance(value, dict) and len(value) == 1:
        value = next(iter(value.values()))
    return str(value)


def lambda_handler(event, context):
    from query import buys

    read.clear()
    found = [{name: plain(value) for name, value in item.items()}
             for item in buys(event["table"], event["day"])]
    for item in found:
        if "Note" in item:
            item["Note"] = len(item["Note"])
    return {"items": found, "read": sum(read)}
"""
"""Calls the learner's function and counts the items that DynamoDB looked at for it."""


def trades() -> list[dict[str, dict[str, str]]]:
    """Trades of some days, as the table stores them: those of DAY have long notes.

    Two were made in one moment, some at the very edge of the day.
    """
    dice = random.Random(83)
    moments = [f"{dice.randint(0, 23):02}:{dice.randint(0, 59):02}:12.5" for _ in range(BIG - 4)]
    moments += ["00:00:00", "23:59:59.999999", "11:11:11.125", "11:11:11.125"]
    made = [_trade(dice, f"{DAY}T{at}", "buy", NOTE) for at in moments]
    made += [_trade(dice, f"{DAY}T{at}", "sell", "") for at in moments[: BIG // 2]]
    for day in ("2027-02-28", "2027-03-03", AFTER):
        at = [f"{day}T{n % 24:02}:{n // 24:02}:30.25" for n in range(PER_DAY)]
        made += [_trade(dice, one, "buy", "") for one in [*at, f"{day}T00:00:00"]]
    dice.shuffle(made)
    return made


def _trade(dice: random.Random, at: str, kind: str, note: str) -> dict[str, dict[str, str]]:
    price = dice.randint(0, 50) if kind == "buy" else dice.randint(51, 100)
    return {
        "Id": {"S": str(uuid.UUID(int=dice.getrandbits(128)))},
        "Type": {"S": kind},
        "Price": {"N": str(price)},
        "Quantity": {"N": str(dice.randint(1, 10))},
        "Timestamp": {"S": f"{at}+00:00"},
        "Note": {"S": note or "as always"},
    }


def check(bench: Workbench) -> str:
    """All buys of a day, whole and in order, and hardly anything else was read for it."""
    bench.python("query.py")
    bench.trying("to deploy template.yaml")
    table = _table(bench)
    bench.trying("to store some trades")
    stored = trades()
    _store(bench, table, stored)
    code = {"app.py": MEASURED, "query.py": bench.text("query.py")}
    role = bench.role(MAY, trust="lambda.amazonaws.com")
    function = bench.function("query", code, timeout=10, role=role)
    for day in (AFTER, EMPTY, DAY):
        bench.trying(f"buys(table, {day!r})")
        _compare(day, _wanted(stored, day), _ask(bench, function, table, day))
    return (
        f"{BIG} buys of one day, with notes of more than a megabyte together, came whole and in "
        f"order; so did the {PER_DAY + 1} of the next day, and none for a day without any. Scan "
        f"was forbidden, and of the {len(stored)} trades only those were read."
    )


def _table(bench: Workbench) -> str:
    tables = list(bench.stack().of_type("AWS::DynamoDB::Table").values())
    if len(tables) != 1:
        raise NotYet(
            f"template.yaml makes {len(tables)} tables; trades go into one, which is asked.",
            hint="one-table",
        )
    return tables[0]


def _store(bench: Workbench, table: str, stored: list[dict[str, Any]]) -> None:
    client = bench.client("dynamodb")
    try:
        client.put_item(TableName=table, Item=stored[0])
    except client.exceptions.ClientError as error:
        said = error.response["Error"]["Message"]
        raise NotYet(
            f"A trade as the workflow writes it, with {', '.join(stored[0])}, cannot be stored in "
            f"this table: {said}",
            hint="lost",
        ) from None
    _fill(client, table, stored)
    there = len(bench.items(table))
    if there != len(stored):
        raise NotYet(
            f"{len(stored)} trades were stored, and {there} are in the table. Some were made in "
            "the same moment: the second has overwritten the first.",
            hint="lost",
        )


def _fill(client: Any, table: str, stored: list[dict[str, Any]]) -> None:
    """Write the items in their order, 25 in a request, and in none two of one key."""
    schema = client.describe_table(TableName=table)["Table"]["KeySchema"]
    batch: dict[str, dict[str, Any]] = {}

    def write() -> None:
        requests = [{"PutRequest": {"Item": item}} for item in batch.values()]
        client.batch_write_item(RequestItems={table: requests})
        batch.clear()

    for item in stored:
        key = str([item[one["AttributeName"]] for one in schema])
        if key in batch or len(batch) == 25:
            write()
        batch[key] = item
    write()


def _wanted(stored: list[dict[str, Any]], day: str) -> list[dict[str, Any]]:
    plain = [{name: next(iter(value.values())) for name, value in item.items()} for item in stored]
    buys = [i for i in plain if i["Type"] == "buy" and i["Timestamp"].startswith(day)]
    return sorted(buys, key=lambda item: item["Timestamp"])


def _ask(bench: Workbench, function: str, table: str, day: str) -> dict[str, Any]:
    answer, error = bench.invoke(function, {"table": table, "day": day})
    if error is None:
        return answer
    said = str(answer.get("errorMessage", "")) if isinstance(answer, dict) else ""
    asked = f"buys(table, {day!r})"
    if "dynamodb:" in said and "not authorized" in said:
        forbidden = said.partition("perform: ")[2].partition(" ")[0]
        raise NotYet(
            f"{asked} asked for {forbidden}, and its role may Query and get items, nothing else.",
            hint="scans",
        )
    hint = "reserved" if "reserved" in said else "no-index" if "index" in said else "raises"
    raise NotYet(f"{asked} failed with {error}: {said[:300]}", hint=hint)


def _compare(day: str, wanted: list[dict[str, Any]], answer: dict[str, Any]) -> None:
    items, read = answer["items"], answer["read"]
    asked = f"buys(table, {day!r}) returned {len(items)} items"
    _the_right_ones(asked, items, wanted)
    _whole(asked, items, wanted)
    moments = [item["Timestamp"] for item in items]
    if moments != sorted(moments):
        raise NotYet(f"{asked}, not in the order of time.", hint="order")
    if read > 2 * len(wanted) + 5:
        raise NotYet(
            f"{asked}, which is right; but DynamoDB had to read {read} to find them, and that is "
            "what is billed.",
            hint="too-much",
        )


def _the_right_ones(asked: str, items: list[Any], wanted: list[Any]) -> None:
    ids, right = [item.get("Id") for item in items], {item["Id"] for item in wanted}
    if others := [item for item in items if item.get("Id") not in right]:
        raise NotYet(f"{asked}; this one is no buy of that day: {_shown(others[0])}", hint="edges")
    if missing := [item for item in wanted if item["Id"] not in ids]:
        hint = "nothing-found" if not items else "one-page" if len(missing) > 2 else "edges"
        raise NotYet(
            f"{asked}, and that day had {len(wanted)} buys. Missing is, for one: "
            f"{_shown(missing[-1])}",
            hint=hint,
        )
    if len(items) > len(wanted):
        raise NotYet(f"{asked}, and that day had {len(wanted)} buys: some twice.", hint="edges")


def _whole(asked: str, items: list[Any], wanted: list[Any]) -> None:
    for item, right in zip(sorted(items, key=_id), sorted(wanted, key=_id), strict=True):
        if item != right | {"Note": len(right["Note"])}:
            lacking = ", ".join(sorted(right.keys() - item.keys())) or "its values"
            raise NotYet(
                f"{asked}, but not whole: {right['Id']} lacks {lacking}.", hint="not-whole"
            )


def _id(item: dict[str, Any]) -> str:
    return item["Id"]


def _shown(item: dict[str, Any]) -> str:
    return f"{item.get('Type')} of {item.get('Timestamp')}, Id {item.get('Id')}."


TASK = Task(
    title="A query instead of a scan",
    minutes=15,
    check=check,
    hints={
        "": (
            "A Query needs the value of one key, and may narrow down a second. By which two "
            "attributes do you ask?",
            "The table is keyed by Id, which nobody asks for. What can have other keys than the "
            "table, and the same items?",
            "A global secondary index in template.yaml, and its name in query.py.",
        ),
        "scans": (
            "Which call of query.py reads whatever is there and throws away what does not fit?",
            "A filter is applied after reading. On an index a Scan is still a Scan.",
            "Query wants a KeyConditionExpression, and IndexName says which keys are meant.",
        ),
        "one-page": (
            "How much does one answer of DynamoDB hold at most?",
            "An answer that is not the last says where it stopped. Under which name?",
            "Ask again with that as ExclusiveStartKey, until there is none; or take boto3's "
            "paginator, which does just this.",
        ),
        "too-much": (
            "Which condition is in the key, and which is a filter?",
            "A filter reads first and drops afterwards: every buy since the beginning was read.",
            "If the index has the time as its second key, the day can be part of the key "
            "condition.",
        ),
        "not-whole": (
            "What does an index keep of an item?",
            "Its Projection says which attributes go along. Which of them does the task want?",
            "ALL keeps everything, and is paid for twice; or fetch the items by their Id, one by "
            "one.",
        ),
        "no-index": (
            "What does the message say about the index?",
            "Is the name in query.py the one in template.yaml, letter by letter?",
            "GlobalSecondaryIndexes is a property of the table, with IndexName, KeySchema and "
            "Projection.",
        ),
        "edges": (
            "When does a day begin, and when does it end, to the microsecond?",
            "Texts are compared letter by letter: what comes after 23:59:59, and still before "
            "midnight?",
            "begins_with on the date needs no end at all.",
        ),
        "nothing-found": (
            "Which attributes does a trade have, and which are the keys of your index?",
            "An item without an index's key is not in that index, and nobody says so.",
            "The workflow writes Id, Type, Price, Quantity and Timestamp. Use what is there.",
        ),
        "order": (
            "In which order does a Query give its items?",
            "By the index's second key, ascending; unless somebody says otherwise.",
            "Which argument of Query turns the order round, or what did you do with the items "
            "afterwards?",
        ),
        "lost": (
            "What makes a trade this trade and no other?",
            "An item is overwritten by another of the same key. Can two trades share a type and a "
            "moment?",
            "Leave the table's own key as it was; an index may have two items with equal keys.",
        ),
        "one-table": (
            "How many tables does the check need to put its trades into?",
            "An index belongs to a table; it is none itself.",
            "Leave TransactionTable as the one table, and add to its properties.",
        ),
        "reserved": (
            "Which of the words in your expression does DynamoDB want for itself?",
            "About 570 words may not stand in an expression; Type and Timestamp are among them.",
            "ExpressionAttributeNames gives them other names, as #type; boto3's Key(…) does it for "
            "you.",
        ),
        "raises": (
            "The last line of what Python said is quoted. Which call of yours does it speak of?",
            "Does your key condition name the index's own keys, one with an equals sign?",
            "python query.py TABLE DAY in a terminal shows the whole message and its line.",
        ),
    },
    reasoning="""
A Scan reads every item, then throws away what the filter does not want; a filter costs as much as
no filter. A Query goes to one value of the first key and there reads a stretch of the second. So
the keys have to be what is asked: Type, and within it the time. Timestamps in ISO 8601 sort as
text, so begins_with(day) is a day.

The table keeps its own key. Two trades may have the same type in the same moment, and the second
would overwrite the first; an index may hold both. In an index whose key an item lacks, that item
is not: hence no attribute Day, which the workflow never writes.

A Query, too, answers at most one megabyte at a time: the loop over LastEvaluatedKey, or boto3's
paginator, is not optional. Projection ALL stores every item twice; with KEYS_ONLY one fetches the
items by Id afterwards, which is right as well, and cheaper if seldom asked.

Type and Timestamp are reserved words in DynamoDB's expressions. boto3's Key() takes care of that.
""",
)
