"""The capstone: seven exercises on one folder. A desk is deployed from it, and asked to work."""

from __future__ import annotations

from .desk import Desk, order
from .texts import COMMON

__all__ = ["COMMON", "Desk", "order"]
