"""Errors for learners: three sentences, and in a notebook no traceback."""

from IPython.core.interactiveshell import InteractiveShell

from helpers import asl, draw, executions, trades
from helpers.errors import CourseError


def test_says_what_why_and_what_next():
    error = CourseError("It broke.", "It was old.", "Get a new one.")
    assert str(error) == "It broke.\nIt was old.\nGet a new one."


def test_a_notebook_shows_the_sentences_and_no_traceback(capsys):
    shell = InteractiveShell.instance()
    code = (
        "from helpers.errors import CourseError\nraise CourseError('It broke.', 'Why.', 'Do this.')"
    )
    shell.run_cell(code)
    shown = capsys.readouterr()
    assert "It broke.\nWhy.\nDo this." in shown.out + shown.err
    assert "Traceback" not in shown.out + shown.err
    assert "raise" not in shown.out + shown.err
    InteractiveShell.clear_instance()


def test_every_error_of_the_helpers_is_shown_so():
    for kind in (asl.AslError, draw.DrawError, executions.ExecutionsError, trades.TradesError):
        assert issubclass(kind, CourseError)
