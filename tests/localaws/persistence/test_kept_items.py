"""A table's items are a few bytes each, and a copy of the state looks at changed ones only."""

import copy
import random
import threading
import tracemalloc
import uuid

import pytest

from helpers.localaws.item_sizes import size_of
from helpers.localaws.on_moto import core
from helpers.localaws.persistence.items import Items

ATTRIBUTES = {
    "s": {"S": "text"},
    "n": {"N": "1.50"},
    "b": {"B": "AAE="},
    "yes": {"BOOL": True},
    "nothing": {"NULL": True},
    "set": {"SS": ["a", "b"]},
    "list": {"L": [{"N": "1"}, {"M": {"deep": {"L": [{"S": "x"}]}}}]},
    "map": {"M": {"a": {"M": {}}, "c": {"NS": ["1", "2"]}}},
}


def item(identifier, at=None, **attributes):
    from moto.dynamodb.models.dynamo_type import DynamoType, Item

    keys = {"id": identifier} | ({} if at is None else {"at": at})
    first, second = DynamoType(identifier), None if at is None else DynamoType(at)
    return Item(first, second, keys | attributes)


def put(items, made):
    if made.range_key is None:
        items[made.hash_key] = made
    else:
        items[made.hash_key][made.range_key] = made


def saved(items, quiet=True):
    """Copy it as the saver does; returns the numbers of the rows written and dropped."""
    taken = items.take(quiet)
    items.settle(taken)
    return [number for number, _ in taken.rows], taken.gone


@pytest.fixture
def trades():
    items = Items("id", None)
    for number in range(5):
        put(items, item({"S": f"{number}"}, price={"N": "2"}))
    return items


def key(text):
    from moto.dynamodb.models.dynamo_type import DynamoType

    return DynamoType(text if isinstance(text, dict) else {"S": text})


def test_what_is_packed_is_what_was_put():
    items = Items("id", "at")
    for at in ("2", "1"):
        put(items, item({"S": "a"}, {"N": at}, **ATTRIBUTES))
    before = [one.to_json() for group in items.values() for one in group.values()]
    saved(items)
    (group,) = items.values()
    assert [one.to_json() for one in group.values()] == before
    assert all(one == items[one.hash_key][one.range_key] for one in group.values())
    again = Items("id", "at")
    again.fill(items_rows(items))
    assert [one.to_json() for one in again.values()[0].values()] == before
    assert saved(again) == ([], []), "what comes from disk is on disk"


def test_an_item_that_moto_keeps_in_another_way_is_kept_as_it_is():
    """Its keys are its attributes' values; should they not be, moto's own object is pickled."""
    items = Items("id", None)
    made = item({"S": "a"}, **ATTRIBUTES)
    del made.attrs["id"]
    put(items, made)
    saved(items)
    (kept,) = items.values()
    assert kept is not made and kept == made


def items_rows(items):
    items.forget()
    return items.take(quiet=True).rows


def test_numbers_that_are_equal_are_one_key():
    items = Items("id", None)
    put(items, item({"N": "1"}))
    put(items, item({"N": "1.0"}))
    assert len(items) == 1
    assert key({"N": "1.00"}) in items and key({"S": "1"}) not in items


def test_a_copy_looks_at_changed_items_only(trades):
    assert saved(trades) == ([0, 1, 2, 3, 4], [])
    assert saved(trades) == ([], [])
    trades.values()  # a scan
    _ = trades[key("1")]  # and a read
    assert saved(trades) == ([], [])
    trades[key("3")].attrs["price"] = key("9")
    put(trades, item({"S": "new"}))
    assert saved(trades) == ([3, 5], [])
    assert trades.pop(key("1")).to_json()["Attributes"]["price"] == {"N": "2"}
    put(trades, item({"S": "2"}, price={"N": "7"}))
    assert saved(trades) == ([2], [1])
    assert [one.attrs["id"].value for one in trades.values()] == ["0", "2", "3", "4", "new"]


def test_what_could_not_be_written_is_written_later(trades):
    trades.take(quiet=True)
    trades.pop(key("0"))
    assert saved(trades) == ([1, 2, 3, 4], [0])


def test_what_changes_while_it_is_written_is_written_again(trades):
    taken = trades.take(quiet=True)
    trades[key("2")].attrs["price"] = key("9")
    trades.pop(key("4"))
    trades.settle(taken)
    assert saved(trades) == ([2], [4])


def test_who_changes_an_item_while_it_is_copied_changes_it(trades):
    """When somebody is inside the gate for long, it is copied all the same."""
    held = trades[key("2")]
    saved(trades, quiet=False)
    held.attrs["price"] = key("9")
    assert trades[key("2")] is held
    assert saved(trades) == ([2], [])
    assert trades[key("2")].attrs["price"].value == "9"


def test_readers_of_one_item_get_one_object(trades):
    saved(trades)
    found, together = [], threading.Barrier(8)

    def read():
        together.wait()
        found.append(trades[key("2")])

    threads = [threading.Thread(target=read) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(map(id, found))) == 1


def test_a_deep_copy_is_another_tables(trades):
    saved(trades)
    trades[key("2")].attrs["price"] = key("9")
    other = copy.deepcopy(trades)
    other.pop(key("0"))
    other[key("2")].attrs["price"] = key("1")
    assert (len(trades), trades[key("2")].attrs["price"].value) == (5, "9")
    assert saved(trades) == ([2], [])
    assert sorted(len(rows) for rows in (saved(other)[0], saved(other)[0])) == [0, 4]


def test_a_tables_size_is_that_of_its_items(trades):
    """Each is 2 bytes of "id", 1 of its value, 5 of "price" and 2 of the number."""
    assert trades.size() == 5 * 10
    saved(trades)
    assert trades.size() == 5 * 10
    trades[key("2")].attrs["price"] = key({"N": "12345"})
    assert (trades.size(), copy.deepcopy(trades).size()) == (52, 52)
    saved(trades, quiet=False)
    assert trades.size() == 52
    saved(trades)
    assert trades.size() == 52
    trades.pop(key("2"))
    put(trades, item({"S": "1"}))
    assert trades.size() == 33
    trades.pop(key("1"))
    assert trades.size() == 30
    again = Items("id", None)
    again.fill(items_rows(trades))
    assert (again.size(), [one.attrs["id"].value for one in again.values()]) == (30, list("034"))


def test_an_item_is_as_large_however_it_is_told():
    made = item({"S": "a"}, **ATTRIBUTES)
    attributes = {"id": {"S": "a"}} | ATTRIBUTES
    items = Items("id", None)
    put(items, made)
    saved(items)
    assert items.size() == size_of(made.attrs) == size_of(attributes)


def test_the_order_is_that_of_now_however_items_are_kept(trades):
    """Put, changed, taken out, packed: an index's order is that of the items as they are."""

    def order():
        found = trades.between(by_price, lambda _: False, lambda _: False)
        return "".join(one.attrs["id"].value for one in trades.read(found, by_price))

    by_price = ("price", "N"), ("id", "S")

    assert order() == "01234"
    held = trades[key("3")]
    held.attrs["price"] = key({"N": "-1"})
    assert order() == "30124"
    held.attrs["price"] = key({"N": "9"})
    assert order() == "01243"
    saved(trades)
    assert order() == "01243"
    del trades[key("1")].attrs["price"]
    trades.pop(key("0"))
    put(trades, item({"S": "5"}, price={"N": "2.5"}))
    assert order() == "2453"
    put(trades, item({"S": "4"}, price={"S": "a word"}))
    assert order() == "253", "an item with another type of value is not in an index"
    assert copy.deepcopy(trades).between((("id", "S"),), lambda _: False, lambda _: False) == [
        "1", "2", "3", "4", "5",
    ]  # fmt: skip


def test_what_is_gone_before_its_turn_is_passed_by(trades):
    saved(trades)
    by_price = ("price", "N"), ("id", "S")
    found = trades.read(trades.between(by_price, lambda _: False, lambda _: False), by_price)
    assert next(found).hash_key.value == "0"
    trades.pop(key("1"))
    put(trades, item({"S": "2"}))
    assert [one.hash_key.value for one in found] == ["3", "4"]


def test_many_changes_and_few_give_the_same_order():
    items, dice = Items("id", None), random.Random(3)
    for number in range(400):
        put(items, item({"S": f"{number}"}, price={"N": f"{dice.randrange(50)}"}))
    by_price = ("price", "N"), ("id", "S")
    for count in (1, 3, 20, 300):
        saved(items)
        for _ in range(count):
            put(items, item({"S": f"{dice.randrange(500)}"}, price={"N": f"{dice.randrange(50)}"}))
            items.pop(key(dice.choice(items.values()).hash_key.value))
        for attributes in (by_price, (("id", "S"),)):
            found = items.between(attributes, lambda _: False, lambda _: False)
            places = [
                tuple(one.attrs[name].cast_value for name, _ in attributes)
                for one in items.read(found, attributes)
            ]
            assert len(places) == len(items) and places == sorted(places)


def test_an_item_is_a_few_bytes(monkeypatch):
    """The stock trader's are at most 500 bytes each, all told; moto's are 2,000."""
    items = Items("Id", None)
    import moto.dynamodb.models.dynamo_type  # noqa: F401 - its own memory is not counted
    from moto.core.common_models import BaseModel

    # As in the endpoint: moto itself keeps every object that was ever made.
    monkeypatch.setattr(BaseModel, "__new__", staticmethod(core._new))
    tracemalloc.start()
    try:
        before = tracemalloc.get_traced_memory()[0]
        for _ in range(1000):
            trade = {
                "Id": {"S": str(uuid.uuid4())},
                "Type": {"S": "Buy"},
                "Price": {"S": "23"},
                "Quantity": {"S": "7"},
                "Timestamp": {"S": "2026-11-23T04:40:00.123456+00:00"},
            }
            put_trade(items, trade)
        as_objects = tracemalloc.get_traced_memory()[0] - before
        saved(items)
        packed = tracemalloc.get_traced_memory()[0] - before
    finally:
        tracemalloc.stop()
    assert packed < 1000 * 500 < as_objects


def put_trade(items, trade):
    from moto.dynamodb.models.dynamo_type import DynamoType, Item

    identifier = DynamoType(trade["Id"])
    items[identifier] = Item(identifier, None, trade)
