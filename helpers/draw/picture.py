"""A Picture: a drawing that also says in words what it shows, wherever it is displayed or saved."""

from __future__ import annotations

import base64
import html
import math
import re
from collections.abc import Callable
from functools import cached_property
from pathlib import Path
from typing import Any

from helpers.draw import arrows, browser, layout
from helpers.draw.errors import CannotSave
from helpers.draw.look import EDGE_OF_PAPER, FONT_STACK, PAPER, clean

FORMATS = (".svg", ".html", ".dot", ".txt", ".png", ".pdf")
WIDE = 1000  # pixels; a drawing up to here is shrunk to the column that it stands in
WHOLE_ON_PAPER = (  # where nothing scrolls; an untrusted notebook and GitHub leave it out
    '<style>@media print{img[src^="data:image/svg"]{max-width:100%!important}}</style>'
)


class Picture:
    """A drawing and its words.

    `source` is its DOT, "" for a drawing that is no graph; `text` says in words what it shows;
    `title` is its name in a few words; `svg` is the drawing, made when it is first asked for.

    In a notebook it shows as an image that an untrusted notebook, GitHub and nbconvert show as
    well; a screen reader reads the words.
    """

    def __init__(
        self,
        text: str,
        *,
        title: str = "",
        source: str = "",
        draw: Callable[[], str] | None = None,
        style: str = "",
        details: tuple[tuple[str, str], ...] = (),
    ) -> None:
        """`draw` makes the SVG; without it the DOT in `source` is laid out by Graphviz.

        `style` is CSS for what Graphviz draws. `details` are (element id, words): the tooltip and
        name of one part.
        """
        self.text = clean(text).strip()
        self.title = clean(title)
        self.source = source
        self._draw = draw
        self._style = style
        self._details = details

    @cached_property
    def svg(self) -> str:
        """The drawing as SVG text, with its words in `<title>` and `<desc>`."""
        drawn = self._draw() if self._draw else from_graphviz(layout.svg(self.source), self._style)
        return _with_words(drawn, self.title, self.text, self._details)

    @property
    def html(self) -> str:
        """The drawing as one `<img>` that carries everything in it, and the words to unfold."""
        width, height = size(self.svg)
        data = base64.b64encode(self.svg.encode()).decode()
        fit, paper = "max-width:100%", ""
        if width > WIDE:  # it keeps its size and scrolls: shrunk to the column nobody could read it
            fit, paper = "max-width:none", WHOLE_ON_PAPER
        return (
            f'{paper}<div style="overflow-x:auto">'
            f'<img alt="{html.escape(self.text)}" src="data:image/svg+xml;base64,{data}" '
            f'width="{width:.0f}" height="{height:.0f}" style="{fit};height:auto"></div>\n'
            f"<details><summary>In words</summary>{_paragraphs(self.text)}</details>"
        )

    def save(self, path: str | Path) -> Path:
        """Writes the picture; the ending says how: .svg, .html, .dot, .txt, or, where a browser is
        installed, .png or .pdf. A file of that name is replaced.

        Returns the path. Raises CannotSave for another ending, and where nothing can be written.
        """
        path = Path(path)
        kind = path.suffix.lower()
        if kind in (".png", ".pdf"):
            content = browser.render(self.svg, *size(self.svg), kind[1:])
        elif kind == ".svg":
            content = self.svg.encode()
        elif kind == ".html":
            content = self._page().encode()
        elif kind == ".txt":
            content = (self.text + "\n").encode()
        elif kind in (".dot", ".gv"):
            if not self.source:
                raise CannotSave("This drawing is no graph, so it has no DOT. Save it as .svg.")
            content = self.source.encode()
        else:
            raise CannotSave(
                f'"{path}" does not end in a format that a picture can be saved in: '
                f"{', '.join(FORMATS)}."
            )
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
        except OSError as error:
            raise CannotSave(
                f'"{path}" cannot be written: {error.strerror or error}. '
                "Give a folder that is yours, such as the notebook's own."
            ) from None
        return path

    def _page(self) -> str:
        title = html.escape(self.title or "Picture")
        return (
            f'<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8"><title>{title}</title>'
            '<meta name="viewport" content="width=device-width">'
            f"<style>body{{font-family:{FONT_STACK};margin:1rem}}"
            "@media print{summary{display:none}}</style></head>\n"
            f"<body>{self.html}</body></html>\n"
        )

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:
        """SVG for who wants it; HTML, which Jupyter, nbconvert and GitHub prefer; the words."""
        return {"image/svg+xml": self.svg, "text/html": self.html, "text/plain": self.text}

    def __repr__(self) -> str:
        return self.text


def from_graphviz(drawn: str, style: str = "") -> str:
    """Graphviz's SVG on a card of its own, so that light and dark themes show it alike.

    Sizes become pixels, an arrow and its words one group, and the prologue, the comments and the
    tooltips that repeat DOT's node names go away.
    """
    drawn = drawn[drawn.index("<svg") :]
    drawn = re.sub(r"<!--.*?-->\n?", "", drawn, flags=re.DOTALL)
    drawn = re.sub(r"<title>[^<]*</title>\n?", "", drawn)
    drawn = drawn.replace(' xmlns:xlink="http://www.w3.org/1999/xlink"', "")
    drawn = drawn.replace(' xml:space="preserve"', "")
    drawn = re.sub(r'font-family="[^"]*"', "", drawn)
    drawn = drawn.replace("&#45;", "-").replace("&#160;", " ")
    # the paper that Graphviz paints, as the first polygon after the graph's own <g>
    drawn = re.sub(r'(<g id="[^"]*" class="graph[^>]*>\n)<polygon [^>]*/>\n', r"\1", drawn, count=1)
    box = re.search(r'viewBox="([\d. -]+)"', drawn)
    assert box, "Graphviz always writes a viewBox"
    width, height = (float(part) for part in box[1].split()[2:])
    inner = drawn[drawn.index(">", box.end()) + 1 : drawn.rindex("</svg>")]
    return card(arrows.joined(inner), width, height, style)


def card(inner: str, width: float, height: float, style: str = "") -> str:
    """An `<svg>` of so many pixels: a sheet of paper with a thin edge, and `inner` on it."""
    width, height = math.ceil(width), math.ceil(height)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" '
        f'viewBox="0 0 {width} {height}" font-family="{FONT_STACK}">'
        f"{f'<style>{style}</style>' if style else ''}"
        f'<rect class="paper" x="0.5" y="0.5" width="{width - 1}" height="{height - 1}" '
        f'rx="8" fill="{PAPER}" stroke="{EDGE_OF_PAPER}"/>{inner.strip()}</svg>'
    )


def inside(svg: str) -> str:
    """What stands on a card, without the card."""
    return svg[svg.index("/>", svg.index('class="paper"')) + 2 : svg.rindex("</svg>")]


def size(svg: str) -> tuple[float, float]:
    """Width and height of an SVG in pixels."""
    size = re.search(r'<svg [^>]*?width="([\d.]+)(?:px|pt)?" height="([\d.]+)(?:px|pt)?"', svg)
    return (float(size[1]), float(size[2])) if size else (800.0, 400.0)


def _with_words(svg: str, title: str, text: str, details: tuple[tuple[str, str], ...]) -> str:
    """Adds the accessible name and description, and each part's own words as its `<title>`."""
    named = {
        element: f"<title>{html.escape(clean(words), quote=False)}</title>"
        for element, words in details
    }
    svg = re.sub(
        r'<g id="([^"]*)"[^>]*>', lambda opening: opening[0] + named.get(opening[1], ""), svg
    )
    at = svg.index(">", svg.index("<svg"))
    return (
        f'{svg[:at]} role="img">'
        f"<title>{html.escape(title, quote=False)}</title>"
        f"<desc>{html.escape(text, quote=False)}</desc>{svg[at + 1 :]}"
    )


def no_formula(text: str) -> str:
    """HTML in which amounts stay amounts: notebooks and GitHub take what stands between two bare
    dollar signs for a formula."""
    return text.replace("$", "<span>$</span>")


def _paragraphs(text: str) -> str:
    return no_formula(
        "".join(f"<p>{html.escape(line, quote=False)}</p>" for line in text.splitlines() if line)
    )
