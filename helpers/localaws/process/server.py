"""The endpoint's own process: listen first, then get moto and this project's parts ready, serve."""

from __future__ import annotations

import contextlib
import gc
import json
import logging
import logging.handlers
import math
import os
import signal
import socket
import sys
import threading
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from helpers.localaws import asleep, lambdas, persistence
from helpers.localaws.account import ACCOUNT, REGION
from helpers.localaws.asleep import leases
from helpers.localaws.front import guard, refusals
from helpers.localaws.front.http import BadRequest, Environ
from helpers.localaws.front.serving import Server
from helpers.localaws.front.sockets import listen
from helpers.localaws.on_moto import api_model
from helpers.localaws.process import allocator, background, control, workspace
from helpers.localaws.process.locks import FileLock
from helpers.localaws.process.ports import listen_somewhere
from helpers.localaws.process.readiness import Readiness
from helpers.localaws.process.workspace import Workspace
from helpers.localaws.turns.clock import clock
from helpers.localaws.turns.gate import gate

if TYPE_CHECKING:
    from helpers.localaws.on_moto.dispatch import Dispatcher

LOG = logging.getLogger(__name__)
FIRST_SERVICES = ("sts", "cloudformation", "s3")
"""What a deploy asks first: made ready before requests are let through."""
MORE_SERVICES = ("lambda", "stepfunctions", "iam", "dynamodb", "events", "logs")
"""What a deploy needs then: made ready while the first requests are answered."""


class Endpoint:
    """The WSGI app: guard, then control routes or moto."""

    def __init__(self, home: Workspace) -> None:
        self.workspace = home
        self.readiness = Readiness(home)
        self.last_asked = self.readiness.started
        self.sleeps = False
        self.up = False
        """Is all there, with what is due? Before, it must not fall asleep."""

    def __call__(self, environ: Environ, start_response: Callable[..., Any]) -> Iterable[bytes]:
        """Answer one request."""
        self.last_asked = time.monotonic()
        try:
            refusal = guard.check(environ, self.workspace)
            if refusal is guard.UNKNOWN_KEY and not self.readiness.is_told:
                self.readiness.wait()  # it may be one that was made here and is not loaded yet
                refusal = guard.check(environ, self.workspace)
            if refusal is not None:
                return refusals.answer(refusal, environ, start_response)
            if environ["PATH_INFO"].startswith("/_local/"):
                return control.respond(self.readiness, environ, start_response)
            moto = self.readiness.wait()
            with gate:
                return moto(environ, start_response)
        except (ConnectionError, TimeoutError, BadRequest):  # while the body was read
            raise
        except Exception as error:
            refusal = self._failed(environ, error)
        return refusals.answer(refusal, environ, start_response)

    def _failed(self, environ: Environ, error: Exception) -> refusals.Refusal:
        """What to say of a request that ended with `error`: the caller's mistake, or ours."""
        refusal = None
        if self.readiness.is_told and not environ["PATH_INFO"].startswith("/_local/"):
            try:
                from helpers.localaws.on_moto import inventions
                from helpers.localaws.on_moto.mends import malformed

                if isinstance(error, NotImplementedError):
                    refusal = inventions.lacking(refusals.service_of(environ), environ)
                refusal = refusal or malformed.refusal(environ, error)
            except Exception:
                LOG.exception("could not look for what is wrong with a request")
        if refusal is not None:
            return refusal
        if isinstance(error, NotImplementedError):
            return refusals.Refusal(
                "501 Not Implemented",
                "NotImplemented",
                f"The local endpoint does not have this operation: {error}",
            )
        LOG.error(
            "%s %s failed", environ["REQUEST_METHOD"], environ["RAW_URI"][:200], exc_info=error
        )
        return refusals.Refusal(
            "500 Internal Server Error",
            "InternalFailure",
            f"The local endpoint failed at this request; {self.workspace.log_file} says where.",
            (("s3", "InternalError"),),
        )

    def get_ready(self) -> None:
        """Import moto, put this project's parts in, and let requests through."""
        began = time.monotonic()
        try:
            app = _moto_app()
            from helpers.localaws.process import reset

            persistence.load(clean=reset.everything)
        except BaseException:
            LOG.exception("the endpoint could not get ready")
            self.readiness.tell(None)
            return
        LOG.info("ready %.2f s after the port answered", time.monotonic() - began)
        self.readiness.tell(app)
        gc.freeze()  # what is here by now stays: the collector need not look through it any more
        gc.enable()
        persistence.take_up()
        self._warm_up(app)
        self.up = True

    def _warm_up(self, app: Dispatcher) -> None:
        """Import what will be asked for next; a request that comes earlier imports it by itself."""
        from helpers.localaws import cloudformation, stepfunctions

        try:
            for service in MORE_SERVICES:
                app.prepare(service)
            cloudformation.warm_up()
            stepfunctions.warm_up()
        except Exception:
            LOG.exception("could not warm up")
        gc.freeze()


def _moto_app() -> Dispatcher:
    # Jupyter brings them, jsonschema imports them, and nothing here asks for what they check.
    for name in ("arrow", "isoduration", "rfc3987_syntax", "uri_template", "webcolors"):
        sys.modules.setdefault(name, None)  # type: ignore[arg-type]
    api_model.import_boto3()
    from helpers.localaws import cloudformation, metrics, stepfunctions
    from helpers.localaws.events import of_s3, schedule
    from helpers.localaws.iam import access
    from helpers.localaws.log_filters import hook as log_filters
    from helpers.localaws.logs_insights import hook as logs_insights
    from helpers.localaws.on_moto import core, dispatch, mends

    cloudformation.install()
    core.install()
    access.install()
    dispatch.install()
    mends.install()
    log_filters.install()
    logs_insights.install()
    metrics.install()
    schedule.install()
    of_s3.install()
    lambdas.install()
    stepfunctions.install()
    app = dispatch.Dispatcher()
    for service in FIRST_SERVICES:
        app.prepare(service)
    return app


def _settle_environment(home: Workspace) -> None:
    """Nothing in this process may read the learner's AWS settings or call out."""
    for name in [n for n in os.environ if n.startswith(("AWS_", "MOTO_"))]:
        del os.environ[name]
    os.environ |= {
        "AWS_ACCESS_KEY_ID": home.access_key,
        "AWS_SECRET_ACCESS_KEY": home.secret_key,
        "AWS_DEFAULT_REGION": REGION,
        "AWS_CONFIG_FILE": str(home.config_file),
        "AWS_SHARED_CREDENTIALS_FILE": str(home.credentials_file),
        "AWS_EC2_METADATA_DISABLED": "true",
        "MOTO_ACCOUNT_ID": ACCOUNT,
        "MOTO_DISABLE_GLOBAL_CORS": "true",
        "MOTO_IAM_LOAD_MANAGED_POLICIES": "true",
    }


def _wake_calmly() -> None:
    """Do not let a thread that was woken take the processor from the one that woke it.

    Linux does so by default. The one that was woken then mostly finds that the other still has
    Python's lock or the floor, and lets it go on: two switches for nothing.
    """
    if sys.platform == "linux":
        with contextlib.suppress(OSError):  # where a sandbox forbids it
            os.sched_setscheduler(0, os.SCHED_BATCH, os.sched_param(0))


def _log_to(home: Workspace) -> None:
    handler = logging.handlers.RotatingFileHandler(
        workspace.unlinked(home.log_file), maxBytes=2_000_000, backupCount=2, encoding="utf-8"
    )
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s %(message)s"))
    logging.basicConfig(level=logging.INFO, handlers=[handler])
    for noisy in ("werkzeug", "botocore", "boto3", "moto"):
        logging.getLogger(noisy).setLevel(logging.WARNING)


LOOK = 5.0
"""Seconds between two looks at whether the Jupyter server is still there."""
REST = 2.0
"""Seconds without a request after which memory is given back: six of 110 MB after notebook 08."""
TIMES_UP = 60.0
"""Seconds before something is due: then it is not worth while to fall asleep. Less for one that
falls asleep within a few seconds."""


def _tire(endpoint: Endpoint, server: Server, idle: float | None, doze: float | None) -> None:
    """Stop the server once nobody has asked it anything for so long, and nothing is under way.

    So it does when the Jupyter server that it worked for has ended. `endpoint.sleeps` is set where
    it is to fall asleep, and not to end.
    """
    rested = 0.0
    while True:
        alone = time.monotonic() - endpoint.last_asked
        if clock.at_work:  # a function, an execution, an advance that somebody waits for
            endpoint.last_asked = time.monotonic()
        elif idle is not None and alone >= idle:
            LOG.info("nobody has asked anything for %g s", idle)
            return server.stop()
        elif doze is not None and alone >= doze and endpoint.up and _can_sleep(doze):
            LOG.info("nobody has asked anything for %g s: good night", doze)
            endpoint.sleeps = True
            return server.stop()
        if leases.lost(str(endpoint.workspace.leases)):
            LOG.info("the Jupyter server has ended")
            endpoint.sleeps = True  # asleep, it looks once more: there may be a new server by now
            return server.stop()
        if alone >= REST and endpoint.last_asked != rested and not clock.at_work:
            rested = endpoint.last_asked
            allocator.give_back()
        left = [limit - alone for limit in (idle, doze) if limit is not None and limit > alone]
        time.sleep(min([LOOK, *left]))


def _can_sleep(doze: float) -> bool:
    """Does nothing wait for this process, and is nothing due soon?"""
    due = clock.waits_until()
    return _FALLS_ASLEEP and due is not None and due - clock.time() > min(TIMES_UP, 8 * doze)


_FALLS_ASLEEP = os.name != "nt"
"""There a process cannot become another program's."""


def _fall_asleep(
    alive: FileLock,
    home: Workspace,
    sockets: list[socket.socket],
    idle: float | None,
    doze: float | None,
) -> None:
    """Become the bare Python of `asleep.doze`, which becomes the endpoint again."""
    since = time.time_ns()  # what was asked before has been answered
    home.note_running(sockets[0].getsockname()[1], since, asleep=True)
    handed = {"lock": alive.hand_on(), "since": since, "sockets": []}
    for one in sockets:
        one.set_inheritable(True)
        handed["sockets"].append(one.fileno())
    again = [sys.executable, "-m", "helpers.localaws", "serve", "--woken", json.dumps(handed)]
    for name, seconds in (("--idle", idle), ("--doze", doze)):
        again += [name, str(seconds)] if seconds is not None else []
    due = clock.waits_until() or math.inf
    wake = 0.0 if due == math.inf else time.time() + due - clock.time()
    listeners = ",".join(map(str, handed["sockets"]))
    bare = [sys.executable, "-E", "-s", "-S", "-X", "utf8"]
    program = str(Path(asleep.__file__).with_name("doze.py"))
    os.execv(sys.executable, [*bare, program, listeners, str(home.leases), str(wake), *again])


def main(
    port: int,
    or_any: bool,
    idle: float | None = None,
    doze: float | None = None,
    woken: dict[str, Any] | None = None,
) -> int:
    """Run the endpoint until it is told to stop; prints one JSON line when it listens.

    port: the port to listen on, 0 for any. or_any: take a free one where that is taken. idle: stop
    by itself when no request has come for so many seconds. doze: then fall asleep. woken: what it
    handed on when it fell asleep: `lock` and `sockets`, by their numbers, and `since` when.
    """
    _wake_calmly()
    gc.disable()  # until all is imported: it would look through a million objects time and again
    home = Workspace.find()
    alive = home.alive
    moved = False
    if woken is not None:
        alive.adopt(woken["lock"])
        listeners = [socket.socket(fileno=number) for number in woken["sockets"]]
        for one in listeners:
            one.set_inheritable(False)
    else:
        if not alive.acquire(timeout=5):
            return _cannot("an endpoint of this folder runs already")
        alive.sign()
        home.running_file.unlink(missing_ok=True)  # of one that was killed
        home.asked_file.unlink(missing_ok=True)
        try:
            listeners = listen(port) if port else listen_somewhere()
        except (OSError, OverflowError) as error:
            if not or_any:
                return _cannot(background.port_taken(port, error))
            listeners, moved = listen_somewhere(), home.has_port
    try:
        notice = persistence.open_book(home.folder("state"))
    except (persistence.NoRoom, workspace.WorkspaceError) as error:
        return _cannot(str(error))
    _log_to(home)
    if notice is not None:
        logging.getLogger(__name__).warning(notice)
    _settle_environment(home)
    workspace.use(home)
    url = f"http://127.0.0.1:{listeners[0].getsockname()[1]}"
    home.note_running(listeners[0].getsockname()[1], woken and woken["since"])
    endpoint = Endpoint(home)
    server = Server(listeners, endpoint)
    told_to_end = threading.Event()

    def end(*_: object) -> None:
        told_to_end.set()
        server.stop()

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, end)
    threading.Thread(target=endpoint.get_ready, name="get ready", daemon=True).start()
    threading.Thread(
        target=_tire, args=(endpoint, server, idle, doze), name="idle", daemon=True
    ).start()
    kept = [one.dup() for one in listeners] if _FALLS_ASLEEP else []
    notices = filter(None, (notice, _moved(port, url) if moved else None))
    print(json.dumps({"url": url, "notice": "\n".join(notices)}), flush=True)
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    LOG.info("listening on %s", url)
    server.serve()
    left = server.drain(5)
    sleeps = endpoint.sleeps and kept and not told_to_end.is_set()
    if sleeps:
        lambdas.stop_all()
    persistence.close()
    if sleeps:
        logging.shutdown()
        _fall_asleep(alive, home, kept, idle, doze)
    LOG.info("stopped; %s requests were cut off", left)
    logging.shutdown()
    home.running_file.unlink(missing_ok=True)
    alive.release()
    os._exit(0)  # threads of executions may wait for days of simulated time: do not join them


def _moved(port: int, url: str) -> str:
    return (
        f"Port {port}, which this endpoint had last, is another program's now: it is at {url}. "
        "A terminal or notebook from before still leads to the old one. "
        'Type in it: eval "$(python -m helpers.localaws env)", or run course.begin again.'
    )


def _cannot(reason: str) -> int:
    print(json.dumps({"error": reason}), flush=True)
    return 1
