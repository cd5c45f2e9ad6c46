"""A name that no cell has made yet: said in a sentence, with what to run, and no traceback.

A kernel that was started anew has forgotten every cell. `jupyter/ipython_config.py` calls
`explain`.
"""

from __future__ import annotations

import builtins
import difflib
from types import TracebackType
from typing import Any


def explain(shell: Any) -> None:
    """Have an IPython shell tell a NameError of a cell as a learner needs it.

    One that comes out of other code keeps its traceback.
    """
    shell.set_custom_exc((NameError,), _told)


def _told(
    shell: Any, kind: type[NameError], error: NameError, trace: TracebackType, tb_offset: Any = None
) -> None:
    name = getattr(error, "name", None)
    if not name or isinstance(error, UnboundLocalError) or not _is_ours(shell, trace):
        shell.showtraceback((kind, error, trace), tb_offset=tb_offset)
        return
    shell._showtraceback(kind, error, sentences(name, list(shell.user_ns)))


def _is_ours(shell: Any, trace: TracebackType) -> bool:
    """Was the name looked for by a cell's own code, or by a function that a cell made?"""
    while trace.tb_next is not None:
        trace = trace.tb_next
    return trace.tb_frame.f_globals is shell.user_ns


def sentences(name: str, known: list[str]) -> list[str]:
    """What happened, why, and what to do next. known: the names that there are."""
    there = [one for one in known if not one.startswith("_")] + dir(builtins)
    close = difflib.get_close_matches(name, there, n=1, cutoff=0.8)
    alike = f" There is `{close[0]}`: is that what was meant?" if close else ""
    return [
        f"NameError: there is no `{name}` here.{alike}",
        "Names are made by the cells further up, and a kernel that was started anew has forgotten "
        "all of them.",
        "In the menu Run: “Run All Above Selected Cell”, and then this cell again.",
    ]
