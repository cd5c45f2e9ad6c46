"""The access keys that a learner makes here, with IAM or STS: whose they are, and when they end.

moto keeps them, without their end; what it lacks is noted with each. Imports no moto: where nobody
has, no key has been made yet.
"""

from __future__ import annotations

import sys
from typing import Any


def known(access_key: str, account: str) -> Any:
    """moto's access key of that id; None if none was made here."""
    models = sys.modules.get("moto.iam.models")
    if models is None:
        return None
    return models.iam_backends[account]["aws"].access_keys.get(access_key)


def note_session(key: Any, ends: float, **whose: str | None) -> None:
    """Note with one of STS's keys when it ends, in POSIX seconds of the simulated clock.

    whose: its `user_name` (a user's own session), or `federated`, the name of a federated user.
    """
    vars(key).update(whose, expires=ends)


def has_ended(key: Any, now: float) -> bool:
    """Whether a key of STS's is past its time; keys of IAM's do not end."""
    ends = getattr(key, "expires", None)
    return ends is not None and now >= ends


def federated(key: Any) -> str | None:
    """The name of the federated user whose key it is; None if it is another's, or no key."""
    return getattr(key, "federated", None)
