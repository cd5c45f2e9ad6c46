"""Terminals of a Jupyter server keep the environment that the server was given."""

from __future__ import annotations

import os
import shutil


def option() -> list[str]:
    """The option for `jupyter lab` or `jupyterhub-singleuser`; none on Windows.

    Without it a server that has no terminal itself (in a container, on a hub) opens login shells.
    On Debian those set PATH anew, and another `aws`, of a version that overlooks
    `AWS_ENDPOINT_URL`, would ask AWS.
    """
    if os.name == "nt":
        return []
    shell = os.environ.get("SHELL") or shutil.which("bash") or "/bin/sh"
    return [f"--ServerApp.terminado_settings=shell_command={shell}"]
