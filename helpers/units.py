"""Times, numbers and names as a reader says them: `0.4 s`, `1 min 12 s`. A leaf of the imports."""

from __future__ import annotations

from datetime import UTC, datetime


def duration(seconds: float | None) -> str:
    """A length of time in one or two units, never more digits than matter.

    >>> duration(0.0004), duration(0.043), duration(0.4), duration(7.25), duration(72)
    ('0 s', '43 ms', '0.4 s', '7.2 s', '1 min 12 s')
    >>> duration(3 * 3600 + 125), duration(200_000), duration(None)
    ('3 h 2 min', '2 d 7 h', 'unknown time')
    """
    if seconds is None:
        return "unknown time"
    if seconds < 0:
        return "-" + duration(-seconds)
    if seconds < 0.0005:
        return "0 s"
    if seconds < 0.0995:
        return f"{round(seconds * 1000)} ms"
    if seconds < 59.95:
        return f"{seconds:.1f}".removesuffix(".0") + " s"
    whole = round(seconds)
    for size, name, smaller, smaller_name in (
        (86400, "d", 3600, "h"),
        (3600, "h", 60, "min"),
        (60, "min", 1, "s"),
    ):
        if whole >= size:
            rest = whole % size // smaller
            return f"{whole // size} {name}" + (f" {rest} {smaller_name}" if rest else "")
    return f"{whole} s"


def plural(count: int, word: str) -> str:
    """A number with its word.

    >>> plural(1, "order"), plural(2, "order")
    ('1 order', '2 orders')
    """
    return f"{count} {word}{'s' * (count != 1)}"


def clock(when: datetime | None, *, like: datetime | None = None) -> str:
    """A moment as a clock shows it, in UTC; with the date where it is another day than `like`.

    >>> clock(datetime(2025, 3, 1, 9, 0, tzinfo=UTC))
    '09:00:00'
    >>> clock(datetime(2025, 3, 2, 9, 0, tzinfo=UTC), like=datetime(2025, 3, 1, tzinfo=UTC))
    '2 Mar 09:00:00'
    """
    if when is None:
        return "unknown time"
    when = when.astimezone(UTC)
    text = f"{when:%H:%M:%S}"
    if like is not None and like.astimezone(UTC).date() != when.date():
        text = f"{when.day} {when:%b} {text}"
    return text


def named(name: str) -> str:
    """A name on one line; a blank one is said to be none.

    >>> named("line\\nbreak"), named(" ")
    ('line break', '(no name)')
    """
    return " ".join(name.split()) or "(no name)"


def shorten(text: str, longest: int) -> str:
    """The text on one line, at most `longest` characters, ending in … where it was cut.

    >>> shorten("a  long\\nstory", 8)
    'a long…'
    """
    text = " ".join(text.split())
    return text if len(text) <= longest else text[: longest - 1].rstrip() + "…"
