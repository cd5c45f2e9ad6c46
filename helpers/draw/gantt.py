"""Draws an execution as a Gantt chart: a row a state, a bar an attempt, waits between in grey."""

from __future__ import annotations

import html
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from helpers import units
from helpers.draw import look
from helpers.draw.given import as_execution
from helpers.draw.look import STATUS
from helpers.draw.picture import Picture, card
from helpers.draw.widths import text_width
from helpers.draw.words import counts, nothing_entered, status_word, tally

if TYPE_CHECKING:
    from helpers.executions import Attempt, Execution, Run, Step

ROW, TOP, SIDE, CHART = 26, 62, 16, 640  # pixels
LABELS = (120, 280)  # the column of names is between these wide
MOST_RUNS = 12  # iterations with rows of their own; the others share one
MOST_VISITS = 400  # bars in one row
MOST_ROWS = 160

STYLE = (
    f".name{{font-size:12px;fill:{look.INK}}}.inside{{fill:{look.SOFT}}}"
    f".bar-text{{font-size:11px;fill:{look.INK}}}.tick{{font-size:11px;fill:{look.SOFT}}}"
    f".heading{{font-size:13px;font-weight:700;fill:{look.INK}}}"
)


@dataclass
class Bar:
    """A stretch of time in a row, in seconds from the start (or in events where no times are)."""

    begin: float
    end: float
    kind: str  # a status, "wait" or "span"
    label: str = ""
    words: str = ""


@dataclass
class Row:
    """One line of the chart. `said` is its sentence."""

    label: str
    depth: int
    bars: list[Bar] = field(default_factory=list)
    said: str = ""
    heading: bool = False


def timeline(execution: Execution, *, title: str = "") -> Picture:
    """Draws when each state was entered, tried, waited and left.

    Times are on the clock of the endpoint that ran it. A history without times is drawn over
    its events instead, and says so.
    """
    chart = _Chart(as_execution(execution))
    return Picture(
        chart.words(),
        title=title or units.shorten(f"Timeline — {execution!r}", 120),
        draw=chart.svg,
    )


class _Chart:
    def __init__(self, execution: Execution) -> None:
        self.execution = execution
        self.timed = execution.started is not None
        self._zero = execution.started
        self._latest = self._last_moment()
        self.rows: list[Row] = []
        self.left_out = 0
        self._run_rows(execution.run, 0)
        if len(self.rows) > MOST_ROWS:
            self.left_out = len(self.rows) - MOST_ROWS
            self.rows = self.rows[:MOST_ROWS]
        ends = [bar.end for row in self.rows for bar in row.bars]
        self.length = max([*ends, self._latest, 0.001 if self.timed else 1.0])

    # ---- time

    def _last_moment(self) -> float:
        if not self.timed:
            return float(len(self.execution.events))
        known = [self.execution.stopped, self.execution.latest]
        return max((self._at(when) for when in known if when), default=0.0)

    def _at(self, when: datetime | None, otherwise: float = 0.0) -> float:
        if when is None or self._zero is None:
            return otherwise
        return (when - self._zero).total_seconds()

    def _span(self, step: Step) -> tuple[float, float]:
        if not self.timed:
            return float(step.first_event), float(max(step.last_event, step.first_event))
        return self._at(step.entered), self._at(step.exited or step.ended, self._latest)

    # ---- rows

    def _run_rows(self, run: Run, depth: int) -> None:
        """A row for each state, in the order of its first visit; insides follow below it."""
        visits: dict[str, list[Step]] = {}
        for step in run.steps:
            visits.setdefault(step.name, []).append(step)
        for name, steps in visits.items():
            row = Row(units.named(name), depth)
            for step in steps[:MOST_VISITS]:
                row.bars += self._bars(step)
            row.said = self._said(name, steps)
            self.rows.append(row)
            if len(self.rows) > MOST_ROWS * 4:
                continue
            for step in steps[:MOST_RUNS]:
                self._inside_rows(step, depth + 1)

    def _inside_rows(self, step: Step, depth: int) -> None:
        for attempt in step.attempts[-1:]:
            for run in attempt.runs[:MOST_RUNS]:
                what = "branch" if run.kind == "branch" else "item"
                number = run.index + 1 if run.kind == "branch" else run.index
                row = Row(f"{what} {number}", depth, heading=True)
                begin, end = self._run_span(run)
                if len({inside.name for inside in run.steps}) == 1 and not run.steps[0].runs:
                    only = run.steps[0].name
                    row.label += f": {units.named(only)}"
                    row.heading = False
                    row.bars = [bar for inside in run.steps for bar in self._bars(inside)]
                    row.said = (
                        f"{units.named(step.name)}, {what} {number}: {self._said(only, run.steps)}"
                    )
                    self.rows.append(row)
                    continue
                row.bars.append(Bar(begin, end, "span", _mark(run.status), STATUS[run.status].word))
                row.said = f"{units.named(step.name)}, {what} {number}: {STATUS[run.status].word}."
                self.rows.append(row)
                self._run_rows(run, depth + 1)
            rest = attempt.runs[MOST_RUNS:]
            if rest:
                self.rows.append(self._summary(rest, depth))

    def _run_span(self, run: Run) -> tuple[float, float]:
        spans = [self._span(step) for step in run.steps]
        begin = min((span[0] for span in spans), default=self._at(run.started))
        return begin, max((span[1] for span in spans), default=self._at(run.ended, begin))

    def _summary(self, runs: list[Run], depth: int) -> Row:
        told = f"{len(runs)} more items"
        row = Row(told, depth, heading=True)
        spans = [self._run_span(run) for run in runs]
        tallied = tally(run.status for run in runs)
        begin, end = min(span[0] for span in spans), max(span[1] for span in spans)
        row.bars.append(Bar(begin, end, "span", tallied, tallied))
        row.said = f"{told}: {tallied}."
        return row

    def _bars(self, step: Step) -> Iterator[Bar]:
        begin, end = self._span(step)
        if not self.timed or not step.attempts:
            label = _mark(step.status)
            label += f" {units.duration(end - begin)}" if self.timed else ""
            yield Bar(begin, end, step.status, label, _told(step))
            return
        if step.type in ("Parallel", "Map"):
            for attempt in step.attempts:
                yield from self._attempt(step, attempt, "span")
            return
        for attempt in step.attempts:
            yield from self._attempt(step, attempt)

    def _attempt(self, step: Step, attempt: Attempt, kind: str = "") -> Iterator[Bar]:
        begin = self._at(attempt.started)
        if attempt.waited:
            wait = units.duration(attempt.waited)
            yield Bar(begin - attempt.waited, begin, "wait", wait, f"waited {wait}")
        status = attempt.status
        if status == "failed" and step.status == "caught" and attempt is step.attempts[-1]:
            status = "caught"
        end = self._at(attempt.ended, self._latest)
        words = f"attempt {attempt.number} {STATUS[status].word}"
        words += f" with {attempt.error}" if attempt.error else ""
        yield Bar(begin, end, kind or status, self._label(step, attempt, status), words)

    def _label(self, step: Step, attempt: Attempt, status: str) -> str:
        """The last bar tells of all attempts: an early one may be too narrow for its own mark."""
        if attempt is not step.attempts[-1]:
            return _mark(status)
        if len(step.attempts) == 1:
            label = _mark(status)
            if step.type not in ("Parallel", "Map"):
                end = self._at(attempt.ended, self._latest)
                label += f" {units.duration(end - self._at(attempt.started))}"
        else:
            marks = [_mark(one.status) for one in step.attempts[:-1]][-6:]
            label = " ".join([*marks, _mark(status)]) + f" {len(step.attempts)} attempts"
        if step.type == "Map" and counts(step):
            label += f" {counts(step)}"
        return label + (f" {attempt.error}" if attempt.error else "")

    # ---- words

    def words(self) -> str:
        """A sentence a row, and how the whole went."""
        execution = self.execution
        if not self.rows:
            return f"Timeline: {execution!r}".rstrip(".") + f". {nothing_entered(execution)}"
        first = f"Timeline: {execution!r}".rstrip(".") + "."
        if self.timed:
            first += f" It began at {units.clock(self._zero)} UTC."
        else:
            first += " The history has no times, so the axis counts its events."
        lines = [first, *(row.said for row in self.rows)]
        if self.left_out:
            lines.append(f"{self.left_out} more rows are not drawn.")
        return "\n".join(lines)

    def _said(self, name: str, steps: list[Step]) -> str:
        name = units.named(name)
        if len(steps) > 1:
            marks = tally(step.status for step in steps)
            begin, end = self._span(steps[0])[0], self._span(steps[-1])[1]
            said = f"{name}: {len(steps)} visits ({marks}), {self._from_to(begin, end)}"
            if any(len(step.attempts) > 1 for step in steps):
                said += f", {sum(len(step.attempts) for step in steps)} attempts in all"
            return said + "."
        step = steps[0]
        said = f"{name}: {status_word(step)}"
        if step.error:
            said += f" {step.error}"
        if step.type == "Map" and counts(step):
            said += f", {counts(step)}"
        said += f", {self._from_to(*self._span(step))}"
        if len(step.attempts) > 1:
            waits = ", ".join(units.duration(wait) for wait in step.waits)
            said += f", {len(step.attempts)} attempts" + (
                f" after waits of {waits}" if waits else ""
            )
        return said + "."

    def _from_to(self, begin: float, end: float) -> str:
        if not self.timed:
            return f"events {begin:.0f} to {end:.0f}"
        return f"from {units.duration(begin)} to {units.duration(end)}"

    # ---- the drawing

    def svg(self) -> str:
        """The chart, drawn without Graphviz."""
        widest = max((text_width(row.label, 12) + row.depth * 14 for row in self.rows), default=0)
        names = min(max(widest + 12, LABELS[0]), LABELS[1])
        self._left = SIDE + names
        self._heading = units.shorten(f"{self.execution!r}", 110)
        # moves out with the labels that stand beyond it
        self._right = max(self._left + CHART, SIDE + text_width(self._heading, 13, bold=True))
        rows = [
            part
            for number, row in enumerate(self.rows)
            for part in self._row(row, TOP + number * ROW, names)
        ]
        height = TOP + ROW * max(len(self.rows), 1) + 20 + (18 if self.left_out else 0)
        heading = _text(SIDE, 24, self._heading, "heading")
        parts = [heading, *self._axis(height), *rows]
        if self.left_out:
            said = f"… {self.left_out} more rows"
            parts.append(_text(SIDE, height - 10, said, "tick"))
        return card("".join(parts), self._right + SIDE + 8, height, STYLE)

    def _x(self, at: float) -> float:
        return self._left + at / self.length * CHART

    def _axis(self, height: float) -> Iterator[str]:
        step = _tick(self.length, self.timed)
        at, number = 0.0, 0
        while at <= self.length * 1.0001:
            x = self._x(at)
            yield (
                f'<line x1="{x:.1f}" y1="{TOP - 6}" x2="{x:.1f}" y2="{height - 14:.1f}" '
                f'stroke="{look.EDGE_OF_PAPER}"/>'
            )
            said = _tick_words(at, step) if self.timed else f"{at:.0f}"
            self._right = max(self._right, x + text_width(said, 11) / 2)
            yield _text(x, TOP - 12, said, "tick", "middle")
            number += 1
            at = number * step
        zero = f"{units.clock(self._zero)} UTC" if self.timed else "event"
        yield _text(self._left - 26, TOP - 12, zero, "tick", "end")

    def _row(self, row: Row, y: float, names: float) -> Iterator[str]:
        label, indent = row.label, row.depth * 14
        while text_width(label, 12) > names - indent - 10 and len(label) > 2:
            label = label[:-2].rstrip("…") + "…"
        yield f"<g><title>{html.escape(look.clean(row.said), quote=False)}</title>"
        kind = "name inside" if row.heading else "name"
        yield _text(SIDE + indent, y + 17, label, kind)
        yield from (self._bar(bar, y) for bar in row.bars)
        right = 0.0
        for bar in row.bars:  # their labels on top of all
            label, right = self._bar_label(bar, y, right)
            self._right = max(self._right, right)
            yield label
        yield "</g>"

    def _stretch(self, bar: Bar) -> tuple[float, float]:
        """Where a bar begins, and how wide it is drawn."""
        x = self._x(bar.begin)
        return x, max(self._x(bar.end) - x, 3)

    def _bar(self, bar: Bar, y: float) -> str:
        x, wide = self._stretch(bar)
        title = (
            f"<title>{html.escape(look.clean(bar.words), quote=False)}</title>" if bar.words else ""
        )
        if bar.kind == "span":
            return (
                f'<rect x="{x:.1f}" y="{y + 10}" width="{wide:.1f}" height="6" rx="3" '
                f'fill="{look.FADED_LINE}">{title}</rect>'
            )
        if bar.kind == "wait":
            return (
                f'<rect x="{x:.1f}" y="{y + 9}" width="{wide:.1f}" height="8" '
                f'fill="#E4E7EB" stroke="{look.FADED_LINE}" stroke-dasharray="3 2">{title}</rect>'
            )
        status = STATUS[bar.kind]
        line = look.FADED_LINE if bar.kind == "cancelled" else status.line
        return (
            f'<rect x="{x:.1f}" y="{y + 4}" width="{wide:.1f}" height="18" rx="3" '
            f'fill="{status.fill}" stroke="{line}" stroke-width="1.5">{title}</rect>'
        )

    def _bar_label(self, bar: Bar, y: float, right: float) -> tuple[str, float]:
        """Inside the bar where it fits, else to its right, never over an earlier label.

        Gives the label, and how far to the right the row is taken.
        """
        x, wide = self._stretch(bar)
        if not bar.label:
            return "", max(right, x + wide)
        said = units.shorten(bar.label, 60)
        room = text_width(said, 11)
        if bar.kind == "wait":
            centre = x + wide / 2
            if room + 8 > wide or centre - room / 2 - 4 < right:
                return "", max(right, x + wide)
            back = (
                f'<rect x="{centre - room / 2 - 3:.1f}" y="{y + 5}" width="{room + 6:.1f}" '
                f'height="16" rx="3" fill="{look.PAPER}"/>'
            )
            return back + _text(centre, y + 17, said, "bar-text", "middle"), x + wide
        if room + 8 <= wide and bar.kind != "span" and x + (wide - room) / 2 > right:
            return _text(x + wide / 2, y + 17, said, "bar-text", "middle"), x + wide
        start = x + wide + 4
        if start < right:
            return "", max(right, x + wide)
        return _text(start, y + 17, said, "bar-text"), start + room


def _mark(status: str) -> str:
    return STATUS[status].mark


def _told(step: Step) -> str:
    return f"{units.named(step.name)}: {status_word(step)}"


def _tick(length: float, timed: bool) -> float:
    """The distance of the axis' marks: a round one that gives five to ten of them."""
    rounds = [0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30]
    rounds += [60, 120, 300, 600, 900, 1800, 3600, 7200, 14400, 21600, 43200, 86400]
    if not timed:
        rounds = [float(10**power * digit) for power in range(7) for digit in (1, 2, 5)]
    for step in rounds:
        if length / step <= 8:
            return step
    return length / 8


def _tick_words(at: float, step: float) -> str:
    if step < 0.1:
        return f"{at * 1000:.0f} ms"
    if step < 60:
        return f"{at:.1f} s" if step < 1 else units.duration(at)
    return units.duration(at)


def _text(x: float, y: float, said: str, kind: str, anchor: str = "") -> str:
    where = f' text-anchor="{anchor}"' if anchor else ""
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" class="{kind}"{where}>'
        f"{html.escape(look.clean(said), quote=False)}</text>"
    )
