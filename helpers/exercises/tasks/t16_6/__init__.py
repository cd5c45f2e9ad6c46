"""16.6 No more rights than needed: what the stack's roles allow, tried out."""

from __future__ import annotations

from helpers.exercises import NotYet, Task, Workbench
from helpers.exercises.tasks.capstone import Desk, order, rights
from helpers.exercises.tasks.capstone.saying import succeeded
from helpers.exercises.tasks.capstone.texts import hints
from helpers.units import plural


def check(bench: Workbench) -> str:
    """The desk works; and none of its roles may do what is none of its business."""
    desk = Desk(bench)
    bench.trying("whether the desk works")
    succeeded(desk.deal([order()]), "A basket of one good order went in")
    roles = {role: logical for logical, role in desk.stack.of_type("AWS::IAM::Role").items()}
    bench.trying(f"what {plural(len(roles), 'role')} may do")
    calls = rights.forbidden(bench, desk.book)
    for role, allowed in rights.tried(bench, list(roles), calls).items():
        if allowed:
            raise NotYet(
                f"The desk works. But its role {roles[role]} may also "
                f"{' and '.join(one.what for one in allowed[:3])}: that was tried, and it was "
                "not denied.",
                hint=allowed[0].key,
            )
    return (
        f"The desk works, and {plural(len(calls), 'call')} that are none of its business were "
        f"denied to each of its {plural(len(roles), 'role')}."
    )


TASK = Task(
    title="No more rights than needed",
    minutes=10,
    check=check,
    files_of="16.1",
    stays=True,
    hints=hints(
        {
            "wide-call": (
                "Which functions does that role have to call, by name?",
                "A * in Resource means all of the account's functions, those of next year too.",
                "LambdaInvokePolicy takes a FunctionName, and the parameter has one.",
            ),
            "wide-table": (
                "Which tables does that role have to write, by name?",
                "A managed policy such as AmazonDynamoDBFullAccess knows no names.",
                "DynamoDBWritePolicy takes a TableName; in a statement of your own it is the "
                "table's ARN.",
            ),
            "wide-start": (
                "Which workflows does that role have to start?",
                "A workflow that starts its own children needs the right to start itself, and no "
                "other.",
                "If its name is known before it is made, a policy can have it without a circle.",
            ),
            "deletes": (
                "Which calls does your workflow really make to the book?",
                "A policy template allows a list of actions. Crud has a d at its end.",
                "DynamoDBWritePolicy allows to put and to update.",
            ),
            "lists": (
                "Who of your stack has anything to do with the account's buckets?",
                "`*` as an Action is every service of AWS.",
                "Begin with no rights at all, and add what the execution says it is denied.",
            ),
        }
    ),
    reasoning="""
Two statements do: to invoke the one function whose name came in, and to put and update in the one
table. Everything else is denied, as nothing allows it.

To find out what is needed, begin with nothing: the execution fails with AccessDenied and names the
action and the resource. Each of them is a line.

Also right: statements of your own with the same actions and ARNs; a role for each function; for a
distributed Map the right to start the workflow itself, by its name.

Usual mistakes: DynamoDBCrudPolicy, which may delete; AWSLambda_FullAccess or
AmazonDynamoDBFullAccess, which were meant for consoles; a * because an ARN had a circle in it.
""",
)
