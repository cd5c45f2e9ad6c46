"""What can go wrong when something is drawn: each error says what happened, why, what next."""

from __future__ import annotations

from helpers.errors import CourseError


class DrawError(CourseError):
    """A picture could not be made."""


class NothingToDraw(DrawError):
    """What was given is no definition, template or execution."""


class GraphvizFailed(DrawError):
    """Neither `dot` nor its WebAssembly build could lay the graph out."""


class CannotSave(DrawError):
    """The picture cannot be written in the format that the file name asks for."""
