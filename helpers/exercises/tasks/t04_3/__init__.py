"""04.3 Carry it by git: one file takes the history along, and leaves the secrets at home."""

from __future__ import annotations

import os
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

from helpers.exercises import NotYet, Task, Workbench
from helpers.exercises.workbench import Ran

PACK, UNPACK = "pack.sh", "unpack.sh"
AUTHOR = {
    f"GIT_{who}_{what}": value
    for who in ("AUTHOR", "COMMITTER")
    for what, value in (("NAME", "A. Trader"), ("EMAIL", "trader@example.com"))
}


@dataclass(frozen=True)
class Repository:
    """What lies in the source. ignored: files that its .gitignore names, which are to stay."""

    branch: str
    rules: str
    commits: tuple[dict[str, str], ...]
    ignored: dict[str, str]


REPOSITORIES = (
    Repository(
        "main",
        ".aws-sam/\n.env\n",
        ({"template.yaml": "a"}, {"functions/app.py": "price = 50"}, {"template.yaml": "b"}),
        {".env": "TOKEN=not-for-the-road", ".aws-sam/build/app.py": "built"},
    ),
    Repository(
        "trunk",
        ".aws-sam/\nkeys/\n*.secret\n",
        ({"one file.txt": "1"}, {"one file.txt": "2"}),
        {"keys/live.pem": "not-for-the-road", "broker.secret": "nor-this"},
    ),
)


def check(bench: Workbench) -> str:
    """History and files arrive; what is ignored stays; what is not committed stops it."""
    bench.needs("bash", "git")
    for script in (PACK, UNPACK):
        bench.text(script)
    with tempfile.TemporaryDirectory(prefix="carry-") as place:
        for nth, repository in enumerate(REPOSITORIES):
            bench.trying(f"a repository with the branch {repository.branch}")
            _carried(bench, repository, Path(place, str(nth)))
        bench.trying("a repository with something that is not committed")
        _stopped(bench, REPOSITORIES[0], Path(place, "open"))
    return (
        "Two repositories arrived with every commit and every file, and what .gitignore names "
        "stayed at home. An edit that was not committed stopped the script."
    )


def _carried(bench: Workbench, repository: Repository, place: Path) -> None:
    source, parcel, there = place / "laptop app", place / "parcel", place / "cloudshell app"
    _make(repository, source)
    before = _state(source)
    packed = bench.run("bash", PACK, str(source), str(parcel), **AUTHOR)
    _look(packed, PACK, parcel.is_file(), f"there was no file {parcel.name} afterwards")
    if not source.is_dir() or _state(source) != before:
        raise NotYet(
            f"{PACK} changed the source: a commit, a file or a setting is another than before.",
            hint="source-changed",
        )
    source.rename(place / "far away")  # nothing but the file is carried
    unpacked = bench.run("bash", UNPACK, str(parcel), str(there), **AUTHOR)
    _look(unpacked, UNPACK, there.is_dir(), f"there was no folder {there.name} afterwards")
    _compare(repository, before, there)


def _look(ran: Ran, script: str, there: bool, otherwise: str) -> None:
    if ran.code:
        raise NotYet(
            f"{script} ended with code {ran.code}: {_telling(ran)}",
            hint="script-fails",
        )
    if not there:
        raise NotYet(f"{script} ended with code 0, and {otherwise}.", hint="script-fails")


def _telling(ran: Ran) -> str:
    """The line in which git says what is the matter, else the last one."""
    fatal = (line for line in ran.output.splitlines() if line.startswith(("fatal:", "error:")))
    return next(fatal, ran.last_line or "and said nothing.")[:300]


def _compare(repository: Repository, before: dict[str, str], there: Path) -> None:
    for name in sorted(_files(there)):
        if name in repository.ignored:
            raise NotYet(
                f"{name} arrived, which the .gitignore of the source names.", hint="secret-travels"
            )
    if not (there / ".git").exists():
        raise NotYet("Files arrived, and no history: git log has nothing to show.", hint="history")
    commits = before["log"].split()
    arrived = _git(there, "rev-list", "HEAD").split()
    if arrived != commits:
        hint = "nothing-checked-out" if not arrived else "history"
        raise NotYet(
            f"The source has {len(commits)} commits on {repository.branch}. At the destination git "
            f"log shows {len(arrived)}, and {len(set(arrived) & set(commits))} of the source's.",
            hint=hint,
        )
    missing = sorted(set(before["tracked"].split("\n")) - _files(there))
    if missing or _git(there, "status", "--porcelain"):
        what = f"without {', '.join(missing)}" if missing else "with files that differ from it"
        raise NotYet(f"The history arrived, {what}.", hint="nothing-checked-out")
    branch = _git(there, "branch", "--show-current")
    if branch != repository.branch:
        raise NotYet(
            f"The branch is {branch or 'none (a detached HEAD)'} at the destination, and was "
            f"{repository.branch}.",
            hint="nothing-checked-out",
        )


def _stopped(bench: Workbench, repository: Repository, place: Path) -> None:
    """Once a file that git knows was edited, once one is new."""
    for told, name in (("edited", "template.yaml"), ("new, and not ignored", "NOTES.md")):
        source, parcel = place / name / "app", place / name / "parcel"
        _make(repository, source)
        (source / name).write_text("not committed", encoding="utf-8")
        ran = bench.run("bash", PACK, str(source), str(parcel), **AUTHOR)
        if ran.code == 0:
            raise NotYet(
                f"{name} was {told}, and not committed. {PACK} ended with code 0, as if nothing "
                "were left behind.",
                hint="not-committed",
            )


def _make(repository: Repository, folder: Path) -> None:
    folder.mkdir(parents=True)
    _git(folder, "init", "--quiet", "--initial-branch", repository.branch, check=True)
    _write(folder, {".gitignore": repository.rules})
    for nth, files in enumerate(repository.commits):
        _write(folder, files)
        _git(folder, "add", "--all", check=True)
        _git(folder, "commit", "--quiet", "--message", f"Step {nth}", check=True)
    _write(folder, repository.ignored)


def _write(folder: Path, files: dict[str, str]) -> None:
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content, encoding="utf-8")


def _state(folder: Path) -> dict[str, str]:
    return {
        "log": _git(folder, "rev-list", "HEAD"),
        "refs": _git(folder, "for-each-ref"),
        "status": _git(folder, "status", "--porcelain", "--ignored"),
        "tracked": _git(folder, "-c", "core.quotePath=false", "ls-files"),
        "config": _git(folder, "config", "--local", "--list"),
    }


def _files(folder: Path) -> set[str]:
    paths = (path.relative_to(folder) for path in folder.rglob("*") if path.is_file())
    return {path.as_posix() for path in paths if path.parts[0] != ".git"}


def _git(folder: Path, *arguments: str, check: bool = False) -> str:
    """What git prints; nothing if it fails. It reads no settings but the repository's own."""
    environment = (
        os.environ
        | AUTHOR
        | {
            "GIT_CONFIG_GLOBAL": os.devnull,
            "GIT_CONFIG_NOSYSTEM": "1",
            "GIT_CEILING_DIRECTORIES": str(folder.parent),
        }
    )
    done = subprocess.run(
        ["git", *arguments],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        check=check,
        timeout=20,
    )
    return done.stdout.strip() if done.returncode == 0 else ""


TASK = Task(
    title="Carry it by git",
    minutes=12,
    check=check,
    hints={
        "": (
            "tar takes the folder as it lies there. What lies there that should not travel?",
            "git knows what belongs to the app and what does not. Which of its commands makes one "
            "file of a whole repository?",
            "git help bundle, and there the example: a bundle is a file that one can clone from.",
        ),
        "script-fails": (
            "Run both by hand: bash pack.sh SOURCE FILE, then bash unpack.sh FILE DESTINATION. "
            "Which line ends it?",
            'A path may have a blank in it: is every "$1" and "$2" in double quotes?',
            "After git -C or cd, a path that does not begin with / leads somewhere else.",
        ),
        "secret-travels": (
            "A file that .gitignore names was in the parcel. Who chose what goes in?",
            "A list of names in your script knows one app. The .gitignore of another names other "
            "files.",
            "What git has committed cannot hold what git ignores. So let git do the packing.",
        ),
        "history": (
            "The files came, and not the commits as they were. What does the parcel hold?",
            "git archive is one state of the files. Which command takes the commits along?",
            "A commit made anew on the other side is another commit: its id tells.",
        ),
        "nothing-checked-out": (
            "The commits came, and the folder does not show them. What does git status say at the "
            "destination?",
            "A clone checks out what HEAD names. Is HEAD in the parcel? git bundle list-heads FILE "
            "tells.",
            "Not every repository calls its branch main.",
        ),
        "not-committed": (
            "What git has not committed does not travel, and the script said nothing. Which "
            "command tells whether there is something?",
            "git status has a form for scripts: it prints nothing if there is nothing.",
            "A new file that is not ignored counts as well as an edit. git diff shows edits only.",
        ),
        "source-changed": (
            "Packing is not to change what is packed. Which command of the script writes to the "
            "source?",
            "To commit in somebody's place decides for them what belongs to the app.",
            "Where does the parcel lie, and does anything else stay in the source?",
        ),
    },
    reasoning="""
A bundle is a repository in one file: every commit, under the names that you give it, and nothing
that git does not know. So the built folder and the secrets stay, whatever .gitignore calls them,
and the file can go by any bridge: CloudShell's menu, a stick, a bucket. With HEAD among the
names, a clone knows what to check out.

What is not committed does not travel either, and git does not say so. A script that carries
should: git status --porcelain prints a line for each edit and each new file, and nothing if all
is committed.

Also right: git clone --bare into a folder, packed with tar; git bundle create … --all. Usual
mistakes: a bundle of main alone, so that the clone has commits and no files, or fails where the
branch has another name; git archive, which has no history; tar with a list of --exclude, which is
right until the next secret.
""",
)
