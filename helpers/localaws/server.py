"""The endpoint's own process: listen first, then get moto and this project's parts ready, serve."""

from __future__ import annotations

import importlib
import json
import logging
import logging.handlers
import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterable
from typing import Any

from helpers.localaws import control, errors, guard, process, workspace
from helpers.localaws.http import Environ, Server, listen
from helpers.localaws.workspace import ACCOUNT, REGION, Workspace

LOG = logging.getLogger(__name__)
READY_SECONDS = 120.0
PARTS = ("cloudformation", "lambdas", "stepfunctions")
FIRST_SERVICES = ("sts", "s3", "iam", "cloudformation")
"""What a deploy asks first: made ready before anybody asks."""


class Endpoint:
    """The WSGI app: guard, then control routes or moto."""

    def __init__(self, home: Workspace) -> None:
        self.workspace = home
        self.started = time.monotonic()
        self.ready = threading.Event()
        self._moto: Callable[..., Iterable[bytes]] | None = None

    def __call__(self, environ: Environ, start_response: Callable[..., Any]) -> Iterable[bytes]:
        """Answer one request."""
        refusal = guard.check(environ, self.workspace)
        if refusal is not None:
            return errors.answer(refusal, environ, start_response)
        if environ["PATH_INFO"].startswith("/_local/"):
            return control.respond(self, environ, start_response)
        if not self.ready.wait(READY_SECONDS) or self._moto is None:
            broken = errors.Refusal(
                "503 Service Unavailable",
                "ServiceUnavailable",
                f"The local endpoint could not get ready; {self.workspace.log_file} says why.",
            )
            return errors.answer(broken, environ, start_response)
        return self._moto(environ, start_response)

    def get_ready(self) -> None:
        """Import moto, put this project's parts in, and let requests through."""
        began = time.monotonic()
        try:
            self._moto = _moto_app()
        except BaseException:
            LOG.exception("the endpoint could not get ready")
        else:
            LOG.info("ready %.2f s after the port answered", time.monotonic() - began)
        self.ready.set()


def _moto_app() -> Callable[..., Iterable[bytes]]:
    # jsonschema asks for it, Jupyter brings it, and it takes three seconds: do without.
    sys.modules.setdefault("rfc3987_syntax", None)  # type: ignore[arg-type]
    from helpers.localaws import dispatch

    for part in PARTS:
        try:
            package = importlib.import_module(f"helpers.localaws.{part}")
            install = package.install
        except (ModuleNotFoundError, AttributeError) as error:
            LOG.warning("without %s: %s", part, error)
            continue
        install()
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


def _log_to(home: Workspace) -> None:
    handler = logging.handlers.RotatingFileHandler(
        home.log_file, maxBytes=2_000_000, backupCount=2, encoding="utf-8"
    )
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s %(message)s"))
    logging.basicConfig(level=logging.INFO, handlers=[handler])
    for noisy in ("werkzeug", "botocore", "boto3", "moto"):
        logging.getLogger(noisy).setLevel(logging.WARNING)


def main(port: int, or_any: bool) -> int:
    """Run the endpoint until it is told to stop; prints one JSON line when it listens.

    port: the port to listen on, 0 for any. or_any: take a free one where that is taken.
    """
    home = Workspace.find()
    alive = home.alive
    if not alive.acquire(timeout=5):
        return _cannot("an endpoint of this folder runs already")
    try:
        listeners = listen(port)
    except (OSError, OverflowError) as error:
        if not or_any:
            return _cannot(process.port_taken(port, error))
        listeners = listen(0)
    _log_to(home)
    _settle_environment(home)
    workspace.use(home)
    url = f"http://127.0.0.1:{listeners[0].getsockname()[1]}"
    note = {"pid": os.getpid(), "port": listeners[0].getsockname()[1], "url": url}
    workspace.write_private(home.running_file, json.dumps(note | {"started": time.time()}))
    endpoint = Endpoint(home)
    server = Server(listeners, endpoint)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: server.stop())
    threading.Thread(target=endpoint.get_ready, name="get ready", daemon=True).start()
    print(json.dumps({"url": url}), flush=True)
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    LOG.info("listening on %s", url)
    server.serve()
    left = server.drain(5)
    LOG.info("stopped; %s requests were cut off", left)
    logging.shutdown()
    alive.release()
    os._exit(0)  # threads of executions may wait for days of simulated time: do not join them


def _cannot(reason: str) -> int:
    print(json.dumps({"error": reason}), flush=True)
    return 1
