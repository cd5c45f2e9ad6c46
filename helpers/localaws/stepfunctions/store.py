"""Where executions are kept: what is new in memory, the rest in the endpoint's state on disk.

The store writes nothing by itself: whoever keeps the endpoint's state (`helpers.localaws.
persistence`) takes what is new, writes it together with everything else, and says so. So an
execution is never on disk without what it did, and small in memory however many there are.
"""

from __future__ import annotations

import functools
import hashlib
import itertools
import pickle
import sqlite3
import threading
import time
import zlib
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from helpers.asl.failures import RUNTIME
from helpers.localaws.stepfunctions.facts import Facts
from helpers.localaws.stepfunctions.history import WHOLE

if TYPE_CHECKING:
    from helpers.localaws.stepfunctions.executions import Execution

YOUNG = 1.0
"""Executions older than so many real seconds are written while they run, with their history."""

LARGE = 8192
"""Histories from so many bytes on are compressed."""

DEFINITIONS = 16
"""So many definitions are remembered."""

CUT_SHORT = (
    "The local endpoint ended while this execution was running, so it could not go on. Start a new "
    "execution, or take this one up where it was: aws stepfunctions redrive-execution "
    "--execution-arn {arn}"
)
"""The cause of an execution that is failed by `recover`."""

SCHEMA = """
    CREATE TABLE IF NOT EXISTS executions (
        number INTEGER PRIMARY KEY, arn TEXT UNIQUE, machine TEXT, start REAL, status TEXT,
        redriven INTEGER, version TEXT, alias TEXT, definition BLOB,
        facts BLOB, history BLOB, resume BLOB);
    CREATE TABLE IF NOT EXISTS definitions (digest BLOB PRIMARY KEY, text BLOB) WITHOUT ROWID;
    CREATE INDEX IF NOT EXISTS by_machine ON executions (machine, start, number);
    CREATE INDEX IF NOT EXISTS by_status ON executions (machine, status, start, number);
"""

_UPSERT = """
    INSERT INTO executions
        (number, arn, machine, start, status, redriven, version, alias, definition,
         facts, history, resume)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
    ON CONFLICT (number) DO UPDATE SET
        status = excluded.status, redriven = excluded.redriven, facts = excluded.facts,
        history = coalesce(excluded.history, history), resume = coalesce(excluded.resume, resume)
"""


@dataclass(eq=False)
class _Fresh:
    """An execution that is not on disk yet, or not as it is now.

    events, resume: its history and its bookmark, once it has ended. running: the execution itself,
    where both are to be written as they are while it runs.
    """

    number: int
    facts: Facts
    events: list[dict[str, Any]] | None = None
    resume: dict[str, Any] | None = None
    running: Execution | None = None
    changes: int = 0


@dataclass(eq=False)
class _Running:
    """An execution that runs; `due`: real time from which its history may be written (again)."""

    number: int
    execution: Execution
    due: float
    events: int = 0


@dataclass(frozen=True)
class _Taken:
    """A copy of what is fresh, as it was at one moment."""

    entry: _Fresh
    changes: int
    facts: dict[str, Any]
    events: list[dict[str, Any]] | None
    resume: dict[str, Any] | None


@dataclass(frozen=True)
class Harvest:
    """What is new in a store at one moment: machines whose executions are gone, and executions."""

    forgotten: dict[str, int]
    taken: list[_Taken]

    def write(self, base: sqlite3.Connection, rows: list[tuple[Any, ...]]) -> None:
        """Write it, within the caller's transaction; `rows` are from `packed`."""
        for machine, last in self.forgotten.items():
            base.execute(
                "DELETE FROM executions WHERE machine = ? AND number <= ?", (machine, last)
            )
        if self.forgotten:
            base.execute(
                "DELETE FROM definitions WHERE digest NOT IN (SELECT definition FROM executions)"
            )
        texts = {one.facts["definition"] for one in self.taken}
        base.executemany(
            "INSERT OR IGNORE INTO definitions VALUES (?, ?)",
            [(_digest(t), _bytes(t)) for t in texts],
        )
        base.executemany(_UPSERT, rows)

    def packed(self) -> list[tuple[Any, ...]]:
        """The executions as rows: that takes time, and no lock."""
        return [_row(one) for one in self.taken]


class Store:
    """Executions by ARN and by machine.

    base: SQLite database that has `SCHEMA`; None keeps them in memory. lock: held by whoever uses
    the database.
    """

    def __init__(self, base: sqlite3.Connection | None = None, lock: Any = None) -> None:
        self._lock = lock or threading.RLock()
        if base is None:
            base = sqlite3.connect(":memory:", check_same_thread=False, isolation_level=None)
            base.executescript(SCHEMA)
        self._base = base
        self._fresh: dict[str, _Fresh] = {}
        self._running: dict[str, _Running] = {}
        self._forgotten: dict[str, int] = {}
        self._texts: dict[bytes, str] = {}  # definitions that were read, by their digests
        last = self._base.execute("SELECT max(number) FROM executions").fetchone()[0]
        self._numbers = itertools.count((last or 0) + 1)

    # -- what happens to executions

    def add(self, execution: Execution) -> None:
        """Note an execution that begins."""
        with self._lock:
            number = next(self._numbers)
            self._runs(number, execution)
            self._change(number, execution.facts)

    def finish(self, execution: Execution) -> None:
        """Keep an execution that has ended, with its history and where it may be taken up again."""
        facts = execution.facts
        resume = None if facts.status == "SUCCEEDED" else execution.flow.bookmark()
        with self._lock:
            ran = self._running.pop(facts.arn, None)
            if ran is not None:  # else its machine has been deleted
                self._change(ran.number, facts, execution.history.events, resume)

    def reopen(self, execution: Execution) -> None:
        """Note that an execution is redriven."""
        with self._lock:
            number = self._number(execution.facts.arn)
            self._runs(number, execution)
            self._change(number, execution.facts)

    def forget(self, machine: str) -> None:
        """Drop the executions of a machine that is deleted."""
        with self._lock:
            self._forgotten[machine] = next(self._numbers)
            for known in (self._fresh, self._running):
                for arn in [a for a, one in known.items() if _listed(_facts_of(one)) == machine]:
                    del known[arn]

    def clear(self) -> None:
        """Drop everything from memory; the state on disk is emptied by whoever keeps it."""
        with self._lock:
            self._fresh.clear()
            self._running.clear()
            self._forgotten.clear()

    def _runs(self, number: int, execution: Execution) -> None:
        self._running[execution.facts.arn] = _Running(number, execution, time.monotonic() + YOUNG)

    def _change(
        self,
        number: int,
        facts: Facts,
        events: list[dict[str, Any]] | None = None,
        resume: dict[str, Any] | None = None,
        running: Execution | None = None,
    ) -> None:
        entry = self._fresh.get(facts.arn)
        if entry is None:
            entry = self._fresh[facts.arn] = _Fresh(number, facts)
        entry.facts, entry.events, entry.resume, entry.running = facts, events, resume, running
        entry.changes += 1

    def _number(self, arn: str) -> int:
        entry = self._fresh.get(arn)
        if entry is not None:
            return entry.number
        row = self._base.execute("SELECT number FROM executions WHERE arn = ?", (arn,)).fetchone()
        return next(self._numbers) if row is None else row[0]

    # -- looking them up

    def facts(self, arn: str) -> Facts | None:
        """What is known of an execution; None if it is unknown."""
        with self._lock:
            entry = self._fresh.get(arn)
            if entry is not None:
                return replace(entry.facts)
        row = self._columns(arn, "facts", "definition")
        return None if row is None else self._facts(*row)

    def history(self, arn: str) -> list[dict[str, Any]]:
        """The events of an execution that has ended."""
        with self._lock:
            entry = self._fresh.get(arn)
            if entry is not None and entry.events is not None:
                return list(entry.events)
        row = self._columns(arn, "history")
        return [] if row is None else _unpacked(row[0])

    def resume(self, arn: str) -> dict[str, Any] | None:
        """Where an execution that has failed may be taken up again: its bookmark."""
        with self._lock:
            entry = self._fresh.get(arn)
            if entry is not None and entry.events is not None:
                return entry.resume
        row = self._columns(arn, "resume")
        return None if row is None else _unpacked(row[0])

    def _columns(self, arn: str, *names: str) -> list[Any] | None:
        """What is on disk of an execution; None if it is unknown, or has not the first of them."""
        with self._lock:
            row = self._base.execute(
                f"SELECT machine, number, {', '.join(names)} FROM executions WHERE arn = ?", (arn,)
            ).fetchone()
            if row is None:
                return None
            machine, number, *wanted = row
            gone = number <= self._forgotten.get(machine, 0)
            return None if wanted[0] is None or gone else wanted

    def _facts(self, packed: bytes, digest: bytes) -> Facts:
        return Facts(definition=self._text(digest), **_unpacked(packed))

    def _text(self, digest: bytes) -> str:
        """A definition, which many executions have together."""
        with self._lock:
            if digest not in self._texts:
                if len(self._texts) == DEFINITIONS:
                    self._texts.clear()
                (text,) = self._base.execute(
                    "SELECT text FROM definitions WHERE digest = ?", (digest,)
                ).fetchone()
                self._texts[digest] = text.decode("utf-8", "surrogatepass")
            return self._texts[digest]

    def page(
        self,
        machine: str,
        status: str | None,
        redriven: bool | None,
        count: int,
        before: tuple[float, int] | None,
        revision: str | None = None,
    ) -> tuple[list[Facts], tuple[float, int] | None]:
        """Executions of a machine, newest first: at most `count`, and where the next page begins.

        before: what an earlier page gave; None begins with the newest. revision: the ARN of the
        version or alias that they were started with.
        """
        where: list[str] = ["machine = ?", "number > ?"]
        with self._lock:
            values: list[Any] = [machine, self._forgotten.get(machine, 0)]
            fresh = {arn: (e.number, replace(e.facts)) for arn, e in self._fresh.items()}
            if revision is not None:
                where.append("? IN (version, alias)")
                values.append(revision)
            if status is not None:
                where.append("status = ?")
                values.append(status)
            if redriven is not None:
                where.append("redriven > 0" if redriven else "redriven = 0")
            if before is not None:
                where.append("(start, number) < (?, ?)")
                values += before
            rows = self._base.execute(
                f"SELECT start, number, arn, facts, definition FROM executions"
                f" WHERE {' AND '.join(where)}"
                " ORDER BY start DESC, number DESC LIMIT ?",
                (*values, count + 1 + len(fresh)),
            ).fetchall()
        listed: list[tuple[float, int, Any]] = [
            (start, number, kept) for start, number, arn, *kept in rows if arn not in fresh
        ]
        listed += [
            (facts.start, number, facts)
            for number, facts in fresh.values()
            if _listed(facts) == machine
            and (status is None or facts.status == status)
            and (redriven is None or (facts.redrive_count > 0) == redriven)
            and (revision is None or revision in (facts.version_arn, facts.alias_arn))
            and (before is None or (facts.start, number) < tuple(before))
        ]
        listed.sort(key=lambda one: one[:2], reverse=True)
        page = [self._facts(*one) if isinstance(one, list) else one for _, _, one in listed[:count]]
        return page, listed[count - 1][:2] if len(listed) > count else None

    # -- for whoever writes them down

    @property
    def dirty(self) -> bool:
        """Whether there is something that is not on disk yet."""
        if self._fresh or self._forgotten:
            return True
        return any(
            len(one.execution.history.events) != one.events for one in list(self._running.values())
        )

    def harvest(self, *, everything: bool = False) -> Harvest:
        """A copy of what is new. everything: the histories of all that runs, however young."""
        now = time.monotonic()
        with self._lock:
            for ran in self._running.values():
                events = len(ran.execution.history.events)
                if events == ran.events or not (everything or now >= ran.due):
                    continue
                ran.events, ran.due = events, now + max(YOUNG, events / 1000)
                self._change(ran.number, ran.execution.facts, running=ran.execution)
            return Harvest(dict(self._forgotten), [_taken(entry) for entry in self._fresh.values()])

    def written(self, harvest: Harvest) -> None:
        """Note that it is on disk."""
        with self._lock:
            for one in harvest.taken:
                if one.entry.changes == one.changes:
                    self._fresh.pop(one.entry.facts.arn, None)
            for machine, last in harvest.forgotten.items():
                if self._forgotten.get(machine) == last:
                    del self._forgotten[machine]

    def recover(self, at: float) -> int:
        """Fail what an earlier process left running; returns how many executions those are.

        at: simulated time at which that process was last heard of, POSIX seconds.
        """
        with self._lock:
            rows = self._base.execute(
                "SELECT number, facts, definition, history, resume FROM executions"
                " WHERE status = 'RUNNING'"
            ).fetchall()
            for number, told, definition, *packed in rows:
                facts = self._facts(told, definition)
                events, resume = (one and _unpacked(one) for one in packed)
                events = events or []
                self._cut_short(facts, events, at)
                self._change(number, facts, events, resume)
        return len(rows)

    def _cut_short(self, facts: Facts, events: list[dict[str, Any]], at: float) -> None:
        def add(kind: str, key: str, details: dict[str, Any], moment: float, before: int) -> None:
            events.append(
                {
                    "timestamp": round(moment, 3),
                    "type": kind,
                    "id": len(events) + 1,
                    "previousEventId": before,
                    key: details,
                }
            )

        if not events:
            add(
                "ExecutionStarted",
                "executionStartedEventDetails",
                {"input": facts.input, "inputDetails": WHOLE, "roleArn": facts.role_arn},
                facts.start,
                0,
            )
        redriven = sum(event["type"] == "ExecutionRedriven" for event in events)
        if facts.redrive_count > redriven:
            details = {"redriveCount": facts.redrive_count}
            began = facts.redrive_date or facts.start
            add("ExecutionRedriven", "executionRedrivenEventDetails", details, began, len(events))
        facts.status, facts.error = "FAILED", RUNTIME
        facts.cause = CUT_SHORT.format(arn=facts.arn)
        facts.stop = max(round(at, 3), events[-1]["timestamp"])
        details = {"error": facts.error, "cause": facts.cause}
        add("ExecutionFailed", "executionFailedEventDetails", details, facts.stop, len(events))


def _taken(entry: _Fresh) -> _Taken:
    events, resume = entry.events, entry.resume
    if entry.running is not None:
        events = list(entry.running.history.events)
        resume = entry.running.flow.bookmark()
    return _Taken(entry, entry.changes, dict(vars(entry.facts)), events, resume)


def _facts_of(one: _Fresh | _Running) -> Facts:
    return one.facts if isinstance(one, _Fresh) else one.execution.facts


def _listed(facts: Facts) -> str:
    """The ARN under which ListExecutions lists it: of its Map Run or of its machine."""
    return facts.map_run_arn or facts.machine_arn


def _row(one: _Taken) -> tuple[Any, ...]:
    facts = dict(one.facts)
    definition = facts.pop("definition")
    return (
        one.entry.number,
        facts["arn"],
        facts["map_run_arn"] or facts["machine_arn"],
        facts["start"],
        facts["status"],
        facts["redrive_count"],
        facts["version_arn"],
        facts["alias_arn"],
        _digest(definition),
        _packed(facts),
        None if one.events is None else _packed(one.events),
        None if one.resume is None else _packed(one.resume),
    )


@functools.lru_cache(maxsize=DEFINITIONS)
def _digest(definition: str) -> bytes:
    return hashlib.sha256(_bytes(definition)).digest()[:16]


def _bytes(definition: str) -> bytes:
    """UTF-8 of any text, of half a surrogate pair too, which SQLite takes for no text."""
    return definition.encode("utf-8", "surrogatepass")


def _packed(value: Any) -> bytes:
    """A pickle; a large one is compressed, which for a small one takes five times as long."""
    pickled = pickle.dumps(value, pickle.HIGHEST_PROTOCOL)
    return pickled if len(pickled) < LARGE else zlib.compress(pickled, 1)


def _unpacked(packed: bytes) -> Any:
    """Only for what the endpoint wrote into its own folder: unpickling can run code."""
    return pickle.loads(packed if packed.startswith(_PICKLE) else zlib.decompress(packed))


_PICKLE = b"\x80"
"""A pickle begins with this byte; what zlib has compressed does not."""
