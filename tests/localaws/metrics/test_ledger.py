"""The ledger: what is measured stays small, is told the same however it is packed, and is kept."""

import pickle
import random
import tracemalloc

import pytest

from helpers.localaws.metrics.cells import DISTINCT, Cell, merged, unpacked
from helpers.localaws.metrics.ledger import KEPT, TOGETHER, Ledger

KEY = ("AWS/Lambda", "Duration", (("FunctionName", "f"),), "Milliseconds")
OTHER = ("AWS/Lambda", "Errors", (("FunctionName", "f"),), "Count")


def told(ledger, key=KEY, first=0, last=10**9):
    return {
        minute: (cell.count, cell.sum, cell.lowest, cell.highest, cell.values)
        for minute, cell in ledger.read(key, first, last).items()
    }


def test_what_became_a_page_is_told_as_before():
    ledger, expected = Ledger(), {}
    for minute in range(3 * TOGETHER):
        values = [random.random() for _ in range(minute % 3 + 1)]
        for value in values:
            ledger.add(KEY, minute, value)
        expected[minute] = sorted(values)
    found = ledger.read(KEY, 0, 3 * TOGETHER)
    assert {m: sorted(cell.values) for m, cell in found.items()} == expected
    assert ledger.read(KEY, 10, 12).keys() == {10, 11, 12}
    assert ledger.latest(KEY, 500)[0] == 499
    assert ledger.latest(KEY, 0) is None


def test_a_value_that_comes_late_is_added_to_its_minute():
    ledger = Ledger()
    ledger.add(KEY, 5, 1.0)
    for minute in range(2 * TOGETHER):
        ledger.add(OTHER, minute, 0.0)
    ledger.add(KEY, 5, 2.0)
    assert told(ledger)[5] == (2, 3.0, 1.0, 2.0, {1.0: 1.0, 2.0: 1.0})


def test_a_year_of_hourly_trades_is_a_few_megabytes():
    """Some 60 metrics get one value each hour."""
    keys = [("AWS/States", f"m{n}", (("StateMachineArn", "a"),), "Count") for n in range(60)]
    tracemalloc.start()
    before, _ = tracemalloc.get_traced_memory()
    ledger = Ledger()
    for hour in range(8760):
        for number, key in enumerate(keys):
            value = round(random.random() * 100, 2) if number < 15 else float(number % 2)
            ledger.add(key, hour * 60, value)
    after, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert after - before < 3_500_000
    disk = {}
    saved(ledger, disk)
    del ledger
    tracemalloc.start()
    before, _ = tracemalloc.get_traced_memory()
    again = Ledger()
    again.fill(sorted(disk.items()))
    after, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert len(told(again, keys[0])) == 8760
    assert after - before < 3_500_000, "it is larger after a restart"


def test_a_burst_of_ten_thousand_is_a_few_kilobytes():
    ledger = Ledger()
    tracemalloc.start()
    before, _ = tracemalloc.get_traced_memory()
    for _ in range(10_000):
        ledger.add(KEY, 1, round(random.random() * 1000, 2))
    after, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert after - before < 300_000
    cell = ledger.read(KEY, 1, 1)[1]
    assert cell.count == 10_000
    assert cell.statistic("p50") == pytest.approx(500, rel=0.1)


def test_what_is_older_than_455_days_goes():
    ledger = Ledger()
    for number in range(3):
        for minute in range(TOGETHER):
            ledger.add(KEY, number * KEPT + minute, 1.0)
        ledger.settle(ledger.take(quiet=True))
    ledger.add(KEY, 3 * KEPT, 1.0)
    assert min(told(ledger)) == KEPT + 0
    assert ledger.take(quiet=True).gone == (1,)


def saved(ledger, disk):
    """Write what is not on `disk`; how many rows that were."""
    taken = ledger.take(quiet=True)
    disk.update(dict(taken.rows))
    for number in taken.gone:
        disk.pop(number, None)
    ledger.settle(taken)
    return len(taken.rows)


def test_a_page_is_written_once_and_all_of_it_comes_back():
    ledger, disk = Ledger(), {}
    for minute in range(TOGETHER + 10):
        ledger.add(KEY, minute, float(minute))
    assert saved(ledger, disk) == 2
    assert saved(ledger, disk) == 0, "nothing is new"
    ledger.add(OTHER, 7, 1.0)
    assert saved(ledger, disk) == 1, "a page is written again"
    again = Ledger()
    again.fill(sorted(disk.items()))
    assert told(again) == told(ledger)
    assert told(again, OTHER) == told(ledger, OTHER)
    assert again.keys() == ledger.keys()
    for minute in range(2 * TOGETHER):
        again.add(OTHER, minute, 1.0)
    assert saved(again, disk) >= 2
    third = Ledger()
    third.fill(sorted(disk.items()))
    assert told(third) == told(ledger), "a new page has the number of an old one"


def test_what_is_forgotten_is_written_again():
    ledger, disk = Ledger(), {}
    for minute in range(TOGETHER + 10):
        ledger.add(KEY, minute, 1.0)
    saved(ledger, disk)
    ledger.forget()
    assert saved(ledger, {}) == 2


def test_cells_say_the_same_packed_and_merged():
    one, two = Cell(), Cell()
    for value in range(DISTINCT * 2):
        one.add(value / 3)
        two.add(value / 7, 2)
    together = merged([one, two])
    assert together.count == one.count + two.count
    assert together.sum == pytest.approx(one.sum + two.sum)
    for cell in (one, two, together):
        again = unpacked(pickle.loads(pickle.dumps(cell.packed())))
        assert again.statistic("p90") == cell.statistic("p90")
        assert again.sum == cell.sum
