"""Draws how `helpers/` hangs together, for architecture.md: `python docs/architecture.py`.

What is drawn is read from the imports as they stand in the code, wherever in a file they stand.
`tests/test_house.py` reads them here, too, and says which are not allowed.
"""

from __future__ import annotations

import ast
import graphlib
import html
import json
import re
from collections.abc import Container, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from helpers.draw import look
from helpers.draw.dot import Dot, label_of
from helpers.draw.outlines import Line, room
from helpers.draw.picture import Picture

DOCS = Path(__file__).resolve().parent
ROOT = DOCS.parent
PAGE = DOCS / "architecture.md"
DRAWING = DOCS / "images" / "architecture.svg"
HANDED_OUT = ("starter", "solution")
"""Files of exercises: a learner's code, not the house's."""
LIBRARIES = {"moto"}
"""Those whose place in the house is drawn."""


@dataclass(frozen=True)
class Module:
    """A module of `helpers`: its dotted name, what it is for, and what it imports.

    anywhere: dotted names, of this project and of others. runs: what it starts as `python -m`.
    """

    name: str
    about: str
    anywhere: frozenset[str]
    runs: frozenset[str]

    @property
    def part(self) -> str:
        """The part of the house that it belongs to: `draw`, `course`."""
        return part_of(self.name)


def part_of(name: str) -> str:
    """`helpers.draw.dot` is of `draw`; "" for what is no part of `helpers`."""
    first, *rest = name.split(".")
    return rest[0] if first == "helpers" and rest else ""


def outermost(names: Iterable[str]) -> set[str]:
    """`moto` of `moto.core.models`."""
    return {name.split(".")[0] for name in names}


def modules(root: Path = ROOT) -> dict[str, Module]:
    """Every module of `helpers` below `root`, by its name, in the order of the names."""
    files: dict[str, Path] = {}
    for path in sorted((root / "helpers").rglob("*.py")):
        parts = path.relative_to(root).with_suffix("").parts
        if not set(HANDED_OUT) & set(parts):
            files[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    return {
        name: read(name, path.read_text(encoding="utf-8"), files, path.name == "__init__.py")
        for name, path in files.items()
    }


def used_by_notebooks(root: Path = ROOT) -> set[str]:
    """The parts that notebooks import."""
    used = set()
    for path in (root / "notebooks").glob("*.ipynb"):
        for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]:
            if cell["cell_type"] == "code":
                for line in "".join(cell["source"]).splitlines():
                    if re.match(r"(from|import) helpers\b", line):
                        (statement,) = ast.parse(line).body
                        used |= set(filter(None, map(part_of, _names(statement, "", False))))
    return used


def parts(house: Mapping[str, Module]) -> dict[str, set[str]]:
    """Each part and the other parts that it imports."""
    found: dict[str, set[str]] = {}
    for one in house.values():
        if one.part:
            others = set(filter(None, map(part_of, one.anywhere))) - {one.part}
            found.setdefault(one.part, set()).update(others)
    return found


def picture(house: Mapping[str, Module], notebooks: Iterable[str]) -> Picture:
    """The parts and their imports, what can be reached by a detour left out."""
    imports = parts(house)
    runs = {one.part: "localaws" for one in house.values() if "helpers.localaws" in one.runs}
    started = {name: what for name, what in runs.items() if name != what}
    asked = set().union(*imports.values())
    leaves = sorted(
        name
        for name, others in imports.items()
        if not others and name in asked and name not in started
    )
    ground = ", ".join(leaves)
    drawn = {
        name: {ground if other in leaves else other for other in others}
        for name, others in imports.items()
        if name not in leaves
    }
    drawn["notebooks"] = set(notebooks)
    for one in house.values():
        if one.part in drawn:
            drawn[one.part] |= LIBRARIES & outermost(one.anywhere)
    return Picture(
        _words(drawn, ground, started),
        title="What imports what in helpers/",
        source=_dot(_without_detours(drawn), started),
        style=STYLE,
    )


def page(text: str, drawn: Picture) -> str:
    """The page with its picture and the picture's words as they should be."""
    shown = (
        f"![{drawn.title}](images/{DRAWING.name})\n\n<details><summary>In words</summary>\n\n"
        + "\n".join(f"> {html.escape(line, quote=False)}  " for line in drawn.text.splitlines())
        + "\n\n</details>\n"
    )
    return re.sub(r"!\[[^\n]*\n\n<details>.*?</details>\n", lambda _: shown, text, flags=re.DOTALL)


# ---- reading


def read(name: str, source: str, known: Container[str], is_package: bool = False) -> Module:
    """The module of that name and source; `known`: the names of all modules of the house."""
    tree = ast.parse(source)
    names = (one for each in ast.walk(tree) for one in _names(each, name, is_package))
    return Module(
        name,
        (ast.get_docstring(tree) or "").split("\n")[0],
        # `from helpers.draw import look` names a module, `from helpers.draw import Picture` not.
        frozenset(_module_of(one, known) for one in names),
        frozenset(
            argument.value
            for call in ast.walk(tree)
            if isinstance(call, ast.List)
            for flag, argument in zip(call.elts, call.elts[1:], strict=False)
            if isinstance(flag, ast.Constant)
            and flag.value == "-m"
            and isinstance(argument, ast.Constant)
        ),
    )


def _names(statement: ast.AST, of: str, is_package: bool) -> Iterator[str]:
    """What one statement imports, as dotted names; nothing if it is no import."""
    if isinstance(statement, ast.Import):
        yield from (alias.name for alias in statement.names)
    elif isinstance(statement, ast.ImportFrom):
        base = statement.module or ""
        if statement.level:
            above = of.split(".")[: None if is_package else -1]
            above = above[: len(above) - statement.level + 1]
            base = ".".join([*above, *filter(None, [base])])
        yield from (f"{base}.{alias.name}" for alias in statement.names)


def _module_of(name: str, known: Container[str]) -> str:
    """The longest beginning of a dotted name that is a module of the house; else the name."""
    pieces = name.split(".")
    for end in range(len(pieces), 0, -1):
        if (module := ".".join(pieces[:end])) in known:
            return module
    return name


# ---- drawing

STYLE = f".part text{{fill:{look.INK};font-size:13px;font-weight:700}}"
_GROUNDS = {"notebooks": "#FFF3E3", "localaws": "#EAF1FE", "moto": "#F3F4F6"}
_LINES = {"notebooks": "#9A4B00", "localaws": "#2F5FC4"}


def _without_detours(imports: Mapping[str, set[str]]) -> dict[str, set[str]]:
    """What is imported and cannot be reached through another import.

    Raises graphlib.CycleError if the imports go round.
    """
    order = list(graphlib.TopologicalSorter(imports).static_order())
    below: dict[str, set[str]] = {}
    for name in order:
        others = imports.get(name, set())
        below[name] = others.union(*(below[other] for other in others))
    return {
        name: {one for one in others if not any(one in below[other] for other in others - {one})}
        for name, others in imports.items()
    }


def _dot(edges: Mapping[str, set[str]], started: Mapping[str, str]) -> str:
    dot = Dot(
        rankdir="TB",
        fontname=look.FONT,
        nodesep=0.25,
        ranksep=0.35,
        pad=0.25,
        outputorder="edgesfirst",
    )
    dot.defaults("node", fontname=look.FONT, fontsize=13, margin=0, shape="box")
    dot.defaults("edge", arrowsize=0.7, color=look.LINE)
    for number, name in enumerate(sorted(set(edges).union(*edges.values())), 1):
        _box(dot, name, number)
    for name, others in sorted(edges.items()):
        for other in sorted(others):
            dot.edge(name, other)
    for name, other in sorted(started.items()):
        dot.edge(name, other, style="dashed", color=_LINES["localaws"])
    return dot.source()


def _box(dot: Dot, name: str, number: int) -> None:
    width, height = room("box", [[Line(name, 13, bold=True)]], least=70)
    dot.node(
        name,
        label=label_of([name]),
        style="rounded,filled",
        fillcolor=_GROUNDS.get(name, look.PAPER),
        color=_LINES.get(name, look.LINE),
        width=width / 72,
        height=height / 72,
        fixedsize=True,
        id=f"part-{number}",
        class_="part",
    )


def _words(imports: Mapping[str, set[str]], ground: str, started: Mapping[str, str]) -> str:
    order = reversed(list(graphlib.TopologicalSorter(imports).static_order()))
    said = {name: sorted(imports.get(name, set()) - {ground}) for name in order}
    lines = [f"{name} imports {', '.join(others)}." for name, others in said.items() if others]
    low = sorted(name for name, others in imports.items() if others == {ground})
    lines.append(
        f"At the bottom: {ground}; all may import them. {', '.join(low)} import no others."
    )
    lines.append(
        f"By its command and HTTP alone localaws is reached by {', '.join(sorted(started))}."
    )
    return "\n".join(lines)


def main() -> None:
    """Writes the drawing, and what the page says of it."""
    drawn = picture(modules(), used_by_notebooks())
    drawn.save(DRAWING)
    PAGE.write_text(page(PAGE.read_text(encoding="utf-8"), drawn), encoding="utf-8")


if __name__ == "__main__":
    main()
