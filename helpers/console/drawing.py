"""Pictures for pages: what AWS takes cannot always be drawn."""

from __future__ import annotations

from collections.abc import Callable

from helpers import draw
from helpers.console.aws import Problem
from helpers.errors import CourseError


def drawn(make: Callable[[], draw.Picture]) -> draw.Picture | Problem:
    """The picture that `make` gives, laid out already, or why there is none."""
    try:
        picture = make()
        picture.svg  # noqa: B018 - laid out here, where a failure can be told
    except CourseError as error:
        return Problem("This cannot be drawn.", error.what)
    except ValueError as error:  # no JSON
        return Problem("This cannot be drawn.", str(error))
    except RecursionError:
        return Problem("This cannot be drawn.", "It has JSON in it that is too deep to be read.")
    return picture
