"""16.7 Nothing left: the stack is deleted after a day's work, and each service is asked."""

from __future__ import annotations

from helpers.exercises import NotYet, Task, Workbench
from helpers.exercises.tasks.capstone import Desk, order, remains
from helpers.exercises.tasks.capstone.desk import ASKED, EXCHANGE
from helpers.exercises.tasks.capstone.saying import succeeded
from helpers.exercises.tasks.capstone.texts import hints
from helpers.units import plural

_OURS = {EXCHANGE, ASKED, f"/aws/lambda/{EXCHANGE}"}
_OUR = "exercise-"
"""So begins what the check makes; what it deploys begins with the name of the stack."""


def check(bench: Workbench) -> str:
    """A basket goes through, the stack is deleted, and nothing of it is left."""
    desk = Desk(bench)
    bench.trying("whether the desk works")
    run = desk.deal([order(), order(stock="NONE"), order(quantity=0)])
    succeeded(run, "A basket of three orders went in")
    names = {physical: name for name, physical in desk.stack.physical.items()}
    bench.trying("to delete the stack")
    bench.let_stay(False)
    status, stack_id = desk.stack.delete(), desk.stack.name
    if status != "DELETE_COMPLETE":
        raise NotYet(
            f"The stack {stack_id} was deleted after a basket had gone through, and the deletion "
            f"ended {status}. {desk.stack.first_failure()}",
            hint="not-deleted",
        )
    left = sorted({one for one in remains.everything(bench) if not _is_ours(*one)})
    if left:
        said = ", ".join(f"the {kind} {name}" for kind, name in left[:4])
        more = f", and {len(left) - 4} more" if len(left) > 4 else ""
        raise NotYet(
            f"A basket went through and the stack was deleted. Still there: {said}{more}.",
            hint="left-logs" if left[0][0] == "log group" else "left",
        )
    return (
        f"A basket went through, the stack with its {plural(len(names), 'resource')} was deleted, "
        "and no service has anything left of it."
    )


def _is_ours(kind: str, name: str) -> bool:
    """Did the check make it, or is it the account's own?"""
    return name in _OURS or name.removeprefix("/aws/lambda/").startswith(_OUR)


TASK = Task(
    title="Nothing left",
    minutes=10,
    check=check,
    files_of="16.1",
    stays=True,
    hints=hints(
        {
            "left-logs": (
                "Who made that log group, and when? Look for it in the stack's resources.",
                "Lambda makes a function's log group when the function first has something to "
                "write, unless it is there already. What a stack did not make, it does not delete.",
                "An AWS::Logs::LogGroup with the name that Lambda would give it belongs to the "
                "stack, and goes with it.",
            ),
            "left": (
                "What does your template say about the time after the stack?",
                "DeletionPolicy: Retain keeps a resource, and its bill.",
                "What your code makes while it runs, no stack knows of.",
            ),
            "not-deleted": (
                "Which resource could not be deleted, and why not?",
                "A bucket with something in it cannot be deleted. Who puts something in?",
                "Do you need the bucket? What 300 orders come to is a few words each.",
            ),
        }
    ),
    reasoning="""
A stack deletes what it made. What is left is what others made for it: log groups by
Lambda, objects in buckets. The solution has no function, and therefore no log group.

Also right: functions with their log groups as resources of the stack, named as Lambda names them; a
LoggingConfig with a group of one's own; a bucket that something empties before it goes.

Usual mistakes: functions without a log group of their own; DeletionPolicy: Retain from an example
where it was meant; a bucket for the results of a distributed Map.
""",
)
