"""04.1 Bring it back: an older version becomes the current one, and none is lost on the way."""

from __future__ import annotations

import shutil
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import ClientError

from helpers.exercises import NotYet, Task, Workbench
from helpers.exercises.workbench import Ran

SCRIPT = "restore.sh"
MARKER = None
"""In a history: the object was deleted, and a delete marker lies on top of its versions."""


@dataclass(frozen=True)
class Case:
    """A bucket's history, oldest first. wanted: what the object is to hold afterwards."""

    bucket: str
    key: str
    history: tuple[str | None, ...]
    wanted: str
    others: tuple[str, ...] = ()

    @property
    def told(self) -> str:
        """The history in words."""
        steps = ["deleted" if one is MARKER else f'"{one}"' for one in self.history]
        return f"{self.key} with the history {', '.join(steps)}"


CASES = (
    Case(
        *("carry-one", "app/demo-sam.tar.gz", ("oldest", "old", "good", "spoiled"), "good"),
        others=("app/demo-sam.tar.gz.sha256", "app/demo-sam.tar.gz/b", "app"),
    ),
    Case("carry-two", "notes 2026.txt", ("old", "good", MARKER), "good"),
)


def check(bench: Workbench) -> str:
    """In each of several buckets the right version is current, and every other is still there."""
    bench.needs("bash")
    bench.text(SCRIPT)
    for case in CASES:
        _lay(bench, case)
    before = [_versions(bench, case) for case in CASES]
    bench.trying(f"{SCRIPT} on {len(CASES)} buckets")
    with ThreadPoolExecutor() as pool:
        ran = list(pool.map(lambda case: _restore(bench, case), CASES))
    for case, was, done in zip(CASES, before, ran, strict=True):
        _judge(bench, case, was, done)
    return (
        "In both buckets what was good is current again: before a spoiled version, and under a "
        "delete marker. No version is lost, and no other object was touched."
    )


def _lay(bench: Workbench, case: Case) -> None:
    """Make the bucket, and let its history happen, a minute between any two steps."""
    client = bench.client("s3")
    client.create_bucket(Bucket=case.bucket)
    client.put_bucket_versioning(Bucket=case.bucket, VersioningConfiguration={"Status": "Enabled"})
    for content in case.history:
        bench.advance(60)
        if content is MARKER:
            client.delete_object(Bucket=case.bucket, Key=case.key)
            continue
        client.put_object(Bucket=case.bucket, Key=case.key, Body=content.encode())
        for other in case.others:
            client.put_object(Bucket=case.bucket, Key=other, Body=f"other {content}".encode())
    bench.advance(60)


def _restore(bench: Workbench, case: Case) -> Ran:
    """Run the script in a folder of its own: it may leave files there."""
    folder = bench.folder.with_name(case.bucket)
    shutil.copytree(bench.folder, folder)
    return bench.run("bash", SCRIPT, timeout=60, cwd=folder, BUCKET=case.bucket, KEY=case.key)


def _judge(bench: Workbench, case: Case, before: dict[str, set[str]], ran: Ran) -> None:
    after = _versions(bench, case)
    lost = before[case.key] - after.get(case.key, set())
    if lost:
        raise NotYet(
            f"{case.told}: afterwards {len(lost)} of {len(before[case.key])} versions were gone "
            "for good.",
            hint="version-lost",
        )
    touched = [key for key in case.others if before[key] != after.get(key)]
    if touched or set(after) - set(before):
        names = ", ".join(touched or sorted(set(after) - set(before)))
        raise NotYet(f"{case.told}: {names} changed too.", hint="other-key")
    now = _current(bench, case)
    if now == case.wanted:
        return
    holds = "there was no object" if now is None else f'it held "{now}"'
    said = f" The script ended with code {ran.code}: {ran.last_line}" if ran.code else ""
    raise NotYet(
        f'{case.told}: afterwards {holds}; "{case.wanted}" was asked for.{said}',
        hint=_hint(case, now, ran),
    )


def _hint(case: Case, now: str | None, ran: Ran) -> str:
    if now is not None and now.startswith("other "):
        return "other-key"
    if ran.code:
        return "script-fails"
    unchanged = now == case.history[-1]
    if MARKER in case.history:
        return "under-a-marker"
    if now is None:
        return "gone"
    return "not-current" if unchanged else "wrong-version"


def _versions(bench: Workbench, case: Case) -> dict[str, set[str]]:
    """Key → the ids of its versions; a delete marker is none, it holds nothing."""
    ids: dict[str, set[str]] = {}
    client = bench.client("s3")
    pages = client.get_paginator("list_object_versions").paginate(Bucket=case.bucket)
    with suppress(client.exceptions.NoSuchBucket):  # a script may have removed it
        for page in pages:
            for one in page.get("Versions", []):
                ids.setdefault(one["Key"], set()).add(one["VersionId"])
    return ids


def _current(bench: Workbench, case: Case) -> str | None:
    client: Any = bench.client("s3")
    try:
        body = client.get_object(Bucket=case.bucket, Key=case.key)["Body"].read(1000)
    except ClientError:
        return None
    return body.decode("utf-8", "replace")


TASK = Task(
    title="Bring it back",
    minutes=12,
    check=check,
    hints={
        "": (
            "Two steps: which version is it, and how does it become the current one? Do the first "
            "by hand, on a bucket of your own.",
            "An object's newest version is its current one. So what is to be added, rather than "
            "taken away?",
            "A copy can have a version as its source: aws s3api copy-object help, under "
            "--copy-source.",
        ),
        "script-fails": (
            "The script did not get to its end. Run it by hand: BUCKET=… KEY=… bash restore.sh.",
            'Is every "$BUCKET" and "$KEY" in double quotes? A key may have a blank in it.',
            "bash -x restore.sh prints each command before it runs: which one is not as you meant "
            "it?",
        ),
        "not-current": (
            "The script ran, and the object holds what it held before. Did anything of it write to "
            "the bucket?",
            "Reading an old version, or saving it to a file, does not make it current.",
            "What you do to replace an object is what you do here too: put it there once more.",
        ),
        "gone": (
            "A plain get finds nothing now. Which command of the script took the object away?",
            "delete-object without a version id lays a delete marker on top: the versions are "
            "still there, under it.",
            "The object is not to go away. Another content is to come on top.",
        ),
        "wrong-version": (
            "An older version came back, but not the one before the current one. How did you "
            "choose it?",
            "In which order does list-object-versions give the versions? Look at their times.",
            "With two versions the first and the one before are the same. Try it with four.",
        ),
        "under-a-marker": (
            "This object was deleted: a delete marker lies on top, which holds nothing. Which "
            "version was the last that held something?",
            "list-object-versions gives versions and markers in two lists. When a marker is on "
            "top, which version has IsLatest?",
            "Skipping one version is right only where the newest version is the current one.",
        ),
        "version-lost": (
            "The right content may be back, but a version is gone, and nothing brings that one "
            "back. Which command took it away?",
            "delete-object with a version id deletes for good. Without one it lays a marker on "
            "top.",
            "What if the version that you took for spoiled turns out to be the good one? Add, "
            "rather than delete.",
        ),
        "other-key": (
            "Another object came into it. What does --prefix ask for: this key, or all that begin "
            "so?",
            "notes.txt and notes.txt.bak have the same beginning. Which field of the list tells "
            "them apart?",
            "In --query, a filter takes what holds: Versions[?Key=='…'].",
        ),
    },
    reasoning="""
With versioning on, an upload or a deletion adds to an object's history and takes nothing from it;
the newest entry is what a plain get returns. So the way back is one entry more: copy the version
that you want over the object. The spoiled version stays, and so does the way back from the way
back.

The version is the newest that is not the current one. Under a delete marker no version is
current, and the newest of all is meant. --prefix asks for every key that begins so, which is why
the key is compared as well.

Also right: get-object --version-id into a file and put-object from it (the object's metadata are
then to be given again); under a marker, to delete the marker, which holds nothing. Usual
mistakes: to delete the spoiled version, which loses it for good; the oldest version in place of
the one before; the first of all keys with the prefix.
""",
)
