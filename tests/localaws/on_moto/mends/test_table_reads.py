"""Pages of Scan and Query are moto's own, and quick: what is not on them is not looked at."""

import inspect
import itertools
import random

import pytest

import helpers.localaws.on_moto.core  # noqa: F401 - moto is imported after the environment is settled
from helpers.localaws.on_moto.mends import table_reads
from helpers.localaws.persistence import hooks
from helpers.localaws.persistence.items import Items

VALUES = {
    "S": ["", "a", "aa", "ab", "b", "é"],
    "N": ["-3", "1", "1.0", "2", "10", "1E1", "0", "7", "8"],
    "B": ["AA==", "AAE=", "AQ==", "Ag=="],
}
ONLY_THESE = {"size": {"ComparisonOperator": "GE", "AttributeValueList": [{"S": "xxx"}]}}
COMPARISONS = ["=", "<", "<=", ">", ">=", "BETWEEN", "BEGINS_WITH"]


def table_of(kinds, ranged=True, indexes=(), local=()):
    """A table of moto's; kinds: attribute → type. Its key is `h`, and `r` if it is ranged."""
    import moto.dynamodb.models as models

    hooks.hook_dynamodb()
    backend = models.DynamoDBBackend("us-east-1", "123456789012")
    backend.create_table(
        "t", schema=schema("h", *(["r"] if ranged else [])),
        attr=[{"AttributeName": name, "AttributeType": kind} for name, kind in kinds.items()],
        throughput=None, indexes=list(local), global_indexes=list(indexes), streams=None,
        billing_mode="PAY_PER_REQUEST", sse_specification=None, tags=[],
        deletion_protection_enabled=False, warm_throughput=None,
    )  # fmt: skip
    return backend.get_table("t")


def schema(hash_key, range_key=None):
    made = [{"AttributeName": hash_key, "KeyType": "HASH"}]
    return made + ([{"AttributeName": range_key, "KeyType": "RANGE"}] if range_key else [])


def index(name, *keys, projection="ALL"):
    return {"IndexName": name, "KeySchema": schema(*keys),
            "Projection": {"ProjectionType": projection}}  # fmt: skip


def pack(table):
    table.items.settle(table.items.take(quiet=True))


def told(answer):
    """A page as it is compared: items, count and last key."""
    items, count, last = answer
    return (
        [one.to_json() for one in items],
        count,
        last and {name: value.to_json() for name, value in last.items()},
    )


def outcome(call, *arguments, **named):
    """What a call gives, or the kind of error that it raises."""
    try:
        return told(call(*arguments, **named))
    except Exception as error:
        return type(error)


def change(dice, table, kinds):
    """Put, change, take out, or pack some of the items."""
    from moto.dynamodb.models.dynamo_type import DynamoType

    for _ in range(dice.randrange(1, 12)):
        item = {
            name: {kind: dice.choice(VALUES[kind])}
            for name, kind in kinds.items()
            if name in "hr" or dice.random() < 0.8
        }
        item["size"] = {"S": "x" * dice.randrange(60)}
        table.put_item(item)
        keys = [DynamoType(item[name]) for name in table.table_key_attrs]
        if dice.random() < 0.3:  # as UpdateItem does: an item that is asked for, and changed
            held = table.get_item(*keys)
            name = dice.choice("gx")
            if name in kinds:
                held.attrs[name] = DynamoType({kinds[name]: dice.choice(VALUES[kinds[name]])})
        if dice.random() < 0.2:
            table.delete_item(keys[0], keys[1] if len(keys) > 1 else None)
        if dice.random() < 0.1:
            pack(table)


def key_of(dice, table, index_name, kinds):
    """A key to begin after; now and then none that there is."""
    names = list(table.table_key_attrs)
    if index_name:
        names += [one["AttributeName"] for one in table.get_index(index_name).schema]
    return {name: {kinds[name]: dice.choice(VALUES[kinds[name]])} for name in names}


def query_of(dice, table, index_name, kinds):
    """The arguments of Table.query for something that may be asked of the table or the index."""
    from moto.dynamodb.models.dynamo_type import DynamoType

    keys = [one["AttributeName"] for one in
            (table.get_index(index_name).schema if index_name else table.schema)]  # fmt: skip

    def value(name):
        return DynamoType({kinds[name]: dice.choice(VALUES[kinds[name]])})

    conditions = [(keys[0], value(keys[0]))]
    comparison, values, ranges = None, [], []
    if len(keys) > 1 and dice.random() < 0.7:
        comparison = dice.choice(COMPARISONS[: 6 if kinds[keys[1]] == "N" else 7])
        values = [value(keys[1]) for _ in range(2 if comparison == "BETWEEN" else 1)]
        ranges = [(keys[1], comparison, values)]
    start = key_of(dice, table, index_name, kinds) if dice.random() < 0.4 else None
    if start is not None and dice.random() < 0.8:
        start[keys[0]] = conditions[0][1].to_json()
    return (
        (conditions[0][1], comparison, values, dice.choice([None, 1, 2, 3]), start,
         dice.random() < 0.5, None, index_name),
        {"hash_key_conditions": conditions, "range_key_conditions": ranges,
         **(ONLY_THESE if dice.random() < 0.1 else {})},
    )  # fmt: skip


WORLDS = [
    pytest.param(dict(zip("hrgx", kinds, strict=True)), ranged, id=f"{''.join(kinds)}-{ranged}")
    for kinds, ranged in itertools.product(["SSSS", "SNSN", "NSNS", "BBBB"], [True, False])
]


@pytest.mark.parametrize(("kinds", "ranged"), WORLDS)
def test_pages_are_those_that_moto_gives(kinds, ranged, monkeypatch):
    """Hooks: Table.scan and Table.query, on random tables, with a page's end by number and size."""
    if not ranged:
        kinds = {name: kind for name, kind in kinds.items() if name != "r"}
    indexes = [index("gx", "g", "x"), index("g", "g", projection="KEYS_ONLY")]
    local = [index("l", "h", "x")] if ranged else []
    table = table_of(kinds, ranged, indexes, local)
    monkeypatch.setattr(table_reads.moto_table, "RESULT_SIZE_LIMIT", 150)
    monkeypatch.setattr(table_reads, "LARGEST", 100)
    dice = random.Random(f"{kinds} {ranged}")
    seen: list = []
    for _ in range(40):
        change(dice, table, kinds)
        for name in (None, "gx", "g", *(["l"] if ranged else [])):
            given, named = query_of(dice, table, name, kinds)
            page = outcome(table_reads._query, table, *given, **named)
            assert page == outcome(table_reads._plain_query, table, *given, **named), given
            start = key_of(dice, table, name, kinds) if dice.random() < 0.5 else None
            scan = ({}, dice.choice([None, 1, 2, 5]), start, None, name, False, None)
            segments = dice.choice([(None, None), (0, 2), (1, 2)])
            mine = outcome(table_reads._scan, table, *scan, segments=segments)
            assert mine == outcome(table_reads._plain_scan, table, *scan, segments=segments), scan
            seen += page, mine
    assert not any(isinstance(page, type) for page in seen), "what was asked was refused"
    assert sum(len(page[0]) > 1 and page[2] is not None for page in seen) > 10, "no page was full"


ODD = [
    {"limit": 0}, {"limit": -1}, {"start": {}}, {"start": {"h": {"S": "a"}}},
    {"start": {"h": {"N": "1"}, "r": {"S": "a"}}}, {"start": {"h": {"S": "b"}, "r": {"S": "a"}}},
    {"start": {"h": {"S": "a"}, "r": {"S": "a"}, "more": {"S": "a"}}}, {"start": {"h": "a"}},
]  # fmt: skip


@pytest.mark.parametrize("odd", ODD)
def test_what_is_odd_is_answered_as_moto_does(odd):
    """Hooks: Table.scan and Table.query; a start that is none of the table's, for one."""
    table = filled(table_of({"h": "S", "r": "S"}))
    limit, start = odd.get("limit"), odd.get("start")
    scan = {}, limit, start
    assert outcome(table_reads._scan, table, *scan) == outcome(
        table_reads._plain_scan, table, *scan
    )
    for forward, kind in ((True, "S"), (False, "S"), (True, "N")):
        query = typed({kind: "1" if kind == "N" else "a"}), None, [], limit, start, forward, None
        assert outcome(table_reads._query, table, *query) == outcome(
            table_reads._plain_query, table, *query
        )


def typed(value):
    from moto.dynamodb.models.dynamo_type import DynamoType

    return DynamoType(value)


def filled(table, count=3):
    for number in range(count):
        table.put_item({"h": {"S": "a"}, "r": {"S": f"{number:05}"}, "g": {"S": "only"}})
    pack(table)
    return table


def test_the_hooks_are_asked_as_moto_asks():
    """Hooks: Table.scan and Table.query, and what of the table they use on the way."""
    plain, mine = (inspect.signature(one) for one in (table_reads._plain_query, table_reads._query))
    assert list(plain.parameters) == list(mine.parameters)
    scan = list(inspect.signature(table_reads._plain_scan).parameters)
    assert scan[:4] == ["self", "filters", "limit", "exclusive_start_key"]
    source = inspect.getsource(table_reads._plain_scan)
    assert "items = self.all_items()" in source and "for item in items:" in source
    assert "items = self.has_idx_items(index_name)\n" in source
    assert "items = self.sorted_items(hash_attrs, range_attrs, items)" in source
    source = inspect.getsource(table_reads._plain_query)
    assert source.count("self.all_items()") == 2 and "self.items" not in source


def test_no_item_is_as_large_as_a_query_takes_for_granted():
    """Hook: Table.query; LARGEST. moto's LimitedSizeDict refuses items that are larger."""
    from moto.dynamodb.exceptions import ItemSizeTooLarge

    table = table_of({"h": "S"}, ranged=False)
    with pytest.raises(ItemSizeTooLarge):
        table.put_item({"h": {"S": "a"}, "x": {"S": "x" * table_reads.LARGEST}})


ASKED = {
    "scan": lambda table: table.scan({}, 5, {"h": {"S": "a"}, "r": {"S": "00700"}}),
    "scan an index": lambda table: table.scan({}, 5, None, index_name="g"),
    "query": lambda table: table.query(typed({"S": "a"}), None, [], 5, None, False, None),
    "query an index": lambda table: table.query(
        typed({"S": "only"}), ">", [typed({"S": "00500"})], 5, None, True, None, "g",
        hash_key_conditions=[("g", typed({"S": "only"}))],
        range_key_conditions=[("r", ">", [typed({"S": "00500"})])],
    ),
}  # fmt: skip


@pytest.mark.parametrize("asked", ASKED)
def test_what_is_not_on_a_page_is_not_unpacked(asked, monkeypatch):
    table = filled(table_of({"h": "S", "r": "S", "g": "S"}, indexes=[index("g", "g", "r")]), 1000)
    monkeypatch.setattr(type(table), "scan", table_reads._scan)
    monkeypatch.setattr(type(table), "query", table_reads._query)
    ask = ASKED[asked]
    ask(table)  # the order has been found
    unpacked = []
    plain = Items._unpacked
    monkeypatch.setattr(
        Items, "_unpacked", lambda self, packed: unpacked.append(1) or plain(self, packed)
    )
    items, *_ = ask(table)
    assert len(items) == 5 and len(unpacked) <= 7
