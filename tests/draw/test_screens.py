"""Every drawing in a real JupyterLab: light, dark and untrusted, measured and photographed.

The notebook is run there once, cell by cell; its pictures are left in build/screenshots.
"""

import json
import re
import time
import xml.etree.ElementTree as ET
from base64 import b64decode
from pathlib import Path

import nbformat
import pytest
from browsing import SCREENSHOTS, a_browser, a_jupyterlab, in_browser, run_all
from machines import ROOT
from nbformat.v4 import new_code_cell, new_notebook

pytestmark = [pytest.mark.timeout(300), in_browser]

MEASURE = Path(__file__).with_name("measure.js").read_text(encoding="utf-8")
LEAST = 4.5  # contrast of text, WCAG AA
SVG = "{http://www.w3.org/2000/svg}"
GALLERY = (ROOT / "docs" / "gallery.md").read_text(encoding="utf-8")
DRAWINGS = [*re.findall(r"\]\(gallery/([\w-]+)\.svg\)", GALLERY), "watch"]
BEGIN = f"""
import runpy, sys
sys.path.insert(0, {str(ROOT)!r})
from helpers import draw, executions
gallery = runpy.run_path({str(ROOT / "docs" / "gallery.py")!r})["entries"]()
pictures = {{name: picture for name, *_, picture in gallery}}
"""
WATCH = """
run = executions.start("Delivery")
draw.watch(run, every=0.1)
"""
DELIVERY = {
    "Comment": "Two people do their part, one after the other",
    "StartAt": "Pack",
    "States": {
        "Pack": {"Type": "Task", "Next": "Ship"},
        "Ship": {"Type": "Task", "End": True},
    },
}


@pytest.fixture(scope="module")
def work(endpoint):
    """A state machine whose tasks are carried out by this test: name -> a call that does one."""
    client = endpoint.client("stepfunctions")
    arns = {name: client.create_activity(name=name)["activityArn"] for name in ("Pack", "Ship")}
    for name, arn in arns.items():
        DELIVERY["States"][name]["Resource"] = arn
    client.create_state_machine(
        name="Delivery",
        definition=json.dumps(DELIVERY),
        roleArn=endpoint.role("tests-of-screens"),
    )

    def work_on(name):
        task = client.get_activity_task(activityArn=arns[name])
        client.send_task_success(taskToken=task["taskToken"], output='{"done": true}')

    return work_on


@pytest.fixture(scope="module")
def lab(tmp_path_factory, endpoint):
    """A JupyterLab with the notebook that holds a cell for each drawing, and one that watches."""
    folder = tmp_path_factory.mktemp("lab")
    sources = [BEGIN, *(f"pictures[{name!r}]" for name in DRAWINGS[:-1]), WATCH]
    spec = {"name": "python3", "display_name": "Python 3", "language": "python"}
    notebook = new_notebook(cells=list(map(new_code_cell, sources)), metadata={"kernelspec": spec})
    nbformat.write(notebook, folder / "drawings.ipynb")
    with a_jupyterlab(folder, **endpoint.env) as started:
        yield started


@pytest.fixture(scope="module")
def browser():
    with a_browser() as started:
        yield started


@pytest.fixture(scope="module")
def open_page(browser, lab):
    """Opens a notebook in a theme; gives its page. `wrong` gathers what may not happen in one."""
    pages, wrong = [], []

    def open_(notebook, theme):
        lab.theme(theme)
        page = browser.new_page(viewport={"width": 1400, "height": 1700})
        page.set_default_timeout(60_000)
        page.on("pageerror", lambda error: wrong.append(str(error)))
        page.on("console", lambda said: said.type == "error" and wrong.append(said.text))
        page.on("request", lambda one: ours(lab, one.url) or wrong.append(one.url))
        page.on("websocket", lambda one: ours(lab, one.url) or wrong.append(one.url))
        page.add_init_script(MEASURE)
        page.goto(lab.address(notebook))
        page.locator(".jp-Notebook .jp-CodeCell").first.wait_for()
        pages.append(page)
        return page

    open_.wrong = wrong
    yield open_
    for page in pages:
        page.close()


def ours(lab, url):
    """True for what stays on this machine."""
    return url.split("://")[-1].startswith(lab.url.split("://")[-1]) or url[:5] in (
        "data:",
        "blob:",
    )


@pytest.fixture(scope="module")
def watched(open_page, lab, work):
    """The notebook run in a light JupyterLab, and saved: (its page, what was seen at the
    watch, the words of each drawing)."""
    page = open_page("drawings.ipynb", "Light")
    run_all(page)
    cell = page.locator(".jp-CodeCell").last
    seen = []

    def look(until):
        cell.locator("[role=status]", has_text=until).wait_for()
        cell.locator("img").wait_for()
        seen.append((cell.locator("[role=status]").text_content(), alts(cell)))
        shoot(cell, "Light", f"watch-{len(seen)}")

    look("now in Pack")
    work("Pack")
    look("now in Ship")
    work("Ship")
    cell.locator("[role=status]").wait_for(state="detached")
    cell.locator("img[alt*='SUCCEEDED']").wait_for()
    seen.append(("", alts(cell)))
    page.keyboard.press("Control+s")
    kept = lab.folder / "drawings.ipynb"
    page.wait_for_function("() => !document.querySelector('.jp-mod-dirty')")
    deadline = time.monotonic() + 30
    while "SUCCEEDED" not in str(nbformat.read(kept, 4).cells[-1].outputs):
        assert time.monotonic() < deadline, "the notebook was not saved"
        time.sleep(0.1)
    notebook = nbformat.read(kept, 4)
    notebook.metadata["title"] = "Nobody signed this one"
    nbformat.write(notebook, lab.folder / "untrusted.ipynb")
    said = [cell.outputs[-1].data["text/plain"] for cell in notebook.cells[1:]]
    return page, seen, dict(zip(DRAWINGS, said, strict=True))


def alts(cell):
    """The words of the drawings that are on the screen in a cell."""
    return [one.get_attribute("alt") for one in cell.locator("img").all() if one.is_visible()]


def shoot(cell, theme, name):
    """A screenshot of what a cell shows."""
    place = SCREENSHOTS / theme.lower() / f"{name}.png"
    cell.locator(".jp-Cell-outputWrapper").screenshot(path=place)


def test_watching_changes_one_picture_in_place(watched):
    _, seen, _ = watched
    assert [len(pictures) for _, pictures in seen] == [1, 1, 1]
    first, second, last = (pictures[0] for _, pictures in seen)
    assert "Pack …" in first and "Not started: Ship" in first
    assert "Pack ✓ → Ship …" in second
    assert "Pack ✓ → Ship ✓" in last and "SUCCEEDED" in last
    assert "RUNNING" in seen[0][0] and "1 state entered, now in Pack" in seen[0][0]
    assert "2 states entered, now in Ship" in seen[1][0]


@pytest.mark.parametrize("theme", ["Light", "Dark", "Untrusted"])
def test_each_drawing_is_seen(watched, open_page, theme):
    page, _, words = watched
    if theme == "Dark":
        page = open_page("drawings.ipynb", "Dark")
    elif theme == "Untrusted":
        page = open_page("untrusted.ipynb", "Light")
    page.bring_to_front()
    page.locator(".jp-OutputArea-output img").nth(len(DRAWINGS) - 1).wait_for(state="attached")
    page.locator(f"body[data-jp-theme-light={'false' if theme == 'Dark' else 'true'}]").wait_for(
        state="attached"
    )
    cells = page.locator(".jp-CodeCell").all()[1:]
    for (name, said), cell in zip(words.items(), cells, strict=True):
        alive = name == "replay" and theme != "Untrusted"
        output = cell.locator(".jp-OutputArea-output").last
        output.locator(".course-replay button" if alive else "img").first.wait_for()
        shoot(cell, theme, name)
        check(output, said, alive)
    assert open_page.wrong == []


def check(output, said, alive):
    """What holds for every drawing, wherever it is shown; `alive` if it is a replay with controls
    in place of the picture."""
    image = output.locator("img")
    assert image.count() == 1 and image.is_visible() is not alive
    assert output.get_by_role("button", name="Play").count() == alive
    assert image.evaluate("one => one.complete && one.naturalWidth") > 100
    assert image.get_attribute("alt") == said
    svg = ET.fromstring(b64decode(image.get_attribute("src").split(",")[1]))
    assert svg.find(f"{SVG}title").text and svg.find(f"{SVG}desc").text == said
    if not alive:
        box = image.bounding_box()
        assert box["width"] > 100 and box["height"] > 50
        output.get_by_text("In words").click()
        paragraphs = output.locator("details p")
        assert paragraphs.all_text_contents() == [line for line in said.splitlines() if line]
        assert paragraphs.first.is_visible()
    assert output.evaluate("one => cutOff(one)") == []
    faint = [one for one in output.evaluate("one => textsIn(one)") if one["contrast"] < LEAST]
    assert faint == []


def test_keys_for_the_replay_are_not_taken_by_jupyterlab(watched):
    page = watched[0]
    cell = page.locator(".jp-CodeCell").nth(DRAWINGS.index("replay") + 1)
    before = page.locator(".jp-Cell").count()
    cell.get_by_role("button", name="To the beginning").click()
    cell.locator("#state-1").focus()
    for key in ("ArrowRight", "ArrowRight", "d", "d", "x", "b", "a"):
        page.keyboard.press(key)
    assert page.locator(".jp-Cell").count() == before
    assert cell.locator("output").text_content().startswith("Event 2 of 75")
