"""Whoever closes a notebook in the middle finds a project of their own as it was."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def cell(number: str, begins: str) -> str:
    """The source of the one code cell of a notebook that begins so."""
    [file] = (ROOT / "notebooks").glob(f"{number}_*.ipynb")
    sources = ["".join(one["source"]) for one in json.loads(file.read_text("utf-8"))["cells"]]
    [found] = [source for source in sources if source.startswith(begins)]
    return found


def files(folder: Path) -> dict[str, bytes]:
    """Each file below a folder, and what is in it."""
    return {str(p.relative_to(folder)): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


def test_in_14_a_colleague_renames_in_a_copy(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    project = tmp_path / "demo-sam-tested"
    shutil.copytree(ROOT / "sam-app", project, ignore=shutil.ignore_patterns(".aws-sam"))
    before, names = files(tmp_path), {"Path": Path}
    exec(cell("14", "import shutil\nimport tempfile"), names)
    assert files(tmp_path) == before
    theirs = names["theirs"]
    checker = "functions/stock_checker/app.py"
    assert '"price"' in (theirs / checker).read_text()
    assert set(files(theirs)) == set(files(project))
    shutil.rmtree(theirs.parent)
