"""Buckets: folders, versions, what an object holds, upload and download; keys that trick."""

from __future__ import annotations

import html
import re
import uuid
from typing import Any

import pytest
import requests

from tests.conftest import LocalEndpoint
from tests.console.conftest import XSRF, Visitor, visiting

TRICKS = [
    "../../etc/passwd",
    "/absolute",
    "a/..%2f..%2fb",
    "back\\slash",
    'quo"te.txt',
    "<script>alert(1)</script>",
    "文件 ملف.txt",
    "q?a=1#b&c=d",
    "folder//empty name",
]


@pytest.fixture(scope="module")
def s3(endpoint: LocalEndpoint) -> Any:
    """boto3's client of S3."""
    return endpoint.client("s3")


def made(s3: Any, keeps_versions: bool = False) -> str:
    """The name of a new bucket."""
    name = f"console-{uuid.uuid4().hex[:8]}"
    s3.create_bucket(Bucket=name)
    if keeps_versions:
        status = {"Status": "Enabled"}
        s3.put_bucket_versioning(Bucket=name, VersioningConfiguration=status)
    return name


@pytest.fixture(scope="module")
def tricky(s3: Any) -> str:
    """A bucket with a key for each trick; in each its own text."""
    name = made(s3)
    for number, key in enumerate(TRICKS):
        s3.put_object(Bucket=name, Key=key, Body=f"trick {number}".encode())
    return name


def upload(
    visitor: Visitor, bucket: str, name: str, body: bytes, prefix: str = "", **fields: str
) -> requests.Response:
    """The page's form, sent with a file."""
    token = XSRF.search(visitor.get(f"/buckets/{bucket}").text)
    assert token
    return visitor.session.post(
        f"{visitor.url}/buckets/{bucket}",
        params={"prefix": prefix},
        data={"_xsrf": token[1], "do": "upload", **fields},
        files={"file": (name, body)},
    )


def test_keys_stand_in_folders_that_lead_down_and_up(visitor: Visitor, s3: Any) -> None:
    name = made(s3)
    for key in ("top.txt", "a/b/one.txt", "a/b/two.txt"):
        s3.put_object(Bucket=name, Key=key, Body=b"x")
    top = visitor.words(f"/buckets/{name}")
    assert "top.txt</a>" in top and "one.txt" not in top
    link = re.search(r'href="([^"]+)">a/</a>', top)
    assert link
    inner = visitor.words(f"/buckets/{name}?prefix=a/b/")
    assert ">one.txt</a>" in inner and ">two.txt</a>" in inner and "top.txt" not in inner
    assert f"/buckets/{name}?prefix=a%2F" in visitor.get(f"/buckets/{name}?prefix=a/b/").text


def test_thousands_are_paged(visitor: Visitor, s3: Any) -> None:
    name = made(s3)
    for number in range(230):
        s3.put_object(Bucket=name, Key=f"{number:03}", Body=b"")
    address, seen = f"/buckets/{name}", []
    for _ in range(4):
        page = visitor.words(address)
        seen += re.findall(r">(\d{3})</a>", page)
        more = re.search(r'href="([^"]+)">The next ones', page)
        if not more:
            break
        address = more[1]
    assert seen == [f"{number:03}" for number in range(230)]


def test_the_lessons_carry_up_and_down(visitor: Visitor, s3: Any) -> None:
    name, body = made(s3), bytes(range(256)) * 3000
    answer = upload(visitor, name, "sam-app.tar", body, prefix="from laptop/")
    assert answer.status_code == 200 and "Uploaded, as" in answer.text
    assert s3.get_object(Bucket=name, Key="from laptop/sam-app.tar")["Body"].read() == body
    got = visitor.get(f"/buckets/{name}/download", params={"key": "from laptop/sam-app.tar"})
    assert got.content == body
    assert got.headers["Content-Disposition"] == "attachment; filename*=UTF-8''sam-app.tar"


def test_nothing_is_overwritten_unasked(visitor: Visitor, s3: Any) -> None:
    name = made(s3)
    assert upload(visitor, name, "mine.txt", b"first").status_code == 200
    again = upload(visitor, name, "mine.txt", b"second")
    assert again.status_code == 400
    assert "There is an object mine.txt already, so nothing was uploaded." in again.text
    assert s3.get_object(Bucket=name, Key="mine.txt")["Body"].read() == b"first"
    assert upload(visitor, name, "mine.txt", b"second", replace="yes").status_code == 200
    assert s3.get_object(Bucket=name, Key="mine.txt")["Body"].read() == b"second"


def test_a_bucket_that_keeps_versions_shows_each_and_the_delete_marker(
    visitor: Visitor, s3: Any
) -> None:
    name = made(s3, keeps_versions=True)
    assert upload(visitor, name, "mine.txt", b"first").status_code == 200
    assert upload(visitor, name, "mine.txt", b"second").status_code == 200
    s3.delete_object(Bucket=name, Key="mine.txt")
    assert "The bucket is empty." in visitor.words(f"/buckets/{name}")
    page = visitor.words(f"/buckets/{name}?versions=yes")
    assert page.count(">Download</a>") == 2 and "delete marker: it counts as deleted" in page
    links = re.findall(r'href="([^"]+/download\?[^"]+)"', page)
    assert {visitor.get(link).content for link in links} == {b"first", b"second"}


@pytest.mark.parametrize("name", ["../../up.txt", "C:\\dir\\up.txt", "/etc/up.txt"])
def test_a_file_goes_into_the_folder_that_is_looked_at(
    visitor: Visitor, s3: Any, name: str
) -> None:
    bucket = made(s3)
    assert upload(visitor, bucket, name, b"x", prefix="here/").status_code == 200
    (only,) = s3.list_objects_v2(Bucket=bucket)["Contents"]
    assert only["Key"] == "here/up.txt"


@pytest.mark.parametrize("number", range(len(TRICKS)))
def test_keys_that_mean_mischief_are_text_and_download_as_files(
    visitor: Visitor, tricky: str, number: int
) -> None:
    key = TRICKS[number]
    page = visitor.get(f"/buckets/{tricky}/object", params={"key": key})
    assert page.status_code == 200 and f"trick {number}" in page.text
    assert "<script>alert" not in page.text
    got = visitor.get(f"/buckets/{tricky}/download", params={"key": key})
    assert got.content == f"trick {number}".encode()
    assert "Set-Cookie" not in got.headers
    assert got.headers["Content-Type"] == "application/octet-stream"
    assert got.headers["X-Content-Type-Options"] == "nosniff"
    said = got.headers["Content-Disposition"].removeprefix("attachment; filename*=UTF-8''")
    assert said and not set(said) & set("/\\\"'<>\r\n ;")


def test_all_of_them_are_listed_and_lead_to_themselves(visitor: Visitor, tricky: str) -> None:
    waiting, found = [f"/buckets/{tricky}"], set()
    while waiting:
        page = visitor.get(html.unescape(waiting.pop())).text
        waiting += re.findall(r'<td><a href="([^"]+)">[^<]*/</a></td><td colspan', page)
        found |= {
            html.unescape(one) for one in re.findall(r'href="([^"]+/object\?key=[^"]+)"', page)
        }
    texts = {re.search(r"trick \d", visitor.words(link))[0] for link in found}  # type: ignore[index]
    assert texts == {f"trick {number}" for number in range(len(TRICKS))}


def test_what_is_no_text_is_not_shown_and_a_long_one_is_cut(visitor: Visitor, s3: Any) -> None:
    name = made(s3)
    s3.put_object(Bucket=name, Key="bytes", Body=b"\x00\xff\xfe")
    s3.put_object(Bucket=name, Key="long", Body=("é" * 100_000).encode() + b"END")
    s3.put_object(Bucket=name, Key="empty", Body=b"")
    assert "It is no text." in visitor.words(f"/buckets/{name}/object?key=bytes")
    assert "It is empty." in visitor.words(f"/buckets/{name}/object?key=empty")
    long = visitor.words(f"/buckets/{name}/object?key=long")
    assert long.count("é") == 32 * 1024 and "END" not in long and "Its first 65.5 kB." in long


def test_what_is_not_there_is_said(visitor: Visitor, s3: Any) -> None:
    name = made(s3)
    for address in ("object", "download"):
        answer = visitor.get(f"/buckets/{name}/{address}?key=nothing")
        assert answer.status_code == 400 and 'role="alert"' in answer.text
        answer = visitor.get(f"/buckets/{name}/{address}")
        assert "This address names no object." in answer.text
    assert "The specified bucket does not exist" in visitor.get("/buckets/not-there-0").text


def test_read_only_offers_and_takes_no_upload(endpoint: LocalEndpoint, s3: Any) -> None:
    name = made(s3)
    with visiting(endpoint.env, "--read-only") as visitor:
        page = visitor.words(f"/buckets/{name}")
        assert "Upload" not in page
        token = XSRF.search(visitor.get("/").text)
        answer = visitor.session.post(
            f"{visitor.url}/buckets/{name}",
            data={"_xsrf": token[1] if token else "", "do": "upload"},
            files={"file": ("x", b"x")},
        )
        assert answer.status_code == 403
    assert "Contents" not in s3.list_objects_v2(Bucket=name)
