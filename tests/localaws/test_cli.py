"""The command line: start, env, status, stop, reset, clock, and what goes wrong with them."""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from helpers.localaws.process import ports
from tests.workshop import client_of, make_function, trust, until

ROOT = Path(__file__).resolve().parents[2]


class Home:
    """A home folder, and the command line for it; whatever runs is stopped in the end."""

    def __init__(self, path):
        self.path = path

    def run(self, *arguments, check=True, **environment):
        done = subprocess.run(
            [sys.executable, "-m", "helpers.localaws", *arguments],
            cwd=ROOT,
            env=os.environ | {"LOCALAWS_HOME": str(self.path)} | environment,
            capture_output=True,
            text=True,
        )
        assert not check or done.returncode == 0, done.stderr
        return done

    def running(self):
        return json.loads((self.path / "endpoint.json").read_text())


@pytest.fixture
def home(tmp_path):
    made = Home(tmp_path / "a home's folder")
    yield made
    made.run("stop", check=False)


@pytest.fixture
def taken():
    """A port that this process listens on."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


def alive(pid):
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    stat = Path(f"/proc/{pid}/stat")
    return not stat.exists() or stat.read_text().rpartition(")")[2].split()[0] != "Z"


def test_start_prints_the_url_and_is_idempotent(home):
    first = home.run("start", "--port", "0").stdout
    assert first.startswith("http://127.0.0.1:")
    pid = home.running()["pid"]
    assert home.run("start").stdout == first
    assert home.run("start", "--port", str(home.running()["port"])).stdout == first
    assert home.running()["pid"] == pid


def test_a_started_endpoint_outlives_the_terminal(home):
    """It is in a session of its own: no Ctrl-C and no hang-up of the terminal reaches it."""
    home.run("start", "--port", "0")
    assert os.getsid(home.running()["pid"]) != os.getsid(0)


def test_an_endpoint_that_is_to_be_idle_for_so_long_stops_by_itself_and_keeps_its_state(home):
    home.run("start", "--port", "0", "--idle", "5s")
    pid = home.running()["pid"]
    settings = json.loads(home.run("env", "--json").stdout)
    s3 = client_of(settings, "s3")
    s3.create_bucket(Bucket="kept")
    until(lambda: not alive(pid), 60)
    home.run("start")
    assert [bucket["Name"] for bucket in s3.list_buckets()["Buckets"]] == ["kept"]


def test_an_endpoint_with_something_under_way_is_not_idle(home, tmp_path):
    home.run("start", "--port", "0", "--idle", "4s")
    pid, settings = home.running()["pid"], json.loads(home.run("env", "--json").stdout)
    source = "import pathlib, time\ndef handler(path, context):\n    time.sleep(10)\n"
    source += "    pathlib.Path(path).write_text('done')\n"
    document = json.dumps(trust("lambda"))
    role = client_of(settings, "iam").create_role(RoleName="r", AssumeRolePolicyDocument=document)
    functions = client_of(settings, "lambda")
    make_function(functions, role["Role"]["Arn"], source, FunctionName="slow", Timeout=60)
    written = tmp_path / "written"
    functions.invoke(FunctionName="slow", InvocationType="Event", Payload=json.dumps(str(written)))
    until(lambda: not alive(pid), 60)
    assert written.read_text() == "done"


@pytest.mark.parametrize("asked", ["by a command", "by a notebook"])
def test_an_endpoint_that_is_killed_while_it_advances_is_told_in_sentences(home, asked):
    home.run("start", "--port", "0")
    settings = json.loads(home.run("env", "--json").stdout)
    client_of(settings, "events").put_rule(Name="often", ScheduleExpression="rate(1 minute)")
    command = [sys.executable, "-m", "helpers.localaws", "clock", "--advance", "3000d"]
    if asked == "by a notebook":
        asking = "from helpers import target; target.control('/_local/clock', {'advance': 3e8})"
        command = [sys.executable, "-c", asking]
    environment = os.environ | {k: v for k, v in settings.items() if v is not None}
    advancing = subprocess.Popen(
        command,
        cwd=ROOT,
        env=environment,
        stderr=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    before = home.run("clock").stdout
    while home.run("clock").stdout[:15] == before[:15]:  # until the day has changed
        assert advancing.poll() is None
    os.kill(home.running()["pid"], signal.SIGKILL)
    said = advancing.communicate(timeout=60)[1]
    assert advancing.returncode != 0
    assert "does not answer" in said
    assert "localaws start" in said or "course.begin starts it" in said
    assert "IncompleteRead" not in said.splitlines()[-1]


def test_stop_ends_it_and_start_takes_the_same_port_again(home):
    url = home.run("start", "--port", "0").stdout
    pid = home.running()["pid"]
    assert home.run("stop").stdout == "stopped\n"
    assert not alive(pid)
    assert home.run("stop").stdout == "it was not running\n"
    assert home.run("start").stdout == url


def test_a_taken_port_is_named_with_its_holder(home, taken):
    done = home.run("start", "--port", str(taken), check=False)
    assert done.returncode == 1
    assert f"Port {taken} is taken by process {os.getpid()} (" in done.stderr
    assert "start --port 0" in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_another_endpoint_in_the_way_is_named_too(home, tmp_path):
    other = Home(tmp_path / "other")
    port = other.run("start", "--port", "0").stdout.strip().rpartition(":")[2]
    try:
        done = home.run("start", "--port", port, check=False)
        assert f"taken by process {other.running()['pid']}" in done.stderr
        assert "helpers.localaws serve" in done.stderr
    finally:
        other.run("stop")


def test_without_a_wish_a_taken_port_is_passed_by(home, taken):
    home.run("start", "--port", "0")
    home.run("stop")
    (home.path / "port").write_text(str(taken))
    url = home.run("start").stdout.strip()
    assert not url.endswith(f":{taken}")
    assert int(url.rpartition(":")[2]) in ports.OURS


def test_any_port_is_none_that_the_system_hands_out(home):
    """A hub would have got the same one for a learner's server, which starts after the endpoint."""
    url = home.run("start", "--port", "0").stdout.strip()
    assert int(url.rpartition(":")[2]) in ports.OURS


@pytest.mark.parametrize("port", ["-1", "65536", "99999999999"])
def test_what_is_no_port(home, port):
    done = home.run("start", "--port", port, check=False)
    assert done.returncode == 1
    assert "is no port" in done.stderr


def test_a_running_endpoint_is_not_moved_silently(home, taken):
    url = home.run("start", "--port", "0").stdout.strip()
    done = home.run("start", "--port", "4", check=False)
    assert done.returncode == 1
    assert f"runs already, at {url}" in done.stderr
    assert "stop, then start --port 4" in done.stderr


def test_many_starts_at_once_make_one_endpoint(home):
    with ThreadPoolExecutor(6) as pool:
        said = list(pool.map(lambda _: home.run("start", "--port", "0").stdout, range(6)))
    assert len(set(said)) == 1
    log = (home.path / "endpoint.log").read_text()
    assert log.count("listening on") == 1


def test_a_killed_endpoint_is_noticed_and_replaced(home):
    url = home.run("start", "--port", "0").stdout
    pid = home.running()["pid"]
    os.kill(pid, signal.SIGKILL)
    done = home.run("status", check=False)
    assert (done.returncode, "not running" in done.stdout) == (1, True)
    assert "python -m helpers.localaws start" in done.stdout
    assert home.run("start").stdout == url
    assert home.running()["pid"] != pid


def test_a_stale_note_about_another_process_harms_nobody(home):
    """Its pid is a process of ours now; neither stop nor start may touch that one."""
    home.run("start", "--port", "0")
    home.run("stop")
    bystander = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
    try:
        note = home.running() if (home.path / "endpoint.json").exists() else {"port": 1}
        (home.path / "endpoint.json").write_text(json.dumps(note | {"pid": bystander.pid}))
        home.run("stop")
        home.run("start", "--port", "0")
        home.run("status")
        assert bystander.poll() is None
    finally:
        bystander.kill()
        bystander.wait()


@pytest.mark.parametrize("text", ["", "{", "[]", '{"pid": 1}', "null"])
def test_a_damaged_note_is_replaced(home, text):
    home.run("start", "--port", "0")
    pid = home.running()["pid"]
    os.kill(pid, signal.SIGKILL)
    (home.path / "endpoint.json").write_text(text)
    home.run("start", "--port", "0")
    assert home.running()["pid"] != pid


def test_an_endpoint_that_hangs_is_replaced(home, monkeypatch):
    """Its process is frozen; start waits a little, ends it and starts another."""
    from helpers.localaws.process import background
    from helpers.localaws.process.workspace import Workspace

    home.run("start", "--port", "0")
    pid = home.running()["pid"]
    monkeypatch.setenv("LOCALAWS_HOME", str(home.path))
    monkeypatch.setattr(background, "ANSWER_SECONDS", 0.3)
    monkeypatch.setattr(background, "STOP_SECONDS", 0.3)
    monkeypatch.setattr(background, "CALL_SECONDS", 0.3)
    os.kill(pid, signal.SIGSTOP)
    try:
        url, now = background.start(Workspace.find())
    finally:
        if alive(pid):
            os.kill(pid, signal.SIGCONT)
    assert now and url
    assert home.running()["pid"] != pid
    assert not alive(pid)


def test_a_folder_that_cannot_be_made_is_explained(tmp_path):
    (tmp_path / "file").write_text("")
    done = Home(tmp_path / "file" / "home").run("start", check=False)
    assert done.returncode == 1
    assert "Cannot make the endpoint's folder" in done.stderr
    assert "LOCALAWS_HOME" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no device that is always full")
def test_a_full_disk_is_explained(home):
    home.run("start", "--port", "0")
    home.run("stop")
    (home.path / "endpoint.err").unlink()
    (home.path / "endpoint.err").symlink_to("/dev/full")
    (home.path / "endpoint.log").unlink(missing_ok=True)
    (home.path / "endpoint.log").symlink_to("/dev/full")
    url = home.run("start").stdout  # a log that cannot be written is no reason not to work
    assert url.startswith("http://")


# -- links


def test_a_file_that_a_link_leads_to_is_left_alone(home, tmp_path):
    names = ("endpoint.log", "endpoint.err", "endpoint.json")
    home.path.mkdir(mode=0o700)
    for name in names:
        (tmp_path / name).write_text("years of work")
        (home.path / name).symlink_to(tmp_path / name)
    home.run("start", "--port", "0")
    home.run("status")
    for name in names:
        assert (tmp_path / name).read_text() == "years of work"
        assert not (home.path / name).is_symlink()


@pytest.mark.parametrize("name", ["aws", "lambda"])
def test_a_folder_that_a_link_leads_to_is_left_alone(home, tmp_path, name):
    """Code is unpacked and deleted there, and credentials are read: it must be the endpoint's."""
    photographs = tmp_path / "photographs"
    (photographs / "code").mkdir(parents=True)
    (photographs / "code" / "one.png").write_text("a picture")
    (photographs / "credentials").write_text("[default]")
    home.path.mkdir(mode=0o700)
    (home.path / name).symlink_to(photographs)
    done = home.run("start", "--port", "0", check=False)
    assert done.returncode == 1
    assert f"rm '{home.path / name}'" in done.stderr
    assert "Traceback" not in done.stderr
    kept = {path.name for path in photographs.rglob("*")}
    assert kept == {"code", "one.png", "credentials"}


@pytest.mark.parametrize("name", ["alive.lock", "starting.lock"])
def test_a_lock_that_is_a_link_is_refused(home, tmp_path, name):
    elsewhere = tmp_path / "elsewhere"
    elsewhere.write_text("x")
    home.path.mkdir(mode=0o700)
    (home.path / name).symlink_to(elsewhere)
    done = home.run("start", "--port", "0", check=False)
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    assert str(home.path) in done.stderr
    assert elsewhere.read_text() == "x"


# -- env


def test_env_in_a_shell_is_env_as_json(home):
    wanted = json.loads(home.run("env", "--json").stdout)
    shell = shutil.which("bash") or "sh"
    script = f'eval "$({sys.executable} -m helpers.localaws env)" && env -0'
    noise = {"AWS_PROFILE": "work", "AWS_SESSION_TOKEN": "t", "AWS_ENDPOINT_URL_S3": "http://x"}
    noise |= {"AWS_ROLE_ARN": "arn:x", "AWS_CA_BUNDLE": "/x", "SAM_CLI_BETA_FEATURES": "1"}
    done = subprocess.run(
        [shell, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True,
        env=os.environ | {"LOCALAWS_HOME": str(home.path)} | noise,
    )  # fmt: skip
    found = dict(line.split("=", 1) for line in done.stdout.split("\0") if line)
    for name, value in wanted.items():
        assert found.get(name) == value, name
    assert not noise.keys() & found.keys()
    assert found["AWS_ENDPOINT_URL"].startswith("http://127.0.0.1:")
    assert found["AWS_PAGER"] == ""


def test_env_starts_the_endpoint(home):
    settings = json.loads(home.run("env", "--json").stdout)
    assert settings["AWS_ENDPOINT_URL"] == home.running()["url"]


def test_env_puts_this_python_first(home):
    settings = json.loads(home.run("env", "--json", PATH=f"/usr/bin{os.pathsep}/bin").stdout)
    first, *others = settings["PATH"].split(os.pathsep)
    assert Path(first, "sam").exists() or Path(first) == Path(sys.executable).parent
    assert others == ["/usr/bin", "/bin"]


def test_env_for_other_shells(home):
    fish = home.run("env", "--shell", "fish").stdout
    assert "set -gx AWS_ENDPOINT_URL 'http://127.0.0.1:" in fish
    assert "set -e AWS_PROFILE" in fish
    assert "a home\\'s folder" in fish
    powershell = home.run("env", "--shell", "powershell").stdout
    assert "$Env:AWS_ENDPOINT_URL = 'http://127.0.0.1:" in powershell
    assert "Remove-Item Env:AWS_PROFILE -ErrorAction SilentlyContinue" in powershell
    assert "a home''s folder" in powershell


def test_env_leads_nowhere_else(home, tmp_path):
    """With a learner's own ~/.aws about, no command reads it and none knows an account in it."""
    own = tmp_path / "learner" / ".aws"
    own.mkdir(parents=True)
    own.joinpath("credentials").write_text(
        "[default]\naws_access_key_id = AKIAREALREALREALREAL\naws_secret_access_key = real\n"
    )
    own.joinpath("config").write_text("[default]\nregion = eu-central-1\nendpoint_url = http://x\n")
    environment = {k: v for k, v in os.environ.items() if not k.startswith("AWS_")}
    environment["HOME"] = str(own.parent)
    for name, value in json.loads(home.run("env", "--json").stdout).items():
        environment.pop(name, None)
        if value is not None:
            environment[name] = value
    done = subprocess.run(
        ["aws", "configure", "list"], env=environment, capture_output=True, text=True, check=True
    )
    assert "us-east-1" in done.stdout
    assert "REAL" not in done.stdout
    bare = {k: v for k, v in environment.items() if "ACCESS_KEY" not in k}
    done = subprocess.run(
        ["aws", "sts", "get-caller-identity"], env=bare, capture_output=True, text=True, check=True
    )
    assert json.loads(done.stdout)["Account"] == "123456789012"


# -- status, reset, clock


def test_status(fresh_endpoint):
    fresh_endpoint.client("sts").get_caller_identity()
    said = fresh_endpoint.command("status").stdout
    assert f"runs at {fresh_endpoint.url}" in said
    assert "stacks   none" in said
    assert "MB, processes:" in said
    found = json.loads(fresh_endpoint.command("status", "--json").stdout)
    assert found["running"] and found["url"] == fresh_endpoint.url and found["ready"]


@pytest.mark.parametrize(("command", "status"), [("clock", 1), ("reset", 1), ("status", 1)])
def test_what_needs_an_endpoint_says_how_to_start_it(home, command, status):
    done = home.run(command, check=False)
    assert done.returncode == status
    assert "python -m helpers.localaws start" in done.stdout + done.stderr
    assert "Traceback" not in done.stderr


def test_clock_shows_and_moves(fresh_endpoint):
    done = fresh_endpoint.command("clock", "--advance", "1d12h")
    assert "0 firings" in done.stdout
    assert "1 day, 12:00:00 ahead" in fresh_endpoint.command("clock").stdout
    assert "mode realtime" in fresh_endpoint.command("clock", "--mode", "realtime").stdout
    done = fresh_endpoint.command("clock", "--advance", "soon")
    assert done.returncode == 2
    assert "write it like 90m, 3h, 30d or 2w" in done.stderr
    fresh_endpoint.command("reset")
    assert "ahead" not in fresh_endpoint.command("clock").stdout


def test_progress_is_for_terminals_only(fresh_endpoint):
    assert fresh_endpoint.command("clock", "--advance", "3h").stderr == ""


def test_the_command_line_starts_light():
    """No moto and no boto in the client: it would cost a second at every command."""
    code = (
        "import sys; from helpers.localaws.__main__ import main\n"
        "try: main(['--help'])\nexcept SystemExit: pass\n"
        "print([m for m in sys.modules if m.split('.')[0] in ('moto', 'botocore', 'boto3')])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout.splitlines()[-1] == "[]"


# -- stopped in the middle


def test_it_is_compiled_once_also_where_python_may_not_keep_it(home, tmp_path):
    kept = tmp_path / "bytecode"
    home.run("start", "--port", "0", PYTHONDONTWRITEBYTECODE="1", PYTHONPYCACHEPREFIX=str(kept))
    assert list(kept.rglob("localaws/process/server.*.pyc"))


ASKS_ONCE = {"AWS_MAX_ATTEMPTS": "1"}
"""botocore's own setting: it otherwise asks five times, ten seconds long, and says the same."""


def test_a_stopped_endpoint_is_named_by_aws_and_start_repairs_it(fresh_endpoint):
    command = ["aws", "sts", "get-caller-identity"]
    env = fresh_endpoint.env | ASKS_ONCE
    options = {"env": env, "capture_output": True, "text": True}
    fresh_endpoint.command("stop")
    done = subprocess.run(command, **options)
    assert done.returncode != 0
    assert f'Could not connect to the endpoint URL: "{fresh_endpoint.url}' in done.stderr
    fresh_endpoint.command("start")
    assert subprocess.run(command, **options).returncode == 0
