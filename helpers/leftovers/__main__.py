"""What is left, from a terminal; of one learner or of a whole class. Nothing is deleted.

python -m helpers.leftovers                  # of the course's own stacks, part two's too
python -m helpers.leftovers STACK …          # of these; a name that ends in * stands for several
python -m helpers.leftovers --all [STACK …]  # of all learners on this account, learner by learner
"""

from __future__ import annotations

import argparse
import sys

from helpers import leftovers, stages, target
from helpers.errors import CourseError
from helpers.leftovers import learners, ways

COURSE = (
    stages.STACK,
    *(
        f"{stages.STACK}-{name}*"
        for name in ("fails", "grows", "asks", "jsonata", "tested", "watched", "capstone")
    ),
)
"""The stacks that the notebooks make, and those of their exercises."""


def main(arguments: list[str] | None = None) -> int:
    """Print it and what would delete it; 0: nothing is left, 1: something is, 2: a fault."""
    asked = _parser().parse_args(arguments)
    try:
        where = target.activate()
        print(f"Looking at {where}.")
        if asked.all:
            by_learner = learners.find(*asked.stacks)
        else:
            by_learner = {"": leftovers.find(*asked.stacks or COURSE)}
    except CourseError as error:
        print(error, file=sys.stderr)
        return 2
    left = {whose: leftovers.Leftovers(ones) for whose, ones in by_learner.items() if ones}
    if not left:
        print(leftovers.Leftovers())
    for whose, ones in left.items():
        print(f"\n== {whose}" if whose else "", ones, sep="\n" if whose else "")
        print("To delete it, if nobody needs it:")
        for command in ways.away(ones, where.region, where.account):
            print(f"  {command}")
    return 1 if left else 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="helpers.leftovers", description="What is left in the cloud. Nothing is deleted."
    )
    parser.add_argument(
        "stacks",
        nargs="*",
        metavar="STACK",
        help="stacks to look for (default: those of the course's notebooks)",
    )
    parser.add_argument(
        "--all",
        action="store_true",
        help="of all learners: stacks whose name begins as the course's, or with a tag "
        f"{' or '.join(learners.TAGS)}",
    )
    return parser


if __name__ == "__main__":
    sys.exit(main())
