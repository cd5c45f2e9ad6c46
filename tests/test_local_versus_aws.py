"""docs/local-versus-aws.md: each row names a test that is there, and its lists are complete."""

import ast
import re
import sys
from pathlib import Path

import pytest

TESTS = Path(__file__).parent
DOCUMENT = TESTS.parent / "docs" / "local-versus-aws.md"


def rows():
    """The rows of its tables as lists of cells, without headings."""
    found = []
    for line in DOCUMENT.read_text().splitlines():
        if line.startswith("| ") and not line.startswith(("| ---", "| what |", "| **")):
            found.append([cell.strip() for cell in line.strip("|").split(" | ")])
    return found


def functions(path):
    """The names of the tests in a file; those of a class as `Class::test`."""
    found = set()
    for node in ast.parse(path.read_text()).body:
        if isinstance(node, ast.FunctionDef):
            found.add(node.name)
        elif isinstance(node, ast.ClassDef):
            inside = (inner for inner in node.body if isinstance(inner, ast.FunctionDef))
            found |= {f"{node.name}::{inner.name}" for inner in inside}
    return found


def test_it_has_rows():
    assert len(rows()) > 50


@pytest.mark.parametrize("row", rows(), ids=lambda row: row[0][:40])
def test_each_row_names_a_test_that_is_there(row):
    named = re.fullmatch(r"`([\w/]+\.py)::((?:Test\w+::)?test_\w+)`", row[-1].strip(" |"))
    assert named, f"this row names no test: {row}"
    path = TESTS / named[1]
    assert path.is_file(), f"there is no {path}"
    assert named[2] in functions(path), f"there is no {named[2]} in {path}"


def test_each_test_of_a_difference_has_its_row():
    text = DOCUMENT.read_text()
    for name in functions(TESTS / "localaws" / "test_differences.py"):
        if name.startswith("test_"):
            assert f"::{name}`" in text, f"{name} has no row"


def test_it_lists_the_resource_types():
    sys.modules.setdefault("rfc3987_syntax", None)
    from helpers.localaws.cloudformation.resources import supported

    text = DOCUMENT.read_text()
    listed = re.findall(r"`(AWS::\w+::\w+)`", text[text.index("## Resource types") :])
    wanted = sorted({*supported()} ^ {*listed})
    assert not wanted, f"{DOCUMENT.name} lists what there is, and nothing else: {wanted}"
    assert listed == supported(), "in this order"
    assert f"the {len(listed)} [below]" in text, f"the number in the row: {len(listed)}"


def test_it_names_the_services_that_check_roles():
    from helpers.localaws.iam.access import SERVICES

    (row,) = [row for row in rows() if row[0] == "roles"]
    assert set(re.findall(r"`(\w+)`", row[1])) == SERVICES
