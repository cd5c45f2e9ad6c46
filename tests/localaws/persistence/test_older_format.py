"""What an endpoint of format 5 has written is taken over, whole, by today's."""

import hashlib
import io
import pickletools
import sqlite3

import pytest

from helpers.localaws.metrics import ledger
from helpers.localaws.persistence import book
from helpers.localaws.persistence.restore import MOVED, Unpickler

NAMED_IN_5 = {
    "helpers.localaws.cloudformation.stack": "ChangeSet Event Output Recipe Resource Stack Undo",
    "helpers.localaws.metrics.alarms": "Alarm",
    "helpers.localaws.metrics.ledger": "Ledger",
    "helpers.localaws.persistence.places": "account backend registry",
    "helpers.localaws.persistence.reducers.backends": "_aws_policy _restore_iam",
    "helpers.localaws.persistence.reducers.files": "_new _restore_archived _restore_key",
    "helpers.localaws.persistence.reducers.machinery": "_nothing _private_key",
    "helpers.localaws.persistence.reducers.mappings": "_defaultdict_of _dict_of _weak_of",
    "helpers.localaws.persistence.reducers.owners": "_group _ledger _table",
    "helpers.localaws.stepfunctions.distributed": "MapRun",
}
"""The classes and functions of this project that the backends of format 5 name."""


@pytest.mark.parametrize(
    ("module", "name"),
    [(module, one) for module in NAMED_IN_5 for one in NAMED_IN_5[module].split()],
)
def test_what_the_backends_of_an_older_state_name_is_found(module, name):
    """What is moved or renamed has its line in `restore.MOVED`."""
    assert callable(Unpickler(io.BytesIO()).find_class(module, name))


def test_what_the_rows_of_an_older_state_name_is_where_it_was():
    """A ledger reads its pages by itself."""
    assert ledger._Page.__module__ == "helpers.localaws.metrics.ledger"


def make_older(file):
    """Turn a state on disk into one of format 5."""
    with sqlite3.connect(file) as base:
        (world,) = base.execute("SELECT value FROM notes WHERE name = 'world'").fetchone()
        for before, now in MOVED.items():
            world = world.replace(pickled(now), pickled(before))
        world = pickletools.optimize(world)  # which writes the lengths of its frames anew
        digest = hashlib.sha256(world).hexdigest()
        for name, value in (("world", world), ("digest", digest), ("format", "5")):
            base.execute("UPDATE notes SET value = ? WHERE name = ?", (value, name))
        base.execute("ALTER TABLE rows RENAME TO parts")
    base.close()
    return world


def pickled(text):
    """A short text as it stands in a pickle."""
    return b"\x8c" + len(text).to_bytes() + text.encode()


def test_it_is_there_and_goes_on(world):
    before = world.told()
    world.stop()
    file = world.endpoint.home / "state" / "state.sqlite"
    older = make_older(file)
    assert b"persistence.places" in older and b"persistence.registries" not in older
    for how in ("kill", "stop"):  # taken over; and what was then written, if anything
        world.start()
        assert world.told() == before
        state = world.endpoint.control("/_local/status")["state"]
        assert (state["loaded"], state["notice"]) == (True, None)
        world.kill() if how == "kill" else world.stop()
    with sqlite3.connect(file) as base:
        notes = dict(base.execute("SELECT name, value FROM notes"))
    base.close()
    assert notes["format"] == book.FORMAT and b"persistence.places" not in notes["world"]
    world.start()
    assert world.run_once()["status"] == "SUCCEEDED"


def test_of_another_moto_it_is_set_aside_as_it_was(tmp_path):
    book.Book(tmp_path / "state").close()
    file = tmp_path / "state" / "state.sqlite"
    with sqlite3.connect(file) as base:
        base.execute("UPDATE notes SET value = '5' WHERE name = 'format'")
        base.execute("UPDATE notes SET value = '5.0.0' WHERE name = 'moto'")
        base.execute("ALTER TABLE rows RENAME TO parts")
    base.close()
    fresh, sentence = book.open_or_set_aside(tmp_path / "state")
    fresh.close()
    assert "moto 5.0.0" in sentence
    (aside,) = tmp_path.glob("state-set-aside-*")
    with sqlite3.connect(aside / "state.sqlite") as base:
        tables = {name for (name,) in base.execute("SELECT name FROM sqlite_master")}
        assert "parts" in tables and "rows" not in tables
        (told,) = base.execute("SELECT value FROM notes WHERE name = 'format'").fetchone()
        assert told == "5"
    base.close()
