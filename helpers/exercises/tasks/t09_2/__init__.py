"""09.2 A bucket that will not go: versions, marks, more than a page of them, and other buckets."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from helpers.exercises import NotYet, Ran, Task, Workbench

BUCKET, NEIGHBOUR = "sam-source-7f3k", "sam-source-7f3k-photos"
MANY, TIMES = 101, 10
ODD = ("a file with blanks.zip", "ünïcödé/€.template", 'it\'s "quoted" & more.txt')
SECONDS = 60


def check(bench: Workbench) -> str:
    """The bucket is gone with all its versions and marks; its neighbour is as it was."""
    bench.text("empty.sh")
    bench.trying("to fill a bucket")
    client = bench.client("s3")
    _fill(client, BUCKET, [f"{n:04x}.template" for n in range(MANY)], ODD, TIMES)
    _fill(client, NEIGHBOUR, ["beach.jpg"], ["hills.jpg"], 1)
    before = _listed(client, BUCKET)
    neighbours = _listed(client, NEIGHBOUR)
    bench.trying(f"empty.sh on a bucket of {len(before)} versions and marks")
    ran = bench.run("sh", "empty.sh", timeout=SECONDS, BUCKET=BUCKET)
    _look_at_the_neighbour(client, neighbours)
    _look_at_the_bucket(client, ran, before)
    marks = sum(kind == "mark" for kind, _, _ in before)
    return (
        f"The bucket with {len(before) - marks} versions and {marks} marks is gone, and "
        f"{NEIGHBOUR} is as it was."
    )


def _fill(client: Any, bucket: str, deleted: list[str], kept: Sequence[str], times: int) -> None:
    """Put objects into a new bucket with versioning, and delete some, so often: marks are made."""
    client.create_bucket(Bucket=bucket)
    client.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
    for key in [*deleted, *kept]:
        client.put_object(Bucket=bucket, Key=key, Body=b"")
    gone = [{"Key": key} for key in deleted]
    for _ in range(times):
        client.delete_objects(Bucket=bucket, Delete={"Objects": gone, "Quiet": True})


def _listed(client: Any, bucket: str) -> set[tuple[str, str, str]]:
    """("version" or "mark", key, version id) of all that a bucket holds."""
    pages = client.get_paginator("list_object_versions").paginate(Bucket=bucket)
    kinds = {"Versions": "version", "DeleteMarkers": "mark"}
    return {
        (kind, one["Key"], one["VersionId"])
        for page in pages
        for group, kind in kinds.items()
        for one in page.get(group, [])
    }


def _look_at_the_neighbour(client: Any, before: set[tuple[str, str, str]]) -> None:
    if not _is_there(client, NEIGHBOUR):
        raise NotYet(
            f"With BUCKET={BUCKET} the bucket {NEIGHBOUR} was removed. It is somebody else's.",
            hint="others",
        )
    if _listed(client, NEIGHBOUR) != before:
        raise NotYet(
            f"With BUCKET={BUCKET} the objects in {NEIGHBOUR} are no longer the same. It is "
            "somebody else's.",
            hint="others",
        )


def _look_at_the_bucket(client: Any, ran: Ran, before: set[tuple[str, str, str]]) -> None:
    if not _is_there(client, BUCKET):
        return
    left = _listed(client, BUCKET)
    if not left:
        raise NotYet(f"{BUCKET} is empty, and it is still there{_said(ran)}", hint="bucket-stays")
    versions = {one for one in left if one[0] == "version"}
    had = f"Of the {len(before)} versions and marks in {BUCKET}"
    if len(versions) > MANY // 2:
        raise _hardly_anything_went(had, ran, left, before)
    if not versions:
        raise NotYet(
            f"{had} the versions are gone, and {len(left)} marks are still there{_said(ran)}",
            hint="marks-stay",
        )
    hint = "odd-keys" if {key for _, key, _ in left} <= set(ODD) else "a-thousand"
    raise NotYet(
        f"{had} {len(left)} are still there, as {sorted(left)[0][1]!r}{_said(ran)}", hint=hint
    )


def _hardly_anything_went(had: str, ran: Ran, left: set[Any], before: set[Any]) -> NotYet:
    new = len(left - before)
    more = f", and {new} marks came on top" if new else ""
    at_once = [line for line in ran.output.splitlines() if "MalformedXML" in line]
    said = f". delete-objects said: {at_once[0].strip()}" if at_once else _said(ran)
    return NotYet(
        f"{had} {len(left & before)} are still there{more}{said}",
        hint="a-thousand" if at_once else "versions-stay",
    )


def _is_there(client: Any, bucket: str) -> bool:
    return bucket in {one["Name"] for one in client.list_buckets()["Buckets"]}


def _said(ran: Ran) -> str:
    return f". The last that was said: {ran.last_line}" if ran.last_line else "."


TASK = Task(
    title="A bucket that will not go",
    minutes=12,
    check=check,
    hints={
        "": (
            "What does the bucket still hold, after everything in it was deleted?",
            "`aws s3api list-object-versions --bucket …` shows it. What does one need to name to "
            "delete a version for good?",
            "Key and VersionId together remove a version; the same goes for a mark. Then the "
            "bucket is empty, and can go.",
        ),
        "versions-stay": (
            "What does deleting an object do in a bucket with versioning?",
            "`aws s3 rm` and `--force` know keys, no versions: each deletion puts a mark on top.",
            "list-object-versions tells Key and VersionId of each; both together delete for good.",
        ),
        "marks-stay": (
            "What is left when the versions of a deleted object are gone?",
            "list-object-versions answers with two lists. Which one did you not go through?",
            "A mark in DeleteMarkers has a Key and a VersionId, and is deleted as a version is.",
        ),
        "a-thousand": (
            "How many versions does one answer list, and how many does one delete-objects take?",
            "A thousand at most, both of them. What has to happen until nothing is listed?",
            "Repeat listing and deleting until the list is empty; boto3's object_versions does "
            "it by itself.",
        ),
        "others": (
            "Which buckets does your script look at?",
            f"{NEIGHBOUR} begins with {BUCKET}, and is another bucket.",
            "The name is given whole: use $BUCKET as it is, and nothing that begins with it.",
        ),
        "bucket-stays": (
            "The bucket is empty. Who removes it?",
            "Does your script still reach the line that does, or did something end it before?",
            "aws s3 rb, without --force, removes a bucket that holds nothing.",
        ),
        "odd-keys": (
            "Which characters may a key have?",
            "Blanks, quotes, letters of any alphabet: what splits a line at blanks gets half a "
            "key.",
            "Keep keys in JSON from the listing to the deleting, and let no shell split them.",
        ),
        "does-not-end": (
            f"How many commands does your script start, for a thousand versions? It has {SECONDS} "
            "seconds.",
            "Each `aws` takes about half a second before it does anything. What deletes many at "
            "once?",
            "delete-objects takes up to a thousand keys with their version ids; or one Python "
            "with boto3 does it all.",
        ),
    },
    reasoning="""
In a bucket with versioning nothing goes by being deleted: `aws s3 rm`, and with it `rb --force`,
puts a delete marker on top, and the bucket holds more than before. What has to be removed are
versions and marks, each by its Key and VersionId. Suspending the versioning changes nothing about
those that are there.

With boto3 it is two lines, as in this notebook: `Bucket(name).object_versions.delete()` goes
through all pages, versions and marks, a thousand at a time, and `bucket.delete()` removes the
bucket. A script in shell may call Python like this.

In shell alone it is a loop: list-object-versions --no-paginate (one answer, a thousand at most)
writes Key and VersionId of versions and marks as JSON into a file, delete-objects reads the file,
until nothing is listed. The file keeps blanks and quotes in keys from being split. One deletion a
command would take minutes.

For a bucket of millions a lifecycle rule is cheaper: it lets versions and marks expire overnight,
and costs nothing per request.
""",
)
