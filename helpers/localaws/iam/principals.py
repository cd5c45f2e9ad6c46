"""Who calls, with the policies that hold for them: a role, a session of a role, a user."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

from helpers.localaws.iam import keys, policies


@dataclass(frozen=True, slots=True)
class Principal:
    """A user or role: its ARN, what its policies say, and the ARN by which errors name it.

    documents: its policies, inline and managed, as JSON texts. boundary: its permissions boundary;
    None if it has none. session: the policy that a session was narrowed to, in the same way.
    """

    arn: str
    named: str
    documents: tuple[str, ...]
    boundary: tuple[str, ...] | None = None
    session: tuple[str, ...] | None = None

    def refusal(self, action: str, resource: str, region: str = "") -> str | None:
        """Why it may not do it, in AWS's words; None if it may. resource: as `policies.decide`."""
        for documents, kind in (
            (self.documents, "identity-based policy"),
            (self.boundary, "permissions boundary"),
            (self.session, "session policy"),
        ):
            if documents is None:
                continue
            asked = (action.lower(), resource, self.arn, region)
            decision = policies.decide(documents, *asked)
            if decision != policies.ALLOWED:
                return self._words(decision, kind, action, resource)
        return None

    def _words(self, decision: str, kind: str, action: str, resource: str) -> str:
        if decision == policies.EXPLICIT:
            article = "an" if kind.startswith("i") else "a"
            why = f"with an explicit deny in {article} {kind}"
        else:
            why = f"because no {kind} allows the {action} action"
        on = f" on resource: {resource}" if resource else ""
        return f"User: {self.named} is not authorized to perform: {action}{on} {why}"


def of_role(arn: str | None, session: str | None = None) -> Principal | None:
    """A role in a session of that name, by default in Step Functions' own; None without a role.

    A role that does not exist is asked nothing: AWS would not have let a state machine have it.
    """
    role = role_of(arn) if arn else None
    if role is None or arn is None:
        return None
    account = arn.split(":")[4]
    named = session_arn(account, role.name, session or _session(role.name))
    return Principal(arn, named, _documents(role), _boundary(role))


def session_arn(account: str, role: str, session: str) -> str:
    """The ARN of a session of a role, by their names."""
    return f"arn:aws:sts::{account}:assumed-role/{role}/{session}"


def of_key(access_key: str, account: str) -> Principal | None:
    """Whose an access key is that was made with IAM or STS; None for any other key.

    None, too, for a federated user's, whose policies moto does not keep, and for a session of a
    role that is not there.
    """
    from moto.iam.models import iam_backends
    from moto.sts.models import sts_backends

    key = keys.known(access_key, account)
    if key is None:
        return None
    if key.role_arn:
        session = sts_backends[account]["aws"].get_assumed_role_from_access_key(access_key)
        if session is None:
            return None
        who = of_role(key.role_arn, session.session_name)
        if who is None or not session.policy:
            return who
        return replace(who, session=(session.policy,))
    backend = iam_backends[account]["aws"]
    user = backend.users.get(key.user_name or "")
    return None if user is None else _of_user(user, backend)


def _of_user(user: Any, backend: Any) -> Principal:
    groups = [group for group in backend.groups.values() if user in group.users]
    documents = tuple(text for one in (user, *groups) for text in _documents(one))
    return Principal(user.arn, user.arn, documents)


def refusal(role_arn: str | None, action: str, resource: str, region: str = "") -> str | None:
    """Why the role may not do it, in AWS's words; None if it may, or is none."""
    role = of_role(role_arn)
    return None if role is None else role.refusal(action, resource, region)


@lru_cache(maxsize=256)
def _session(role: str) -> str:
    """The name of the session in which Step Functions uses a role: 32 letters."""
    import hashlib
    import string

    digest = hashlib.sha256(role.encode()).digest()
    return "".join(string.ascii_letters[byte % 52] for byte in digest)


def role_of(arn: str) -> Any:
    """moto's role of that ARN; None if there is none."""
    from moto.iam.models import iam_backends

    parts = arn.split(":")
    if len(parts) < 6:
        return None
    known = _roles.get(arn)
    backend = iam_backends[parts[4]][parts[1]]
    if known is not None and backend.roles.get(known.id) is known:
        return known
    name = arn.rpartition("/")[2]
    for role in backend.roles.values():
        if role.name == name:
            _roles[arn] = role
            return role
    return None


_roles: dict[str, Any] = {}
"""ARN → the role that was found last: there may be thousands, and each call asks for one."""


def _documents(one: Any) -> tuple[str, ...]:
    """The texts of the policies of a role, user or group."""
    texts = list(one.policies.values())
    for policy in one.managed_policies.values():
        texts += _default_version(policy)
    return tuple(text if isinstance(text, str) else json.dumps(text) for text in texts)


def _boundary(role: Any) -> tuple[str, ...] | None:
    """The text of the policy that bounds what the role's policies allow; None if it has none."""
    from moto.iam.models import iam_backends

    arn = role.permissions_boundary_arn
    if not arn:
        return None
    policy = iam_backends[role.account_id][role.partition].managed_policies.get(arn)
    return () if policy is None else tuple(_default_version(policy))


def _default_version(policy: Any) -> list[str]:
    """The text of a managed policy that counts, in a list."""
    return [one.document for one in policy.versions if one.version_id == policy.default_version_id]
