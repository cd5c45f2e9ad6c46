"""The one place where this package takes moto's CloudFormation out and puts itself in.

`import moto.cloudformation` would import the models of every service that moto knows: two seconds
and 120 MB. moto finds a service's backends by importing its package, so a package object of ours,
already in `sys.modules`, stands in for it. Its `__path__` is the real one: moto's models import
`moto.cloudformation.exceptions`, which is moto's own and small.
"""

from __future__ import annotations

import sys
from importlib.util import find_spec
from types import ModuleType
from typing import Any

PACKAGE = "moto.cloudformation"


def take_the_place_of_moto(backends: Any, module: ModuleType) -> None:
    """Let moto's server and its other services find `backends` as CloudFormation's.

    backends: the BackendDict. module: what `moto.cloudformation.models` shall be.
    Raises RuntimeError if moto's own package has been imported already.
    """
    present = sys.modules.get(PACKAGE)
    if present is not None and getattr(present, "cloudformation_backends", None) is backends:
        return
    if f"{PACKAGE}.models" in sys.modules:
        raise RuntimeError(
            f"{PACKAGE} was imported before helpers.localaws.cloudformation.install(): "
            "call install() first"
        )
    import moto

    spec = find_spec_without_importing()
    package = ModuleType(PACKAGE, "CloudFormation of helpers.localaws, in the place of moto's.")
    package.__path__ = list(spec)
    package.__package__ = PACKAGE
    package.cloudformation_backends = backends  # type: ignore[attr-defined]
    package.models = module  # type: ignore[attr-defined]
    sys.modules[PACKAGE] = package
    sys.modules[f"{PACKAGE}.models"] = module
    moto.cloudformation = package  # type: ignore[attr-defined]


def find_spec_without_importing() -> list[str]:
    """Where moto's package is, as `__path__` has it."""
    spec = find_spec(PACKAGE)  # imports `moto`, not the package itself
    if spec is None or spec.submodule_search_locations is None:
        raise RuntimeError(f"this moto has no {PACKAGE}; helpers.localaws is made for moto 5.2.5")
    return list(spec.submodule_search_locations)
