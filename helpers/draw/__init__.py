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

from helpers.draw.errors import CannotSave, DrawError, GraphvizFailed, NothingToDraw
from helpers.draw.gantt import timeline
from helpers.draw.ledger_chart import trades
from helpers.draw.live import watch
from helpers.draw.machine import state_machine
from helpers.draw.picture import Picture
from helpers.draw.player import Replay, replay
from helpers.draw.resource_graph import template

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
