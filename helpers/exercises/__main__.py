"""The exercises from a terminal: list them, check them, write the record, check a whole class.

python -m helpers.exercises list
python -m helpers.exercises check 06.1 06.2         # all that were begun, where none is named
python -m helpers.exercises check --class FOLDER    # a folder of work/ folders, or of records
python -m helpers.exercises record                  # one file to hand to a teacher
python -m helpers.exercises share FOLDER            # what was done, for the teacher's board
python -m helpers.exercises board FOLDER            # who is where, for a teacher
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from helpers import target
from helpers.errors import CourseError
from helpers.exercises import board, catalogue, handing_in, projected, record, roster, sharing
from helpers.exercises.exercise import Exercise, folder_of


def main(arguments: list[str] | None = None) -> int:
    """Do what is asked; 0 if all went well, 1 if an answer is not right, 2 for a mistake."""
    asked = _parser().parse_args(arguments)
    try:
        return asked.run(asked)
    except CourseError as error:
        print(error, file=sys.stderr)
        return 2


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="helpers.exercises", description="The course's exercises, from a terminal."
    )
    commands = parser.add_subparsers(required=True, metavar="command")
    listing = commands.add_parser("list", help="a line an exercise: its id, its title, how it is")
    listing.set_defaults(run=_list)
    check = commands.add_parser("check", help="check exercises; non-zero if one is not right")
    check.add_argument("ids", nargs="*", metavar="ID", help="06.1; none: all that were begun")
    check.add_argument(
        "--class",
        dest="group",
        type=Path,
        metavar="FOLDER",
        help="a folder with a work/ folder, or a record, of each learner: prints a table",
    )
    check.set_defaults(run=_check)
    writing = commands.add_parser("record", help="write what was done into one file")
    writing.add_argument("--to", type=Path, metavar="FILE", help="its name, ending in .zip")
    writing.set_defaults(run=_record)
    sharing_ = commands.add_parser("share", help="copy what was done into the teacher's folder")
    sharing_.add_argument("folder", type=Path, metavar="FOLDER")
    sharing_.add_argument("--name", help="whose it is (default: the user's name)")
    sharing_.set_defaults(run=_share)
    looking = commands.add_parser("board", help="who is where, from what learners share")
    looking.add_argument("folder", type=Path, metavar="FOLDER", help="of shared files or records")
    looking.add_argument("--html", type=Path, metavar="FILE", help="write a page for a projector")
    looking.set_defaults(run=_board)
    for one in (sharing_, looking):
        one.add_argument("--every", metavar="TIME", help="again and again: 10s, 1m")
    return parser


def _list(_: argparse.Namespace) -> int:
    done = record.done()
    for task in catalogue.every():
        begun = "begun" if folder_of(task).exists() else ""
        print(f"{task.id}  {task.title:<40} {'done' if task.id in done else begun}".rstrip())
    return 0


def _check(asked: argparse.Namespace) -> int:
    if asked.group is not None:
        return roster.check(asked.group, asked.ids)
    begun = [task for task in catalogue.every() if folder_of(task).exists()]
    wanted = [catalogue.find(number) for number in asked.ids] or [Exercise(one) for one in begun]
    if not wanted:
        print("No exercise was begun yet: course.exercise(…) in a notebook lays out its files.")
        return 1
    outcomes = []
    for exercise in wanted:
        outcomes.append(exercise.check())
        print(f"{exercise.task.id}  {outcomes[-1]}", flush=True)
    return 0 if all(outcomes) else 1


def _record(asked: argparse.Namespace) -> int:
    print(handing_in.write(asked.to))
    return 0


def _share(asked: argparse.Namespace) -> int:
    return _again(asked.every, lambda _: print(sharing.share(asked.folder, asked.name)))


def _board(asked: argparse.Namespace) -> int:
    def show(seconds: int | None) -> None:
        learners, now = board.read(asked.folder), datetime.now(UTC)
        if asked.html is None:
            clear = "\x1b[H\x1b[2J" if seconds and sys.stdout.isatty() else ""
            print(f"{clear}{board.text(learners, now)}", flush=True)
            return
        try:
            beside = asked.html.with_name(f".{asked.html.name}.tmp")
            beside.write_text(projected.page(learners, now, seconds), encoding="utf-8")
            beside.replace(asked.html)  # a browser reads the old one or the new one
        except OSError as error:
            raise CourseError(
                f"The board cannot be written to {asked.html}.",
                f"{error.strerror}.",
                "Name another place: --html FILE",
            ) from None

    return _again(asked.every, show)


def _again(every: str | None, do: Callable[[int | None], None]) -> int:
    """Do it once, or each time that `every` has passed until Ctrl-C."""
    seconds = max(1, round(target.duration(every).total_seconds())) if every else None
    try:
        while True:
            do(seconds)
            if seconds is None:
                return 0
            time.sleep(seconds)
    except KeyboardInterrupt:
        return 0


if __name__ == "__main__":
    sys.exit(main())
