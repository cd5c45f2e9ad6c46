"""What a function's answer says of a batch of messages or records: which of it has failed.

Sources: docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html and
.../dg/services-kinesis-batchfailurereporting.html.
"""

from __future__ import annotations

import json
from collections.abc import Collection

REPORTS = "ReportBatchItemFailures"
"""The FunctionResponseType with which a function may report some of a batch as failed."""


def failed(payload: bytes, ids: Collection[str]) -> set[str]:
    """Those of `ids` that have failed; all of them where the answer is none that AWS understands.

    payload: what the function gave back, JSON. ids: what identifies the items of the batch.

    >>> sorted(failed(b'{"batchItemFailures": [{"itemIdentifier": "b"}]}', ["a", "b"]))
    ['b']
    >>> failed(b'""', ["a", "b"]), failed(b'{"batchItemFailures": []}', ["a"])
    (set(), set())
    >>> sorted(failed(b'{"batchItemFailures": [{"itemIdentifier": "x"}]}', ["a", "b"]))
    ['a', 'b']
    """
    try:
        reported = _reported(json.loads(payload or b"null"))
    except ValueError:
        return set(ids)
    return set(reported) if reported <= set(ids) else set(ids)


def _reported(answer: object) -> set[str]:
    """The identifiers in an answer. Raises ValueError if it is not of the form that they have."""
    if not answer:
        return set()
    if not isinstance(answer, dict):
        raise ValueError("no object")
    failures = answer.get("batchItemFailures") or []
    if not isinstance(failures, list):
        raise ValueError("no list")
    return {_identifier(one) for one in failures}


def _identifier(failure: object) -> str:
    found = failure.get("itemIdentifier") if isinstance(failure, dict) else None
    if not isinstance(found, str) or not found:
        raise ValueError("no identifier")
    return found
