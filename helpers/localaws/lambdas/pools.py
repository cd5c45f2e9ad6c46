"""Which worker serves which event: few processes, reused, and more of them only while events wait.

A function starts with one worker and keeps that one while idle; it gets more while its events
would wait for longer than a tenth of a second, and keeps them until it has nothing to do. Idle
workers of all functions together are few as well: the one that has been idle longest goes first. So
a class of short functions runs in a handful of processes, and one that sleeps is still run many
times at once, as on AWS.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from pathlib import Path
from typing import TYPE_CHECKING

from helpers.localaws.lambdas import code, interpreters
from helpers.localaws.lambdas.processes import Launcher, Zygote, launcher
from helpers.localaws.lambdas.settings import Settings
from helpers.localaws.lambdas.workers import Invocation, Outcome, Place, Worker
from helpers.localaws.turns.waiting import waiting

if TYPE_CHECKING:
    from moto.awslambda.models import LambdaFunction

PATIENCE = 0.1
"""So long may an event wait for a worker before the function gets one more, in real seconds."""
KEPT = 1
"""Workers that one function keeps when none of them is busy."""
MOST = 10
"""Workers that one function may have."""
IDLE = 8
"""Idle workers of all functions together."""
ALL = 40
"""Workers of all functions together."""
TRIES = 5
"""So many workers may end before they take an event in; then something is wrong here."""


class Pool:
    """The workers of one version of a function. `Pools` guards its state with its lock."""

    def __init__(
        self, function: LambdaFunction, settings: Settings, place: Place, lock: threading.Lock
    ) -> None:
        self.settings = settings
        self.place = place
        self.idle: list[Worker] = []
        self.busy: set[Worker] = set()
        self.count = 0  # idle, busy, and those that are being started
        self.users = 0  # invocations under way
        self.waiting = 0
        self.retired = False
        self.free = threading.Condition(lock)
        self.last_free = 0.0
        self.took = 0.0  # a running average of one invocation's real seconds
        self._made_of = _parts(function)

    def serves(self, function: LambdaFunction) -> bool:
        """Has the function stayed as it was when this pool was made?"""
        return all(a is b or a == b for a, b in zip(self._made_of, _parts(function), strict=True))

    def must_grow(self) -> bool:
        """Would an event wait too long for the workers there are?"""
        if not self.count:
            return True
        if self.count >= MOST:
            return False
        stuck = time.monotonic() - self.last_free > PATIENCE
        return stuck or (self.waiting + 1) * self.took / self.count > PATIENCE


def _parts(function: LambdaFunction) -> tuple:
    return (
        function.code_sha_256,
        function.handler,
        function.run_time,
        function.timeout,
        function.memory_size,
        function.ephemeral_storage,
        function.role,
        function.environment_vars,
        function.layers,
        function.__dict__.get("logging_config"),
    )


class Pools:
    """All workers of the endpoint."""

    def __init__(self, root: Path, log: Path | None = None) -> None:
        self.root = root
        self._log = log
        self._lock = threading.Lock()
        self._pools: dict[str, Pool] = {}
        self._making = threading.Lock()
        self._code = code.Folders(root / "code")
        self._layers = code.Folders(root / "layers")
        self._launchers: dict[str, Launcher] = {}
        self._idle: dict[Worker, Pool] = {}  # longest idle first
        self._all = 0
        self._hungry: deque[Pool] = deque()

    def prepare(self) -> None:
        """Start the zygote of the kit's own Python, so that the first invoke finds it ready."""
        own = self._launcher(interpreters.find(interpreters.OWN, "").path)
        if isinstance(own, Zygote):
            own.prepare()

    # -- running

    def invoke(
        self, function: LambdaFunction, logical_name: str, invocation: Invocation
    ) -> tuple[Settings, str, Outcome]:
        """Run a function once; returns its settings, the worker's log stream, and the outcome.

        Raises NoInterpreter, code.BadCode, OSError (no process could be started).
        """
        pool = self._pool(function, logical_name)
        with waiting():
            return self._run(pool, invocation)

    def _run(self, pool: Pool, invocation: Invocation) -> tuple[Settings, str, Outcome]:
        try:
            for _ in range(TRIES):
                worker = self._take(pool)
                outcome = self._invoke(pool, worker, invocation)
                if outcome is not None:
                    return pool.settings, worker.stream, outcome
            raise OSError(f"its worker processes end at once, {TRIES} times in a row")
        finally:
            self._done_with(pool)

    def _invoke(self, pool: Pool, worker: Worker, invocation: Invocation) -> Outcome | None:
        outcome, cold = None, worker.fresh
        began = time.monotonic()
        try:
            outcome = worker.invoke(invocation)
            return outcome
        finally:
            # a cold start says nothing about how long the next event will take
            took = None if cold else time.monotonic() - began
            self._give_back(pool, worker, outcome is not None and outcome.alive, took)

    def _pool(self, function: LambdaFunction, logical_name: str) -> Pool:
        """The pool that serves `function` as it is now, with one user more."""
        pool = self._used(function)
        if pool is not None:
            return pool
        with self._making:
            pool = self._used(function)
            if pool is not None:
                return pool
            settings = Settings.of(function, logical_name)
            interpreters.find(settings.runtime, settings.name)
            new = Pool(function, settings, self._place(function), self._lock)
            new.users = 1
            with self._lock:
                old = self._pools.get(function.function_arn)
                self._pools[function.function_arn] = new
        if old is not None:
            self._retire(old)
        return new

    def _used(self, function: LambdaFunction) -> Pool | None:
        with self._lock:
            pool = self._pools.get(function.function_arn)
            if pool is None or not pool.serves(function):
                return None
            pool.users += 1
            return pool

    def _place(self, function: LambdaFunction) -> Place:
        from moto.awslambda.models import lambda_backends

        backend = lambda_backends[function.account_id][function.region]
        versions = [backend.layers_versions_by_arn(layer["Arn"]) for layer in function.layers]
        layers = [version.code_bytes for version in versions if version is not None]
        scratch = self.root / "scratch"
        scratch.mkdir(parents=True, exist_ok=True)
        packages = interpreters.packages()
        path = self._code.take([function.code_bytes])
        try:
            return Place(path, self._layers.take(layers) if layers else None, scratch, packages)
        except BaseException:
            self._code.give_back(path)
            raise

    def _launcher(self, python: str) -> Launcher:
        with self._lock:
            if python not in self._launchers:
                self._launchers[python] = launcher(python, interpreters.packages(), self._log)
            return self._launchers[python]

    # -- whose turn it is

    def _take(self, pool: Pool) -> Worker:
        while True:
            worker = self._idle_or_none(pool)
            if worker is None:
                worker = self._start(pool)
            elif not worker.alive():  # it ended while it had nothing to do
                self._forget(pool, worker)
                continue
            with self._lock:
                pool.busy.add(worker)
            return worker

    def _idle_or_none(self, pool: Pool) -> Worker | None:
        """An idle worker, or None when there is room for a new one (counted already)."""
        unneeded: Worker | None = None
        try:
            with self._lock:
                while True:
                    if pool.idle:
                        worker = pool.idle.pop()
                        del self._idle[worker]
                        return worker
                    if pool.must_grow():
                        if self._all >= ALL and self._idle:
                            unneeded = self._dismissed(next(iter(self._idle)))
                        if self._all < ALL:
                            pool.count += 1
                            self._all += 1
                            pool.last_free = time.monotonic()
                            return None
                        if not pool.count:
                            self._hungry.append(pool)
                    pool.waiting += 1
                    pool.free.wait(PATIENCE if 0 < pool.count < MOST else None)
                    pool.waiting -= 1
        finally:
            if unneeded is not None:
                unneeded.end()

    def _dismissed(self, worker: Worker) -> Worker:
        """An idle worker, taken out of its pool for good (the lock is held)."""
        pool = self._idle.pop(worker)
        pool.idle.remove(worker)
        pool.count -= 1
        self._all -= 1
        return worker

    def _start(self, pool: Pool) -> Worker:
        try:
            interpreter = interpreters.find(pool.settings.runtime, pool.settings.name)
            return Worker(pool.settings, interpreter, self._launcher(interpreter.path), pool.place)
        except BaseException:
            self._uncount(pool)
            raise

    def _give_back(self, pool: Pool, worker: Worker, alive: bool, took: float | None) -> None:
        unneeded = []
        with self._lock:
            pool.busy.discard(worker)
            pool.last_free = time.monotonic()
            if took is not None:
                pool.took = 0.8 * pool.took + 0.2 * took if pool.took else took
            alive = alive and not pool.retired
            if alive:
                pool.idle.append(worker)
                self._idle[worker] = pool
                pool.free.notify()
                if not pool.busy and not pool.waiting:
                    unneeded = [self._dismissed(one) for one in pool.idle[:-KEPT]]
                if len(self._idle) > IDLE:
                    unneeded.append(self._dismissed(next(iter(self._idle))))
                if not pool.waiting:
                    self._feed()
        if not alive:
            self._forget(pool, worker)
        for one in unneeded:
            one.end()

    def _forget(self, pool: Pool, worker: Worker) -> None:
        worker.end()
        self._uncount(pool)

    def _uncount(self, pool: Pool) -> None:
        with self._lock:
            pool.count -= 1
            self._all -= 1
            pool.free.notify()
            self._feed()

    def _feed(self) -> None:
        """There is room for a worker, or an idle one to end: whoever has none may have a look."""
        if self._hungry:
            self._hungry.popleft().free.notify()

    # -- the end of a function, or of all

    def forget(self, arn: str) -> None:
        """The function is gone: end its workers as soon as they are idle."""
        with self._lock:
            pool = self._pools.pop(arn, None)
        if pool is not None:
            self._retire(pool)

    def _retire(self, pool: Pool) -> None:
        with self._lock:
            pool.retired = True
            pool.users += 1
            idle, pool.idle = pool.idle, []
            for worker in idle:
                del self._idle[worker]
            pool.count -= len(idle)
            self._all -= len(idle)
        for worker in idle:
            worker.end()
        self._done_with(pool)

    def _done_with(self, pool: Pool) -> None:
        """One user less; with the last one a retired pool lets go of its folders."""
        with self._lock:
            pool.users -= 1
            over = pool.retired and not pool.users
        if over:
            self._code.give_back(pool.place.code)
            if pool.place.layers:
                self._layers.give_back(pool.place.layers)

    def stop(self) -> None:
        """End all workers; an event that one was at is answered with an error."""
        with self._lock:
            pools, self._pools = list(self._pools.values()), {}
            launchers, self._launchers = list(self._launchers.values()), {}
            busy = [worker for pool in pools for worker in pool.busy]
        for worker in busy:
            worker.kill()
        for pool in pools:
            self._retire(pool)
        for one in launchers:
            one.stop()

    def workers(self) -> list[int]:
        """Process ids of the workers there are."""
        with self._lock:
            return [w.pid for pool in self._pools.values() for w in [*pool.idle, *pool.busy]]
