"""Requests checked against AWS's model of the API before anything else is looked at."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from helpers.localaws.on_moto.violations import WrongType, message, violations
from helpers.localaws.stepfunctions.errors import ApiError


@lru_cache(maxsize=64)
def _input(operation: str) -> Any:
    from moto.core.utils import get_service_model

    return get_service_model("stepfunctions").operation_model(operation).input_shape


def check(operation: str, body: Any) -> None:
    """Raise the ApiError that AWS gives for a body that does not fit `operation`."""
    shape = _input(operation)
    if shape is None:
        return
    try:
        wrong = violations(shape, body)
    except WrongType as error:
        raise ApiError("SerializationException", str(error)) from None
    if wrong:
        raise ApiError("ValidationException", message(wrong))
