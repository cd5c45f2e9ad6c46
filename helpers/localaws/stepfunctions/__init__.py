"""Step Functions: an interpreter of Amazon States Language behind moto's state machines.

`install()` puts it in the place of moto's own backend; whoever starts executions from within the
endpoint, as a schedule does, finds it in moto's registry. Importing this package is cheap.
"""

from __future__ import annotations

from typing import Any

__all__ = ["install", "use_state", "warm_up"]


def install() -> None:
    """Replace moto's Step Functions backend. Called once, before the first request."""
    from helpers.localaws.stepfunctions import api, backend

    backend.install(api)


def use_state(base: Any, lock: Any) -> Any:
    """Keep executions in the endpoint's state: an SQLite database and the lock of its users.

    Returns the store, which whoever keeps the state asks for what is new.
    """
    from helpers.localaws.stepfunctions.keeping import use_store
    from helpers.localaws.stepfunctions.store import Store

    store = Store(base, lock)
    use_store(store)
    return store


def warm_up() -> None:
    """Import what the first execution would have to wait for."""
    import moto.dynamodb.responses  # noqa: F401
    from moto.core.utils import get_service_model

    get_service_model("stepfunctions")
