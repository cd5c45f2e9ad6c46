"""A name that no cell has made is told in sentences; what is no cell's own keeps its traceback."""

from __future__ import annotations

import pytest
from test_enclosure import a_kernel, printed

from helpers import names

RUN_ABOVE = "Run All Above Selected Cell"


@pytest.fixture(scope="module")
def client():
    with a_kernel() as (_, client):
        yield client


def test_a_kernel_that_was_started_anew_says_what_to_run(client):
    said = printed(client, "exercise.check()")
    assert "there is no `exercise` here" in said
    assert RUN_ABOVE in said
    assert "Traceback" not in said


def test_a_function_of_a_cell_counts_as_its_own_code(client):
    printed(client, "def both():\n    return left, right")
    said = printed(client, "both()")
    assert "there is no `left` here" in said
    assert "Traceback" not in said


def test_a_misspelt_name_is_told_the_one_that_there_is(client):
    printed(client, "workflow = 1")
    assert "There is `workflow`" in printed(client, "print(workflwo)")


def test_it_is_still_an_error_so_that_run_all_stops(client):
    reply = client.execute_interactive("stack", timeout=60, output_hook=lambda message: None)
    assert reply["content"]["status"] == "error"
    assert reply["content"]["ename"] == "NameError"


def test_an_error_in_other_code_keeps_its_traceback(client):
    printed(client, "import types\nother = types.ModuleType('other')")
    said = printed(client, "exec('def f(): return nowhere', vars(other)); other.f()")
    assert "Traceback" in said
    assert RUN_ABOVE not in said


def test_a_variable_that_is_not_set_yet_in_a_function_keeps_its_traceback(client):
    said = printed(client, "def f():\n    print(later)\n    later = 1\nf()")
    assert "UnboundLocalError" in said
    assert RUN_ABOVE not in said


def test_nothing_alike_no_guess():
    assert "is that what was meant" not in names.sentences("stack", ["course", "_stack"])[0]
