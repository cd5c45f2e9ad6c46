"""A Picture: seen everywhere, said in words, saved in each format; both engines lay it out."""

import asyncio
import base64
import html
import re
import shutil
import sys
import xml.etree.ElementTree as ET

import nbconvert
import nbformat
import pytest
from machines import TEMPLATE, TRADER, chain
from nbformat.v4 import new_code_cell, new_notebook, new_output
from PIL import Image
from recorder import trade

from helpers import draw, executions
from helpers.draw import browser, layout, look
from helpers.draw.picture import Picture, size

SVG = "{http://www.w3.org/2000/svg}"
RUN = executions.from_history(trade(2))


def every_kind():
    return {
        "machine": draw.state_machine(TRADER),
        "execution": draw.state_machine(TRADER, RUN),
        "timeline": draw.timeline(RUN),
        "template": draw.template(TEMPLATE),
        "both": draw.template(TEMPLATE, TEMPLATE),
        "replay": draw.replay(TRADER, RUN),
    }


@pytest.fixture(scope="module", params=sorted(every_kind()))
def picture(request):
    return every_kind()[request.param]


def test_the_words_are_its_alt_its_description_and_its_plain_text(picture):
    bundle = picture._repr_mimebundle_()
    assert set(bundle) == {"image/svg+xml", "text/html", "text/plain"}
    assert bundle["text/plain"] == picture.text == repr(picture)
    drawn = ET.fromstring(bundle["image/svg+xml"])
    assert drawn.get("role") == "img"
    assert drawn.find(f"{SVG}title").text == picture.title
    assert drawn.find(f"{SVG}desc").text == picture.text
    alt = re.search(r'<img alt="([^"]*)"', bundle["text/html"])[1]
    assert html.unescape(alt) == picture.text
    data = re.search(r'src="data:image/svg\+xml;base64,([^"]+)"', bundle["text/html"])[1]
    assert base64.b64decode(data).decode() == picture.svg


def test_it_needs_nothing_from_elsewhere(picture):
    everything = picture.html + picture.svg
    addresses = set(re.findall(r"https?://[^\"' )<]+", everything))
    assert addresses <= {"http://www.w3.org/2000/svg"}
    assert "require(" not in everything and "<link" not in everything


def test_nbconvert_shows_it_once(picture):
    output = new_output("execute_result", picture._repr_mimebundle_(), execution_count=1)
    cell = new_code_cell("x", execution_count=1, outputs=[output])
    page, _ = nbconvert.HTMLExporter().from_notebook_node(new_notebook(cells=[cell]))
    assert page.count('<img alt="') == 1  # nbconvert's own style sheet has images of its own
    assert page.count(base64.b64encode(picture.svg.encode()).decode()) == 1
    assert picture.svg not in page
    nbformat.validate(new_notebook(cells=[cell]))


@pytest.mark.parametrize("kind", ["svg", "html", "txt"])
def test_saved(picture, tmp_path, kind):
    path = picture.save(tmp_path / "deeper" / f"picture.{kind}")
    content = path.read_text(encoding="utf-8")
    if kind == "svg":
        ET.fromstring(content)
    elif kind == "html":
        assert content.startswith("<!DOCTYPE html>") and "<img alt=" in content
    else:
        assert content == picture.text + "\n"


def test_saved_as_dot(tmp_path):
    graph = draw.state_machine(TRADER)
    assert graph.save(tmp_path / "a.dot").read_text() == graph.source
    with pytest.raises(draw.CannotSave, match="is no graph"):
        draw.timeline(RUN).save(tmp_path / "c.dot")


@pytest.mark.skipif(not any(map(shutil.which, browser.LINUX)), reason="no browser here")
def test_saved_as_png_and_pdf_as_a_browser_shows_it(tmp_path):
    for drawn in (draw.state_machine(TRADER), draw.timeline(RUN)):
        with Image.open(drawn.save(tmp_path / "a.png")) as png:
            width, height = size(drawn.svg)
            assert png.size == (2 * width, 2 * height)
            assert len(png.convert("RGB").getcolors(1 << 24)) > 20  # there is something on it
    assert drawn.save(tmp_path / "a.pdf").read_bytes().startswith(b"%PDF")


def test_without_the_package_that_drives_a_browser_it_says_what_to_type(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "playwright.sync_api", None)
    with pytest.raises(draw.CannotSave, match="pip install playwright") as raised:
        draw.timeline(RUN).save(tmp_path / "a.png")
    assert ".svg or .html" in raised.value.then
    assert not list(tmp_path.iterdir())


@pytest.mark.skipif(not any(map(shutil.which, browser.LINUX)), reason="no browser here")
def test_saved_as_png_from_a_notebook_whose_event_loop_runs(tmp_path):
    async def cell():
        return draw.timeline(RUN).save(tmp_path / "a.png")

    assert asyncio.run(cell()).read_bytes().startswith(b"\x89PNG")


def test_without_a_browser_it_says_what_to_do(tmp_path, monkeypatch):
    monkeypatch.setattr(browser, "_candidates", lambda: iter([{"executable_path": "/no/such"}]))
    with pytest.raises(draw.CannotSave, match=r"Save it as \.svg or \.html"):
        draw.timeline(RUN).save(tmp_path / "b.png")
    assert not list(tmp_path.iterdir())


def test_where_nothing_can_be_written_it_says_so(picture, tmp_path):
    (tmp_path / "file").write_text("mine")
    (tmp_path / "folder.svg").mkdir()
    for name in ("file/a.svg", "folder.svg"):
        with pytest.raises(draw.CannotSave, match=r"cannot be written: .+ Give a folder"):
            picture.save(tmp_path / name)
    for name in ("a.jpeg", "a", ""):
        with pytest.raises(draw.CannotSave, match="does not end in a format"):
            picture.save(name)


def test_details_become_tooltips_of_their_part_only():
    svg = Picture(
        "x", source='digraph { a [id="one"]; b [id="two"] }', details=(("one", "1 < 2"),)
    ).svg
    titles = {
        g.get("id"): [t.text for t in g.findall(f"{SVG}title")]
        for g in ET.fromstring(svg).iter(f"{SVG}g")
    }
    assert titles["one"] == ["1 < 2"] and titles["two"] == []


def test_the_card_holds_the_drawing(picture):
    width, height = size(picture.svg)
    paper = next(
        r for r in ET.fromstring(picture.svg).iter(f"{SVG}rect") if r.get("class") == "paper"
    )
    assert float(paper.get("width")) == width - 1 and float(paper.get("height")) == height - 1
    assert paper.get("fill") == look.PAPER


def test_both_engines_draw_the_same_parts(monkeypatch):
    if layout.engine() != "dot":
        pytest.skip("no dot here")
    drawn = {}
    for engine in ("dot", "wasm"):
        monkeypatch.setenv("COURSE_GRAPHVIZ", engine)
        svg = draw.state_machine(chain(12)).svg
        drawn[engine] = {
            (g.get("id"), g.get("class"), "".join(t.text or "" for t in g.iter(f"{SVG}text")))
            for g in ET.fromstring(svg).iter(f"{SVG}g")
            if (g.get("id") or "").startswith(("state-", "edge-"))
        }
    assert drawn["dot"] == drawn["wasm"]


def test_no_dot_falls_back_and_a_forced_one_says_what_is_missing(monkeypatch):
    monkeypatch.delenv("COURSE_GRAPHVIZ", raising=False)
    monkeypatch.setenv("PATH", "")
    assert layout.engine() == "wasm"
    assert "<svg" in draw.state_machine(chain(2)).svg
    monkeypatch.setenv("COURSE_GRAPHVIZ", "dot")
    with pytest.raises(draw.GraphvizFailed, match="not on PATH"):
        layout.svg("digraph { only_here }")


@pytest.mark.parametrize("engine", ["dot", "wasm"])
def test_dot_that_does_not_parse_is_a_sentence_and_the_next_one_draws(engine, monkeypatch):
    if engine == "dot" and layout.engine() != "dot":
        pytest.skip("no dot here")
    monkeypatch.setenv("COURSE_GRAPHVIZ", engine)
    with pytest.raises(draw.GraphvizFailed, match="could not lay the graph out"):
        layout.svg("digraph { a -> ")
    assert "<svg" in layout.svg("digraph { a -> b }")


def luminance(colour: str) -> float:
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("status", sorted(look.STATUS))
def test_text_on_each_status_can_be_read(status):
    fill = look.STATUS[status].fill
    for ink in (look.INK, look.SOFT) if status != "not started" else (look.FADED_INK,):
        assert contrast(ink, fill) >= 4.5, (ink, fill)


def test_text_on_paper_and_boxes_can_be_read():
    from helpers.draw.resource_graph import _GROUNDS

    for ink in (look.INK, look.SOFT, look.FADED_INK, look.ERROR_LINE, "#B3211E"):
        assert contrast(ink, look.PAPER) >= 4.5, ink
    for ink in (look.INK, look.SOFT, look.ERROR_LINE):
        assert contrast(ink, look.BOX) >= 4.5, ink
    assert contrast(look.INK, look.ENDS) >= 4.5
    for ground, line in _GROUNDS.values():
        assert contrast(line, ground) >= 4.5, line


def test_amounts_in_the_words_are_not_taken_for_a_formula():
    page = Picture("From $5 to $7.\n<b>", draw=lambda: "<svg></svg>").html
    assert "<p>From <span>$</span>5 to <span>$</span>7.</p><p>&lt;b&gt;</p>" in page
    assert 'alt="From $5 to $7.' in page
