"""Is this machine ready? From a terminal, and for a class.

python -m helpers.preflight                        # this machine, for one learner
python -m helpers.preflight --class                # what a class needs; a trial deploy is made
python -m helpers.preflight --class --learners 20  # twenty on this machine
COURSE_TARGET=aws python -m helpers.preflight --class --learners 20   # and on this account
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

from helpers import preflight, target
from helpers.errors import CourseError
from helpers.preflight import account, machine, trial
from helpers.preflight.finding import Finding, Report


def main(arguments: list[str] | None = None) -> int:
    """Print a line a finding as it is found; 0 if nothing is to mend, 1 if something is."""
    asked = _parser().parse_args(arguments)
    # The course's commands lie beside its Python, which a bare terminal does not know.
    os.environ["PATH"] = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    findings = []
    for finding in _look(asked):
        print(finding, flush=True)
        findings.append(finding)
    report = Report(tuple(findings))
    print(report.verdict("type this"))
    return 0 if report.ready else 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="helpers.preflight", description="Is this machine ready for the course?"
    )
    parser.add_argument(
        "--class",
        dest="group",
        action="store_true",
        help="look at what a class needs, too: room, rights, and a trial deploy in a folder that "
        "is thrown away",
    )
    parser.add_argument(
        "--learners",
        type=_count,
        default=1,
        metavar="N",
        help="with --class: how many share this machine (and the account, with COURSE_TARGET=aws)",
    )
    return parser


def _count(text: str) -> int:
    if text.isdigit() and 1 <= int(text) <= 10_000:
        return int(text)
    raise argparse.ArgumentTypeError(f"{text!r} is not a number of learners; write it like 20")


def _look(asked: argparse.Namespace) -> Iterator[Finding]:
    findings = preflight.check().findings
    yield from findings
    if not asked.group:
        return
    yield from machine.look(asked.learners)
    yield from _tried(lambda: trial.look(asked.learners))
    reached = all(one.ok for one in findings if one.what == "Target")
    if reached and target.name() == target.AWS:  # else its finding says what to do first
        yield from account.look(asked.learners)


def _tried(look: Callable[[], Iterator[Finding]]) -> Iterator[Finding]:
    try:
        yield from look()
    except CourseError as error:
        yield Finding("Trial", False, f"{error.what} {error.why}", error.then)


if __name__ == "__main__":
    sys.exit(main())
