"""14.4 On the stack that stands: an integration test that can be believed, and run again."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from helpers.exercises import NotYet, Ran, Task, Workbench
from helpers.exercises.tasks.pytests import complaint, missed, pass_for, run

TESTS = "test_desk.py"
TEMPLATE = Path(__file__).parent / "starter" / "template.yaml"
PATIENCE, WHAT = "4", "a desk that is right"
GOOD = "desk-as-it-is"
SLOW = "desk-that-takes-its-time"
YESTERDAYS = [
    {"Id": {"S": "order-of-yesterday"}, "Side": {"S": "buy"}, "Price": {"N": "7"}},
    {"Id": {"S": "another-of-yesterday"}, "Side": {"S": "sell"}, "Price": {"N": "93"}},
]
"""What the book has in it before a test comes: other people use the stack, too."""

Change = tuple[str, str]
_AFTERWARDS = "ResultPath: null\n            Next: Afterwards\n"
_END = "ResultPath: null\n            End: true\n"

BAD: dict[str, tuple[str, tuple[Change, ...]]] = {
    "may-not-write": (
        "may not write into its book: each execution fails",
        (("dynamodb:PutItem, Resource", "dynamodb:GetItem, Resource"),),
    ),
    "elsewhere": (
        "writes into another table than the book",
        (
            ("{Book: !Ref Book}", "{Book: !Ref Other}"),
            ("Resource: !GetAtt Book.Arn", "Resource: '*'"),
            (
                "  Desk:\n",
                "  Other:\n    Type: AWS::DynamoDB::Table\n    Properties:\n"
                "      AttributeDefinitions: [{AttributeName: Id, AttributeType: S}]\n"
                "      KeySchema: [{AttributeName: Id, KeyType: HASH}]\n"
                "      BillingMode: PAY_PER_REQUEST\n\n  Desk:\n",
            ),
        ),
    ),
    "side": ("books each sale as a purchase", (("Result: sell", "Result: buy"),)),
    "price": (
        "books each order at a price of 7",
        (("N.$: \"States.Format('{}', $.price)\"", "N: '7'"),),
    ),
    "fails-after": (
        "books the order, and then its execution fails",
        ((_END, _AFTERWARDS + "          Afterwards: {Type: Fail, Error: Desk.Fell}\n"),),
    ),
    "never-ends": (
        "books the order, and then goes on waiting for a year",
        (
            (
                _END,
                _AFTERWARDS + "          Afterwards: {Type: Wait, Seconds: 31536000, End: true}\n",
            ),
        ),
    ),
    "twice": (
        "writes over an order whose Id is there already",
        (("              ConditionExpression: attribute_not_exists(Id)\n", ""),),
    ),
}
"""Desks that are not right: hint → what each does, and (old, new) of the template."""


def check(bench: Workbench) -> str:
    """The tests pass for desks that are right, again and again, and fail for those that are not."""
    bench.python(TESTS)
    bench.trying(f"to deploy {len(BAD) + 2} desks")
    bench.real_time()  # a desk that takes two seconds takes two seconds
    thinks = (
        ("StartAt: Buy or Sell?", "StartAt: Think"),
        (
            "        States:\n",
            "        States:\n          Think: {Type: Wait, Seconds: 2, Next: Buy or Sell?}\n",
        ),
    )
    stacks = {GOOD: (), SLOW: thinks} | {
        f"desk-{key}": changes for key, (_, changes) in BAD.items()
    }
    for name, changes in stacks.items():
        _deploy(bench, name, changes)
    bench.trying("your tests on a desk that is right")
    _look_at_the_good(bench)
    bench.trying(f"your tests on a slow desk, and on {len(BAD)} that are not right")
    with ThreadPoolExecutor(max_workers=4) as several:
        slow = several.submit(_test, bench, SLOW)
        ran = dict(zip(BAD, several.map(lambda key: _test(bench, f"desk-{key}"), BAD), strict=True))
    try:
        pass_for({"one that takes two seconds longer": slow.result()}, TESTS, WHAT)
    except NotYet as not_yet:
        raise NotYet(not_yet.text, hint="slow") from None
    for key, outcome in ran.items():
        if isinstance(outcome, NotYet):
            raise NotYet(f"On a desk that {BAD[key][0]}: {outcome.text}", hint="never-ends")
    if amiss := missed(ran):
        raise NotYet(
            f"Your tests caught {len(BAD) - len(amiss)} of {len(BAD)} desks that are not right. "
            f"They all pass for one that {BAD[amiss[0]][0]}.",
            hint=amiss[0],
        )
    return (
        f"Your tests pass for a desk that is right, twice in a row, and for a slow one; they catch "
        f"{len(BAD)} that are not, and leave nothing in the book."
    )


def _look_at_the_good(bench: Workbench) -> None:
    first = _test(bench, GOOD)
    pass_for({"the one that was handed out": first}, TESTS, WHAT)
    if not _executions(bench, GOOD):
        raise NotYet(
            "Your tests pass, and no execution of the stack in AWS_SAM_STACK_NAME was started.",
            hint="not-started",
        )
    again = _test(bench, GOOD)
    if isinstance(again, NotYet) or again.code:
        said = again.text if isinstance(again, NotYet) else complaint(again)
        raise NotYet(
            f"Your tests pass once. Run again on the same stack, they fail: {said}", hint="again"
        )
    _look_at_the_book(bench)


def _look_at_the_book(bench: Workbench) -> None:
    book = _items(bench, GOOD)
    if any(item not in book for item in YESTERDAYS):
        raise NotYet(
            "There were two orders of yesterday in the book, and your tests have taken them out or "
            "changed them.",
            hint="not-its-own",
        )
    if left := len(book) - len(YESTERDAYS):
        raise NotYet(
            f"Your tests ran twice, and the book has {left} more item{'s' * (left > 1)} than "
            f"before, {book_id(book)} among them.",
            hint="left-behind",
        )


def book_id(book: list[dict[str, Any]]) -> str:
    """The Id of the first item that was not there yesterday."""
    return next(item["Id"]["S"] for item in book if item not in YESTERDAYS)[:60]


def _deploy(bench: Workbench, name: str, changes: tuple[Change, ...]) -> None:
    body = TEMPLATE.read_text(encoding="utf-8")
    for old, new in changes:
        assert old in body, f"the template has no {old!r} any more"
        body = body.replace(old, new)
    client = bench.client("cloudformation")
    client.create_stack(StackName=name, TemplateBody=body, Capabilities=["CAPABILITY_IAM"])
    client.get_waiter("stack_create_complete").wait(
        StackName=name, WaiterConfig={"Delay": 0.05, "MaxAttempts": 1200}
    )
    for item in YESTERDAYS:
        bench.client("dynamodb").put_item(TableName=_output(bench, name, "BookName"), Item=item)


def _test(bench: Workbench, stack: str) -> Ran | NotYet:
    return run(bench, TESTS, bench.folder, AWS_SAM_STACK_NAME=stack, PATIENCE=PATIENCE)


def _output(bench: Workbench, stack: str, key: str) -> str:
    described = bench.client("cloudformation").describe_stacks(StackName=stack)["Stacks"][0]
    return next(one["OutputValue"] for one in described["Outputs"] if one["OutputKey"] == key)


def _items(bench: Workbench, stack: str) -> list[dict[str, Any]]:
    pages = bench.client("dynamodb").get_paginator("scan")
    table = _output(bench, stack, "BookName")
    return [item for page in pages.paginate(TableName=table) for item in page["Items"]]


def _executions(bench: Workbench, stack: str) -> list[Any]:
    client = bench.client("stepfunctions")
    return client.list_executions(stateMachineArn=_output(bench, stack, "DeskArn"))["executions"]


TASK = Task(
    title="On the stack that stands",
    minutes=20,
    check=check,
    hints={
        "": (
            "Run the starter's test twice on one stack. What does the second run say?",
            "Three things make such a test: an order that nobody had before, a wait until the "
            "execution has ended, and a look at what it wrote, by the order's Id.",
            "sam-app/tests/integration/test_workflow.py does it for the trader. What of it can you "
            "take over, and what does a stack that others use ask for besides?",
        ),
        "no-tests": (
            "By which name does pytest know a test?",
            "A test is a function whose name begins with test_, in a file whose name does.",
            "python -m pytest exercises/14.4, typed in a terminal in work/, says what it collects.",
        ),
        "fails-on-good": (
            "Does your test ask for more than the docstring promises? Or is there something in "
            "the book that was there before it came?",
            "Look at one item by its Id; a scan finds what everybody wrote.",
            "DynamoDB's numbers travel as text: {'N': '7'}.",
        ),
        "not-started": (
            "Which stack do your tests try? The check names another one each time.",
            "The stack's name is in the environment, under AWS_SAM_STACK_NAME.",
            "The fixture outputs has the address of the desk that is meant.",
        ),
        "again": (
            "What does the second run meet that the first one did not?",
            "A name of an execution is used up for 90 days, and an Id that is in the book is "
            "refused.",
            "uuid.uuid4() gives a name that nobody had before. start_execution needs none at all.",
        ),
        "left-behind": (
            "What is in the book after your tests? Others read it, too.",
            "What a test makes, it takes away, also when it fails.",
            "In a fixture, what stands after yield is done at the end, whatever happened.",
        ),
        "not-its-own": (
            "Whose are the items that you delete or write over?",
            "A test may take away what it made, and nothing else.",
            "delete_item, by the Id of your own order.",
        ),
        "slow": (
            "How long do your tests wait, and what if that is not enough?",
            "A fixed sleep is too long on most days and too short on one. What can you ask, again "
            "and again?",
            "describe_execution says RUNNING until it is over.",
        ),
        "may-not-write": (
            "The execution failed, and your tests did not notice. What do they look at?",
            "If you look for any item, you find yesterday's.",
            "Ask describe_execution for the status, and the book for your order's Id.",
        ),
        "elsewhere": (
            "The execution succeeded, and the order is not in the book. Which test looks?",
            "SUCCEEDED means that no state failed. It does not mean that the right thing was done.",
            "get_item, with the Id of your order, in the table that BookName names.",
        ),
        "side": (
            "Which orders do you send? The desk can do two things.",
            "One price tests one half of a Choice.",
            "Send a cheap order and a dear one, and look at Side for both.",
        ),
        "price": (
            "The item has three attributes. Which do your tests look at?",
            "A test that knows only one price cannot tell it from a price that is fixed.",
            "Compare the whole item with what you sent, for more than one price.",
        ),
        "fails-after": (
            "The order was in the book, and the execution failed all the same. How would your "
            "tests know?",
            "An item that is there says that one state went well. There may be others after it.",
            "Wait until the execution is no longer RUNNING, and ask for SUCCEEDED.",
        ),
        "never-ends": (
            "The order was in the book, and the execution is still running. For how long do your "
            "tests look, and at what?",
            "A loop that waits needs an end of its own. PATIENCE is there for that.",
            "When PATIENCE seconds are over and it still says RUNNING, let the test fail.",
        ),
        "twice": (
            "The docstring says what happens to an Id that is there already. Which test tries it?",
            "Two executions with one Id: the first is to succeed.",
            "The second has to end as FAILED.",
        ),
    },
    reasoning="""
An integration test asks what no other can: whether the parts fit, as they stand. Here they did not
in seven ways, and a unit test sees none of them: a right that is missing, another table, an
execution that fails after its work is done.

What makes it worth believing: it waits for the end and not for a time; it looks at the status and
at what was written; it knows its own order by an Id that nobody had before. What makes it worth
having: it can be run again, it ends, and it leaves the stack as it was.

It is slow, so let it ask little: one order for each branch, one that is refused. Each single rule
is tried by TestState, in milliseconds.

Also right: a boto3 waiter of your own, pytest fixtures or plain functions, unittest. Usual
mistakes: time.sleep; a fixed name or Id, which is green once; a scan, which finds yesterday's
items; SUCCEEDED taken for "done", or an item taken for "ended"; a loop without an end.
""",
)
