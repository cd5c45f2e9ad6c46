"""The course against an AWS-compatible endpoint that is not its own: what runs there.

    python benchmarks/elsewhere.py [--url URL] [--write] [NUMBER …]

Each notebook runs as it does on an account (`COURSE_TARGET=aws`, `AWS_ENDPOINT_URL`), all in order
on one endpoint. Without a URL, MiniStack (from PyPI, in a venv of its own) and then the course's
endpoint, each fresh. A line a notebook: how many of its code cells did what they do in the notebook
as it is kept, and what the first other one said. Where a cell says to come back later, an hour
passes there if somebody can make it pass: on the course's endpoint the clock is moved. `--write`
puts what was counted into docs/real-account.md.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import nbformat
from nbclient import NotebookClient
from nbformat import NotebookNode
from traitlets.config import Config

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs" / "real-account.md"
CELL_SECONDS = 600
_LATER = re.compile(r"On a real account (.+?) take .+?: come back then")
_FAILED = re.compile(
    r"An error occurred \((\w+)\)[^\n]*|^Error: [^\n]+|^[A-Z]\w+(?:Error|Exception): [^\n]+", re.M
)
_COLOURS = re.compile(r"\x1b\[[0-9;]*m")


PassTime = Callable[[timedelta], object]


@dataclass
class Walked:
    """A notebook that was run: its number, its code cells, and what went wrong where.

    wrong: the id of each cell with an error that it does not have as it is kept, and the error.
    """

    number: str
    cells: int
    wrong: dict[str, str] = field(default_factory=dict)

    def __str__(self) -> str:
        well = f"{self.cells - len(self.wrong)} of {self.cells}"
        first = next(iter(self.wrong.items()), None)
        return f"{self.number}  {well:>8}" + (f"  {first[0]}: {first[1]}" if first else "")


def walk(
    environment: dict[str, str],
    pass_time: PassTime | None = None,
    numbers: list[str] | None = None,
) -> Iterator[Walked]:
    """Run notebooks in order, on an account as `environment` says; each when it is through.

    pass_time: called where a cell says to come back after so long.
    """
    for path in sorted((ROOT / "notebooks").glob("*.ipynb")):
        if not numbers or path.name[:2] in numbers:
            yield _walk(path, environment, pass_time)


def learner(folder: Path, url: str, key: str, secret: str, account: str) -> dict[str, str]:
    """The environment of a learner who signed in at `url`, with `folder` to work in."""
    environment = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("AWS_", "COURSE_", "LOCALAWS_"))
    }
    (folder / "work").mkdir(parents=True)
    plugins = "[plugins]\nendpoint = helpers.localaws.aws_plugin\n"  # `aws sqs` goes to AWS without
    (folder / "config").write_text(plugins, encoding="utf-8")
    shutil.copytree(ROOT / "sam-app", folder / "sam-app", ignore=shutil.ignore_patterns(".aws-sam"))
    return environment | {
        "COURSE_TARGET": "aws",
        "COURSE_ACCOUNT": account,
        "COURSE_MAKE": "yes",
        "COURSE_WORK": str(folder / "work"),
        "LOCALAWS_HOME": str(folder / "local"),  # exercises are checked on an endpoint of theirs
        "AWS_ENDPOINT_URL": url,
        "AWS_ACCESS_KEY_ID": key,
        "AWS_SECRET_ACCESS_KEY": secret,
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_CONFIG_FILE": str(folder / "config"),
        "AWS_SHARED_CREDENTIALS_FILE": str(folder / "none"),
        "SAM_CLI_POLL_DELAY": "0.5",
        "COLUMNS": "100",
    }


def stop(environment: dict[str, str]) -> None:
    """Stop the endpoints of the learner's own machine, on which exercises were checked."""
    for home in ("local", "local/checks"):
        folder = Path(environment["LOCALAWS_HOME"]).parent / home
        if folder.exists():
            subprocess.run(
                [sys.executable, "-m", "helpers.localaws", "stop"],
                env=environment | {"LOCALAWS_HOME": str(folder)},
                cwd=ROOT,
                stdout=subprocess.DEVNULL,
                check=False,
            )


def _walk(path: Path, environment: dict[str, str], pass_time: PassTime | None) -> Walked:
    from helpers import kernels

    kept = nbformat.read(path, as_version=4)
    notebook = nbformat.from_dict(kept)
    before = {cell.id: _errors(cell) for cell in kept.cells if cell.cell_type == "code"}
    with tempfile.TemporaryDirectory(prefix="kernel-") as private:
        how = {"transport": kernels.transport(), "connection_file": f"{private}/kernel.json"}
        client = _Patient(
            notebook,
            timeout=CELL_SECONDS,
            allow_errors=True,
            kernel_name="python3",
            resources={"metadata": {"path": str(path.parent)}},
            config=Config({"KernelManager": how}),
            extra_arguments=["--IPKernelApp.log_level=40"],
        )
        client.pass_time = pass_time
        client.execute(env=environment)
    wrong = {
        cell.id: next(iter(errors.values()))
        for cell in notebook.cells
        if cell.cell_type == "code"
        and (errors := {k: v for k, v in _errors(cell).items() if k not in before[cell.id]})
    }
    return Walked(path.name[:2], len(before), wrong)


class _Patient(NotebookClient):
    """Lets time pass as soon as a cell says when to come back: the rest of it may wait for that."""

    pass_time: PassTime | None = None

    def output(
        self, outs: list[NotebookNode], msg: dict[str, Any], display_id: str, cell_index: int
    ) -> NotebookNode | None:
        """Put an output to its cell."""
        from helpers import target

        later = _LATER.search(str(msg["content"].get("text", "")))
        if later and self.pass_time is not None:
            self.pass_time(target.duration(later[1]))
        return super().output(outs, msg, display_id, cell_index)


def _errors(cell: NotebookNode) -> dict[str, str]:
    """The errors that a cell shows: what kind, and its line."""
    return {
        found[0].partition(":")[0]: found[0].strip()
        for found in _FAILED.finditer(_COLOURS.sub("", _text(cell)))
    }


def _text(cell: NotebookNode) -> str:
    texts = []
    for output in cell.get("outputs", ()):
        texts.append(output.get("text", ""))
        texts += output.get("traceback", ())
        texts.append(output.get("data", {}).get("text/plain", ""))
    return "\n".join(texts)


def main() -> int:
    """Print a table for each endpoint; 1 if a cell did otherwise on the course's own."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("numbers", nargs="*", metavar="NUMBER")
    parser.add_argument("--url", help="of an endpoint that runs already; the keys are AWS_…'s")
    parser.add_argument("--write", action="store_true", help="into docs/real-account.md")
    asked = parser.parse_args()
    sys.path.insert(0, str(ROOT))
    found: dict[str, list[Walked]] = {}
    with tempfile.TemporaryDirectory(prefix="elsewhere-") as scratch:
        folder = Path(scratch)
        if asked.url:
            keys = (os.environ["AWS_ACCESS_KEY_ID"], os.environ["AWS_SECRET_ACCESS_KEY"])
            found[asked.url] = _counted(asked.url, folder, keys, asked.numbers)
        else:
            from servers import Endpoint, MiniStack, Unavailable

            try:
                name = f"MiniStack {MiniStack.install(folder)}"
                found[name] = _on(name, MiniStack, folder, asked.numbers)
            except Unavailable as error:
                print(error)
            name = "the course's endpoint"
            found[name] = _on(name, Endpoint, folder, asked.numbers)
    if asked.write:
        write(found)
    return 1 if any(one.wrong for one in list(found.values())[-1]) else 0


def write(found: dict[str, list[Walked]]) -> None:
    """Put the counts into the page."""
    begin, end = "<!-- elsewhere -->\n", "<!-- end -->"
    before, _, after = PAGE.read_text(encoding="utf-8").partition(begin)
    _, _, after = after.partition(end)
    rows = [f"| notebook | {' | '.join(found)} |", "| --- |" + " --- |" * len(found)]
    for of_notebook in zip(*found.values(), strict=True):
        counts = (f"{one.cells - len(one.wrong)} of {one.cells}" for one in of_notebook)
        rows.append(f"| {of_notebook[0].number} | {' | '.join(counts)} |")
    table = "\n".join(rows)
    PAGE.write_text(f"{before}{begin}{table}\n{end}{after}", encoding="utf-8")


def _on(name: str, kind: Any, folder: Path, numbers: list[str]) -> list[Walked]:
    """Start a server, run the notebooks there, and stop it."""
    print(name, flush=True)
    server = kind(folder / kind.__name__)
    try:
        server.start()
        keys = tuple(server.credentials().values())
        pass_time = None
        if hasattr(server, "command"):

            def pass_time(length: timedelta) -> None:
                server.command("clock", "--advance", f"{length.total_seconds():.0f}s")

        return _counted(server.url, folder / f"for {kind.__name__}", keys, numbers, pass_time)
    finally:
        server.stop()


def _counted(
    url: str,
    folder: Path,
    keys: tuple[str, ...],
    numbers: list[str],
    pass_time: PassTime | None = None,
) -> list[Walked]:
    """Run the notebooks, print a line each."""
    import boto3

    key, secret = keys
    sts = boto3.client(
        "sts",
        endpoint_url=url,
        region_name="us-east-1",
        aws_access_key_id=key,
        aws_secret_access_key=secret,
    )
    environment = learner(folder, url, key, secret, sts.get_caller_identity()["Account"])
    found = []
    try:
        for one in walk(environment, pass_time, numbers):
            print(one, flush=True)
            found.append(one)
    finally:
        stop(environment)
    return found


if __name__ == "__main__":
    sys.exit(main())
