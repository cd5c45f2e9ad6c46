"""Draws a SAM or CloudFormation template: resources grouped by kind, what ties them as arrows."""

from __future__ import annotations

import math
from collections.abc import Mapping
from os import PathLike
from typing import Any

from helpers import units
from helpers.draw import arrows, layout, look, resources
from helpers.draw.dot import Dot, label_of
from helpers.draw.kinds import GROUPS
from helpers.draw.look import wrap
from helpers.draw.outlines import Line, room
from helpers.draw.picture import Picture, card, from_graphviz, inside, size
from helpers.draw.ranks import loops
from helpers.draw.resources import Resource, Template, Tie
from helpers.draw.widths import text_width

# Each group's ground and the colour of its heading, outlines and arrows: 4.5:1 on the ground.
_GROUNDS = {
    "Triggers and APIs": ("#FDEFF6", "#B0387C"),
    "Workflows": ("#FCEFF9", "#A8329A"),
    "Functions": ("#FFF3E3", "#9A4B00"),
    "Data": ("#EAF1FE", "#2F5FC4"),
    "Messages": ("#FBEFEF", "#B8383B"),
    "Permissions": ("#FBEDED", "#A33A3A"),
    "Monitoring": ("#F0F7E9", "#4B7A1E"),
    "Network": ("#F1EDFD", "#6A4BC4"),
    "Others": ("#F3F4F6", "#57606A"),
}
_SHAPES = {"Data": "cylinder", "Permissions": "note"}
_SQUARE = ("Data", "Permissions", "Triggers and APIs")
WIDEST = 1200  # pixels; beyond that two graphs stand one above the other

STYLE = (
    f".resource text{{fill:{look.SOFT};font-size:11px}}"
    f".resource.n1 text:nth-of-type(1),.resource.n2 text:nth-of-type(-n+2),"
    f".resource.n3 text:nth-of-type(-n+3){{fill:{look.INK};font-size:13px;font-weight:700}}"
    ".group text{font-weight:700}"
)


def template(
    path: Mapping[str, Any] | str | PathLike[str],
    after: Mapping[str, Any] | str | PathLike[str] | None = None,
    *,
    title: str = "",
) -> Picture:
    """Draws the resources of a SAM template or of processed CloudFormation.

    `path` is a file, the text, a dict, or what CloudFormation's get_template returned. With
    `after` (the same template once transformed) both stand side by side, and what the
    transform added is marked. Raises NothingToDraw.
    """
    before = resources.read(path)
    if after is None:
        graph = _Graph(before)
        return Picture(
            _words(before),
            title=title or before.description or "Template",
            source=graph.source,
            style=STYLE,
            details=tuple(graph.details),
        )
    processed = resources.read(after)
    written, made = _Graph(before, "before"), _Graph(processed, "after", set(before.resources))
    headings = f"You wrote {_count(before)}", f"The transform made {_count(processed)}"
    told = [f"{headings[0]}.", _words(before), f"{headings[1]}.", _words(processed)]
    return Picture(
        "\n".join([*told, _difference(before, processed)]),
        title=title or "Template before and after its transform",
        source=f"{written.source}\n{made.source}",
        draw=lambda: _beside(headings, (written.source, made.source)),
        details=tuple(written.details + made.details),
    )


def _beside(headings: tuple[str, str], sources: tuple[str, str]) -> str:
    """Two graphs on one card: next to each other, or one above the other if that is too wide."""
    drawn = [from_graphviz(layout.svg(source)) for source in sources]
    sizes = [size(one) for one in drawn]
    gap, top = 20, 34
    beside = sizes[0][0] + sizes[1][0] + 3 * gap <= WIDEST
    parts, x, y = [], gap, 0.0
    for heading, one, (wide, high) in zip(headings, drawn, sizes, strict=True):
        parts.append(
            f'<text x="{x}" y="{y + 24:.0f}" font-size="15" font-weight="700" fill="{look.INK}">'
            f"{heading}</text>"
            f'<g transform="translate({x} {y + top:.0f})">{inside(one)}</g>'
        )
        if beside:
            x += math.ceil(wide) + gap
        else:
            y += top + high + gap / 2
    if beside:
        width, height = float(x), top + max(high for _, high in sizes) + gap
    else:
        width, height = max(wide for wide, _ in sizes) + 2 * gap, y + gap / 2
    return card("".join(parts), width, height, STYLE)


class _Graph:
    """The DOT of one template. What is not in `known` is marked as added."""

    def __init__(self, template: Template, side: str = "", known: set[str] | None = None) -> None:
        self.details: list[tuple[str, str]] = []
        self._id = f"{side}-" if side else ""
        self._known = known
        self._dot = Dot(
            rankdir="LR",
            fontname=look.FONT,
            nodesep=0.22,
            ranksep=0.24,  # of which an arrow passes two
            pad=0.25,
            outputorder="edgesfirst",
        )
        self._dot.defaults("node", fontname=look.FONT, fontsize=13, margin=0)
        self._dot.defaults("edge", fontname=look.FONT, arrowsize=0.7)
        self._template = template
        self._ties = dict(enumerate(template.ties, 1))
        for group in GROUPS:
            self._group(group, [o for o in template.resources.values() if o.group == group])
        between = {number: tie for number, tie in self._ties.items() if not self._within(tie)}
        for number, tie in between.items():
            self._label(number, tie)
        back = self._back()
        for number, tie in self._ties.items():
            self._tie(number, tie, back=number in back)
        if not template.resources:
            self._dot.node(
                "(none)",
                label="no resources",
                shape="box",
                style="dashed",
                width=1.8,
                fixedsize=True,
            )
        self.source = self._dot.source()

    def _group(self, group: str, members: list[Resource]) -> None:
        if not members:
            return
        ground, line = _GROUNDS[group]
        self._dot.begin(
            f"cluster {group}",
            label=group,
            fontsize=11,
            fontcolor=line,
            style="rounded,filled",
            fillcolor=ground,
            color=ground,
            margin=10,
            class_="group",
        )
        for one in members:
            self._resource(one, line)
        for number, tie in self._ties.items():
            if self._within(tie) == group:
                self._label(number, tie)
        self._dot.end()

    def _back(self) -> set[int]:
        """The ties that lead from a group to one that stands before it, or close a loop in one."""
        numbers = {name: at for at, name in enumerate(self._template.resources)}
        inside: dict[int, tuple[int, int]] = {}
        back: set[int] = set()
        for number, tie in self._ties.items():
            source, target = (self._template.resources[n].group for n in (tie.source, tie.target))
            if source == target:
                inside[number] = numbers[tie.source], numbers[tie.target]
            elif GROUPS.index(target) < GROUPS.index(source):
                back.add(number)
        return back | loops(numbers.values(), inside)

    def _within(self, tie: Tie) -> str:
        """The group that both ends of a tie stand in, or ""."""
        source, target = (self._template.resources[name] for name in (tie.source, tie.target))
        return source.group if source.group == target.group else ""

    def _label(self, number: int, tie: Tie) -> None:
        key, lines = f"{self._id}tie-{number}", wrap(tie.verb, 24, 2)
        arrows.label(self._dot, f"(tie) {number}", key, lines, colour=look.INK)

    def _tie(self, number: int, tie: Tie, back: bool) -> None:
        arrows.through(
            self._dot,
            tie.source,
            f"(tie) {number}",
            tie.target,
            key=f"{self._id}tie-{number}",
            back=back,
            color=_GROUNDS[self._template.resources[tie.source].group][1],
            style="dashed" if tie.weak else None,
            class_="edge tie",
        )

    def _resource(self, one: Resource, line: str) -> None:
        new = self._known is not None and one.name not in self._known
        name = wrap(one.name, 26, 3)
        rest = wrap(one.kind, 34, 2) + [units.shorten(note, 34) for note in one.notes]
        if one.implied:
            rest.append("written inside another")
        if new:
            rest.append("+ made by the transform")
        shape = _SHAPES.get(one.group, "box")
        lines = [[Line(part, 13, bold=True)] for part in name] + [[Line(part, 11)] for part in rest]
        width, height = room(shape, lines, least=text_width(one.group, 11, bold=True))
        style = "filled" if one.group in _SQUARE else "rounded,filled"
        number = len(self.details) + 1
        self._dot.node(
            one.name,
            label=label_of([*name, *rest]),
            shape=shape,
            style=style + (",dashed" if one.implied else ""),
            fillcolor=look.PAPER,
            color=line,
            fontcolor=look.INK,
            penwidth=2.4 if new else 1.2,
            width=width / 72,
            height=height / 72,
            fixedsize=True,
            id=f"{self._id}resource-{number}",
            class_=f"resource n{len(name)}" + (" new" if new else ""),
        )
        told = ", ".join([one.kind, *([one.type] if one.type else [])])
        self.details.append((f"{self._id}resource-{number}", f"{one.name}: {told}"))


def _count(template: Template) -> str:
    """`7 resources and 1 event`."""
    own, events = len(template.own), len(template.resources) - len(template.own)
    said = f"{own} resource{'' if own == 1 else 's'}"
    return said + (f" and {events} event{'' if events == 1 else 's'}" if events else "")


def _words(template: Template) -> str:
    """Each group with its resources, then each tie as a sentence."""
    if not template.resources:
        return "A template without resources."
    lines = []
    for group in GROUPS:
        members = [one for one in template.resources.values() if one.group == group]
        if members:
            told = [f"{one.name} ({', '.join([one.kind, *one.notes])})" for one in members]
            lines.append(f"{group}: {'; '.join(told)}.")
    by_source: dict[str, list[str]] = {}
    for tie in template.ties:
        by_source.setdefault(tie.source, []).append(f"{tie.verb} {tie.target}")
    lines += [f"{source} {', '.join(told)}." for source, told in by_source.items()]
    return "\n".join(lines)


def _difference(before: Template, after: Template) -> str:
    added = [name for name in after.resources if name not in before.resources]
    changed = [
        f"{name} became {after.resources[name].type}"
        for name, one in before.resources.items()
        if name in after.resources and one.type and after.resources[name].type != one.type
    ]
    said = f"Added by the transform: {', '.join(added) or 'nothing'}."
    return said + (f" {'; '.join(changed)}." if changed else "")
