"""Buckets: what lies in one, as in folders, with its versions; upload and download."""

from __future__ import annotations

import mimetypes
from typing import Any
from urllib.parse import quote

from botocore.exceptions import ClientError
from tornado.iostream import StreamClosedError

from helpers.console.aws import Problem, attempt
from helpers.console.page import LONGEST_UPLOAD, TOLD, Page, Refused

ROWS = 100  # objects or versions on a page
PREVIEW = 64 * 1024  # bytes of an object that are shown
CHUNK = 256 * 1024  # bytes of a download at a time


class Buckets(Page):
    """All buckets."""

    template = "buckets.html"
    section = "buckets"

    def show(self) -> dict[str, Any]:
        """A page of them, and `more`: where the next begins."""
        given: dict[str, Any] = {"MaxBuckets": ROWS}
        if after := self.get_query_argument("after", ""):
            given["ContinuationToken"] = after
        answer = self.aws.client("s3").list_buckets(**given)
        return {
            "buckets": answer["Buckets"],
            "more": answer.get("ContinuationToken", ""),
        }


class Bucket(Page):
    """One bucket, by its name."""

    template = "bucket.html"
    section = "buckets"

    def show(self, name: str) -> dict[str, Any]:
        """What lies below a prefix: objects and, as folders, what they have before a slash."""
        client = self.aws.client("s3")
        prefix = self.exactly("prefix")
        with_versions = bool(self.get_query_argument("versions", ""))
        listed = self._versions if with_versions else self._objects
        return {
            "bucket": name,
            "prefix": prefix,
            "above": _above(prefix),
            "with_versions": with_versions,
            "versioning": attempt(lambda: _versioning(client, name)),
            "listed": attempt(lambda: listed(name, prefix)),
            "most": LONGEST_UPLOAD,
            "uploaded": self.get_query_argument("uploaded", "", strip=False),
        }

    def act(self, name: str) -> str:
        """Upload a file into the folder that is looked at."""
        if self.get_body_argument("do", "") != "upload":
            raise Refused(Problem("Nothing was asked for."))
        prefix = self.exactly("prefix")
        file = next(iter(self.request.files.get("file", [])), None)
        key = prefix + _base(file["filename"]) if file else prefix
        if file is None or key == prefix:
            raise Refused(Problem("No file was chosen, so nothing was uploaded."))
        given: dict[str, Any] = {"Bucket": name, "Key": key, "Body": file["body"]}
        if kind := mimetypes.guess_type(key)[0]:
            given["ContentType"] = kind
        if not (self.get_body_argument("replace", "") or self._keeps_versions(name)):
            given["IfNoneMatch"] = "*"  # S3 itself looks, so nobody can come between
        try:
            self.aws.client("s3").put_object(**given)
        except ClientError as error:
            if error.response["Error"]["Code"] != "PreconditionFailed":
                raise
            raise Refused(
                Problem(
                    f"There is an object {key} already, so nothing was uploaded.",
                    "This bucket keeps no versions: what was there would be lost.",
                    "Tick “Replace one of the same name”, and choose the file again.",
                )
            ) from None
        return self.link("buckets", name, prefix=prefix, uploaded=key)

    def question(self, name: str) -> str:
        """On an account the form itself has a box to tick: a file cannot be asked about later."""
        if self.aws.is_local:
            return ""
        raise Refused(
            Problem(f"Nothing was uploaded to {name}.", "", "Tick the box that says you want to.")
        )

    def _keeps_versions(self, bucket: str) -> bool:
        told = attempt(lambda: _versioning(self.aws.client("s3"), bucket))
        return told == "Enabled"

    def _objects(self, bucket: str, prefix: str) -> dict[str, Any]:
        """The objects of a page, the folders beside them, and `more`: where the next begins."""
        given: dict[str, Any] = {"Bucket": bucket, "Prefix": prefix, "Delimiter": "/"}
        if after := self.exactly("after"):
            given["ContinuationToken"] = after
        answer = self.aws.client("s3").list_objects_v2(MaxKeys=ROWS, **given)
        more = answer.get("NextContinuationToken", "")
        return {
            "folders": [one["Prefix"] for one in answer.get("CommonPrefixes", [])],
            "rows": answer.get("Contents", []),
            "more": {"after": more} if more else {},
        }

    def _versions(self, bucket: str, prefix: str) -> dict[str, Any]:
        """As `_objects`, with each version and delete marker a row of its own."""
        given: dict[str, Any] = {"Bucket": bucket, "Prefix": prefix, "Delimiter": "/"}
        if after := self.exactly("after"):
            given |= {"KeyMarker": after}
            if version := self.get_query_argument("version", ""):
                given |= {"VersionIdMarker": version}
        answer = self.aws.client("s3").list_object_versions(MaxKeys=ROWS, **given)
        markers = [{**one, "is_marker": True} for one in answer.get("DeleteMarkers", [])]
        rows = [*answer.get("Versions", []), *markers]
        rows.sort(key=lambda one: one["LastModified"], reverse=True)
        rows.sort(key=lambda one: one["Key"])
        more = {
            "after": answer.get("NextKeyMarker", ""),
            "version": answer.get("NextVersionIdMarker", ""),
        }
        return {
            "folders": [one["Prefix"] for one in answer.get("CommonPrefixes", [])],
            "rows": rows,
            "more": more if answer.get("IsTruncated") else {},
        }


class _OfObject(Page):
    """What is of one object, or of one of its versions; its key is in the query."""

    section = "buckets"

    def named(self, bucket: str) -> dict[str, Any]:
        """Which one, as S3 is to be asked."""
        named = {"Bucket": bucket, "Key": self.exactly("key")}
        if version := self.get_query_argument("version", ""):
            named["VersionId"] = version
        if not named["Key"]:
            raise Refused(Problem("This address names no object.", "", "Choose one of the bucket."))
        return named


class Object(_OfObject):
    """One object: what S3 knows of it, and its beginning if that is text."""

    template = "object.html"

    def show(self, name: str) -> dict[str, Any]:
        """Its facts and a preview."""
        named = self.named(name)
        client = self.aws.client("s3")
        told = client.head_object(**named)
        return {
            "bucket": name,
            "named": named,
            "folder": named["Key"].rpartition("/")[0],
            "told": told,
            "preview": attempt(lambda: _preview(client, named, told["ContentLength"])),
            "cut": PREVIEW,
        }


class Download(_OfObject):
    """An object's bytes, as a file: never as a page, whatever is in it."""

    async def get(self, *parts: str) -> None:
        """The file, a piece at a time."""
        try:
            named = self.named(parts[0])
            answer = await self.in_thread(lambda: self.aws.client("s3").get_object(**named))
        except TOLD as error:
            self._fail(error)
            return
        self.set_header("Content-Type", "application/octet-stream")
        self.set_header("Content-Disposition", disposition(named["Key"]))
        self.set_header("Content-Length", str(answer["ContentLength"]))
        body = answer["Body"]
        try:
            while piece := await self.in_thread(body.read, CHUNK):
                self.write(piece)
                await self.flush()
        except StreamClosedError:  # the browser has left
            pass
        finally:
            body.close()


def disposition(key: str) -> str:
    """Says that what is sent is a file, and a name for it that is safe whatever the key is.

    >>> disposition('a/b"\\r\\nSet-Cookie: x=1')
    "attachment; filename*=UTF-8''b%22%0D%0ASet-Cookie%3A%20x%3D1"
    """
    return f"attachment; filename*=UTF-8''{quote(_base(key) or 'object', safe='')}"


def _base(key: str) -> str:
    """The last part of a path, whichever slashes it has."""
    return key.replace("\\", "/").rpartition("/")[2]


def _above(prefix: str) -> list[tuple[str, str]]:
    """(name, prefix) of each folder that a prefix leads through.

    >>> _above("a/b/")
    [('a', 'a/'), ('b', 'a/b/')]
    """
    ends = [at + 1 for at, letter in enumerate(prefix) if letter == "/"]
    starts = [0, *ends]
    return [
        (prefix[start : end - 1], prefix[:end]) for start, end in zip(starts, ends, strict=False)
    ]


def _versioning(client: Any, bucket: str) -> str:
    return str(client.get_bucket_versioning(Bucket=bucket).get("Status", "never switched on"))


def _preview(client: Any, named: dict[str, Any], length: int) -> str | None:
    """The beginning of a text; None of what is none."""
    if not length:
        return ""
    answer = client.get_object(**named, Range=f"bytes=0-{PREVIEW - 1}")
    begun: bytes = answer["Body"].read()
    if b"\0" in begun:
        return None
    try:
        return begun.decode()
    except UnicodeDecodeError as error:
        # cut within a character, at most three bytes before the end
        is_cut = length > PREVIEW and error.start >= len(begun) - 3
        return begun[: error.start].decode() if is_cut else None
