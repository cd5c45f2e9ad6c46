"""Where a notebook is read without Jupyter: nbviewer, GitHub, an HTML export, on paper.

nbviewer is nbconvert with its template `basic`. GitHub's page is nbconvert's too, sanitised: no
script, no style (neither element nor attribute), no id, class or data of ours.
"""

from html.parser import HTMLParser

import nbconvert
import nbformat
import pytest
from browsing import ROOT, SCREENSHOTS, a_browser, in_browser
from machines import ORDERS, TRADER, chain
from nbformat.v4 import new_code_cell, new_notebook, new_output
from recorder import trade
from test_machine import order

from helpers import draw, executions

pytestmark = in_browser

GONE = {"script", "style"}  # with what is in them
KEPT = {"src", "alt", "width", "height", "href", "open"}


class Sanitised(HTMLParser):
    """What is left of a page where scripts, styles and most attributes are taken out."""

    def __init__(self, page: str) -> None:
        super().__init__(convert_charrefs=False)
        self.left: list[str] = []
        self.inside = ""
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        if tag in GONE:
            self.inside = tag
        elif not self.inside:
            kept = "".join(f' {name}="{_quoted(value)}"' for name, value in attrs if name in KEPT)
            self.left.append(f"<{tag}{kept}>")

    def handle_endtag(self, tag):
        if tag == self.inside:
            self.inside = ""
        elif not self.inside:
            self.left.append(f"</{tag}>")

    def handle_data(self, data):
        if not self.inside:
            self.left.append(data)

    def handle_entityref(self, name):
        self.handle_data(f"&{name};")

    def handle_charref(self, name):
        self.handle_data(f"&#{name};")


def _quoted(value):
    return (value or "").replace("&", "&amp;").replace('"', "&quot;")


def words(notebook):
    """The words of each drawing in a notebook."""
    return [
        output.data["text/plain"]
        for cell in notebook.cells
        for output in cell.get("outputs", ())
        if "image/svg+xml" in output.get("data", {})
    ]


DRAWN = [path for path in sorted(ROOT.glob("notebooks/*.ipynb")) if words(nbformat.read(path, 4))]


@pytest.fixture(scope="module")
def browser():
    with a_browser() as started:
        yield started


@pytest.fixture
def shown(browser, tmp_path):
    """Opens HTML from a file, with the network off; gives the page."""
    context = browser.new_context(viewport={"width": 1000, "height": 900})
    context.set_offline(True)

    def open_(content):
        page = context.new_page()
        page.on("pageerror", lambda error: pytest.fail(str(error)))
        place = tmp_path / "page.html"
        place.write_text(content, encoding="utf-8")
        page.goto(place.as_uri(), wait_until="load")
        return page

    yield open_
    context.close()


@pytest.fixture(scope="module")
def drawings():
    """A notebook with a replay, a drawing wider than a page, a timeline and a template."""
    run = executions.from_history(trade(2))
    pictures = [
        draw.replay(TRADER, run),
        draw.state_machine(chain(12), direction="LR"),
        draw.timeline(order(fail=True)),
        draw.replay(ORDERS, order(fail=True)),
    ]
    cells = [
        new_code_cell(outputs=[new_output("execute_result", one._repr_mimebundle_())])
        for one in pictures
    ]
    return new_notebook(cells=cells)


def exported(notebook, template):
    return nbconvert.HTMLExporter(template_name=template).from_notebook_node(notebook)[0]


def check(page, expected):
    """Each drawing is a picture that is there to be seen, with all its words.

    Where scripts run, a replay's picture has made room for its player.
    """
    images = page.locator("img[src^='data:image/svg']").all()
    assert [one.get_attribute("alt") for one in images] == expected
    seen = [(one, said) for one, said in zip(images, expected, strict=True) if one.is_visible()]
    players = page.get_by_role("button", name="Play", exact=True)
    assert len(images) - len(seen) == players.count()
    for image, said in seen:
        image.scroll_into_view_if_needed()
        assert image.is_visible() and image.evaluate("one => one.naturalWidth") > 100
        box = image.bounding_box()
        assert box["width"] > 100 and box["height"] > 50
        told = image.locator("xpath=following::details[1]")
        told.locator("summary").click()
        paragraphs = told.locator("p")
        assert paragraphs.all_text_contents() == said.splitlines()
        assert paragraphs.first.is_visible()


@pytest.mark.parametrize("path", DRAWN, ids=lambda path: path.stem)
def test_the_notebooks_pictures_stand_on_nbviewer_and_on_github(path, shown):
    notebook = nbformat.read(path, 4)
    expected = words(notebook)
    page = exported(notebook, "basic")
    check(shown(page), expected)
    check(shown("".join(Sanitised(page).left)), expected)


def test_on_github_a_replay_is_its_picture_and_no_script_is_read_aloud(drawings, shown):
    left = "".join(Sanitised(exported(drawings, "basic")).left)
    assert "<script" not in left and "style=" not in left
    page = shown(left)
    check(page, words(drawings))
    assert "function (data, style)" not in page.inner_text("body")


def test_an_exported_page_replays_from_a_file_with_the_network_off(drawings, shown):
    page = shown(exported(drawings, "lab"))
    assert page.get_by_role("button", name="Play").count() == 2
    first = page.get_by_role("region").first
    first.get_by_role("button", name="To the beginning").click()
    first.get_by_role("button", name="One event on").click()
    assert first.locator("output").text_content().startswith("Event 1 of 19: ExecutionStarted")
    first.locator("#state-1").click()
    assert first.locator("h4").text_content() == "Check Stock Value"


def test_on_paper_nothing_is_cut_off_and_nothing_waits_to_be_pressed(drawings, shown):
    page = shown(exported(drawings, "lab"))
    page.get_by_role("button", name="Play").first.wait_for()
    page.emulate_media(media="print")
    page.set_viewport_size({"width": 720, "height": 1000})  # A4 within its margins
    page.screenshot(path=SCREENSHOTS / "printed.png", full_page=True)
    assert not page.locator("button, input, select, output").locator("visible=true").count()
    ground = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert ground in ("rgb(255, 255, 255)", "rgba(0, 0, 0, 0)")
    widest = page.evaluate(
        """() => {
          const roots = [document, ...[...document.querySelectorAll("*")].map(n => n.shadowRoot)];
          return Math.max(...roots.filter(Boolean).flatMap(root =>
            [...root.querySelectorAll("img, .graph svg")]
              .map(n => n.getBoundingClientRect().right)));
        }"""
    )
    assert widest <= 720
