"""What holds of every exercise (`test_tasks.py`), for those of the capstone."""

from __future__ import annotations

import pytest

from . import test_capstone, test_tasks

NUMBERS = [number for number in test_tasks.IDS if number >= test_tasks.CAPSTONE]


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    test_tasks.cases(metafunc, NUMBERS, test_capstone.MISSING_ONE)


globals().update(test_tasks.of_one_exercise())
