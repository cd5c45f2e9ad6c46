"""The command line, python -m helpers.localaws: start, env, status, stop, reset, clock."""

from __future__ import annotations

import argparse
import json
import shlex
import sys

from helpers.localaws import process
from helpers.localaws.workspace import Workspace, WorkspaceError


def main(arguments: list[str] | None = None) -> int:
    """Carry out one command; returns the exit status."""
    options = _parser().parse_args(arguments)
    try:
        return options.run(options)
    except (process.EndpointError, WorkspaceError) as error:
        print(error, file=sys.stderr)
        return 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser("python -m helpers.localaws", description=__doc__)
    commands = parser.add_subparsers(required=True, metavar="command")

    def command(name: str, run: object, about: str) -> argparse.ArgumentParser:
        made = commands.add_parser(name, help=about, description=about)
        made.set_defaults(run=run)
        return made

    start = command("start", _start, "start the endpoint in the background")
    start.add_argument("--port", type=int, help="the port to listen on; 0 takes any free one")
    env = command("env", _env, "print what makes sam, aws and boto3 talk to the endpoint")
    env.add_argument("--json", action="store_true", help="as JSON; null means unset")
    command("stop", _stop, "stop the endpoint")
    command("status", _status, "say whether it runs")
    serve = commands.add_parser("serve")
    serve.add_argument("--port", type=int, default=0)
    serve.add_argument("--or-any", action="store_true")
    serve.set_defaults(run=_serve)
    return parser


def _start(options: argparse.Namespace) -> int:
    url, _ = process.start(Workspace.find(), options.port)
    print(url)
    return 0


def _env(options: argparse.Namespace) -> int:
    workspace = Workspace.find()
    url, _ = process.start(workspace)
    settings = workspace.environment(url)
    if options.json:
        print(json.dumps(settings, indent=1))
        return 0
    for name, value in settings.items():
        print(f"unset {name}" if value is None else f"export {name}={shlex.quote(value)}")
    return 0


def _stop(_: argparse.Namespace) -> int:
    print("stopped" if process.stop(Workspace.find()) else "it was not running")
    return 0


def _status(_: argparse.Namespace) -> int:
    print(process.call(Workspace.find(), "/_local/status"))
    return 0


def _serve(options: argparse.Namespace) -> int:
    from helpers.localaws import server

    return server.main(options.port, options.or_any)


if __name__ == "__main__":
    sys.exit(main())
