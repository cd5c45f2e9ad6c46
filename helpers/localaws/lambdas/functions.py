"""The hooks into moto's LambdaFunction: how one is run, and what moto forgets of its settings.

And into LayerVersion, which takes any bytes for a layer.

Imports moto: import it late.
"""

from __future__ import annotations

import contextlib
import uuid
from collections.abc import Callable
from typing import Any

from moto.awslambda.models import ImageConfig, LambdaFunction, LayerVersion
from moto.logs.models import logs_backends

from helpers.localaws.lambdas import code, errors
from helpers.localaws.lambdas.settings import logging_config

KEPT = {"LoggingConfig": "logging_config", "DeadLetterConfig": "dead_letter_config"}
"""Parameters that moto 5.2.5 takes and forgets, and the attributes that hold them here."""

OVERLOOKED: dict[str, tuple[str, Callable[[Any], Any]]] = {
    "EphemeralStorage": ("ephemeral_storage", lambda given: given.get("Size", 512)),
    "ImageConfig": ("image_config", ImageConfig),
    "KMSKeyArn": ("kms_key_arn", str),
    "TracingConfig": ("tracing_config", dict),
}
"""Parameters of CreateFunction that moto 5.2.5 overlooks in UpdateFunctionConfiguration."""

plain_init = LambdaFunction.__init__
plain_set_code = LambdaFunction._set_function_code
plain_update = LambdaFunction.update_configuration
plain_configuration = LambdaFunction.get_configuration
plain_get_code = LambdaFunction.get_code
plain_getstate = LambdaFunction.__getstate__
plain_init_layer = LayerVersion.__init__

_prepare: Callable[[], None] = lambda: None  # noqa: E731 - replaced by install


def install(invoke: Callable[..., bytes], prepare: Callable[[], None]) -> None:
    """Put the hooks in place.

    invoke: takes the place of LambdaFunction.invoke. prepare: called when there is a function.
    """
    global _prepare
    _prepare = prepare
    LambdaFunction.invoke = lambda self, *arguments: invoke(self, *arguments)
    LambdaFunction.__init__ = _init
    LambdaFunction._set_function_code = _set_function_code
    LambdaFunction.update_configuration = _update_configuration
    LambdaFunction.get_configuration = _get_configuration
    LambdaFunction.get_code = _get_code
    LambdaFunction.__getstate__ = _getstate
    LambdaFunction.__setstate__ = _setstate
    LayerVersion.__init__ = _init_layer


def _init(
    self: LambdaFunction, account_id: str, spec: dict[str, Any], *more: Any, **named: Any
) -> None:
    plain_init(self, account_id, spec, *more, **named)
    for parameter, attribute in KEPT.items():
        setattr(self, attribute, spec.get(parameter))
    self.logging_config = _whole(self)
    revise(self)


def revise(function: LambdaFunction) -> None:
    """Note that the function is another one now: it has a new RevisionId."""
    function.revision_id = str(uuid.uuid4())


def _update_configuration(self: LambdaFunction, config_updates: dict[str, Any]) -> dict[str, Any]:
    before = {name: self.__dict__.get(name) for name in KEPT.values()}
    for parameter, attribute in KEPT.items():
        if parameter in config_updates:
            setattr(self, attribute, config_updates[parameter])
    try:
        self.logging_config = _whole(self)
    except errors.InvalidParameter:
        self.__dict__.update(before)
        raise
    for parameter, (attribute, read) in OVERLOOKED.items():
        if config_updates.get(parameter):
            setattr(self, attribute, read(config_updates[parameter]))
    return plain_update(self, config_updates)


def _whole(function: LambdaFunction) -> dict[str, str]:
    config = logging_config(function)
    if config["LogFormat"] not in ("Text", "JSON"):
        raise errors.InvalidParameter(
            f"Value '{config['LogFormat']}' at 'loggingConfig.logFormat' failed to satisfy "
            "constraint: Member must satisfy enum value set: [JSON, Text]"
        )
    return config


def _get_configuration(self: LambdaFunction, on_create: bool = False) -> dict[str, Any]:
    config = plain_configuration(self, on_create)
    config["LoggingConfig"] = logging_config(self)
    config["RevisionId"] = self.revision_id
    if self.__dict__.get("dead_letter_config"):
        config["DeadLetterConfig"] = self.dead_letter_config
    return config


def _get_code(self: LambdaFunction) -> dict[str, Any]:
    """What GetFunction tells: moto's address of the code leads nowhere, or there is none."""
    from helpers.localaws.lambdas import downloads

    told = plain_get_code(self)
    if self.package_type != "Image":
        with contextlib.suppress(RuntimeError):
            told["Code"] = {"RepositoryType": "S3", "Location": downloads.address(self)}
    return told


def _set_function_code(self: LambdaFunction, updated_spec: dict[str, Any]) -> None:
    """Refuse code that is no zip file, as AWS does; the old code then stays."""
    kept = ("code", "code_bytes", "code_size", "code_sha_256", "code_digest")
    before = {name: self.__dict__[name] for name in kept if name in self.__dict__}
    before["code"] = dict(before["code"])
    plain_set_code(self, updated_spec)
    archive = self.__dict__.get("code_bytes")
    if archive is None or archive is before.get("code_bytes") or self.package_type == "Image":
        return
    _prepare()
    try:
        _check(archive)
    except errors.InvalidParameter:
        self.__dict__.update(before)
        raise


def _init_layer(self: LayerVersion, *arguments: Any, **named: Any) -> None:
    """Refuse a layer that is no zip file; it has not been published then."""
    plain_init_layer(self, *arguments, **named)
    _check(self.code_bytes)


def _check(archive: bytes) -> None:
    try:
        code.check(archive)
    except code.BadCode as error:
        raise errors.InvalidParameter(str(error)) from error


def _getstate(self: LambdaFunction) -> dict[str, Any]:
    """Without CloudWatch Logs as a whole, which moto hangs on every function."""
    return {key: value for key, value in plain_getstate(self).items() if key != "logs_backend"}


def _setstate(self: LambdaFunction, state: dict[str, Any]) -> None:
    self.__dict__.update(state)
    self.logs_backend = logs_backends[self.account_id][self.region]
