"""An execution read from its event history: path, steps, attempts, times.

    run = executions.start("demo-sam")     # an ARN, a state machine's name, or a stack's
    run.wait()                             # SUCCEEDED after 0.4 s
    run.path, run.choice_values            # where it went, and what decided

It draws nothing: `helpers.draw` does.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from helpers.executions.errors import (
    CannotStart,
    ExecutionsError,
    NoSuchExecution,
    NoSuchStateMachine,
    NotAHistory,
    StillRunning,
    Unreachable,
)
from helpers.executions.execution import Execution
from helpers.executions.model import Attempt, Run, Step
from helpers.executions.service import count, latest, listing, read, resolve, start

__all__ = [
    "Attempt",
    "CannotStart",
    "Execution",
    "ExecutionsError",
    "NoSuchExecution",
    "NoSuchStateMachine",
    "NotAHistory",
    "Run",
    "Step",
    "StillRunning",
    "Unreachable",
    "count",
    "from_history",
    "from_json",
    "latest",
    "listing",
    "read",
    "resolve",
    "start",
]


def from_history(
    events: list[dict[str, Any]],
    describe: dict[str, Any] | None = None,
    definition: dict[str, Any] | None = None,
) -> Execution:
    """An execution from events that you have: boto3's or the AWS CLI's get-execution-history.

    `describe` is what describe_execution says of it, `definition` the state machine's; both
    may be missing. Raises NotAHistory.
    """
    if not isinstance(events, list):
        raise NotAHistory(
            f"This is no list of events but a {type(events).__name__}. Give what stands under "
            '"events" in the answer of get-execution-history.'
        )
    return Execution(events, describe, definition=definition)


def from_json(path: str | Path) -> Execution:
    """An execution from a file: what `Execution.save` or the AWS CLI wrote, or a list of events.

    Raises NotAHistory where the file is none of these.
    """
    path = Path(path)
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise NotAHistory(f"{path} cannot be read: {error.strerror or error}.") from None
    except ValueError as error:
        raise NotAHistory(f"{path} is not JSON: {error}.") from None
    if isinstance(content, list):
        content = {"events": content}
    if not isinstance(content, dict) or not isinstance(content.get("events"), list):
        raise NotAHistory(
            f"{path} has no list of events. Export one with `aws stepfunctions "
            "get-execution-history --execution-arn … > run.json`."
        )
    return from_history(content["events"], content.get("describe"), content.get("definition"))
