"""`make lab` as it is typed: it opens notebook 00, and its file browser shows the course."""

import json
import os
import re
import shutil
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import psutil
import pytest
from browsing import end

ROOT = Path(__file__).resolve().parents[1]


def _set_up() -> bool:
    """Is there nothing that `make lab` would install first?"""
    ask = ["make", "--question", ".venv/.ready"]
    return bool(shutil.which("make")) and not subprocess.run(ask, cwd=ROOT).returncode


@pytest.mark.skipif(not _set_up(), reason="not set up by make")
def test_make_lab_opens_notebook_00_and_shows_the_course(tmp_path):
    config, runtime, log = tmp_path / "config", tmp_path / "runtime", tmp_path / "log"
    config.mkdir()
    settings = {
        "ServerApp": {"open_browser": False, "allow_root": True, "port": 0},
        "IdentityProvider": {"token": "lab"},
        "LabApp": {"news_url": None, "extension_manager": "readonly"},
    }
    (config / "jupyter_server_config.json").write_text(json.dumps(settings))
    (config / "jupyter_lab_config.json").write_text(json.dumps(settings))
    env = os.environ | {
        "JUPYTER_CONFIG_DIR": str(config),
        "JUPYTER_RUNTIME_DIR": str(runtime),
        "LOCALAWS_HOME": str(tmp_path / "endpoint"),
    }
    with log.open("w") as written:
        made = psutil.Popen(["make", "lab"], cwd=ROOT, env=env, stdout=written, stderr=written)
        try:
            deadline = time.monotonic() + 90
            while not (found := list(runtime.glob("jpserver-file-to-run-*-open.html"))):
                assert made.poll() is None and time.monotonic() < deadline, log.read_text()
                time.sleep(0.1)
            opened = re.search(r'href="([^"?]+)', found[0].read_text())[1]
            assert opened.endswith("/lab/tree/notebooks/00_start_here.ipynb")
            server = json.loads(next(runtime.glob("jpserver-*.json")).read_text())
            asked = urllib.request.Request(
                f"{server['url']}api/contents", headers={"Authorization": "token lab"}
            )
            with urllib.request.urlopen(asked, timeout=30) as answer:
                shown = {one["name"] for one in json.load(answer)["content"]}
            assert {"notebooks", "sam-app", "helpers", "README.md"} <= shown
        finally:
            end(made)
            stop = [sys.executable, "-m", "helpers.localaws", "stop"]
            subprocess.run(stop, cwd=ROOT, env=env, check=True, capture_output=True)
