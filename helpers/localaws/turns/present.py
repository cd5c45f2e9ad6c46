"""What a client takes for now: it reads this machine's clock, and knows nothing of the simulated.

`sam logs` asks for the events up to now, `aws cloudwatch` for the values, and a program dates what
it has measured. By the simulated clock that is the past as soon as a wait has moved it: nothing of
what happened since would be found. So a time that was the machine's a moment ago means the
simulated now; every other time means what it says.
"""

from __future__ import annotations

import time

from helpers.localaws.turns.clock import clock

TOOK = 15.0
"""Real seconds that a client may take from its look at the clock to its request."""
AHEAD = 1.0
"""By so many seconds a client may round up."""


def meant(when: float) -> float:
    """The simulated time that a client means by a time of a request; both in POSIX seconds."""
    wall, offset = time.time(), clock.offset
    if offset > AHEAD and wall - TOOK <= when <= wall + AHEAD:
        return when + offset
    return when


def meant_ms(when: float | None) -> float | None:
    """The same in milliseconds; None stays None."""
    if when is None:
        return None
    moved = meant(when / 1000)
    return when if moved == when / 1000 else round(moved * 1000)
