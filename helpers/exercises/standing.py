"""How far a learner is, in a line for a notebook."""

from __future__ import annotations

from helpers.exercises import catalogue, record


def count(notebook: str | None = None) -> tuple[int, int]:
    """How many exercises of a notebook ("06"), or of all, are done, and how many there are."""
    wanted = [one for one in catalogue.ids() if notebook in (None, one.partition(".")[0])]
    done = record.done()
    return sum(one in done for one in wanted), len(wanted)


def bar(notebook: str) -> str:
    """A bar for the notebook's exercises: `■■□□ 2 of 4 exercises done, 11 of 33 in the course`.

    Empty if the notebook has none.
    """
    done, there = count(notebook)
    if not there:
        return ""
    of_all, all_there = count()
    marks = "■" * done + "□" * (there - done)
    return f"{marks} {done} of {there} exercises done, {of_all} of {all_there} in the course"
