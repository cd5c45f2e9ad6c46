"""Asks Step Functions (AWS's or the local endpoint): start, list, describe, read the history."""

from __future__ import annotations

import difflib
import json
import re
from typing import Any

from helpers import clients, units
from helpers.executions import errors
from helpers.executions.execution import Execution
from helpers.executions.refusals import plain, plain_errors
from helpers.executions.source import Source

MACHINE = re.compile(r"arn:[\w-]+:states:[\w-]*:\d*:stateMachine:")
EXECUTION = re.compile(r"arn:[\w-]+:states:[\w-]*:\d*:(?:express|execution):")


def start(
    state_machine: str, input: Any = None, name: str | None = None, client: Any = None
) -> Execution:
    """Starts an execution and returns at once: it runs on while you read.

    `state_machine` is an ARN, a state machine's name, or the name of the CloudFormation stack
    that holds it. `input` is anything that becomes JSON (or JSON text); nothing gives `{}`.
    Raises NoSuchStateMachine, CannotStart or Unreachable.
    """
    client = client or _client()
    arn = resolve(state_machine, client)
    given: dict[str, Any] = {"stateMachineArn": arn, "input": _as_json(input)}
    if name is not None:
        given["name"] = name
    with plain_errors(client, state_machine):
        begun = client.start_execution(**given)
    source = Source(client, begun["executionArn"])
    return Execution(describe=source.describe(), source=source)


def read(execution_arn: str, client: Any = None) -> Execution:
    """The execution with this ARN, its history included. Raises NoSuchExecution, Unreachable."""
    client = client or _client()
    source = Source(client, execution_arn)
    execution = Execution(describe=source.describe(), source=source)
    execution.events  # noqa: B018 - fetched now, so that a mistake shows here
    return execution


def latest(state_machine: str, client: Any = None) -> Execution:
    """The execution that was started last. Raises NoSuchExecution where there is none."""
    last = listing(state_machine, limit=1, client=client)
    if not last:
        raise errors.NoSuchExecution(
            f'"{state_machine}" has not run yet. Start it with '
            f'`executions.start("{state_machine}")`.'
        )
    return last[0]


def listing(state_machine: str, limit: int = 20, client: Any = None) -> Executions:
    """Its executions, the latest first, at most `limit`. Histories are fetched when asked for."""
    client = client or _client()
    arn = resolve(state_machine, client)
    with plain_errors(client, state_machine):
        pages = client.get_paginator("list_executions").paginate(stateMachineArn=arn)
        rows: list[dict[str, Any]] = []
        for page in pages:
            rows.extend(page["executions"])
            if len(rows) >= max(limit, 100):  # AWS gives the latest first
                break
    rows.sort(key=lambda row: row["startDate"], reverse=True)
    return Executions(
        Execution(describe=row, source=Source(client, row["executionArn"])) for row in rows[:limit]
    )


def count(state_machine: str, client: Any = None) -> int:
    """How many executions it has had, those that run included. Raises as `listing` does."""
    client = client or _client()
    arn = resolve(state_machine, client)
    with plain_errors(client, state_machine):
        pages = client.get_paginator("list_executions").paginate(stateMachineArn=arn)
        return sum(len(page["executions"]) for page in pages)


class Executions(list[Execution]):
    """Executions that show as a table."""

    def __repr__(self) -> str:
        if not self:
            return "no executions yet"
        rows = [("started", "status", "took", "name")]
        for one in self:
            took = units.duration(one.duration) if not one.is_running else "…"
            rows.append((units.clock(one.started), one.status, took, one.name or ""))
        widths = [max(len(row[column]) for row in rows) for column in range(3)]
        return "\n".join(
            "  ".join(
                cell.ljust(width) for cell, width in zip(row, [*widths, 0], strict=True)
            ).rstrip()
            for row in rows
        )


def resolve(state_machine: str, client: Any = None) -> str:
    """The ARN of a state machine that is given by ARN, by its name, or by its stack's name."""
    if MACHINE.match(state_machine):
        return state_machine
    if EXECUTION.match(state_machine):
        raise errors.NoSuchStateMachine(
            "This is the ARN of an execution. Give the state machine's, or read the execution "
            f'with `executions.read("{state_machine}")`.'
        )
    client = client or _client()
    with plain_errors(client, state_machine):
        pages = client.get_paginator("list_state_machines").paginate()
        machines = {
            one["name"]: one["stateMachineArn"] for page in pages for one in page["stateMachines"]
        }
    if state_machine in machines:
        return machines[state_machine]
    in_stack = _in_stack(state_machine, client)
    if len(in_stack) == 1:
        return in_stack[0]
    if in_stack:
        names = ", ".join(sorted(arn.rpartition(":")[2] for arn in in_stack))
        raise errors.NoSuchStateMachine(
            f'The stack "{state_machine}" has {len(in_stack)} state machines: {names}. Name one.'
        )
    raise errors.NoSuchStateMachine(_no_such(state_machine, list(machines)))


def _no_such(wanted: str, names: list[str]) -> str:
    said = f'There is no state machine and no stack with one that is called "{wanted}".'
    near = difflib.get_close_matches(wanted, names, 1)
    if near:
        return f'{said} Did you mean "{near[0]}"?'
    if names:
        shown = ", ".join(sorted(names)[:5]) + (" …" if len(names) > 5 else "")
        return f"{said} There are: {shown}."
    return f"{said} Nothing is deployed here yet: `sam deploy` does that."


def _in_stack(name: str, client: Any) -> list[str]:
    if not re.fullmatch(r"[A-Za-z][\w-]{0,127}|arn:[^ ]+:stack/[^ ]+", name):
        return []
    stacks = _client("cloudformation", like=client)
    from botocore.exceptions import ClientError

    try:
        with_pages = stacks.get_paginator("list_stack_resources").paginate(StackName=name)
        return [
            one["PhysicalResourceId"]
            for page in with_pages
            for one in page["StackResourceSummaries"]
            if one["ResourceType"] == "AWS::StepFunctions::StateMachine"
            and one.get("PhysicalResourceId")
        ]
    except ClientError:
        return []  # no such stack, or no right to look


def _client(service: str = "stepfunctions", like: Any = None) -> Any:
    with clients.plain_errors(lambda error: plain(error, "", "")):
        return clients.make(service, like)


def _as_json(value: Any) -> str:
    if value is None:
        return "{}"
    if isinstance(value, str):
        try:
            json.loads(value)
        except ValueError:
            return json.dumps(value)
        return value
    try:
        return json.dumps(value)
    except TypeError as error:
        raise errors.CannotStart(
            f"The input does not become JSON: {error}. Give dicts, lists, text, numbers, "
            "True, False or None."
        ) from None
