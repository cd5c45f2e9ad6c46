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

from .errors import CannotSave, DrawError, GraphvizFailed, NothingToDraw
from .gantt import timeline
from .ledger_chart import trades
from .live import watch
from .machine import state_machine
from .picture import Picture
from .player import Replay, replay
from .resource_graph import template

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
