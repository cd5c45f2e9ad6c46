"""Executions: started in a thread of their own, described while they run, kept when they end."""

from __future__ import annotations

import json
import logging
import sqlite3
import threading
import zlib
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from helpers.localaws.clock import Token, clock

from . import logs
from .data import Data
from .failures import RUNTIME, Ended, StateError
from .history import MOST_EVENTS, WHOLE, History
from .program import Program
from .run import Flow, MachineTimedOut, Run, iso
from .services import Services

LOG = logging.getLogger(__name__)

RUNNING = "RUNNING"
SUCCEEDED = "SUCCEEDED"
FAILED = "FAILED"
TIMED_OUT = "TIMED_OUT"
ABORTED = "ABORTED"

EXPRESS_SECONDS = 300
"""How long an Express execution may take."""

ENDINGS = {
    SUCCEEDED: ("ExecutionSucceeded", "executionSucceededEventDetails"),
    FAILED: ("ExecutionFailed", "executionFailedEventDetails"),
    TIMED_OUT: ("ExecutionTimedOut", "executionTimedOutEventDetails"),
    ABORTED: ("ExecutionAborted", "executionAbortedEventDetails"),
}


@dataclass
class Facts:
    """What DescribeExecution tells; times are POSIX seconds."""

    arn: str
    name: str
    machine_arn: str
    machine_name: str
    role_arn: str
    definition: str
    start: float
    input: str
    status: str = RUNNING
    stop: float | None = None
    output: str | None = None
    error: str | None = None
    cause: str | None = None
    version_arn: str | None = None
    alias_arn: str | None = None
    map_run_arn: str | None = None
    trace_header: str | None = None
    redrive_count: int = 0
    redrive_date: float | None = None
    express: bool = False
    extra: dict[str, Any] = field(default_factory=dict)


class Execution:
    """One execution in this process, from its start to its end."""

    def __init__(
        self,
        facts: Facts,
        program: Program,
        services: Services,
        redriven: tuple[list[dict[str, Any]], dict[str, Any] | None] | None = None,
    ) -> None:
        """Make one that is about to start.

        redriven: the events and the bookmark of an execution that is taken up again.
        """
        self.facts = facts
        self.program = program
        self.history = History(MOST_EVENTS if not facts.express else MOST_EVENTS * 4)
        self._bookmark: dict[str, Any] | None = None
        self.services = services
        self.on_end: list[Any] = []
        self.awaited = False
        """Whether another execution waits for this one to end."""
        self._ending = threading.Lock()
        region, account = facts.machine_arn.split(":")[3:5]
        context = {
            "Execution": {
                "Id": facts.arn,
                "Input": Data(text=facts.input).value,
                "StartTime": iso(facts.start),
                "Name": facts.name,
                "RoleArn": facts.role_arn,
                "RedriveCount": facts.redrive_count,
            },
            "StateMachine": {"Id": facts.machine_arn, "Name": facts.machine_name},
        }
        begun = facts.start if facts.redrive_date is None else facts.redrive_date
        limit = program.timeout
        if facts.express:
            limit = EXPRESS_SECONDS if limit is None else min(limit, EXPRESS_SECONDS)
        deadline = None if limit is None else begun + limit
        if facts.redrive_date is not None:
            context["Execution"]["RedriveTime"] = iso(facts.redrive_date)
        self.run = Run(self.history, services, context, region, account, facts.role_arn, deadline)
        self.flow = Flow(self.run)
        if "logging" in facts.extra:
            self.history.listener = logs.writer(
                facts.extra["logging"], facts.arn, facts.machine_name
            )
        if redriven is not None:
            self.history.events, self._bookmark = redriven
            self.flow.last = self.history.add(
                "ExecutionRedriven",
                "executionRedrivenEventDetails",
                {"redriveCount": facts.redrive_count},
                len(self.history.events),
            )
            return
        self.history.add(
            "ExecutionStarted",
            "executionStartedEventDetails",
            {"input": facts.input, "inputDetails": WHOLE, "roleArn": facts.role_arn},
            0,
        )

    def start(self, *, pulls: bool | None) -> None:
        """Carry it out in a thread of its own; `pulls` as the clock has it."""
        token = clock.busy_token(pulls=pulls)
        threading.Thread(
            target=self._in_thread, args=(token,), name="execution", daemon=True
        ).start()

    def _in_thread(self, token: Token) -> None:
        with clock.adopt(token):
            self.carry_out()

    def carry_out(self) -> None:
        """Run the machine to its end in this thread."""
        try:
            given = Data(text=self.facts.input)
            output = self.program.follow(self.flow, given, self._bookmark)
            self.end(SUCCEEDED, output=output.text)
        except Ended:
            pass
        except MachineTimedOut:
            self.end(TIMED_OUT)
        except StateError as error:
            self.end(FAILED, error=error.error, cause=error.cause)
        except RecursionError:
            self.end(FAILED, error=RUNTIME, cause="The state machine is nested too deeply")
        except Exception as error:
            LOG.exception("%s broke", self.facts.arn)
            self.end(FAILED, error=RUNTIME, cause=f"{type(error).__name__}: {error}")

    def stop(self, error: str | None, cause: str | None) -> None:
        """End it at once; what it waits for is left to find that out."""
        self.end(ABORTED, error=error, cause=cause)
        clock.wake()

    def end(
        self,
        status: str,
        *,
        output: str | None = None,
        error: str | None = None,
        cause: str | None = None,
    ) -> None:
        """Settle how it ended, unless that is settled already."""
        facts = self.facts
        kind, key = ENDINGS[status]
        details: dict[str, Any] = {}
        if status == SUCCEEDED:
            details = {"output": output, "outputDetails": WHOLE}
        if error is not None:
            details["error"] = error
        if cause is not None:
            details["cause"] = cause
        previous = 0 if status == ABORTED else self.flow.last
        with self._ending:
            if not self.history.close(kind, key, details, previous):
                return
            facts.output, facts.error, facts.cause = output, error, cause
            facts.stop = self.history.events[-1]["timestamp"]
            facts.status = status
        for call in self.on_end:
            call(self)
        if self.awaited:
            clock.wake()


@dataclass(eq=False)
class _Entry:
    """An execution that is not on disk yet, or not as it is now."""

    facts: Facts
    events: list[dict[str, Any]] | None = None
    resume: Any = None
    changes: int = 0


class Store:
    """Executions on disk: small in memory however many there are, and there after a restart.

    Written twice a second, and before anything is looked up that a single ARN does not answer;
    what was running when the process ended is failed by `recover`.
    path: of the SQLite file; None keeps it in memory.
    """

    def __init__(self, path: Path | None = None) -> None:
        self._lock = threading.RLock()
        self._writing = threading.Lock()
        self._base = sqlite3.connect(path or ":memory:", check_same_thread=False)
        self._base.executescript(
            """
            PRAGMA journal_mode = WAL;
            PRAGMA synchronous = NORMAL;
            PRAGMA cache_size = -2000;
            CREATE TABLE IF NOT EXISTS executions (
                number INTEGER PRIMARY KEY, arn TEXT UNIQUE, machine TEXT, start REAL, status TEXT,
                redriven INTEGER, version TEXT, alias TEXT, facts BLOB, history BLOB, resume BLOB);
            CREATE INDEX IF NOT EXISTS by_machine ON executions (machine, start, number);
            """
        )
        self._base.isolation_level = None
        self._fresh: dict[str, _Entry] = {}
        self._dirty = threading.Event()
        self._closed = False
        threading.Thread(target=self._keep, name="executions", daemon=True).start()

    def _keep(self) -> None:
        pause = threading.Event()
        while not self._closed:
            self._dirty.wait()
            pause.wait(0.5)
            self._dirty.clear()
            try:
                self.flush()
            except sqlite3.Error:  # the disk is full, say: the next try may do better
                LOG.exception("executions could not be written")
                self._dirty.set()
                pause.wait(5)

    def close(self) -> None:
        """Write what is not on disk yet, and end."""
        self._closed = True
        self.flush()
        self._dirty.set()

    def flush(self) -> None:
        """Write what is not on disk yet."""
        with self._writing:
            with self._lock:
                taken = [(entry, entry.changes) for entry in self._fresh.values()]
            if not taken:
                return
            rows = [_row(entry) for entry, _ in taken]  # packing takes time: not under the lock
            with self._lock:
                self._base.execute("BEGIN")
                try:
                    self._base.executemany(_UPSERT, rows)
                    self._base.execute("COMMIT")
                except sqlite3.Error:
                    self._base.execute("ROLLBACK")
                    raise
                for entry, changes in taken:
                    if entry.changes == changes:
                        self._fresh.pop(entry.facts.arn, None)

    def add(self, facts: Facts) -> None:
        """Note an execution that begins."""
        self._change(facts, None, None)

    def finish(self, execution: Execution) -> None:
        """Keep an execution that has ended, with its history and where it may be taken up again."""
        facts = execution.facts
        resume = None if facts.status == SUCCEEDED else execution.flow.bookmark()
        self._change(facts, execution.history.events, resume)

    def reopen(self, facts: Facts) -> None:
        """Note that an execution is redriven."""
        self._change(facts, None, None)

    def _change(self, facts: Facts, events: list[dict[str, Any]] | None, resume: Any) -> None:
        with self._lock:
            entry = self._fresh.get(facts.arn)
            if entry is None:
                entry = self._fresh[facts.arn] = _Entry(facts)
            entry.facts, entry.events, entry.resume = facts, events, resume
            entry.changes += 1
            many = len(self._fresh) > _MOST_FRESH
        self._dirty.set()
        if many and self._writing.acquire(blocking=False):
            self._writing.release()
            self.flush()

    def facts(self, arn: str) -> Facts | None:
        """What is known of an execution; None if it is unknown."""
        with self._lock:
            entry = self._fresh.get(arn)
            if entry is not None:
                return replace(entry.facts)
            row = self._base.execute(
                "SELECT facts FROM executions WHERE arn = ?", (arn,)
            ).fetchone()
        return None if row is None else Facts(**_unpacked(row[0]))

    def history(self, arn: str) -> list[dict[str, Any]]:
        """The events of an execution that has ended."""
        with self._lock:
            entry = self._fresh.get(arn)
            if entry is not None and entry.events is not None:
                return list(entry.events)
        return self._column("history", arn) or []

    def resume(self, arn: str) -> Any:
        """Where an execution that has failed may be taken up again."""
        self.flush()
        return self._column("resume", arn)

    def _column(self, name: str, arn: str) -> Any:
        with self._lock:
            row = self._base.execute(
                f"SELECT {name} FROM executions WHERE arn = ?", (arn,)
            ).fetchone()
        return None if row is None or row[0] is None else _unpacked(row[0])

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
        where: list[str] = ["machine = ?"]
        values: list[Any] = [machine]
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
        query = (
            f"SELECT start, number, facts FROM executions WHERE {' AND '.join(where)}"
            " ORDER BY start DESC, number DESC LIMIT ?"
        )
        self.flush()
        with self._lock:
            rows = self._base.execute(query, (*values, count + 1)).fetchall()
        found = [Facts(**_unpacked(facts)) for _, _, facts in rows[:count]]
        return found, (rows[count - 1][0], rows[count - 1][1]) if len(rows) > count else None

    def forget(self, machine: str) -> None:
        """Drop the executions of a machine that is deleted."""
        self.flush()
        with self._lock:
            self._base.execute("DELETE FROM executions WHERE machine = ?", (machine,))

    def clear(self) -> None:
        """Drop everything."""
        with self._writing, self._lock:
            self._fresh.clear()
            self._base.execute("DELETE FROM executions")

    def recover(self) -> int:
        """Fail the executions that an earlier process left running; returns how many."""
        with self._lock:
            rows = self._base.execute(
                "SELECT facts FROM executions WHERE status = ?", (RUNNING,)
            ).fetchall()
        for (packed,) in rows:
            facts = Facts(**_unpacked(packed))
            facts.status, facts.stop = FAILED, max(clock.time(), facts.start)
            facts.error = RUNTIME
            facts.cause = "The local endpoint was stopped while this execution was running."
            started = {
                "timestamp": facts.start,
                "type": "ExecutionStarted",
                "id": 1,
                "previousEventId": 0,
                "executionStartedEventDetails": {
                    "input": facts.input,
                    "inputDetails": WHOLE,
                    "roleArn": facts.role_arn,
                },
            }
            failed = {
                "timestamp": facts.stop,
                "type": "ExecutionFailed",
                "id": 2,
                "previousEventId": 0,
                "executionFailedEventDetails": {"error": facts.error, "cause": facts.cause},
            }
            self._change(facts, [started, failed], None)
        self.flush()
        return len(rows)


_MOST_FRESH = 400
"""So many executions wait to be written at most before a writer has to help."""

_UPSERT = """
    INSERT INTO executions
        (arn, machine, start, status, redriven, version, alias, facts, history, resume)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
    ON CONFLICT (arn) DO UPDATE SET
        status = excluded.status, redriven = excluded.redriven, facts = excluded.facts,
        history = coalesce(excluded.history, history), resume = coalesce(excluded.resume, resume)
"""


def _row(entry: _Entry) -> tuple[Any, ...]:
    facts = entry.facts
    return (
        facts.arn,
        facts.map_run_arn or facts.machine_arn,
        facts.start,
        facts.status,
        facts.redrive_count,
        facts.version_arn,
        facts.alias_arn,
        _packed(vars(facts)),
        None if entry.events is None else _packed(entry.events),
        None if entry.resume is None else _packed(entry.resume),
    )


def _packed(value: Any) -> bytes:
    return zlib.compress(json.dumps(value, separators=(",", ":")).encode(), 1)


def _unpacked(packed: bytes) -> Any:
    return json.loads(zlib.decompress(packed))
