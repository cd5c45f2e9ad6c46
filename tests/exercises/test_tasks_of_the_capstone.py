"""What holds of every exercise (`test_tasks.py`), for those of the capstone."""

from __future__ import annotations

import pytest

from . import test_tasks

NUMBERS = [number for number in test_tasks.IDS if number.startswith(test_tasks.CAPSTONE)]


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    test_tasks.cases(metafunc, NUMBERS)


globals().update(
    {
        name: test
        for name, test in vars(test_tasks).items()
        if name.startswith("test_") and "number" in test.__code__.co_varnames
    }
)
