"""Where one learner's endpoint keeps its things: its keys, its AWS settings, its log, its state."""

from __future__ import annotations

import json
import os
import secrets
import stat
import sys
import time
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from helpers import homes
from helpers.localaws.account import REGION
from helpers.localaws.front.proofs import Judge
from helpers.localaws.process.locks import FileLock

DEFAULT_PORT = 4599
NOWHERE = "http://127.0.0.1:9"
"""Nobody answers there, and only the system's administrator could."""

_KEY_ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
_SECRET_ALPHABET = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"


_CONFIG = f"[default]\nregion = {REGION}\noutput = json\ncli_pager =\n"
_PLUGIN = "[plugins]\nlocal_endpoint = helpers.localaws.aws_plugin\n"
_YEAR_2100 = 4102444800.0  # sam takes a float only


class WorkspaceError(Exception):
    """The home folder cannot be used; the message says why and what to do."""


@dataclass(frozen=True)
class Workspace:
    """One home folder, and an endpoint's whole state in it.

    home: where `homes.endpoint` says.
    """

    home: Path

    @classmethod
    def find(cls) -> Workspace:
        """The workspace that this process belongs to; its folder is made if it is missing.

        Raises WorkspaceError when the folder cannot be made or belongs to somebody else.
        """
        workspace = cls(homes.endpoint())
        workspace._prepare()
        return workspace

    # -- who may call

    @property
    def access_key(self) -> str:
        """The access key id of this workspace: random, and the same as long as the folder lives."""
        return self._keys["access_key"]

    @property
    def secret_key(self) -> str:
        """The secret access key that belongs to `access_key`."""
        return self._keys["secret_key"]

    @cached_property
    def judge(self) -> Judge:
        """Tells who may call the control routes."""
        return Judge(self.secret_key)

    # -- where things are

    @property
    def config_file(self) -> Path:
        """The AWS config file of local mode."""
        return self.home / "aws" / "config"

    @property
    def credentials_file(self) -> Path:
        """The AWS credentials file of local mode."""
        return self.home / "aws" / "credentials"

    @property
    def sam_folder(self) -> Path:
        """What the `sam` command keeps for itself in local mode."""
        return self.home / "sam"

    @property
    def asked_file(self) -> Path:
        """What users and sessions of roles have asked for, since the last start."""
        return self.home / "asked.jsonl"

    @property
    def log_file(self) -> Path:
        """What the endpoint has to say; it is rotated."""
        return self.home / "endpoint.log"

    @property
    def stderr_file(self) -> Path:
        """What the endpoint's process last wrote to stderr: empty, unless it broke."""
        return self.home / "endpoint.err"

    @property
    def running_file(self) -> Path:
        """JSON about the running endpoint: pid, port, url, started (POSIX seconds), asleep."""
        return self.home / "endpoint.json"

    @property
    def leases(self) -> Path:
        """The Jupyter servers that the endpoint works for (`asleep.leases`)."""
        return self.home / "servers"

    @property
    def alive(self) -> FileLock:
        """Held by the endpoint's process as long as it lives."""
        return FileLock(self.home / "alive.lock")

    @property
    def starting(self) -> FileLock:
        """Held by whoever starts or stops the endpoint."""
        return FileLock(self.home / "starting.lock")

    def folder(self, name: str) -> Path:
        """A folder of this workspace for nobody else's eyes, made if it is missing.

        Raises WorkspaceError where a link stands in its place: what lies in it is changed and
        deleted, and that must not be somebody's photographs.
        """
        path = self.home / name
        _refuse_link(path)
        path.mkdir(mode=0o700, exist_ok=True)
        return path

    # -- the endpoint of this workspace

    def running(self) -> dict[str, object] | None:
        """What `running_file` says; None if it is missing, not whole, or of one that has ended.

        The file of an endpoint that was killed stays, and somebody else may listen at its port by
        now. The lock that the endpoint holds lies in this folder, which nobody else can enter.
        """
        note = self._noted()
        if note is None or note.get("pid") != self.alive.signed_by() or not self.alive.held():
            return None
        return note

    @property
    def last_port(self) -> int:
        """The port of the endpoint that runs or ran here; the usual one if none did."""
        try:
            return int(self._port_file.read_text())
        except (OSError, ValueError):
            return DEFAULT_PORT

    @property
    def has_port(self) -> bool:
        """Has an endpoint of this folder had a port before?"""
        return self._port_file.exists()

    @property
    def _port_file(self) -> Path:
        return self.home / "port"

    def note_running(self, port: int, since: int | None = None, asleep: bool = False) -> None:
        """Note that this process listens on the port, from now on.

        since: requests that were made after that moment (POSIX nanoseconds) may not have been
        answered yet. asleep: it will answer when it is asked something, and needs a second for it.
        """
        self.judge.since = time.time_ns() if since is None else since
        url = f"http://127.0.0.1:{port}"
        note = {"pid": os.getpid(), "port": port, "url": url, "started": time.time()}
        note |= {"asleep": True} if asleep else {}
        write_private(self.running_file, json.dumps(note))
        write_private(self._port_file, str(port))

    def _noted(self) -> dict[str, object] | None:
        try:
            note = json.loads(self.running_file.read_text())
        except (OSError, ValueError):
            return None
        return note if isinstance(note, dict) and "port" in note else None

    @property
    def url(self) -> str:
        """Where the endpoint answers; empty if it does not run."""
        return str((self.running() or {}).get("url", ""))

    def environment(self, url: str) -> dict[str, str | None]:
        """What makes `sam`, `aws` and boto3 talk to `url` and to nothing else; None means unset."""
        python = str(Path(sys.executable).parent)
        path = os.environ.get("PATH", os.defpath).split(os.pathsep)
        settings: dict[str, str | None] = {
            "AWS_ENDPOINT_URL": url,
            "AWS_ACCESS_KEY_ID": self.access_key,
            "AWS_SECRET_ACCESS_KEY": self.secret_key,
            "AWS_DEFAULT_REGION": REGION,
            "AWS_REGION": REGION,
            "AWS_CONFIG_FILE": str(self.config_file),
            "AWS_SHARED_CREDENTIALS_FILE": str(self.credentials_file),
            # StartSyncExecution would otherwise go to the host sync-127.0.0.1.
            "AWS_DISABLE_HOST_PREFIX_INJECTION": "true",
            "AWS_EC2_METADATA_DISABLED": "true",
            "AWS_PAGER": "",
            "PIP_DISABLE_PIP_VERSION_CHECK": "1",
            "SAM_CLI_TELEMETRY": "0",
            "SAM_CLI_POLL_DELAY": "0.5",
            # Where sam notes when it last asked the internet for a newer sam; here it never does.
            "__SAM_CLI_APP_DIR": str(self.sam_folder),
            "LOCALAWS_HOME": str(self.home),
            # `sam build` wants python3.X on PATH, and a learner may have another sam elsewhere.
            "PATH": os.pathsep.join([python, *(p for p in path if p and p != python)]),
            "NO_PROXY": _without_proxy(os.environ.get("NO_PROXY")),
            "no_proxy": _without_proxy(os.environ.get("no_proxy")),
        }
        return dict.fromkeys(_foreign(os.environ, settings)) | settings

    # -- making it

    @cached_property
    def _keys(self) -> dict[str, str]:
        return json.loads((self.home / "keys.json").read_text())

    def _prepare(self) -> None:
        try:
            self.home.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as error:
            raise WorkspaceError(
                f"Cannot make the endpoint's folder {self.home}: {error.strerror}. "
                "Set LOCALAWS_HOME to a folder that you may write to."
            ) from error
        self._check_owner()
        for path in self.home.iterdir():
            if path.suffix == ".lock" or path.is_dir():
                _refuse_link(path)
        try:
            with FileLock(self.home / "prepare.lock"):
                self._write_what_is_missing()
        except OSError as error:
            raise WorkspaceError(
                f"Cannot write to the endpoint's folder {self.home}: {error.strerror}. "
                "Free some space or set LOCALAWS_HOME to a folder that you may write to."
            ) from error

    def _check_owner(self) -> None:
        """Keys and code lie here: nobody else may own the folder or write to it."""
        if os.name == "nt":
            return
        status = self.home.stat()
        if status.st_uid != os.getuid():
            raise WorkspaceError(
                f"The endpoint's folder {self.home} belongs to another user. "
                "Set LOCALAWS_HOME to a folder of your own."
            )
        if stat.S_IMODE(status.st_mode) & 0o077:
            self.home.chmod(0o700)

    def _write_what_is_missing(self) -> None:
        if not self._has_keys():
            keys = {
                "access_key": "AKIA" + "".join(secrets.choice(_KEY_ALPHABET) for _ in range(16)),
                "secret_key": "".join(secrets.choice(_SECRET_ALPHABET) for _ in range(40)),
            }
            write_private(self.home / "keys.json", json.dumps(keys))
        keys = json.loads((self.home / "keys.json").read_text())
        self.folder("aws")
        self.folder("sam")
        # The keys lie in the credentials file too, for a tool that clears the environment.
        for path, text in (
            (self.config_file, _CONFIG),
            (
                self.credentials_file,
                "[default]\n"
                f"aws_access_key_id = {keys['access_key']}\n"
                f"aws_secret_access_key = {keys['secret_key']}\n",
            ),
        ):
            if not path.exists():
                write_private(path, text)
        config = self.config_file.read_text()
        if _PLUGIN not in config:  # of an earlier edition, or `aws configure` was at it
            write_private(self.config_file, f"{config.rstrip()}\n\n{_PLUGIN}")
        self._quiet_sam()

    def _quiet_sam(self) -> None:
        """Let sam believe that it has just asked PyPI for a newer sam: it would ask once a week."""
        path = self.sam_folder / "metadata.json"
        try:
            settings = json.loads(path.read_text())
        except (OSError, ValueError):
            settings = {}
        wanted = {"telemetryEnabled": False, "lastVersionCheck": _YEAR_2100}
        if not isinstance(settings, dict) or not settings.items() >= wanted.items():
            write_private(path, json.dumps({**settings, **wanted}))

    def _has_keys(self) -> bool:
        try:
            keys = json.loads((self.home / "keys.json").read_text())
        except (OSError, ValueError):
            return False
        return isinstance(keys, dict) and {"access_key", "secret_key"} <= keys.keys()


def _refuse_link(path: Path) -> None:
    if path.is_symlink():
        raise WorkspaceError(
            f"{path} is a link to {path.readlink()}, and the endpoint keeps its things within its "
            f"own folder. Remove the link: rm '{path}'. To keep everything elsewhere, set "
            "LOCALAWS_HOME."
        )


def unlinked(path: Path) -> Path:
    """`path`; a link there that leads to a file, or to none yet, is removed, the file is not."""
    if path.is_symlink() and (path.is_file() or not path.exists()):
        path.unlink()
    return path


def write_private(path: Path, text: str) -> None:
    """Write a whole file that only its owner may read, or leave the old one as it is."""
    temporary = path.with_name(f".{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "w") as file:
            file.write(text)
        temporary.replace(path)
    except OSError:
        temporary.unlink(missing_ok=True)
        raise


def _foreign(present: os._Environ[str], settings: dict[str, str | None]) -> list[str]:
    """The AWS and SAM variables of this environment that would lead a command elsewhere."""
    always = ["AWS_PROFILE", "AWS_DEFAULT_PROFILE", "AWS_SESSION_TOKEN", "AWS_SECURITY_TOKEN"]
    here = [
        name
        for name in present
        if name.startswith(("AWS_", "SAM_CLI_")) and name not in settings and name not in always
    ]
    return always + sorted(here)


def _without_proxy(value: str | None) -> str:
    """`NO_PROXY` with the loopback names added: a proxy cannot reach them."""
    hosts = [host.strip() for host in (value or "").split(",") if host.strip()]
    return ",".join(hosts + [h for h in ("127.0.0.1", "localhost") if h not in hosts])


_current: Workspace | None = None


def use(workspace: Workspace) -> None:
    """Make `workspace` the one that this server process serves."""
    global _current
    _current = workspace


def current() -> Workspace:
    """The workspace that this server process serves."""
    if _current is None:
        raise RuntimeError("no workspace: this is not the endpoint's own process")
    return _current
