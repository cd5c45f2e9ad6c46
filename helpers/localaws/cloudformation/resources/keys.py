"""AWS::KMS::Key."""

from __future__ import annotations

import json
from typing import Any

from helpers.localaws.cloudformation.resources.base import Made, Request, ResourceType


def _backend(request: Request) -> Any:
    from moto.kms.models import kms_backends

    return kms_backends[request.account][request.region]


class Key(ResourceType):
    """A key. Deleting the resource schedules the key's deletion, as on AWS."""

    service = "Kms"

    def create(self, request: Request) -> Made:
        """Create the key."""
        wanted = request.properties
        key = _backend(request).create_key(
            policy=_text(wanted.get("KeyPolicy")),
            key_usage=wanted.get("KeyUsage") or "ENCRYPT_DECRYPT",
            key_spec=wanted.get("KeySpec") or "SYMMETRIC_DEFAULT",
            description=wanted.get("Description", ""),
            tags=request.tag_list(),
            multi_region=bool(wanted.get("MultiRegion", False)),
            origin=wanted.get("Origin") or "AWS_KMS",
        )
        self._configure(request, key)
        return Made(key.id, {"Arn": key.arn, "KeyId": key.id})

    def update(self, request: Request) -> Made | None:
        """Change policy, description, rotation and whether it is enabled."""
        kms, wanted = _backend(request), request.properties
        kms.update_key_description(request.physical_id, wanted.get("Description", ""))
        if wanted.get("KeyPolicy"):
            kms.put_key_policy(request.physical_id, _text(wanted["KeyPolicy"]))
        self._configure(request, kms.keys[request.physical_id])
        return None

    def delete(self, request: Request) -> None:
        """Schedule its deletion."""
        if self.exists(request):
            days = int(request.properties.get("PendingWindowInDays", 30))
            _backend(request).schedule_key_deletion(request.physical_id, days)

    def exists(self, request: Request) -> bool:
        """Whether the key is there and not about to go."""
        key = _backend(request).keys.get(request.physical_id)
        return key is not None and key.key_state != "PendingDeletion"

    def _configure(self, request: Request, key: Any) -> None:
        wanted = request.properties
        key.key_rotation_status = bool(wanted.get("EnableKeyRotation", False))
        key.enabled = bool(wanted.get("Enabled", True))
        key.key_state = "Enabled" if key.enabled else "Disabled"


def _text(policy: Any) -> str | None:
    return json.dumps(policy) if isinstance(policy, dict) else policy
