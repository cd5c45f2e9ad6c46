"""What a secret may be called, and how one that is not there is refused: with 400, not moto's 404.

One hook, which CloudFormation goes past.

Imports moto.

docs.aws.amazon.com/secretsmanager/latest/apireference/API_CreateSecret.html
"""

from __future__ import annotations

import re
from typing import Any

from moto.secretsmanager.responses import SecretsManagerResponse

from helpers.localaws.on_moto.mends.malformed import refused

_NAME = re.compile(r"[A-Za-z0-9/_+=.@!-]+")


def install() -> None:
    """Put the hook in place."""
    SecretsManagerResponse.call_action = _call_action


def wrong(name: str) -> str | None:
    """What Secrets Manager says of a name; None if it may be one.

    >>> wrong("app/key") is None, wrong("two words")[:13]
    (True, 'Invalid name.')
    """
    if _NAME.fullmatch(name):
        return None
    return (
        "Invalid name. Must be a valid name containing alphanumeric characters, or any of the "
        "following: -/_+=.@!"
    )


_plain_call_action = SecretsManagerResponse.call_action


def _call_action(self: SecretsManagerResponse) -> Any:
    """For SecretsManagerResponse.call_action; an ARN may stand where a secret is sought."""
    name, sought = self._get_param("Name"), self._get_param("SecretId")
    for given in (name, None if str(sought).startswith("arn:") else sought):
        told = wrong(given) if isinstance(given, str) and given else None
        if told is not None:
            raise refused(told)
    status, headers, body = _plain_call_action(self)
    if status == 404:
        status, headers = 400, {**headers, "status": "400"}
    return status, headers, body
