"""The endpoint's own routes, /_local/…: status, reset, clock, market. JSON in, JSON lines out.

Who calls and who answers prove that they know the workspace's secret (`proofs`).

| route | takes | answers |
| --- | --- | --- |
| GET /_local/status | | what runs here, since when, its clock, stacks, memory |
| POST /_local/reset | `{}` | `{}` once everything is gone |
| GET /_local/clock | | `now`, `offset` (seconds ahead), `mode`, `next` firings |
| POST /_local/clock | `{"advance": seconds}` | progress in lines; the last has `started`, `ended` |
| POST /_local/clock | `{"mode": "jump"}` or `"realtime"` | as GET |
| GET /_local/market | | `seed` |
| POST /_local/market | `{"seed": 42}` or `null` | as GET; the functions' draws start anew |
"""

from __future__ import annotations

import json
import logging
import os
import queue
import sys
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime
from typing import Any

from helpers.localaws import persistence
from helpers.localaws.account import ACCOUNT
from helpers.localaws.front import proofs, refusals
from helpers.localaws.front.http import Environ
from helpers.localaws.lambdas import market
from helpers.localaws.process.readiness import Readiness
from helpers.localaws.turns.clock import Advanced, clock

LOG = logging.getLogger(__name__)
LONGEST = 10 * 366 * 86400
"""Seconds that one advance takes at most: ten years."""


class BadArgument(ValueError):
    """The body of a request for one of the routes is not what the route takes."""


def status(readiness: Readiness, _: dict[str, Any]) -> dict[str, Any]:
    """What runs here since when; times are ISO 8601 in UTC, sizes in bytes."""
    memory, processes = _memory()
    return {
        "pid": os.getpid(),
        "url": readiness.workspace.url,
        "home": str(readiness.workspace.home),
        "ready": readiness.is_told,
        "uptime": round(time.monotonic() - readiness.started, 3),
        **_clock(),
        "market_seed": market.seed(),
        "stacks": _stacks() if readiness.is_told else {},
        "memory": memory,
        "processes": processes,
        "threads": threading.active_count(),
        "state": _state(),
    }


def reset(readiness: Readiness, _: dict[str, Any]) -> dict[str, Any]:
    """Empty the endpoint."""
    readiness.wait()
    from helpers.localaws.process import reset

    reset.everything()
    LOG.info("reset")
    return {}


def show_clock(readiness: Readiness, _: dict[str, Any]) -> dict[str, Any]:
    """What the simulated clock says, and what is due next."""
    return _clock()


def move_clock(readiness: Readiness, arguments: dict[str, Any]) -> Any:
    """Advance the clock, or set its mode."""
    if arguments.keys() == {"mode"} and arguments["mode"] in ("jump", "realtime"):
        clock.realtime = arguments["mode"] == "realtime"
        clock.wake()
        return _clock()
    seconds = arguments.get("advance")
    if arguments.keys() != {"advance"} or not _is_length(seconds):
        raise BadArgument(
            'The clock takes {"advance": seconds}, from 0 to ten years, '
            'or {"mode": "jump"}, or {"mode": "realtime"}.'
        )
    readiness.wait()
    return _advance(float(seconds))


def show_market(readiness: Readiness, _: dict[str, Any]) -> dict[str, Any]:
    """The market seed; null leaves prices to chance."""
    return {"seed": market.seed()}


def seed_market(readiness: Readiness, arguments: dict[str, Any]) -> dict[str, Any]:
    """Set the market seed and start the draws anew."""
    if arguments.keys() != {"seed"}:
        raise BadArgument('The market takes {"seed": a whole number} or {"seed": null}.')
    try:
        market.set_seed(arguments["seed"])
    except ValueError as error:
        raise BadArgument(str(error)) from None
    return {"seed": market.seed()}


Route = Callable[[Readiness, dict[str, Any]], Any]
ROUTES: dict[str, dict[str, Route]] = {
    "/_local/status": {"GET": status},
    "/_local/reset": {"POST": reset},
    "/_local/clock": {"GET": show_clock, "POST": move_clock},
    "/_local/market": {"GET": show_market, "POST": seed_market},
}


def respond(
    readiness: Readiness, environ: Environ, start_response: Callable[..., Any]
) -> Iterable[bytes]:
    """Answer a request for one of the routes; each answer carries the proof."""

    def start(status: str, headers: list[tuple[str, str]]) -> Any:
        proof = (proofs.ANSWER_HEADER, environ["localaws.proof"])
        return start_response(status, [*headers, proof])

    methods = ROUTES.get(environ["PATH_INFO"])
    route = (methods or {}).get(environ["REQUEST_METHOD"])
    if methods is None or route is None:
        status = "404 Not Found" if methods is None else "405 Method Not Allowed"
        known = ", ".join(f"{method} {path}" for path, by in ROUTES.items() for method in by)
        refusal = refusals.Refusal(
            status, "NotFound", f"There is no such route; there are {known}."
        )
        return refusals.answer(refusal, environ, start)
    try:
        answer = route(readiness, _arguments(environ))
    except BadArgument as error:
        refusal = refusals.Refusal("400 Bad Request", "ValidationException", str(error))
        return refusals.answer(refusal, environ, start)
    start("200 OK", [("Content-Type", "application/json")])
    if isinstance(answer, Iterator):
        return (json.dumps(line).encode() + b"\n" for line in answer)
    return [json.dumps(answer).encode() + b"\n"]


def _arguments(environ: Environ) -> dict[str, Any]:
    body = environ["wsgi.input"].read()
    try:
        arguments = json.loads(body) if body.strip() else {}
    except (ValueError, RecursionError):
        raise BadArgument("The body is not JSON.") from None
    if not isinstance(arguments, dict):
        raise BadArgument("The body must be a JSON object.")
    return arguments


def _is_length(seconds: Any) -> bool:
    return (
        isinstance(seconds, int | float)
        and not isinstance(seconds, bool)
        and 0 <= seconds <= LONGEST
    )


def _clock() -> dict[str, Any]:
    schedule = sys.modules.get("helpers.localaws.events.schedule")
    agenda = getattr(schedule, "agenda", None)  # none yet while it is being imported
    due = agenda.next_firings() if agenda is not None else {}
    return {
        "now": clock.now().isoformat(),
        "offset": clock.offset,
        "mode": "realtime" if clock.realtime else "jump",
        "next": {arn: _iso(when) for arn, when in sorted(due.items(), key=lambda pair: pair[1])},
    }


def _advance(seconds: float) -> Iterator[dict[str, Any]]:
    """Advance in a thread of its own; what it says on the way comes out here, line by line."""
    said: queue.SimpleQueue[dict[str, Any] | Advanced | Exception] = queue.SimpleQueue()

    def progress(now: float, goal: float, fired: int) -> None:
        said.put({"now": _iso(now), "goal": _iso(goal), "fired": fired})

    def work() -> None:
        try:
            said.put(clock.advance(seconds, progress))
        except Exception as error:
            LOG.exception("the clock could not be advanced")
            said.put(error)

    threading.Thread(target=work, name="advance", daemon=True).start()
    while True:
        line = said.get()
        if isinstance(line, Exception):
            raise line
        if isinstance(line, Advanced):
            ended = _iso(line.ended)
            yield {"started": _iso(line.started), "ended": ended, "now": ended, "fired": line.fired}
            return
        yield line


def _iso(moment: float) -> str:
    return datetime.fromtimestamp(moment, UTC).isoformat()


def _stacks() -> dict[str, str]:
    """Status by name, of the stacks of all regions that are not deleted."""
    from helpers.localaws.cloudformation.backend import cloudformation_backends

    return {
        stack.name: stack.status
        for account, _, backend in list(cloudformation_backends.iter_backends())
        if account == ACCOUNT
        for stack in backend.live()
    }


def _state() -> dict[str, Any]:
    """What became of the state of an earlier process, and whether it can be written now."""
    report = persistence.report()
    return report.as_json() if report is not None else {}


def _memory() -> tuple[int | None, int]:
    """Resident bytes of this process and its children, and how many processes that are."""
    try:
        import psutil
    except ImportError:
        return None, 1
    total, count = 0, 0
    own = psutil.Process()
    for process in (own, *own.children(recursive=True)):
        try:
            total += process.memory_info().rss
            count += 1
        except psutil.Error:  # it has just ended
            continue
    return total, count
