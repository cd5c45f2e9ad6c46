"""Dynamic references to Secrets Manager: {{resolve:secretsmanager:id:SecretString:key}}."""

from __future__ import annotations

import json

from helpers.localaws.cloudformation.errors import ValidationError


def secret(account: str, region: str, reference: str) -> str:
    """The value that a reference (what follows `secretsmanager:`) names.

    Raises ValidationError if there is no such secret or key.
    """
    from moto.secretsmanager.models import secretsmanager_backends

    parts = reference.split(":")
    arn_parts = 7 if reference.startswith("arn:") else 1
    name, rest = ":".join(parts[:arn_parts]), [*parts[arn_parts:], "", "", "", ""]
    backend = secretsmanager_backends[account][region]
    try:
        held = backend.get_secret_value(name, rest[3] or "", rest[2] or "")
    except Exception as error:
        raise ValidationError(
            "Secrets Manager can't find the specified secret. "
            f"(Service: AWSSecretsManager; Status Code: 400; {name})"
        ) from error
    text = str(held.get("SecretString", ""))
    if not rest[1]:
        return text
    try:
        return str(json.loads(text)[rest[1]])
    except (ValueError, KeyError):
        raise ValidationError(
            f"Could not find a value associated with JSONKey in SecretString ({name})"
        ) from None
