"""Pictures of state machines, executions and templates, each with words that say the same.

draw.state_machine("statemachine/stock_trader.asl.json")     # the machine
draw.state_machine(workflow, run)                            # what an execution did in it
"""

from .errors import CannotSave, DrawError, GraphvizFailed, NothingToDraw
from .picture import Picture
from .state_machine import state_machine

__all__ = [
    "CannotSave",
    "DrawError",
    "GraphvizFailed",
    "NothingToDraw",
    "Picture",
    "state_machine",
]
