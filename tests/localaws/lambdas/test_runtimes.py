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
    yield
    interpreters._found = own


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
        ("python3.8", "AWS no longer supports"),
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
