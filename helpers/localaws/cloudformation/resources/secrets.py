"""AWS::SecretsManager::Secret, given or generated."""

from __future__ import annotations

import json
import uuid
from typing import Any

from helpers.localaws.cloudformation import names
from helpers.localaws.cloudformation.resources.base import (
    Made,
    Request,
    ResourceType,
    handler_error,
)


def _backend(request: Request) -> Any:
    from moto.secretsmanager.models import secretsmanager_backends

    return secretsmanager_backends[request.account][request.region]


def _refuse_wrong(name: str) -> None:
    """Raise what Secrets Manager says of a name that it does not take."""
    from moto.secretsmanager.exceptions import ValidationException

    from helpers.localaws.on_moto.mends import secret_names

    told = secret_names.wrong(name)
    if told is not None:
        raise handler_error(ValidationException(told), "SecretsManager")


class Secret(ResourceType):
    """A secret."""

    service = "SecretsManager"
    longest_name = 512

    def generated_name(self, request: Request) -> str:
        """`LogicalId-random`: AWS leaves the stack's name out for this type."""
        return f"{request.logical_id}-{names.suffix()}"

    def create(self, request: Request) -> Made:
        """Create the secret."""
        wanted = request.properties
        name = self.name(request) if wanted.get("Name") else self.generated_name(request)
        _refuse_wrong(name)
        made = _backend(request).create_secret(
            name=name,
            secret_string=_value(request),
            secret_binary=None,
            description=wanted.get("Description"),
            tags=request.tag_list(),
            kms_key_id=wanted.get("KmsKeyId"),
            client_request_token=None,
            replica_regions=[],
            force_overwrite=False,
        )
        arn = json.loads(made)["ARN"] if isinstance(made, str) else made["ARN"]
        return Made(arn, {"Id": arn})

    def update(self, request: Request) -> Made | None:
        """Change description, key, and the value if the template changes it."""
        wanted, old = request.properties, request.old
        changed = any(
            wanted.get(key) != old.get(key) for key in ("SecretString", "GenerateSecretString")
        )
        if changed:
            _backend(request).update_secret(
                request.physical_id,
                secret_string=_value(request),
                client_request_token=str(uuid.uuid4()),
            )
        secret = _backend(request).secrets[request.physical_id]
        secret.description, secret.kms_key_id = wanted.get("Description"), wanted.get("KmsKeyId")
        secret.tags = request.tag_list()
        return None

    def delete(self, request: Request) -> None:
        """Delete the secret at once, as CloudFormation does."""
        if self.exists(request):
            _backend(request).delete_secret(request.physical_id, None, True)

    def exists(self, request: Request) -> bool:
        """Whether the secret is there."""
        return _backend(request).secrets.get(request.physical_id) is not None


def _value(request: Request) -> str | None:
    wanted = request.properties
    if "SecretString" in wanted:
        return str(wanted["SecretString"])
    how = wanted.get("GenerateSecretString")
    if how is None:
        return None
    password = json.loads(
        _backend(request).get_random_password(
            password_length=int(how.get("PasswordLength", 32)),
            exclude_characters=how.get("ExcludeCharacters", ""),
            exclude_numbers=bool(how.get("ExcludeNumbers", False)),
            exclude_punctuation=bool(how.get("ExcludePunctuation", False)),
            exclude_uppercase=bool(how.get("ExcludeUppercase", False)),
            exclude_lowercase=bool(how.get("ExcludeLowercase", False)),
            include_space=bool(how.get("IncludeSpace", False)),
            require_each_included_type=bool(how.get("RequireEachIncludedType", True)),
        )
    )["RandomPassword"]
    if not how.get("GenerateStringKey"):
        return password
    template = json.loads(how.get("SecretStringTemplate") or "{}")
    return json.dumps({**template, how["GenerateStringKey"]: password})
