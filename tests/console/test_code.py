"""The files of a function's zip."""

import io
import zipfile

import pytest

from helpers.console import code
from helpers.console.aws import Problem
from tests.workshop import zipped


def test_the_handler_s_file_is_shown_unless_another_is_asked_for():
    data = zipped({"src/app.py": "x = 1\n", "readme.txt": "股票 سعر", "src/": ""})
    told = code.read(data, "src.app.handler")
    assert (told.chosen, told.text, told.count) == ("src/app.py", "x = 1\n", 2)
    assert [one.name for one in told.files] == ["readme.txt", "src/app.py"]
    assert code.read(data, "src/app.handler").chosen == "src/app.py"
    assert code.read(data, "src.app.handler", "readme.txt").text == "股票 سعر"
    assert code.read(data, "none.handler", "../../etc/passwd").chosen == "readme.txt"


@pytest.mark.parametrize("data", [b"\x00\x01", b"\xff\xfe", b"\x80abc"])
def test_what_is_no_text_is_said_to_be_none(data):
    told = code.read(zipped({"app.so": data}), "app.handler")
    assert isinstance(told.text, Problem) and "not text" in told.text.what


def test_a_large_file_is_cut_and_one_that_unpacks_to_much_is_not_unpacked():
    told = code.read(zipped({"app.py": "价" * 100_000}), "app.handler")
    assert told.missing == 300_000 - code.LONGEST and set(told.text) == {"价"}
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("app.py", b"x" * 20_000_000)
    told = code.read(packed.getvalue(), "app.handler")
    assert len(told.text) == code.LONGEST and told.missing > 19_000_000


def test_many_files_are_counted_and_the_first_ones_listed():
    told = code.read(zipped({f"f{n:04}.py": "" for n in range(code.MANY + 10)}), "app.handler")
    assert (told.count, len(told.files)) == (code.MANY + 10, code.MANY)


@pytest.mark.parametrize("data", [b"", b"PK\x03\x04 no zip"])
def test_what_is_no_zip_is_said_to_be_none(data):
    assert isinstance(code.read(data, "app.handler"), Problem)


def test_an_empty_zip_and_a_file_that_cannot_be_unpacked():
    assert code.read(zipped({}), "app.handler").files == []
    data = bytearray(zipped({"app.py": "x"}))
    data[data.index(b"app.py") - 30 + 8] = 99  # in a way that nobody knows
    data[data.index(b"PK\x01\x02") + 10] = 99
    assert isinstance(code.read(bytes(data), "app.handler").text, Problem)


@pytest.mark.parametrize("address", ["", "file:///etc/passwd", "http://127.0.0.1:9/x", "http://["])
def test_what_cannot_be_fetched_is_told(address):
    assert isinstance(code.fetch(address), Problem)
