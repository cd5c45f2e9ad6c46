"""A basket of three hundred: dealt once for those exercises that look at it."""

from __future__ import annotations

from datetime import timedelta

from helpers import executions
from helpers.executions import Execution
from helpers.exercises.tasks.capstone.desk import Desk, order

COUNT = 300
STEADY = 8
"""So many of them take the exchange 1.5 seconds: who asks for more than five at once is seen."""
NAME = "b-300"
LONGEST = 120.0
_APART = 900.0
"""Seconds on each side in which nothing else is done: what was used is counted by the minute."""


def three_hundred(desk: Desk) -> Execution:
    """The execution of a basket of 300 good orders, ended; one that went well before will do."""
    pages = desk.machine.client.get_paginator("list_executions").paginate(
        stateMachineArn=desk.machine.arn, statusFilter="SUCCEEDED"
    )
    for page in pages:
        for one in page["executions"]:
            if one["name"].startswith(f"{NAME}-"):
                return executions.read(one["executionArn"], client=desk.machine.client)
    orders = [
        order(quantity=1 + number, stock="STEADY" if number < STEADY else "ACME")
        for number in range(COUNT)
    ]
    desk.bench.advance(_APART)
    try:
        return desk.deal(orders, NAME, LONGEST)
    finally:
        desk.bench.advance(_APART)


MARGIN = timedelta(seconds=_APART / 2)
