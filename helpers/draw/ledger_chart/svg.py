"""matplotlib's SVG, made small and set in the font of the other pictures."""

from __future__ import annotations

import re

FIGURE_FONT = "DejaVu Sans"  # comes with matplotlib, so text is measured alike everywhere


def tidied(svg: str) -> str:
    """What is inside matplotlib's `<svg>`: shorter numbers, no font of its own, no metadata."""
    inner = svg[svg.index(">", svg.index("<svg")) + 1 : svg.rindex("</svg>")]
    inner = re.sub(r"<metadata>.*?</metadata>", "", inner, flags=re.DOTALL)
    inner = inner.replace(f"font-family: '{FIGURE_FONT}'; ", "")
    inner = inner.replace(f"font-family: '{FIGURE_FONT}'", "")
    inner = re.sub(r' transform="rotate\(-0 [\d. -]+\)"', "", inner)
    inner = re.sub(r"<!--.*?-->", "", inner, flags=re.DOTALL)
    inner = re.sub(r"(\d+\.\d{2})\d+", r"\1", inner)
    inner = re.sub(r"(<g clip-path=[^>]*)>\s*((?:<use [^>]*/>\s*)+)", _one_style, inner)
    inner = re.sub(r"\s*\n\s*", " ", inner)
    return f'<g xmlns:xlink="http://www.w3.org/1999/xlink">{inner}</g>'


def _one_style(match: re.Match[str]) -> str:
    """Marks that look alike: the look is said once, on their group."""
    opening, marks = match.groups()
    styles = set(re.findall(r' style="([^"]*)"', marks))
    if len(styles) != 1:
        return match[0]
    bare = re.sub(r' style="[^"]*"', "", marks)
    return f'{opening} style="{styles.pop()}">{bare}'
