"""Pictures that lie beside a notebook, taken into it: what is made of it needs no other file."""

from __future__ import annotations

import base64
import re
from pathlib import Path
from typing import Any

_PICTURE = re.compile(r"\]\(images/([\w-]+\.png)\)")


def take_in(cells: list[dict[str, Any]], notebooks: Path) -> None:
    """Attach the pictures that Markdown cells show to these cells, which are changed.

    notebooks: the folder of their notebook, in whose `images/` they lie.
    """
    for cell in cells:
        source = "".join(cell["source"])
        if cell["cell_type"] != "markdown" or not (names := _PICTURE.findall(source)):
            continue
        cell["source"] = _PICTURE.sub(r"](attachment:\1)", source)
        cell["attachments"] = {name: {"image/png": _encoded(notebooks, name)} for name in names}


def _encoded(notebooks: Path, name: str) -> str:
    return base64.b64encode((notebooks / "images" / name).read_bytes()).decode()
