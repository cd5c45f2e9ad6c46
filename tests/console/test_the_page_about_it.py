"""docs/console.md tells of each page that stands in the menu, and of no other."""

import re
from pathlib import Path

from helpers.console.application import MENU

PAGE = Path(__file__).parents[2] / "docs" / "console.md"


def test_it_has_a_row_for_each_entry_of_the_menu():
    (table,) = re.findall(r"## What is there\n(.*?)\n##", PAGE.read_text(), re.DOTALL)
    rows = re.findall(r"^\| ([^|]+) \|", table, re.MULTILINE)[2:]
    assert [one for one in rows if one != "an execution"] == [name for _, name in MENU]
