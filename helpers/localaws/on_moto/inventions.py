"""Requests over HTTP that moto would answer with an invention, or for services that it lacks.

Imports moto.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator

from moto.core.request import Request
from moto.core.utils import get_service_model

from helpers.localaws import made_up
from helpers.localaws.front.http import Environ
from helpers.localaws.front.refusals import Refusal
from helpers.localaws.on_moto.mends.malformed import Wrong, operation_named

LOG = logging.getLogger(__name__)


def check(signing_name: str, environ: Environ) -> None:
    """Raise the refusal of a request whose answer would be made up.

    signing_name: of the service that the request is for.
    """
    if made_up.may_be(signing_name):
        for service, operation in _meant(signing_name, environ):
            if made_up.is_made_up(service, operation):
                raise Wrong(_refusal(service, operation))


def lacking(signing_name: str, environ: Environ) -> Refusal | None:
    """The refusal of what AWS has and nothing here; None if AWS does not have it either."""
    return next((_refusal(*meant) for meant in _meant(signing_name, environ)), None)


def _meant(signing_name: str, environ: Environ) -> Iterator[tuple[str, str]]:
    """The services, by boto3's names, and their operations that a request may be for."""
    for service in made_up.signed_by(signing_name):
        try:
            yield service, operation_named(get_service_model(service), Request(environ))
        except Exception:  # no service of AWS's, or not this operation of it
            LOG.debug("%s is not what a request is for", service, exc_info=True)


def _refusal(service: str, operation: str) -> Refusal:
    sentence = made_up.sentence(f"{service}:{operation}", _variable(service))
    return Refusal("501 Not Implemented", "NotImplemented", sentence)


def _variable(service: str) -> str:
    """The variable that leads a service's client elsewhere.

    https://docs.aws.amazon.com/sdkref/latest/guide/feature-ss-endpoints.html
    """
    name = str(get_service_model(service).service_id)
    return "AWS_ENDPOINT_URL_" + name.upper().replace(" ", "_").replace("-", "_")
