"""The learner's tests, run on what is right and on what is not: they are to tell them apart."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from helpers.exercises import NotYet, Ran, Workbench

PATIENCE = 15.0
"""Seconds for one run of the tests; on a quiet machine it takes one or two."""

_PLAIN = {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "PYTEST_ADDOPTS": "", "NO_COLOR": "1"}


def tested(
    bench: Workbench,
    tests: str,
    variants: Mapping[str, Callable[[Path], object]],
    **variables: str,
) -> dict[str, Ran | NotYet]:
    """What pytest says of the file `tests`, by variant.

    A variant is given a copy of the learner's folder, in which it changes what is tested.
    variables: added to the environment.
    """

    def one(change: Callable[[Path], object]) -> Ran | NotYet:
        with tempfile.TemporaryDirectory(dir=bench.folder.parent) as here:
            shutil.copytree(bench.folder, here, dirs_exist_ok=True)
            change(Path(here))
            return run(bench, tests, Path(here), **variables)

    with ThreadPoolExecutor(max_workers=4) as several:
        return dict(zip(variants, several.map(one, variants.values()), strict=True))


def run(bench: Workbench, tests: str, folder: Path, **variables: str) -> Ran | NotYet:
    """Run pytest on the file `tests` in `folder`; the NotYet that says so if it does not end."""
    settings = _PLAIN | {"COLUMNS": "250"} | variables
    arguments = ("-q", "-x", "-p", "no:cacheprovider", tests)
    try:
        return bench.pytest(*arguments, cwd=folder, timeout=PATIENCE, **settings)
    except NotYet as not_yet:
        return not_yet


def pass_for(ran: Mapping[str, Ran | NotYet], tests: str, what: str) -> None:
    """Raise NotYet (`no-tests`, `fails-on-good`) unless the tests ran, and passed for every one.

    ran: by what each is called in a sentence. what: "a buyer that is right".
    """
    for name, outcome in ran.items():
        if isinstance(outcome, NotYet):
            raise outcome
        if "no tests ran" in outcome.last_line or not (outcome.code or _ended(outcome)):
            raise NotYet(f"pytest finds no test in {tests} that ran.", hint="no-tests")
        if outcome.code:
            raise NotYet(
                f"Your tests fail for {what}: {name}. {complaint(outcome)}", hint="fails-on-good"
            )


def missed(ran: Mapping[str, Ran | NotYet]) -> list[str]:
    """The variants that every test passes for."""
    return [key for key, outcome in ran.items() if isinstance(outcome, Ran) and not outcome.code]


def _ended(outcome: Ran) -> bool:
    """Did pytest come to its end? A test may have ended the process before."""
    return " passed" in outcome.last_line


def complaint(outcome: Ran) -> str:
    """The line in which pytest names the test that failed, and why."""
    lines = [line.strip() for line in outcome.output.splitlines()]
    told = [line for line in lines if line.startswith(("FAILED", "ERROR", "E  "))]
    return (told[-1] if told else outcome.last_line)[:300]
