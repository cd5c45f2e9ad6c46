"""The endpoint asleep: holds its lock and its port, and becomes the endpoint when somebody asks.

doze.py LISTENERS LEASES WAKE COMMAND …: numbers of the open sockets, with commas; the folder of the
servers it works for; when it must wake at the latest (POSIX seconds, 0: never); what it becomes.

It is the same process all the time, so who asks waits for a second and sees nothing else. It takes
no connection: the first one waits in the queue for the endpoint.
"""

from __future__ import annotations

import os
import select
import sys
import time

from leases import lost

LOOK = 3.0
"""Seconds between two looks at whether the Jupyter server is still there."""


def main(listeners: str, leases: str, wake: str, *command: str) -> None:
    """Wait; returns when there is nobody left to wait for."""
    sockets = [int(number) for number in listeners.split(",")]
    until = float(wake) or float("inf")
    while not lost(leases):
        asked, _, _ = select.select(sockets, [], [], max(0.0, min(LOOK, until - time.time())))
        if asked or time.time() >= until:
            os.execv(command[0], command)


if __name__ == "__main__":
    main(*sys.argv[1:])
