"""Arrows with words: the words are a node of the graph that the arrow goes through.

Graphviz keeps nodes apart and leads arrows round them. The label of an edge it puts beside the
arrow, where others touch or cross it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Any

from helpers.draw.dot import Dot, label_of
from helpers.draw.widths import text_width

SIZE = 11
RANKS = 2  # that an arrow passes; one through words has them on the rank in the middle
_LINE_HEIGHT = 13.2  # what Graphviz gives a line of 11
_RIM = 5  # pixels left round the words


def label(
    dot: Dot, name: str, key: str, lines: Sequence[str], *, colour: str, spare: Iterable[str] = ()
) -> None:
    """The words of the arrow `key`, written where the cluster is open that they belong to.

    `spare` are words that may come to stand there instead.
    """
    wide = max(text_width(line, SIZE, bold=True) for line in [*lines, *spare])
    dot.node(
        name,
        label=label_of(list(lines)),
        shape="plaintext",
        fontsize=SIZE,
        fontcolor=colour,
        width=(wide + 2 * _RIM) / 72,
        height=(_LINE_HEIGHT * len(lines) + _RIM) / 72,
        fixedsize=True,
        id=f"{key}-label",
    )


def through(
    dot: Dot,
    tail: str,
    name: str,
    head: str,
    *,
    key: str,
    weight: int = 1,
    back: bool = False,
    **more: Any,
) -> None:
    """The arrow `key` from `tail` to its label `name`, and from there on to `head`.

    An arrow `back`, which closes a loop, is written from its head: so it lifts no state. Words
    stand nearer to the tail, which they speak of.
    """
    more |= {"minlen": 1}
    first, second = {"id": key, "weight": 2 * weight}, {"id": f"{key}-on", "weight": weight}
    if back and tail != head:
        dot.edge(name, tail, dir="none", **first, **more)
        dot.edge(head, name, dir="back", **second, **more)
        return
    dot.edge(tail, name, dir="none", **first, **more)
    dot.edge(name, head, constraint=False if back else None, **second, **more)


_PART = re.compile(r'<g id="([^"]+)-(?:on|label)" class="[^"]*">\n(.*?)</g>\n?', re.DOTALL)


def joined(svg: str) -> str:
    """Graphviz's SVG in which an arrow, its further half and its words are one group again."""
    parts: dict[str, str] = {}
    for key, inner in _PART.findall(svg):
        parts[key] = parts.get(key, "") + inner
    return re.sub(
        r'<g id="([^"]+)" class="edge [^"]*">\n',
        lambda opening: opening[0] + parts.get(opening[1], ""),
        _PART.sub("", svg),
    )
