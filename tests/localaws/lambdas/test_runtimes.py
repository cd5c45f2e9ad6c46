"""Functions of another Python, and of no Python."""

import os
import shutil
import stat
import sys

import pytest

from helpers.localaws.lambdas import interpreters
from helpers.localaws.lambdas.errors import InvalidRuntime

OTHERS = [f"python3.{n}" for n in range(10, 16) if (3, n) != sys.version_info[:2]]


@pytest.fixture(autouse=True)
def forget_pythons():
    """Each test looks for itself."""
    own = {interpreters.OWN: interpreters._found[interpreters.OWN]}
    interpreters._found = dict(own)
    interpreters._missing.clear()
    yield
    interpreters._found = own
    interpreters._missing.clear()


@pytest.mark.parametrize("runtime", OTHERS)
def test_another_python_on_path_runs_its_functions(functions, both_ways, moved_clock, runtime):
    try:
        interpreters.find(runtime, "f")
    except interpreters.NoInterpreter:
        pytest.skip(f"no {runtime} on PATH")
    moved_clock.advance(86_400)
    arn = functions.make(
        """
        import boto3, sys, time

        def handler(event, context):
            print("hello")
            return [list(sys.version_info[:2]), event, time.time(), sys.executable]
        """,
        Runtime=runtime,
        Timeout=60,
        MemorySize=512,
    )
    version, event, now, executable = functions.value(arn, {"å": 1.5})
    assert "python" + ".".join(map(str, version)) == runtime
    assert event == {"å": 1.5}
    assert abs(now - moved_clock.time()) < 1
    assert os.path.realpath(executable) != os.path.realpath(sys.executable)
    functions.code(arn, "def handler(e, c): raise ValueError('no')\n")
    error = functions.error(arn)
    assert (error["errorType"], error["errorMessage"]) == ("ValueError", "no")
    assert error["stackTrace"][0].startswith('  File "/var/task/app.py", line 1, in handler')


@pytest.mark.parametrize(
    ("runtime", "words"),
    [
        (
            "nodejs22.x",
            "has the runtime nodejs22.x, and the local endpoint runs functions in Python",
        ),
        ("java21", "runs functions in Python only"),
        ("python3.99", "no python3.99 that works is on PATH"),
        ("python3.9", "AWS has deprecated and still runs"),
    ],
)
def test_a_runtime_that_is_not_here_is_refused_in_a_sentence(functions, runtime, words):
    arn = functions.make("def handler(e, c): return 1\n", Runtime=runtime)
    with pytest.raises(InvalidRuntime) as refused:
        functions.run(arn)
    assert words in refused.value.message
    assert f"Runtime: {interpreters.OWN}" in refused.value.message
    functions.backend.update_function_configuration(arn, None, {"Runtime": interpreters.OWN})
    assert functions.value(arn) == 1


@pytest.mark.skipif(os.name == "nt", reason="needs a shell script as a program")
@pytest.mark.parametrize("script", ["#!/bin/sh\nexit 127\n", "#!/bin/sh\necho /bin/sh\necho 2\n"])
def test_a_name_on_path_that_is_no_such_python_does_not_count(monkeypatch, tmp_path, script):
    program = tmp_path / "python3.98"
    program.write_text(script)
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=os.pathsep)
    assert shutil.which("python3.98")
    with pytest.raises(interpreters.NoInterpreter, match=r"no python3\.98 that works"):
        interpreters.find("python3.98", "f")


@pytest.fixture
def shim(monkeypatch, tmp_path):
    """A version manager's `python3.98` on PATH; it writes down each time that it is asked."""
    program, asked = tmp_path / "python3.98", tmp_path / "asked"

    class Shim:
        def answers(self, lines):
            program.write_text(f"#!/bin/sh\necho asked >>'{asked}'\n{lines}\n")
            program.chmod(program.stat().st_mode | stat.S_IXUSR)

        def times(self):
            return len(asked.read_text().splitlines())

    made = Shim()
    made.answers("exit 127")
    monkeypatch.setenv("PATH", str(tmp_path), prepend=os.pathsep)
    return made


def missing():
    with pytest.raises(interpreters.NoInterpreter):
        interpreters.find("python3.98", "f")


@pytest.mark.skipif(os.name == "nt", reason="needs a shell script as a program")
def test_a_python_that_is_not_there_is_looked_for_once(shim, monkeypatch, tmp_path):
    for _ in range(3):
        missing()
    assert shim.times() == 1
    monkeypatch.setattr(interpreters, "FORGOTTEN_AFTER", -1.0)
    missing()
    assert shim.times() == 2, "its version manager may have got the version meanwhile"


@pytest.mark.skipif(os.name == "nt", reason="needs a shell script as a program")
@pytest.mark.parametrize("how", ["the program is another", "another program is first on PATH"])
def test_a_python_that_has_come_is_found(shim, monkeypatch, tmp_path, how):
    missing()
    answer = "printf '/opt/python\\n3\\n98\\n1\\n'"
    if how == "the program is another":
        shim.answers(answer)
        os.utime(tmp_path / "python3.98", (1, 1))  # the clock of the files may be coarse
    else:
        (tmp_path / "new").mkdir()
        new = tmp_path / "new" / "python3.98"
        new.write_text(f"#!/bin/sh\n{answer}\n")
        new.chmod(0o755)
        monkeypatch.setenv("PATH", str(tmp_path / "new"), prepend=os.pathsep)
    assert interpreters.find("python3.98", "f").version == "3.98.1"
