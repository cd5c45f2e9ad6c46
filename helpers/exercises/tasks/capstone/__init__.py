"""The capstone: seven exercises on one folder. A desk is deployed from it, and asked to work."""

from __future__ import annotations

from helpers.exercises.tasks.capstone.desk import Desk, order
from helpers.exercises.tasks.capstone.texts import COMMON

__all__ = ["COMMON", "Desk", "order"]
