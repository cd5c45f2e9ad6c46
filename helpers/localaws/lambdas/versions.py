"""Which function, and which version of it, an ARN and a qualifier name."""

from __future__ import annotations

import random
from typing import Any

from moto.awslambda.exceptions import UnknownFunctionException
from moto.awslambda.models import LambdaFunction, lambda_backends


def find(function_arn: str, qualifier: str | None = None) -> tuple[LambdaFunction, str | None]:
    """The function with this ARN and the qualifier asked for. Raises UnknownFunctionException."""
    parts = function_arn.split(":")
    if len(parts) < 7 or parts[5] != "function":
        raise UnknownFunctionException(function_arn)
    return chosen(lambda_backends[parts[4]][parts[3]], function_arn, qualifier)


def invoked_arn(function: LambdaFunction, qualifier: str | None) -> str:
    """The ARN that `context.invoked_function_arn` shows: with the qualifier that was asked for."""
    base = function.function_arn
    if function.version != "$LATEST":
        base = base.removesuffix(f":{function.version}")
    return f"{base}:{qualifier}" if qualifier else base


def parted(name_or_arn: str) -> tuple[str, str | None]:
    """The name or ARN of a function without its qualifier, and the qualifier if it has one.

    >>> parted("arn:aws:lambda:us-east-1:123456789012:function:f:1"), parted("f")
    (('arn:aws:lambda:us-east-1:123456789012:function:f', '1'), ('f', None))
    """
    start, function, last = name_or_arn.rpartition("function:")
    name, colon, qualifier = last.partition(":")
    return f"{start}{function}{name}", qualifier if colon else None


def configured(backend: Any, name_or_arn: str, qualifier: str | None) -> Any:
    """What has an EventInvokeConfig of its own: the function, a version of it, or an alias.

    Raises moto's UnknownFunctionException.
    """
    function = backend.get_function(name_or_arn, qualifier)
    if qualifier is None or qualifier.isdigit() or qualifier.lower() == "$latest":
        return function
    return backend.get_alias(qualifier, function.function_name)


def chosen(
    backend: Any, name_or_arn: str, qualifier: str | None
) -> tuple[LambdaFunction, str | None]:
    """Find the version to run, and the qualifier that was asked for.

    An alias with a routing configuration gives one of its versions by their weights.
    Raises moto's UnknownFunctionException.
    """
    last = name_or_arn.rpartition(":function:")[2]
    if ":" in last:
        qualifier = last.rpartition(":")[2]
    function = backend.get_function(name_or_arn, qualifier)
    if qualifier and qualifier.lower() != "$latest" and not qualifier.isdigit():
        alias = backend.get_alias(qualifier, function.function_name)
        weights = (alias.routing_config or {}).get("AdditionalVersionWeights") or {}
        drawn = random.random()
        for version, weight in weights.items():
            drawn -= float(weight)
            if drawn < 0:
                return backend.get_function(function.function_name, str(version)), qualifier
    return function, qualifier
