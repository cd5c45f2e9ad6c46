"""Asynchronous invocations: queued, run by a few threads, tried again twice on the simulated clock."""

from __future__ import annotations

import logging
import threading
from typing import TYPE_CHECKING

from helpers.localaws.clock import clock

if TYPE_CHECKING:
    from moto.awslambda.models import LambdaFunction

LOG = logging.getLogger(__name__)


def put(function: LambdaFunction, event: bytes, qualifier: str | None) -> None:
    """Take an event; the function runs soon, in another thread."""
    from helpers.localaws.lambdas.invoking import parsed

    event = parsed(event)
    token = clock.busy_token()

    def run() -> None:
        from helpers.localaws.lambdas.backend import invoker

        with clock.adopt(token):
            for wait in (60, 120, None):
                result = invoker().invoke(function, event, qualifier=qualifier)
                if not result.error or wait is None:
                    return
                clock.sleep(wait)

    threading.Thread(target=run, name="lambda-event", daemon=True).start()
