"""From an ARN and an event to a result: which version, may it run now, what is logged."""

from __future__ import annotations

import logging
import threading
from collections import Counter

from moto.awslambda.models import LambdaFunction

from helpers.asl.jackson import why_not_json
from helpers.asl.json_text import parse
from helpers.localaws.lambdas import code, errors, interpreters, logs, market
from helpers.localaws.lambdas.asynchronous import AsyncQueue, Queued
from helpers.localaws.lambdas.pools import Pools
from helpers.localaws.lambdas.results import Result
from helpers.localaws.lambdas.versions import find, invoked_arn
from helpers.localaws.lambdas.workers import Invocation
from helpers.localaws.metrics import of_lambda
from helpers.localaws.turns.clock import clock

LOG = logging.getLogger(__name__)


class Invoker:
    """Runs functions of moto's; one for the endpoint."""

    def __init__(self, pools: Pools) -> None:
        self.pools = pools
        self.queue = AsyncQueue(self._run_queued)
        self._lock = threading.Lock()
        self._under_way: Counter[str] = Counter()

    def invoke(
        self,
        arn: str,
        event: bytes,
        qualifier: str | None = None,
        client_context: str | None = None,
    ) -> Result:
        """Run the function that an ARN names; the arguments and the result are those of `run`.

        Raises moto's UnknownFunctionException, and what `run` raises.
        """
        function, qualifier = find(arn, qualifier)
        return self.run(function, event, qualifier, client_context=client_context)

    def send(self, arn: str, event: bytes, qualifier: str | None = None) -> str:
        """Queue an event for the function that an ARN names; returns its request id.

        Raises moto's UnknownFunctionException and errors.InvalidRequestContent.
        """
        function, qualifier = find(arn, qualifier)
        return self.enqueue(function, event, qualifier)

    def run(
        self,
        function: LambdaFunction,
        event: bytes,
        qualifier: str | None,
        *,
        client_context: str | None = None,
        request_id: str | None = None,
    ) -> Result:
        """Run one version of a function and wait for what it gives.

        qualifier: the version or alias that the caller asked for.
        client_context: JSON. Raises errors.InvalidRequestContent, TooManyRequests, InvalidRuntime,
        InvalidZipFile, ServiceError.
        """
        logical_name = market.logical_name(function.function_name, function.tags)
        invocation = Invocation(
            event=parsed(event),
            arn=invoked_arn(function, qualifier),
            client_context=client_context,
            draw=lambda: market.next_draw(logical_name),
        )
        if request_id:
            invocation.id = request_id
        try:
            slot = self._slot(function)
        except errors.TooManyRequests:
            of_lambda.throttled(*_measured(function, qualifier))
            raise
        with slot, clock.busy():
            began = clock.time()
            try:
                settings, stream, outcome = self.pools.invoke(function, logical_name, invocation)
            except interpreters.NoInterpreter as error:
                raise errors.InvalidRuntime(str(error)) from error
            except code.BadCode as error:
                raise errors.InvalidZipFile(str(error)) from error
            except OSError as error:
                LOG.exception("no worker for %s", function.function_arn)
                raise errors.ServiceError(
                    f"The local endpoint could not start a process for {function.function_name}: "
                    f"{error}. Close programs that you do not need, or free disk space, and try "
                    "again."
                ) from error
            logs.put(settings, stream, outcome.lines)
        of_lambda.invoked(
            *_measured(function, qualifier),
            outcome.duration,
            failed=outcome.error is not None,
            at_once=slot.at_once,
            began=began,
        )
        return Result(
            outcome.payload, outcome.error, settings.version, invocation.id, outcome.lines
        )

    def enqueue(
        self,
        function: LambdaFunction,
        event: bytes,
        qualifier: str | None,
        *,
        client_context: str | None = None,
    ) -> str:
        """Queue an event for a function (AWS's InvocationType Event); returns its request id.

        Raises errors.InvalidRequestContent.
        """
        return self.queue.put(function, parsed(event), qualifier, client_context)

    def _run_queued(self, queued: Queued) -> Result:
        function, qualifier = find(queued.arn, queued.qualifier)
        return self.run(
            function,
            queued.body,
            qualifier,
            client_context=queued.client_context,
            request_id=queued.id,
        )

    def _slot(self, function: LambdaFunction) -> _Slot:
        """Room for one invocation more. Raises errors.TooManyRequests."""
        slot = _Slot(self._lock, self._under_way, function)
        slot.take()
        return slot

    def forget(self, function: LambdaFunction) -> None:
        """The function was deleted or changed."""
        self.pools.forget(function.function_arn)


class _Slot:
    """One of the invocations that a function may have at once."""

    def __init__(
        self, lock: threading.Lock, under_way: Counter[str], function: LambdaFunction
    ) -> None:
        self._lock, self._under_way = lock, under_way
        self._name = f"{function.region}:{function.function_name}"
        reserved = function.reserved_concurrency
        self._most = None if reserved is None else int(reserved)
        self.at_once = 0
        """How many of the function run, this one included."""

    def take(self) -> None:
        """Take it; it is given back at the end of the `with` block. Raises TooManyRequests."""
        with self._lock:
            if self._most is not None and self._under_way[self._name] >= self._most:
                raise errors.TooManyRequests
            self._under_way[self._name] += 1
            self.at_once = self._under_way[self._name]

    def __enter__(self) -> None:
        pass

    def __exit__(self, *_: object) -> None:
        with self._lock:
            self._under_way[self._name] -= 1
            if not self._under_way[self._name]:
                del self._under_way[self._name]


def _measured(function: LambdaFunction, qualifier: str | None) -> tuple[str, str, str | None, str]:
    return function.region, function.function_name, qualifier, str(function.version)


def parsed(event: bytes) -> bytes:
    """The event as the function gets it; nothing at all means an empty object.

    Raises errors.InvalidRequestContent if it is not JSON.
    """
    if not event.strip():
        return b"{}"
    text = event.decode("utf-8", "replace")
    try:
        parse(text)
    except ValueError as error:
        raise errors.InvalidRequestContent(why_not_json(text, error)) from None
    return event
