"""Whose folder holds `work/` and `.localaws/`: the course's own, or the learner's home.

The course's folder, where it is one learner's alone. Where many share it (it cannot be written
to, or JupyterHub started this process for one of its users), each learner's own home.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from urllib.parse import quote

COURSE = Path(__file__).resolve().parents[1]


def folder(environment: Mapping[str, str] = os.environ, course: Path = COURSE) -> Path:
    """The folder in which the learner's `work/` and `.localaws/` lie; it is not made here.

    Learners of a hub who share one home each get a folder of their names in it.
    """
    learner = environment.get("JUPYTERHUB_USER", "").strip()
    if not learner and os.access(course, os.W_OK):
        return course
    home = Path.home()
    if not learner or learner in _owners(home):
        return home
    return home / _name(learner)


def work() -> Path:
    """The learner's `work/`: where `COURSE_WORK` points, or in `folder`."""
    chosen = os.environ.get("COURSE_WORK")
    return Path(chosen or folder() / "work").expanduser().resolve()


def first_notebook() -> Path:
    """The learner's copy of notebook 00, which JupyterLab opens on."""
    return work() / "notebooks" / "00_start_here.ipynb"


def endpoint() -> Path:
    """The endpoint's home: where `LOCALAWS_HOME` points, or `.localaws` in `folder`."""
    chosen = os.environ.get("LOCALAWS_HOME")
    return Path(chosen or folder() / ".localaws").expanduser().absolute()


def checks() -> Path:
    """The home of the endpoint that exercises are checked on."""
    return endpoint() / "checks"


def lay_beside() -> None:
    """Beside a `work/` in a home, lay a link to the course's `sam-app`: `sam init` is to find it.

    What has that name already stays, unless it is a link to nothing.
    """
    if folder() == COURSE:
        return
    link = work().parent / "sam-app"
    with suppress(OSError):  # the home is full, or there are no links here
        if link.is_symlink() and not link.exists():
            link.unlink()
        if not link.exists():
            link.parent.mkdir(parents=True, exist_ok=True)
            link.symlink_to(COURSE / "sam-app")


def _owners(home: Path) -> set[str]:
    """The names of the hub's user whose home this is, as far as the system tells."""
    names = {home.name}
    with suppress(ImportError, KeyError):  # on Windows; a uid without a name, in a container
        import pwd

        names.add(pwd.getpwuid(os.getuid()).pw_name)
    # The Littlest JupyterHub makes the system's user jupyter-ada for its user ada.
    return names | {name.removeprefix("jupyter-") for name in names}


def _name(learner: str) -> str:
    """A hub's user name as the name of one folder: another for each, and no way out of the home.

    >>> _name("ada"), _name("../ada"), _name(".ssh")
    ('learner-ada', 'learner-..%2Fada', 'learner-.ssh')
    """
    return f"learner-{quote(learner, safe='@+ ')}"
