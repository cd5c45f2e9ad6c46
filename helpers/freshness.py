"""Are the committed notebooks executed, and as they stand now? For authors, in a second.

    python -m helpers.freshness [NOTEBOOK …]

`make notebooks` notes in a notebook which code it ran. Code that was changed since is told here,
and so are cells that were not run in order. Whether the outputs are still true, the tests say.
"""

from __future__ import annotations

import argparse
import hashlib
import sys
from pathlib import Path

import nbformat

NOTEBOOKS = Path(__file__).resolve().parents[1] / "notebooks"
NOTE = "executed"
"""Where in a notebook's metadata the code is noted that was run."""


def main(arguments: list[str] | None = None) -> int:
    """Look at the notebooks that are named, all if none is; 1 if one is not fresh."""
    parser = argparse.ArgumentParser(prog="helpers.freshness", description=__doc__.split("\n")[0])
    parser.add_argument("notebooks", nargs="*", type=Path, metavar="NOTEBOOK")
    paths = parser.parse_args(arguments).notebooks or sorted(NOTEBOOKS.glob("*.ipynb"))
    lines = [f"{path.name}: {fault}" for path in paths for fault in faults(path)]
    print(*lines, sep="\n", end="\n" if lines else "")
    return 1 if lines else 0


def faults(path: Path) -> list[str]:
    """What is wrong with a notebook's form, and what it was executed for; empty if it is fresh."""
    again = f"make notebooks ARGS={path.name[:2]}"
    try:
        notebook = nbformat.read(path, as_version=nbformat.NO_CONVERT)
        nbformat.validate(notebook)
    except (OSError, ValueError, nbformat.ValidationError) as error:
        return [f"is no valid notebook: {str(error).splitlines()[0]}"]
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    faults = []
    if [cell.execution_count for cell in code] != list(range(1, len(code) + 1)):
        faults.append(f"its cells were not run once each, top to bottom: {again}")
    for cell in code:
        if any(output.output_type == "error" for output in cell.outputs):
            faults.append(f"cell {cell.execution_count} ends in an error: mend it, then {again}")
    if notebook.metadata.get(NOTE) != digest(notebook):
        faults.append(f"its code is not the code that was run: {again}")
    return faults


def note(notebook: nbformat.NotebookNode) -> None:
    """Note which code was run."""
    notebook.metadata[NOTE] = digest(notebook)


def digest(notebook: nbformat.NotebookNode) -> str:
    """The SHA-256 of a notebook's code, cell by cell; prose does not count."""
    code = [cell.source for cell in notebook.cells if cell.cell_type == "code"]
    return hashlib.sha256("\0".join(code).encode()).hexdigest()


if __name__ == "__main__":
    sys.exit(main())
