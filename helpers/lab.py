"""Open the course: the learner's copies of the notebooks, the endpoint, JupyterLab (`make lab`).

python -m helpers.lab [anything that `jupyter lab` takes]
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from helpers import editions, enclosure, homes, own_aws, servers, stages, target
from helpers.errors import CourseError


def main(arguments: list[str]) -> int:
    """Open JupyterLab on notebook 00; returns its exit code."""
    try:
        if target.name() == target.LOCAL:
            print(f"The local endpoint answers at {target.start()}")
        for line in editions.lay_out():
            print(line)
    except CourseError as error:
        print(error, file=sys.stderr)
        return 1
    enclosure.enclose()  # what is typed in JupyterLab's terminals goes to the endpoint too
    own_aws.prefer()
    root = _root(stages.work())
    opened = str(homes.first_notebook())
    command = [sys.executable, "-m", "jupyter", "lab", f"--ServerApp.root_dir={root}"]
    try:
        return subprocess.run([*command, *_options(), *arguments, opened]).returncode
    except KeyboardInterrupt:
        return 0


def _root(work: Path) -> Path:
    """What the file browser shows: the whole course where `work/` is in it, else `work/`."""
    return stages.ROOT if work.is_relative_to(stages.ROOT) else work


def _options() -> list[str]:
    options = ["--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate"]
    options += ["--LabApp.news_url=None", *servers.options()]
    if os.name != "nt" and os.geteuid() == 0:  # in a container: Jupyter wants to be told
        options.append("--allow-root")
    return options


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
