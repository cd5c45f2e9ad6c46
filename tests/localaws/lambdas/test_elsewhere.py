"""Where there is no fork and no /proc: macOS and Windows, as far as Linux can be them.

The endpoint's side runs in a process from which those names have been taken away; the worker's side
runs as it does anywhere.
"""

import subprocess
import sys
import textwrap

import pytest

PROGRAM = """
    import json, os, select, signal, socket, sys

    for module, names in {
        os: ["fork", "setsid"],
        select: ["poll", "epoll"],
        socket: ["send_fds", "recv_fds", "socketpair", "MSG_DONTWAIT"],
    }.items():
        for name in names:
            if hasattr(module, name):
                delattr(module, name)
    import psutil, moto.awslambda.models, moto.iam.models  # they ask which platform this is

    sys.modules["resource"] = None
    sys.platform = "darwin"

    from helpers.localaws import lambdas

    lambdas.install()
    sys.path.insert(0, "FOLDER")
    from conftest import Functions

    functions = Functions()
    arn = functions.make(
        '''
        import os, time

        def handler(event, context):
            print("ran")
            if event.get("die"):
                os._exit(4)
            if event.get("sleep"):
                time.sleep(20)
            if event.get("eat"):
                kept = [b"x" * (1 << 20) for _ in range(2000)]
            return event
        ''',
        Timeout=2,
        MemorySize=128,
    )
    print(functions.value(arn, {"a": 1}))
    print(functions.value(arn, {"a": 2}))
    for what in ("die", "sleep", "eat"):
        print(functions.error(arn, {what: True})["errorMessage"].partition("Error: ")[2])
    print(functions.value(arn, {"a": 3}))
    print(functions.messages(arn).count("ran\\n"))
    lambdas.stop_all()
"""


@pytest.mark.timeout(120)
def test_the_endpoint_needs_nothing_of_linux(tmp_path):
    from pathlib import Path

    program = textwrap.dedent(PROGRAM).replace("FOLDER", str(Path(__file__).parent))
    done = subprocess.run(
        [sys.executable, "-c", program],
        capture_output=True,
        text=True,
        check=False,
        cwd=Path(__file__).parents[3],
    )
    assert done.stdout.splitlines() == [
        "{'a': 1}",
        "{'a': 2}",
        "Runtime exited with error: exit status 4",
        "Task timed out after 2.00 seconds",
        "Runtime exited with error: signal: killed",
        "{'a': 3}",
        "6",
    ], done.stderr
