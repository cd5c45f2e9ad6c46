"""What goes stale by itself: newer dependencies, links that lead nowhere, prices that are old.

    python -m helpers.weekly [dependencies] [links] [prices]

A line for each thing to do. Exit code 0: nothing; 1: something is to be done; 3: nothing was found,
but something could not be looked at (there is no network, or a site does not answer a program).
"""

from __future__ import annotations

import argparse
import datetime
import http.client
import json
import re
import subprocess
import sys
import tomllib
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

ROOT = Path(__file__).resolve().parents[1]
TO_DO, UNSEEN = 1, 3
OLDEST_PRICES = datetime.timedelta(days=183)
SECONDS = 20.0
"""For one answer of a site."""


@dataclass
class Report:
    """What one check found: what is to be done, what it could not look at, and what it looked at.

    seen: in a few words, how much was looked at.
    """

    name: str
    seen: str = ""
    to_do: list[str] = field(default_factory=list)
    unseen: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        state = "to do" if self.to_do else "not all could be looked at" if self.unseen else "well"
        lines = [f"{self.name}: {state}{f' ({self.seen})' if self.seen else ''}"]
        lines += [f"  to do: {line}" for line in self.to_do]
        return "\n".join([*lines, *(f"  not looked at: {line}" for line in self.unseen)])


def main(arguments: list[str] | None = None) -> int:
    """Run the checks that are named, all if none is; prints them, returns the exit code."""
    parser = argparse.ArgumentParser(prog="helpers.weekly", description=__doc__.split("\n")[0])
    parser.add_argument("checks", nargs="*", metavar="CHECK", help=f"one of {', '.join(CHECKS)}")
    asked = parser.parse_args(arguments).checks
    if unknown := [name for name in asked if name not in CHECKS]:
        parser.error(f"there is no check {unknown[0]}; there are {', '.join(CHECKS)}")
    reports = []
    for name in asked or CHECKS:
        reports.append(CHECKS[name]())
        print(reports[-1], flush=True)
    if any(report.to_do for report in reports):
        return TO_DO
    return UNSEEN if any(report.unseen for report in reports) else 0


# ---- dependencies


def dependencies(root: Path = ROOT) -> Report:
    """Is there a newer version of what is pinned or capped, or of what the lock has?

    pip is asked, on its usual index: nothing is installed. It says what this Python would get.
    """
    report = Report("dependencies")
    declared = _declared(root)
    held = [one for one in declared if any(s.operator in _CAPS for s in one.specifier)]
    newest = _resolved(report, [one.name for one in held], "the newest of what is held back", False)
    for one in held if newest else ():
        version = newest[canonicalize_name(one.name)]
        if not one.specifier.contains(version):
            report.to_do.append(
                f"{one.name} {version} is there; pyproject.toml holds {one.name}{one.specifier} "
                '(CONTRIBUTING.md, "A new version")'
            )
    allowed = _resolved(report, list(map(str, declared)), "the newest that pyproject.toml allows")
    locked = _locked(root)
    later = [
        f"{name} {max(versions)} → {allowed[name]}"
        for name, versions in locked.items()
        if name in allowed and allowed[name] > max(versions)
    ]
    if later:
        report.to_do.append(f"`make lock`, then `make test`: {', '.join(later)}")
    report.seen = f"{len(held)} are held back, {len(locked)} locked" if newest and allowed else ""
    return report


_CAPS = ("==", "<", "<=", "~=")


def _declared(root: Path) -> list[Requirement]:
    """What pyproject.toml lists: for learners, as extras, for who works on it."""
    told = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))
    project = told["project"]
    lists = [project["dependencies"], *project.get("optional-dependencies", {}).values()]
    lists += told.get("dependency-groups", {}).values()
    return [Requirement(line) for lines in lists for line in lines if isinstance(line, str)]


def _locked(root: Path) -> dict[str, set[Version]]:
    """Name → its versions in the lock; some have one for each Python."""
    versions: dict[str, set[Version]] = {}
    texts = [path.read_text(encoding="utf-8") for path in root.glob("requirements*.lock")]
    for line in "\n".join(texts).splitlines():
        if pinned := re.match(r"([\w.-]+)(?:\[[^]]*\])?==([^\s;\\]+)", line):
            versions.setdefault(canonicalize_name(pinned[1]), set()).add(Version(pinned[2]))
    return versions


def _resolved(
    report: Report, wanted: list[str], called: str, together: bool = True
) -> dict[str, Version]:
    """Name → the version that pip would install; nothing, and a line in the report, if it cannot.

    together: with all that they need in turn.
    """
    command = [sys.executable, "-m", "pip", "install", "--dry-run", "--ignore-installed"]
    command += ["--quiet", "--disable-pip-version-check", "--report", "-", *wanted]
    done = subprocess.run(
        command if together else [*command, "--no-deps"], capture_output=True, text=True
    )
    if done.returncode == 0:
        parts = [one["metadata"] for one in json.loads(done.stdout)["install"]]
        return {canonicalize_name(one["name"]): Version(one["version"]) for one in parts}
    said = [line for line in done.stderr.splitlines() if line.startswith("ERROR")] or [done.stderr]
    if "ResolutionImpossible" in done.stderr:
        report.to_do.append(f"{called} do not go together: {said[0].strip()}")
    else:
        report.unseen.append(f"{called}: {said[-1].strip()}")
    return {}


# ---- links


def links(root: Path = ROOT, seconds: float = SECONDS) -> Report:
    """Does each external link of documents and notebooks, and each source in the code, lead on?"""
    by_address: dict[str, list[str]] = {}
    for path, text in _texts(root):
        for address in _addresses(text):
            by_address.setdefault(address, []).append(path)
    report = Report("links", f"{len(by_address)} addresses")
    unseen: dict[str, list[str]] = {}
    with ThreadPoolExecutor(8) as pool:
        said = pool.map(lambda address: _follow(address, seconds), by_address)
    for (address, paths), (state, words) in zip(by_address.items(), said, strict=True):
        place = f"{address} in {', '.join(sorted(set(paths)))}"
        if state == "gone":
            report.to_do.append(f"{place}: {words}")
        elif state == "unseen":
            unseen.setdefault(words, []).append(place)
    for words, places in unseen.items():
        more = f" and {len(places) - 3} more" if len(places) > 3 else ""
        report.unseen.append(f"{'; '.join(places[:3])}{more}: {words}")
    return report


_ADDRESS = re.compile(
    r"https?://[^\s\"'`<>\[\]{}|\\]+|(?<![\w/.])docs\.aws\.amazon\.com/[\w./#%-]+"
)
_OURS = re.compile(r"https?://(127\.|localhost|\[|0\.0\.0\.0|169\.254\.|[^/]*\bexample\b|[^/.]+/)")
"""Addresses of examples, and of this machine."""
_NAMES = re.compile(
    r"https?://(www\.w3\.org/(1999|2000)/|schemas?\.|json-schema\.org/|s3\.amazonaws\.com/doc/)"
)
"""Names of kinds of XML and JSON: nobody follows them."""


def _texts(root: Path) -> Iterator[tuple[str, str]]:
    """Path from the root, and prose: documents, notebooks' own cells, and the helpers' code."""
    for pattern in ("*.md", "docs/*.md", "sam-app/**/*.md", "*.cff", ".github/**/*.yml"):
        for path in sorted(root.glob(pattern)):
            yield path.relative_to(root).as_posix(), path.read_text(encoding="utf-8")
    for path in sorted(root.glob("notebooks/*.ipynb")):
        cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
        prose = ["".join(cell["source"]) for cell in cells if cell["cell_type"] == "markdown"]
        yield path.relative_to(root).as_posix(), "\n".join(prose)
    for path in sorted(root.glob("helpers/**/*.py")):
        yield path.relative_to(root).as_posix(), path.read_text(encoding="utf-8")


def _addresses(text: str) -> set[str]:
    addresses = set()
    for one in _ADDRESS.findall(text):
        address = one if one.startswith("http") else f"https://{one}"
        while address.endswith(tuple(".,;:!?*_")) or (
            address.endswith(")") and address.count(")") > address.count("(")
        ):
            address = address[:-1]
        address = address.split("#")[0]
        if "." in address and not _NAMES.match(address) and not _OURS.match(address):
            addresses.add(address)
    return addresses


def _follow(address: str, seconds: float) -> tuple[str, str]:
    """("there" | "gone" | "unseen", why). What refuses programs is not gone."""
    words = ""
    for method in ("HEAD", "GET"):  # some sites answer no HEAD
        request = urllib.request.Request(
            address, method=method, headers={"User-Agent": "Mozilla/5.0 (link check)"}
        )
        try:
            with urllib.request.build_opener().open(request, timeout=seconds):
                return "there", ""
        except urllib.error.HTTPError as error:
            words = f"{error.code} {error.reason}"
            if method == "GET":
                return ("gone" if error.code in (404, 410) else "unseen"), words
        except (OSError, http.client.HTTPException, ValueError) as error:
            return "unseen", str(getattr(error, "reason", "") or error or type(error).__name__)
    raise AssertionError("both methods answer or fail")


# ---- prices


def prices(root: Path = ROOT, today: datetime.date | None = None) -> Report:
    """Is each price from the last half year?

    A price is dated where `prices`, `as of` and a date stand in one line, or a name with `prices`
    or `as_of` is given a date: `Prices as of 2026-11-27`, `"as_of": "2026-11-27"`,
    `PRICES_AS_OF = "2026-11-27"`.
    """
    now = today or datetime.date.today()
    report = Report("prices")
    dated = list(_dated(root))
    for place, day in dated:
        if now - day > OLDEST_PRICES:
            report.to_do.append(f"{place}: of {day}; look at AWS's price pages, then date it anew")
        elif day > now:
            report.to_do.append(f"{place}: {day} is still to come")
    if not dated:
        report.unseen.append("no price has a date in documents, notebooks or helpers")
    report.seen = f"{len(dated)} dates"
    return report


_DATED = re.compile(
    r"prices?\b[^\n]*?\b(?:as of|on|of)\s+(?P<a>\d{4}-\d\d-\d\d)"
    r"|\b\w*(?:prices?|as_?of|prices?_as_of)\b[\"']?\s*[:=]\s*[\"']?(?P<b>\d{4}-\d\d-\d\d)",
    re.IGNORECASE,
)


def _dated(root: Path) -> Iterator[tuple[str, datetime.date]]:
    data = (
        (path.relative_to(root).as_posix(), path.read_text(encoding="utf-8"))
        for ending in ("json", "toml", "yaml", "yml", "csv")
        for folder in ("helpers", "docs")
        for path in sorted(root.glob(f"{folder}/**/*.{ending}"))
    )
    for path, text in (*_texts(root), *data):
        for number, line in enumerate(text.splitlines(), 1):
            for match in _DATED.finditer(line):
                try:
                    day = datetime.date.fromisoformat(match["a"] or match["b"])
                except ValueError:
                    continue
                if path != "helpers/weekly.py":  # its own examples
                    yield f"{path}:{number}", day


CHECKS: dict[str, Callable[[], Report]] = {
    "dependencies": dependencies,
    "links": links,
    "prices": prices,
}

if __name__ == "__main__":
    sys.exit(main())
