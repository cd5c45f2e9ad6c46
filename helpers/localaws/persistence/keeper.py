"""Who writes the state down, about twice a second while something happens, and brings it back."""

from __future__ import annotations

import contextlib
import hashlib
import json
import logging
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from helpers.localaws import metrics
from helpers.localaws.events import schedule
from helpers.localaws.lambdas import market
from helpers.localaws.persistence.book import Book
from helpers.localaws.persistence.contents import keep_contents
from helpers.localaws.persistence.on_disk import OnDisk
from helpers.localaws.persistence.restore import restore
from helpers.localaws.persistence.rows import packed
from helpers.localaws.persistence.snapshot import Snapshot, take_snapshot
from helpers.localaws.turns.clock import clock
from helpers.localaws.turns.gate import gate

LOG = logging.getLogger(__name__)

INTERVAL = 0.4
"""Real seconds between two times of writing, while something happens."""
LONGEST = 0.7
"""Real seconds between two times of writing, at most."""
SHARE = 0.02
"""Of one processor's time that writing may take, before the times of writing are less frequent."""
PATIENCE = 0.008
"""So long may those who want to change something be kept waiting for those who are at it."""
OVERDUE = 0.3
"""After so long nobody waits any more for who is inside: such threads wait for something, too."""
TRIES = 50
FULL = 5.0
"""Seconds until the next try after a failure, at most."""


@dataclass
class Report:
    """What became of what was under way when an earlier process ended, for `status`.

    trouble: why the state cannot be written at present. unkept: classes that cannot be kept.
    seconds: of the processor's time that writing has taken.
    """

    loaded: bool = False
    executions: int = 0
    stacks: list[str] = field(default_factory=list)
    notice: str | None = None
    trouble: str | None = None
    unkept: set[str] = field(default_factory=set)
    seconds: float = 0.0

    def sentence(self) -> str:
        """What was under way when the endpoint ended, and what has become of it."""
        count, said = self.executions, []
        if count:
            said.append(f"{count} execution{'s that were' if count > 1 else ' that was'} running "
                        f"{'are' if count > 1 else 'is'} FAILED now")  # fmt: skip
        if self.stacks:
            said.append(f"taken up again: {', '.join(self.stacks)}")
        return f"Since the endpoint last ended: {'; '.join(said)}." if said else ""

    def as_json(self) -> dict[str, Any]:
        """As `/_local/status` tells it."""
        return {
            "loaded": self.loaded,
            "ended_executions": self.executions,
            "recovered_stacks": self.stacks,
            "notice": self.notice,
            "ended": self.sentence(),
            "trouble": self.trouble,
            "unkept": sorted(self.unkept),
            "seconds": round(self.seconds, 3),
        }


class Keeper:
    """Writes the endpoint's state into a book."""

    def __init__(self, book: Book, store: Any, report: Report) -> None:
        self.book = book
        self.store = store
        self.report = report
        self._on_disk = OnDisk(book)
        self._one_at_a_time = threading.RLock()
        self._stop = threading.Event()
        self._digest: str | None = None
        self._moment: bytes | None = None
        self._contents: set[str] | None = None
        self._to_empty = False  # it could not be emptied when that was asked

    # -- bringing it back

    def load(self) -> None:
        """Bring back what was written. Raises whatever goes wrong with a state that is damaged."""
        world, moment = self.book.note("world"), self.book.note("moment")
        if world is None or moment is None:
            return
        told = json.loads(moment)
        clock.restore(told["offset"])
        clock.realtime = told["realtime"]
        market.restore(told["seed"], told["counts"])
        self._on_disk = restore(world, self.book)
        self._digest = hashlib.sha256(world).hexdigest()
        self.report.loaded = True
        self.report.executions = self.store.recover(told["at"])
        self._end_map_runs(told["at"])
        from helpers.localaws import lambdas
        from helpers.localaws.on_moto.mends import message_moves

        schedule.resume(told["due"])
        metrics.resume()
        message_moves.resume()
        if told["events"]:
            lambdas.take_up(told["events"])
        lambdas.resume()

    def _end_map_runs(self, at: float) -> None:
        from moto.stepfunctions.models import stepfunctions_backends

        for _, _, backend in stepfunctions_backends.iter_backends():
            for run in backend.map_runs.values():
                run.cut_short(at)
            backend.finish_deletions()

    # -- writing it down

    def start(self) -> None:
        """Write from now on, in a thread of its own."""
        threading.Thread(target=self._keep, name="state", daemon=True).start()

    def _keep(self) -> None:
        pause = INTERVAL
        while not self._stop.wait(pause):
            pause = INTERVAL
            began = time.thread_time()
            try:
                self.save()
            except Exception as error:
                self._failed(error)
                pause = min(FULL, 2 * pause + 0.5)
            else:
                if self.report.trouble is not None:
                    LOG.warning("the state is written again")
                    self.report.trouble = None
                took = time.thread_time() - began
                self.report.seconds += took
                pause = max(INTERVAL, min(took / SHARE, LONGEST))

    def _failed(self, error: Exception) -> None:
        said = f"The endpoint's state cannot be written to {self.book.folder} ({error}). "
        said += "It goes on in memory; what is not written when it ends is lost. Free some space."
        if self.report.trouble is None:
            expected = isinstance(error, OSError | sqlite3.OperationalError)
            LOG.error(said, exc_info=None if expected else error)
        self.report.trouble = said
        gate.used = True  # so that it is tried again

    def save(self, *, everything: bool = False) -> None:
        """Write what has changed. everything: also the histories of what runs.

        Raises OSError or sqlite3.Error when there is no room; then nothing has been written.
        """
        with self._one_at_a_time:
            if not (everything or gate.used or self.store.dirty or self._told() != self._moment):
                return
            keep_contents(self.book)
            metrics.enter()
            self._write(*self._copy(everything))

    def _copy(self, everything: bool) -> tuple[Any, Snapshot, bytes]:
        """The state at one moment: when nobody is changing it, or all who are inside only wait."""
        overdue = time.monotonic() + OVERDUE
        for left in reversed(range(TRIES)):
            with gate.closed(PATIENCE) as quiet:
                if quiet or time.monotonic() > overdue:
                    gate.used = False
                    try:
                        # Executions first: what ended has then done what it did.
                        harvest = self.store.harvest(everything=everything)
                        metrics.enter()
                        snapshot = take_snapshot(self._on_disk, quiet=quiet)
                        return harvest, snapshot, self._told(now=True)
                    except RecursionError:
                        raise
                    except RuntimeError:  # a dict or a set has changed under pickle's hands
                        gate.used = True
                        if not left:
                            raise
            time.sleep(0.01)
        raise RuntimeError("the state changes too fast to be copied")

    def _told(self, *, now: bool = False) -> bytes:
        """What is not in moto: the clock, the market, and what is due."""
        from helpers.localaws import lambdas

        told = {
            "offset": clock.offset,
            "realtime": clock.realtime,
            "seed": market.seed(),
            "counts": market.counts(),
            "due": schedule.agenda.next_firings(),
            "events": lambdas.pending(),
        }
        if not now:
            return json.dumps(told).encode()
        self._moment = json.dumps(told).encode()
        return json.dumps(told | {"at": clock.time()}).encode()

    def _write(self, harvest: Any, snapshot: Snapshot, moment: bytes) -> None:
        executions, rows = harvest.packed(), packed(snapshot.rows.new)
        digest = hashlib.sha256(snapshot.world).hexdigest()
        gone = self._on_disk.owners - snapshot.rows.owners
        with self._transaction() as base:
            if self._to_empty:
                _empty(base)
            harvest.write(base, executions)
            base.executemany("DELETE FROM rows WHERE owner = ?", [(owner,) for owner in gone])
            base.executemany(
                "DELETE FROM rows WHERE owner = ? AND number = ?", snapshot.rows.dropped
            )
            base.executemany("INSERT OR REPLACE INTO rows VALUES (?, ?, ?)", rows)
            notes: list[tuple[str, Any]] = [("moment", moment)]
            if digest != self._digest:
                notes += [("world", snapshot.world), ("digest", digest)]
            base.executemany("INSERT OR REPLACE INTO notes VALUES (?, ?)", notes)
        self.store.written(harvest)
        snapshot.settle(self._on_disk)
        self._digest, self._to_empty = digest, False
        if snapshot.contents != self._contents:
            self._contents = snapshot.contents
            self.book.drop_all_but(snapshot.contents)
        for name in snapshot.lost - self.report.unkept:
            LOG.warning("the state has no room for a %s: it will be missing after a restart", name)
        self.report.unkept |= snapshot.lost

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        base = self.book.base
        with self.book.lock:
            base.execute("BEGIN")
            try:
                yield base
                base.execute("COMMIT")
            except BaseException:
                with contextlib.suppress(sqlite3.Error):  # SQLite may have done so itself
                    base.execute("ROLLBACK")
                raise

    # -- the end, and a new beginning

    def empty(self, work: Callable[[], None]) -> None:
        """Do `work`, which empties the endpoint, and empty the state on disk with it."""
        with self._one_at_a_time:
            work()
            self._on_disk = OnDisk(self.book)
            self._digest = self._moment = None
            self._contents = set()
            self.report = Report()
            try:
                with self._transaction() as base:
                    _empty(base)
            except sqlite3.Error as error:
                self._to_empty = True
                self._failed(error)
            self.book.drop_all_but(())

    def close(self) -> None:
        """Write everything for the last time. What goes wrong is logged."""
        self._stop.set()
        with self._one_at_a_time:
            try:
                self.save(everything=True)
            except Exception as error:
                self._failed(error)
            self.book.close()


def _empty(base: sqlite3.Connection) -> None:
    base.execute("DELETE FROM executions")
    base.execute("DELETE FROM definitions")
    base.execute("DELETE FROM rows")
    base.execute("DELETE FROM notes WHERE name IN ('world', 'digest', 'moment')")
