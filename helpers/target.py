"""Local endpoint or AWS account: which one is meant, and an environment that reaches only it.

`COURSE_TARGET` says which: `local` (the default) or `aws`. Nothing else in the course asks.
"""

from __future__ import annotations

import hmac
import http.client
import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from pathlib import Path
from secrets import token_hex
from typing import Any
from urllib.parse import urlsplit

import boto3
from botocore.exceptions import BotoCoreError, ClientError

from helpers import own_aws
from helpers.errors import CourseError

LOCAL, AWS = "local", "aws"

_replaced: dict[str, str | None] = {}
"""What `activate` replaced in the environment: a switch to `aws` finds the learner's own."""


@dataclass(frozen=True)
class Target:
    """Where the commands go: `name` is `local` or `aws`; `url` is None on a real account.

    With `aws` a url is that of another endpoint that answers as AWS does: what AWS_ENDPOINT_URL
    says. identity: the ARN of whom the keys belong to, locally none.
    """

    name: str
    account: str
    region: str
    url: str | None
    identity: str = ""

    def __str__(self) -> str:
        if self.name == LOCAL:
            return f"the local endpoint at {self.url} (no AWS account is involved)"
        who = f"account {self.account}, {self.region}, as {self.identity.rpartition(':')[2]}"
        if self.url:
            return f"{self.url} ({who}), for AWS_ENDPOINT_URL says so"
        return f"AWS {who} (what runs there is billed)"


def name() -> str:
    """`local` or `aws`, as `COURSE_TARGET` says.

    Raises CourseError for any other value.
    """
    chosen = os.environ.get("COURSE_TARGET", LOCAL).strip().lower() or LOCAL
    if chosen not in (LOCAL, AWS):
        raise CourseError(
            f"COURSE_TARGET is {chosen!r}.",
            "The course runs against the endpoint on this machine or against your AWS account.",
            "Set it to local or to aws, or unset it for local.",
        )
    return chosen


def activate() -> Target:
    """Make this process, and every command that it starts, talk to the target and nothing else.

    Local: starts the endpoint if it is not running, and replaces keys, profile, region and config
    files by the endpoint's own, so that a learner's real keys are never read. AWS: puts back what
    was replaced, and asks AWS who the keys belong to.

    Raises CourseError where the endpoint does not start or the account cannot be reached.
    """
    _put_back()
    if name() == LOCAL:
        _use_local()
        return Target(
            LOCAL, "123456789012", os.environ["AWS_DEFAULT_REGION"], os.environ["AWS_ENDPOINT_URL"]
        )
    return _use_aws()


def client(service: str) -> Any:
    """A boto3 client for `service` on the target; `activate` comes first."""
    return boto3.client(service)  # type: ignore[call-overload]


def let_pass(time: str) -> str:
    """Let `time` pass ("90 minutes", "3h", "30 days"); returns a sentence about the clock.

    Local: the simulated clock moves, what falls due happens, and the call returns when it is done.
    AWS: nothing can hurry a real clock; the sentence says when to come back.

    Raises CourseError if `time` is not a length of time.
    """
    length = duration(time)
    if name() == AWS:
        return f"On a real account {time} take {time}: come back then and run the next cell."
    answer = control("/_local/clock", {"advance": length.total_seconds()})
    started, ended = (datetime.fromisoformat(answer[key]) for key in ("started", "now"))
    year = "" if started.year == ended.year else " %Y"
    shape = f"%d %b{year} %H:%M"
    return f"The simulated clock went from {started:{shape}} to {ended:{shape}} UTC."


@contextmanager
def real_time() -> Iterator[None]:
    """Within it a wait of an execution takes as long as it says, as it does on AWS.

    Local: the simulated clock, which else jumps over waits, does not jump. AWS: nothing to do.
    """
    if name() == AWS:
        yield
        return
    control("/_local/clock", {"mode": "realtime"})
    try:
        yield
    finally:
        control("/_local/clock", {"mode": "jump"})


def seed_market(seed: int | None) -> None:
    """Make the functions' `random` repeat from `seed` (None: random again); local only.

    On a real account it does nothing: nobody seeds a real market.
    """
    if name() == LOCAL:
        control("/_local/market", {"seed": seed})


def duration(text: str) -> timedelta:
    """A length of time from words such as "3h", "90 minutes" or "30 days".

    Raises CourseError if it is none.
    """
    match = re.fullmatch(r"\s*(\d+(?:\.\d+)?)\s*([a-z]+)\s*", str(text).lower())
    units = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days", "w": "weeks"}
    if match and (unit := units.get(match[2][0])) and unit.startswith(match[2].rstrip("s") or "s"):
        return timedelta(**{unit: float(match[1])})
    raise CourseError(
        f"{text!r} is not a length of time.",
        "It takes a number and a unit: seconds, minutes, hours, days or weeks.",
        'Write it like "90 minutes", "3h" or "30 days".',
    )


# ---- the local endpoint, reached as any other program would reach it


def _localaws(*arguments: str) -> str:
    """What `python -m helpers.localaws …` prints; its own words if it fails."""
    done = subprocess.run(
        [sys.executable, "-m", "helpers.localaws", *arguments],
        capture_output=True,
        text=True,
        cwd=Path(__file__).parents[1],
        check=False,
    )
    if done.returncode:
        raise CourseError(
            "The local AWS endpoint does not start.",
            done.stderr.strip() or done.stdout.strip(),
            f"Try it by hand: {Path(sys.executable).name} -m helpers.localaws start",
        )
    return done.stdout


def start() -> str:
    """Start the local endpoint unless it runs; returns its URL. Raises CourseError if it fails."""
    return _localaws("start").strip()


def _use_local() -> None:
    wanted: dict[str, str | None] = json.loads(_localaws("env", "--json"))  # starts it, too
    _replaced.update({key: os.environ.get(key) for key in wanted})
    _set(wanted)


def _put_back() -> None:
    _set(_replaced)
    _replaced.clear()


def _set(variables: dict[str, str | None]) -> None:
    for key, value in variables.items():
        if value is None:
            os.environ.pop(key, None)
        else:
            os.environ[key] = value
    boto3.DEFAULT_SESSION = None  # it remembers the keys that it was made with


def control(
    path: str, body: dict[str, Any] | None, environment: Mapping[str, str] = os.environ
) -> dict[str, Any]:
    """Ask one of the routes of the endpoint that `environment` leads to; without a body by GET.

    Both sides prove that they know the secret key, and neither says it
    (`helpers/localaws/front/proofs.py`). Raises CourseError if the endpoint does not answer.
    """
    try:
        host = urlsplit(environment["AWS_ENDPOINT_URL"]).netloc
        secret = environment["AWS_SECRET_ACCESS_KEY"].encode()
        method, sent = ("GET", b"") if body is None else ("POST", json.dumps(body).encode())
        told = (str(time.time_ns()), token_hex(16), sha256(sent).hexdigest())
        signed = _mac(secret, "localaws-request", method, host, path, *told)
        connection = http.client.HTTPConnection(host)
        connection.request(method, path, sent, {"X-Localaws-Signature": " ".join((*told, signed))})
        answer = connection.getresponse()
        proof = _mac(secret, "localaws-answer", told[1])
        if answer.headers["X-Localaws-Proof"] != proof:
            raise ConnectionError(f"{host} is not the endpoint of this folder")
        said = json.loads(answer.read().splitlines()[-1])
    except (OSError, http.client.HTTPException, KeyError, IndexError, ValueError) as error:
        why = "its answer broke off" if isinstance(error, http.client.HTTPException) else error
        raise CourseError(
            "The local AWS endpoint does not answer.",
            f"It may have been stopped ({why}).",
            "Run the notebook's first cell again: course.begin starts it.",
        ) from error
    if answer.status != 200:
        raise CourseError(
            "The local AWS endpoint does not do that.",
            str(said.get("message")),
            "Change what you ask for and run the cell again.",
        )
    return said


def _mac(secret: bytes, *lines: str) -> str:
    return hmac.new(secret, "\n".join(lines).encode(), "sha256").hexdigest()


# ---- a real account


def is_root(identity: str) -> bool:
    """Is that ARN an account's root user, who may do everything?"""
    return identity.endswith(":root")


def _use_aws() -> Target:
    url = os.environ.get("AWS_ENDPOINT_URL") or None
    try:
        session = boto3.Session()
        if session.region_name is None:
            raise CourseError(
                "No AWS region is set.",
                "sam and boto3 need to know where the stack is to live.",
                "Set AWS_DEFAULT_REGION, for example to us-east-1, and run this cell again.",
            )
        caller = session.client("sts").get_caller_identity()
    except (BotoCoreError, ClientError) as error:
        raise CourseError(
            "AWS does not know you.",
            str(error) if url is None else f"AWS_ENDPOINT_URL leads to {url}, which says: {error}",
            "Sign in with `aws configure`, or with `aws sso login`, which version 2 of `aws` has. "
            "Or set COURSE_TARGET=local."
            if url is None
            else "Set keys that are valid there, or unset AWS_ENDPOINT_URL to reach AWS itself; "
            "then start JupyterLab again.",
        ) from error
    if url is None and is_root(caller["Arn"]):  # elsewhere it is no account that anyone pays for
        raise CourseError(
            f"These are the keys of account {caller['Account']}'s root user.",
            "Nothing holds that user back: one mistake can delete all that the account has.",
            "Make a user or a role for the course (docs/real-account.md), sign in as that, and run "
            "this cell again.",
        )
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    wanted: dict[str, str | None] = {
        # A version before 2.13 overlooks AWS_ENDPOINT_URL.
        "PATH": own_aws.first(path) if url is None else path,
        "SAM_CLI_TELEMETRY": "0",
        "AWS_PAGER": "",
    }
    if url is not None:  # boto3 would ask host sync-127.0.0.1 for some operations
        wanted["AWS_DISABLE_HOST_PREFIX_INJECTION"] = "true"
    _replaced.update({key: os.environ.get(key) for key in wanted})
    _set(wanted)
    return Target(AWS, caller["Account"], session.region_name, url, caller["Arn"])
