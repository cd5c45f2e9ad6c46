"""Hooks into what all of moto's services share: its clock, its memory, its request ids.

Imports moto.
"""

from __future__ import annotations

from typing import Any

import moto.core.responses
import moto.core.utils
from moto.core.common_models import BaseModel
from moto.s3.models import FakeBucket

from helpers.localaws.clock import clock


def install() -> None:
    """Put the hooks in place."""
    # Many modules of moto have imported this function: give the function itself another body.
    moto.core.utils.utcnow.__code__ = _utcnow.__code__
    BaseModel.__new__ = staticmethod(_new)
    moto.core.responses.gen_amzn_requestid_long = _request_id
    FakeBucket.__init__ = _init_bucket


def _utcnow() -> Any:
    """For moto.core.utils.utcnow: the simulated time, naive, UTC. It runs in moto's namespace."""
    from helpers.localaws.clock import clock

    return clock.now().replace(tzinfo=None)


def _new(cls: type, *args: Any, **kwargs: Any) -> Any:
    """For BaseModel.__new__, which keeps every object for a dashboard, deleted ones too."""
    return object.__new__(cls)


_plain_request_id = moto.core.responses.gen_amzn_requestid_long


def _request_id(headers: dict[str, Any]) -> str:
    """For gen_amzn_requestid_long, which overwrites the id that a service gave its answer: the log
    of a function has that id too.
    """
    return headers.get("x-amzn-requestid") or _plain_request_id(headers)


_plain_init_bucket = FakeBucket.__init__


def _init_bucket(self: FakeBucket, *args: Any, **kwargs: Any) -> None:
    """For FakeBucket.__init__, which asks the wall clock when the bucket was created."""
    _plain_init_bucket(self, *args, **kwargs)
    self.creation_date = clock.now()
