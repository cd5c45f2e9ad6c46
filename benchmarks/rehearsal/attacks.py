"""What one learner tries on another: runs in the attacker's own kernel, with the attacker's rights.

Imports nothing of the course. `try_all` returns for each attack what it got, or "" if nothing.
"""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from contextlib import suppress
from pathlib import Path
from typing import Any


def try_all(victim: dict[str, Any]) -> dict[str, str]:
    """victim: name, home, port (of the endpoint), pids, server (URL by the hub), ports of all."""
    return {
        "another's port with own keys": _own_keys(victim),
        "another's port with no keys": _no_keys(victim),
        "the course's own routes at another's port": _own_control(victim),
        "/proc of another's processes": _proc(victim),
        "signals to another's processes": _signals(victim),
        "another's LOCALAWS_HOME, read": _read(Path(victim["localaws"])),
        "another's LOCALAWS_HOME, used": _use_home(victim),
        "another's work/, read": _read(Path(victim["work"])),
        "another's work/, written": _write(Path(victim["work"])),
        "another's kernels and console by their sockets": _sockets(),
        "what another left in shared folders": _left_about(victim["uid"]),
        "another's server by the hub with own token": _by_hub(victim),
        "another's server by its own port": _by_port(victim),
    }


def _own_keys(victim: dict[str, Any]) -> str:
    import boto3
    from botocore.config import Config
    from botocore.exceptions import BotoCoreError, ClientError

    got = []
    url = f"http://127.0.0.1:{victim['port']}"
    once = Config(retries={"total_max_attempts": 1}, connect_timeout=5, read_timeout=60)
    for service, call in (
        ("s3", "list_buckets"),
        ("cloudformation", "list_stacks"),
        ("sts", "get_caller_identity"),
        ("lambda", "list_functions"),
    ):
        client = boto3.client(service, endpoint_url=url, config=once)
        try:
            got.append(f"{service}: {getattr(client, call)()}"[:300])
        except ClientError as error:
            code = error.response["ResponseMetadata"]["HTTPStatusCode"]
            if code not in (401, 403):
                got.append(f"{service} answered {code}: {error}")
        except BotoCoreError as error:
            got.append(f"{service} could not be asked, so nothing is shown: {error}")
    return "; ".join(got)


def _no_keys(victim: dict[str, Any]) -> str:
    return "; ".join(
        filter(None, (_answered(victim["port"], path) for path in ("/", "/_local/status", "/b/k")))
    )


def _own_control(victim: dict[str, Any]) -> str:
    from helpers.localaws.front import proofs

    secret, host = os.environ["AWS_SECRET_ACCESS_KEY"], f"127.0.0.1:{victim['port']}"
    header = {proofs.REQUEST_HEADER: proofs.signature(secret, "POST", host, "/_local/reset", b"{}")}
    return _answered(victim["port"], "/_local/reset", header, b"{}")


def _answered(
    port: int, path: str, headers: dict[str, str] | None = None, body: bytes | None = None
) -> str:
    """What is answered, unless it is a refusal."""
    request = urllib.request.Request(
        f"http://127.0.0.1:{port}{path}", data=body, headers=headers or {}
    )
    try:
        with urllib.request.urlopen(request, timeout=60) as answer:
            return f"{path} answered {answer.status}: {answer.read(200)!r}"
    except urllib.error.HTTPError as error:
        return "" if error.code in (401, 403) else f"{path} answered {error.code}"
    except OSError as error:
        return f"{path} could not be asked, so nothing is shown: {error}"


def _proc(victim: dict[str, Any]) -> str:
    got = []
    for pid in victim["pids"]:
        for name in ("environ", "mem", "maps", "fd", "cwd", "root"):
            path = Path(f"/proc/{pid}/{name}")
            try:
                if name == "fd":
                    found: Any = [one.name for one in path.iterdir()]
                elif name in ("cwd", "root"):
                    found = str(path.readlink())
                else:
                    with path.open("rb") as file:
                        found = file.read(64)
            except (PermissionError, FileNotFoundError, ProcessLookupError):
                continue
            got.append(f"{path}: {found!r}"[:200])
    return "; ".join(got)


def _signals(victim: dict[str, Any]) -> str:
    got = []
    for pid in victim["pids"]:
        try:
            os.kill(pid, signal.SIGCONT)
        except (PermissionError, ProcessLookupError):
            continue
        got.append(str(pid))
    return ", ".join(got)


def _read(folder: Path) -> str:
    got = []
    with suppress(PermissionError):
        got += [f"the names in {folder}: {[one.name for one in folder.iterdir()][:5]}"]
    for name in ("keys.json", "endpoint.json", "aws/credentials", "progress.jsonl", "demo-sam"):
        try:
            got.append(f"{name}: {(folder / name).read_bytes()[:40]!r}")
        except IsADirectoryError:
            got.append(f"{name} is there")
        except (PermissionError, FileNotFoundError):
            continue
    return "; ".join(got)


def _use_home(victim: dict[str, Any]) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "helpers.localaws", "env", "--json"],
        env=os.environ | {"LOCALAWS_HOME": victim["localaws"]},
        capture_output=True,
        text=True,
    )
    return done.stdout[:300] if done.returncode == 0 else ""


def _write(folder: Path) -> str:
    try:
        (folder / "planted").write_text("x")
    except (PermissionError, FileNotFoundError):
        return ""
    return f"{folder}/planted"


def _sockets() -> str:
    got = []
    kinds = ("/kernel-", "/jupyter-server-proxy-")
    with Path("/proc/net/unix").open() as file:
        names = {line.split()[-1] for line in file if any(kind in line for kind in kinds)}
    others = [name for name in names if not _is_own(name)]
    if not all(any(kind in name for name in others) for kind in kinds):
        return "no socket of another's kernel or console is known, so nothing is shown"
    for name in others:
        try:
            with socket.socket(socket.AF_UNIX) as knock:
                knock.connect(name)
        except OSError:
            continue
        got.append(name)
    return "; ".join(got)


def _is_own(path: str) -> bool:
    """Is that a file of this user's?"""
    try:
        return Path(path).stat().st_uid == os.getuid()
    except OSError:
        return False


def _left_about(uid: int) -> str:
    got = []
    for top in ("/tmp", "/var/tmp", "/dev/shm"):
        for folder, folders, files in os.walk(top):
            # What is mounted there is no shared folder: another system's root, with its /proc.
            folders[:] = [one for one in folders if not os.path.ismount(f"{folder}/{one}")]
            for name in files:
                path = Path(folder, name)
                try:
                    if path.lstat().st_uid == uid and path.is_file() and path.open("rb"):
                        got.append(str(path))
                except OSError:
                    continue
    return "; ".join(got[:10])


def _by_hub(victim: dict[str, Any]) -> str:
    got = []
    token = os.environ.get("JUPYTERHUB_API_TOKEN", "")
    for path in ("api/contents", "api/kernels", "api/terminals", "console/stacks"):
        request = urllib.request.Request(
            f"{victim['server']}/{path}", headers={"Authorization": f"token {token}"}
        )
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:
                if "/login" not in answer.url:
                    got.append(f"{path}: {answer.read(200)!r}")
        except urllib.error.HTTPError as error:
            if error.code not in (401, 403, 404):
                got.append(f"{path} answered {error.code}")
    return "; ".join(got)


def _by_port(victim: dict[str, Any]) -> str:
    got = []
    token = os.environ.get("JUPYTERHUB_API_TOKEN", "")
    for port in victim["ports"]:
        for headers in ({}, {"Authorization": f"token {token}"}):
            path = f"/user/{victim['name']}/api/kernels"
            request = urllib.request.Request(f"http://127.0.0.1:{port}{path}", headers=headers)
            try:
                with urllib.request.urlopen(request, timeout=30) as answer:
                    if "/login" not in answer.url:
                        got.append(f"{port}: {answer.read(200)!r}")
            except urllib.error.HTTPError as error:
                if not 400 <= error.code < 500:
                    got.append(f"{port} answered {error.code}")
            except OSError:  # a kernel's, which speaks no HTTP
                continue
    return "; ".join(got)


SQUAT = """
import http.server, json, threading
heard = []
class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        heard.append(str(self.headers) + repr(body))
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b'{"pid": 1, "url": "x"}')
    do_POST = do_PUT = do_HEAD = do_GET
    def log_message(self, *_): pass
squatter = http.server.ThreadingHTTPServer(("127.0.0.1", PORT), Handler)
threading.Thread(target=squatter.serve_forever, daemon=True).start()
print(json.dumps("listening"))
"""
"""Listens at another's port, once that one's endpoint is gone, and takes what comes for its own."""

HEARD = "import json; squatter.shutdown(); squatter.server_close(); print(json.dumps(heard))"


def code(victim: dict[str, Any]) -> str:
    """What the attacker's kernel is given: this module, and the call."""
    source = Path(__file__).read_text(encoding="utf-8")
    name = "attacks"
    return (
        f"import types, json\n{name} = types.ModuleType({name!r})\n{name}.__file__ = ''\n"
        f"exec(compile({source!r}, {name!r}, 'exec'), {name}.__dict__)\n"
        f"print(json.dumps({name}.try_all({victim!r})))"
    )
