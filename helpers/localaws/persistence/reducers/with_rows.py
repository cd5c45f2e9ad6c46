"""Tables, log groups, ledgers of metrics: what is in them is rows of its own, streams too."""

from __future__ import annotations

from typing import Any

from helpers.localaws.persistence.gathering import Gathering
from helpers.localaws.persistence.loading import loading


def reduce_table(gathering: Gathering, table: Any) -> Any:
    """One of DynamoDB's tables, without its items."""
    owner = gathering.on_disk.owner(table)
    gathering.rows.note(table.items, owner)
    state = {k: v for k, v in vars(table).items() if k not in ("items", "_kept_as")}
    return _table, (type(table), owner), state


def _table(kind: type, owner: int) -> Any:
    table = object.__new__(kind)
    loading.tables.append((table, owner))
    return table


def reduce_group(gathering: Gathering, group: Any) -> Any:
    """A log group, without its streams: there is one for each environment of a function."""
    owner, note = gathering.on_disk.owner, gathering.rows.note_stream
    owners = []
    for stream in group.streams.values():
        owners.append(number := owner(stream))
        note(stream, number)
    state = {k: v for k, v in vars(group).items() if k != "streams"}
    return _group, (type(group), owners), state


def _group(kind: type, owners: list[int]) -> Any:
    group = object.__new__(kind)
    group.streams = {}
    loading.groups.append((group, owners))
    return group


def reduce_ledger(gathering: Gathering, ledger: Any) -> Any:
    """What was measured in a region."""
    owner = gathering.on_disk.owner(ledger)
    gathering.rows.note(ledger, owner)
    return _ledger, (type(ledger), owner)


def _ledger(kind: type, owner: int) -> Any:
    ledger = kind()
    loading.ledgers.append((ledger, owner))
    return ledger
