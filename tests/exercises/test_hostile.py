"""Answers that loop, exit, shout, hide or reach for the checker: told in words, and in time."""

import json
import os
import re
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from helpers.exercises import NotYet, checking
from helpers.exercises.workbench import place

from . import toy


@pytest.fixture
def outcome_of(learner, tmp_path):
    """The outcome of a check of one file `answer.sh` or `app.py`."""

    def of(check, **files):
        exercise = toy.exercise(tmp_path, check, **dict.fromkeys(files, "as handed out"))
        for name, text in files.items():
            (exercise.folder / name.replace("__", ".")).write_text(text)
        began = time.monotonic()
        outcome = exercise.check()
        assert time.monotonic() - began < 30
        return outcome

    return of


def run_script(bench):
    ran = bench.run("bash", "answer.sh", timeout=2)
    return f"It ended with {ran.code}: {ran.last_line}"


def call_function(bench):
    payload, error = bench.invoke(bench.function("answer", bench.python("app.py"), timeout=1), {})
    if error:
        raise NotYet(f"The function failed: {error}", hint="odd")
    return f"It gave {payload}"


@pytest.mark.parametrize("script", ["while :; do :; done", "sleep 60", "cat", "sleep 60 & wait"])
def test_a_script_that_does_not_end_is_stopped(outcome_of, script):
    outcome = outcome_of(run_script, answer__sh=script)
    if script == "cat":  # nobody types: it ends at once
        assert outcome.status == "right"
    else:
        assert (outcome.status, outcome.hint) == ("not yet", "does-not-end")
        assert re.search(r"had not ended after \d+ seconds", outcome.text)


def test_a_script_that_prints_without_end_is_stopped(outcome_of):
    outcome = outcome_of(run_script, answer__sh="yes")
    assert (outcome.status, outcome.hint) == ("not yet", "too-much-output")


def test_what_a_script_leaves_running_is_ended(outcome_of):
    outcome = outcome_of(run_script, answer__sh="sleep 314 >/dev/null 2>&1 & echo done")
    assert outcome and "done" in outcome.text
    assert not [p for p in psutil.process_iter(["cmdline"]) if "314" in (p.info["cmdline"] or [])]


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ("while True: pass", "not yet"),
        ("import os; os._exit(3)", "not yet"),
        ("raise SystemExit", "not yet"),
        ("import os, signal; os.kill(os.getpid(), signal.SIGKILL)", "not yet"),
        ("print('x' * 2_000_000); return 1", "right"),
        ("return 'x' * 7_000_000", "not yet"),
        ("return {1, 2}", "not yet"),
    ],
)
def test_a_function_that_misbehaves_is_an_answer_like_others(outcome_of, body, status):
    code = f"def lambda_handler(event, context):\n    {body}\n"
    assert outcome_of(call_function, app__py=code).status == status


@pytest.mark.parametrize("text", ["NaN", "[1e999]", "9" * 5000, "[" * 5000 + "]" * 5000, "{,}"])
def test_what_only_python_takes_for_json_is_not_json(outcome_of, text):
    outcome = outcome_of(lambda bench: str(bench.json("answer.json")), answer__json=text)
    assert (outcome.status, outcome.hint) == ("not yet", "not-json")


def test_a_definition_nested_without_end_is_not_json(outcome_of):
    deep = "[" * 5000 + "]" * 5000
    outcome = outcome_of(lambda bench: bench.machine(bench.text("answer.json")), answer__json=deep)
    assert (outcome.status, outcome.hint) == ("not yet", "not-json")


def test_a_definition_that_was_emptied_is_not_json(outcome_of):
    outcome = outcome_of(lambda bench: bench.machine(bench.text("answer.json")), answer__json="")
    assert (outcome.status, outcome.hint) == ("not yet", "not-json")


def a_command(bench):
    return bench.run("true").output or "it ran"


@pytest.mark.parametrize(
    ("toml", "hint"), [("[[", "not-toml"), ('stack_name = "desk', "not-toml"), ("a = 1", "")]
)
def test_settings_that_are_no_toml_are_named_before_sam_stumbles(outcome_of, toml, hint):
    outcome = outcome_of(a_command, samconfig__toml=toml)
    assert (outcome.hint or "") == hint, outcome
    assert ("samconfig.toml is not TOML" in outcome.text) == bool(hint)
    assert bool(outcome) != bool(hint)


@pytest.mark.parametrize("yaml", ["", "- one\n", "Resources:\n  A: 1\n B: 2\n"])
def test_a_template_that_is_none_is_named_before_sam_stumbles(outcome_of, yaml):
    outcome = outcome_of(a_command, template__yaml=yaml)
    assert (outcome.status, outcome.hint) == ("not yet", "not-yaml")
    assert "template.yaml" in outcome.text


def test_what_a_check_breaks_itself_later_is_not_the_learners(outcome_of):
    def breaks(bench):
        bench.run("true")
        (bench.folder / "template.yaml").write_text("")
        return bench.run("true").output or "it ran twice"

    assert outcome_of(breaks, template__yaml="Resources: {}").status == "right"


def test_an_answer_that_edits_the_check_proves_nothing(outcome_of):
    mine = Path(checking.__file__).with_name("hints.py")
    before = mine.stat()
    try:
        outcome = outcome_of(run_script, answer__sh=f"touch {mine}")
    finally:
        os.utime(mine, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert outcome.status == "cannot check"
    assert "own files changed" in outcome.text and "git checkout" in outcome.text


def test_a_script_works_on_a_copy(outcome_of, learner):
    assert outcome_of(run_script, answer__sh="rm -f * && echo gone")
    assert (learner / "exercises" / "99.1" / "answer.sh").exists()


def test_a_folder_with_a_film_in_it_is_not_copied(learner, tmp_path):
    exercise = toy.exercise(tmp_path)
    with (exercise.folder / "film.mp4").open("wb") as film:
        film.truncate(60 * 1024 * 1024)
    outcome = exercise.check()
    assert outcome.status == "cannot check" and "60 MB" in outcome.text


def test_a_link_to_elsewhere_is_not_followed(learner, tmp_path):
    exercise = toy.exercise(tmp_path)
    secret = tmp_path / "secret.json"
    secret.write_text(toy.SOLUTION)
    (exercise.folder / "machine.json").unlink()
    (exercise.folder / "machine.json").symlink_to(secret)
    assert exercise.check().status in ("not yet", "right")
    assert secret.read_text() == toy.SOLUTION


def test_what_a_check_did_not_foresee_is_said_without_a_traceback(learner, tmp_path):
    def check(bench):
        raise KeyError("surprise")

    exercise = toy.exercise(tmp_path, check)
    (exercise.folder / "machine.json").write_text("other")
    outcome = exercise.check()
    assert outcome.status == "cannot check"
    assert "KeyError" in outcome.text and "Traceback" not in outcome.text


SEEN = {}


def look_around(bench):
    SEEN.update(bench.environment)
    bench.client("s3").create_bucket(Bucket="left-behind")
    buckets = [one["Name"] for one in bench.client("s3").list_buckets()["Buckets"]]
    return f"There are {buckets}."


def test_a_check_has_an_endpoint_of_its_own_and_leaves_it_empty(outcome_of, monkeypatch):
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIALEARNERSOWN")
    monkeypatch.setenv("AWS_PROFILE", "learner")
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("COURSE_TARGET", "aws")
    for _ in range(2):
        assert outcome_of(look_around, answer__sh="x").text == "There are ['left-behind']."
    assert SEEN["AWS_ACCESS_KEY_ID"] != "AKIALEARNERSOWN" and "AWS_PROFILE" not in SEEN
    assert SEEN["AWS_ENDPOINT_URL"].startswith("http://127.0.0.1:")


def test_a_checks_endpoint_that_was_killed_comes_back(learner, tmp_path, checks_home):
    exercise = toy.exercise(tmp_path)
    (exercise.folder / "machine.json").write_text(toy.SOLUTION)
    assert exercise.check()
    running = json.loads((checks_home / "checks" / "endpoint.json").read_text())
    psutil.Process(running["pid"]).kill()
    assert exercise.check()


def test_two_learners_processes_check_at_once(learner):
    command = (
        "import sys, pathlib, tempfile\n"
        "from tests.exercises import toy\n"
        "exercise = toy.exercise(pathlib.Path(tempfile.mkdtemp()))\n"
        "(exercise.folder / 'machine.json').write_text(toy.SOLUTION)\n"
        "sys.exit(not all(exercise.check() for _ in range(5)))\n"
    )
    both = [
        subprocess.Popen([sys.executable, "-c", command], cwd=place.stages.ROOT) for _ in range(2)
    ]
    assert [one.wait() for one in both] == [0, 0]


def test_a_command_that_is_not_on_this_machine_is_the_machines_fault(outcome_of):
    outcome = outcome_of(lambda bench: bench.run("no-such-shell", "answer.sh"), answer__sh="x")
    assert outcome.status == "cannot check"
    assert "There is no no-such-shell on this machine." in outcome.text
