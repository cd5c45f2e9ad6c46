"""A learner's server on a hub: `course-server`, which becomes `jupyterhub-singleuser`."""

import json
import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from jupyter_server.serverapp import ServerApp

ROOT = Path(__file__).resolve().parents[1]

pytestmark = pytest.mark.skipif(os.name == "nt", reason="JupyterHub does not run on Windows")


def run(arguments=(), **environment):
    code = (
        "import sys; from pathlib import Path; from helpers import classroom\n"
        "if len(sys.argv) > 1: classroom._server = lambda: sys.argv[1]\n"
        "else: sys.executable = '/nowhere/python'\n"
        "classroom.main(['--one'])"
    )
    keep = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT)}
    return subprocess.run(
        [sys.executable, "-c", code, *arguments],
        env=keep | environment,
        cwd=ROOT,
        capture_output=True,
        text=True,
    )


def test_without_jupyterhub_it_says_what_to_install(tmp_path):
    done = run(HOME=str(tmp_path))
    assert done.returncode == 1
    assert "pip install jupyterhub==" in done.stderr
    assert "Traceback" not in done.stderr


def test_it_lays_out_the_notebooks_starts_the_endpoint_and_becomes_the_server(tmp_path):
    home = tmp_path / "ada"
    home.mkdir(mode=0o755)
    server = tmp_path / "singleuser"
    server.write_text(
        f"#!{sys.executable}\n"
        "import json, os, subprocess, sys\n"
        "status = [sys.executable, '-m', 'helpers.localaws', 'status', '--json']\n"
        "said = subprocess.run(status, capture_output=True, text=True).stdout\n"
        "servers = os.listdir(os.environ['LOCALAWS_HOME'] + '/servers')\n"
        "print(json.dumps({'argv': sys.argv[1:], 'pid': os.getpid(), 'status': json.loads(said),\n"
        "                  'env': dict(os.environ), 'servers': servers}))\n"
    )
    server.chmod(0o755)
    done = run([str(server)], HOME=str(home), JUPYTERHUB_USER="ada", AWS_PROFILE="mine")
    try:
        assert done.returncode == 0, done.stderr
        said = json.loads(done.stdout.splitlines()[-1])
        transport, shell, one = said["argv"]
        assert (transport, one) == ("--KernelManager.transport=ipc", "--one")
        server = ServerApp()
        server.parse_command_line([shell])
        assert Path(server.terminado_settings["shell_command"]).exists()
        assert said["status"]["running"]
        assert said["env"]["AWS_ENDPOINT_URL"] == said["status"]["url"]
        assert "AWS_PROFILE" not in said["env"]
        assert said["env"]["LOCALAWS_HOME"] == str(home / ".localaws")
        assert said["servers"] == [str(said["pid"])]  # with it, the endpoint ends
        assert said["env"]["PATH"].startswith(str(Path(sys.executable).parent))
        copies = home / "work" / "notebooks"
        assert (copies / "00_start_here.ipynb").exists()
        assert stat.S_IMODE((home / "work").stat().st_mode) == 0o700
    finally:
        run_stop = [sys.executable, "-m", "helpers.localaws", "stop"]
        own = os.environ | {"LOCALAWS_HOME": str(home / ".localaws")}
        subprocess.run(run_stop, cwd=ROOT, env=own, capture_output=True)


def test_where_the_endpoint_does_not_start_jupyter_does(tmp_path):
    (tmp_path / "in the way").write_text("")
    server = tmp_path / "singleuser"
    server.write_text("#!/bin/sh\necho jupyter is here\n")
    server.chmod(0o755)
    blocked = str(tmp_path / "in the way" / "home")
    done = run([str(server)], HOME=str(tmp_path), JUPYTERHUB_USER="ada", LOCALAWS_HOME=blocked)
    assert "jupyter is here" in done.stdout
    assert "Cannot make the endpoint's folder" in done.stderr
