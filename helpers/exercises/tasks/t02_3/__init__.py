"""02.3 Tests that catch: they pass for buyers that are right, and fail for those that are not."""

from collections.abc import Callable
from pathlib import Path

from helpers import stages
from helpers.exercises import NotYet, Task, Workbench
from helpers.exercises.tasks.pytests import missed, pass_for, tested

TESTS = "test_buyer.py"
BUYER = stages.ROOT / "sam-app" / "functions" / "stock_buyer" / "app.py"


def _with(old: str, new: str) -> Callable[[str], str]:
    def changed(code: str) -> str:
        assert old in code, f"the buyer has no {old!r} any more"
        return code.replace(old, new)

    return changed


PRICE, QTY = 'str(event["stock_price"])', "str(random.randint(1, 10))"
TIME, TYPE, ID = "datetime.now(UTC).isoformat()", '"type": "buy"', "str(uuid.uuid4())"

GOOD: dict[str, Callable[[str], str]] = {
    "the course's": lambda code: code,
    "one that buys ten shares each time": _with(QTY, '"10"'),
    "one that buys a single share each time": _with(QTY, '"1"'),
}
"""Buyers that are right, and what each is called in a sentence."""

BAD: dict[str, tuple[str, Callable[[str], str]]] = {
    "price": ("returns the price as a number", _with(PRICE, 'event["stock_price"]')),
    "type": ("returns the type sell", _with(TYPE, '"type": "sell"')),
    "nothing": ("buys 0 shares", _with(QTY, '"0"')),
    "too-many": ("buys 11 shares", _with(QTY, '"11"')),
    "zone": (
        "leaves the zone out of the timestamp",
        _with(TIME, "datetime.now(UTC).replace(tzinfo=None).isoformat()"),
    ),
    "bad-event": (
        "buys at 0 dollars if the event has no price, instead of failing",
        _with(PRICE, 'str(event.get("stock_price", 0))'),
    ),
    "same-id": ("gives every trade the same id", _with(ID, '"a-trade"')),
}
"""Buyers that are not, by the hints for whoever misses them."""


def check(bench: Workbench) -> str:
    """The tests pass for every good buyer and fail for every bad one."""
    bench.python(TESTS)
    bench.trying(f"your tests on {len(GOOD)} buyers that are right")
    pass_for(tested(bench, TESTS, _buyers(GOOD)), TESTS, "a buyer that is right")
    bench.trying(f"your tests on {len(BAD)} buyers that are not")
    ran = tested(bench, TESTS, _buyers({key: change for key, (_, change) in BAD.items()}))
    if amiss := missed(ran):
        first, _ = BAD[amiss[0]]
        raise NotYet(
            f"Your tests caught {len(BAD) - len(amiss)} of {len(BAD)} buyers that are not right. "
            f"They all pass for one that {first}.",
            hint=amiss[0],
        )
    return (
        f"Your tests pass for {len(GOOD)} buyers that are right and catch {len(BAD)} that are not."
    )


def _buyers(changes: dict[str, Callable[[str], str]]) -> dict[str, Callable[[Path], object]]:
    """Each buyer as a change of the folder: it is app.py in there."""
    code = BUYER.read_text(encoding="utf-8")

    def laid(change: Callable[[str], str]) -> Callable[[Path], object]:
        return lambda here: (here / "app.py").write_text(change(code), encoding="utf-8")

    return {name: laid(change) for name, change in changes.items()}


TASK = Task(
    title="Tests that catch",
    minutes=12,
    check=check,
    hints={
        "": (
            "What has to be true of every trade that the buyer returns? Make a list first.",
            "The starter's test passes for any dictionary that is not empty. What would you look "
            "at in it?",
            "One test for each field of the trade, and one for an event that has no price.",
        ),
        "no-tests": (
            "By which name does pytest know a test?",
            "A test is a function whose name begins with test_, in a file whose name does.",
            "python -m pytest exercises/02.3, typed in a terminal in work/, says what it collects.",
        ),
        "fails-on-good": (
            "Does your test ask for more than the buyer promises?",
            "The buyer's docstring is the promise: what may differ from one trade to the next?",
            "A quantity is random. A test may ask for its range, not for its value.",
        ),
        "price": (
            "What type has the price to be, and which of your tests would notice another?",
            '42 == "42" is False in Python, and int("42") == int(42) is True.',
            "Compare with the text that you expect, without turning the price into a number first.",
        ),
        "type": (
            "Which words may stand in the field type?",
            "A buyer buys. Which of your tests says so?",
            'One line does it: assert what trade["type"] has to be.',
        ),
        "nothing": (
            "How many shares does the docstring promise, at the least?",
            "The quantity is text. What do you have to do before you can compare it with a number?",
            "Both ends of the range belong into the test.",
        ),
        "too-many": (
            "How many shares does the docstring promise, at the most?",
            "A range has two ends. Which of them does your test look at?",
            "Python compares in a chain: low <= value <= high.",
        ),
        "zone": (
            "At which place on earth is it nine o'clock, if only 09:00 is written down?",
            "datetime.fromisoformat reads the text. What does the result say about its zone?",
            "A time without a zone has None as its tzinfo, and as its utcoffset().",
        ),
        "bad-event": (
            "What should the buyer do if the event has no price?",
            "Guessing a price is worse than failing: nobody would ever notice. Which test asks "
            "for the failure?",
            "`with pytest.raises(…):` passes if the lines below it fail in that way.",
        ),
        "same-id": (
            "What happens to a trade in the table when the next one has the same id?",
            "One call cannot show it. How many do you need?",
            "Two trades of the same event: compare their ids.",
        ),
    },
    reasoning=(
        "A test is worth what it catches, and you cannot see that while all is well: you have to "
        "break the function and look. The check did so: it ran your tests on three buyers that "
        "keep the docstring's promise, and on seven that break it in one place each.\n\n"
        "Other tests are as good. What they share: one field each, so that a failure says what "
        "is amiss; the range of what is random, not its value; text compared as text; an event "
        "that is not as it should be; and two calls, where a difference between two is the point."
    ),
)
