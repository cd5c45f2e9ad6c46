"""Backends and their registries, which are found again where moto has them; IAM's policies too."""

from __future__ import annotations

from typing import Any

from helpers.localaws.persistence import registries
from helpers.localaws.persistence.gathering import Gathering


def reduce_backend(gathering: Gathering, backend: Any) -> Any:
    """A backend, by its registry's path; what is in it is put into the one that is there."""
    found_by = gathering.backends.get(id(backend))
    if found_by is None:
        return NotImplemented
    state = backend.__getstate__() if hasattr(backend, "__getstate__") else None
    state = dict(state if isinstance(state, dict) else vars(backend))
    if "aws_managed_policies" in state:  # IAM's: moto has them all, unchanged
        policies = state["managed_policies"]
        own = policies.keys() - _arns(state.pop("aws_managed_policies"))
        state["managed_policies"] = (
            {arn: p for arn, p in policies.items() if arn in own} if own else {}
        )
        return registries.backend, found_by, state, None, None, _restore_iam
    return registries.backend, found_by, state


_known: dict[int, tuple[list[Any], frozenset[str]]] = {}
"""What `_arns` has found, by `id` of the list."""


def _arns(policies: list[Any]) -> frozenset[str]:
    """The ARNs of AWS's own policies: 1,500 that do not change, and are looked at once."""
    known = _known.get(id(policies))
    if known is None or known[0] is not policies:
        if len(_known) == 4:  # those of backends that are gone
            _known.clear()
        known = policies, frozenset(policy.arn for policy in policies)
        _known[id(policies)] = known
    return known[1]


def _restore_iam(backend: Any, state: dict[str, Any]) -> None:
    """IAM's own policies beside AWS's."""
    own = state.pop("managed_policies")
    backend.__dict__.update(state)
    backend.managed_policies = {p.arn: p for p in backend.aws_managed_policies} | own


def reduce_registry(gathering: Gathering, registry: Any) -> Any:
    """A registry, by the path to import it from."""
    return registries.registry, (registries.path_of(registry),)


def reduce_account(gathering: Gathering, backends: Any) -> Any:
    """A registry's backends of one account, by the registry and the account."""
    for path, registry in registries.in_use():
        if dict.get(registry, backends.account_id) is backends:
            return registries.account, (path, backends.account_id)
    return NotImplemented


def reduce_aws_policy(gathering: Gathering, policy: Any) -> Any:
    """AWS's managed policies, which moto knows anyway."""
    found_by = (policy.account_id, policy.partition, policy.arn)
    return _aws_policy, found_by, {"attachment_count": policy.attachment_count, "id": policy.id}


def _aws_policy(account: str, partition: str, arn: str) -> Any:
    from moto.iam.models import iam_backends

    return iam_backends[account][partition].managed_policies[arn]
