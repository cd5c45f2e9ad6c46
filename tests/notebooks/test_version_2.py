"""The notebooks with a version 2 of `aws`: the same, but for what they say about it themselves."""

import os
import re
import subprocess
import sys
from collections import Counter
from pathlib import Path

import nbformat
import pytest
import version_2

from tests.workshop import settled

ROOT = Path(__file__).parents[2]
NEEDED = (2, 38)
"""The oldest that was tried and knows all that the notebooks type; 2.9 does not."""

TYPED = ["03_workflow", "04_package_via_s3", "06_run", "08_history"]
"""Between them they type each kind of call to `aws` that any notebook types."""

DIFFERENT = {
    r"in version 2 of `aws` the time is written out": (
        r'(?<=Date": )"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d+\+00:00"',
        "1795781022.641",
    ),
    r"[Vv]ersion 2 of `aws` puts `aws: \[ERROR\]:` before": (r"aws: \[ERROR\]: (?=An error)", ""),
}
"""What a notebook says in words → how that looks in an output, and how version 1 prints it."""

EXECUTE = """
import sys, nbformat
from helpers import run_all
notebook = nbformat.read(sys.argv[1], as_version=4)
run_all.execute(notebook)
nbformat.write(notebook, sys.argv[2])
"""

FIRST_ON_PATH = """
import os

def _first(info=None):
    others = [one for one in os.environ["PATH"].split(os.pathsep) if one != {folder!r}]
    os.environ["PATH"] = os.pathsep.join([{folder!r}, *others])

get_ipython().events.register("pre_run_cell", _first)
"""


@pytest.fixture
def newer(tmp_path):
    """An `aws` of version 2 that knows what the notebooks type, and notes each call of it."""
    found = version_2.find(tmp_path / "version-2")
    if found is None or found[1] < NEEDED:
        there = f"the one here is {'.'.join(map(str, found[1]))}" if found else "there is none here"
        pytest.skip(f"no new AWS CLI version 2 ({there}): python tests/version_2.py fetches one")
    folder = tmp_path / "noting"
    folder.mkdir()
    (folder / "aws").write_text(
        f'#!/bin/sh\necho "$1 $2" >>"{folder}/calls"\nexec "{found[0]}/aws" "$@"\n'
    )
    (folder / "aws").chmod(0o755)
    return folder


def executed(path, world, newer):
    """The notebook, run with that `aws` first on PATH, whatever the course puts there."""
    startup = world.folder / "ipython" / "profile_default" / "startup"
    startup.mkdir(parents=True)
    (startup / "path.py").write_text(FIRST_ON_PATH.format(folder=str(newer)))
    out = world.folder / path.name
    env = world.env | {
        "IPYTHONDIR": str(world.folder / "ipython"),
        "HOME": str(world.folder / "home"),  # version 2 keeps something in ~/.aws
        "XDG_CACHE_HOME": str(Path.home() / ".cache"),  # matplotlib's list of fonts
    }
    done = subprocess.run(
        [sys.executable, "-c", EXECUTE, str(path), str(out)],
        env=env, cwd=ROOT, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout
    return nbformat.read(out, as_version=4)


def printed(cell):
    return "".join(one.text for one in cell.outputs if one.output_type == "stream")


@pytest.mark.timeout(600)
@pytest.mark.skipif(os.name == "nt", reason="the `aws` that is put first is a script of sh")
@pytest.mark.parametrize("name", TYPED)
def test_only_what_the_prose_says_is_another(name, world, newer):
    path = ROOT / "notebooks" / f"{name}.ipynb"
    committed = nbformat.read(path, as_version=4).cells
    cells = executed(path, world, newer).cells
    prose = " ".join(" ".join(c.source.split()) for c in committed if c.cell_type == "markdown")
    said = {words: rule for words, rule in DIFFERENT.items() if re.search(words, prose)}
    met, typed = set(), []
    for was, now in zip(committed, cells, strict=True):
        if was.cell_type != "code":
            continue
        typed += re.findall(r"^(?:\[\w+\] = )?!aws (\S+ \S+)", was.source, re.M)
        text = printed(now)
        for words, (seen, instead) in said.items():
            text, count = re.subn(seen, instead, text)
            met |= {words} if count else set()
        assert settled(text) == settled(printed(was)), was.source
    assert typed and Counter(typed) <= Counter((newer / "calls").read_text().splitlines())
    assert met == said.keys(), "the prose speaks of a difference that nobody meets"
