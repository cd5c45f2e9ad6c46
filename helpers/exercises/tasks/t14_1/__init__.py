"""14.1 A stand-in for the table: unit tests of a function that calls AWS, without AWS."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from helpers.exercises import NotYet, Task, Workbench
from helpers.exercises.tasks.pytests import missed, pass_for, tested

TESTS = "test_recorder.py"
RECORDER = Path(__file__).parent / "starter" / "app.py"
NOWHERE = {
    "AWS_ENDPOINT_URL": "http://127.0.0.1:9",
    "AWS_MAX_ATTEMPTS": "1",
}
"""No AWS answers there: a test that calls it fails, as on a machine with no network."""

CONDITION = 'ConditionExpression="attribute_not_exists(Id)",'
CODE = 'error.response["Error"]["Code"] != "ConditionalCheckFailedException"'

GOOD: dict[str, tuple[tuple[str, str], ...]] = {
    "the one that was handed out": (),
    "one that writes a line into the log": (
        ("    try:\n", '    print("recording", event["id"])\n    try:\n'),
    ),
    "one that says the same condition with other spaces": (
        (CONDITION, 'ConditionExpression="attribute_not_exists( Id )",'),
    ),
}
"""Recorders that are right, by what each is called in a sentence: (old, new) of the code."""

BAD: dict[str, tuple[str, str, str]] = {
    "table": (
        "writes into TransactionTable, whatever the variable TABLE says",
        'os.environ["TABLE"]',
        '"TransactionTable"',
    ),
    "swapped": (
        "writes the quantity as the price, and the price as the quantity",
        '"Price": {"N": event["price"]},\n        "Quantity": {"N": event["qty"]},',
        '"Price": {"N": event["qty"]},\n        "Quantity": {"N": event["price"]},',
    ),
    "text": ("writes the price as text", '{"N": event["price"]}', '{"S": event["price"]}'),
    "no-condition": ("writes over a trade that is there", CONDITION, ""),
    "duplicate-raises": (
        "fails at a trade that was there already",
        f"if {CODE}:\n            raise",
        "raise",
    ),
    "not-said": (
        "says that it recorded a trade that was there already",
        'return {"recorded": False}',
        'return {"recorded": True}',
    ),
    "swallows": (
        "takes every failure of DynamoDB for a trade that was there already",
        f"if {CODE}:\n            raise\n",
        "",
    ),
}
"""Recorders that are not: hint → what each does, and (old, new) of the code."""


def check(bench: Workbench) -> str:
    """The tests pass for every good recorder and fail for every bad one, with no AWS at all."""
    bench.python(TESTS)
    bench.trying(f"your tests on {len(GOOD)} recorders that are right, with no AWS in reach")
    try:
        good = {name: _recorder(*changes) for name, changes in GOOD.items()}
        pass_for(tested(bench, TESTS, good, **NOWHERE), TESTS, "a recorder that is right")
    except NotYet as not_yet:
        if "endpoint URL" in not_yet.text or "UnrecognizedClient" in not_yet.text:
            raise NotYet(
                "There is no AWS where the check runs your tests, and they call it: "
                f"{not_yet.text}",
                hint="calls-aws",
            ) from None
        raise
    bench.trying(f"your tests on {len(BAD)} recorders that are not")
    bad = {key: _recorder((old, new)) for key, (_, old, new) in BAD.items()}
    if amiss := missed(tested(bench, TESTS, bad, **NOWHERE)):
        raise NotYet(
            f"Your tests caught {len(BAD) - len(amiss)} of {len(BAD)} recorders that are not "
            f"right. They all pass for one that {BAD[amiss[0]][0]}.",
            hint=amiss[0],
        )
    return (
        f"With no AWS in reach your tests pass for {len(GOOD)} recorders that are right and catch "
        f"{len(BAD)} that are not."
    )


def _recorder(*changes: tuple[str, str]) -> Callable[[Path], object]:
    """A recorder as a change of the folder: it is app.py in there."""
    code = RECORDER.read_text(encoding="utf-8")
    for old, new in changes:
        assert old in code, f"the recorder has no {old!r} any more"
        code = code.replace(old, new)
    return lambda here: (here / "app.py").write_text(code, encoding="utf-8")


TASK = Task(
    title="A stand-in for the table",
    minutes=15,
    check=check,
    hints={
        "": (
            "The starter's test passes for any answer that is not empty. What does the docstring "
            "of app.py promise besides?",
            "The stand-in has noted what it was asked. Which table, which item, under which "
            "condition?",
            "A stand-in that always answers well tests half of the function. Give it a way to "
            "fail by a ClientError, whose code you choose.",
        ),
        "no-tests": (
            "By which name does pytest know a test?",
            "A test is a function whose name begins with test_, in a file whose name does.",
            "python -m pytest exercises/14.1, typed in a terminal in work/, says what it collects.",
        ),
        "fails-on-good": (
            "Does your test ask for more than the docstring promises?",
            "What the function does is promised; in which words it asks for it is not.",
            "A condition can be written with more spaces or fewer. Ask whether it is there and "
            "what it is about, and not for its letters.",
        ),
        "calls-aws": (
            "Which of your tests needs a table that is really there?",
            "A unit test runs on a train, in a second, a hundred times. What takes DynamoDB's "
            "place in it?",
            "The function finds its client under app.dynamodb. monkeypatch.setattr puts another "
            "object there, for one test.",
        ),
        "table": (
            "How does the recorder know the table's name, and which of your tests would notice "
            "if it did not look?",
            "A test that sets TABLE to the usual name cannot tell whether it was read.",
            "Take a name that nobody would write into the code.",
        ),
        "swapped": (
            "Look at the trade that you test with. What do its price and its quantity have in "
            "common?",
            "Two values that are equal can change places unseen.",
            "Give each field a value of its own, and compare the whole item.",
        ),
        "text": (
            "An item says of each value what it is. Does your test look at that?",
            "{'S': '7'} is text and {'N': '7'} is a number: text cannot be added up.",
            "Compare the whole item, types and all.",
        ),
        "no-condition": (
            "What keeps the second write from replacing the first, and who asks for it?",
            "The stand-in noted every argument of put_item. Is there one that you have not "
            "looked at?",
            "Without ConditionExpression DynamoDB writes over what is there.",
        ),
        "not-said": (
            "What does the recorder return when the trade was there? Which test lets it be there?",
            "DynamoDB says so by a failure with a code of its own. Your stand-in has to fail in "
            "that way.",
            "ClientError({'Error': {'Code': …, 'Message': …}}, 'PutItem') is what boto3 raises; "
            "the code is the one in app.py.",
        ),
        "duplicate-raises": (
            "A trade that comes twice is no failure: the workflow goes on. Which test says so?",
            "Let the stand-in raise what DynamoDB raises where the condition does not hold, and "
            "look at what the function returns.",
            "A test that calls the function without pytest.raises fails by itself if it raises.",
        ),
        "swallows": (
            "A table that is busy is not a trade that was there. Which test tells the two apart?",
            "A failure that is taken for a duplicate is a trade that nobody records, ever.",
            "Let the stand-in fail by another code, and ask for the failure: pytest.raises.",
        ),
    },
    reasoning="""
The function calls AWS, and its test need not: what it calls lies under a name, app.dynamodb, and
a test may put something else there. A stand-in does two things. It notes what it was asked, so
that the test can look at the table, the item and the condition. And it answers what the test
wants, failures too, which no real table would give you on demand.

What it cannot tell you: whether DynamoDB understands the condition, whether the table is there,
whether the function may write into it. The stand-in believes everything. Those are questions for
an integration test.

Also right: botocore's Stubber, unittest.mock, one test or ten. Usual mistakes: equal values in the
trade, so that two can change places unseen; the usual name of the table; a stand-in that never
fails; one that fails by one code only, so that swallowing every error passes.
""",
)
