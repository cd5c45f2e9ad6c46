"""Which errors an ErrorEquals names, for Retry and for Catch.

https://docs.aws.amazon.com/step-functions/latest/dg/concepts-error-handling.html
"""

from __future__ import annotations

from collections.abc import Collection

from helpers.asl.failures import RUNTIME

ALL = "States.ALL"
TASK_FAILED = "States.TaskFailed"
TIMEOUT = "States.Timeout"
HEARTBEAT_TIMEOUT = "States.HeartbeatTimeout"
TOO_LARGE = "States.DataLimitExceeded"
RESULT_TOO_LARGE = ALL
"""The other name of a TOO_LARGE that is about what a task's work gave.

AWS let States.ALL catch that in 2024, whatever its guide says; of all else that is too large,
nobody has seen it.
"""


def covers(names: Collection[str], error: str | None, also: str | None = None) -> bool:
    """Whether ErrorEquals `names` covers an error, which may be known by another name `also`.

    States.ALL covers all that can be caught but States.DataLimitExceeded, which has to be named
    where it is not about a task's result (`also` is then RESULT_TOO_LARGE). States.TaskFailed
    covers what States.ALL covers but a timeout. Nothing covers States.Runtime.

    >>> covers(["States.TaskFailed"], "Boom"), covers(["States.TaskFailed"], "States.Timeout")
    (True, False)
    >>> covers(["States.HeartbeatTimeout"], "States.Timeout", "States.HeartbeatTimeout")
    True
    >>> covers(["States.ALL"], TOO_LARGE), covers(["States.ALL"], TOO_LARGE, RESULT_TOO_LARGE)
    (False, True)
    """
    if error == RUNTIME:
        return False
    if error in names or (also is not None and also in names):
        return True
    if error == TOO_LARGE:
        return False
    return ALL in names or (TASK_FAILED in names and error not in (TIMEOUT, HEARTBEAT_TIMEOUT))
