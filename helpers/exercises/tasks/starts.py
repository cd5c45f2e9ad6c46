"""When a stack's workflows were started: what the exercises on schedules look at."""

from __future__ import annotations

from datetime import UTC, datetime

from helpers.exercises import NotYet, Stack, Workbench


def starts(bench: Workbench, stack: Stack) -> list[datetime]:
    """When executions of any workflow of the stack were started, in UTC, the earliest first.

    Raises NotYet (`never`) where there is no workflow, (`express`) where one keeps no list.
    """
    client = bench.client("stepfunctions")
    machines = stack.of_type("AWS::StepFunctions::StateMachine")
    if not machines:
        raise NotYet("The stack has no workflow any more: nothing can start.", hint="never")
    moments: list[datetime] = []
    for name, arn in machines.items():
        try:
            pages = client.get_paginator("list_executions").paginate(stateMachineArn=arn)
            moments += [
                run["startDate"].astimezone(UTC) for page in pages for run in page["executions"]
            ]
        except client.exceptions.StateMachineTypeNotSupported:
            raise NotYet(
                f"{name} is an Express workflow, and those keep no list of their executions: the "
                "check cannot see when it starts.",
                hint="express",
            ) from None
    return sorted(moments)
