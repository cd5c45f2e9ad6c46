"""The command line, python -m helpers.localaws: start, env, status, stop, reset, clock."""

from __future__ import annotations

import argparse
import json
import os
import re
import shlex
import sys
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from helpers.localaws.iam import ENFORCED
from helpers.localaws.process import background
from helpers.localaws.process.workspace import NOWHERE, Workspace, WorkspaceError

_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400, "w": 7 * 86400}


def main(arguments: list[str] | None = None) -> int:
    """Carry out one command; returns the exit status."""
    options = _parser().parse_args(arguments)
    try:
        return options.run(options)
    except (background.EndpointError, WorkspaceError) as error:
        print(error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m helpers.localaws",
        description="The local AWS endpoint of this course: sam, aws and boto3 take it for AWS.",
    )
    commands = parser.add_subparsers(required=True, metavar="command")

    def command(name: str, run: Callable[[Any], int], about: str) -> argparse.ArgumentParser:
        made = commands.add_parser(name, help=about, description=about)
        made.set_defaults(run=run)
        return made

    start = command("start", _start, "Start the endpoint in the background and print its URL.")
    start.add_argument(
        "--port", type=int, help="the port to listen on; 0 takes any free one (default: 4599)"
    )
    start.add_argument(
        "--idle",
        type=_length,
        metavar="TIME",
        help="stop by itself when no request has come for so long: 15m, 1h",
    )
    start.add_argument(
        "--doze",
        type=_length,
        metavar="TIME",
        help="let go of its memory when no request has come for so long; the next one wakes it",
    )
    start.add_argument(
        "--enforce-iam",
        action="store_true",
        help="users, and sessions of roles, that are made here may do what their policies allow",
    )
    env = command(
        "env",
        _env,
        "Print the settings that make sam, aws and boto3 talk to the endpoint, which is started if "
        'need be: eval "$(python -m helpers.localaws env)"',
    )
    env.add_argument(
        "--no-start", action="store_true", help="start nothing; without an endpoint, lead nowhere"
    )
    form = env.add_mutually_exclusive_group()
    form.add_argument("--json", action="store_true", help="as JSON; null means: unset it")
    form.add_argument("--shell", choices=("sh", "fish", "powershell"), default="sh")
    status = command("status", _status, "Say whether the endpoint runs, and what is in it.")
    status.add_argument("--json", action="store_true", help="as JSON")
    command("stop", _stop, "Stop the endpoint.")
    command("reset", _reset, "Empty the endpoint: everything that was made in it is gone.")
    command(
        "asked",
        _asked,
        "List what users and sessions of roles have asked for since the start with --enforce-iam: "
        "the rights that they need.",
    )
    clock = command(
        "clock", _clock, "Show the simulated clock, or move it; what falls due happens."
    )
    clock.add_argument(
        "--advance", type=_length, metavar="TIME", help="let so much time pass: 90m, 3h, 30d, 2w"
    )
    clock.add_argument(
        "--mode",
        choices=("jump", "realtime"),
        help="jump: waits and retries take no time (the default); realtime: they take theirs",
    )
    serve = commands.add_parser("serve")  # the endpoint's own process; `start` calls it
    serve.add_argument("--port", type=int, default=0)
    serve.add_argument("--or-any", action="store_true")
    serve.add_argument("--idle", type=float)
    serve.add_argument("--doze", type=float)
    serve.add_argument("--woken", type=json.loads)
    serve.set_defaults(run=_serve)
    return parser


def _length(text: str) -> float:
    """Seconds of a length of time such as 90m, 3h, 1d12h, 2w.

    >>> _length("1d12h")
    129600.0
    """
    compact = text.replace(" ", "").lower()
    if not re.fullmatch(r"(\d{1,9}(\.\d+)?[smhdw])+", compact):
        raise argparse.ArgumentTypeError(
            f"{text!r} is not a length of time; write it like 90m, 3h, 30d or 2w"
        )
    parts = re.findall(r"([\d.]+)([smhdw])", compact)
    return float(sum(float(number) * _UNITS[unit] for number, unit in parts))


def _start(options: argparse.Namespace) -> int:
    workspace = Workspace.find()
    if options.enforce_iam:
        if background.find(workspace) is not None:
            raise background.EndpointError(
                "The endpoint of this folder runs already, and whether it holds users to their "
                "policies is told at its start. "
                "Type: python -m helpers.localaws stop, then start --enforce-iam"
            )
        os.environ[ENFORCED] = "1"
    url, _ = background.start(workspace, options.port, options.idle, options.doze)
    print(url)
    return 0


def _env(options: argparse.Namespace) -> int:
    workspace = Workspace.find()
    if options.no_start:
        url = (background.find(workspace) or {"url": NOWHERE})["url"]
    else:
        url, _ = background.start(workspace)
    settings = workspace.environment(url)
    if options.json:
        print(json.dumps(settings, indent=1))
        return 0
    for name, value in settings.items():
        print(_SHELLS[options.shell](name, value))
    return 0


def _sh(name: str, value: str | None) -> str:
    return f"unset {name}" if value is None else f"export {name}={shlex.quote(value)}"


def _fish(name: str, value: str | None) -> str:
    if value is None:
        return f"set -e {name}"
    escaped = value.replace("\\", "\\\\").replace("'", "\\'")
    return f"set -gx {name} '{escaped}'"


def _powershell(name: str, value: str | None) -> str:
    if not value:  # PowerShell cannot set a variable to nothing
        return f"Remove-Item Env:{name} -ErrorAction SilentlyContinue"
    escaped = value.replace("'", "''")
    return f"$Env:{name} = '{escaped}'"


_SHELLS = {"sh": _sh, "fish": _fish, "powershell": _powershell}


def _status(options: argparse.Namespace) -> int:
    workspace = Workspace.find()
    if background.find(workspace) is None:
        print(json.dumps({"running": False}) if options.json else background.NOT_RUNNING)
        return 1
    status = background.call(workspace, "/_local/status")
    if options.json:
        print(json.dumps({"running": True} | status, indent=1))
        return 0
    print(f"The local AWS endpoint runs at {status['url']}")
    print(f"  since    {_span(status['uptime'])} (process {status['pid']})")
    print(f"  clock    {_clock_words(status)}")
    for arn, due in list(status["next"].items())[:3]:
        print(f"  next     {arn.rpartition('/')[2]} at {_moment(due)}")
    stacks = ", ".join(f"{name} ({state})" for name, state in status["stacks"].items())
    print(f"  stacks   {stacks or 'none'}")
    if status["memory"]:
        print(f"  memory   {status['memory'] / 1e6:.0f} MB, processes: {status['processes']}")
    print(f"  folder   {status['home']}")
    for said in (status["state"].get(name) for name in ("notice", "ended", "trouble")):
        if said:
            print(f"  state    {said}")
    return 0


def _stop(_: argparse.Namespace) -> int:
    print("stopped" if background.stop(Workspace.find()) else "it was not running")
    return 0


def _reset(_: argparse.Namespace) -> int:
    workspace = _running()
    background.call(workspace, "/_local/reset", {})
    print("The endpoint is empty; its clock is back at the time of day.")
    return 0


def _asked(_: argparse.Namespace) -> int:
    from helpers.localaws.iam import record

    lines = sorted(
        (one["action"], one["resource"] or "(any)", "" if one["allowed"] else "denied")
        for one in record.read(Workspace.find().asked_file)
    )
    for line in dict.fromkeys(lines):
        print(*filter(None, line))
    return 0


def _clock(options: argparse.Namespace) -> int:
    workspace = _running()
    if options.mode is not None:
        background.call(workspace, "/_local/clock", {"mode": options.mode})
    if options.advance is None:
        print(_clock_words(background.call(workspace, "/_local/clock")))
        return 0
    began, line, shown = time.monotonic(), {}, False
    for line in background.lines(workspace, "/_local/clock", {"advance": options.advance}, None):
        if "goal" in line and sys.stderr.isatty():
            print(f"\r{_moment(line['now'])}, {line['fired']} fired", end="\x1b[K", file=sys.stderr)
            shown = True
    if shown:
        print("\r\x1b[K", end="", file=sys.stderr)
    count = line["fired"]
    print(
        f"{_moment(line['started'])} -> {_moment(line['ended'])}: {count} firing"
        f"{'s' * (count != 1)}, in {time.monotonic() - began:.1f} s of real time"
    )
    return 0


def _serve(options: argparse.Namespace) -> int:
    from helpers.localaws.process import server

    return server.main(options.port, options.or_any, options.idle, options.doze, options.woken)


def _running() -> Workspace:
    """The workspace, if its endpoint runs. Raises EndpointError if not."""
    workspace = Workspace.find()
    if background.find(workspace) is None:
        raise background.EndpointError(background.NOT_RUNNING)
    return workspace


def _clock_words(status: dict[str, Any]) -> str:
    ahead = f", {_span(status['offset'])} ahead" if status["offset"] >= 1 else ""
    return f"{_moment(status['now'])}{ahead}, mode {status['mode']}"


def _moment(iso: str) -> str:
    return f"{datetime.fromisoformat(iso):%a %Y-%m-%d %H:%M:%S} UTC"


def _span(seconds: float) -> str:
    """A length of time in words.

    >>> _span(100000)
    '1 day, 3:46:40'
    """
    return str(timedelta(seconds=round(seconds)))


if __name__ == "__main__":
    sys.exit(main())
