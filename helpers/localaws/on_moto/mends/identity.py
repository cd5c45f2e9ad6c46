"""Who calls, as STS and IAM tell it: the learner, a function's role, or keys that were made here.

moto knows the keys that it made itself and calls everybody else `user/moto` or `default_user`; the
keys of GetSessionToken and GetFederationToken are always those of AWS's documentation. The hooks
that mend it are here. Imports moto.
"""

from __future__ import annotations

import functools
from typing import Any

from moto.core.responses import ActionResult
from moto.iam.exceptions import ValidationError
from moto.iam.models import IAMBackend, User, iam_backends
from moto.iam.responses import IamResponse
from moto.sts.models import random_session_token
from moto.sts.responses import TokenResponse

from helpers.localaws.account import ACCOUNT, REGION
from helpers.localaws.iam import keys, principals, tokens
from helpers.localaws.turns.clock import clock

LEARNER_ID = "AIDALEARNER0LOCALAWS0"


def install() -> None:
    """Put the hooks in place."""
    IAMBackend.get_user_from_access_key_id = _get_user_from_access_key_id
    IamResponse.get_user = _get_user
    TokenResponse.get_caller_identity = _get_caller_identity
    TokenResponse.get_session_token = _get_session_token
    TokenResponse.get_federation_token = _get_federation_token


@functools.cache
def _learner() -> User:
    """The user whose keys the workspace has."""
    user = User(ACCOUNT, region_name=REGION, name="learner")
    user.id = LEARNER_ID
    return user


_plain_user = IAMBackend.get_user_from_access_key_id


def _get_user_from_access_key_id(self: IAMBackend, access_key_id: str) -> User | None:
    """For IAMBackend.get_user_from_access_key_id, which does not know the workspace's own key, nor
    that keys of GetSessionToken are still their user's.
    """
    user = _plain_user(self, access_key_id)
    key = self.access_keys.get(access_key_id)
    if user is not None or (key is not None and key.user_name is not None):
        return user
    if key is not None and (key.role_arn or keys.federated(key)):
        return None
    return _learner()


_plain_get_user = IamResponse.get_user


def _get_user(self: IamResponse) -> Any:
    """For IamResponse.get_user, which has a user for a role too."""
    if not self._get_param("UserName") and (
        tokens.caller(self.headers.get("X-Amz-Security-Token"))
        or self.backend.get_user_from_access_key_id(self.get_access_key()) is None
    ):
        raise ValidationError("Must specify userName when calling with non-User credentials")
    return _plain_get_user(self)


_plain_identity = TokenResponse.get_caller_identity


def _get_caller_identity(self: TokenResponse) -> Any:
    """For TokenResponse.get_caller_identity: a function is its role, in a session of its name."""
    who = tokens.caller(self.headers.get("X-Amz-Security-Token"))
    if who is not None:
        function, arn = who
        role = principals.role_of(arn)
        return _identity(
            f"{'AROALOCALAWSGONE0ROLE' if role is None else role.id}:{function}",
            principals.session_arn(ACCOUNT, arn.rpartition("/")[2], function),
        )
    name = keys.federated(keys.known(self.get_access_key(), ACCOUNT))
    if name is not None:
        return _identity(f"{ACCOUNT}:{name}", f"arn:aws:sts::{ACCOUNT}:federated-user/{name}")
    return _plain_identity(self)


def _identity(user_id: str, arn: str) -> ActionResult:
    return ActionResult({"UserId": user_id, "Account": ACCOUNT, "Arn": arn})


_plain_session_token = TokenResponse.get_session_token
_plain_federation_token = TokenResponse.get_federation_token


def _get_session_token(self: TokenResponse) -> Any:
    """For TokenResponse.get_session_token."""
    key = keys.known(self.get_access_key(), ACCOUNT)
    user = None if key is None else key.user_name
    return _with_key(_plain_session_token(self), _end(self), user_name=user)


def _get_federation_token(self: TokenResponse) -> Any:
    """For TokenResponse.get_federation_token."""
    name = self._get_param("Name")
    return _with_key(_plain_federation_token(self), _end(self), federated=name)


def _end(response: TokenResponse) -> float:
    """When the keys that are asked for end, in POSIX seconds of the simulated clock."""
    return clock.time() + (response._get_int_param("DurationSeconds") or 43_200)


def _with_key(answer: Any, ends: float, **whose: str | None) -> Any:
    """The answer with a key that the guard knows, as moto makes them for an assumed role.

    ends, whose: as `keys.note_session` has them.
    """
    key = iam_backends[ACCOUNT]["aws"].create_temp_access_key()
    keys.note_session(key, ends, **whose)
    answer.result["Credentials"] |= {
        "AccessKeyId": key.access_key_id,
        "SecretAccessKey": key.secret_access_key,
        "SessionToken": random_session_token(),
    }
    return answer
