"""Where checks run: a local endpoint of their own, empty before each check and after it.

So a check may move the clock and deploy what it likes: the learner's stack, clock and account are
not touched, on an AWS account as little as locally.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

from helpers import homes, locks, stages, target
from helpers.exercises.outcome import CannotCheck

IDLE = "15m"
"""The endpoint ends by itself when nothing was checked for so long."""


class Place:
    """The endpoint for one check. settings: the environment that makes commands talk to it."""

    def __init__(self, settings: dict[str, str | None], scratch: Path) -> None:
        self.settings, self.scratch = settings, scratch
        self.stands = False
        """Is here what an earlier check of the same files made?"""
        self.stays = False
        """May what is here stand until the next check of the same files?"""
        self._clients: dict[str, Any] = {}

    @property
    def url(self) -> str:
        """Where it answers."""
        return str(self.settings["AWS_ENDPOINT_URL"])

    def client(self, service: str) -> Any:
        """A boto3 client for `service`."""
        if service not in self._clients:
            self._clients[service] = _session(self._keys()).client(
                service, endpoint_url=self.url, config=_direct()
            )
        return self._clients[service]

    def environment(self) -> dict[str, str]:
        """The environment of a command that talks to it: nothing of the learner's AWS settings."""
        kept = {key: value for key, value in os.environ.items() if key not in self.settings}
        ours = {key: value for key, value in self.settings.items() if value is not None}
        home = self.scratch / "home"
        home.mkdir(exist_ok=True)
        return kept | ours | {"HOME": str(home), "PYTHONDONTWRITEBYTECODE": "1"}

    def control(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        """Ask one of the endpoint's own routes. Raises CourseError if it does not answer."""
        return target.control(path, body, self.environment())

    def _keys(self) -> tuple[str, str, str]:
        names = ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_DEFAULT_REGION")
        return tuple(str(self.settings[name]) for name in names)  # type: ignore[return-value]


@contextmanager
def open_place(scratch: Path, key: str = "") -> Iterator[Place]:
    """The checks' endpoint, started if need be, for this check alone.

    It is empty, unless a check with the same `key` was the last one, and let stay what it made.

    Raises CannotCheck if it does not start.
    """
    folder = home()
    with locks.held(folder.with_name("checks.lock")):
        note = folder / "stands"
        stands = bool(key) and note.exists() and note.read_text(encoding="utf-8") == key
        note.unlink(missing_ok=True)
        settings = _settings(str(folder))
        here = Place(settings, scratch)
        try:
            _prepare(here, stands)
        except target.CourseError:  # it has ended meanwhile
            _settings.cache_clear()
            here = Place(_settings(str(folder)), scratch)
            _prepare(here, stands)
        here.stands = stands
        try:
            yield here
        except BaseException:
            here.stays = False
            raise
        finally:
            if key and here.stays:
                here.control("/_local/clock", {"mode": "jump"})
                note.write_text(key, encoding="utf-8")
            else:
                _prepare(here)


def _prepare(here: Place, stands: bool = False) -> None:
    """Nothing of the check before is left unless it `stands`, nor how it had the clock run."""
    if not stands:
        here.control("/_local/reset", {})
    here.control("/_local/clock", {"mode": "jump"})


def home() -> Path:
    """The folder of the checks' endpoint, for nobody else's eyes; made if it is missing."""
    folder = homes.checks()
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    return folder


@cache
def _settings(home: str) -> dict[str, str | None]:
    """Start the endpoint in `home`; the environment that leads to it."""
    environment = os.environ | {"LOCALAWS_HOME": home}
    for arguments in (("start", "--port", "0", "--idle", IDLE), ("env", "--json")):
        done = subprocess.run(
            [sys.executable, "-m", "helpers.localaws", *arguments],
            env=environment,
            cwd=stages.ROOT,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            raise CannotCheck(
                "The endpoint that checks run on does not start.",
                done.stderr.strip() or done.stdout.strip(),
                "In a terminal, `make setup` mends the course; your files are as you left them.",
            )
    return json.loads(done.stdout)


@cache
def _direct() -> Any:
    """No proxy, and no `sync-` before the host: neither reaches this machine's loopback."""
    from botocore.config import Config

    return Config(proxies={}, inject_host_prefix=False)


@cache
def _session(keys: tuple[str, str, str]) -> Any:
    """One session for all checks of a process: it reads the models of the services once.

    It looks at no profile and no configuration file of the learner's.
    """
    import boto3
    from botocore.session import Session

    unread = {"profile": (None, None, None, None), "config_file": (None, None, os.devnull, None)}
    return boto3.Session(
        aws_access_key_id=keys[0],
        aws_secret_access_key=keys[1],
        region_name=keys[2],
        botocore_session=Session(session_vars=unread),
    )


def stop(home: Path) -> None:
    """Stop the checks' endpoint that lives in `home`, if it runs."""
    subprocess.run(
        [sys.executable, "-m", "helpers.localaws", "stop"],
        env=os.environ | {"LOCALAWS_HOME": str(home)},
        cwd=stages.ROOT,
        stdout=subprocess.DEVNULL,
        check=False,
    )
