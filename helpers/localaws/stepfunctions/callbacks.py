"""Task tokens: tasks that wait for SendTaskSuccess and its kin; activities and their workers."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict, deque
from dataclasses import dataclass, field
from typing import Any

from helpers.asl.jackson import why_not_json
from helpers.asl.json_text import parse
from helpers.localaws.stepfunctions import errors
from helpers.localaws.stepfunctions.data import LIMIT
from helpers.localaws.turns.clock import clock
from helpers.localaws.turns.waiting import waiting

POLL_SECONDS = 60.0
"""How long GetActivityTask waits for a task, in real seconds."""

_KEPT = 10_000  # settled tokens that are still answered as such


@dataclass(eq=False)
class Task:
    """A task that somebody outside carries out.

    about: the ARN that IAM is asked for when somebody settles it, that of the state machine or of
    the activity. output: JSON text, once it succeeded. error, cause: once it failed. beat:
    simulated POSIX seconds of the last heartbeat. worker: name of the activity worker that took it.
    """

    token: str
    about: str = ""
    input: str = ""
    output: str | None = None
    failed: bool = False
    error: str | None = None
    cause: str | None = None
    beat: float = 0.0
    taken: bool = False
    worker: str | None = None
    settled: bool = False
    over: bool = False
    extra: dict[str, Any] = field(default_factory=dict)


class Tokens:
    """The tokens that are out, and those of late."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._tasks: OrderedDict[str, Task] = OrderedDict()

    def add(self, task: Task) -> None:
        """Give out the token of `task`."""
        with self._lock:
            self._tasks[task.token] = task
            while len(self._tasks) > _KEPT and next(iter(self._tasks.values())).over:
                self._tasks.popitem(last=False)

    def done(self, task: Task) -> None:
        """Nobody waits for `task` any more."""
        with self._lock:
            task.over = True

    def about(self, token: str) -> str:
        """The ARN that whoever settles this task must be allowed; "" for a token of nobody."""
        with self._lock:
            task = self._tasks.get(token)
        return "" if task is None else task.about

    def _find(self, token: str) -> Task:
        task = self._tasks.get(token)
        if task is None:
            raise errors.invalid_token()
        if task.over or task.settled:
            raise errors.ApiError(
                "TaskTimedOut", "Task Timed Out: 'Provided task does not exist anymore'"
            )
        return task

    def succeed(self, token: str, output: str) -> None:
        """SendTaskSuccess; `output` is JSON text."""
        with self._lock:
            self._find(token)  # AWS looks at the token before it looks at the output
        if len(output.encode()) > LIMIT:
            raise errors.ApiError("InvalidOutput", "Invalid Output: 'The output is too long'")
        try:
            parse(output)
        except ValueError as error:
            raise errors.ApiError(
                "InvalidOutput", f"Invalid Output: '{why_not_json(output, error)}'"
            ) from None
        with self._lock:
            task = self._find(token)
            task.output, task.settled = output, True
        clock.wake()

    def fail(self, token: str, error: str | None, cause: str | None) -> None:
        """SendTaskFailure."""
        with self._lock:
            task = self._find(token)
            task.error, task.cause, task.failed, task.settled = error, cause, True, True
        clock.wake()

    def heartbeat(self, token: str) -> None:
        """SendTaskHeartbeat."""
        with self._lock:
            self._find(token).beat = clock.time()
        clock.wake()

    def clear(self) -> None:
        """Forget all tokens."""
        with self._lock:
            self._tasks.clear()


class Queue:
    """The tasks of one activity that no worker has taken yet."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._waiting: deque[Task] = deque()
        self.deleted = False

    def put(self, task: Task) -> None:
        """Offer a task to the workers."""
        with self._changed:
            self._waiting.append(task)
            self._changed.notify()

    def take(self, worker: str | None, seconds: float = POLL_SECONDS) -> Task | None:
        """The next task for a worker; None if none came within `seconds` of real time."""
        deadline = time.monotonic() + seconds
        with waiting(), self._changed:
            while True:
                while self._waiting:
                    task = self._waiting.popleft()
                    if not task.over:
                        task.taken, task.worker = True, worker
                        clock.wake()
                        return task
                left = deadline - time.monotonic()
                if left <= 0 or self.deleted:
                    return None
                self._changed.wait(left)

    def delete(self) -> None:
        """Send the workers away."""
        with self._changed:
            self.deleted = True
            self._changed.notify_all()


tokens = Tokens()
"""The endpoint's task tokens."""
