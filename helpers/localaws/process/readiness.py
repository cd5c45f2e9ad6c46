"""Whether the endpoint is ready: it listens first, and what is asked early waits for moto."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable

from helpers.localaws.process.workspace import Workspace
from helpers.localaws.turns.floor import floor

SECONDS = 120.0
"""So long a request waits at most."""

App = Callable[..., Iterable[bytes]]
"""A WSGI app."""


class Readiness:
    """How far an endpoint is.

    workspace: whose endpoint it is. started: when it began, by `time.monotonic`.
    """

    def __init__(self, workspace: Workspace) -> None:
        self.workspace = workspace
        self.started = time.monotonic()
        self._told = threading.Event()
        self._app: App | None = None

    def tell(self, app: App | None) -> None:
        """Let those go on who wait. app: moto's; None where it could not get ready."""
        self._app = app
        self._told.set()

    @property
    def is_told(self) -> bool:
        """Need nobody wait any more?"""
        return self._told.is_set()

    def wait(self) -> App:
        """Moto's app, once it is there. Raises RuntimeError if it does not come."""
        if not self._told.is_set():
            with floor.left():
                self._told.wait(SECONDS)
        if self._app is None:
            raise RuntimeError("the endpoint could not get ready; what it says above is why")
        return self._app
