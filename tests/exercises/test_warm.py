"""pytest forked from a warm Python: what comes of it is what comes of `python -m pytest`."""

import os
import re
import sys

import psutil
import pytest

from helpers.exercises import NotYet
from helpers.exercises.workbench import commands, patience, warm

TELLS = """\
import os, random, sys

def test_it():
    print(os.getcwd(), os.environ["SAYS"], "HIDDEN" in os.environ, sys.argv[1:], sys.path[0])
    print(os.getsid(0) == os.getpid(), sys.stdin.read(), len(os.listdir("/proc/self/fd")))
    print("random", random.random(), file=sys.stderr)
    assert os.environ["SAYS"] == "well"
"""

pytestmark = pytest.mark.skipif(not warm.CAN_FORK, reason="forks on Linux only")


@pytest.fixture
def environment():
    return os.environ | {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "PYTHONDONTWRITEBYTECODE": "1"}


@pytest.fixture
def start(environment):
    made = warm.Warm(environment | {"HIDDEN": "yes"}, ("pytest", "sched"))
    yield made.start
    made.close()
    with pytest.raises(OSError):
        made.ask({"ended": 1})


@pytest.fixture
def run(environment, tmp_path):
    def of(start, text, seconds=20, **variables):
        (tmp_path / "test_a.py").write_text(text)
        named = ("-q", "-s", "-p", "no:cacheprovider", "test_a.py")
        command = (sys.executable, "-m", "pytest", *named)
        return commands.run(command, tmp_path, environment | variables, seconds, start)

    return of


@pytest.mark.parametrize("says", ["well", "ill"])
def test_it_is_as_if_it_had_been_started_in_its_folder(start, run, says, tmp_path):
    ran = [run(how, TELLS, SAYS=says) for how in (start, start, commands.plainly)]
    told = [(one.code, re.sub(r"random \S+|in \S+s", "", one.output)) for one in ran]
    assert told[0] == told[1] == told[2]
    assert ran[0].code == (says == "ill") and f"{tmp_path} {says} False" in ran[0].output
    assert len({re.search(r"random (\S+)", one.output)[1] for one in ran}) == 3


def test_a_file_stands_in_for_a_module_that_is_imported_already(start, run, tmp_path):
    text = "import sched\n\ndef test_it():\n    assert sched.MINE\n"
    assert run(start, text).code == 1
    (tmp_path / "sched.py").write_text("MINE = True\n")
    assert run(start, text).code == run(commands.plainly, text).code == 0


def test_what_ends_its_parent_is_an_answer_like_others(start, run):
    ends = "import os\n\ndef test_it():\n    os.kill(os.getppid(), 9)\n"
    assert "1 passed" in run(start, ends).output
    assert "1 passed" in run(start, "def test_it():\n    pass\n").output  # started plainly


def test_what_does_not_end_is_ended_with_all_that_it_started(start, run, monkeypatch):
    monkeypatch.setattr(patience, "MOST", 1.0)
    endless = (
        "import subprocess, time\n\ndef test_it():\n"
        "    subprocess.Popen(['sleep', '315'])\n    time.sleep(315)\n"
    )
    with pytest.raises(NotYet) as raised:
        run(start, endless, seconds=2)
    assert raised.value.hint == "does-not-end"
    assert not [p for p in psutil.process_iter(["cmdline"]) if "315" in (p.info["cmdline"] or [])]
    assert run(start, "def test_it():\n    pass\n").code == 0
