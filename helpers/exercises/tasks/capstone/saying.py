"""What a desk did, held against what the brief says: the same few questions in each exercise."""

from __future__ import annotations

import json
from typing import Any

from helpers.executions import Execution
from helpers.exercises import NotYet
from helpers.exercises.workbench import shown


def ended(run: Execution) -> str:
    """How an execution ended, in words."""
    if run.status == "SUCCEEDED":
        return "SUCCEEDED"
    cause = _said(str(run.cause or "")).partition(" (Service:")[0].rstrip(".")[:300]
    return f"{run.status} with {run.error}{f' ({cause})' if cause else ''}"


def _said(cause: str) -> str:
    """What a cause says: a function's is JSON, and one sentence of it is for people.

    >>> _said('{"errorMessage": "no such key", "errorType": "KeyError", "stackTrace": []}')
    'no such key'
    >>> _said("not authorized")
    'not authorized'
    """
    try:
        parsed = json.loads(cause)
    except ValueError:
        return cause
    return str(parsed.get("errorMessage", cause)) if isinstance(parsed, dict) else cause


def succeeded(run: Execution, story: str, hint: str = "fails") -> None:
    """Raise NotYet unless the execution succeeded. story: what went in, as a sentence begins."""
    if run.status != "SUCCEEDED":
        raise NotYet(f"{story}, and the execution ended {ended(run)}.", hint=hint, run=run)


def answer(run: Execution, story: str) -> tuple[int, int, list[dict[str, Any]]]:
    """What the execution's output has as booked, known and failed.

    Raises NotYet (`answer`) where it is not in the brief's form, or of another basket. story: what
    went in, as a sentence begins.
    """
    said = run.output
    if (
        isinstance(said, dict)
        and all(type(said.get(name)) is int for name in ("booked", "known"))
        and isinstance(said.get("failed"), list)
        and all(isinstance(one, dict) for one in said["failed"])
        and said.get("basket") == run.input["basket"]
    ):
        return said["booked"], said["known"], said["failed"]
    raise NotYet(
        f"{story}, and the answer is {shown(said)}. That is not the form of the brief's answer, "
        f"for the basket {run.input['basket']}.",
        hint="answer",
        run=run,
    )


def failures(failed: list[dict[str, Any]]) -> list[tuple[Any, Any]]:
    """Position and reason of each."""
    return [(one.get("position"), one.get("reason")) for one in failed]


def row_of(row: dict[str, Any] | None, order: dict[str, Any], outcome: str) -> str:
    """What is amiss with an order's row, in words; nothing if it is as the brief says."""
    if row is None:
        return "has no row in the book"
    wanted = {
        "Stock": order["stock"],
        "Side": order["side"],
        "Quantity": order["quantity"],
        "Outcome": outcome,
    }
    for name, value in wanted.items():
        if row.get(name) != value or isinstance(row.get(name), bool):
            has = shown(row[name]) if name in row else "missing"
            return f"has a row whose {name} is {has}; it should be {shown(value)}"
    return ""
