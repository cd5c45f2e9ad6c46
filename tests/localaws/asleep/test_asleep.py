"""An endpoint that nobody asks lets go of its memory; one whose Jupyter server ended, ends too."""

import base64
import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from datetime import datetime
from pathlib import Path
from types import SimpleNamespace

import pytest

from helpers.localaws.asleep import leases
from helpers.localaws.process import hub, server
from helpers.localaws.turns.clock import Clock
from tests.workshop import client_of, make_function, trust, until

ROOT = Path(__file__).resolve().parents[3]
DOZE = ROOT / "helpers" / "localaws" / "asleep" / "doze.py"

pytestmark = pytest.mark.skipif(os.name == "nt", reason="no exec there, and no JupyterHub")


def localaws(home, *arguments, **environment):
    done = subprocess.run(
        [sys.executable, "-m", "helpers.localaws", *arguments],
        cwd=ROOT,
        env=os.environ | {"LOCALAWS_HOME": str(home)} | environment,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture
def home(tmp_path, monkeypatch):
    monkeypatch.delenv("JUPYTERHUB_USER", raising=False)
    yield tmp_path / "home"
    localaws(tmp_path / "home", "stop")


def note(home):
    return json.loads((home / "endpoint.json").read_text())


def s3(home):
    return client(home, "s3")


def client(home, service):
    return client_of(json.loads(localaws(home, "env", "--json", "--no-start")), service)


def lives(pid):
    return leases.beginning(pid) is not None


def test_asleep_it_has_hardly_any_memory_and_the_next_call_wakes_it(home):
    url = localaws(home, "start", "--port", "0", "--doze", "1s")
    s3(home).create_bucket(Bucket="kept")
    until(lambda: note(home).get("asleep"))
    pid = note(home)["pid"]
    client = s3(home)  # `env` and `start` do not wake it
    assert localaws(home, "start") == url
    assert note(home)["asleep"]
    held = Path(f"/proc/{pid}/smaps_rollup")
    if held.exists():
        until(lambda: b"doze.py" in Path(f"/proc/{pid}/cmdline").read_bytes())
        kilobytes = next(line for line in held.read_text().splitlines() if line.startswith("Pss:"))
        assert int(kilobytes.split()[1]) < 15_000
    assert [bucket["Name"] for bucket in client.list_buckets()["Buckets"]] == ["kept"]
    assert (note(home)["pid"], "asleep" in note(home)) == (pid, False)
    until(lambda: note(home).get("asleep"))
    localaws(home, "clock", "--advance", "1h")  # a signed request of the course's own wakes it too
    until(lambda: note(home).get("asleep"))
    assert localaws(home, "stop") == "stopped\n"
    assert not lives(pid)


def test_a_rule_that_is_due_wakes_it(home):
    localaws(home, "start", "--port", "0", "--doze", "1s")
    sqs, events = client(home, "sqs"), client(home, "events")
    queue = sqs.create_queue(QueueName="fired")["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])["Attributes"]
    events.put_rule(Name="minute", ScheduleExpression="rate(1 minute)")
    events.put_targets(Rule="minute", Targets=[{"Id": "1", "Arn": arn["QueueArn"]}])
    localaws(home, "clock", "--advance", "45s")
    until(lambda: note(home).get("asleep"))
    until(lambda: not note(home).get("asleep"), 90)  # nobody asks it
    until(lambda: note(home).get("asleep"), 90)
    [fired] = sqs.receive_message(QueueUrl=queue, AttributeNames=["All"])["Messages"]
    due = datetime.fromisoformat(json.loads(fired["Body"])["time"]).timestamp()
    sent = int(fired["Attributes"]["SentTimestamp"]) / 1000
    assert -1 < sent - due < 45, "not before it was asked the next time"


@pytest.mark.parametrize(("up", "sleeps"), [(False, False), (True, True)])
def test_before_all_is_there_it_does_not_fall_asleep(monkeypatch, tmp_path, up, sleeps):
    """It would not know what is due, and sleep until somebody asks."""

    class Looked(Exception):
        pass

    def looked(_):
        raise Looked

    monkeypatch.setattr(server.time, "sleep", looked)
    asked = SimpleNamespace(
        up=up, sleeps=False, last_asked=time.monotonic() - 60,
        workspace=SimpleNamespace(leases=tmp_path / "none"),
    )  # fmt: skip
    with contextlib.suppress(Looked):
        server._tire(asked, SimpleNamespace(stop=lambda: None), None, 1.0)
    assert asked.sleeps is sleeps


def test_its_functions_start_cold_when_it_wakes(home):
    localaws(home, "start", "--port", "0", "--doze", "1s")
    iam, functions = client(home, "iam"), client(home, "lambda")
    document = json.dumps(trust("lambda"))
    role = iam.create_role(RoleName="who", AssumeRolePolicyDocument=document)["Role"]["Arn"]
    asks = "import os\ndef handler(event, context): return os.getpid()"
    make_function(functions, role, asks, FunctionName="who")

    def is_cold():
        answer = functions.invoke(FunctionName="who", LogType="Tail")
        assert "FunctionError" not in answer, answer["Payload"].read()
        return "Init Duration" in base64.b64decode(answer["LogResult"]).decode()

    assert is_cold()
    assert not is_cold()
    until(lambda: note(home).get("asleep"))
    assert is_cold()


def test_who_waits_for_a_time_or_for_an_answer_needs_the_process_awake():
    clock = Clock()
    assert clock.waits_until() == float("inf")
    timer = clock.at(clock.time() + 7200, lambda: None, "a rule")
    assert clock.waits_until() == timer.when
    timer.cancel()
    assert clock.waits_until() == float("inf")
    answered = []
    waiting = threading.Thread(target=clock.wait_for, args=(lambda: answered,), daemon=True)
    waiting.start()
    until(lambda: clock.waits_until() is None)
    answered.append(1)
    clock.wake()
    waiting.join()
    assert clock.waits_until() == float("inf")


# ---- with the Jupyter server


class Server:
    """What a hub starts for a learner: it has the learner's name, and starts the endpoint."""

    def __init__(self, home, *arguments):
        start = [sys.executable, "-m", "helpers.localaws", "start", *arguments]
        code = f"import subprocess, time; subprocess.run({start!r}, check=True); time.sleep(600)"
        self.process = subprocess.Popen(
            [sys.executable, "-c", code],
            cwd=ROOT,
            env=os.environ | {"LOCALAWS_HOME": str(home), "JUPYTERHUB_USER": "ada"},
            stdout=subprocess.PIPE,
        )
        self.url = self.process.stdout.readline().decode().strip()
        assert self.url, "the endpoint did not start"

    def end(self, how):
        self.process.send_signal(how)
        self.process.wait()
        self.process.stdout.close()


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGKILL])
def test_it_ends_with_the_server_and_comes_back_with_its_state(home, how):
    server = Server(home, "--port", "0")
    pid = note(home)["pid"]
    s3(home).create_bucket(Bucket="kept")
    server.end(how)
    until(lambda: not lives(pid))
    again = Server(home)
    try:
        assert again.url == server.url
        assert note(home)["pid"] != pid
        assert [bucket["Name"] for bucket in s3(home).list_buckets()["Buckets"]] == ["kept"]
    finally:
        again.end(how)


def test_it_works_for_every_server_of_the_learner_and_ends_with_the_last(home):
    first = Server(home, "--port", "0", "--doze", "1s")
    second = Server(home)
    pid = note(home)["pid"]
    first.end(signal.SIGKILL)
    until(lambda: note(home).get("asleep"))
    time.sleep(4)  # asleep, it looks every three seconds
    assert lives(pid)
    second.end(signal.SIGKILL)
    until(lambda: not lives(pid))


def test_without_a_hub_there_is_no_server(monkeypatch):
    monkeypatch.delenv("JUPYTERHUB_USER", raising=False)
    assert hub.server() is None


def test_a_process_of_the_same_number_is_not_the_server(tmp_path):
    folder = str(tmp_path / "servers")
    assert not leases.lost(folder)
    leases.note(folder, os.getpid())
    assert not leases.lost(folder)
    (tmp_path / "servers" / str(os.getpid())).write_text("12")
    assert leases.lost(folder)
    leases.forget(folder)
    assert not leases.lost(folder)


@pytest.mark.parametrize("what", ["a rule is due", "somebody asks"])
def test_the_bare_python_becomes_the_endpoint(tmp_path, what):
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.set_inheritable(True)
        wake = time.time() + 0.3 if what == "a rule is due" else 0.0
        told = [str(listener.fileno()), str(tmp_path / "none"), str(wake)]
        becomes = [sys.executable, "-c", "print('awake')"]
        bare = subprocess.Popen(
            [sys.executable, "-E", "-s", "-S", str(DOZE), *told, *becomes],
            pass_fds=[listener.fileno()],
            stdout=subprocess.PIPE,
            text=True,
        )
        if what == "somebody asks":
            socket.create_connection(listener.getsockname()).close()
        assert bare.communicate(timeout=60)[0] == "awake\n"
        assert bare.returncode == 0
