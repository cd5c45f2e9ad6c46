"""Spares a kernel the machine code that boto3 imports if it is there, and that no call uses.

On a hub every learner has it; with five at once it is some 10 MB for each.
`sam` brings both: AWS's faster transport, and another TLS.
"""

from __future__ import annotations

import sys
from importlib.abc import MetaPathFinder
from typing import Any

_UNUSED = ("awscrt", "OpenSSL")
_BY = ("botocore", "boto3", "s3transfer", "urllib3")


def unused_parts() -> None:
    """From now on boto3 does not find them, as if they were not installed; whoever else does."""
    if not any(isinstance(finder, _NotForBoto3) for finder in sys.meta_path):
        sys.meta_path.insert(0, _NotForBoto3())


class _NotForBoto3(MetaPathFinder):
    """Refuses those modules to boto3's packages, which then do without."""

    def find_spec(self, name: str, *_: Any) -> None:
        """None: other finders have a look. Raises ImportError for what is refused."""
        if name not in _UNUSED:
            return
        frame = sys._getframe(1)
        while frame is not None and "importlib" in frame.f_code.co_filename:
            frame = frame.f_back  # type: ignore[assignment]
        if frame is not None and frame.f_globals.get("__name__", "").split(".")[0] in _BY:
            raise ImportError(f"{name} is left out on a hub, where memory is dear", name=name)
