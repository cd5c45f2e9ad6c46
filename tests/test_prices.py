"""What the trader costs: the table is dated, its counts are counted anew, what is said agrees."""

import json
import re
import shutil
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from helpers import asl, contents, prices, weekly
from helpers.chapters import CHAPTERS

ROOT = Path(__file__).resolve().parents[1]
DEFINITION = ROOT / "sam-app" / "statemachine" / "stock_trader.asl.json"


# ---- the table


def test_the_weekly_check_finds_the_tables_date():
    dated = dict(weekly._dated(ROOT))
    (found,) = (day for place, day in dated.items() if place.startswith("helpers/prices.py:"))
    assert found == date.fromisoformat(prices.PRICES_AS_OF)
    assert set(dated.values()) == {found}, "all dates of prices are the table's"
    stale = weekly.prices(ROOT, found + weekly.OLDEST_PRICES * 2).to_do
    assert any(line.startswith("helpers/prices.py:") for line in stale)


@pytest.mark.parametrize("price", prices.PRICES.values(), ids=prices.PRICES)
def test_a_price_is_exact_and_says_where_it_is_from(price):
    assert isinstance(price.dollars, Decimal) and price.dollars >= 0
    assert price.per > 0 and price.unit and price.address.startswith("https://aws.amazon.com/")


def test_what_is_free_in_each_month_is_taken_off():
    price = prices.PRICES[prices.TRANSITIONS]  # 4,000 of them are free
    assert price.cost(5000) == Decimal("0.125")
    assert price.cost(5000, Decimal(1)) == Decimal("0.025")
    assert price.cost(5000, Decimal(2)) == 0


def test_a_year_is_the_sum_of_its_lines():
    lines = prices.trader(8760, hours=8760)
    by_hand = (
        Decimal(4 * 8760) * Decimal("0.000025")  # states
        + Decimal(2 * 8760) * Decimal("0.0000002")  # calls
        + Decimal(8760) * (Decimal("0.00065") + Decimal("0.00013"))  # the table's capacity
    )
    assert by_hand < prices.total(lines) < by_hand * Decimal("1.01")
    assert prices.total_after(lines) == 0
    # ten such traders are more than what is given away
    assert prices.total_after(prices.trader(87600, hours=8760)) > 5


# ---- the trader's counts


def paths(states, name):
    """Each way from a state to the end, as the names of those that are entered."""
    state = states[name]
    after = [rule["Next"] for rule in state.get("Choices", [])]
    after += [state[key] for key in ("Next", "Default") if key in state]
    if not after:
        return [[name]]
    return [[name, *rest] for following in after for rest in paths(states, following)]


def test_each_way_through_the_definition_enters_as_many_states_as_are_priced():
    definition = json.loads(DEFINITION.read_text())
    every = paths(definition["States"], definition["StartAt"])
    assert len(every) == 2
    assert {len(path) for path in every} == {prices.STATES_ENTERED}
    calls = {
        sum("Function" in definition["States"][name].get("Resource", "") for name in path)
        for path in every
    }
    assert calls == {prices.CALLS}
    assert asl.load(DEFINITION)  # and it is what the course draws


# ---- what is said of it


def prose():
    """Where prices may stand: page → its text, of a notebook each cell of prose."""
    for name in ("README.md", "docs/real-account.md", "docs/cloudshell.md", "docs/teaching.md"):
        yield name, (ROOT / name).read_text(encoding="utf-8")
    for number in CHAPTERS:
        for cell in contents.cells(number):
            if cell["cell_type"] == "markdown":
                yield f"notebook {number}", "".join(cell["source"])


def cents(dollars):
    return f"{round(dollars * 100)} cents"


HELD = {
    ("README.md", "a few cents"),
    ("docs/cloudshell.md", "some cents"),
    ("docs/real-account.md", "a few cents"),
    ("notebook 00", "a few cents"),
    ("notebook 06", prices.said(prices.EXECUTION)),
    ("notebook 07", cents(prices.total(prices.trader(720)))),
    ("notebook 07", cents(prices.MONTH)),
    ("notebook 09", cents(prices.MONTH)),
    ("docs/real-account.md", prices.said(prices.DAY)),
    ("docs/real-account.md", prices.said(prices.MONTH)),
    ("docs/real-account.md", prices.said(prices.EXECUTION)),
    ("docs/real-account.md", prices.said(prices.PRICES[prices.ALARMS].dollars)),
    (
        "docs/real-account.md",
        prices.said(prices.PRICES[prices.WRITES_ON_DEMAND].cost(prices.HOURS_A_YEAR)),
    ),
}
"""Each price that prose says, with its page."""


def told():
    """Each amount in prose that speaks of AWS's money, not of a share's price, with its page."""
    words = r"\b(AWS|bill|costs?\b|account|course|month|day|year|an execution)"
    about, amount = re.compile(words, re.I), re.compile(r"\$\d+(?:\.\d+)?|(?:\d+|a few|some) cents")
    for page, text in prose():
        text = re.sub(r"(?m)^\|.*$", "", re.sub(r"(?s)```.*?```", "", text))
        for sentence in re.split(r"(?<=[.?])\s+", text):
            said = re.sub(r"\s+", " ", sentence)
            if about.search(said) and "shares" not in said:
                yield from ((page, found[0]) for found in amount.finditer(said))


def test_the_amounts_in_prose_are_the_tables():
    assert set(told()) == HELD


def test_a_few_cents_are_a_course_that_is_cleaned_up():
    """A day, with a hundred executions."""
    assert Decimal("0.01") < prices.total(prices.trader(100, hours=24)) < Decimal("0.05")


def test_the_pages_tables_are_as_they_are_generated():
    text = prices.PAGE.read_text(encoding="utf-8")
    assert prices.page(text) == text, "python -m helpers.prices"
    assert f"**{prices.said(prices.YEAR)}**" in text
    for price in prices.PRICES.values():
        assert price.address in text and price.what in text


def test_check_names_a_page_that_is_not_fresh_and_writes_nothing(tmp_path, monkeypatch, capsys):
    copy = Path(shutil.copy(prices.PAGE, tmp_path))
    monkeypatch.setattr(prices, "PAGE", copy)
    assert prices.main(["--check"]) == 0
    was = copy.read_text(encoding="utf-8").replace(prices.PRICES_AS_OF, "2026-01-01")
    was = was.replace("$0.025 per", "$0.03 per")
    copy.write_text(was, encoding="utf-8")
    assert prices.main(["--check"]) == 1
    assert "python -m helpers.prices" in capsys.readouterr().out
    assert copy.read_text(encoding="utf-8") == was
    assert prices.main([]) == 0
    assert copy.read_text(encoding="utf-8") == Path(ROOT / "docs/real-account.md").read_text()


def test_a_page_without_its_tables_is_said():
    with pytest.raises(ValueError, match="has no table"):
        prices.page("# Nothing")


def test_what_a_learner_is_told_has_the_date_and_the_sums():
    said = prices.words()
    assert len(said.splitlines()) == 3
    for part in (prices.PRICES_AS_OF, prices.REGION, "$0.02 a day", "$0.57 a month", "$7.72"):
        assert part in said
