"""Carrying out a state machine: a run, the flows through it, and how they wait.

A *flow* is one thread of states: the execution itself, a branch of a Parallel state, an iteration
of a Map state. Branches of one run take turns: a flow computes only while it holds the run's turn
and hands it on while it waits. Flows that compute only give the same history each time; answers of
services, and waits that end at the same time, stand in the order in which they came.
"""

from __future__ import annotations

import random
import threading
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from helpers.asl.evaluation import NO_VARIABLES, Outside, Scope
from helpers.asl.failures import RuntimeFailure
from helpers.localaws import ids
from helpers.localaws.stepfunctions.history import Ended, History
from helpers.localaws.turns.clock import clock
from helpers.localaws.turns.floor import floor
from helpers.localaws.turns.threads import Threads
from helpers.localaws.turns.waiting import waiting

if TYPE_CHECKING:
    from helpers.localaws.stepfunctions.data import Data
    from helpers.localaws.stepfunctions.probe import Probe
    from helpers.localaws.stepfunctions.services import Services


class TimedOut(Exception):
    """What was waited for took longer than it may."""


class HeartbeatMissed(TimedOut):
    """A worker was silent for too long."""


class MachineTimedOut(Exception):
    """The execution took longer than the state machine's TimeoutSeconds."""


def iso(seconds: float) -> str:
    """A POSIX time as the context object writes it: `2026-01-31T12:00:00.123Z`.

    Rounded as the times of events are: nothing is entered before the execution has started.

    >>> iso(0.1239)
    '1970-01-01T00:00:00.124Z'
    """
    return (
        datetime.fromtimestamp(round(seconds, 3), UTC).strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z"
    )


OUTSIDE = Outside(clock.time, random.Random(), ids.uuid4)
"""What expressions take from outside: the simulated time, and chance."""

flows = Threads("flow")
"""The threads of executions, and of what they do side by side."""


class Turns:
    """One flow of a run at a time, in the order in which they asked."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._taken = False
        self._waiting: deque[threading.Lock] = deque()

    def reserve(self) -> threading.Lock:
        """A place in the queue, for a thread that is about to be started."""
        place = threading.Lock()
        place.acquire()
        with self._lock:
            if self._taken:
                self._waiting.append(place)
            else:
                self._taken = True
                place.release()
        return place

    def take(self) -> None:
        """Wait for the turn."""
        place = self.reserve()
        with waiting():
            place.acquire()

    def give_way(self) -> None:
        """Go to the end of the queue."""
        with self._lock:
            if not self._waiting:
                return
            place = threading.Lock()
            place.acquire()
            self._waiting.append(place)
            self._waiting.popleft().release()
        with waiting():
            place.acquire()

    def hand_on(self) -> None:
        """Let the next one have the turn."""
        with self._lock:
            if self._waiting:
                self._waiting.popleft().release()
            else:
                self._taken = False


class Run:
    """What all flows of one execution share.

    context: `Execution` and `StateMachine` of the context object.
    deadline: simulated POSIX time by which the execution must be done, or None.
    """

    def __init__(
        self,
        history: History,
        services: Services,
        context: dict[str, Any],
        region: str,
        account: str,
        role_arn: str,
        deadline: float | None = None,
    ) -> None:
        self.history = history
        self.services = services
        self.context = context
        self.region = region
        self.account = account
        self.role_arn = role_arn
        self.deadline = deadline
        self.last_day: float | None = deadline
        """When a Wait or a Retry ends at the latest: a machine without TimeoutSeconds has a year.

        What comes from outside is waited for longer: the clock would keep each wait for a year.
        """
        self.machine_deleted = False
        """Whether its machine is deleted: it may end the state that it is in, but enter none."""
        self.turns: Turns | None = None
        self.probe: Probe | None = None
        """In TestState: what is mocked, and what is noted on the way."""

    @property
    def over(self) -> bool:
        """Whether the execution has ended, however it did."""
        return self.history.closed


class Crew:
    """The flows of one Parallel or Map state; when one of them fails, the others are called off."""

    __slots__ = ("called_off", "parent")

    def __init__(self, parent: Crew | None) -> None:
        self.parent = parent
        self.called_off = False

    @property
    def off(self) -> bool:
        """Whether it, or a crew that it is part of, is called off."""
        crew: Crew | None = self
        while crew is not None:
            if crew.called_off:
                return True
            crew = crew.parent
        return False


class Flow:
    """One thread of states in a run: where it is, its variables, its part of the context object."""

    __slots__ = (
        "at",
        "children",
        "crew",
        "inside",
        "item",
        "last",
        "resumed",
        "run",
        "state",
        "token",
        "variables",
    )

    def __init__(
        self,
        run: Run,
        last: int = 0,
        variables: dict[str, Any] | None = None,
        crew: Crew | None = None,
        item: dict[str, Any] | None = None,
    ) -> None:
        self.run = run
        self.last = last
        self.variables: dict[str, Any] = variables if variables is not None else {}
        self.crew = crew
        self.item = item
        self.state: dict[str, Any] = {}
        self.token: str | None = None
        self.resumed: dict[str, Any] = {}
        self.at: tuple[str, Any, int] | None = None
        """The state that the flow is in, its input (a Data), and the id of its …Entered event."""
        self.children: dict[int, Any] | None = None
        """Within a Parallel or Map state: its flows by number, or their outputs (Data)."""
        self.inside: list[str] = []
        """The states that the flow is in and that an abort would be told of, outermost first."""

    # -- where it is, for a redrive

    def bookmark(self) -> dict[str, Any] | None:
        """Where the flow is, as JSON: what `Program.follow` takes it up from."""
        if self.at is None:
            return None
        name, given, entered = self.at
        mark: dict[str, Any] = {"state": name, "input": given.text, "entered": entered}
        if self.variables:
            mark["variables"] = self.variables
        if self.children is not None:
            children: dict[str, Any] = {}
            for number, child in list(self.children.items()):
                inner = child.bookmark() if isinstance(child, Flow) else {"result": child.text}
                if inner is not None:
                    children[str(number)] = inner
            mark["children"] = children
        return mark

    def resumed_children(self) -> dict[int, dict[str, Any]]:
        """The bookmarks of this state's flows from before a redrive; asked for once."""
        marks, self.resumed = self.resumed, {}
        return {int(number): mark for number, mark in marks.items()}

    # -- history

    def event(
        self, kind: str, key: str | None = None, details: dict[str, Any] | None = None
    ) -> int:
        """Record an event that follows this flow's last one, and return its id."""
        if self.crew is not None and self.crew.off:
            raise Ended
        self.last = number = self.run.history.add(kind, key, details, self.last)
        return number

    def aside(self, kind: str, key: str | None, details: dict[str, Any] | None) -> int:
        """Record an event that the next one of this flow does not name as its previous one."""
        return self.run.history.add(kind, key, details, self.last)

    @property
    def over(self) -> bool:
        """Whether nobody waits for this flow any more."""
        return self.run.history.closed or (self.crew is not None and self.crew.off)

    def check_machine(self) -> None:
        """Raise RuntimeFailure if the machine has been deleted meanwhile."""
        if self.run.machine_deleted:
            name = self.run.context["StateMachine"]["Name"].partition("/")[0]
            failure = RuntimeFailure(f"State machine {name} has been deleted.")
            failure.is_located = True  # AWS names no state
            raise failure

    def note(self, name: str, data: Data | float) -> None:
        """Tell TestState, if it is what runs, of the data after a step."""
        probe = self.run.probe
        if probe is not None:
            probe.note(name, data)

    def check(self) -> None:
        """Raise Ended or MachineTimedOut if this flow has to stop."""
        if self.over:
            raise Ended
        deadline = self.run.deadline
        if deadline is not None and clock.time() >= deadline:
            raise MachineTimedOut

    # -- what expressions see

    def enter(self, name: str) -> None:
        """Note in the context object that the flow is in the state `name`."""
        self.state = {"Name": name, "EnteredTime": clock.time()}

    def context(self) -> dict[str, Any]:
        """The context object, `$$` or `$states.context`."""
        state = dict(self.state)
        if "EnteredTime" in state:
            state["EnteredTime"] = iso(state["EnteredTime"])
        context: dict[str, Any] = {**self.run.context, "State": state}
        if self.token is not None:
            context["Task"] = {"Token": self.token}
        if self.item is not None:
            context["Map"] = {"Item": self.item}
        return context

    def scope(self, value: Any, states: dict[str, Any] | None = None) -> Scope:
        """What an expression sees here; `value` is what `$` stands for."""
        return Scope(value, self.context, OUTSIDE, self.variables or NO_VARIABLES, states)

    # -- waiting

    @contextmanager
    def waiting(self) -> Iterator[None]:
        """Let other flows of the run compute meanwhile."""
        turns = self.run.turns
        if turns is None:
            yield
            return
        turns.hand_on()
        try:
            yield
        finally:
            turns.take()

    def give_way(self) -> None:
        """Let the other flows of the run get as far as this one."""
        turns = self.run.turns
        if turns is not None:
            turns.give_way()

    def pause(self, seconds: float) -> None:
        """Let simulated time pass; raises Ended or MachineTimedOut."""
        deadline = self.run.last_day
        late = deadline is not None and clock.time() + seconds >= deadline
        if late and deadline is not None:
            seconds = max(deadline - clock.time(), 0)
        with self.waiting():
            clock.sleep(seconds, stop=lambda: self.over)
        if self.over:
            raise Ended
        if late:
            raise MachineTimedOut

    def await_event(self, ready: Callable[[], bool], timeout: float | None) -> None:
        """Wait until `ready()`; raises TimedOut after `timeout` simulated seconds, Ended, …"""
        deadline = self.run.deadline
        left = None if deadline is None else max(deadline - clock.time(), 0)
        limit = min((x for x in (timeout, left) if x is not None), default=None)
        with self.waiting():
            came = clock.wait_for(lambda: ready() or self.over, limit)
        if self.over:
            raise Ended
        if not came:
            if left is not None and limit == left and (timeout is None or left < timeout):
                raise MachineTimedOut
            raise TimedOut

    def call(self, work: Callable[[], Any], timeout: float | None = None) -> Any:
        """Have `work` done, which takes real time, within `timeout` simulated seconds."""
        if timeout is None and self.run.deadline is None:
            with self.waiting():
                return work()
        done: list[tuple[Any, BaseException | None]] = []
        token = clock.busy_token()

        def carry_out() -> None:
            with clock.adopt(token):
                try:
                    done.append((work(), None))
                except BaseException as error:  # handed to the flow, which raises it
                    done.append((None, error))
                clock.wake()

        flows.run(carry_out)
        self.await_event(lambda: bool(done), timeout)
        result, error = done[0]
        if error is not None:
            raise error
        return result

    def together(self, works: list[Callable[[], None]], crew: Crew) -> None:
        """Carry out `works` side by side, each in a thread that takes turns with the others.

        Each work must deal with its own failures. They begin in their order. Returns when all are
        done, or when the crew is called off: what then still runs is left to find that out.
        """
        run = self.run
        first = run.turns is None
        if run.turns is None:
            run.turns = Turns()
            run.turns.take()
        turns, left = run.turns, len(works)

        def prepared(work: Callable[[], None]) -> Callable[[], None]:
            token, place = clock.busy_token(), turns.reserve()

            def carry_out() -> None:
                nonlocal left
                with clock.adopt(token):
                    place.acquire()
                    try:
                        with floor:
                            work()
                    finally:
                        left -= 1  # one at a time has the turn
                        turns.hand_on()
                        clock.wake()

            return carry_out

        ready = [prepared(work) for work in works]
        turns.hand_on()
        for one in ready:
            flows.run(one)
        clock.wait_for(lambda: not left or crew.off or run.over)
        turns.take()
        if first:
            turns.hand_on()
            run.turns = None

    def new_token(self) -> str:
        """A task token, as long as AWS's."""
        self.token = "AQCAAAAAKgAAAAMAAAAA" + ids.digits(320)
        return self.token
