"""Events that AWS's services send themselves: to the default bus, and so to its rules.

docs.aws.amazon.com/eventbridge/latest/userguide/eb-service-event.html. Imports moto.
"""

from __future__ import annotations

import logging
import uuid
from typing import Any

from helpers.localaws.account import ACCOUNT
from helpers.localaws.events.expressions import rounded
from helpers.localaws.turns.clock import clock

LOG = logging.getLogger(__name__)


def listens(region: str) -> bool:
    """Does any rule of the default bus look at events?"""
    from moto.events.models import events_backends

    rules = events_backends[ACCOUNT][region].event_buses["default"].rules
    return any(rule.event_pattern.get_pattern() for rule in list(rules.values()))


def publish(
    region: str, source: str, detail_type: str, resources: list[str], detail: dict[str, Any]
) -> None:
    """Send an event; what becomes of it at a target is no matter of the sender."""
    from moto.events.models import events_backends

    rules = list(events_backends[ACCOUNT][region].event_buses["default"].rules.values())
    event = {
        "version": "0",
        "id": str(uuid.uuid4()),
        "detail-type": detail_type,
        "source": source,
        "account": ACCOUNT,
        "time": rounded(clock.time()),
        "region": region,
        "resources": resources,
        "detail": detail,
    }
    for rule in rules:
        if rule.state == "DISABLED" or not rule.event_pattern.get_pattern():
            continue
        try:
            rule.send_to_targets(event | {"ingestion-time": clock.time()})
        except Exception:
            LOG.exception("rule %s failed at an event of %s", rule.name, source)
