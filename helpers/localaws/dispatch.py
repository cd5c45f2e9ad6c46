"""Which of moto's services answers a request, looked up once for each service and region."""

from __future__ import annotations

import functools
from collections.abc import Iterable
from typing import Any

from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app

from helpers.localaws.http import Environ


class Dispatcher(DomainDispatcherApplication):
    """Moto's dispatcher; it looks through some 190 folders for each request, this one remembers."""

    def __init__(self) -> None:
        super().__init__(create_backend_app)

    @functools.lru_cache(maxsize=512)  # noqa: B019 - one object, as long as the process lives
    def get_backend_for_host(self, host: str | None) -> Any:
        """The name of the service that answers for a host name."""
        return super().get_backend_for_host(host)

    def prepare(self, service: str) -> None:
        """Import a service and make its app before somebody asks for it."""
        with self.lock:
            if service not in self.app_instances:
                self.app_instances[service] = self.create_app(service)

    def __call__(self, environ: Environ, start_response: Any) -> Iterable[bytes]:
        """Answer one request."""
        return super().__call__(environ, start_response)
