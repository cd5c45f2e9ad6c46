"""Who waits is neither inside the gate nor has the floor."""

from __future__ import annotations

import ast
import threading
import time
from pathlib import Path

import helpers.localaws
from helpers.localaws.stepfunctions.run import Turns
from helpers.localaws.turns.floor import floor
from helpers.localaws.turns.gate import gate
from helpers.localaws.turns.waiting import waiting

ROOT = Path(helpers.localaws.__file__).parent
SOON = 5.0


def test_the_gate_can_be_closed_and_the_floor_taken_while_somebody_waits() -> None:
    with gate, floor:
        with waiting():
            assert not floor.taken
            with gate.closed(patience=0) as quiet:
                assert quiet
        assert floor.taken
        with gate.closed(patience=0) as quiet:
            assert not quiet


def test_a_flow_that_waits_for_its_turn_does_not_keep_the_state_from_being_copied() -> None:
    """The first flow of a synchronous execution is a request's own thread, inside the gate."""
    turns, done = Turns(), threading.Event()
    turns.take()

    def flow() -> None:
        with gate, floor:
            turns.take()
        done.set()

    threading.Thread(target=flow, daemon=True).start()
    while not turns._waiting:
        time.sleep(0.001)
    with gate.closed(patience=SOON) as quiet:
        assert quiet
    assert not done.is_set()
    turns.hand_on()
    assert done.wait(SOON)


def test_turns_import_no_other_room() -> None:
    for path in (ROOT / "turns").glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom) and node.module.startswith("helpers"):
                assert node.module.startswith("helpers.localaws.turns"), path.name


def test_nobody_writes_only_half_of_it() -> None:
    """Before a request is inside the gate, in `front` and where it waits for moto, half is all."""
    rooms = {
        path.relative_to(ROOT).parts[0]
        for path in ROOT.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Attribute)
        and isinstance(node.value, ast.Name)
        and (node.value.id, node.attr) in {("floor", "left"), ("gate", "outside")}
    }
    assert rooms == {"front", "process", "turns"}
