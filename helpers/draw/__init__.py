"""Pictures of state machines, executions, templates and trades, with words that say the same.

    draw.state_machine("statemachine/stock_trader.asl.json")     # the machine
    draw.state_machine(workflow, run)                            # what an execution did in it
    draw.replay(workflow, run)                                   # the same, event by event
    draw.watch(run)                                              # the same, while it runs
    draw.timeline(run)                                           # when it did what
    draw.template("template.yaml")                               # the resources and what ties them
    draw.trades(ledger)                                          # prices, position, cash, profit

Each gives a `Picture`: show it as a cell's last line, or `.save("run.svg")`. It draws only:
nothing here talks to AWS.
"""

from __future__ import annotations

import sys
from types import ModuleType
from typing import TYPE_CHECKING, Any

from .errors import CannotSave, DrawError, GraphvizFailed, NothingToDraw
from .picture import Picture
from .replay import Replay, replay
from .state_machine import state_machine
from .template import template
from .timeline import timeline
from .watch import watch

if TYPE_CHECKING:
    import pandas as pd

__all__ = [
    "CannotSave",
    "DrawError",
    "GraphvizFailed",
    "NothingToDraw",
    "Picture",
    "Replay",
    "replay",
    "state_machine",
    "template",
    "timeline",
    "trades",
    "watch",
]


def trades(frame: pd.DataFrame, other: pd.DataFrame | None = None, **more: Any) -> Picture:
    """Draws a ledger of trades, or two compared: see `helpers.draw.trades.trades`."""
    from .trades import trades as draw_trades  # here, because pandas takes a second to import

    return draw_trades(frame, other, **more)


class _Package(ModuleType):
    """Importing the submodule `trades` would put it in place of the function: it stays away."""

    def __setattr__(self, name: str, value: Any) -> None:
        if not (name in __all__ and isinstance(value, ModuleType)):
            super().__setattr__(name, value)


sys.modules[__name__].__class__ = _Package
