"""Asynchronous invocations: a queue, a few threads, and two more tries on the simulated clock.

Source: docs.aws.amazon.com/lambda/latest/dg/invocation-async-error-handling.html: after an error
of the function Lambda waits one minute, then two; a throttled event is tried again after 1 second
to 5 minutes, for up to 6 hours. What becomes of it in the end goes to a destination, if one is set.
"""

from __future__ import annotations

import heapq
import itertools
import json
import logging
import threading
import uuid
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from moto.awslambda.exceptions import LambdaClientError, UnknownFunctionException
from moto.awslambda.models import LambdaFunction, lambda_backends
from moto.utilities.arns import parse_arn

from helpers.localaws.events import targets
from helpers.localaws.lambdas.errors import TooManyRequests
from helpers.localaws.lambdas.results import Result
from helpers.localaws.lambdas.versions import configured, find, parted
from helpers.localaws.turns.clock import Token, clock

LOG = logging.getLogger(__name__)
RUNNERS = 8
"""Threads that run queued events at once."""
WAITS = (60, 120)
"""Simulated seconds before the second and the third try."""
OLDEST = 21_600
"""An event that is older (simulated seconds) is given up."""


@dataclass
class Queued:
    """One invocation on its way. Times are simulated POSIX seconds.

    arn: the function's, without a qualifier. body: the event, JSON. pulls: whether its waits move
    the simulated clock.
    """

    arn: str
    qualifier: str | None
    body: bytes
    client_context: str | None
    pulls: bool
    id: str = field(default_factory=lambda: str(uuid.uuid4()))
    came: float = field(default_factory=clock.time)
    tries: int = 0
    throttled: int = 0


class AsyncQueue:
    """All invocations that wait or run, and nobody waits for; run: carries one out."""

    def __init__(self, run: Callable[[Queued], Result]) -> None:
        self._run = run
        self._lock = threading.Lock()
        self._queue: deque[tuple[Queued, Token]] = deque()
        self._runners = 0
        self._at_work: dict[int, Queued] = {}
        self._later = {pulls: _Later(self._put, pulls) for pulls in (False, True)}

    def put(
        self,
        function: LambdaFunction,
        event: bytes,
        qualifier: str | None,
        client_context: str | None,
    ) -> str:
        """Take an event; it runs soon in another thread. Returns its request id."""
        token = clock.busy_token()
        arn, version = parted(function.function_arn)
        queued = Queued(arn, qualifier or version, event, client_context, token.pulls)
        self._put(queued, token)
        return queued.id

    def _put(self, queued: Queued, token: Token | None = None) -> None:
        token = token or clock.busy_token(pulls=queued.pulls)
        with self._lock:
            self._queue.append((queued, token))
            more = self._runners < RUNNERS
            self._runners += more
        if more:
            threading.Thread(target=self._serve, name="lambda events", daemon=True).start()

    def clear(self) -> None:
        """Forget the events that wait; those that run now end, and are not tried again."""
        with self._lock:
            dropped, self._queue = list(self._queue), deque()
        for _, token in dropped:
            with clock.adopt(token):
                pass
        for later in self._later.values():
            later.clear()

    def pending(self) -> list[dict[str, Any]]:
        """All events that are not done with, as JSON has them; `when`: their next try, if later."""
        with self._lock:
            now = [queued for queued, _ in self._queue] + list(self._at_work.values())
        pending = {queued.id: (None, queued) for queued in now}
        for later in self._later.values():
            pending |= {queued.id: (when, queued) for when, queued in later.waiting()}
        return [
            {**vars(queued), "body": queued.body.decode("latin-1"), "when": when}
            for when, queued in pending.values()
        ]

    def take_up(self, events: list[dict[str, Any]]) -> None:
        """Queue what `pending` gave, in an earlier process."""
        for told in events:
            when = told["when"]
            kept = {name: value for name, value in told.items() if name != "when"}
            queued = Queued(**kept | {"body": told["body"].encode("latin-1")})
            if when is None:
                self._put(queued)
            else:
                self._later[queued.pulls].put(when, queued)

    def _serve(self) -> None:
        while True:
            with self._lock:
                if not self._queue:
                    self._runners -= 1
                    return
                queued, token = self._queue.popleft()
                self._at_work[id(queued)] = queued
            with clock.adopt(token):
                try:
                    self._try(queued)
                except Exception:
                    LOG.exception("the event %s for %s is lost", queued.id, queued.arn)
                finally:
                    self._at_work.pop(id(queued), None)

    def _try(self, queued: Queued) -> None:
        settings = _settings(queued)
        oldest = settings.get("MaximumEventAgeInSeconds", OLDEST)
        result: Result | None = None
        try:
            result = self._run(queued)
        except TooManyRequests:
            queued.throttled += 1
            wait = min(300, 2 ** (queued.throttled - 1))
            if clock.time() + wait - queued.came <= oldest:
                # It waits for others to finish, in their time: that pulls no clock.
                self._later[False].put(clock.time() + wait, queued)
                return
        except LambdaClientError as error:
            LOG.warning("the event %s for %s failed: %s", queued.id, queued.arn, error.message)
        queued.tries += 1
        if result is not None and not result.error:
            _tell(queued, settings, "OnSuccess", "Success", result)
            return
        condition = "RetriesExhausted"
        if queued.tries <= settings.get("MaximumRetryAttempts", len(WAITS)):
            wait = WAITS[queued.tries - 1]
            if clock.time() + wait - queued.came <= oldest:
                self._later[queued.pulls].put(clock.time() + wait, queued)
                return
            condition = "EventAgeExceeded"
        _tell(queued, settings, "OnFailure", condition, result)


class _Later:
    """Events that wait for a simulated time, and one thread that waits with them."""

    def __init__(self, put: Callable[[Queued], None], pulls: bool) -> None:
        self._put = put
        self._pulls = pulls
        self._lock = threading.Lock()
        self._heap: list[tuple[float, int, Queued]] = []
        self._order = itertools.count()
        self._waits = False

    def put(self, when: float, queued: Queued) -> None:
        with self._lock:
            heapq.heappush(self._heap, (when, next(self._order), queued))
            start, self._waits = not self._waits, True
        if start:
            token = clock.busy_token(pulls=self._pulls)
            threading.Thread(
                target=self._wait, args=(token,), name="lambda retries", daemon=True
            ).start()
        else:
            clock.wake()

    def waiting(self) -> list[tuple[float, Queued]]:
        with self._lock:
            return [(when, queued) for when, _, queued in self._heap]

    def clear(self) -> None:
        with self._lock:
            self._heap.clear()
        clock.wake()

    def _wait(self, token: Token) -> None:
        with clock.adopt(token):  # busy whenever it does not sleep, so that no jump passes it by
            while True:
                with self._lock:
                    if not self._heap:
                        self._waits = False
                        return
                    when = self._heap[0][0]
                if not clock.sleep(when - clock.time(), lambda w=when: self._changed(w)):
                    continue
                with self._lock:
                    due = bool(self._heap) and self._heap[0][0] <= when
                    queued = heapq.heappop(self._heap)[2] if due else None
                if queued is not None:
                    self._put(queued)

    def _changed(self, when: float) -> bool:
        """Is another event the first now? Called with the clock's lock held: takes no other."""
        heap = self._heap
        return not heap or heap[0][0] != when


def _settings(queued: Queued) -> dict[str, Any]:
    """The EventInvokeConfig of the function, version or alias that was called, if it has one."""
    try:
        function, qualifier = find(queued.arn, queued.qualifier)
        backend = lambda_backends[function.account_id][function.region]
        holder = configured(backend, function.function_name, qualifier)
    except UnknownFunctionException:
        return {}
    known = vars(holder).get("event_invoke_config")
    return known[-1].config if known else {}


def _tell(
    queued: Queued, settings: dict[str, Any], which: str, condition: str, result: Result | None
) -> None:
    """Send what became of an event to its destination, if there is one."""
    if which == "OnFailure":
        _bury(queued, result)
    arn = (settings.get("DestinationConfig") or {}).get(which, {}).get("Destination")
    if not arn:
        return
    version = result.version if result else "$LATEST"
    now = datetime.fromtimestamp(clock.time(), UTC)
    record: dict[str, Any] = {
        "version": "1.0",
        "timestamp": f"{now:%Y-%m-%dT%H:%M:%S}.{now.microsecond // 1000:03d}Z",
        "requestContext": {
            "requestId": queued.id,
            "functionArn": f"{queued.arn}:{queued.qualifier or '$LATEST'}",
            "condition": condition,
            "approximateInvokeCount": queued.tries,
        },
        "requestPayload": json.loads(queued.body),
        "responseContext": {"statusCode": 200, "executedVersion": version},
    }
    if result is not None:
        if result.error:
            record["responseContext"]["functionError"] = result.error
        record["responsePayload"] = json.loads(result.payload or b"null")
    outcome = "Success" if which == "OnSuccess" else "Failure"
    source = {
        "source": "lambda",
        "detail-type": f"Lambda Function Invocation Result - {outcome}",
        "detail": record,
    }
    targets.deliver(
        {"Arn": arn}, json.dumps(record), queued.id, source, by_schedule=not queued.pulls
    )


def _bury(queued: Queued, result: Result | None) -> None:
    """Send an event that failed for good to the function's dead-letter queue, if it has one."""
    try:
        function, _ = find(queued.arn, queued.qualifier)
    except UnknownFunctionException:
        return
    arn = (function.__dict__.get("dead_letter_config") or {}).get("TargetArn")
    if not arn:
        return
    error = json.loads(result.payload) if result else {}
    attributes = {
        "RequestID": ("String", queued.id),
        "ErrorCode": ("Number", "200"),
        "ErrorMessage": ("String", str(error.get("errorMessage", ""))[:1024] or "-"),
    }
    place = parse_arn(arn)
    if place.service == "sqs":
        from moto.sqs.models import sqs_backends

        sqs_backends[place.account][place.region].send_message(
            place.resource_id,
            queued.body.decode(),
            message_attributes={
                name: {"DataType": kind, "StringValue": value}
                for name, (kind, value) in attributes.items()
            },
        )
    elif place.service == "sns":
        from moto.sns.models import sns_backends

        sns_backends[place.account][place.region].publish(
            message=queued.body.decode(),
            arn=arn,
            message_attributes={
                name: {"Type": kind, "Value": value} for name, (kind, value) in attributes.items()
            },
        )
