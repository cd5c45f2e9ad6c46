"""How the pictures look: each status by colour, mark and word; the font; words in lines."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

FONT = "Helvetica"
FONT_STACK = "Helvetica, Arial, 'Liberation Sans', 'DejaVu Sans', sans-serif"

INK = "#1B1F24"  # text: 16:1 on paper
SOFT = "#57606A"  # second lines: 6.4:1 on paper
FADED_INK = "#6A737D"  # text of what was not reached: 4.8:1 on paper
LINE = "#57606A"
FADED_LINE = "#8C959F"  # lines need 3:1
PAPER = "#FFFFFF"
EDGE_OF_PAPER = "#D0D7DE"
ENDS = "#FFDA75"  # Start and End, as in AWS's console
BOX = "#F6F8FA"  # the ground of a Parallel or Map
DISTRIBUTED = "#8250DF"  # the box of a Map whose items are executions of their own
ERROR_LINE = "#B35900"  # a Catch: 4.9:1 on paper


@dataclass(frozen=True)
class Status:
    """One status: the word said, the mark, the colour, and how it fills and outlines a box."""

    word: str
    mark: str
    colour: str
    fill: str
    line: str


STATUS = {
    "succeeded": Status("succeeded", "✓", "#2BD62E", "#DDF8DE", "#2BD62E"),
    "failed": Status("failed", "✗", "#DE322F", "#FBE0DF", "#DE322F"),
    "caught": Status("caught error", "!", "#FFA500", "#FFEFD2", "#FFA500"),
    "running": Status("in progress", "…", "#53C9ED", "#DFF5FC", "#53C9ED"),
    "cancelled": Status("cancelled", "–", "#DDDDDD", "#DDDDDD", "#8C959F"),
    "not started": Status("not started", "○", "#FFFFFF", "#FFFFFF", "#8C959F"),
}
"""Step status → its look. The colours are those of AWS's console; the fills are paler, so that dark
text on them keeps 4.5:1."""

_UNSEEN = "\n\u200c\u200d"  # line end, zero-width non-joiner and joiner


def clean(text: str) -> str:
    """The text with a dot for each character that no picture can show: controls, half emoji.

    The joiners stay, of which emoji and many scripts make one sign of several.

    >>> clean("ding\\x07")
    'ding·'
    """
    return "".join(c if c in _UNSEEN or c.isprintable() else "·" for c in text)


def wrap(text: str, longest: int, lines: int = 3) -> list[str]:
    """The text in at most `lines` lines of about `longest` characters: broken at spaces; a word
    that is too long by itself after separators or between lower and upper case; cut with … only
    where it does not fit.

    >>> wrap("Check Stock Value", 12)
    ['Check Stock', 'Value']
    >>> wrap("VerifyCustomerAddressAndCreditLimit", 18)
    ['VerifyCustomer', 'AddressAndCredit', 'Limit']
    """
    done: list[str] = []
    line = ""
    for piece in _pieces(text, longest):
        if line and len((line + piece).rstrip()) > longest:
            done.append(line.rstrip())
            line = ""
        line += piece
    if line.strip():
        done.append(line.rstrip())
    if len(done) > lines:
        done = [*done[: lines - 1], _cut(" ".join(done[lines - 1 :]), longest)]
    return done or [""]


def _pieces(text: str, longest: int) -> Iterator[str]:
    """Words with the space behind them; words that are too long in parts."""
    for word in text.split():
        parts = re.findall(_PART, word) if len(word) > longest else [word]
        for part in parts[:-1]:
            yield from (part[at : at + longest] for at in range(0, len(part), longest))
        last = parts[-1]
        yield from (last[at : at + longest] for at in range(0, len(last) - longest, longest))
        yield last[(len(last) - 1) // longest * longest :] + " "


_PART = re.compile(r"[^_\-./:]*?(?:[_\-./:]+|(?<=[a-z0-9])(?=[A-Z])|$)")


def _cut(text: str, longest: int) -> str:
    return text if len(text) <= longest else text[: longest - 1].rstrip() + "…"
