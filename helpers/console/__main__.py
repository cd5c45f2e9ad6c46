"""Serve the console on this machine: prints its link (`python -m helpers.console`)."""

from __future__ import annotations

import argparse
import asyncio
import os
import sys

from tornado.httpserver import HTTPServer
from tornado.netutil import bind_sockets, bind_unix_socket

from helpers import target
from helpers.console.access import Access, ByLink, ByProxy
from helpers.console.application import application
from helpers.console.aws import Aws
from helpers.console.jupyter import KEY
from helpers.console.page import LONGEST_INPUT
from helpers.errors import CourseError


def main(arguments: list[str] | None = None) -> int:
    """Serve until stopped; returns the exit code."""
    options = _options(arguments)
    try:
        aws = Aws(target.activate(), options.read_only)
        asyncio.run(_serve(aws, options))
    except CourseError as error:
        print(error, file=sys.stderr)
        return 1
    except OSError as error:
        print(f"The console cannot serve there: {error.strerror or error}.", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        pass
    return 0


def _options(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser("python -m helpers.console", description=__doc__)
    parser.add_argument("--port", type=int, default=0, help="default: a free one")
    parser.add_argument("--unix-socket", help="a path; for Jupyter's proxy")
    parser.add_argument("--read-only", action="store_true", help="nothing can be changed")
    return parser.parse_args(arguments)


async def _serve(aws: Aws, options: argparse.Namespace) -> None:
    key = os.environ.pop(KEY, "")
    if options.unix_socket:
        sockets = [bind_unix_socket(options.unix_socket, mode=0o600)]
    else:
        sockets = bind_sockets(options.port, "127.0.0.1")
    access: Access = ByProxy(key) if key else ByLink(sockets[0].getsockname()[1])
    server = HTTPServer(application(aws, access), max_body_size=LONGEST_INPUT)
    server.add_sockets(sockets)
    if isinstance(access, ByLink):
        print(f"The console shows {aws.place}.", flush=True)
        print(f"Open it here (the link lets one browser in): {access.link}", flush=True)
        print("Control-C ends it.", flush=True)
    await asyncio.Event().wait()


if __name__ == "__main__":
    sys.exit(main())
