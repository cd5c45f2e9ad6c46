"""How wide words are in the widest of the fonts that a reader may have.

A drawing is laid out here and shown elsewhere: with Helvetica or Arial, or on Linux with whichever
of Liberation Sans, DejaVu Sans and Noto Sans is there. Room is left for the widest, so that a
drawing is the same on every machine and its words fit on each.
"""

from __future__ import annotations

import unicodedata

# The widest advance of each character from U+0020 to U+007E in DejaVu Sans 2.37, Liberation Sans
# 2.1 (as wide as Arial and Helvetica) and Noto Sans 2.015, in thousandths of the font's size. A
# test holds them against the fonts.
_REGULAR = (
    318, 401, 460, 838, 636, 950, 780, 275, 390, 390, 551, 838, 318, 361, 318, 372,
    636, 636, 636, 636, 636, 636, 636, 636, 636, 636, 337, 337, 838, 838, 838, 556,
    1015, 684, 686, 722, 770, 667, 611, 778, 752, 339, 500, 667, 557, 907, 760, 787,
    667, 787, 722, 667, 611, 732, 684, 989, 685, 667, 685, 390, 372, 390, 838, 556,
    500, 613, 635, 550, 635, 615, 352, 635, 634, 278, 278, 579, 278, 974, 634, 612,
    635, 635, 413, 521, 392, 634, 592, 818, 592, 592, 525, 636, 551, 636, 838,
)  # fmt: skip
_BOLD = (
    348, 456, 521, 838, 696, 1002, 872, 306, 457, 457, 545, 838, 380, 415, 380, 413,
    696, 696, 696, 696, 696, 696, 696, 696, 696, 696, 400, 400, 838, 838, 838, 611,
    1000, 774, 762, 734, 830, 683, 683, 821, 837, 389, 556, 775, 637, 995, 837, 850,
    733, 850, 770, 720, 682, 812, 774, 1103, 771, 724, 725, 457, 413, 457, 838, 556,
    500, 675, 716, 593, 716, 678, 435, 716, 712, 343, 343, 665, 343, 1042, 712, 687,
    716, 716, 493, 595, 478, 712, 652, 924, 645, 652, 582, 712, 551, 712, 838,
)  # fmt: skip
_MARKS = {
    "·": (318, 380), "…": (1000, 1000), "–": (556, 556), "—": (1000, 1000),
    "’": (318, 380), "“": (518, 657), "”": (518, 657), "×": (838, 838),
    "→": (1000, 1000), "≤": (838, 838), "≥": (838, 838), "≠": (838, 838),
    "✓": (838, 838), "✗": (838, 838), "○": (873, 873),
}  # fmt: skip
"""The signs that the drawings use themselves: (regular, bold)."""


def text_width(text: str, size: float, bold: bool = False) -> float:
    """The most that the text takes, in the unit of `size`.

    >>> round(text_width("Buy Stock", 13)), round(text_width("Buy Stock", 13, bold=True))
    (65, 73)
    """
    return sum(_advance(character, bold) for character in text) * size / 1000


def _advance(character: str, bold: bool) -> int:
    if character in _MARKS:
        return _MARKS[character][bold]
    code = ord(unicodedata.normalize("NFKD", character)[0])  # an accent adds nothing
    if 0x20 <= code <= 0x7E:
        return (_BOLD if bold else _REGULAR)[code - 0x20]
    if unicodedata.category(character) in ("Mn", "Me", "Cf"):
        return 0  # joins and accents
    if code >= 0x1F000:
        return 1300  # emoji
    if unicodedata.category(character) == "Ll":
        return 850
    return 1000
