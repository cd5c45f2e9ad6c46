"""The table of widths against the fonts that it was read from."""

import shutil
import subprocess

import pytest
from fontTools.ttLib import TTFont

from helpers.draw.widths import text_width

FONTS = ("DejaVu Sans", "Liberation Sans", "Noto Sans")
ASCII = [chr(code) for code in range(0x20, 0x7F)]
MARKS = "·…–—’“”×→≤≥≠✓✗○"


def font_file(family: str, style: str) -> str:
    """The file of a font that is installed; skips where it is not."""
    if not shutil.which("fc-match"):
        pytest.skip("no fontconfig here")
    asked = ["fc-match", f"{family}:style={style}", "--format=%{family}|%{style}|%{file}"]
    names, styles, path = subprocess.check_output(asked, text=True).split("|")
    if family not in names.split(",") or style not in styles.split(","):
        pytest.skip(f"{family} {style} is not installed")
    return path


@pytest.fixture(scope="module", params=["Regular", "Bold"])
def advances(request):
    """Whether bold, and the widest advance of each character in the three fonts."""
    widest: dict[str, float] = {}
    for family in FONTS:
        style = "Book" if family == "DejaVu Sans" and request.param == "Regular" else request.param
        font = TTFont(font_file(family, style))
        unit, names, metrics = font["head"].unitsPerEm, font.getBestCmap(), font["hmtx"]
        for code, name in names.items():
            wide = metrics[name][0] / unit
            widest[chr(code)] = max(wide, widest.get(chr(code), 0))
    return request.param == "Bold", widest


def test_no_character_is_wider_than_the_table_says_and_none_much_narrower(advances):
    bold, widest = advances
    for character in [*ASCII, *MARKS]:
        said = text_width(character, 1, bold)
        assert widest[character] - 0.001 <= said <= widest[character] * 1.05, character


def test_words_of_other_scripts_are_not_wider_than_reckoned(advances):
    bold, widest = advances
    for said in ("Straße über Öl", "ПРОВЕРКА СЧЁТА", "проверка счёта", "Έλεγχος", "Žluťoučký"):
        assert sum(widest[c] for c in said) <= text_width(said, 1, bold) + 0.001, said
