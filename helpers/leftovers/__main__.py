"""What is left, from a terminal; of one learner or of a whole class. Nothing is deleted.

python -m helpers.leftovers                  # of the stack demo-sam
python -m helpers.leftovers STACK …          # of these; a name that ends in * stands for several
python -m helpers.leftovers --all [STACK …]  # of all learners on this account, learner by learner
"""

from __future__ import annotations

import argparse
import sys

from helpers import leftovers, stages, target
from helpers.errors import CourseError

from . import learners, ways


def main(arguments: list[str] | None = None) -> int:
    """Print it and what would delete it; 0: nothing is left, 1: something is, 2: a fault."""
    asked = _parser().parse_args(arguments)
    try:
        where = target.activate()
        print(f"Looking at {where}.")
        if asked.all:
            found = learners.find(*asked.stacks)
        else:
            found = {"": leftovers.find(*asked.stacks or (stages.STACK,))}
    except CourseError as error:
        print(error, file=sys.stderr)
        return 2
    left = {whose: leftovers.Leftovers(ones) for whose, ones in found.items() if ones}
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
        "stacks", nargs="*", metavar="STACK", help=f"stacks to look for (default: {stages.STACK})"
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
