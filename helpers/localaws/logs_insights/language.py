"""A query's text, read into commands and expressions."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import NamedTuple


class MalformedQuery(Exception):
    """The query cannot be read; the message says what was found where."""


class NotHere(Exception):
    """The language has it, and the endpoint has not; the message names it."""


@dataclass(frozen=True)
class Literal:
    """A number or text."""

    value: float | str


@dataclass(frozen=True)
class Field:
    """A field of an event."""

    name: str


@dataclass(frozen=True)
class Call:
    """A function or an operator, and what it is given. text: as it stands in the query."""

    name: str
    arguments: tuple[Expression, ...]
    text: str = ""


@dataclass(frozen=True)
class Pattern:
    """What stands on the right of `like`: a regular expression."""

    regex: re.Pattern[str]


Expression = Literal | Field | Call | Pattern


@dataclass(frozen=True)
class Column:
    """An expression and the name of its column."""

    value: Expression
    name: str


@dataclass(frozen=True)
class Command:
    """One command of a query; which of the fields it uses depends on its name."""

    name: str
    columns: tuple[Column, ...] = ()
    by: tuple[Column, ...] = ()
    condition: Expression | None = None
    order: tuple[tuple[Expression, bool], ...] = ()
    """Each expression, and whether the largest comes first."""
    count: int = 0
    pattern: re.Pattern[str] | None = None
    names: tuple[str, ...] = ()

    def expressions(self) -> Iterator[Expression]:
        """All expressions in it."""
        yield from (column.value for column in (*self.columns, *self.by))
        yield from (value for value, _ in self.order)
        if self.condition is not None:
            yield self.condition


class Token(NamedTuple):
    """A piece of a query. kind: name, number, text, regex, sign or end."""

    kind: str
    text: str
    value: str
    line: int
    column: int
    start: int
    stop: int


_TOKENS = re.compile(
    r"""(?P<space>\s+|\#[^\n]*)
      | (?P<number>\d+(?:\.\d+)?(?![\w.@]))
      | (?P<span>\d+(?:ms|s|m|h|d|w|mo|q|y)\b)
      | (?P<text>"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')
      | (?P<quoted>`[^`]+`)
      | (?P<name>[@A-Za-z_][\w@]*(?:\.[\w@]+)*)
      | (?P<sign>=~|!=|<=|>=|[=<>|(),\[\]+\-*/%^])""",
    re.X,
)
_REGEX = re.compile(r"/((?:[^/\\\n]|\\.)+)/([a-z]*)")

COMMANDS = {"dedup", "display", "fields", "filter", "limit", "parse", "sort", "stats"}
_NOT_HERE = {"anomaly", "diff", "filterindex", "join", "lookup", "pattern", "source", "unmask",
             "unnest"}  # fmt: skip
AGGREGATES = {"avg", "count", "count_distinct", "earliest", "latest", "max", "min", "pct",
              "sortsfirst", "sortslast", "stddev", "sum"}  # fmt: skip
_COMPARISONS = {"=", "!=", "<", "<=", ">", ">="}


def read(text: str) -> list[Command]:
    """The commands of a query. Raises MalformedQuery or NotHere."""
    return _Reader(text).commands()


@dataclass
class _Reader:
    """Reads a query from its first token to its last. Raises MalformedQuery where it is none."""

    query: str
    tokens: list[Token] = field(default_factory=list)
    at: int = 0

    def __post_init__(self) -> None:
        place, previous = 0, ""
        while place < len(self.query):
            # A slash begins a pattern where a value cannot be divided.
            regex = _REGEX.match(self.query, place)
            if regex and previous in ("like", "=~", "not", "(", ",", "parse", "name"):
                self._add("regex", regex[0], regex[0], place, regex.end())
                place = regex.end()
                continue
            match = _TOKENS.match(self.query, place)
            if match is None:
                raise self._unexpected(self.query[place], place)
            kind, said = str(match.lastgroup), match[0]
            if kind != "space":
                value = said
                if kind == "text":
                    value = re.sub(r"\\(.)", r"\1", said[1:-1])
                elif kind == "quoted":
                    kind, value = "name", said[1:-1]
                self._add(kind, said, value, place, match.end())
                is_parsed = [t.text.lower() for t in self.tokens[-2:-1]] == ["parse"]
                previous = "parse" if is_parsed else said.lower()
            place = match.end()
        self._add("end", "", "", len(self.query), len(self.query))

    def _add(self, kind: str, text: str, value: str, start: int, stop: int) -> None:
        line, column = self._where(start)
        self.tokens.append(Token(kind, text, value, line, column, start, stop))

    def _where(self, place: int) -> tuple[int, int]:
        before = self.query[:place]
        return before.count("\n") + 1, place - (before.rfind("\n") + 1) + 1

    def _unexpected(self, symbol: str, place: int) -> MalformedQuery:
        line, column = self._where(place)
        return MalformedQuery(
            f"unexpected symbol found {symbol} at line {line} and position {column}"
        )

    # ---- tokens

    @property
    def next(self) -> Token:
        """The token that is read next; of the kind `end` after the last."""
        return self.tokens[self.at]

    def _take(self) -> Token:
        token = self.next
        if token.kind != "end":
            self.at += 1
        return token

    def _is(self, *texts: str) -> bool:
        return self.next.kind in ("name", "sign") and self.next.text.lower() in texts

    def _accept(self, *texts: str) -> bool:
        if self._is(*texts):
            self.at += 1
            return True
        return False

    def _expect(self, text: str) -> None:
        if not self._accept(text):
            raise self._wrong()

    def _wrong(self) -> MalformedQuery:
        return self._unexpected(self.next.text or "<EOF>", self.next.start)

    # ---- commands

    def commands(self) -> list[Command]:
        """The commands, at least one. Raises MalformedQuery or NotHere."""
        commands = []
        self._accept("|")
        while True:
            if self.next.kind != "end" and not self._is("|"):
                commands.append(self._command())
            if not self._accept("|"):
                break
        if self.next.kind != "end":
            raise self._wrong()
        if not commands:
            raise MalformedQuery("unexpected symbol found <EOF> at line 1 and position 1")
        return commands

    def _command(self) -> Command:
        token = self._take()
        name = token.text.lower()
        if token.kind != "name" or name not in COMMANDS | _NOT_HERE:
            self.at -= 1
            raise self._wrong()
        if name in _NOT_HERE:
            raise NotHere(f"the command {name}")
        reader: Callable[[], Command] = getattr(self, f"_{name}")
        return reader()

    def _fields(self) -> Command:
        return Command("fields", columns=self._columns())

    def _display(self) -> Command:
        return Command("display", columns=self._columns())

    def _dedup(self) -> Command:
        return Command("dedup", columns=self._columns())

    def _filter(self) -> Command:
        return Command("filter", condition=self._expression())

    def _limit(self) -> Command:
        token = self._take()
        if token.kind != "number" or "." in token.text:
            self.at -= token.kind != "end"
            raise self._wrong()
        return Command("limit", count=int(token.text))

    def _sort(self) -> Command:
        order = []
        while True:
            value = self._expression()
            down = self._accept("desc")
            if not down:
                self._accept("asc")
            order.append((value, down))
            if not self._accept(","):
                return Command("sort", order=tuple(order))

    def _stats(self) -> Command:
        columns = self._columns()
        by = self._columns() if self._accept("by") else ()
        return Command("stats", columns=columns, by=by)

    def _parse(self) -> Command:
        source = Field("@message")
        if self.next.kind == "name":
            source = Field(self._take().value)
        token = self._take()
        if token.kind == "regex":
            pattern = self._compiled(token)
            return Command("parse", (Column(source, ""),), pattern=pattern)
        if token.kind != "text":
            self.at -= token.kind != "end"
            raise self._wrong()
        self._expect("as")
        names = [self._name()]
        while self._accept(","):
            names.append(self._name())
        if token.value.count("*") != len(names):
            raise MalformedQuery(
                f"the pattern {token.text} has {token.value.count('*')} wildcards, and there are "
                f"{len(names)} names for them"
            )
        glob = "(.*?)".join(re.escape(part) for part in token.value.split("*"))
        if token.value.endswith("*"):
            glob = glob.removesuffix("(.*?)") + "(.*)"
        pattern = re.compile(glob, re.S)
        return Command("parse", (Column(source, ""),), pattern=pattern, names=tuple(names))

    def _name(self) -> str:
        token = self._take()
        if token.kind != "name":
            self.at -= token.kind != "end"
            raise self._wrong()
        return token.value

    def _columns(self) -> tuple[Column, ...]:
        columns = []
        while True:
            start = self.next.start
            value = self._expression()
            said = self.query[start : self.tokens[self.at - 1].stop]
            name = self._name() if self._accept("as") else said
            if isinstance(value, Field) and name == said:
                name = value.name
            columns.append(Column(value, name))
            if not self._accept(","):
                return tuple(columns)

    # ---- expressions, from what binds least to what binds most

    def _expression(self) -> Expression:
        return self._chain(self._and, "or")

    def _and(self) -> Expression:
        return self._chain(self._not, "and")

    def _not(self) -> Expression:
        if self._accept("not"):
            return Call("not", (self._not(),))
        return self._comparison()

    def _comparison(self) -> Expression:
        left = self._sum()
        while True:
            if self.next.kind == "sign" and self.next.text in _COMPARISONS:
                left = Call(self._take().text, (left, self._sum()))
            elif self._accept("like", "=~"):
                left = Call("like", (left, self._like()))
            elif self._accept("in"):
                left = Call("in", (left, *self._list()))
            elif self._is("not") and self.tokens[self.at + 1].text.lower() in ("like", "in"):
                self.at += 1
                if self._accept("like"):
                    left = Call("not", (Call("like", (left, self._like())),))
                else:
                    self._take()
                    left = Call("not", (Call("in", (left, *self._list())),))
            else:
                return left

    def _like(self) -> Expression:
        token = self._take()
        if token.kind == "regex":
            return Pattern(self._compiled(token))
        if token.kind == "text":
            return Pattern(re.compile(re.escape(token.value)))
        self.at -= token.kind != "end"
        raise self._wrong()

    def _compiled(self, token: Token) -> re.Pattern[str]:
        match = _REGEX.fullmatch(token.text)
        assert match
        pattern = re.sub(r"\(\?<(?![=!])", "(?P<", match[1]).replace(r"\/", "/")
        flags = re.I if "i" in match[2] else 0
        if pattern.startswith("(?i)"):
            pattern, flags = pattern.removeprefix("(?i)"), re.I
        try:
            return re.compile(pattern, flags)
        except re.error as error:
            raise MalformedQuery(f"invalid regular expression {token.text}: {error}") from None

    def _list(self) -> list[Expression]:
        self._expect("[")
        expressions = [self._expression()]
        while self._accept(","):
            expressions.append(self._expression())
        self._expect("]")
        return expressions

    def _sum(self) -> Expression:
        return self._chain(self._product, "+", "-")

    def _product(self) -> Expression:
        return self._chain(self._power, "*", "/", "%")

    def _power(self) -> Expression:
        left = self._unary()
        return Call("^", (left, self._power())) if self._accept("^") else left

    def _unary(self) -> Expression:
        if self._accept("-"):
            return Call("-", (Literal(0.0), self._unary()))
        return self._atom()

    def _atom(self) -> Expression:
        token = self._take()
        if token.kind == "number":
            return Literal(float(token.text))
        if token.kind in ("text", "span"):
            return Literal(token.value)
        if token.kind == "sign" and token.text == "(":
            inner = self._expression()
            self._expect(")")
            return inner
        if token.kind == "name" and self._accept("("):
            return self._call(token)
        if token.kind == "name":
            return Field(token.value)
        self.at -= token.kind != "end"
        raise self._wrong()

    def _call(self, token: Token) -> Expression:
        arguments: list[Expression] = []
        if self._accept("*"):
            self._expect(")")
        elif not self._accept(")"):
            arguments.append(self._expression())
            while self._accept(","):
                arguments.append(self._expression())
            self._expect(")")
        text = self.query[token.start : self.tokens[self.at - 1].stop]
        return Call(token.value.lower(), tuple(arguments), text)

    def _chain(self, part: Callable[[], Expression], *signs: str) -> Expression:
        left = part()
        while self._is(*signs):
            left = Call(self._take().text.lower(), (left, part()))
        return left
