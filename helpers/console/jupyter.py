"""The console in JupyterLab: a tile in the Launcher, a tab beside the notebook.

jupyter-server-proxy asks for this by its entry point (`pyproject.toml`), starts the console when
its page is opened for the first time, and ends it with the server. It asks for Jupyter's login,
so the console works under JupyterHub and Binder, at no port of its own.
"""

from __future__ import annotations

import os
import secrets
import sys
from pathlib import Path
from typing import Any

from helpers.console.access import KEY_HEADER
from helpers.console.addresses import NAME

KEY = "COURSE_CONSOLE_KEY"
"""The variable in which the console is told the key that the proxy adds to each request."""

ARENAS = "MALLOC_ARENA_MAX"
"""Of glibc, which else keeps memory apart for each thread: 4 MB."""

READY_SECONDS = 30.0  # the local endpoint may have to be started first
_ICON = Path(__file__).parent / "static" / "icon.svg"


def server() -> dict[str, Any]:
    """What jupyter-server-proxy is to start and show."""
    key = secrets.token_urlsafe(32)
    has_sockets = os.name != "nt"
    where = ["--unix-socket", "{unix_socket}"] if has_sockets else ["--port", "{port}"]
    return {
        "command": [sys.executable, "-m", "helpers.console", *where],
        "environment": {KEY: key, ARENAS: os.environ.get(ARENAS, "1")},
        "unix_socket": has_sockets,
        "request_headers_override": {KEY_HEADER: key},
        "timeout": READY_SECONDS,
        "new_browser_tab": False,
        # what a page follows comes by itself: that is no learner who is at work. The patterns
        # have to fit from the beginning, and under a hub a path begins with the user's
        "exclude_last_activity_patterns": [rf".*/{NAME}/live/", rf".*/{NAME}/logs/lines"],
        "launcher_entry": {"title": "Console", "icon_path": str(_ICON), "category": "Other"},
    }
