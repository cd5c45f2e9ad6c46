"""Do something as soon as a module has been imported by whoever needs it first.

moto's Lambda takes more than a second to import: it is hooked when it comes, not made to come.
"""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from types import ModuleType


def after_import(name: str, call: Callable[[], None]) -> None:
    """Call `call` when the module `name` has been imported: now, if it has been already.

    Several may wait for a module; the same call is made once.
    """
    if name in sys.modules:
        call()
        return
    watch = _Watch(name, call)
    if watch not in sys.meta_path:
        sys.meta_path.insert(0, watch)


@dataclass(frozen=True)
class _Watch(MetaPathFinder):
    """Finds one module as everyone else would, and adds a call to the end of its import."""

    name: str
    call: Callable[[], None]

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if fullname != self.name or self not in sys.meta_path:
            return None
        sys.meta_path.remove(self)
        spec = importlib.util.find_spec(fullname)
        if spec is not None and spec.loader is not None:
            spec.loader = _Then(spec.loader, self.call)
        return spec


class _Then(Loader):
    """A loader with something to do afterwards."""

    def __init__(self, loader: Loader, call: Callable[[], None]) -> None:
        self._loader = loader
        self._call = call

    def create_module(self, spec: ModuleSpec) -> ModuleType | None:
        return self._loader.create_module(spec)

    def exec_module(self, module: ModuleType) -> None:
        self._loader.exec_module(module)
        module.__spec__.loader = module.__loader__ = self._loader
        self._call()
