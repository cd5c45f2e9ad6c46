"""Tells JupyterLab's page where the learner's copy of notebook 00 lies, and kernels where the
console is.

Jupyter loads it with each server of this environment (`jupyter/server_config.json`). What the page
does with the copy stands in `jupyter/labextension/static/course.js`, what a kernel does with the
console in `console/links.py`.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from helpers import homes
from helpers.console import addresses


def path(root: Path) -> str | None:
    """The copy as a server calls it that shows `root`; None if it is not there, or outside."""
    copy = homes.first_notebook()
    root = root.expanduser().resolve()
    if not copy.is_file() or not copy.is_relative_to(root):
        return None
    return copy.relative_to(root).as_posix()


def _jupyter_server_extension_points() -> list[dict[str, str]]:
    return [{"module": "helpers.tile"}]


def _load_jupyter_server_extension(server: Any) -> None:
    if notebook := path(Path(server.root_dir)):
        page = server.web_app.settings.setdefault("page_config_data", {})
        page["courseNotebook"] = notebook
    # A hub's server has a path of its own, which is known here alone; kernels inherit it.
    if server.jpserver_extensions.get("jupyter_server_proxy"):
        os.environ[addresses.CONSOLE] = f"{server.base_url}{addresses.NAME}/"
        os.environ[addresses.TARGET] = os.environ.get("COURSE_TARGET", "")
