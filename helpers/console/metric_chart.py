"""A small drawing of a metric's values and the threshold that an alarm compares them with."""

from __future__ import annotations

import html
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from helpers import units
from helpers.draw import Picture, look
from helpers.draw.picture import card

WIDTH, HEIGHT = 720, 200  # pixels
LEFT, RIGHT, TOP, BOTTOM = 64, 120, 20, 32
_WIDE, _TALL = WIDTH - LEFT - RIGHT, HEIGHT - TOP - BOTTOM
_BAD = look.STATUS["failed"].line
_STYLE = f"text{{font-size:11px;fill:{look.SOFT}}}"


@dataclass(frozen=True)
class Chart:
    """Values between two times, the oldest first, and at least one.

    threshold: None where it is no fixed number. breaches: is a value one that the alarm is about?
    """

    title: str
    values: Sequence[tuple[datetime, float]]
    begin: datetime
    end: datetime
    threshold: float | None
    breaches: Callable[[float], bool]

    def picture(self) -> Picture:
        """The values as dots, squares where they breach; the threshold dashed."""
        return Picture(self._words(), title=self.title, draw=self._svg)

    def _words(self) -> str:
        numbers = [value for _, value in self.values]
        told = (
            f"{self.title}, from {units.clock(self.begin)} to "
            f"{units.clock(self.end, like=self.begin)} UTC: "
            f"{units.plural(len(numbers), 'value')}, the lowest {short(min(numbers))}, the highest "
            f"{short(max(numbers))}, the latest {short(numbers[-1])}."
        )
        if self.threshold is None:
            return told
        bad = sum(map(self.breaches, numbers))
        verb = "breaches" if bad == 1 else "breach"
        return f"{told} The threshold is {short(self.threshold)}; " + (
            f"{units.plural(bad, 'value')} {verb} it."
        )

    def _svg(self) -> str:
        at_all = [value for _, value in self.values]
        at_all += [] if self.threshold is None else [self.threshold]
        low, high = min(0.0, *at_all), max(0.0, *at_all)
        range_ = (high - low) * 1.1 or 1.0
        long = (self.end - self.begin).total_seconds() or 1.0

        def x(when: datetime) -> float:
            return LEFT + _WIDE * (when - self.begin).total_seconds() / long

        def y(value: float) -> float:
            return TOP + _TALL * (1 - (value - low) / range_)

        parts = [_line(y(low), look.FADED_LINE)]
        parts += [_text(LEFT - 8, y(value) + 4, short(value), "end") for value in {low, high}]
        parts.append(_text(LEFT, HEIGHT - 12, units.clock(self.begin)))
        until = f"{units.clock(self.end, like=self.begin)} UTC"
        parts.append(_text(LEFT + _WIDE, HEIGHT - 12, until, "end"))
        if self.threshold is not None:
            at = y(self.threshold)
            parts.append(_line(at, look.INK, ' stroke-dasharray="5 3"'))
            parts.append(_text(LEFT + _WIDE + 8, at + 4, f"threshold {short(self.threshold)}"))
        parts += [_mark(x(when), y(value), self.breaches(value)) for when, value in self.values]
        return card("".join(parts), WIDTH, HEIGHT, _STYLE)


def short(value: float) -> str:
    """A value with as many digits as tell something.

    >>> short(3.0), short(0.12345), short(1234567.0)
    ('3', '0.1235', '1,234,567')
    """
    is_whole = float(value).is_integer() and abs(value) < 1e15
    return f"{value:,.0f}" if is_whole else f"{value:.4g}"


def _mark(x: float, y: float, is_bad: bool) -> str:
    if is_bad:
        return f'<rect x="{x - 4:.1f}" y="{y - 4:.1f}" width="8" height="8" fill="{_BAD}"/>'
    return f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3" fill="{look.INK}"/>'


def _line(y: float, colour: str, more: str = "") -> str:
    """A level line from side to side."""
    ends = f'x1="{LEFT}" y1="{y:.1f}" x2="{LEFT + _WIDE}" y2="{y:.1f}"'
    return f'<line {ends} stroke="{colour}"{more}/>'


def _text(x: float, y: float, words: str, anchor: str = "start") -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{html.escape(words)}</text>'
