"""Write the notebooks as slides into build/slides/, a page each that needs no network.

python -m helpers.slides          # all
python -m helpers.slides 03 06
"""

from __future__ import annotations

import argparse
import sys

from helpers import slides
from helpers.chapters import CHAPTERS
from helpers.errors import CourseError


def main(arguments: list[str] | None = None) -> int:
    """Write what was asked for and print where it is; 2 for a number that is none."""
    parser = argparse.ArgumentParser(prog="helpers.slides", description=__doc__.split("\n")[0])
    parser.add_argument("numbers", nargs="*", metavar="NN", help="06; none: all notebooks")
    try:
        for number in parser.parse_args(arguments).numbers or CHAPTERS:
            print(slides.write(number), flush=True)
    except CourseError as error:
        print(error, file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
