"""A worker process: it makes this Python look like AWS's, then awslambdaric takes over."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable
from importlib.machinery import (
    BYTECODE_SUFFIXES,
    EXTENSION_SUFFIXES,
    SOURCE_SUFFIXES,
    ExtensionFileLoader,
    FileFinder,
    ModuleSpec,
    PathFinder,
    SourceFileLoader,
    SourcelessFileLoader,
)
from types import CodeType

from _localaws.channel import Channel
from _localaws.clockwork import Ahead
from _localaws.output import Lines

RUNTIME_PACKAGES = {
    # what AWS puts into /var/runtime: a function gets no other package than those it brings
    "awslambdaric",
    "boto3",
    "botocore",
    "dateutil",
    "jmespath",
    "s3transfer",
    "simplejson",
    "six",
    "snapshot_restore_py",
    "urllib3",
    # ours
    "_time_machine",
    "time_machine",
}

forked = False
"""Was this process forked by the zygote?"""


class RuntimePackages:
    """Finds the packages above, last of all, in the folder where the kit has them."""

    def __init__(self, packages: str, runtime: str) -> None:
        self.packages = packages
        self.runtime = runtime

    def find_spec(self, name: str, path: object = None, target: object = None) -> ModuleSpec | None:
        """Part of Python's import system."""
        if path is not None:
            return None
        if name == "runtime_client":
            return PathFinder.find_spec(name, [self.runtime])
        if name in RUNTIME_PACKAGES:
            return PathFinder.find_spec(name, [self.packages])
        return None


def offer_packages(packages: str) -> None:
    """Let awslambdaric and the other packages of AWS's runtime be imported from `packages`."""
    runtime = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))  # noqa: PTH100, PTH120
    if runtime in sys.path:
        sys.path.remove(runtime)
    if not any(isinstance(finder, RuntimePackages) for finder in sys.meta_path):
        sys.meta_path.append(RuntimePackages(packages, runtime))


def main_of_process() -> None:
    """A worker in a process of its own: standard input and output are the channel."""
    channel = Channel(os.dup(0), os.dup(1))
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)
    os.dup2(2, 1)
    if hasattr(os, "setsid"):
        os.setsid()
    run(channel)


def run(channel: Channel) -> None:
    """Serve one function until the endpoint lets go (SystemExit)."""
    spec, _ = channel.receive()
    offer_packages(spec["packages"])
    _become(spec)
    ahead = Ahead()
    ahead.move(spec["offset"])
    _seed(spec["seed"])
    sys.stdout = lines = Lines(os.fdopen(1, "wb", closefd=False))
    sys.stderr = Lines(os.fdopen(2, "wb", closefd=False))
    errors = sys.stderr
    os.environ["_LAMBDA_TELEMETRY_LOG_FD"] = str(os.dup(1))

    import runtime_client

    seeded = spec["seed"] is not None

    def before(event: dict) -> None:
        nonlocal seeded
        ahead.move(event["offset"])
        if event["seed"] is not None or seeded:
            _seed(event["seed"])
            seeded = event["seed"] is not None

    def after() -> dict:
        lines.finish()
        errors.finish()
        return {"peak": peak_memory()}

    runtime_client.connect(channel, before, after, confirms=not forked)

    _settle_awslambdaric()
    from awslambdaric import bootstrap
    from awslambdaric.lambda_runtime_client import LambdaRuntimeClient

    class Client(LambdaRuntimeClient):
        """AWS's client; the one call that it makes by HTTP itself goes over the channel too."""

        def post_init_error(self, error: dict, error_type_override: str | None = None) -> None:
            from awslambdaric.lambda_runtime_marshaller import to_json

            channel.send({"kind": "init-error", **after()}, to_json(error).encode())

    bootstrap.run(spec["handler"], Client(""))


def _become(spec: dict) -> None:
    os.environ.clear()
    os.environ.update(spec["environment"])
    if hasattr(time, "tzset"):
        time.tzset()
    os.chdir(spec["code"])
    version = f"python{sys.version_info[0]}.{sys.version_info[1]}"
    sys.path[:0] = [
        spec["code"],
        *(path for path in spec["path"] if path),
        *(f"{layers}/python/lib/{version}/site-packages" for layers in spec["layers"]),
        *(f"{layers}/python" for layers in spec["layers"]),
    ]
    sys.argv[:] = [sys.argv[0]]
    sys.path_hooks.insert(0, _own_code((spec["code"], *spec["layers"]), spec["pycache"]))
    limit = spec["largest_file"]
    if limit:
        try:
            import resource
        except ImportError:  # Windows
            return
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _settle_awslambdaric() -> None:
    """Let it read this function's environment, if it was imported before the fork already."""
    if "awslambdaric.bootstrap" not in sys.modules:
        return
    if {"AWS_LAMBDA_LOG_FORMAT", "AWS_LAMBDA_LOG_LEVEL"} & os.environ.keys():
        for name in [name for name in sys.modules if name.startswith("awslambdaric")]:
            del sys.modules[name]
        return
    from awslambdaric.lambda_runtime_client import BaseLambdaRuntimeClient
    from awslambdaric.lambda_runtime_marshaller import LambdaMarshaller

    BaseLambdaRuntimeClient.marshaller = LambdaMarshaller()


def _own_code(folders: tuple[str, ...], pycache: str) -> Callable[[str], FileFinder]:
    """A path hook for the function's folders, which are read-only: bytecode goes elsewhere."""

    class Loader(SourceFileLoader):
        def get_code(self, fullname: str) -> CodeType:
            before, sys.pycache_prefix = sys.pycache_prefix, pycache
            try:
                return super().get_code(fullname)
            finally:
                sys.pycache_prefix = before

    kinds = (
        (ExtensionFileLoader, EXTENSION_SUFFIXES),
        (Loader, SOURCE_SUFFIXES),
        (SourcelessFileLoader, BYTECODE_SUFFIXES),
    )

    def hook(path: str) -> FileFinder:
        if not path.startswith(folders) or not os.path.isdir(path):  # noqa: PTH112 - no pathlib here
            raise ImportError(path)
        return FileFinder(path, *kinds)

    return hook


def _seed(seed: str | None) -> None:
    import random

    random.seed(seed)


def peak_memory() -> int:
    """The most memory that this process has held so far, in KiB; 0 where it cannot be known."""
    try:
        import resource
    except ImportError:
        return _peak_memory_on_windows()
    if sys.platform == "linux" and not forked:
        # Here getrusage() knows the peak of the endpoint's process too, from before the exec.
        with open("/proc/self/status") as status:  # noqa: PTH123 - no pathlib here
            for line in status:
                if line.startswith("VmHWM:"):
                    return int(line.split()[1])
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak // 1024 if sys.platform == "darwin" else peak


def _peak_memory_on_windows() -> int:
    import ctypes
    from ctypes import wintypes

    class Counters(ctypes.Structure):
        _fields_ = [
            ("cb", wintypes.DWORD),
            ("PageFaultCount", wintypes.DWORD),
            ("PeakWorkingSetSize", ctypes.c_size_t),
            *((f"unused{n}", ctypes.c_size_t) for n in range(7)),
        ]

    counters = Counters(cb=ctypes.sizeof(Counters))
    process = ctypes.windll.kernel32.GetCurrentProcess()
    ctypes.windll.kernel32.K32GetProcessMemoryInfo(
        process, ctypes.byref(counters), ctypes.sizeof(counters)
    )
    return counters.PeakWorkingSetSize // 1024
