"""How large an outline must be for the words in it: each line inside, with a rim left free."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from helpers.draw.widths import text_width

LINE_HEIGHT = 15.6  # the most that Graphviz gives a line of 13
RIM = 7.5  # pixels round the words: six, and the half of a heavy outline
_HALF = 7.0  # from a line's middle to the tops of its capitals, or to its descenders

SKEW = (
    0.3  # of the `polygon` of four sides: Graphviz's parallelogram leans so far that it gets wide
)
# How much of its width an outline has at `y`: 0 in the middle, 1 at the top and at the bottom.
_REST: dict[str, Callable[[float], float]] = {
    "hexagon": lambda y: 1 - y / 2,
    "ellipse": lambda y: math.sqrt(1 - y * y),
    "octagon": lambda y: min(1, math.sqrt(2) - y),
    "polygon": lambda y: 0.874 - 0.1256 * y,
}
# What an outline is higher than its lines: (times, pixels).
_HEIGHT = {
    "hexagon": (1.25, 14),
    "ellipse": (1.32, 14),
    "octagon": (1.2, 24),
    "polygon": (1, 18),
    "box3d": (1, 24),
    "cylinder": (1.57, 28),
}
_LEAST = {"hexagon": 110, "ellipse": 90, "octagon": 90, "polygon": 110}
_BACK = 8  # pixels of a box3d that are not its face


@dataclass(frozen=True)
class Line:
    """A line of words, and how it is written."""

    text: str
    size: float
    bold: bool = False

    @property
    def width(self) -> float:
        """What it takes in the widest font."""
        return text_width(self.text, self.size, self.bold)


def room(shape: str, lines: Sequence[Sequence[Line]], least: float = 110) -> tuple[float, float]:
    """Width and height, in points, of Graphviz's `shape` round centred lines.

    Each of `lines` has all that may stand there, of which the widest counts.

    >>> room("box", [[Line("Buy Stock", 13, bold=True)]])
    (110, 31.6)
    """
    times, more = _HEIGHT.get(shape, (1, 16))
    height = LINE_HEIGHT * len(lines) * times + more
    rest = _REST.get(shape, lambda y: 1)
    wide = [_LEAST.get(shape, least)]
    for at, one in enumerate(lines):
        middle = abs(at - (len(lines) - 1) / 2) * LINE_HEIGHT
        beside = rest((middle + _HALF + RIM) / (height / 2))
        wide.append((max(line.width for line in one) + 2 * RIM) / beside)
    return max(wide) + (_BACK if shape == "box3d" else 0), height
