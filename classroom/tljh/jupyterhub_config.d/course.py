"""The Littlest JupyterHub: what each learner's server is. For /opt/tljh/config/jupyterhub_config.d.

Any JupyterHub whose learners are users of one machine takes it: `load_subconfig` reads it.
"""

import os
import shlex

c = get_config()  # noqa: F821 - JupyterHub gives it

COURSE = os.environ.get("COURSE_FOLDER", "/opt/course")
"""The shared course: set up by root, with a Python that all may run."""
MATERIAL = os.environ.get("COURSE_MATERIAL", "")
"""A git repository of yours that each learner gets a copy of, in ~/class; empty: none."""

# course-server lays out the notebooks, starts the learner's endpoint, and becomes
# jupyterhub-singleuser, with kernels by IPC: over TCP, others on the machine could listen in.
server = f"{COURSE}/.venv/bin/course-server"
if MATERIAL:
    pull = f"{COURSE}/.venv/bin/gitpuller {shlex.quote(MATERIAL)} main class"
    c.Spawner.cmd = ["/bin/sh", "-c", f'{pull} || true; exec {server} "$@"', "course-server"]
else:
    c.Spawner.cmd = [server]
c.Spawner.args = ["--MappingKernelManager.cull_idle_timeout=1800"]  # of notebooks that are closed
c.Spawner.notebook_dir = "~"
c.Spawner.default_url = "/lab/tree/work/notebooks/00_start_here.ipynb"
c.Spawner.environment = {
    "LOCALAWS_HOME": "~/.localaws",
    "COURSE_WORK": "~/work",
    "MALLOC_ARENA_MAX": "1",  # of glibc, which otherwise keeps memory apart for each thread
}
c.Spawner.start_timeout = 120  # twenty who sign in at once, on two cores

# Each learner has a /tmp of their own. systemd itself takes in what has lost its parent.
c.SystemdSpawner.isolate_tmp = True
c.SystemdSpawner.disable_user_sudo = True
