"""Serve the console until it is stopped: at a port for a browser, or at a socket for Jupyter."""

from __future__ import annotations

import argparse
import asyncio
import os
import sys
from contextlib import suppress

from tornado.httpserver import HTTPServer
from tornado.netutil import bind_sockets, bind_unix_socket

from helpers import target
from helpers.console.access import ByLink, ByProxy
from helpers.console.application import application
from helpers.console.aws import Aws
from helpers.console.door import Door
from helpers.console.jupyter import KEY
from helpers.console.page import LONGEST_INPUT
from helpers.errors import CourseError


def serve(options: argparse.Namespace) -> int:
    """Serve until stopped, by the options of the command; returns the exit code."""
    key = os.environ.pop(KEY, "")
    try:
        asyncio.run(_serve_jupyter(options, key) if key else _serve(options))
    except CourseError as error:
        print(error, file=sys.stderr)
        return 1
    except OSError as error:
        print(f"The console cannot serve there: {error.strerror or error}.", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        pass
    return 0


async def _serve(options: argparse.Namespace) -> None:
    aws = Aws(target.activate(), options.read_only)
    sockets = bind_sockets(options.port, "127.0.0.1")
    access = ByLink(sockets[0].getsockname()[1])
    HTTPServer(application(aws, access), max_body_size=LONGEST_INPUT).add_sockets(sockets)
    print(f"The console shows {aws.place}.", flush=True)
    print(f"Open it here (the link lets one browser in): {access.link}", flush=True)
    print("Control-C ends it.", flush=True)
    await asyncio.Event().wait()


async def _serve_jupyter(options: argparse.Namespace, key: str) -> None:
    access = ByProxy(key)
    door = Door(access, lambda: application(Aws(target.activate(), options.read_only), access))
    if options.unix_socket:
        sockets = [bind_unix_socket(options.unix_socket, mode=0o600)]
    else:
        sockets = bind_sockets(options.port, "127.0.0.1")
    with suppress(CourseError):  # whoever opens a page is told
        door.open()
    HTTPServer(door, max_body_size=LONGEST_INPUT).add_sockets(sockets)
    await asyncio.Event().wait()
