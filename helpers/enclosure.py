"""Keeps a notebook on this machine before its first cell: no learner's key is read, no AWS reached.

IPython calls `enclose` when a kernel starts, and after each restart (`jupyter/ipython_config.py`).
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

from helpers import homes, spare

ROOT = Path(__file__).resolve().parents[1]

NOWHERE = "http://127.0.0.1:9"
"""Nobody answers there, and only the system's administrator could."""

_CLOSED = {
    "AWS_ENDPOINT_URL": NOWHERE,
    "AWS_ACCESS_KEY_ID": "none",
    "AWS_SECRET_ACCESS_KEY": "none",
    "AWS_CONFIG_FILE": os.devnull,
    "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
    "AWS_EC2_METADATA_DISABLED": "true",
    "SAM_CLI_TELEMETRY": "0",
}

_AT_ONCE = {"AWS_MAX_ATTEMPTS": "1"}
"""Where nobody answers, trying again five times is half a minute of silence."""


def enclose() -> None:
    """Put this process into the local endpoint's environment; its address if it runs.

    Not where `COURSE_TARGET` is `aws`. Starts nothing: `course.begin` does. If the
    endpoint's own settings cannot be had, the process is closed all the same.
    """
    homes.lay_beside()
    if os.environ.get("COURSE_TARGET", "").strip().lower() == "aws":
        return
    if os.environ.get("JUPYTERHUB_USER"):
        spare.unused_parts()
    for name, value in environment().items():
        if value is None:
            os.environ.pop(name, None)
        else:
            os.environ[name] = value


def environment() -> dict[str, str | None]:
    """The variables that lead to the local endpoint, or to nobody; None stands for: unset."""
    command = [sys.executable, "-m", "helpers.localaws", "env", "--json", "--no-start"]
    try:
        said = subprocess.run(
            command, cwd=ROOT, capture_output=True, text=True, check=True, timeout=30
        )
        variables = json.loads(said.stdout)
        return variables | (_AT_ONCE if variables["AWS_ENDPOINT_URL"] == NOWHERE else {})
    except (OSError, ValueError, subprocess.SubprocessError):
        others = [name for name in os.environ if name.startswith("AWS_") and name not in _CLOSED]
        return {**dict.fromkeys(others), **_CLOSED, **_AT_ONCE}
