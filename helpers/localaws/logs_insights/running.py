"""A query carried out: rows go from command to command."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from helpers.localaws.logs_insights import functions
from helpers.localaws.logs_insights.functions import FUNCTIONS, Value, number, text
from helpers.localaws.logs_insights.language import (
    AGGREGATES,
    Call,
    Column,
    Command,
    Expression,
    Field,
    Literal,
    NotHere,
    Pattern,
)
from helpers.localaws.turns.clock import clock

MOST_ROWS = 10_000
"""The rows of a result, also where `limit` asks for more or is not there."""

Row = dict[str, Value]
_WHENS = ("@timestamp", "@ingestionTime")


class Rows(list[dict[str, str]]):
    """A result: for each row its columns by name, and how much was looked at."""

    scanned = matched = 0
    size = 0


def run(commands: list[Command], events: Iterable[Row]) -> Rows:
    """Carry out the commands on events, which come oldest first. Raises NotHere or ValueError."""
    for command in commands:
        for expression in command.expressions():
            _check(expression)
    query = _Query(commands)
    rows = list(events)
    result = Rows()
    result.scanned, result.size = len(rows), sum(len(str(row["@message"])) for row in rows)
    rows.reverse()  # as AWS gives them where nothing else is said
    for command in commands:
        rows = query.apply(command, rows)
    result.matched = query.matched if query.matched is not None else len(rows)
    result += [query.shown(row) for row in rows[: query.most]]
    return result


class _Query:
    """What commands do to the rows, and what they settle of how the result is shown."""

    def __init__(self, commands: list[Command]) -> None:
        self.columns: list[str] = []
        self.whens: set[str] = set(_WHENS)
        self.grouped = False
        self.most = MOST_ROWS
        self.matched: int | None = None
        if not any(command.name in ("fields", "display", "stats") for command in commands):
            self.columns = ["@timestamp", "@message"]

    def apply(self, command: Command, rows: list[Row]) -> list[Row]:
        """The rows that a command makes of those before it."""
        work = getattr(self, f"_{command.name}")
        return work(command, rows)

    def shown(self, row: Row) -> dict[str, str]:
        """A row as a result has it; what is not there is left out."""
        cells = {
            name: _when(row[name]) if name in self.whens else text(row[name])
            for name in self.columns
            if row.get(name) is not None
        }
        return cells if self.grouped else cells | {"@ptr": str(row["@ptr"])}

    # ---- commands

    def _fields(self, command: Command, rows: list[Row]) -> list[Row]:
        self._add(command.columns)
        return [self._computed(command.columns, row) for row in rows]

    def _display(self, command: Command, rows: list[Row]) -> list[Row]:
        self.columns = []
        return self._fields(command, rows)

    def _filter(self, command: Command, rows: list[Row]) -> list[Row]:
        assert command.condition is not None
        kept = [row for row in rows if _true(value(command.condition, row))]
        self.matched = len(kept)
        return kept

    def _parse(self, command: Command, rows: list[Row]) -> list[Row]:
        assert command.pattern is not None
        names = command.names or tuple(command.pattern.groupindex)
        parsed = []
        for row in rows:
            source = value(command.columns[0].value, row)
            match = command.pattern.search(text(source)) if source is not None else None
            if match is None:
                parsed.append(row)
            else:
                groups = match.groups() if command.names else match.groupdict().values()
                parsed.append(row | dict(zip(names, groups, strict=True)))
        return parsed

    def _sort(self, command: Command, rows: list[Row]) -> list[Row]:
        ordered = list(rows)
        for expression, down in reversed(command.order):
            ordered.sort(key=lambda row, by=expression: _rank(value(by, row)), reverse=down)
        return ordered

    def _limit(self, command: Command, rows: list[Row]) -> list[Row]:
        return rows[: min(command.count, MOST_ROWS)]

    def _dedup(self, command: Command, rows: list[Row]) -> list[Row]:
        seen, kept = set(), []
        for row in rows:
            key = tuple(text(value(column.value, row)) for column in command.columns)
            if key not in seen:
                seen.add(key)
                kept.append(row)
        return kept

    def _stats(self, command: Command, rows: list[Row]) -> list[Row]:
        if self.matched is None:
            self.matched = len(rows)
        groups: dict[tuple[Any, ...], list[Row]] = {}
        for row in reversed(rows):  # oldest first
            key = tuple(value(column.value, row) for column in command.by)
            groups.setdefault(key, []).append(row)
        if not command.by and not groups:
            groups[()] = []
        stats = []
        for key, members in groups.items():
            row = dict(zip((column.name for column in command.by), key, strict=True))
            row |= {column.name: _aggregate(column.value, members) for column in command.columns}
            stats.append(row)
        whens = {c.name for c in (*command.by, *command.columns) if self._tells_when(c.value)}
        self.whens = whens
        self.columns = [column.name for column in (*command.by, *command.columns)]
        self.grouped = True
        by_time = next((c.name for c in command.by if c.name in whens), None)
        if by_time is not None:
            stats.sort(key=lambda row: _rank(row[by_time]), reverse=True)
        return stats

    def _computed(self, columns: tuple[Column, ...], row: Row) -> Row:
        return row | {one.name: value(one.value, row) for one in columns}

    def _add(self, columns: tuple[Column, ...]) -> None:
        for one in columns:
            if one.name not in self.columns:
                self.columns.append(one.name)
            if self._tells_when(one.value):
                self.whens.add(one.name)

    def _tells_when(self, expression: Expression) -> bool:
        if isinstance(expression, Field):
            return expression.name in self.whens
        if not isinstance(expression, Call):
            return False
        if expression.name in ("bin", "datefloor", "dateceil", "frommillis"):
            return True
        kept = ("min", "max", "earliest", "latest", "coalesce", "sortsfirst", "sortslast")
        return expression.name in kept and any(map(self._tells_when, expression.arguments))


_OTHERS = {"and", "or", "not", "like", "in", "=", "!=", "<", "<=", ">", ">=", "bin", "now"}


def _check(expression: Expression) -> None:
    """Raise NotHere if there is a function in it that is not here, whatever the events are."""
    if not isinstance(expression, Call):
        return
    if expression.name not in FUNCTIONS.keys() | AGGREGATES | _OTHERS:
        raise NotHere(f"the function {expression.name}")
    for one in expression.arguments:
        _check(one)


def value(expression: Expression, row: Row) -> Value:
    """What an expression is for a row. Raises NotHere for an aggregate outside of stats."""
    if isinstance(expression, Literal):
        return expression.value
    if isinstance(expression, Field):
        return row.get(expression.name)
    if isinstance(expression, Pattern):
        raise NotHere("a regular expression outside of like, =~ and parse")
    name, given = expression.name, expression.arguments
    if name in ("and", "or"):
        left = _true(value(given[0], row))
        return (
            (left and _true(value(given[1], row)))
            if name == "and"
            else (left or _true(value(given[1], row)))
        )
    if name == "not":
        return not _true(value(given[0], row))
    if name == "like":
        subject, pattern = value(given[0], row), given[1]
        assert isinstance(pattern, Pattern)
        return subject is not None and pattern.regex.search(text(subject)) is not None
    if name == "in":
        subject = value(given[0], row)
        return any(functions.compare("=", subject, value(one, row)) for one in given[1:])
    if name in ("=", "!=", "<", "<=", ">", ">="):
        return functions.compare(name, value(given[0], row), value(given[1], row))
    if name == "bin":
        return FUNCTIONS["datefloor"](row["@timestamp"], value(given[0], row))
    if name == "now":
        return float(int(clock.time() * 1000))
    if name in AGGREGATES:
        raise NotHere(f"{name} outside of stats")
    return FUNCTIONS[name](*(value(one, row) for one in given))


def _aggregate(expression: Expression, rows: list[Row]) -> Value:
    """What an expression is for a group of rows, oldest first."""
    if isinstance(expression, Literal):
        return expression.value
    if not isinstance(expression, Call):
        raise ValueError("stats takes functions over events, such as count(*) or avg(@duration)")
    name, given = expression.name, expression.arguments
    if name in FUNCTIONS:
        return FUNCTIONS[name](*(_aggregate(one, rows) for one in given))
    if name not in AGGREGATES:
        raise NotHere(f"{name} in stats")
    if name == "count":
        return float(sum(value(given[0], row) is not None for row in rows) if given else len(rows))
    if not given:
        raise ValueError(f"{name} needs to know of which field")
    values = [one for row in rows if (one := value(given[0], row)) is not None]
    if name == "count_distinct":
        return float(len({text(one) for one in values}))
    if name in ("earliest", "latest"):
        return values[0 if name == "earliest" else -1] if values else None
    if name in ("sortsfirst", "sortslast"):
        ordered = sorted(values, key=_rank)
        return (ordered[0] if name == "sortsfirst" else ordered[-1]) if ordered else None
    numbers = [one for one in map(number, values) if one is not None]
    if name == "pct":
        rank = number(value(given[1], {})) if len(given) > 1 else None
        if rank is None or not 0 <= rank <= 100:
            raise ValueError("pct needs a field and a number from 0 to 100: pct(@duration, 95)")
        return functions.percentile(numbers, rank)
    if name == "stddev":
        return functions.deviation(numbers)
    if not numbers:
        return None
    if name == "avg":
        return sum(numbers) / len(numbers)
    return float({"sum": sum, "min": min, "max": max}[name](numbers))


def _true(given: Value) -> bool:
    return given is True or (isinstance(given, float) and given != 0)


def _rank(given: Value) -> tuple[int, float, str]:
    """Numbers before text; what is not there comes first."""
    if given is None:
        return 0, 0.0, ""
    as_number = number(given)
    return (1, as_number, "") if as_number is not None else (2, 0.0, text(given))


def _when(millis: Value) -> str:
    as_number = number(millis)
    if as_number is None:
        return text(millis)
    moment = datetime.fromtimestamp(as_number / 1000, UTC)
    return f"{moment:%Y-%m-%d %H:%M:%S}.{moment.microsecond // 1000:03}"
