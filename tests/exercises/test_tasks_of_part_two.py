"""What holds of every exercise (`test_tasks.py`), for those of notebooks 10 to 15."""

from __future__ import annotations

import pytest

from . import test_tasks

NUMBERS = [n for n in test_tasks.IDS if test_tasks.PART_TWO <= n < test_tasks.CAPSTONE]


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    test_tasks.cases(metafunc, NUMBERS)


globals().update(test_tasks.of_one_exercise())
