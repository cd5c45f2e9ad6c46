"""What every Jupyter server of the course is started with, on a laptop and on a hub."""

from __future__ import annotations

import os
import shutil

from helpers import kernels


def options() -> list[str]:
    """For `jupyter lab` or `jupyterhub-singleuser`: kernels that talk by files, plain terminals.

    Without the second a server that has no terminal itself (in a container, on a hub) opens login
    shells. On Debian those set PATH anew, and another `aws`, of a version that overlooks
    `AWS_ENDPOINT_URL`, would ask AWS.
    """
    chosen = [f"--KernelManager.transport={kernels.transport()}"]
    if os.name != "nt":
        shell = os.environ.get("SHELL") or shutil.which("bash") or "/bin/sh"
        chosen.append(f"--ServerApp.terminado_settings=shell_command={shell}")
    return chosen
