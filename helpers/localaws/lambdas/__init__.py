"""Lambda: functions run from their deployed zip, in worker processes, by AWS's own awslambdaric.

`install()` hooks into moto as soon as that is imported; `invoke()` runs a function without HTTP.
Importing this package and installing it are cheap.
"""

from __future__ import annotations

import atexit
import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from helpers.localaws.lambdas import market
from helpers.localaws.process import workspace

if TYPE_CHECKING:
    from helpers.localaws.lambdas.invoking import Invoker
    from helpers.localaws.lambdas.pools import Pools
    from helpers.localaws.lambdas.results import Result

__all__ = ["install", "invoke", "pending", "reset", "resume", "send", "stop_all", "take_up"]

_pools: Pools | None = None
_invoker: Invoker | None = None


def install() -> None:
    """Let moto's Lambda run functions here.

    Called once, before the first request. Raises ValueError for a wrong LOCALAWS_MARKET_SEED.
    """
    global _pools
    from helpers.localaws.lambdas import code
    from helpers.localaws.lambdas.pools import Pools
    from helpers.localaws.on_moto.after_import import after_import

    market.seed_from_environment()
    log = None
    try:
        here = workspace.current()
        root = here.folder("lambda")
        log = here.log_file
    except RuntimeError:  # not within the endpoint's process
        root = Path(tempfile.mkdtemp(prefix="localaws-lambda-"))
        atexit.register(shutil.rmtree, root, ignore_errors=True)
    for left_over in root.iterdir():
        code.remove(left_over)
    if _pools is not None:
        _pools.stop()
    _pools = Pools(root, log)
    after_import("moto.awslambda.models", _hook)


def _hook() -> None:
    global _invoker
    from helpers.localaws.lambdas import backend
    from helpers.localaws.lambdas.invoking import Invoker

    _invoker = Invoker(_pools)
    backend.install(_invoker)


def invoke(
    function_arn: str,
    payload: bytes,
    *,
    qualifier: str | None = None,
    client_context: str | None = None,
) -> Result:
    """Run a function and wait for what it gives (AWS's RequestResponse).

    function_arn: with or without a version or alias at its end. payload: JSON, UTF-8.
    client_context: JSON. Raises moto's UnknownFunctionException and the errors of
    `helpers.localaws.lambdas.errors`.
    """
    return _ready().invoke(function_arn, payload, qualifier, client_context)


def send(function_arn: str, payload: bytes, *, qualifier: str | None = None) -> str:
    """Queue an event for a function (AWS's Event) and return its request id.

    Its failures are tried again on the simulated clock. Raises moto's UnknownFunctionException and
    errors.InvalidRequestContent.
    """
    return _ready().send(function_arn, payload, qualifier)


def _ready() -> Invoker:
    """Who runs the functions. Raises RuntimeError before `install`."""
    if _invoker is None:
        import moto.awslambda.models  # noqa: F401 - brings the hooks, and with them the invoker
    if _invoker is None:
        raise RuntimeError("helpers.localaws.lambdas.install() has not been called")
    return _invoker


def pending() -> list[dict[str, Any]]:
    """The events that wait or run, as JSON has them: what `take_up` takes."""
    return _invoker.queue.pending() if _invoker is not None else []


def take_up(events: list[dict[str, Any]]) -> None:
    """Queue what an earlier process had not done with; what it was at is done again."""
    _ready().queue.take_up(events)


def resume() -> None:
    """Take up what waits in queues and streams since an earlier process; imports nothing for it."""
    if _invoker is not None:
        from helpers.localaws.lambdas import backend

        backend.resume()


def stop_all() -> None:
    """End all worker processes; the functions stay."""
    if _pools is not None:
        _pools.stop()


def reset() -> None:
    """Forget what is under way: workers end, queued events are dropped, the market starts anew."""
    if _invoker is not None:
        from helpers.localaws.lambdas import backend

        _invoker.queue.clear()
        backend.clear()
    stop_all()
    market.set_seed(market.seed())
