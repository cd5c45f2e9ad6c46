"""The gallery's page says and shows what the code draws today."""

import html
import runpy
import xml.etree.ElementTree as ET

import pytest
from browsing import a_browser, in_browser
from machines import ROOT

from helpers.draw.picture import no_formula

SVG = "{http://www.w3.org/2000/svg}"
DOCS = ROOT / "docs"


@pytest.fixture(scope="module")
def entries():
    return runpy.run_path(str(DOCS / "gallery.py"))["entries"]()


def test_each_drawing_is_on_the_page_with_its_words_and_its_call(entries):
    page = (DOCS / "gallery.md").read_text(encoding="utf-8")
    for name, heading, shows, call, picture in entries:
        said = [f"## {heading}\n\n{shows}\n\n```python\n{call}\n```", f"](gallery/{name}.svg)"]
        said += [f"> {line}" for line in no_formula(picture.text).splitlines()]
        missing = [one for one in said if one not in page]
        assert not missing, f"{name}: run `python docs/gallery.py`"


def test_each_drawing_beside_it_is_the_one_that_is_drawn(entries):
    """By its parts and words: where they stand differs between versions of Graphviz, and what the
    parts of a chart are called between versions of matplotlib."""

    def parts(svg: str, graph: bool) -> list[tuple[str | None, str]]:
        root = ET.fromstring(svg)
        groups = [
            (graph and g.get("id"), " ".join(t.text or "" for t in g.findall(f"{SVG}text")))
            for g in root.iter(f"{SVG}g")
            if g.get("id") and "graph" not in (g.get("class") or "")
        ]
        if not graph:
            groups = [one for one in groups if one[1]]
        return [("words", html.unescape(root.find(f"{SVG}desc").text)), *sorted(groups)]

    for name, *_, picture in entries:
        path = DOCS / "gallery" / f"{name}.svg"
        assert path.exists(), f"{name}: run `python docs/gallery.py`"
        kept = path.read_text(encoding="utf-8")
        assert parts(kept, bool(picture.source)) == parts(picture.svg, bool(picture.source)), (
            f"{name}: run `python docs/gallery.py`"
        )


@in_browser
def test_each_text_in_a_drawing_is_legible_and_on_its_card():
    """On black, so that a text beside the card would be seen to be missed by it."""
    with a_browser() as browser:
        page = browser.new_page(viewport={"width": 1100, "height": 1700})
        page.add_init_script(path=DOCS.parent / "tests" / "draw" / "measure.js")
        page.goto("about:blank")
        for drawing in sorted((DOCS / "gallery").glob("*.svg")):
            svg = drawing.read_text(encoding="utf-8")
            page.set_content(f"<body style='margin:0;background:#000'>{svg}")
            width = page.locator("svg").bounding_box()["width"]
            texts = page.locator("body").evaluate("one => textsIn(one)")
            assert texts, drawing.name
            for text in texts:
                assert text["contrast"] >= 4.5, (drawing.name, text)
                assert text["x"] >= 0 and text["x"] + text["width"] <= width, (drawing.name, text)
