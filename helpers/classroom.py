"""A learner's server on a JupyterHub: copies of the notebooks, the endpoint, then Jupyter itself.

course-server [anything that `jupyterhub-singleuser` takes]: what the hub's spawner starts.
"""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path
from typing import NoReturn

from helpers import editions, enclosure, own_aws, servers, target
from helpers.errors import CourseError


def main(arguments: list[str] | None = None) -> NoReturn:
    """Become `jupyterhub-singleuser`; exit status 1 if there is none.

    Where the endpoint does not start or the notebooks cannot be laid out, that is said in the
    server's log, and Jupyter starts all the same: a learner can look and ask.
    """
    server = _server()
    if server is None:
        sys.exit(
            f"There is no jupyterhub-singleuser beside {sys.executable}.\n"
            "The hub starts it for each learner, and the course does not bring it.\n"
            f"Type: {sys.executable} -m pip install jupyterhub==VERSION, with your hub's version."
        )
    if os.name != "nt":
        os.umask(0o077)  # homes may be open to all, and what learners make is theirs
    try:
        if target.name() == target.LOCAL:
            target.start()
        for line in editions.lay_out():
            print(line)
    except (CourseError, OSError) as error:
        print(error, file=sys.stderr)
    enclosure.enclose()  # what is typed in JupyterLab's terminals goes to the endpoint too
    own_aws.prefer()
    # The same process goes on, so that the endpoint, which was started for it, ends with it.
    given = sys.argv[1:] if arguments is None else arguments
    # -P: a learner's json.py is none of the server's modules.
    python = [sys.executable, "-P", "-m", "helpers.singleuser"]
    os.execv(sys.executable, [*python, server, *servers.options(), *given])


def _server() -> str | None:
    """`jupyterhub-singleuser` of this very Python: another would start other kernels."""
    return shutil.which("jupyterhub-singleuser", path=str(Path(sys.executable).parent))


if __name__ == "__main__":
    main()
