"""01.1 A log that ends: the function's log group is in the template, and says for how long."""

from typing import Any

from helpers.exercises import NotYet, Stack, Task, Workbench


def check(bench: Workbench) -> str:
    """The group that the function logs into is the stack's, has a retention, and goes with it."""
    bench.trying("a deploy of the template")
    stack = bench.stack()
    function = stack.physical.get("StockCheckerFunction", "")
    if stack.types.get("StockCheckerFunction") != "AWS::Lambda::Function":
        raise NotYet("The stack has no function StockCheckerFunction any more.", hint="no-function")
    bench.trying("the function, and where it logs")
    _call(bench, function)
    logs = bench.client("logs")
    group = _group_of(bench, function)
    days = _days(stack, group, logs)
    bench.trying("the stack's delete")
    stack.delete()
    if _groups(logs, group):
        raise NotYet(
            f"{group} keeps its lines for {days}, but it was still there after the stack's delete.",
            hint="stays",
        )
    return (
        f"The function logged into {group}, which keeps its lines for {days} "
        "and belongs to the stack: it was gone after the stack's delete."
    )


def _call(bench: Workbench, function: str) -> None:
    said, error = bench.invoke(function, {})
    if error or not isinstance(said, dict) or "stock_price" not in said:
        raise NotYet(
            f"The function was called and gave {error or said!r} instead of a price.",
            hint="no-function",
        )


def _group_of(bench: Workbench, function: str) -> str:
    """The log group that Lambda writes this function's lines into."""
    configuration = bench.client("lambda").get_function_configuration(FunctionName=function)
    return configuration.get("LoggingConfig", {}).get("LogGroup") or f"/aws/lambda/{function}"


def _days(stack: Stack, group: str, logs: Any) -> str:
    """For how long the group keeps its lines, if it is the stack's and has lines."""
    declared = stack.of_type("AWS::Logs::LogGroup").values()
    if not declared:
        raise NotYet(
            f"The function logs into {group}. Lambda made that group, not the stack: it keeps its "
            "lines for ever, and would stay when the stack is deleted.",
            hint="no-group",
        )
    if group not in declared:
        raise NotYet(
            f"The stack has the log group {', '.join(sorted(declared))}, but the function logs "
            f"into {group}.",
            hint="another-group",
        )
    description = _groups(logs, group)[0]
    if "retentionInDays" not in description:
        raise NotYet(
            f"{group} belongs to the stack, but nothing says for how long it keeps its lines. "
            "So it keeps them for ever.",
            hint="no-retention",
        )
    if not logs.describe_log_streams(logGroupName=group)["logStreams"]:
        raise NotYet(f"After a call of the function {group} is empty.", hint="another-group")
    days = description["retentionInDays"]
    return "1 day" if days == 1 else f"{days} days"


def _groups(logs: Any, name: str) -> list[dict[str, Any]]:
    groups = logs.describe_log_groups(logGroupNamePrefix=name)["logGroups"]
    return [group for group in groups if group["logGroupName"] == name]


TASK = Task(
    title="A log that ends",
    minutes=8,
    check=check,
    hints={
        "": (
            "Which resource type of CloudWatch Logs holds a function's lines?",
            "The type is AWS::Logs::LogGroup. Its properties give it a name and a retention.",
            "The group's name has to contain the function's real name, which exists only after "
            "the deploy. Which tag puts a name into a piece of text?",
        ),
        "no-group": (
            "Which resource type of CloudWatch Logs holds a function's lines?",
            "A resource stands under Resources, as far in as StockCheckerFunction.",
            "Its type is AWS::Logs::LogGroup, and it has a name and a retention.",
        ),
        "another-group": (
            "Compare the two names in what the check said. Where do they part?",
            "A function's group is called /aws/lambda/ and then the function's name: the real one, "
            "with the stack's name in it and letters at the end, not the one in the template.",
            "!Sub puts the real name where ${StockCheckerFunction} stands, in a text that begins "
            "with /aws/lambda/.",
        ),
        "no-retention": (
            "For how long would you look back? That is a property of the group.",
            "The property counts days, and AWS takes certain numbers only: 1, 3, 5, 7, 14, 30 …",
            "Its name begins with Retention. `sam validate --lint` finds a misspelt one.",
        ),
        "stays": (
            "What does the template say about this resource's end?",
            "A resource goes with its stack unless an attribute beside Type says otherwise.",
            "DeletionPolicy: Retain is what keeps it.",
        ),
        "no-function": (
            "What did you change beside the log group?",
            "The function keeps its name, its handler and its code; the group is added to it.",
            "exercise.restart() lays out the files anew; yours are kept beside them.",
        ),
        "stack-failed": (
            "What reason does CloudFormation give? The first failure is the cause.",
            "A retention has to be one of the numbers that AWS lists. And two resources cannot "
            "each need the other's name.",
            "sam validate --lint, in the exercise's folder, finds most of these before a deploy.",
        ),
    },
    reasoning=(
        "Lambda makes a function's log group at its first call, if there is none. That group keeps "
        "its lines for ever, and as CloudFormation did not make it, it stays when the stack goes. "
        "If the group is in the template, under the name that the function will log into, both are "
        "settled: !Sub makes that name out of the function's real one, and makes CloudFormation "
        "create the function first.\n\n"
        "Also right: a group with a name of its own, and in the function's properties "
        "LoggingConfig with LogGroup: !Ref to that group. Not right is a name made of the logical "
        "id, /aws/lambda/StockCheckerFunction: such a group is created, and stays empty. "
        "Fourteen days are a choice; the numbers that AWS takes are in its documentation."
    ),
)
