"""Kernels talk to Jupyter by files of their owner, not by ports.

Over TCP another user of the machine could listen in on a kernel, and read a notebook's outputs.
"""

from __future__ import annotations

import os
import tempfile

_LONGEST = 100
"""Characters of a Unix socket's path; a few systems take 103, Linux 107."""
_SOCKET = "/kernel-01234567-0123-0123-0123-0123456789ab-ipc-5"


def transport() -> str:
    """What `KernelManager.transport` is to be: `ipc`, or `tcp` on Windows, which has no other.

    Where Jupyter's folder for what runs has too long a name for a socket in it, this process gets
    a private one of its own.
    """
    if os.name == "nt":
        return "tcp"
    from jupyter_core.paths import jupyter_runtime_dir

    if len(jupyter_runtime_dir() + _SOCKET) > _LONGEST:
        os.environ["JUPYTER_RUNTIME_DIR"] = tempfile.mkdtemp(prefix="lab-")
    return "ipc"
