"""Watching an execution: the picture changes in place, and one is left in the end."""

import os
import re

import nbformat
import pytest
from machines import ROOT, TRADER
from nbclient import NotebookClient
from nbformat.v4 import new_code_cell, new_notebook
from recorder import trade

from helpers import draw, executions


class Growing:
    """Stands in for an endpoint: each time it is read, the history is longer."""

    def __init__(self, lengths):
        self.lengths = iter(lengths)
        self.length = next(self.lengths)

    def describe(self):
        self.length = next(self.lengths, self.length)
        ended = self.length == 19
        return {"status": "SUCCEEDED" if ended else "RUNNING", "startDate": trade()[0]["timestamp"]}

    def events(self):
        return trade(2, self.length)

    def definition(self):
        return None


def growing(*lengths):
    source = Growing([lengths[0], *lengths])
    return executions.Execution(describe=source.describe(), source=source)


def test_it_gives_the_last_picture():
    picture = draw.watch(growing(3, 8, 12, 19), TRADER, every=0.01)
    assert picture.text.startswith("Check Stock Value ✓ → Buy or Sell? (2 ≤ 50) → Buy Stock ✓")
    assert "SUCCEEDED" in picture.text


def test_it_gives_up_watching_in_time():
    picture = draw.watch(growing(3), TRADER, every=0.01, timeout=0.1)
    assert "Check Stock Value …" in picture.text and "RUNNING" in picture.text


def test_without_a_definition_it_says_what_to_give():
    with pytest.raises(draw.NothingToDraw, match=r"draw\.watch\(run, definition\)"):
        draw.watch(growing(19))


def test_in_a_notebook_it_changes_in_place_and_leaves_one_picture(tmp_path):
    tests = ROOT / "tests"
    code = f"""
import sys
sys.path[:0] = [{str(tests)!r}, {str(tests / "draw")!r}]
from test_live import growing, TRADER
from helpers import draw
draw.watch(growing(3, 8, 12, 19), TRADER, every=0.05)
"""
    notebook = new_notebook(cells=[new_code_cell(code)])
    seen = []
    client = NotebookClient(notebook, timeout=120, kernel_name="python3")
    process = client.process_message

    def listen(message, cell, index):
        seen.append((message["msg_type"], message["content"].get("data", {})))
        return process(message, cell, index)

    client.process_message = listen
    client.execute(cwd=tmp_path, env=dict(os.environ))
    shown = [data for kind, data in seen if kind == "update_display_data"]
    assert len(shown) == 4  # three moments, then nothing
    assert [("Buy Stock …" in one["text/plain"]) for one in shown] == [False, False, True, False]
    assert all("<img alt=" in one["text/html"] for one in shown[:3])
    watched = re.compile(r"RUNNING, watched for ([\d.]+) (m?s):")
    told = [watched.match(one["text/plain"]) for one in shown[:3]]
    times = [float(found[1]) / (1000 if found[2] == "ms" else 1) for found in told]
    assert times == sorted(times) and times[2] >= 0.1  # after two looks, 0.05 s apart
    first, last = notebook.cells[0].outputs
    assert first["data"] == {"text/html": "", "text/plain": ""}  # as a strict comparison sees it
    assert [data for kind, data in seen if kind == "display_data"] == [first["data"]]
    assert last["data"]["text/html"].count("<img") == 1
    assert "SUCCEEDED" in last["data"]["text/plain"]
    nbformat.validate(notebook)
