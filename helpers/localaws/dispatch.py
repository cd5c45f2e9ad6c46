"""Which of moto's services answers a request, looked up once for each service and region.

Imports moto.
"""

from __future__ import annotations

import functools
from collections.abc import Iterable
from typing import Any

import moto.core.responses
from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app
from werkzeug.exceptions import NotFound

from helpers.localaws.errors import service_of
from helpers.localaws.http import Environ


def install() -> None:
    """Spare each request the reflection that moto does for it."""
    plain = moto.core.responses.method_names_from_class
    moto.core.responses.method_names_from_class = functools.cache(plain)


class Dispatcher(DomainDispatcherApplication):
    """Moto's dispatcher; it looks through some 190 folders for each request, this one remembers."""

    def __init__(self) -> None:
        super().__init__(_app_of)

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
        """Answer one request. Raises NotImplementedError for what moto does not have."""
        service = service_of(environ)
        host = self.infer_service_region_host(environ, environ["PATH_INFO"])
        if host is not None and self.get_backend_for_host(host) is None:
            raise NotImplementedError(f"the service {service}")
        return super().__call__(environ, start_response)


def _app_of(service: Any) -> Any:
    app = create_backend_app(service)
    app.register_error_handler(NotFound, _no_such_route)
    return app


def _no_such_route(error: NotFound) -> Any:
    from flask import request

    raise NotImplementedError(f"{request.method} {request.path}")
