"""Which of moto's services answers a request, looked up once for each service and region.

Imports moto.
"""

from __future__ import annotations

import functools
from collections.abc import Iterable
from typing import Any

import moto.core.responses
from moto.core.serialize import ResponseSerializer
from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app
from werkzeug.exceptions import MethodNotAllowed, NotFound

from helpers.localaws.cloudformation import application_insights
from helpers.localaws.front import bodies
from helpers.localaws.front.http import Environ
from helpers.localaws.front.refusals import service_of
from helpers.localaws.lambdas import downloads
from helpers.localaws.on_moto import inventions, mends
from helpers.localaws.stepfunctions import api as stepfunctions

_MOTO_ITSELF = "/moto-api/"
"""Moto's own control routes; the endpoint has others."""


def install() -> None:
    """Spare each request the reflection that moto does for it."""
    plain = moto.core.responses.method_names_from_class
    moto.core.responses.method_names_from_class = functools.cache(plain)
    ResponseSerializer.get_value = _get_value


_plain_get_value = ResponseSerializer.get_value


def _get_value(self: ResponseSerializer, value: Any, key: str, shape: Any) -> Any:
    """A member of a result. DynamoDB's values have the names of the API: no other is tried.

    Moto tries some ten names for each of the ten types that a value may have: half a millisecond
    for an item of a Scan.
    """
    parent = getattr(shape, "parent", None)
    if parent is not None and parent.name == "AttributeValue" and type(value) is dict:
        return value.get(key)
    return _plain_get_value(self, value, key, shape)


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
        if service == "states" and environ["PATH_INFO"] == "/":
            return _states(environ, start_response)
        if service == "s3" and downloads.is_one(environ):
            return downloads.respond(environ, start_response)
        if service == application_insights.SERVICE:
            return application_insights.respond(environ, start_response)
        if environ["PATH_INFO"].startswith(_MOTO_ITSELF):
            raise NotImplementedError(environ["PATH_INFO"][:100])
        inventions.check(service, environ)
        host = self.infer_service_region_host(environ, environ["PATH_INFO"])
        if host is not None and self.get_backend_for_host(host) is None:
            raise NotImplementedError(f"the service {service}")
        with bodies.in_turn(environ):
            return super().__call__(environ, start_response)


def _states(environ: Environ, start_response: Any) -> list[bytes]:
    """Step Functions by the shortest way: moto's, over Flask, takes longer than most answers."""
    get = environ.get
    status, headers, body = stepfunctions.respond(
        get("HTTP_X_AMZ_TARGET", ""),
        get("HTTP_AUTHORIZATION", ""),
        environ["wsgi.input"].read(),
        get("HTTP_X_AMZ_SECURITY_TOKEN"),
    )
    start_response(_STATUS[status], list(headers.items()))
    return [body]


_STATUS = {200: "200 OK", 400: "400 Bad Request"}


def _app_of(service: Any) -> Any:
    mends.late(service)
    app = create_backend_app(service)
    for error in (NotFound, MethodNotAllowed):
        app.register_error_handler(error, _no_such_route)
    return app


def _no_such_route(error: NotFound | MethodNotAllowed) -> Any:
    from flask import request

    raise NotImplementedError(f"{request.method} {request.path}")
