"""Watches an execution that is under way: its drawing changes in place until it ends."""

from __future__ import annotations

import sys
import time
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from helpers import units
from helpers.draw.errors import NothingToDraw
from helpers.draw.given import as_execution
from helpers.draw.machine import state_machine
from helpers.draw.picture import Picture

if TYPE_CHECKING:
    from helpers.executions import Execution


def watch(
    execution: Execution,
    definition: Any = None,
    *,
    every: float = 0.5,
    timeout: float = 300,
    direction: str | None = None,
    iteration: int | Mapping[str, int] | None = None,
) -> Picture:
    """Shows the execution's drawing while it runs and gives the last one back.

    `execution` is what `executions.start` gave; `definition` is what `state_machine` takes, or
    None for the one the execution knows. It is read anew each `every` seconds of your own clock.
    After `timeout` seconds the picture so far is given back; the execution goes on.

    What is shown in between is gone in the end, so a notebook keeps one picture: the last.
    """
    known = as_execution(execution).definition
    definition = known if definition is None else definition
    if definition is None:
        raise NothingToDraw(
            "The execution does not tell its definition: `draw.watch(run, definition)`."
        )
    began = time.monotonic()
    give_up = began + timeout
    screen = _Screen()
    try:
        while True:
            picture = state_machine(definition, execution, direction=direction, iteration=iteration)
            if not execution.is_running or time.monotonic() >= give_up:
                return picture
            screen.show(picture, _progress(execution, time.monotonic() - began))
            time.sleep(max(0.0, min(every, give_up - time.monotonic())))
            execution.refresh()
    finally:
        screen.clear()


class _Screen:
    """A place in the notebook's output that changes; a line in a terminal."""

    def __init__(self) -> None:
        self._handle: Any = None
        self._last = ""

    def show(self, picture: Picture, progress: str) -> None:
        if not _in_notebook():
            line = picture.text.splitlines()[0]
            if line != self._last and sys.stdout.isatty():
                print(f"{progress}  {units.shorten(line, 160)}", flush=True)
            self._last = line
            return
        from IPython.display import display

        content = {
            "text/html": f'<p role="status"><strong>{progress}</strong></p>\n{picture.html}',
            "text/plain": f"{progress}\n{picture.text}",
        }
        if self._handle is None:  # the output begins and ends empty: only its updates show
            self._handle = display(_EMPTY, raw=True, display_id=True)
        self._handle.update(content, raw=True)

    def clear(self) -> None:
        if self._handle is not None:
            self._handle.update(_EMPTY, raw=True)


_EMPTY = {"text/html": "", "text/plain": ""}


def _progress(execution: Execution, watched: float) -> str:
    """`RUNNING, watched for 3.1 s: 4 states entered, now in Buy Stock`.

    In a state that waits no event is written, so that the history does not tell how long it has
    been going on.
    """
    steps = list(execution.walk())
    now = [units.named(step.name) for step in steps if step.status == "running" and not step.runs]
    begun = f"{execution.status}, watched for {units.duration(watched)}"
    said = f"{begun}: {len(steps)} state{'' if len(steps) == 1 else 's'} entered"
    named = ", ".join(dict.fromkeys(now))
    return said + (f", now in {units.shorten(named, 80)}" if named else "")


def _in_notebook() -> bool:
    try:
        from IPython import get_ipython
    except ImportError:
        return False
    shell = get_ipython()
    return shell is not None and hasattr(shell, "kernel")
