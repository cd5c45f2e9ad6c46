"""Links from a notebook to pages of the console, which open in a tab of JupyterLab beside it."""

from __future__ import annotations

import html
import json
import os
from dataclasses import dataclass
from typing import Any

from helpers.console import addresses

OPEN = "server-proxy:open"
"""JupyterLab's command for such a tab; jupyter-server-proxy brings it."""


@dataclass(frozen=True)
class Link:
    """A page of the console: shown, it is a button; where nothing can be clicked, how to get there.

    page: its address below the console's own. title: what it is of, in a few words.
    """

    page: str
    title: str

    def __repr__(self) -> str:
        other = "" if _is_same_target() else f"COURSE_TARGET={target_by('COURSE_TARGET')} "
        then = f", then /{self.page} at its address" if self.page else ""
        return f"{self._words}: {other}python -m helpers.console in a terminal{then}"

    @property
    def _words(self) -> str:
        return f"Console: {self.title}" if self.title else "Console"

    def _repr_mimebundle_(self, **_: Any) -> dict[str, str]:
        """A button for the notebook of a Jupyter that has the console, of the same target."""
        words = {"text/plain": repr(self)}
        return {**words, "text/html": self._button()} if at_hand() and _is_same_target() else words

    def _button(self) -> str:
        # JupyterLab lets a button name a command, and in a notebook that is not trusted asks first.
        # A link's path it would take for that of a file.
        opened = {
            # The tab that is there already is shown again; for the first page, the Launcher's.
            "id": f"console:{self.page}" if self.page else f"server-proxy:{addresses.NAME}",
            "url": os.environ[addresses.CONSOLE] + self.page,
            "title": self._words,
            "newBrowserTab": False,
        }
        return (
            f'<button type="button" class="jp-mod-styled" data-commandlinker-command="{OPEN}" '
            f'data-commandlinker-args="{html.escape(json.dumps(opened))}">'
            f"{html.escape(self._words)}</button>"
        )


def link(
    run: Any = None,
    *,
    stack: str = "",
    rule: str = "",
    function: str = "",
    table: str = "",
    log: str = "",
) -> Link:
    """The page of an execution or, by its name, of something else; without either, the first page.

    run: an execution, or the ARN of whatever the console shows. rule: one of the default bus. log:
    a log group.

    Raises CourseError for an ARN of nothing that the console shows.
    """
    if run is not None:
        return Link(*addresses.of(str(getattr(run, "arn", run))))
    named = {
        addresses.stack: stack,
        addresses.rule: rule,
        addresses.function: function,
        addresses.table: table,
        addresses.log: log,
    }
    return next((Link(*of(name)) for of, name in named.items() if name), Link("", ""))


def at_hand() -> bool:
    """Is this a notebook's kernel, in a Jupyter whose server has the console?"""
    # A terminal of JupyterLab inherits the first; the second is in a notebook's kernel alone.
    return addresses.CONSOLE in os.environ and "JPY_SESSION_NAME" in os.environ


def _is_same_target() -> bool:
    """Does Jupyter's console show what the notebook's commands go to? It is asked at its start."""
    return not at_hand() or target_by(addresses.TARGET) == target_by("COURSE_TARGET")


def target_by(variable: str) -> str:
    """The target that a variable of the environment names: `local` unless it says another."""
    return os.environ.get(variable, "").strip().lower() or "local"
