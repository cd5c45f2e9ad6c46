"""Execute the notebooks headless, in order, and write them as HTML: `make run`.

    python -m helpers.run_all [--out FOLDER] [--in-place] [NUMBER …]

It works in a folder and with an endpoint of its own, so that a learner's work and local stack
stay as they are. `--in-place` is for authors: each notebook runs alone, from nothing, and is saved
with its outputs.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError
from traitlets.config import Config

from helpers import attachments, freshness, kernels, stages

ROOT = Path(__file__).resolve().parents[1]
NOTEBOOKS = ROOT / "notebooks"
WORLD = ROOT / "build" / "run"
PICTURED = "06_run.ipynb"
README_PICTURE = ROOT / "docs" / "images" / "run.svg"
"""The picture in the README is the run of notebook 06, as its author last saw it."""

LEARNERS_FOLDER = "~/course"
"""How a learner's folder is called in what is kept: a page shows no path of this machine."""

CELL_TIMEOUT = 300
"""Seconds that one cell may take; the slowest, a first deploy, takes about ten."""


def main(arguments: list[str] | None = None) -> int:
    """Run the notebooks that are asked for (all of them if none); 0 if every one went through."""
    if sys.platform == "win32":  # Jupyter's message queue does not work on the newer loop
        asyncio.set_event_loop_policy(asyncio.WindowsSelectorEventLoopPolicy())
    parser = argparse.ArgumentParser(prog="helpers.run_all", description=__doc__.split("\n")[0])
    parser.add_argument("numbers", nargs="*", metavar="NUMBER", help="05, for one notebook alone")
    parser.add_argument("--out", type=Path, default=ROOT / "build" / "course", help="for the HTML")
    parser.add_argument("--in-place", action="store_true", help="save the outputs (for authors)")
    asked = parser.parse_args(arguments)
    paths = [
        path
        for path in sorted(NOTEBOOKS.glob("*.ipynb"))
        if not asked.numbers or path.name[:2] in asked.numbers
    ]
    if not paths:
        print(f"There is no notebook {' '.join(asked.numbers)} in {NOTEBOOKS.name}/.")
        return 2
    failed = 0
    with _own_world(WORLD) as world:
        for path in paths:
            if asked.in_place:
                _empty(world)
            failed += not _run_one(path, None if asked.in_place else asked.out)
    if not asked.in_place:
        print(f"{len(paths) - failed} of {len(paths)} ran through. Read them in {asked.out}")
    return 1 if failed else 0


def execute(notebook: nbformat.NotebookNode, folder: Path = NOTEBOOKS) -> None:
    """Run all cells of `notebook` in a kernel of this Python, in place.

    Raises nbclient's errors where a cell fails, takes too long, or the kernel dies.
    """
    with tempfile.TemporaryDirectory(prefix="kernel-") as private:
        how = {"transport": kernels.transport(), "connection_file": f"{private}/kernel.json"}
        NotebookClient(
            notebook,
            timeout=CELL_TIMEOUT,
            kernel_name="python3",
            resources={"metadata": {"path": str(folder)}},
            config=Config({"KernelManager": how}),
            extra_arguments=["--IPKernelApp.log_level=40"],  # it warns that it listens on loopback
        ).execute()
    _settle(notebook)


def _run_one(path: Path, out: Path | None) -> bool:
    """Run one notebook and print a line; write HTML to `out`, or save it in place for None."""
    notebook = nbformat.read(path, as_version=4)
    began = time.monotonic()
    failure = None
    try:
        execute(notebook)
    except (CellExecutionError, CellTimeoutError, DeadKernelError) as error:
        failure = error
    took = time.monotonic() - began
    print(f"{'✗' if failure else '✓'} {path.stem:<28} {took:6.1f} s", flush=True)
    if failure is not None:
        print(f"{failure}\n", file=sys.stderr)
    if out is not None:
        out.mkdir(parents=True, exist_ok=True)
        (out / f"{path.stem}.html").write_text(_html(notebook, path.stem), encoding="utf-8")
    elif failure is None:
        freshness.note(notebook)
        nbformat.write(notebook, path)
        if path.name == PICTURED:
            README_PICTURE.write_text(_first_drawing(notebook) + "\n", encoding="utf-8")
    return failure is None


def _first_drawing(notebook: nbformat.NotebookNode) -> str:
    outputs = (output for cell in notebook.cells for output in cell.get("outputs", ()))
    drawings = (output["data"].get("image/svg+xml") for output in outputs if "data" in output)
    return next(filter(None, drawings))


_ON_PAPER = """
@media print {
  .jp-Notebook pre, .jp-Notebook code { white-space: pre-wrap !important; overflow-wrap: anywhere; }
}
"""
"""Nothing scrolls on paper: a long line goes on below."""


def _html(notebook: nbformat.NotebookNode, title: str) -> str:
    """The notebook as one page that needs no network."""
    from nbconvert import HTMLExporter  # slow to import, and only needed here

    # Not `embed_images`: it closes each piece of HTML, and an answer would stand below its fold.
    attachments.take_in(notebook.cells, NOTEBOOKS)
    exporter = HTMLExporter(require_js_url="", mathjax_url="", jquery_url="")
    body, _ = exporter.from_notebook_node(notebook, {"metadata": {"name": title}})
    body = re.sub(r'<script src=""[^>]*>\s*</script>', "", body)  # of what was left out
    body = body.replace("</head>", f"<style>{_ON_PAPER}</style></head>", 1)
    return re.sub(r'(href="\d\d_[^"#]*)\.ipynb', r"\1.html", body)


def _settle(notebook: nbformat.NotebookNode) -> None:
    """Keep what a reader sees at the end: no overwritten progress, no times of this run."""
    for cell in notebook.cells:
        cell.metadata.pop("execution", None)
        merged: list[nbformat.NotebookNode] = []
        for output in cell.get("outputs", ()):
            last = merged[-1] if merged else None
            if last and "name" in output and last.get("name") == output.name:
                last.text += output.text
            else:
                merged.append(output)
        for output in merged:
            if output.output_type == "stream":
                text = re.sub(r"^.*\r(?=[^\n])", "", output.text, flags=re.MULTILINE)
                output.text = text.replace(str(stages.work()), LEARNERS_FOLDER)
        if "outputs" in cell:
            cell.outputs = [o for o in merged if o.get("text") != ""]


# ---- a world of its own


@contextmanager
def _own_world(folder: Path) -> Iterator[Path]:
    """A learner's folder and an endpoint that belong to this run; both are gone afterwards."""
    world = {
        "LOCALAWS_HOME": str(folder / "endpoint"),
        "COURSE_WORK": str(folder / "work"),
        "COURSE_MAKE": "yes",  # nobody is there to be asked, not even by the clean-up
        "PYDEVD_DISABLE_FILE_VALIDATION": "1",
        "COLUMNS": "100",  # `sam` makes its tables as wide as the terminal
    }
    before = {key: os.environ.get(key) for key in world}
    os.environ.update(world)
    _empty(folder)
    try:
        yield folder
    finally:
        _empty(folder)
        for key, value in before.items():
            os.environ.pop(key) if value is None else os.environ.__setitem__(key, value)


def _empty(folder: Path) -> None:
    if (folder / "endpoint").exists():
        subprocess.run([sys.executable, "-m", "helpers.localaws", "stop"], check=False, **_QUIET)
    shutil.rmtree(folder, ignore_errors=True)
    (folder / "work").mkdir(parents=True)
    # Notebook 01 generates the app from the folder beside `work/`.
    shutil.copytree(ROOT / "sam-app", folder / "sam-app", ignore=shutil.ignore_patterns(".aws-sam"))


_QUIET = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, "cwd": ROOT}

if __name__ == "__main__":
    sys.exit(main())
