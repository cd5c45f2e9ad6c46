"""Walks through a whole workflow, a TestState for each state: nothing is deployed, nobody called.

    went = walk(WORKFLOW, {}, {"Check Stock Value": [Fails("Broker.Busy"), {"stock_price": 7}], …})
"""

import json
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

import boto3

stepfunctions = boto3.client("stepfunctions")
MOST = 200


@dataclass
class Fails:
    """An answer: the work fails by this name."""

    error: str
    cause: str = "made up"


@dataclass
class Walk:
    """How it went.

    status: SUCCEEDED or FAILED. error: by which name it failed. output: what the last state gave.
    calls: every work that was asked for, in order, as (state's name, what it was given).
    """

    status: str = "RUNNING"
    error: str = ""
    output: Any = None
    calls: list[tuple[str, Any]] = field(default_factory=list)


def walk(definition: str, given: Any, answers: dict[str, list[Any]]) -> Walk:
    """Follow the workflow from its first state, with `given` as its input.

    answers: by state, what its work answers, one call after the other; the last answer stays.
    """
    machine = json.loads(definition)
    went, name, data, variables = Walk(), machine["StartAt"], given, "{}"
    asked: Counter[str] = Counter()
    retries = 0
    for _ in range(MOST):
        request = {"definition": definition, "stateName": name, "input": json.dumps(data)}
        request |= {"inspectionLevel": "DEBUG", "variables": variables}
        if machine["States"][name]["Type"] == "Task":
            answer = answers[name][min(asked[name], len(answers[name]) - 1)]
            asked[name] += 1
            request["mock"] = mock(answer)
            if retries:
                request["stateConfiguration"] = {"retrierRetryCount": retries}
        told = stepfunctions.test_state(**request)
        seen = told["inspectionData"]
        if "mock" in request:
            sent = seen.get("afterArguments") or seen.get("afterParameters")
            sent = sent or seen.get("afterInputPath") or seen["input"]
            went.calls.append((name, json.loads(sent)))
        if told["status"] == "RETRIABLE":
            retries += 1
            continue
        if told["status"] == "FAILED":
            went.status, went.error = "FAILED", told.get("error", "")
            return went
        retries, data = 0, json.loads(told["output"])
        variables = seen.get("variables", variables)
        if "nextState" not in told:
            went.status, went.output = "SUCCEEDED", data
            return went
        name = told["nextState"]
    raise AssertionError(f"after {MOST} steps the workflow is in {name}, and has not ended")


def mock(answer: Any) -> dict[str, Any]:
    """What TestState calls a mock, of a value or of a failure."""
    if isinstance(answer, Fails):
        return {"errorOutput": {"error": answer.error, "cause": answer.cause}}
    return {"result": json.dumps(answer), "fieldValidationMode": "NONE"}
