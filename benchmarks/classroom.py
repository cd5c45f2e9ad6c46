"""Rehearse the course on a JupyterHub: N learners at once, their cost, and what keeps them apart.

python benchmarks/classroom.py --learners 5

As root on Linux it makes N users of the system, and removes them in the end; else all learners are
of one uid, and the attacks that only different users can be kept from are left out. The hub comes
from PyPI and its proxy from npm, into `build/classroom/`, the first time.

Each learner, by the hub and with a token of their own: notebooks 05 to 08 in kernels of their
Jupyter server, three exercises, the console's pages; then each attacks a neighbour; then the
servers are culled, one port is squatted, one server is killed, and all must be there again. Exit
code 1 if something got through.
"""

from __future__ import annotations

import argparse
import os
import pwd
import re
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Any

import psutil
from rehearsal import attacks, memory
from rehearsal.hub import CannotRehearse, Hub, say, shared_course
from rehearsal.learner import Learner, WentWrong

NOTEBOOKS = ("05_build_and_deploy.ipynb", "06_run.ipynb", "07_schedule.ipynb", "08_history.ipynb")
EXERCISES = ("03.1", "06.1", "07.1")
FOLLOWED = 10
"""Seconds for which a page of the console is open and nobody does anything."""
DOZE = 30
"""Seconds until an endpoint that nobody asks falls asleep; on a hub it is five minutes."""

FACTS = """
import boto3, json, os, sys
from pathlib import Path
stacks = boto3.client("cloudformation").describe_stacks()["Stacks"]
print(json.dumps({
    "uid": os.getuid() if hasattr(os, "getuid") else -1,
    "home": str(Path.home()), "cwd": os.getcwd(), "localaws": os.environ["LOCALAWS_HOME"],
    "url": os.environ["AWS_ENDPOINT_URL"], "key": os.environ["AWS_ACCESS_KEY_ID"],
    "secret": os.environ["AWS_SECRET_ACCESS_KEY"],
    "stacks": {s["StackName"]: s["StackId"] for s in stacks},
    "buckets": [b["Name"] for b in boto3.client("s3").list_buckets()["Buckets"]],
    "items": sum(boto3.client("dynamodb").scan(TableName=name, Select="COUNT")["Count"]
                 for name in boto3.client("dynamodb").list_tables()["TableNames"]),
}))
"""
NAME = "console"
"""Where the console is, below a learner's server."""
BEGIN = "import json; from helpers import course; course.begin('06'); print(json.dumps(1))"
READ = BEGIN.replace("06", "03")  # needs the app, and deploys nothing
MARK = "import boto3, json; boto3.client('s3').create_bucket(Bucket={name!r}); print(json.dumps(1))"
SOLVE = """
import json, shutil
from pathlib import Path
import helpers
from helpers import course
said = []
for number in {numbers!r}:
    exercise = course.exercise(number)
    before = exercise.check().status
    tasks = Path(helpers.__file__).parent / "exercises" / "tasks"
    solution = tasks / ("t" + number.replace(".", "_")) / "solution"
    shutil.copytree(solution, exercise.folder, dirs_exist_ok=True)
    said.append([number, before, exercise.check().status])
print(json.dumps(said))
"""


class Class:
    """The learners, their hub, and what was found."""

    def __init__(self, hub: Hub, learners: list[Learner], own_users: bool) -> None:
        self.hub, self.learners, self.own_users = hub, learners, own_users
        self.faults: list[str] = []
        self.memory: dict[str, dict[str, Counter[str]]] = {}
        self.facts: dict[str, dict[str, Any]] = {}

    def all(self, do: Callable[[Learner], Any]) -> dict[str, Any]:
        """Let all learners do something at once; a failure is noted, and stands for the result."""

        def safely(one: Learner) -> Any:
            try:
                return do(one)
            except Exception as error:  # whatever it is, the rehearsal tells it
                self.faults.append(f"{one.name}: {type(error).__name__}: {error}")
                return None

        with ThreadPoolExecutor(len(self.learners)) as pool:
            found = list(pool.map(safely, self.learners))
        return {one.name: result for one, result in zip(self.learners, found, strict=True)}

    def processes(self) -> dict[int, str]:
        """Process id → learner, of all that run for one now."""
        found: dict[int, str] = {}
        names = {one.name for one in self.learners}
        for process in psutil.process_iter():
            with suppress(psutil.Error):
                learner = process.username() if self.own_users else found.get(process.ppid())
                learner = learner or process.environ().get("JUPYTERHUB_USER")
                if learner in names:
                    found[process.pid] = str(learner)
        return found

    def measure(self, when: str) -> None:
        """Note the memory of all now, and print it for the one in the middle."""
        found = self.memory[when] = memory.of(self.processes())
        totals = sorted(sum(kinds.values()) for kinds in found.values())
        middle: Counter[str] = Counter()
        for kinds in found.values():
            middle.update(kinds)
        shares = ", ".join(
            f"{kind} {middle[kind] / len(found):.0f}" for kind in memory.KINDS if middle[kind] >= 1
        )
        say(f"{when}: {sum(totals) / len(totals):.0f} MB PSS a learner ({shares})")

    def check(self, holds: bool, otherwise: str) -> None:
        """Note a fault unless it holds."""
        if not holds:
            self.faults.append(otherwise)
            say(f"FAULT: {otherwise[:400]}")


# ---- the parts of the rehearsal


def lesson(group: Class) -> None:
    """Servers, a kernel each, the notebooks, the exercises; memory and time of each."""
    began = time.monotonic()
    group.all(lambda one: group.hub.start(one.name))
    say(f"all {len(group.learners)} servers are ready after {time.monotonic() - began:.1f} s")
    kernels = group.all(Learner.open_kernel)
    group.all(lambda one: one.tell(kernels[one.name], "import json; print(json.dumps(1))"))
    group.measure("has a notebook open, nothing run")
    _until(lambda: _asleep(group), DOZE + 60)
    group.measure("opened it, endpoint asleep")
    group.all(lambda one: one.tell(kernels[one.name], READ))
    _until(lambda: _asleep(group), DOZE + 60)
    group.measure("reads 03, begun, endpoint asleep")
    group.all(looks_about)
    _until(lambda: _asleep(group), DOZE + 60)
    group.measure("has looked at the console as well")
    group.all(lambda one: one.end_kernel(kernels[one.name]))

    def study(one: Learner) -> tuple[str, list[float]]:
        kernel, took = "", []
        for notebook in NOTEBOOKS:
            if kernel:
                one.end_kernel(kernel)
            since = time.monotonic()
            try:
                kernel = one.do(notebook)
            except Exception:
                together.abort()
                raise
            took.append(time.monotonic() - since)
            if notebook == NOTEBOOKS[1]:
                together.wait(900)  # so that all are measured at the same place
        return kernel, took

    together = threading.Barrier(
        len(group.learners), action=lambda: group.measure("works, after 06")
    )
    used, began = _processor(group), time.monotonic()
    done = group.all(study)
    wall, used = time.monotonic() - began, _processor(group) - used
    say(
        f"05-08 by all: {wall:.0f} s; {used / len(group.learners):.0f} s of a processor a learner; "
        + ", ".join(f"{n[:2]} {max(d[1][i] for d in done.values() if d):.0f} s"
                    for i, n in enumerate(NOTEBOOKS))
    )  # fmt: skip
    group.measure("works, after 08")
    kernels = {name: found[0] for name, found in done.items() if found}
    group.learners = [one for one in group.learners if one.name in kernels]
    for one in group.learners:
        one.last_kernel = kernels[one.name]
    began = time.monotonic()
    solved = group.all(lambda one: one.tell(one.last_kernel, SOLVE.format(numbers=EXERCISES)))
    say(f"three exercises by all: {time.monotonic() - began:.0f} s")
    wanted = [[number, "not attempted", "right"] for number in EXERCISES]
    for name, said in solved.items():
        group.check(said == wanted, f"{name}: the exercises say {said}")
    group.measure("works, after three exercises")
    with_the_console(group)


def looks_about(one: Learner) -> None:
    """Open each page of the console's menu, and the newest execution if there is one."""

    def linked(to: str, page: str) -> list[str]:
        return re.findall(rf'href="[^"]*/{NAME}/({to})"', page)

    for path in linked(r"\w+", one.look()):
        one.look(path)
    for machine in linked(r"machines/[^\"?]+", one.look("machines")):
        for execution in linked(r"executions/[^\"?]+", one.look(machine))[:1]:
            one.look(execution)


def with_the_console(group: Class) -> None:
    """All have the console open: what it costs, and that an open page is not taken for work."""
    began = time.monotonic()
    group.all(looks_about)
    say(f"the console's pages by all: {time.monotonic() - began:.0f} s")
    with ExitStack() as stack:
        for one in group.learners:
            stack.enter_context(one.following())
        before = group.all(lambda one: one.ask("GET", "status")["last_activity"])
        group.measure("works, and has the console open")
        time.sleep(FOLLOWED)
        after = group.all(lambda one: one.ask("GET", "status")["last_activity"])
        group.check(before == after, f"a page that is open counts as work: {before}, {after}")


def apart(group: Class) -> None:
    """None has or sees what is another's."""
    group.all(lambda one: one.tell(one.last_kernel, MARK.format(name=f"only-{one.name}")))
    group.facts = facts = group.all(lambda one: one.tell(one.last_kernel, FACTS))
    for what in ("localaws", "url", "key", "secret", "cwd"):
        group.check(
            len({found[what] for found in facts.values()}) == len(facts), f"two share a {what}"
        )
    ids = [stack for found in facts.values() for stack in found["stacks"].values()]
    group.check(len(set(ids)) == len(ids), "two have one stack")
    for name, found in facts.items():
        foreign = [b for b in found["buckets"] if b.startswith("only-") and b != f"only-{name}"]
        group.check(not foreign, f"{name} sees {foreign}")
        group.check("demo-sam" in found["stacks"], f"{name} has no stack")
        group.check(found["items"] >= 700, f"{name} has {found['items']} trades")
    for one in group.learners:
        saved = one.ask("GET", f"contents/work/notebooks/{NOTEBOOKS[1]}")["content"]
        text = str(saved)
        group.check("image/svg+xml" in text or "image/png" in text, f"{one.name}: no picture saved")
        others = [f["key"] for name, f in facts.items() if name != one.name]
        others += [f["url"] for name, f in facts.items() if name != one.name]
        group.check(not any(word in text for word in others), f"{one.name}: another's output")
    line = "aws s3 ls; localaws status; exercises list | head -1; sam --version; echo the''end"
    for name, shown in group.all(lambda one: one.type(line, "theend")).items():
        for wanted in (f"only-{name}", "endpoint runs at", "00.1", "SAM CLI"):
            group.check(wanted in (shown or ""), f"{name}: no {wanted!r} in a terminal: {shown!r}")
    listening = _listening(group)
    kinds = Counter(kind for ports in listening.values() for kind in ports.values())
    say(f"  listening: {', '.join(f'{number} of {kind}' for kind, number in kinds.items())}")
    for name, ports in listening.items():
        several = [kind for kind, number in Counter(ports.values()).items() if number > 1]
        group.check(not several, f"{name} listens on {ports}")
    for pid in group.processes():
        with suppress(OSError, psutil.Error):
            if memory.kind(psutil.Process(pid)) == "server":
                whole = "sqlalchemy" in Path(f"/proc/{pid}/maps").read_text()
                group.check(not whole, "a learner's server has the hub's database")
    secrets = {f["secret"] for f in facts.values()} | {one.token for one in group.learners}
    secrets |= _console_keys(group)
    for process in psutil.process_iter():
        with suppress(psutil.Error):
            words = " ".join(process.cmdline())
            shown = any(secret in words for secret in secrets)
            group.check(not shown, f"a secret in a command line: {words}")


def attacked(group: Class) -> None:
    """Each attacks the next."""
    if len(group.learners) < 2:
        say("one learner alone: there is nobody to attack")
        return
    running = group.processes()
    listening = _listening(group)
    order = group.learners
    victims = dict(zip([one.name for one in order], [*order[1:], order[0]], strict=True))

    def attack(one: Learner) -> dict[str, str]:
        victim = victims[one.name]
        facts = group.facts[victim.name]
        told = {
            "name": victim.name,
            "home": facts["home"],
            "work": facts["cwd"],
            "localaws": facts["localaws"],
            "port": int(facts["url"].rpartition(":")[2]),
            "ports": list(listening[victim.name]),
            "pids": [pid for pid, name in running.items() if name == victim.name],
            "server": victim.base,
            "uid": facts["uid"],
        }
        return one.tell(one.last_kernel, attacks.code(told))

    found = group.all(attack)
    tried = {name for got in found.values() if got for name in got}
    among_users = ("/proc", "signals", "LOCALAWS_HOME", "work/", "sockets", "shared folders")
    for name in sorted(tried):
        if not group.own_users and any(word in name for word in among_users):
            say(f"  {name}: left out, all learners are of one uid")
            continue
        through = {who: got[name] for who, got in found.items() if got and got[name]}
        say(f"  {name}: {'GOT THROUGH' if through else 'refused'} ({len(found)} tried)")
        for who, what in through.items():
            group.check(False, f"{who}: {name}: {what[:500]}")


def culled_and_killed(group: Class) -> None:
    """Servers stopped as the culler does, one killed, a port squatted: nothing is lost or told."""
    first, *others = group.learners
    squatter = others[0] if others else None
    before = group.facts
    group.hub.stop(first.name)
    _until(lambda: first.name not in group.processes().values(), 60)
    group.check(first.name not in group.processes().values(), "something outlives a culled server")
    port = int(before[first.name]["url"].rpartition(":")[2])
    if squatter is not None:
        squatter.tell(squatter.last_kernel, attacks.SQUAT.replace("PORT", str(port)))
    group.hub.start(first.name)
    kernel = first.open_kernel()
    first.tell(kernel, BEGIN)
    after = first.tell(kernel, FACTS)
    _compare(group, first.name, before[first.name], after, moved=squatter is not None)
    if squatter is not None:
        heard = " ".join(squatter.tell(squatter.last_kernel, attacks.HEARD))
        group.check(before[first.name]["secret"] not in heard, "the squatter was told a secret")
        group.check(after["url"] != before[first.name]["url"], "the squatter is taken for it")
        say(f"  a squatted port: passed by; the squatter heard {len(heard)} characters, no secret")
    first.last_kernel = kernel

    server = next(
        process
        for process in map(psutil.Process, group.processes())
        if "jupyterhub-singleuser" in " ".join(process.cmdline())
        and process.environ()["JUPYTERHUB_USER"] == first.name
    )
    server.kill()
    _until(lambda: first.name not in group.processes().values(), 60)
    group.check(first.name not in group.processes().values(), "something outlives a killed server")
    group.hub.wait(lambda: not group.hub.is_ready(first.name), "the hub does not notice")
    began = time.monotonic()
    group.hub.start(first.name)
    kernel = first.last_kernel = first.open_kernel()
    first.tell(kernel, BEGIN)
    say(f"  culled, killed, and again at work {time.monotonic() - began:.1f} s after the start")
    _compare(group, first.name, after, first.tell(kernel, FACTS), moved=False)

    for one in others:
        group.hub.stop(one.name)
    if others:
        _until(lambda: len(set(group.processes().values())) <= 1, 60)
        began = time.monotonic()

        def again(one: Learner) -> Any:
            if one is first:
                return None
            group.hub.start(one.name)
            one.last_kernel = one.open_kernel()
            one.tell(one.last_kernel, BEGIN)
            return one.tell(one.last_kernel, FACTS)

        for name, found in group.all(again).items():
            if found:
                _compare(group, name, before[name], found, moved=False)
        say(f"  {len(others)} started at once are at work after {time.monotonic() - began:.1f} s")


def _compare(
    group: Class, name: str, before: dict[str, Any], after: dict[str, Any], moved: bool
) -> None:
    for what in ("localaws", "key", "secret", "stacks", "buckets", "items"):
        group.check(before[what] == after[what], f"{name}: {what} is not as it was after a restart")
    if not moved:
        group.check(before["url"] == after["url"], f"{name}: the endpoint is elsewhere")


def in_the_browser(group: Class) -> None:
    """JupyterLab by the hub's own pages: sign in, open, see pictures, change, save."""
    sys.path[:0] = [str(Path(__file__).parents[1]), str(Path(__file__).parents[1] / "tests")]
    from browsing import CHROMIUM, SCREENSHOTS, a_browser

    if CHROMIUM is None:
        say("no browser here: JupyterLab was not looked at")
        return
    one = group.learners[0]
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    with a_browser() as browser:
        page = browser.new_page(viewport={"width": 1400, "height": 1000})
        page.set_default_timeout(90_000)
        place = f"{one.base}/lab/tree/work/notebooks/{NOTEBOOKS[1]}?reset"
        page.goto(place)
        page.locator("#username_input").fill(one.name)
        page.locator("#password_input").fill(group.hub.password)
        page.locator("#login_submit").click()
        page.locator(".jp-Notebook").wait_for()
        page.wait_for_function(
            """() => [...document.querySelectorAll('.jp-OutputArea-output img')]
                .some(i => i.complete && i.naturalWidth > 100)"""
        )
        page.locator(".jp-OutputArea-output img").first.scroll_into_view_if_needed()
        page.screenshot(path=SCREENSHOTS / "classroom_picture.png")
        page.locator(".jp-Notebook .jp-Cell").first.click()
        page.keyboard.press("Escape")
        page.keyboard.press("a")
        page.keyboard.press("Enter")
        page.keyboard.type("# kept by the hub")
        unsaved = page.locator(".lm-TabBar-tab.jp-mod-dirty")
        unsaved.wait_for()
        page.keyboard.press("Control+s")
        # Not asked for before: who reads a notebook that Jupyter is writing makes it put both the
        # new and the old one aside.
        unsaved.wait_for(state="detached")
        saved = str(one.ask("GET", f"contents/work/notebooks/{NOTEBOOKS[1]}")["content"])
        group.check("kept by the hub" in saved, "what was typed was not saved")
        page.screenshot(path=SCREENSHOTS / "classroom_saved.png")
        page.goto(f"{one.base}/lab/tree/work/notebooks/00_start_here.ipynb?reset")
        page.locator(".jp-Notebook").wait_for()
        link = page.locator(".jp-RenderedMarkdown a[href*='.ipynb']").first
        link.scroll_into_view_if_needed()
        link.click()
        page.wait_for_function("() => document.querySelectorAll('.jp-NotebookPanel').length > 1")
        page.screenshot(path=SCREENSHOTS / "classroom_link.png")
        say(f"in the browser: picture, typing, saving, a link; screenshots in {SCREENSHOTS}")


# ---- whom it is rehearsed with


@contextmanager
def users(number: int) -> Iterator[list[str]]:
    """So many users of the system, with homes that all may enter, as Debian makes them."""
    made: list[str] = []
    try:
        for n in range(1, number + 1):
            name = f"rehearsal{n:02}"
            with suppress(KeyError):
                pwd.getpwnam(name)
                raise CannotRehearse(f"There is a user {name} already: userdel -r {name}")
            command = ["useradd", "--create-home", "--shell", "/bin/bash", name]
            subprocess.run(command, check=True)
            made.append(name)
            Path(pwd.getpwnam(name).pw_dir).chmod(0o755)
        yield made
    finally:
        for name in made:
            uid = pwd.getpwnam(name).pw_uid
            for process in psutil.process_iter():
                with suppress(psutil.Error):
                    if process.uids().real == uid:
                        process.kill()
            time.sleep(0.1)
            subprocess.run(["userdel", "--remove", name], check=False, capture_output=True)


def _asleep(group: Class) -> bool:
    running = group.processes()
    words = [" ".join(_words(pid)) for pid in running]
    awake = [one for one in words if "helpers.localaws serve" in one and "doze.py" not in one]
    return bool(words) and not awake


def _words(pid: int) -> list[str]:
    try:
        return psutil.Process(pid).cmdline()
    except psutil.Error:
        return []


def _listening(group: Class) -> dict[str, dict[int, str]]:
    """By learner: port → the kind of process that listens at it.

    A kernel has one, also with IPC: ipykernel's, for what its forked children print. It takes in
    only what begins with a random word of the kernel's.
    """
    found: dict[str, dict[int, str]] = {one.name: {} for one in group.learners}
    owners = group.processes()
    for one in psutil.net_connections("tcp"):
        if one.status == psutil.CONN_LISTEN and owners.get(one.pid) in found:
            with suppress(psutil.Error):
                kind = memory.kind(psutil.Process(one.pid))
                found[owners[one.pid]][one.laddr.port] = kind
    return found


def _console_keys(group: Class) -> set[str]:
    """By which each learner's server shows their console that it is the one that asks."""
    keys = set()
    for pid in group.processes():
        with suppress(psutil.Error):
            keys.add(psutil.Process(pid).environ().get("COURSE_CONSOLE_KEY", ""))
    return keys - {""}


def _processor(group: Class) -> float:
    """Seconds of a processor that the learners' processes have taken, and the children they had."""
    total = 0.0
    for pid in group.processes():
        with suppress(psutil.Error):
            total += sum(psutil.Process(pid).cpu_times()[:4])
    return total


def _until(true: Callable[[], bool], patience: float) -> None:
    deadline = time.monotonic() + patience
    while not true() and time.monotonic() < deadline:
        time.sleep(0.3)


def summary(group: Class, number: int, others: float) -> None:
    """What a learner costs, and how many fit."""
    print(f"\n{'MB PSS a learner, ' + str(number) + ' at once':<40}" + "".join(
        f"{kind:>10}" for kind in (*memory.KINDS, "all")
    ))  # fmt: skip
    for when, found in group.memory.items():
        count = max(1, len(found))
        means = [sum(kinds[kind] for kinds in found.values()) / count for kind in memory.KINDS]
        print(f"{when:<40}" + "".join(f"{mb:>10.0f}" for mb in (*means, sum(means))))
    most = max(
        sum(sum(kinds.values()) for kinds in found.values()) / max(1, len(found))
        for found in group.memory.values()
    )
    print(
        f"The hub and its proxy have {others:.0f} MB. With 24 GB, 2 of them for the system, "
        f"{int((22_000 - others) // most)} learners fit who all do what takes most."
    )


def main() -> int:
    """Rehearse; exit code 1 if something got through or was lost, 2 if it could not be done."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n\n")[0])
    parser.add_argument("--learners", type=int, default=5, metavar="N")
    parser.add_argument("--no-browser", action="store_true", help="leave JupyterLab's pages out")
    options = parser.parse_args()
    own_users = os.name == "posix" and os.geteuid() == 0
    signal.signal(
        signal.SIGTERM, lambda *_: sys.exit(130)
    )  # users and hub are removed all the same
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="hub-")))
        try:
            course = shared_course()
            settings = [f"c.Spawner.environment['LOCALAWS_DOZE'] = '{DOZE}'"]
            if own_users:
                names = stack.enter_context(users(options.learners))
                spawner = "jupyterhub.spawner.LocalProcessSpawner"
            else:
                names = [f"rehearsal{n:02}" for n in range(1, options.learners + 1)]
                spawner = "simple"
                home = f"'{folder}/{{username}}'"
                settings.append(f"c.SimpleLocalProcessSpawner.home_dir_template = {home}")
                for name in names:
                    (folder / name).mkdir()
            hub = Hub(folder, course, spawner, settings)
            stack.callback(hub.end)
            learners = [Learner(hub.url, name, hub.add(name)) for name in names]
            group = Class(hub, learners, own_users)
            lesson(group)
            if not group.learners:
                raise WentWrong("no learner came through")
            apart(group)
            attacked(group)
            if not options.no_browser:
                try:
                    in_the_browser(group)
                except Exception as error:  # a browser has many ways to fail
                    group.check(False, f"in the browser: {type(error).__name__}: {error}")
            culled_and_killed(group)
            one = group.learners[0]
            for notebook in ("00_start_here.ipynb", "01_generate.ipynb"):
                try:
                    one.end_kernel(one.do(notebook))
                except WentWrong as error:
                    group.check(False, str(error))
            _until(lambda: _asleep(group), DOZE + 60)
            group.measure("idle, endpoints asleep")
            hub_memory = sum(
                memory.pss(one.pid)
                for one in (hub.process, *hub.process.children())
                if one.pid not in group.processes()
            )
            summary(group, options.learners, hub_memory)
        except CannotRehearse as error:
            print(error, file=sys.stderr)
            return 2
        except WentWrong as error:
            group.faults.append(str(error))
    for fault in group.faults:
        print(f"FAULT: {fault[:1500]}")
    print("Nothing got through, and nothing was lost." if not group.faults else "")
    return 1 if group.faults else 0


if __name__ == "__main__":
    sys.exit(main())
