"""Errors meant for a learner: what happened, why, and what to type next; no traceback."""

from __future__ import annotations


class CourseError(Exception):
    """A mistake or a state of the machine that we can foresee.

    In a notebook it is shown as its three sentences, without a traceback: the lines of our own
    code would not help the learner. In plain Python it is an ordinary exception.

    what: what happened. why: the reason. then: what to type next.
    """

    def __init__(self, what: str, why: str = "", then: str = "") -> None:
        super().__init__("\n".join(part for part in (what, why, then) if part))
        self.what, self.why, self.then = what, why, then

    def _render_traceback_(self) -> list[str]:
        """What IPython prints in place of a traceback."""
        return [str(self)]
