"""An execution that waits for somebody who never answers: it takes time that has to pass."""

from __future__ import annotations

import json
from typing import Any

from helpers.asl import Definition
from helpers.executions import Execution
from helpers.exercises import Workbench
from helpers.exercises.workbench import Machine

_WORK = ("Resource", "Parameters", "Arguments")
_CALLBACK = "arn:aws:states:::sqs:sendMessage.waitForTaskToken"


def without_answer(bench: Workbench, text: str, work: str) -> str:
    """A definition in which each Task that calls `work` waits for what never comes.

    work: what stands for a function, such as `${ExchangeArn}`. A callback that nobody makes takes
    the place of a function that hangs: it costs simulated time alone, counted from the same moment.
    """
    queue = bench.client("sqs").create_queue(QueueName="nobody-reads-it")["QueueUrl"]
    definition = json.loads(text)
    for state in Definition.from_dict(definition).states:
        if work in json.dumps([state.raw.get(name) for name in _WORK]):
            for name in _WORK:
                state.raw.pop(name, None)
            state.raw["Resource"] = _CALLBACK
            if state.language == "JSONata":
                token = {"MessageBody": "{% $states.context.Task.Token %}"}
                state.raw["Arguments"] = {"QueueUrl": queue, **token}
            else:
                state.raw["Parameters"] = {"QueueUrl": queue, "MessageBody.$": "$$.Task.Token"}
    return json.dumps(definition)


def in_silence(
    bench: Workbench, machine: Machine, given: Any, patience: int, step: int
) -> Execution:
    """The execution, ended: by itself, or stopped (`ABORTED`) after `patience` simulated seconds.

    step: so many seconds pass between two looks at it.
    """
    run = machine.start(given)
    passed = 0
    while run.refresh().is_running and passed < patience:
        bench.advance(step)
        passed += step
    if run.is_running:
        machine.client.stop_execution(executionArn=run.arn)
        run.wait(10)
    return run
