"""Exercises: starter files, checks by what the learner's files do, hints, solutions, the record.

    exercise = find("06.1")       # its files are in work/exercises/06.1/
    exercise.check()              # Not yet. With a price of 7 …
    exercise.hint()

A task (`tasks/t06_1/`) is a folder: its texts and its check, `starter/` and `solution/`.
"""

from __future__ import annotations

from helpers.exercises.catalogue import every, find
from helpers.exercises.exercise import Exercise
from helpers.exercises.outcome import CannotCheck, NotYet, Outcome
from helpers.exercises.task import Task
from helpers.exercises.workbench import Machine, Ran, Stack, Trader, Workbench

__all__ = [
    "CannotCheck",
    "Exercise",
    "Machine",
    "NotYet",
    "Outcome",
    "Ran",
    "Stack",
    "Task",
    "Trader",
    "Workbench",
    "every",
    "find",
]
