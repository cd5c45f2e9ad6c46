"""06.3 The same task as lambda:invoke: the output unwrapped, the retries as before."""

from __future__ import annotations

from typing import Any

from helpers.executions import Execution, Step
from helpers.exercises import NotYet, Task, Workbench
from helpers.exercises.workbench import Machine, shown

FILE = "workflow.asl.json"
FIRST = "Check Stock Value"
WAITS = [15 * 1.5**n for n in range(5)]

CHECKER = '''"""Answers with a price, and with what it was given."""


def lambda_handler(event, context):
    given = event if isinstance(event, dict) else {}
    if given.get("closed"):
        raise RuntimeError("the exchange is closed")
    return {"stock_price": given.get("price", 60), "currency": "USD", "heard": event}
'''


def check(bench: Workbench) -> str:
    """The checker is called by lambda:invoke, and nobody after it can tell."""
    trader = bench.trader()
    checker = bench.function("exchange", CHECKER)
    machine = bench.machine(
        bench.text(FILE),
        substitutions={**trader.substitutions, "StockCheckerFunctionArn": checker},
    )
    for price in (20, 81):
        bench.trying(f"a price of {price}")
        _same_output(machine, {"price": price, "desk": "north"})
    bench.trying("a checker that fails")
    _retried(machine)
    return (
        "At 20 and at 81 lambda:invoke was called, the output was what the function returned, and "
        "a checker that fails is still asked six times."
    )


def _first(run: Execution) -> Step:
    steps = [step for step in run.steps if step.type == "Task"]
    if not steps:
        raise NotYet("The execution entered no Task at all.", hint="run-failed", run=run)
    return next((step for step in steps if step.name == FIRST), steps[0])


def _called_by(run: Execution, step: Step) -> str:
    """`lambda:invoke`, or how else the step called the function; "" if it called nothing."""
    for event in run.events:
        if step.first_event <= event["id"] <= (step.last_event or event["id"]):
            if event["type"] == "LambdaFunctionScheduled":
                return "the function's ARN"
            if told := event.get("taskScheduledEventDetails"):
                return f"{told['resourceType']}:{told['resource']}"
    return ""


def _same_output(machine: Machine, given: dict[str, Any]) -> None:
    run = machine.run(given)
    step, wanted = _first(run), {"stock_price": given["price"], "currency": "USD", "heard": given}
    called = _called_by(run, step)
    said = f"With the input {shown(given)} {step.name}"
    if called != "lambda:invoke":
        how = f"called {called}" if called else "called nothing"
        raise NotYet(
            f"{said} {how}, not lambda:invoke (event {step.first_event + 1}).",
            hint="sdk" if called.startswith("aws-sdk") else "still-direct",
            run=run,
        )
    got = f"{said} handed on {shown(step.output)} (event {step.last_event})"
    if step.error or step.output is None:
        raise NotYet(
            f"{said} failed: {step.error or run.error}: {(step.cause or run.cause or '')[:300]}",
            hint="call-failed",
            run=run,
        )
    if isinstance(step.output, dict) and "Payload" in step.output:
        raise NotYet(
            f"{got}: what the function returned is under Payload, with Lambda's answer around it.",
            hint="wrapped",
            run=run,
        )
    if isinstance(step.output, dict) and step.output.get("heard", given) != given:
        raise NotYet(
            f"{said} gave the function {shown(step.output['heard'])}, and before it was given the "
            f"state's input.",
            hint="input-lost",
            run=run,
        )
    if step.output != wanted:
        said = f"{got}, and the function returned {shown(wanted)}."
        raise NotYet(said, hint="only-part", run=run)
    if run.status != "SUCCEEDED":
        raise NotYet(
            f"{got}, as before, but then the execution failed: {run.error}: "
            f"{(run.cause or '')[:300]}",
            hint="run-failed",
            run=run,
        )


def _retried(machine: Machine) -> None:
    run = machine.run({"closed": True})
    step = _first(run)
    as_before = len(step.waits) == len(WAITS) and all(
        abs(wait - wanted) < 1 for wait, wanted in zip(step.waits, WAITS, strict=True)
    )
    if run.status == "FAILED" and as_before:
        return
    tries = "once" if len(step.attempts) == 1 else f"{len(step.attempts)} times"
    waited = (
        f", with waits of {', '.join(f'{wait:.0f}' for wait in step.waits)} s" if step.waits else ""
    )
    raise NotYet(
        f"A checker that fails was asked {tries}{waited}; before the change it was six times, "
        "with waits of 15, 22.5, 34, 51 and 76 s.",
        hint="retry-lost",
        run=run,
    )


TASK = Task(
    title="The same task as lambda:invoke",
    minutes=8,
    check=check,
    hints={
        "": (
            "Which field of the state names what is called? What would stand there for a service "
            "of AWS, as in Record Transaction?",
            "The service is then told by Parameters which function is meant and what it is given.",
            "Run it once and look at the state's output: the answer has got a wrapping.",
        ),
        "still-direct": (
            "Which field of the state says what is called?",
            "Record Transaction shows the form: arn:aws:states:::, a service, a colon, an action.",
            "The function's ARN moves out of Resource: the action has to be told which function.",
        ),
        "sdk": (
            "There are two ways to call a service: one for each of AWS's API calls, and an "
            "optimised one for some. Which did you take?",
            "The optimised one has no aws-sdk in its ARN.",
            "With aws-sdk the function's answer comes as text, which nobody after it reads.",
        ),
        "wrapped": (
            "Lambda's answer has a status, headers and the payload. Which of them does the Choice "
            "look for?",
            "Of the five fields between input and output, which pick a part of what comes back?",
            "One path is enough, and it leads to Payload. Where would you put it so that what "
            "it picks is the whole output?",
        ),
        "only-part": (
            "The checker may return more than a price. What became of the rest?",
            "A field that lists what is kept forgets what you did not know of.",
            "ResultSelector always builds an object. Which field picks a value as it is?",
        ),
        "input-lost": (
            "What was the function given before, and what is it given now?",
            "The action has a parameter for what the function is given. And its value is not a "
            "text, but a path.",
            "$ is the whole input; a key whose value is a path has an ending.",
        ),
        "call-failed": (
            "What does the error say: was the function found, and did it run?",
            "FunctionName is an ARN or a name. The placeholder is filled in as before.",
            "A key that ends in .$ has a path as its value, one without has the value itself.",
        ),
        "retry-lost": (
            "Which fields did the state have besides Resource, and which has it now?",
            "Whoever rewrites a state likes to lose what was below it.",
            "The Retry is to stand as it stood: lambda:invoke does not retry by itself.",
        ),
        "run-failed": (
            "The first state is as before. Which state came last, and what did it miss?",
            "Compare your file with the starter's from Buy or Sell? on.",
            "exercise.restart() lays out the file anew; yours is kept beside it.",
        ),
    },
    reasoning="""\
The Resource becomes arn:aws:states:::lambda:invoke. That is an action for every function, so it has
to be told which one and what to give it: "FunctionName": "${StockCheckerFunctionArn}" and
"Payload.$": "$". What comes back is Lambda's whole answer, the function's return value under
Payload. "OutputPath": "$.Payload" hands on only that, so the Choice still finds $.stock_price.

Why change it at all? AWS recommends this form: which function is called may come from the input,
the answer says which version ran, and the state can be made to wait for a callback. For the role's
policy and for the bill it makes no difference.

As right: the state in JSONata, with Arguments instead of Parameters and "Output":
"{% $states.result.Payload %}". Less right: a ResultSelector that lists stock_price. It works until
the checker returns a second field.

The Retry stays. Its States.TaskFailed holds for both forms; an error of the function keeps its
name.""",
)
