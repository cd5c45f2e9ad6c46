"""05.2 One call is not allowed: a role gets the right that is missing, and no more."""

from __future__ import annotations

import json
from typing import Any

from helpers import executions
from helpers.exercises import Machine, NotYet, Stack, Task, Workbench
from helpers.exercises.tasks.causes import with_error

PRICES = {7: "bought", 93: "sold", 50: "bought", 51: "sold"}
STRANGER = "def lambda_handler(event, context):\n    return 'called'\n"


def check(bench: Workbench) -> str:
    """Every price is traded, and the role may do nothing that the desk does not need."""
    bench.trying("the deploy")
    stack = bench.stack()
    physical = stack.physical
    for name in ("Desk", "Buyer", "Seller"):
        if name not in physical:
            raise NotYet(f"The stack has no resource {name} any more.", hint="other-desk")
    desk = _machine(bench, physical["Desk"])
    for price, did in PRICES.items():
        bench.trying(f"a price of {price}")
        _traded(desk.run({"price": price}), price, did)
    bench.trying("what else the role may do")
    _bounded(bench, stack, desk)
    return (
        "Prices from 7 to 93 were bought and sold, and the role may call these two functions and "
        "nothing else that was tried."
    )


def _machine(bench: Workbench, arn: str) -> Machine:
    client = bench.client("stepfunctions")
    return Machine(client, arn, client.describe_state_machine(stateMachineArn=arn)["definition"])


def _traded(run: executions.Execution, price: int, did: str) -> None:
    if run.status != "SUCCEEDED":
        raise NotYet(
            f"With a price of {price} the execution ended {run.status}. {with_error(run)}",
            hint="denied" if "AccessDenied" in f"{run.error}{run.cause}" else "other-desk",
            run=run,
        )
    called = any(event["type"] == "LambdaFunctionSucceeded" for event in run.events)
    called |= any(event["type"] == "TaskSucceeded" for event in run.events)
    if not called or did not in json.dumps(run.output):
        raise NotYet(
            f"With a price of {price} the execution succeeded, and its output is "
            f"{json.dumps(run.output)}: the function that should have {did} did not answer.",
            hint="other-desk",
            run=run,
        )


def _bounded(bench: Workbench, stack: Stack, desk: Machine) -> None:
    """Try, in the desk's own role, what it has no need of."""
    stranger = bench.function("somebody-elses", STRANGER)
    neighbour = bench.function(f"{stack.name}-of-somebody-else", STRANGER)
    bucket = "somebody-elses-bucket"
    bench.client("s3").create_bucket(Bucket=bucket)
    attempts: list[tuple[str, str, dict[str, Any]]] = [
        ("call a function of another stack", "lambda:invoke", {"FunctionName": stranger}),
        (
            f"call any function whose name begins with {stack.name}-",
            "lambda:invoke",
            {"FunctionName": neighbour},
        ),
        (
            "read the settings of Seller",
            "aws-sdk:lambda:getFunctionConfiguration",
            {"FunctionName": stack.physical["Seller"]},
        ),
        ("list all functions", "aws-sdk:lambda:listFunctions", {}),
        ("list what is in anybody's bucket", "aws-sdk:s3:listObjectsV2", {"Bucket": bucket}),
    ]
    described = desk.client.describe_state_machine(stateMachineArn=desk.arn)
    for what, action, parameters in attempts:
        state = {
            "Type": "Task",
            "Resource": f"arn:aws:states:::{action}",
            "Parameters": parameters,
            "End": True,
        }
        tried = desk.client.test_state(
            definition=json.dumps(state), roleArn=described["roleArn"], input="{}"
        )
        if tried["status"] == "SUCCEEDED":
            raise NotYet(
                f"All prices are traded. But the desk's role may also {what}: that was tried, and "
                "it went through.",
                hint="too-wide",
            )


TASK = Task(
    title="One call is not allowed",
    minutes=8,
    check=check,
    hints={
        "": (
            "Which prices does the desk trade, and which not? Follow the Choice for 7 and for 93.",
            "A workflow calls functions in a role of its own. Where does the template say what "
            "that role may do?",
            "Count the functions that the workflow calls, and the policies that it has.",
        ),
        "denied": (
            "Read the cause: who was not allowed, what did it want to do, and to which resource?",
            "The role that is named there belongs to the state machine, not to the function.",
            "A right has two halves, an action and a resource. Which resource is not among those "
            "that the role may call? A logical name in a policy needs !Ref to become a real one.",
        ),
        "too-wide": (
            "The check went through a door that should be shut. Which line of yours opens it?",
            "A `*` as the resource is every function of the account, also those not written yet; "
            "one at the end of a name is everything that begins so; as the action it is deleting, "
            "too.",
            "SAM has a policy template that allows one action on one function. The template uses "
            "it already.",
        ),
        "other-desk": (
            "The right was missing, and nothing else. What did you change beside it?",
            "A state that is taken out, or an error that is caught, hides that nothing is sold.",
            "exercise.restart() lays out the files anew: only template.yaml needs a change.",
        ),
        "stack-failed": (
            "Which resource failed first, and what reason does CloudFormation give?",
            "Compare the indentation of what you added with its neighbours in the list.",
            "A policy template takes a function's name; a statement of your own takes an ARN.",
        ),
    },
    reasoning="""
A state machine calls a function in its own role, so the right belongs under the Policies of the
state machine. LambdaInvokePolicy is SAM's name for: lambda:InvokeFunction on this one function.

Also right: a statement of your own with lambda:InvokeFunction and !GetAtt Seller.Arn, a policy
resource that is attached to the role, or a connector from Desk to Seller.

Usual mistakes: Resource "*", or the managed policy AWSLambdaRole, which is the same: the desk may
then call every function of the account. A policy on the function instead of the state machine: it
says what the function may do, not who may call it. The function's logical name as a plain text:
AWS knows no function of that name.
""",
)
