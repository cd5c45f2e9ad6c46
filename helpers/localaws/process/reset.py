"""Emptying the endpoint: everything that was made here, everything under way, and the clock.

Imports moto.
"""

from __future__ import annotations

import threading

from moto.core.base_backend import BackendDict

from helpers.localaws import cloudformation, lambdas, metrics, persistence
from helpers.localaws.events import schedule
from helpers.localaws.lambdas import market
from helpers.localaws.turns.clock import clock

_one_at_a_time = threading.Lock()


def everything() -> None:
    """Go back to an empty account at the wall clock's time, without a market seed."""
    with _one_at_a_time:
        persistence.empty(_empty)


def _empty() -> None:
    cloudformation.stop_all()  # what is being made now would else be left over
    schedule.reset()
    BackendDict.reset()  # Step Functions stops what runs
    lambdas.reset()
    metrics.forget()
    clock.reset()
    clock.realtime = False
    market.set_seed(None)
