"""A process that has everything imported and forks a worker on request, in milliseconds.

It serves one connection, its standard input, in frames of one byte: `F` with two file descriptors
(the worker's channel and its output) forks and answers with the process id; `W` and a process id
answers with how that worker ended (as `os.waitpid` says it). When the connection closes, because
the endpoint stopped or was killed, the workers and then the zygote end.
"""

from __future__ import annotations

import gc
import os
import signal
import socket
import sys

from _localaws import worker
from _localaws.channel import NUMBER, Channel


def main(packages: str) -> None:
    """Serve until the endpoint closes the connection."""
    control = socket.socket(fileno=os.dup(0))
    nothing = os.open(os.devnull, os.O_RDWR)
    os.dup2(nothing, 0)
    worker.offer_packages(packages)
    _import_the_usual()
    gc.collect()
    gc.disable()
    gc.freeze()  # so that the collector does not touch, and thereby copy, the shared pages
    children: set[int] = set()
    while True:
        message, descriptors, _, _ = socket.recv_fds(control, 1 + NUMBER.size, 2)
        if not message:
            break
        if message[:1] == b"F":
            pid = os.fork()
            if not pid:
                control.close()
                _worker(*descriptors)
            for descriptor in descriptors:
                os.close(descriptor)
            children.add(pid)
            control.sendall(NUMBER.pack(pid))
        else:
            (pid,) = NUMBER.unpack(message[1:])
            try:
                status = os.waitpid(pid, 0)[1]
            except ChildProcessError:
                status = signal.SIGKILL
            children.discard(pid)
            control.sendall(NUMBER.pack(status))
    for pid in children:
        try:
            os.killpg(pid, signal.SIGKILL)
        except OSError:
            continue


def _import_the_usual() -> None:
    """What awslambdaric and most functions import; one copy then serves all workers."""
    import base64
    import datetime
    import decimal
    import hashlib
    import json
    import logging
    import random
    import re
    import resource
    import traceback
    import urllib.parse
    import uuid

    import awslambdaric.bootstrap
    import awslambdaric.lambda_runtime_client
    import simplejson
    import snapshot_restore_py

    sys.modules["dateutil.parser"] = None  # time_machine does without, and without its 2 MB
    try:
        import time_machine
    except ImportError:
        time_machine = None
    del sys.modules["dateutil.parser"]
    used = (base64, datetime, decimal, hashlib, json, logging, random, re, resource, traceback)
    used += (urllib.parse, uuid, awslambdaric, simplejson, snapshot_restore_py, time_machine)
    assert used


def _worker(channel: int, output: int) -> None:
    """The child's whole life after the fork; it never returns."""
    code = 1
    try:
        os.setsid()
        os.dup2(output, 1)
        os.dup2(output, 2)
        os.close(output)
        gc.enable()
        worker.forked = True
        worker.run(Channel(channel, channel))
    except SystemExit as stop:
        code = stop.code if isinstance(stop.code, int) else int(stop.code is not None)
        if isinstance(stop.code, str):
            os.write(2, stop.code.encode() + b"\n")
    except BaseException as error:
        import traceback

        os.write(2, traceback.format_exc().encode())
        if isinstance(error, KeyboardInterrupt):  # as Python ends on it
            signal.signal(signal.SIGINT, signal.SIG_DFL)
            os.kill(os.getpid(), signal.SIGINT)
    finally:
        os._exit(code & 0xFF)
