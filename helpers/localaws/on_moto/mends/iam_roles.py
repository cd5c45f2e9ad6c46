"""What IAM and STS mind and moto does not: trust policies, boundaries, the end of a session.

Each is one hook. Imports moto.
"""

from __future__ import annotations

from datetime import UTC
from typing import Any

from moto.iam.exceptions import MalformedPolicyDocument, NotFoundException
from moto.iam.models import IAMBackend, Role
from moto.sts.models import AssumedRole

from helpers.localaws.iam import keys, trust


def install() -> None:
    """Put the hooks in place."""
    IAMBackend.create_role = _create_role
    IAMBackend.update_assume_role_policy = _update_assume_role_policy
    IAMBackend.put_role_permissions_boundary = _put_role_permissions_boundary
    AssumedRole.__init__ = _init_assumed_role


_plain_create_role = IAMBackend.create_role


def _create_role(
    self: IAMBackend,
    role_name: str,
    assume_role_policy_document: str,
    path: str,
    permissions_boundary: str | None,
    *arguments: Any,
    **named: Any,
) -> Role:
    """For IAMBackend.create_role, which takes any text for a trust policy, and any boundary."""
    _check_trust(assume_role_policy_document)
    _check_boundary(self, permissions_boundary)
    given = (role_name, assume_role_policy_document, path, permissions_boundary)
    return _plain_create_role(self, *given, *arguments, **named)


def _update_assume_role_policy(self: IAMBackend, role_name: str, policy_document: str) -> None:
    """For IAMBackend.update_assume_role_policy, which minds what IAM does not: the year 2008."""
    role = self.get_role(role_name)
    _check_trust(policy_document)
    role.assume_role_policy_document = policy_document


def _check_trust(text: str) -> None:
    """Raise MalformedPolicyDocument for what IAM does not keep as a role's trust policy."""
    why = trust.problem(text)
    if why is not None:
        raise MalformedPolicyDocument(why)


_plain_put_boundary = IAMBackend.put_role_permissions_boundary


def _put_role_permissions_boundary(
    self: IAMBackend, role_name: str, permissions_boundary: str
) -> None:
    """For IAMBackend.put_role_permissions_boundary, which takes any ARN."""
    _check_boundary(self, permissions_boundary)
    _plain_put_boundary(self, role_name, permissions_boundary)


def _check_boundary(iam: IAMBackend, arn: str | None) -> None:
    """Raise NotFoundException for a policy that is not there; moto says what is no ARN at all."""
    if arn and iam.policy_arn_regex.match(arn) and arn not in iam.managed_policies:
        raise NotFoundException(f"Scope ARN: {arn} does not exist or is not attachable.")


_plain_init_assumed_role = AssumedRole.__init__


def _init_assumed_role(self: AssumedRole, *arguments: Any, **named: Any) -> None:
    """For AssumedRole.__init__: its key, which moto takes for ever, knows when it ends."""
    _plain_init_assumed_role(self, *arguments, **named)
    keys.note_session(self.access_key, self.expiration.replace(tzinfo=UTC).timestamp())
