"""The weekly checks, with a network of their own: a server here is the index, and the web."""

import datetime
import functools
import os
import threading
import zipfile
from http.server import BaseHTTPRequestHandler, SimpleHTTPRequestHandler, ThreadingHTTPServer
from typing import ClassVar

import pytest

from helpers import weekly

TODAY = datetime.date(2026, 11, 27)


class Serving:
    """A server on loopback for a test's time."""

    def __init__(self, handler):
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()


@pytest.fixture
def serve():
    started = []

    def start(handler):
        started.append(Serving(handler))
        return started[-1].url

    yield start
    for one in started:
        one.server.shutdown()
        one.server.server_close()


# ---- dependencies


@pytest.fixture
def index(tmp_path, serve, monkeypatch):
    """A package index that pip asks; a call puts a version of a package there."""
    folder = tmp_path / "index"
    folder.mkdir()

    class Quiet(SimpleHTTPRequestHandler):
        def log_message(self, *_):
            pass

    def put(name, version, *needs):
        place = folder / name
        place.mkdir(exist_ok=True)
        info = f"{name}-{version}.dist-info"
        lines = ["Metadata-Version: 2.1", f"Name: {name}", f"Version: {version}"]
        lines += [f"Requires-Dist: {need}" for need in needs]
        with zipfile.ZipFile(place / f"{name}-{version}-py3-none-any.whl", "w") as wheel:
            wheel.writestr(f"{info}/METADATA", "\n".join(lines))
            wheel.writestr(f"{info}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\n")
            wheel.writestr(f"{info}/RECORD", "")

    for name in [name for name in os.environ if name.startswith("PIP_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    monkeypatch.setenv("PIP_INDEX_URL", serve(functools.partial(Quiet, directory=folder)))
    monkeypatch.setenv("PIP_NO_CACHE_DIR", "1")
    return put


def project(folder, declared, locked):
    lines = "".join(f'  "{one}",\n' for one in declared)
    (folder / "pyproject.toml").write_text(f"[project]\ndependencies = [\n{lines}]\n")
    (folder / "requirements.lock").write_text("".join(f"{one}\n    # via\n" for one in locked))


def test_what_is_newer_is_told(index, tmp_path):
    for version in ("1.0", "1.1", "2.0"):
        index("capped", version)
        index("free", version)
        index("pinned", version, "below")
        index("below", version)
    project(
        tmp_path,
        ["capped<2", "free>=1", "pinned==1.0"],
        ["capped==1.1", "free==1.1", "pinned==1.0", "below==2.0 ; python_version < '3.12'"],
    )
    report = weekly.dependencies(tmp_path)
    capped, pinned, later = report.to_do
    assert capped.startswith("capped 2.0 is there; pyproject.toml holds capped<2 ")
    assert pinned.startswith("pinned 2.0 is there; pyproject.toml holds pinned==1.0 ")
    assert later == "`make lock`, then `make test`: free 1.1 → 2.0"
    assert report.unseen == [] and report.seen == "2 are held back, 4 locked"


def test_where_all_is_the_newest_there_is_nothing_to_do(index, tmp_path):
    index("pinned", "1.0")
    project(tmp_path, ["pinned==1.0"], ["pinned==1.0"])
    report = weekly.dependencies(tmp_path)
    assert (report.to_do, report.unseen) == ([], [])


def test_what_does_not_go_together_is_told(index, tmp_path):
    index("one", "1.0", "both<2")
    index("other", "1.0", "both>=2")
    index("both", "1.0")
    index("both", "2.0")
    project(tmp_path, ["one", "other"], [])
    (line,) = weekly.dependencies(tmp_path).to_do
    assert line.startswith("the newest that pyproject.toml allows do not go together: ")
    assert "one" in line and "other" in line


def test_without_an_index_nothing_is_said_of_versions(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    monkeypatch.setenv("PIP_INDEX_URL", "http://127.0.0.1:9/simple")
    monkeypatch.setenv("PIP_RETRIES", "0")
    monkeypatch.delenv("PIP_EXTRA_INDEX_URL", raising=False)
    monkeypatch.delenv("PIP_FIND_LINKS", raising=False)
    project(tmp_path, ["pinned==1.0"], ["pinned==1.0"])
    monkeypatch.setitem(
        weekly.CHECKS, "dependencies", functools.partial(weekly.dependencies, tmp_path)
    )
    assert weekly.main(["dependencies"]) == weekly.UNSEEN
    said = capsys.readouterr().out
    assert said.startswith("dependencies: not all could be looked at\n")
    assert said.count("not looked at: ") == 2 and "to do" not in said


# ---- links


class Web(BaseHTTPRequestHandler):
    """The web, as a proxy sees it."""

    answers: ClassVar = {
        "/there": 200,
        "/gone": 404,
        "/closed": 403,
        "/no-head": 200,
        "/moved": 301,
    }

    def answer(self):
        assert self.path.startswith("http://course.test/")
        path = self.path.removeprefix("http://course.test")
        code = 405 if (self.command, path) == ("HEAD", "/no-head") else self.answers[path]
        self.send_response(code)
        if code == 301:
            self.send_header("Location", "http://course.test/there")
        self.send_header("Content-Length", "0")
        self.end_headers()

    do_HEAD = do_GET = answer

    def log_message(self, *_):
        pass


@pytest.fixture
def web(serve, monkeypatch):
    monkeypatch.setenv("http_proxy", serve(Web))
    monkeypatch.setenv("no_proxy", "127.0.0.1")


def test_a_link_is_there_or_gone_or_cannot_be_looked_at(web, tmp_path):
    (tmp_path / "README.md").write_text(
        "[a](http://course.test/there#part), [b](http://course.test/gone).\n"
        "<http://course.test/closed> http://course.test/no-head, (http://course.test/moved)\n"
        "http://127.0.0.1:4599/ http://localhost http://www.w3.org/2000/svg http://host/path"
    )
    report = weekly.links(tmp_path)
    assert report.to_do == ["http://course.test/gone in README.md: 404 Not Found"]
    assert report.unseen == ["http://course.test/closed in README.md: 403 Forbidden"]
    assert report.seen == "5 addresses"


def test_links_of_notebooks_and_sources_in_code_are_followed(web, tmp_path):
    for folder in ("notebooks", "helpers", "docs"):
        (tmp_path / folder).mkdir()
    (tmp_path / "notebooks" / "00_a.ipynb").write_text(
        '{"cells": [{"cell_type": "markdown", "source": ["[c](http://course.test/gone)"]},'
        ' {"cell_type": "code", "source": [], "outputs": ["http://course.test/there"]}]}'
    )
    (tmp_path / "helpers" / "a.py").write_text('"""Source: http://course.test/gone."""\n')
    (tmp_path / "docs" / "b.md").write_text("http://course.test/gone\n")
    report = weekly.links(tmp_path)
    assert report.unseen == []
    (line,) = report.to_do
    assert line == (
        "http://course.test/gone in docs/b.md, helpers/a.py, notebooks/00_a.ipynb: 404 Not Found"
    )


def test_without_a_network_no_link_is_called_gone(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    (tmp_path / "README.md").write_text(" ".join(f"http://course.test/{n}" for n in range(5)))
    monkeypatch.setitem(weekly.CHECKS, "links", functools.partial(weekly.links, tmp_path))
    assert weekly.main(["links"]) == weekly.UNSEEN
    said = capsys.readouterr().out.splitlines()
    assert said[0] == "links: not all could be looked at (5 addresses)"
    assert len(said) == 2 and " and 2 more: " in said[1]


def test_where_the_code_names_a_source_without_its_scheme(tmp_path):
    found = weekly._addresses("Source: docs.aws.amazon.com/lambda/latest/dg/with-sns.html.\n")
    assert found == {"https://docs.aws.amazon.com/lambda/latest/dg/with-sns.html"}


# ---- prices


@pytest.mark.parametrize(
    "line",
    [
        "Prices as of {}, in us-east-1.",
        "The price of a trade, as of {}:",
        '"as_of": "{}",',
        'PRICES_AS_OF = "{}"',
        "prices: {}",
    ],
)
def test_a_price_older_than_half_a_year_is_told(tmp_path, line):
    (tmp_path / "docs").mkdir()
    page = tmp_path / "docs" / "costs.md"
    page.write_text("# Costs\n\n" + line.format("2026-05-28"))
    assert weekly.prices(tmp_path, TODAY).to_do == []
    page.write_text("# Costs\n\n" + line.format("2026-05-27"))
    (told,) = weekly.prices(tmp_path, TODAY).to_do
    assert told.startswith("docs/costs.md:3: of 2026-05-27; ")
    page.write_text(line.format("2027-01-01"))
    assert weekly.prices(tmp_path, TODAY).to_do == ["docs/costs.md:1: 2027-01-01 is still to come"]


def test_a_table_of_prices_in_a_file_of_data_is_found(tmp_path):
    (tmp_path / "helpers").mkdir()
    (tmp_path / "helpers" / "prices.json").write_text('{\n "as_of": "2025-01-01"\n}')
    (told,) = weekly.prices(tmp_path, TODAY).to_do
    assert told.startswith("helpers/prices.json:2: ")


def test_prices_without_a_date_are_not_called_well(tmp_path):
    (tmp_path / "README.md").write_text("It costs a few cents.")
    report = weekly.prices(tmp_path, TODAY)
    assert report.unseen and str(report).startswith("prices: not all could be looked at")


# ---- the command


def test_its_exit_code_says_what_there_is_to_do(tmp_path, monkeypatch, capsys):
    readme = tmp_path / "README.md"
    monkeypatch.setitem(weekly.CHECKS, "prices", lambda: weekly.prices(tmp_path, TODAY))
    readme.write_text("Prices as of 2026-11-01")
    assert weekly.main(["prices"]) == 0
    assert capsys.readouterr().out == "prices: well (1 dates)\n"
    readme.write_text("Prices as of 2025-11-01")
    assert weekly.main(["prices"]) == weekly.TO_DO
    assert "  to do: README.md:1: of 2025-11-01" in capsys.readouterr().out


def test_an_unknown_check_is_told(capsys):
    with pytest.raises(SystemExit) as ended:
        weekly.main(["weather"])
    assert ended.value.code == 2
    assert "there is no check weather; there are dependencies, links, prices" in (
        capsys.readouterr().err
    )
