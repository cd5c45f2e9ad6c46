"""The simulated clock: one UTC time for executions, schedules, functions and stacks.

It is the wall clock plus an offset, and the offset only grows. Everything that waits for a time
waits here, so that the clock can jump over a wait instead of sleeping through it:

* A *busy* activity is a thread that gets something done: an execution, a branch of one, an invoke.
  A thread that waits here is not busy while it waits.
* When nothing is busy, the clock may jump to the next thing that is due. It does so for a wait
  that *pulls* (a Retry or Wait of an execution that somebody started by hand) and in `advance`.
  A wait of an execution that a schedule started does not pull: an hourly rule would otherwise drag
  the clock through the years.
* What is due on the way of a jump happens in its order, one at a time, each finished before the
  next.
"""

from __future__ import annotations

import heapq
import itertools
import logging
import math
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime

from helpers.localaws.turns.waiting import waiting

LOG = logging.getLogger(__name__)

FEW = 64
"""So many things may be due without a look at which of them are settled."""


@dataclass(frozen=True)
class Advanced:
    """What one `Clock.advance` did: simulated times in POSIX seconds, and how many timers fired."""

    started: float
    ended: float
    fired: int


@dataclass(frozen=True)
class Token:
    """One busy activity, counted already, on its way to the thread that carries it out."""

    pulls: bool


@dataclass(eq=False)
class Timer:
    """A call that is due at a simulated time (POSIX seconds).

    silent: it does not count among what has fired.
    """

    when: float
    call: Callable[[], None]
    name: str
    silent: bool = False
    cancelled: bool = False

    def cancel(self) -> None:
        """Forget it; a call that has begun is not undone."""
        self.cancelled = True


@dataclass(eq=False)
class _Waiter:
    """A thread that waits here, for a time, for something to become true, or for both."""

    when: float | None
    ready: Callable[[], bool] | None
    pulls: bool
    was_busy: bool
    waits_for_event: bool
    came: bool = False
    done: bool = False
    signal: threading.Event = field(default_factory=threading.Event)


def _settled(item: Timer | _Waiter) -> bool:
    """Need the clock not look at it any more?"""
    return item.cancelled if isinstance(item, Timer) else item.done


class _Here(threading.local):
    """What the calling thread is to the clock."""

    busy: bool = False
    pulls: bool = True


class Clock:
    """See the module. All methods may be called from any thread."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._offset = 0.0
        self._busy = 0
        self._due: list[tuple[float, int, Timer | _Waiter]] = []  # a heap
        self._unsettled = FEW  # so many were in it when it was cleared away last
        self._waiters: set[_Waiter] = set()
        self._order = itertools.count()
        self._here = _Here()
        self._goal: float | None = None
        self._fired = 0
        self._one_advance = threading.Lock()
        self._driver: threading.Thread | None = None
        self.realtime = False
        """In real-time mode the clock never jumps by itself; `advance` still moves it."""

    # -- reading it

    def time(self) -> float:
        """Simulated time now, POSIX seconds."""
        return time.time() + self._offset

    def now(self) -> datetime:
        """Simulated time now, aware, UTC."""
        return datetime.fromtimestamp(self.time(), UTC)

    @property
    def offset(self) -> float:
        """How far the simulated clock is ahead of the wall clock, in seconds."""
        return self._offset

    # -- who is busy

    @property
    def at_work(self) -> bool:
        """Is anything busy, or the clock on its way?"""
        return bool(self._busy) or self._goal is not None

    def waits_until(self) -> float | None:
        """The simulated time at which something is due next; infinity if nothing is.

        None if an execution waits for a time or for an answer: that needs this very process.
        """
        with self._changed:
            if self._waiters:
                return None
            self._drop_settled()
            return self._due[0][0] if self._due else math.inf

    @contextmanager
    def busy(self, *, pulls: bool = True) -> Iterator[None]:
        """Count the calling thread as busy; within another `busy` it changes nothing."""
        if self._here.busy:
            yield
            return
        with self.adopt(self.busy_token(pulls=pulls)):
            yield

    def busy_token(self, *, pulls: bool | None = None) -> Token:
        """Count one activity more, for a thread about to start: hand the token to its `adopt`.

        pulls: whether its waits pull; None means as the calling thread's do.
        """
        with self._changed:
            self._busy += 1
        return Token(self._here.pulls if pulls is None else pulls)

    @contextmanager
    def adopt(self, token: Token) -> Iterator[None]:
        """Carry out the activity that `token` counts; it ends with the block."""
        before = self._here.busy, self._here.pulls
        self._here.busy, self._here.pulls = True, token.pulls
        try:
            yield
        finally:
            self._here.busy, self._here.pulls = before
            self._less_busy()

    @contextmanager
    def idle(self) -> Iterator[None]:
        """Not busy within the block: for a join on threads that are busy themselves."""
        if not self._here.busy:
            yield
            return
        self._less_busy()
        try:
            yield
        finally:
            with self._changed:
                self._busy += 1

    def _less_busy(self) -> None:
        with self._changed:
            self._busy -= 1
            if not self._busy:
                self._changed.notify_all()

    # -- waiting

    def sleep(
        self, seconds: float, stop: Callable[[], bool] | None = None, pulls: bool | None = None
    ) -> bool:
        """Block until `seconds` of simulated time have passed.

        Returns True when the time came, False when `stop()` became true first (whoever changes what
        `stop` looks at calls `wake`).
        """
        if stop is not None and stop():
            return False
        if seconds <= 0:
            return True
        waiter = self._wait(self.time() + seconds, stop, pulls, waits_for_event=False)
        return not waiter.came

    def wait_for(self, ready: Callable[[], bool], timeout: float | None = None) -> bool:
        """Block until `ready()` is true (whoever makes it so calls `wake`) or the time is over.

        timeout: simulated seconds; None waits for ever. Such a wait never pulls the clock, for what
        it waits for comes from outside. Returns `ready()`.
        """
        if ready():
            return True
        when = None if timeout is None else self.time() + timeout
        return self._wait(when, ready, False, waits_for_event=True).came

    def wake(self) -> None:
        """Look again at what the waiting threads wait for."""
        with self._changed:
            for waiter in list(self._waiters):
                if waiter.ready is not None and waiter.ready():
                    self._release(waiter, came=True)

    def _wait(
        self,
        when: float | None,
        ready: Callable[[], bool] | None,
        pulls: bool | None,
        *,
        waits_for_event: bool,
    ) -> _Waiter:
        here = self._here
        waiter = _Waiter(
            when, ready, here.pulls if pulls is None else pulls, here.busy, waits_for_event
        )
        with self._changed:
            if ready is not None and ready():  # it may have come since the caller looked
                waiter.came = True
                return waiter
            self._waiters.add(waiter)
            if when is not None:
                self._push(when, waiter)
            if waiter.was_busy:
                self._busy -= 1
            self._changed.notify_all()
        with waiting():
            waiter.signal.wait()
        return waiter

    def _release(self, waiter: _Waiter, *, came: bool) -> None:
        """Let a waiting thread go on, counted busy from this moment (the lock is held)."""
        if waiter.done:
            return
        waiter.done, waiter.came = True, came
        waiter.ready = None  # it holds on to a whole execution
        self._waiters.discard(waiter)
        if waiter.when is not None:
            self._clear_away()
        if waiter.was_busy:
            self._busy += 1
        waiter.signal.set()

    # -- timers

    def at(
        self, when: float, call: Callable[[], None], name: str, *, silent: bool = False
    ) -> Timer:
        """Call `call` at the simulated time `when` (POSIX seconds), on the clock's own thread.

        The call must return soon: work that takes time goes to a thread with a `busy_token`.
        silent: it does not count among what `advance` says has fired.
        """
        timer = Timer(when, call, name, silent)
        with self._changed:
            self._push(when, timer)
            self._changed.notify_all()
        return timer

    def _push(self, when: float, item: Timer | _Waiter) -> None:
        heapq.heappush(self._due, (when, next(self._order), item))
        self._ensure_driver()

    def _clear_away(self) -> None:
        """Take out what is settled, once it is the most of what is due (the lock is held)."""
        if len(self._due) > FEW and len(self._due) > 2 * self._unsettled:
            self._due = [entry for entry in self._due if not _settled(entry[2])]
            heapq.heapify(self._due)
            self._unsettled = max(len(self._due), FEW)

    def _ensure_driver(self) -> None:
        if self._driver is None:
            self._driver = threading.Thread(target=self._drive, name="clock", daemon=True)
            self._driver.start()

    # -- moving it

    def advance(
        self, seconds: float, progress: Callable[[float, float, int], None] | None = None
    ) -> Advanced:
        """Move the clock on and return when all that fell due on the way has finished.

        progress: called about twice a second with (now, goal, timers fired), POSIX seconds. The
        clock may end a little past the goal: an execution that fell due may still retry or wait,
        and is given that time as long as no timer is due before.
        """
        if seconds < 0:
            raise ValueError("the clock never goes back: advance takes 0 seconds or more")
        with self._one_advance, self.idle(), self._changed:
            started, before = self.time(), self._fired
            goal = self._goal = started + seconds
            self._ensure_driver()
            self._changed.notify_all()
            while self._goal is not None:
                self._changed.wait(0.5)
                if progress is not None and self._goal is not None:
                    progress(self.time(), goal, self._fired - before)
            return Advanced(started, self.time(), self._fired - before)

    def restore(self, offset: float) -> None:
        """Take up where an earlier process was, `offset` seconds ahead of the wall clock."""
        with self._changed:
            self._offset = max(self._offset, offset)
            self._changed.notify_all()

    def reset(self) -> None:
        """Go back to the wall clock; forget the timers, and let go of every waiting thread."""
        with self._changed:
            self._due.clear()
            for waiter in list(self._waiters):
                self._release(waiter, came=not waiter.waits_for_event)
            self._offset, self._goal = 0.0, None
            self._changed.notify_all()

    # -- the thread that does it

    def _drive(self) -> None:
        with self._changed:
            while True:
                self._drop_settled()
                now, limit = self.time(), self._limit()
                first = self._due[0][0] if self._due else None
                if first is not None and (first <= now or (limit is not None and first <= limit)):
                    # In an advance, and on a jump, each thing finishes before the next begins.
                    if self._busy and (self._goal is not None or first > now):
                        self._changed.wait(None if self._goal is not None else first - now)
                        continue
                    self._jump(first)
                    self._happen(heapq.heappop(self._due)[2])
                elif self._goal is not None and not self._busy:
                    self._jump(self._goal)
                    if not self._drains():
                        self._goal = None
                        self._changed.notify_all()
                elif first is None or self._goal is not None:
                    self._changed.wait()
                else:
                    self._changed.wait(min(first - now, threading.TIMEOUT_MAX))

    def _drop_settled(self) -> None:
        """Take what was cancelled or woken from the top of the heap."""
        while self._due:
            if not _settled(self._due[0][2]):
                return
            heapq.heappop(self._due)

    def _limit(self) -> float | None:
        """How far the clock may jump now: to the goal of an advance, or to what pulls."""
        pulled = None
        if not self.realtime:
            whens = (w.when for w in self._waiters if w.pulls and w.when is not None)
            pulled = min(whens, default=None)
        if self._goal is None:
            return pulled
        return self._goal if pulled is None else max(self._goal, pulled)

    def _drains(self) -> bool:
        """Past the goal: does an execution still wait, and no timer stands before? Go there."""
        whens = (w.when for w in self._waiters if not w.waits_for_event and w.when is not None)
        next_wait = min(whens, default=None)
        if next_wait is None:
            return False
        timers = (w for w, _, item in self._due if isinstance(item, Timer) and not item.cancelled)
        if min(timers, default=math.inf) <= next_wait:
            return False
        self._goal = next_wait
        return True

    def _jump(self, when: float) -> None:
        ahead = when - self.time()
        if ahead > 0:
            self._offset += ahead

    def _happen(self, item: Timer | _Waiter) -> None:
        if isinstance(item, _Waiter):
            self._release(item, came=False)
            return
        self._fired += not item.silent
        self._busy += 1
        self._here.busy, self._here.pulls = True, False
        self._changed.release()
        try:
            item.call()
        except Exception:
            LOG.exception("the timer %r failed", item.name)
        finally:
            self._changed.acquire()
            self._here.busy = False
            self._busy -= 1


clock = Clock()
"""The endpoint's clock; a process has one."""
