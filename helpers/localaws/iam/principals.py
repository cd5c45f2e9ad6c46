"""Who calls, with the policies that hold for them: a role, a session of a role, a user."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from helpers.localaws import globs
from helpers.localaws.iam import policies


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
    role = _role(arn) if arn else None
    if role is None or arn is None:
        return None
    account = arn.split(":")[4]
    named = f"arn:aws:sts::{account}:assumed-role/{role.name}/{session or _session(role.name)}"
    return Principal(arn, named, _documents(role), _boundary(role))


def of_key(access_key: str, account: str) -> Principal | None:
    """Whose an access key is that was made with IAM or STS; None for any other key.

    None, too, for a federated user's, whose policies moto does not keep, and for a session of a
    role that is not there.
    """
    from moto.iam.models import iam_backends
    from moto.sts.models import sts_backends

    backend = iam_backends[account]["aws"]
    key = backend.access_keys.get(access_key)
    if key is None:
        return None
    if key.role_arn:
        session = sts_backends[account]["aws"].get_assumed_role_from_access_key(access_key)
        if session is None:
            return None
        found = of_role(key.role_arn, session.session_name)
        if found is None or not session.policy:
            return found
        return Principal(found.arn, found.named, found.documents, found.boundary, (session.policy,))
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


def trusts(role_arn: str, service: str, region: str) -> bool:
    """Whether the role exists and its trust policy lets a service assume it.

    service: without its domain, e.g. `states`; a principal may also name the region.
    """
    role = _role(role_arn)
    if role is None:
        return False
    try:
        document = json.loads(role.assume_role_policy_document)
    except (TypeError, ValueError):
        return False
    names = {f"{service}.amazonaws.com", f"{service}.{region}.amazonaws.com"}
    found = False
    for one in policies.listed(document.get("Statement") if isinstance(document, dict) else None):
        actions = [globs.compiled(str(a).lower()) for a in policies.listed(one.get("Action"))]
        if not any(action.fullmatch("sts:assumerole") for action in actions):
            continue
        principal = one.get("Principal")
        services = principal.get("Service") if isinstance(principal, dict) else None
        if principal == "*" or names & set(policies.listed(services)):
            if one.get("Effect") == "Deny":
                return False
            found = True
    return found


@lru_cache(maxsize=256)
def _session(role: str) -> str:
    """The name of the session in which Step Functions uses a role: 32 letters."""
    import hashlib
    import string

    digest = hashlib.sha256(role.encode()).digest()
    return "".join(string.ascii_letters[byte % 52] for byte in digest)


def _role(arn: str) -> Any:
    from moto.iam.models import iam_backends

    parts = arn.split(":")
    if len(parts) < 6:
        return None
    known = _found.get(arn)
    backend = iam_backends[parts[4]][parts[1]]
    if known is not None and backend.roles.get(known.id) is known:
        return known
    name = arn.rpartition("/")[2]
    for role in backend.roles.values():
        if role.name == name:
            _found[arn] = role
            return role
    return None


_found: dict[str, Any] = {}


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
