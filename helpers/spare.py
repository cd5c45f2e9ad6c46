"""Spares a learner's processes on a hub what they load and do not use: there it is paid N times.

A kernel: machine code that boto3 imports if it is there (`sam` brings AWS's faster transport and
another TLS), and the ordered dicts that it makes of AWS's models. A Jupyter server: the hub's own
pages and its database, which JupyterHub imports for the name of one class each.
"""

from __future__ import annotations

import importlib
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder, SourceFileLoader
from types import ModuleType
from typing import Any

_UNUSED = ("awscrt", "OpenSSL")
_BY = ("botocore", "boto3", "s3transfer", "urllib3")
_MODELS = "botocore.loaders"


def unused_parts() -> None:
    """From now on boto3 does not find them, as if they were not installed; whoever else does."""
    if any(isinstance(finder, _ForBoto3) for finder in sys.meta_path):
        return
    sys.meta_path.insert(0, _ForBoto3())
    if _MODELS in sys.modules:
        _use_plain_dicts(sys.modules[_MODELS])


class _ForBoto3(MetaPathFinder):
    """Refuses those modules to boto3's packages, which then do without."""

    def find_spec(self, name: str, path: Any = None, target: Any = None) -> ModuleSpec | None:
        """None: other finders have a look. Raises ImportError for what is refused."""
        if name == _MODELS:
            spec = PathFinder.find_spec(name, path, target)
            if spec is not None and isinstance(spec.loader, SourceFileLoader):
                spec.loader = _Loaders(name, spec.loader.path)
            return spec
        if name not in _UNUSED:
            return None
        frame = sys._getframe(1)
        while frame is not None and "importlib" in frame.f_code.co_filename:
            frame = frame.f_back  # type: ignore[assignment]
        if frame is not None and frame.f_globals.get("__name__", "").split(".")[0] in _BY:
            raise ImportError(f"{name} is left out on a hub, where memory is dear", name=name)
        return None


class _Loaders(SourceFileLoader):
    def exec_module(self, module: ModuleType) -> None:
        """Run the module, and then let it make what takes a third of the memory, and less time."""
        super().exec_module(module)
        _use_plain_dicts(module)


def _use_plain_dicts(loaders: ModuleType) -> None:
    loaders.OrderedDict = dict  # type: ignore[attr-defined]  # a dict has been ordered for long


_PLACEHOLDERS: dict[str, dict[str, Any]] = {
    "jupyterhub.handlers": {},
    "jupyterhub.handlers.pages": {"HealthCheckHandler": type("HealthCheckHandler", (), {})},
    "jupyterhub.orm": {},
    "jupyterhub.roles": {},
    "sqlalchemy": {},
    "sqlalchemy.exc": {"SQLAlchemyError": type("SQLAlchemyError", (Exception,), {})},
}


@contextmanager
def the_hubs_parts() -> Iterator[None]:
    """For the time of an import of JupyterHub's server for a learner: without 28 MB of the hub.

    Placeholders stand for its pages and its database. Whoever asks one for something later gets
    it from the real module, which is imported then.

    Raises ImportError or AttributeError where this version of JupyterHub needs more of them; then
    what has been imported of it is of no use.
    """
    made = {name: _Placeholder(name) for name in _PLACEHOLDERS if name not in sys.modules}
    sys.modules.update(made)
    try:
        yield
    finally:
        for name, module in made.items():
            if sys.modules.get(name) is module:
                del sys.modules[name]


class _Placeholder(ModuleType):
    """Stands for a module of the hub's until somebody asks it for something."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.__path__: list[str] = []
        self.__dict__.update(_PLACEHOLDERS[name])

    def __getattr__(self, name: str) -> Any:
        """What the real module has of that name."""
        stands = sys.modules.get(self.__name__)
        if stands is self or name.startswith("__"):
            raise AttributeError(f"{self.__name__} is left out, and has no {name}")
        return getattr(importlib.import_module(self.__name__), name)
