"""The checklist for a class: what holds on this machine, and what is said where it does not."""

import os
import sys
from pathlib import Path

import pytest
import yaml
from botocore.stub import Stubber

from helpers import stages
from helpers.preflight import account, machine, trial
from helpers.preflight.__main__ import main


@pytest.fixture(autouse=True)
def elsewhere(tmp_path, monkeypatch):
    monkeypatch.setenv("COURSE_WORK", str(tmp_path / "work"))
    monkeypatch.delenv("COURSE_TARGET", raising=False)
    beside = str(Path(sys.executable).parent)
    monkeypatch.setenv("PATH", os.pathsep.join([beside, os.environ["PATH"]]))


@pytest.fixture
def restored():
    """What a command sets in this process's environment is unset again."""
    before = dict(os.environ)
    yield
    os.environ.clear()
    os.environ.update(before)


def test_in_a_terminal_a_line_a_finding_and_an_exit_code(endpoint, monkeypatch, restored, capsys):
    monkeypatch.setenv("LOCALAWS_HOME", str(endpoint.home))
    assert main([]) == 0
    out = capsys.readouterr().out
    assert out.endswith("Ready.\n") and "✓ Python" in out and "Memory" not in out
    monkeypatch.setenv("COURSE_TARGET", "moon")
    assert main([]) == 1
    out = capsys.readouterr().out
    assert "✗ Target" in out and out.endswith("1 to mend, then type this again.\n")


def test_a_number_of_learners_that_is_none(capsys):
    with pytest.raises(SystemExit) as ended:
        main(["--class", "--learners", "many"])
    assert ended.value.code == 2 and "write it like 20" in capsys.readouterr().err


def test_the_trial_builds_deploys_runs_and_leaves_nothing(monkeypatch, tmp_path):
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr("tempfile.tempdir", None)
    monkeypatch.setenv("COURSE_TARGET", "aws")  # an account is not touched
    before = dict(os.environ)
    found = list(trial.look(3))
    assert [one.what for one in found if one.ok] == [
        *("Endpoint", "sam build", "sam deploy", "Execution", "Disk", "sam delete")
    ], found
    assert len(found) == 6
    assert os.environ == before
    assert not list(tmp_path.glob("preflight-*"))


def test_a_trial_that_fails_says_the_commands_own_words(monkeypatch, tmp_path):
    sam = tmp_path / "bin" / "sam"
    sam.parent.mkdir()
    sam.write_text("#!/bin/sh\necho no sam today >&2; exit 3\n")
    sam.chmod(0o755)
    monkeypatch.setattr(
        trial,
        "_run",
        lambda command, cwd, environment, check=True, real=trial._run: real(
            (str(sam), *command[1:]) if command[0] == "sam" else command, cwd, environment, check
        ),
    )
    *_, last = trial.look(1)
    assert not last.ok and "no sam today" in last.found and "learners would meet" in last.fix


def test_too_little_memory_names_how_many_fit(monkeypatch):
    monkeypatch.setattr(machine, "_free_mb", lambda: machine.SPARE_MB + 3 * machine.LEARNER_MB)
    assert machine.memory(3).ok
    found = machine.memory(4)
    assert not found.ok and "room for 3" in found.found and "larger machine" in found.fix


def test_a_container_has_what_its_limit_leaves(monkeypatch, tmp_path):
    (tmp_path / "memory.max").write_text(str(700 << 20))
    (tmp_path / "memory.current").write_text(str(100 << 20))
    monkeypatch.setattr(machine, "_CGROUP", tmp_path)
    assert machine._free_mb() == 600


def test_what_others_cannot_read_is_named(monkeypatch, tmp_path):
    course = tmp_path / "course"
    (course / "inner").mkdir(parents=True)
    (course / "inner" / "notebook").write_text("x")
    (course / "work").mkdir(mode=0o700)  # the learner's own
    for place in (tmp_path, *(above for above in tmp_path.parents if above.owner() != "root")):
        place.chmod(0o755)
    opened = [above for above in tmp_path.parents if not above.stat().st_mode & 1]
    for above in opened:
        above.chmod(above.stat().st_mode | 1)
    monkeypatch.setattr(stages, "ROOT", course)
    assert machine.readable().ok, machine.readable()
    (course / "inner" / "notebook").chmod(0o600)
    found = machine.readable()
    assert not found.ok and found.found.endswith("inner/notebook")
    assert f"chmod -R a+rX {course}" in found.fix
    for above in opened:
        above.chmod(above.stat().st_mode & ~1)


@pytest.mark.skipif(os.name == "nt" or os.geteuid() != 0, reason="only root becomes another user")
def test_whether_another_user_can_run_this_python_is_tried(monkeypatch, tmp_path):
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    (closed / "python").symlink_to("/bin/true")
    monkeypatch.setattr(sys, "executable", str(closed / "python"))
    found = machine.runnable()
    assert not found.ok and "could not run it" in found.found and "PYTHON=" in found.fix
    monkeypatch.setattr(sys, "executable", "/bin/true")
    assert machine.runnable().ok
    monkeypatch.setattr(sys, "executable", "/bin/ls")  # it says something, and fails
    assert not machine.runnable().ok


def test_on_a_hub_work_and_endpoint_are_below_the_users_home(monkeypatch, tmp_path):
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("JUPYTERHUB_USER", "ada")
    monkeypatch.setenv("LOCALAWS_HOME", str(tmp_path / ".localaws"))
    assert machine.apart().ok, machine.apart()
    monkeypatch.setenv("COURSE_WORK", str(stages.ROOT / "work"))
    found = machine.apart()
    assert not found.ok and str(stages.ROOT / "work") in found.found
    assert "COURSE_WORK=$HOME/work" in found.fix


def test_a_clock_before_the_course_was_written(monkeypatch):
    assert machine.clock().ok
    monkeypatch.setattr("time.time", lambda: 1_000_000_000.0)
    found = machine.clock()
    assert not found.ok and "2001" in found.found and "set the clock" in found.fix


def test_without_git_and_without_a_browser(monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("JUPYTERHUB_USER", raising=False)
    assert not machine.git().ok and "04.3" in machine.git().fix
    (tmp_path / "chromium").write_text("#!/bin/sh\n")
    (tmp_path / "chromium").chmod(0o755)
    assert machine.browser().ok
    monkeypatch.setattr(
        "webbrowser.get", lambda: (_ for _ in ()).throw(__import__("webbrowser").Error)
    )
    (tmp_path / "chromium").unlink()
    assert not machine.browser().ok
    monkeypatch.setenv("JUPYTERHUB_USER", "ada")
    assert machine.browser().ok


def test_a_folder_in_which_no_socket_can_be_made(monkeypatch):
    assert machine.sockets().ok and machine.ports().ok
    monkeypatch.setenv("JUPYTER_RUNTIME_DIR", "/dev/null/x")
    found = machine.sockets()
    assert not found.ok and "JUPYTER_RUNTIME_DIR" in found.fix


# ---- an account


@pytest.fixture
def clients(endpoint):
    """The endpoint's; of quotas, which it has none of, answers in the form that AWS gives them."""
    stubbed = {}

    def client(service):
        return stubbed.get(service) or endpoint.client(service)

    def answers(service, operation, answer):
        made = endpoint.client(service)
        stub = Stubber(made)
        stub.add_response(operation, answer)
        stub.activate()
        stubbed[service] = made

    client.answers = answers
    return client


def test_whose_keys_and_which_region(clients):
    found = account.identity(1, clients)
    assert "us-east-1" in found.found and "123456789012" in found.found
    answer = {"Arn": "arn:aws:iam::123456789012:root", "Account": "1"}
    clients.answers("sts", "get_caller_identity", answer)
    found = account.identity(1, clients)
    assert not found.ok and "not as the root user" in found.fix


def test_learners_of_one_region_would_have_one_stack(clients):
    assert account.stack(1, clients).ok
    found = account.stack(2, clients)
    assert not found.ok and "AWS_DEFAULT_REGION" in found.fix


def test_a_stack_that_stands_already(clients, fresh_endpoint):
    cloudformation = fresh_endpoint.client("cloudformation")
    body = '{"Resources": {"T": {"Type": "AWS::SNS::Topic"}}}'
    cloudformation.create_stack(StackName=stages.STACK, TemplateBody=body)
    found = account.stack(1, fresh_endpoint.client)
    assert not found.ok and "stands already" in found.found and "leftovers --all" in found.fix


def test_a_young_account_runs_ten_functions_at_once(clients):
    for learners, ok in ((10, True), (11, False)):
        limits = {"ConcurrentExecutions": 10, "UnreservedConcurrentExecutions": 10}
        clients.answers("lambda", "get_account_settings", {"AccountLimit": limits})
        found = account.concurrency(learners, clients)
        assert found.ok is ok
    assert "10 functions" in found.found and "Service Quotas" in found.fix


def test_roles_and_buckets_that_the_account_still_takes(clients):
    assert account.roles(1, clients).ok
    assert not account.roles(100_000, clients).ok
    for learners, ok in ((49, True), (50, False)):
        quota = {"Quota": {"QuotaCode": "L-DC2B2D3D", "Value": 100.0}}
        clients.answers("service-quotas", "get_service_quota", quota)
        clients.answers("s3", "list_buckets", {"Buckets": [{"Name": "one"}]})
        found = account.buckets(learners, clients)
        assert found.ok is ok
    assert "1 of 100 are there, the class makes up to 101" in found.found


def test_an_account_of_which_a_service_does_not_say(clients):
    clients.answers("sts", "get_caller_identity", {"Arn": "arn:aws:iam::123456789012:user/x"})
    denied = clients("lambda")
    stub = Stubber(denied)
    stub.add_client_error("get_account_settings", "AccessDeniedException", "not you")
    stub.activate()
    found = {
        one.what: one
        for one in account.look(11, lambda name: denied if name == "lambda" else clients(name))
    }
    assert not found["Concurrency"].ok and "not you" in found["Concurrency"].found
    assert not found["CloudShell"].ok and "2 Regions" in found["CloudShell"].fix
    assert account.shells(10).ok


def test_the_roles_of_one_stack_are_counted():
    """As many as SAM makes of the sample: `ROLES` is not a guess."""
    loader = type("Loader", (yaml.SafeLoader,), {})
    loader.add_multi_constructor("!", lambda *_: "")
    text = (stages.ROOT / "sam-app" / "template.yaml").read_text()
    template = yaml.load(text, Loader=loader)
    kinds = [one["Type"] for one in template["Resources"].values()]
    events = [
        event
        for one in template["Resources"].values()
        for event in one.get("Properties", {}).get("Events", {})
    ]
    made = kinds.count("AWS::Serverless::Function") + kinds.count("AWS::Serverless::StateMachine")
    assert made + len(events) == account.ROLES
