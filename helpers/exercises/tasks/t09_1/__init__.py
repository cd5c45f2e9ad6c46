"""09.1 Keep the table when the stack goes, and find it afterwards."""

from __future__ import annotations

from typing import Any

from helpers.exercises import NotYet, Stack, Task, Workbench

STACK, NEIGHBOUR = "kept", "kept-2"
TRADES = ("4f0c", "91d2", "c77a")

GONE = {
    "AWS::Lambda::Function": ("lambda", "get_function", "FunctionName"),
    "AWS::IAM::Role": ("iam", "get_role", "RoleName"),
    "AWS::Logs::LogGroup": ("logs", "list_tags_log_group", "logGroupName"),
}
"""How to ask each service whether a resource is still there."""


def check(bench: Workbench) -> str:
    """The table outlives its stack with its items, nothing else does, and find.sh names it."""
    bench.text("find.sh")
    bench.trying("to deploy template.yaml")
    stack = bench.stack(name=STACK)
    _neighbour(bench)
    table = _fill(bench, stack)
    rest = [(stack.types[logical], name) for logical, name in stack.physical.items()]
    bench.trying("to delete the stack")
    if (status := stack.delete()) != "DELETE_COMPLETE":
        raise NotYet(
            f"The stack {STACK} went to {status}: {_reason(bench)} A stack is not deleted while a "
            "resource of it cannot be.",
            hint="delete-failed",
        )
    _look_for_the_table(bench, table)
    _look_for_the_rest(bench, [one for one in rest if one[0] in GONE])
    bench.trying("find.sh")
    _find(bench, table)
    return (
        f"The stack {STACK} went, with its function, role and log. Its table stayed with all "
        f"{len(TRADES)} items, and find.sh named it, and not the one of {NEIGHBOUR}."
    )


def _neighbour(bench: Workbench) -> None:
    """Somebody else deploys the same template under a name that begins alike."""
    try:
        bench.stack(name=NEIGHBOUR)
    except NotYet as error:
        raise NotYet(
            f"The same template was deployed a second time, as {NEIGHBOUR}. {error.text}",
            hint="fixed-name",
        ) from None


def _fill(bench: Workbench, stack: Stack) -> str:
    tables = list(stack.of_type("AWS::DynamoDB::Table").values())
    if len(tables) != 1:
        raise NotYet(
            f"template.yaml makes {len(tables)} tables. It is about one: the trades'.",
            hint="one-table",
        )
    client = bench.client("dynamodb")
    for ident in TRADES:
        client.put_item(TableName=tables[0], Item={"Id": {"S": ident}})
    return tables[0]


def _reason(bench: Workbench) -> str:
    client = bench.client("cloudformation")
    events = client.describe_stack_events(StackName=STACK)["StackEvents"]
    failed = [one for one in events if one["ResourceStatus"] == "DELETE_FAILED"]
    if not failed:
        return ""
    return f"{failed[-1]['LogicalResourceId']}: {failed[-1].get('ResourceStatusReason', '')}"


def _look_for_the_table(bench: Workbench, table: str) -> None:
    client = bench.client("dynamodb")
    if table not in client.list_tables()["TableNames"]:
        raise NotYet(
            f"The stack {STACK} was deleted, and the table {table} with it, and its "
            f"{len(TRADES)} items.",
            hint="gone",
        )
    there = {item["Id"] for item in bench.items(table)}
    if there != set(TRADES):
        raise NotYet(
            f"The table {table} is there, but of its {len(TRADES)} items {len(there)} are.",
            hint="gone",
        )


def _look_for_the_rest(bench: Workbench, rest: list[tuple[str, str]]) -> None:
    for kind, name in rest:
        service, operation, key = GONE[kind]
        if _is_there(bench.client(service), operation, {key: name}):
            raise NotYet(
                f"The stack {STACK} was deleted, and the {kind} {name} is still there. Only the "
                "table was to stay.",
                hint="too-much",
            )


def _is_there(client: Any, operation: str, named: dict[str, str]) -> bool:
    try:
        getattr(client, operation)(**named)
    except client.exceptions.ClientError:
        return False
    return True


def _find(bench: Workbench, table: str) -> None:
    ran = bench.run("sh", "find.sh", STACK=STACK)
    named = set(ran.output.split())
    if named == {table}:
        return
    story = f"The stack {STACK} is gone. find.sh with STACK={STACK}"
    if table not in named:
        said = f"said: {ran.last_line}" if ran.last_line else "printed nothing"
        raise NotYet(f"{story} {said}. It should have printed {table}.", hint="not-found")
    if len(others := sorted(named - {table})) > 3:
        raise NotYet(
            f"{story} printed {table} among {len(named)} words, and it should print it alone.",
            hint="neighbour",
        )
    raise NotYet(
        f"{story} printed {table}, and also {', '.join(others)}. That table belongs to the stack "
        f"{NEIGHBOUR}, which is there and in use.",
        hint="neighbour",
    )


TASK = Task(
    title="Keep the table when the stack goes",
    minutes=12,
    check=check,
    hints={
        "": (
            "Who decides what becomes of a resource when its stack is deleted: the service, or "
            "the template?",
            "It is no property of the table. Beside Type and Properties a resource can have more: "
            "which attribute speaks of deletion?",
            "DeletionPolicy stands as far in as Type. And then: whom does one ask for a table, if "
            "not the stack?",
        ),
        "gone": (
            "For which resource, and for which event, did you say that it stays?",
            "A resource goes when its stack is deleted, or when an update replaces it: two "
            "policies for two events.",
            "DeletionPolicy, on TransactionTable, with the value that says “leave it”.",
        ),
        "too-much": (
            "Which of the resources holds what cannot be made again?",
            "A policy counts for the resource under which it stands. Under how many did you write "
            "it?",
            "What is retained is nobody's any more, and is paid for: only the table is worth it.",
        ),
        "delete-failed": (
            "Did the table stay because CloudFormation left it alone, or because it failed?",
            "Deletion protection stops everybody, CloudFormation too, and the stack hangs.",
            "A policy of the resource tells CloudFormation not even to try.",
        ),
        "fixed-name": (
            "Two people deploy the same template in one account. What collides?",
            "A name that is written out can be there once. Which part of it could come from the "
            "stack?",
            "Leave the name to CloudFormation, or put ${AWS::StackName} into it with !Sub.",
        ),
        "one-table": (
            "How many resources of the type table does the template make now?",
            "The exercise is about the one table of the starter.",
            "Say of TransactionTable that it stays; nothing needs to be added beside it.",
        ),
        "not-found": (
            "Whom does find.sh ask, and does he still exist when the script runs?",
            "CloudFormation no longer knows a deleted stack by its name. DynamoDB knows the table.",
            "The table's name begins with the stack's name and the logical id. Or its tags tell "
            "where it comes from.",
        ),
        "neighbour": (
            f"{NEIGHBOUR} begins with {STACK}, too. What comes after the stack's name in a name "
            "that CloudFormation made?",
            "STACK-LOGICALID-RANDOM: up to which hyphen do you compare?",
            "Compare with the logical id as well; or ask for the tag "
            "aws:cloudformation:stack-name, which is compared whole.",
        ),
    },
    reasoning="""
DeletionPolicy is an attribute of the resource, beside Type: it speaks to CloudFormation, not to
DynamoDB. With Retain the stack lets go of the table (DELETE_SKIPPED in its events) and everything
else goes. RetainExceptOnCreate does the same, and still cleans up after a first deploy that failed.

UpdateReplacePolicy is its twin: an update that has to replace the table, because you changed its
key for instance, would delete the old one. Whoever wants to keep the items writes both; lint asks
for it (W3011).

Deletion protection is something else. It stops CloudFormation too: the stack ends in DELETE_FAILED
and hangs there until somebody switches the protection off.

A table that was kept is in no stack any more. It has to be found by the services: by the name that
CloudFormation made (STACK-LOGICALID-RANDOM), compared up to the last known hyphen, or by the tag
aws:cloudformation:stack-name. A deleted stack can still be asked by its id, not by its name: its
events tell what was skipped. And the table costs until you delete it by hand.
""",
)
