"""Every notebook as a reader meets it: alone, top to bottom, outputs compared, and once more."""

import re
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest

from helpers.chapters import CHAPTERS

ROOT = Path(__file__).parents[2]
PATHS = sorted((ROOT / "notebooks").glob("*.ipynb"))
SANITIZE = Path(__file__).with_name("sanitize.cfg")


def code_cells(path):
    notebook = nbformat.read(path, as_version=4)
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


WITHOUT_NETWORK = ["unshare", "-rn", "sh", "-c", 'ip link set lo up && exec "$@"', "sh"]
"""Runs a command where there is no network but the machine's own loopback (Linux)."""


def nbval(path, env, *options, within=()):
    # -vv: an output that differs is shown whole
    command = [sys.executable, "-m", "pytest", "-vv", "-p", "no:cacheprovider", "-p", "no:xdist"]
    command += ["--nbval-current-env", "--nbval-cell-timeout", "300", "--timeout", "900"]
    return subprocess.run(
        [*within, *command, *options, str(path)],
        env=env,
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )


@pytest.mark.timeout(900)
@pytest.mark.parametrize("path", PATHS, ids=lambda path: path.stem)
def test_alone_as_committed_and_once_more(path, world):
    first = nbval(path, world.env, "--nbval", "--nbval-sanitize-with", str(SANITIZE))
    assert first.returncode == 0, first.stdout
    assert f"{len(code_cells(path))} passed" in first.stdout
    ends = world.ends()
    second = nbval(path, world.env, "--nbval-lax")
    assert second.returncode == 0, second.stdout
    assert world.ends() == ends


def no_network_possible():
    try:
        return subprocess.run([*WITHOUT_NETWORK, "true"], capture_output=True).returncode != 0
    except OSError:
        return True


@pytest.mark.timeout(900)
@pytest.mark.skipif(
    no_network_possible(), reason="needs Linux's unshare and ip, and leave to use them"
)
def test_needs_no_network(world):
    """From nothing to a trade, its item and its log, with no way out of the machine."""
    done = nbval(
        ROOT / "notebooks" / "06_run.ipynb", world.env, "--nbval-lax", within=WITHOUT_NETWORK
    )
    assert done.returncode == 0, done.stdout
    assert "passed" in done.stdout


@pytest.mark.parametrize("path", PATHS, ids=lambda path: path.stem)
def test_is_committed_executed(path):
    """Strict nbval passes a cell without an execution count unseen."""
    cells = code_cells(path)
    assert [cell.execution_count for cell in cells] == list(range(1, len(cells) + 1))


@pytest.mark.parametrize("path", PATHS, ids=lambda path: path.stem)
def test_shows_no_traceback(path):
    for cell in code_cells(path):
        assert not [output for output in cell.outputs if output.output_type == "error"]


@pytest.mark.parametrize("path", PATHS, ids=lambda path: path.stem)
def test_holds_nothing_of_the_machine_that_ran_it(path):
    text = path.read_text()
    assert str(ROOT) not in text
    assert not re.search(r"/(home|root|Users|tmp)/", text)


@pytest.mark.parametrize("path", PATHS, ids=lambda path: path.stem)
def test_links_lead_somewhere(path):
    notebook = nbformat.read(path, as_version=4)
    prose = "\n".join(cell.source for cell in notebook.cells if cell.cell_type == "markdown")
    for link in re.findall(r"\]\(([^)#:]+)\)", prose):
        assert (path.parent / link).exists(), link


def test_every_chapter_has_its_notebook():
    assert [path.name[:2] for path in PATHS] == list(CHAPTERS)


@pytest.mark.parametrize("path", PATHS, ids=lambda path: path.stem)
def test_begins_by_saying_where_we_are(path):
    chapter = CHAPTERS[path.name[:2]]
    cells = code_cells(path)
    assert f'course.begin("{chapter.number}")' in cells[0].source
    notebook = nbformat.read(path, as_version=4)
    stated = re.search(r"about (\d+) minutes", notebook.cells[0].source)
    assert stated is None or int(stated[1]) == chapter.minutes
