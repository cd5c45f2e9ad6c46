"""00.1 The first check: a file is opened, changed and saved; what it says is tried."""

import re

from helpers import stages
from helpers.exercises import Machine, NotYet, Task, Workbench

WORKFLOW = stages.ROOT / "sam-app" / "statemachine" / "stock_trader.asl.json"


def check(bench: Workbench) -> str:
    """The price that is written down buys, and a dollar more sells."""
    price = _price(bench.text("highest.txt"))
    bench.trying(f"the workflow at {price} and at {price + 1} dollars")
    trader = bench.trader()
    machine = bench.machine(WORKFLOW.read_text(encoding="utf-8"), trader.substitutions)
    ways = {_way(machine, price), _way(machine, price + 1)}
    if ways == {"Buy Stock"}:
        raise NotYet(
            f"At {price} dollars the workflow bought, and at {price + 1} it bought as well: so "
            f"{price} is not the highest price.",
            hint="both-buy",
        )
    if ways == {"Sell Stock"}:
        raise NotYet(f"At {price} dollars the workflow sold.", hint="both-sell")
    return (
        f"At {price} dollars the workflow bought, at {price + 1} it sold. Both runs were real: "
        "three functions, a table, and the workflow of the picture."
    )


def _price(text: str) -> int:
    """The one whole number of dollars in the text."""
    numbers = re.findall(r"-?\d+(?:[.,]\d+)?", text)
    if not numbers:
        raise NotYet(
            "There is no number in highest.txt as it is saved on the disk.", hint="no-number"
        )
    if len(numbers) > 1:
        raise NotYet(
            f"There are {len(numbers)} numbers in highest.txt: {', '.join(numbers)[:60]}. "
            "Which one is meant?",
            hint="two-numbers",
        )
    price = float(numbers[0].replace(",", "."))
    if not (price.is_integer() and 0 <= price <= 100):
        raise NotYet(
            f"{numbers[0][:20]} is no price that comes up: prices are whole dollars from 0 to 100.",
            hint="no-price",
        )
    return int(price)


def _way(machine: Machine, price: int) -> str:
    """The state that the Choice led to."""
    run = machine.run({"checker_returns": {"stock_price": price}})
    return next(name for name in run.path if name in ("Buy Stock", "Sell Stock"))


TASK = Task(
    title="The first check",
    minutes=3,
    check=check,
    hints={
        "": (
            "Where in the picture does the way of a cheap share part from that of a dear one?",
            "The edge to Buy Stock carries the rule. Which prices obey it?",
            "Open exercises/00.1/highest.txt, put the number where the question mark is, and save.",
        ),
        "no-number": (
            "Is the file saved? In JupyterLab a dot on its tab says that it is not.",
            "The check reads numbers that are written in digits.",
            "A price of seven dollars would be written 7.",
        ),
        "two-numbers": (
            "The file asks for one price. Can two prices both be the highest?",
            "A number in a remark counts too: the check reads whatever is written in digits.",
            "Keep one number, and take the others out of the file.",
        ),
        "no-price": (
            "What does the checker return, at the least and at the most?",
            "The file asks for one price, in dollars, without cents.",
            "The number that you look for stands on an edge of the picture.",
        ),
        "both-buy": (
            "How far can the price rise before the other way is taken?",
            "The rule on the edge has a sign and a number. What does the sign say about the number "
            "itself?",
            "Read the rule aloud: smaller than, or smaller than or equal to?",
        ),
        "both-sell": (
            "Which edge leads to Buy Stock, and does this price obey its rule?",
            "The rule on the edge has a sign and a number. Is your price on the right side of it?",
            "The highest price that buys is the largest number that the rule still lets through.",
        ),
    },
    reasoning=(
        "The edge to Buy Stock says stock_price ≤ 50: fifty itself is let through, fifty-one is "
        "not. The check did not compare your number with 50. It ran the workflow with your number "
        "and with the next one, and looked which way each went; on another workflow another number "
        "would be right. All exercises are checked in this way, by what your files do."
    ),
)
