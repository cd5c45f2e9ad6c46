"""The slides: a page each that asks for no other file, and on which nothing is cut."""

import nbformat
import pytest
from browsing import SCREENSHOTS, a_browser, in_browser

from helpers import contents, slides
from helpers.chapters import CHAPTERS
from helpers.slides.__main__ import main

LOOK = """() => {
  const wrong = [];
  for (let at = 0; at < Reveal.getTotalSlides(); at++) {
    Reveal.slide(at);
    const slide = Reveal.getCurrentSlide();
    const tell = (what) => wrong.push(`slide ${at}: ${what}`);
    const whole = slide.getBoundingClientRect();
    if (getComputedStyle(slide).visibility !== "visible") tell("not shown");
    if (whole.width > innerWidth || whole.height > innerHeight) tell("larger than the window");
    for (const part of slide.querySelectorAll(":not(svg *)")) {
      const style = getComputedStyle(part);
      const ways = [style.overflowX, style.overflowY];
      const hides = ways.some((way) => way === "hidden" || way === "clip");
      const wide = part.scrollWidth > part.clientWidth + 2;
      const high = part.scrollHeight > part.clientHeight + 2;
      if (hides && (wide || high) && part.clientWidth > 2)
        tell(`${part.tagName}.${part.className} hides ${part.textContent.slice(0, 60)}`);
    }
    slide.scrollTop = slide.scrollHeight;
    const parts = [...slide.querySelectorAll("p, pre, li, svg, img, summary, td")];
    const last = parts.filter((part) => part.checkVisibility()).pop(); // not what is folded
    const box = last && last.getBoundingClientRect();
    if (box && (box.bottom > innerHeight || box.bottom <= 0)) tell("its end cannot be reached");
  }
  return wrong;
}"""
"""Shows each slide: what hides a part of itself, and whether its end can be scrolled to."""


UNFOLDED = """() => [...document.querySelectorAll('details')].filter((one) => {
  const answer = [...one.children].filter((part) => part.tagName !== 'SUMMARY');
  const there = answer.some((part) => part.textContent.trim());
  return !there || answer.some((part) => part.checkVisibility());
}).map((one) => one.textContent)"""
"""Questions whose answer is not in the fold, or is seen before it is opened."""


@pytest.fixture(scope="module")
def browser():
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    with a_browser() as chromium:
        yield chromium


@in_browser
@pytest.mark.parametrize("number", CHAPTERS)
def test_nothing_is_fetched_and_nothing_is_cut(number, browser, tmp_path):
    page = browser.new_page(viewport={"width": 1280, "height": 720})
    asked, errors = [], []
    page.on("request", lambda request: asked.append(request.url))
    page.on("pageerror", lambda error: errors.append(str(error)))
    file = slides.write(number, tmp_path)
    page.goto(file.as_uri())
    page.wait_for_function("window.Reveal && Reveal.isReady()")
    count = page.evaluate("Reveal.getTotalSlides()")
    headings = [
        cell
        for cell in nbformat.read(contents.path(number), as_version=4).cells
        if cell.cell_type == "markdown" and cell.source.startswith(("# ", "## ", "### "))
    ]
    assert count >= len(headings) > 1
    assert page.evaluate("document.querySelectorAll('details[open]').length") == 0
    assert page.evaluate(UNFOLDED) == []
    page.screenshot(path=SCREENSHOTS / f"slides-{number}.png")
    assert page.evaluate(LOOK) == []
    assert errors == []
    assert [url for url in asked if not url.startswith(("file:", "data:", "blob:"))] == []
    page.close()


@in_browser
def test_the_arrow_key_goes_on_and_an_answer_unfolds(browser, tmp_path):
    page = browser.new_page(viewport={"width": 1280, "height": 720})
    page.goto(slides.write("06", tmp_path).as_uri())
    page.wait_for_function("window.Reveal && Reveal.isReady()")
    page.keyboard.press("ArrowRight")
    assert page.evaluate("Reveal.getIndices().h") == 1
    at = page.evaluate(
        "Reveal.getSlides().findIndex(one => one.querySelector('details > summary'))"
    )
    assert at >= 0
    page.evaluate("at => Reveal.slide(at)", at)
    page.locator("section.present details > summary").first.click()
    assert page.locator("section.present details[open]").count() == 1
    page.close()


def test_a_notebook_that_is_not_there_is_told(capsys):
    assert main(["77"]) == 2
    assert "There is no notebook 77." in capsys.readouterr().err
