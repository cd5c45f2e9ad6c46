"""Definitions for drawing tests: made here, of any size and depth."""

from __future__ import annotations

from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
TRADER = ROOT / "sam-app" / "statemachine" / "stock_trader.asl.json"
TEMPLATE = ROOT / "sam-app" / "template.yaml"
ORDERS = ROOT / "docs" / "gallery" / "orders.asl.json"

PASS: dict[str, Any] = {"Type": "Pass", "End": True}


def chain(length: int) -> dict[str, Any]:
    """States one after the other, every third a Choice that can skip, with Retry and Catch."""
    states: dict[str, Any] = {}
    for at in range(length):
        after = f"State {at + 1}" if at + 1 < length else "Last"
        if at % 3 == 2:
            skip = f"State {min(at + 3, length - 1)}" if at + 3 < length else "Last"
            rule = {"Variable": f"$.value{at}", "NumericLessThan": at, "Next": skip}
            states[f"State {at}"] = {"Type": "Choice", "Choices": [rule], "Default": after}
        else:
            states[f"State {at}"] = {
                "Type": "Task",
                "Resource": f"arn:aws:lambda:us-east-1:123456789012:function:Work{at}",
                "Retry": [{"ErrorEquals": ["States.ALL"], "IntervalSeconds": 2}],
                "Catch": [{"ErrorEquals": ["States.ALL"], "Next": "Failed"}],
                "Next": after,
            }
    states["Last"] = {"Type": "Succeed"}
    states["Failed"] = {"Type": "Fail", "Error": "Broken"}
    return {"StartAt": "State 0", "States": states}


def nested(depth: int) -> dict[str, Any]:
    """Parallel in Map in Parallel …, so many deep."""
    inner: dict[str, Any] = {"StartAt": "Leaf", "States": {"Leaf": dict(PASS)}}
    for level in range(depth):
        name = f"Level {depth - level}"
        if level % 2:
            beside = {"StartAt": f"By {level}", "States": {f"By {level}": dict(PASS)}}
            state = {"Type": "Parallel", "Branches": [inner, beside], "End": True}
        else:
            state = {"Type": "Map", "ItemProcessor": inner, "End": True}
        inner = {"StartAt": name, "States": {name: state}}
    return inner


def wide(branches: int) -> dict[str, Any]:
    """One Choice with many ways to go."""
    rules = [
        {"Variable": "$.kind", "StringEquals": f"kind {at}", "Next": f"Handle {at}"}
        for at in range(branches)
    ]
    states = {f"Handle {at}": dict(PASS) for at in range(branches)}
    return {
        "StartAt": "Which?",
        "States": {"Which?": {"Type": "Choice", "Choices": rules, "Default": "Handle 0"}, **states},
    }
