"""Step Functions: an interpreter of Amazon States Language behind moto's state machines.

`install()` puts it in the place of moto's own backend; `start_execution` starts an execution from
within the endpoint, as a schedule does.
"""

from __future__ import annotations

from typing import Any

__all__ = ["install", "start_execution", "use_state", "warm_up"]


def install() -> None:
    """Replace moto's Step Functions backend. Called once, before the first request."""
    from helpers.localaws.stepfunctions import backend

    backend.install()


def start_execution(arn: str, name: str | None, input_json: str, *, by_schedule: bool) -> str:
    """Start an execution and return its ARN.

    arn: of a state machine, a version or an alias. name: None makes one up. by_schedule: whether a
    schedule does it; such an execution's waits do not move the simulated clock.
    Raises `errors.ApiError`, whose `code` and `message` are AWS's.
    """
    from helpers.localaws.stepfunctions import backend

    return backend.start(arn, name, input_json, pulls=not by_schedule)


def use_state(base: Any, lock: Any) -> Any:
    """Keep executions in the endpoint's state: an SQLite database and the lock of its users.

    Returns the store, which whoever keeps the state asks for what is new.
    """
    from helpers.localaws.stepfunctions import backend
    from helpers.localaws.stepfunctions.store import Store

    store = Store(base, lock)
    backend.use_store(store)
    return store


def warm_up() -> None:
    """Import what the first execution would have to wait for."""
    from helpers.localaws.stepfunctions import backend

    backend.warm_up()
