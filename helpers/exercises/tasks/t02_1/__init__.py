"""02.1 A number where text is wanted: DynamoDB's API takes its numbers as strings."""

from decimal import Decimal
from typing import Any

from helpers.executions import Execution
from helpers.exercises import NotYet, Task, Workbench
from helpers.exercises.workbench import shown

TRADES = [
    {"id": "one", "price": 7, "type": "buy", "qty": 3, "timestamp": "2026-11-02T09:00:00+00:00"},
    {"id": "two", "price": 93.25, "type": "sell", "qty": 10, "timestamp": "2026-11-02T10:00:00Z"},
    {"id": "three", "price": 0, "type": "buy", "qty": 1, "timestamp": "2026-11-02T11:00:00Z"},
]

BROKER = f"""TRADES = {TRADES!r}


def lambda_handler(event, context):
    return TRADES[event["trade"]]
"""


def check(bench: Workbench) -> str:
    """Every trade is in the table, price and quantity as numbers."""
    definition = bench.text("workflow.asl.json")
    table = bench.table()
    names = {"BrokerFunctionArn": bench.function("broker", BROKER), "TableName": table}
    machine = bench.machine(definition, names)
    for nth, trade in enumerate(TRADES):
        bench.trying(f"a trade at {trade['price']} dollars")
        run = machine.run({"trade": nth})
        _look_at_the_end(trade, run)
        _look_at_the_item(trade, bench.items(table), run)
    prices = ", ".join(str(trade["price"]) for trade in TRADES)
    return f"Three trades, at {prices} dollars, are in the table, as numbers that can be added up."


def _look_at_the_end(trade: dict[str, Any], run: Execution) -> None:
    if run.status == "SUCCEEDED":
        return
    cause = run.cause or ""
    if len(cause) > 320:  # what was sent stands in the middle, what is wrong with it at the end
        cause = f"{cause[:180]} … {cause[-120:]}"
    said = f"{run.error or 'No error is named'}: {cause}"
    last = run.steps[-1] if run.steps else None
    refused = any(words in cause for words in ("must be a STRING", "cannot be converted to String"))
    raise NotYet(
        f"The broker returned {shown(_numbers(trade))}, and the run failed"
        f"{f' in {last.name} (event {last.last_event})' if last else ''}. {said}",
        hint="a-number" if refused else "fails",
        run=run,
    )


def _look_at_the_item(trade: dict[str, Any], items: list[dict[str, Any]], run: Execution) -> None:
    item = next((item for item in items if item["Id"] == trade["id"]), None)
    if item is None:
        raise NotYet(
            f"The run succeeded, and the trade {trade['id']!r} is not in the table.",
            hint="not-stored",
            run=run,
        )
    wanted = {
        "Type": trade["type"],
        "Price": Decimal(str(trade["price"])),
        "Quantity": trade["qty"],
        "Timestamp": trade["timestamp"],
    }
    for name, value in wanted.items():
        _look_at_an_attribute(trade, name, item.get(name), value)


def _look_at_an_attribute(trade: dict[str, Any], name: str, stored: Any, wanted: Any) -> None:
    returned = f"The broker returned {shown(trade)}"
    if stored is None:
        raise NotYet(f"{returned}, and its item has no {name}.", hint="not-stored")
    if isinstance(stored, str) and not isinstance(wanted, str):
        raise NotYet(
            f'{returned}, and {name} was stored as the text "{stored}". Text cannot be added up, '
            'and sorts "100" before "7".',
            hint="as-text",
        )
    if stored != wanted:
        raise NotYet(f"{returned}, and {name} was stored as {stored}.", hint="another-value")


def _numbers(trade: dict[str, Any]) -> dict[str, Any]:
    return {"price": trade["price"], "qty": trade["qty"]}


TASK = Task(
    title="A number where text is wanted",
    minutes=8,
    check=check,
    hints={
        "": (
            'What does "N.$": "$.price" send to DynamoDB when the price is 7?',
            'DynamoDB wants "7". Something has to make text of a number, in the workflow.',
            "Intrinsic functions stand where a path can stand, and one of them fills text: "
            "States.Format.",
        ),
        "a-number": (
            "Which of the two numbers has become text by now, and which has not?",
            'What stands after "N.$" may be a path or an intrinsic function. Which of those makes '
            "text of a value?",
            "States.Format takes a template with {} in it, in single quotes, and what goes there.",
        ),
        "fails": (
            "Which state failed, and which field does the message name?",
            "A key that ends in .$ has a path or an intrinsic function as its value, as text.",
            "An intrinsic function begins with States. and has its template in single quotes.",
        ),
        "not-stored": (
            "Every run ended well. Which state should have written the item, with which entries?",
            "An error that is caught, or a state that is gone, leaves a run green and a table "
            "without the trade.",
            "Id, Type, Price, Quantity and Timestamp: all five belong to the item.",
        ),
        "as-text": (
            "Which letter says to DynamoDB what kind of value this is?",
            "S stands for string and N for number. The value behind both travels as text.",
            "Leave the letter as it was, and change what stands after it.",
        ),
        "another-value": (
            "Does the item say what this trade was, or what some trade was?",
            "A key without .$ is written as it stands, at every run.",
            "The value has to be taken from the state's input, and only made into text.",
        ),
    },
    reasoning=(
        "DynamoDB stores numbers, but its API takes each as text beside the letter N, so that none "
        "is rounded on the way. The course's own functions return text for that reason. Where they "
        "do not, the workflow can make text of it: States.Format('{}', $.price) is an intrinsic "
        "function, and stands where the path stood.\n\n"
        "Also right: States.JsonToString($.price), or the state in JSONata with $string(…), or a "
        "Pass state before it. Not right is to write S instead of N: DynamoDB takes that, and "
        "the price is text from then on."
    ),
)
