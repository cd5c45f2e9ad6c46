"""Hooks into what all of moto's services share: its clock, its memory, its request ids.

Imports moto.
"""

from __future__ import annotations

import gzip
import io
import zlib
from typing import Any

import moto.core.responses
import moto.core.utils
from moto.core.common_models import BaseModel
from moto.core.responses import BaseResponse
from moto.s3.models import FakeBucket

from helpers.localaws.front.guard import CALL_LIMIT, TOO_LARGE
from helpers.localaws.front.refusals import Refusal
from helpers.localaws.on_moto.mends.malformed import UnknownOperation, Wrong, check, operations
from helpers.localaws.turns.clock import clock


def install() -> None:
    """Put the hooks in place."""
    # Many modules of moto have imported this function: give the function itself another body.
    moto.core.utils.utcnow.__code__ = _utcnow.__code__
    BaseModel.__new__ = staticmethod(_new)
    moto.core.responses.gen_amzn_requestid_long = _request_id
    FakeBucket.__init__ = _init_bucket
    BaseResponse.call_action = _call_action
    BaseResponse.decompress_request_body = _decompress_request_body


def _utcnow() -> Any:
    """For moto.core.utils.utcnow: the simulated time, naive, UTC. It runs in moto's namespace."""
    from helpers.localaws.turns.clock import clock

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


_plain_call_action = BaseResponse.call_action


def _call_action(self: BaseResponse) -> Any:
    """For BaseResponse.call_action, which takes any method of the class for an operation, and
    walks over dicts that other requests change meanwhile: reading is then begun again.
    """
    name = self._get_action() or ""
    known = operations(self.boto3_service_name)
    if known and name not in known:
        raise UnknownOperation(name)
    if self.service_name in _CREDULOUS:
        check(self.normalized_request.environ)
    for _ in range(_TRIES if name.startswith(_READING) else 0):
        try:
            return _plain_call_action(self)
        except RuntimeError as error:
            if "during iteration" not in str(error):
                raise
    return _plain_call_action(self)


_READING = ("Describe", "List", "Get", "BatchGet", "Scan", "Query", "Filter", "Search", "Lookup")
_TRIES = 20
_CREDULOUS = {"events", "iam", "logs", "scheduler", "sts"}
"""Services of moto's that keep what they cannot read again, and then cannot list anything."""


def _decompress_request_body(self: BaseResponse, request: Any) -> None:
    """For BaseResponse.decompress_request_body, which unpacks a megabyte into a thousand."""
    if request.content_encoding != "gzip" or not self.allow_request_decompression:
        return
    try:
        with gzip.GzipFile(fileobj=request.stream) as packed:
            body = packed.read(CALL_LIMIT + 1)
    except (OSError, EOFError, zlib.error) as error:
        message = f"The body is not gzip, as Content-Encoding says: {error}"
        refused = Refusal("400 Bad Request", "SerializationException", message)
        raise Wrong(refused) from None
    if len(body) > CALL_LIMIT:
        raise Wrong(TOO_LARGE)
    request.environ["wsgi.input"] = request.stream = io.BytesIO(body)
    request.get_data(parse_form_data=True)
