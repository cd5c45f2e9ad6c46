"""13.1 The trader in JSONata: the other language in every state, and the same trades."""

from __future__ import annotations

from typing import Any

from helpers import asl
from helpers.executions import Execution, Step
from helpers.exercises import NotYet, Task, Workbench
from helpers.exercises.workbench import Machine, Trader, shown

FILE = "workflow.asl.json"
PRICES = (7, 93, 50, 51)
COLUMNS = {
    "Id": "id",
    "Type": "type",
    "Price": "price",
    "Quantity": "qty",
    "Timestamp": "timestamp",
}
WAITS = [15 * 1.5**n for n in range(5)]

CHECKER = '''"""Answers with the price that it is told, or fails."""


def lambda_handler(event, context):
    if event.get("closed"):
        raise RuntimeError("the exchange is closed")
    return {"stock_price": event["price"]}
'''


def check(bench: Workbench) -> str:
    """No state is left in JSONPath, and each price makes the trade that it made before."""
    trader, text = bench.trader(), bench.text(FILE)
    checker = {"StockCheckerFunctionArn": bench.function("exchange", CHECKER)}
    machine = bench.machine(text, substitutions={**trader.substitutions, **checker})
    _all_in_jsonata(text)
    for price in PRICES:
        bench.trying(f"a price of {price}")
        _same_trade(bench, trader, machine, price)
    bench.trying("a checker that fails")
    _retried(machine)
    return (
        "Every state is in JSONata. 7, 93, 50 and 51 went where they went before, each trade is "
        "in the table with its own values, and a checker that fails is still asked six times."
    )


def _all_in_jsonata(text: str) -> None:
    left = [one.name for one in asl.Definition.from_text(text).states if one.language == "JSONPath"]
    if left:
        raise NotYet(f"Still in JSONPath: {', '.join(left)}.", hint="left-over")


def _same_trade(bench: Workbench, trader: Trader, machine: Machine, price: int) -> None:
    before = {item["Id"] for item in bench.items(trader.table)}
    run = machine.run({"price": price})
    if run.status != "SUCCEEDED":
        raise _failed(run, price)
    side = "Buy Stock" if price <= 50 else "Sell Stock"
    traded = [step for step in run.steps if step.type == "Task" and _is_trade(step.output)]
    if [step.name for step in traded[:1]] != [side]:
        way = " → ".join(run.path)
        said = f"With a price of {price} it went {way}; before, it went by {side}."
        raise NotYet(said, hint="threshold" if traded else "no-trade", run=run)
    trade = traded[0].output
    items = [item for item in bench.items(trader.table) if item["Id"] not in before]
    if len(items) != 1:
        raise NotYet(
            f"With a price of {price} there were {len(items)} rows more in the table; there was "
            "to be one.",
            hint="literal" if before else "not-stored",
            run=run,
        )
    stored = {name: str(items[0].get(name)) for name in COLUMNS}
    wanted = {name: trade[field] for name, field in COLUMNS.items()}
    if stored != wanted:
        other = next(name for name in COLUMNS if stored[name] != wanted[name])
        raise NotYet(
            f"With a price of {price} the row has {shown(stored[other])} as its {other}; the "
            f"trade has {shown(wanted[other])}.",
            hint="literal" if "$" in stored[other] else "other-value",
            run=run,
        )


def _is_trade(value: Any) -> bool:
    """Whether a state handed on a trade, alone or beside something else."""
    return isinstance(value, dict) and set(COLUMNS.values()) <= set(value)


def _failed(run: Execution, price: int) -> NotYet:
    """The first failure, which is the one that matters, with the state that it was in."""
    step = next((one for one in run.steps if one.error), run.steps[-1])
    error, cause = step.error or run.error, step.cause or run.cause or ""
    hint = "run-failed"
    if error == "States.QueryEvaluationError":
        hint = "undefined" if "undefined" in cause else "query"
    elif step.name == "Record Transaction":
        hint = "not-taken"
    return NotYet(
        f"With a price of {price} the execution failed in {step.name}: {error}. {cause[:400]}",
        hint=hint,
        run=run,
    )


def _retried(machine: Machine) -> None:
    run = machine.run({"closed": True})
    first: Step = run.steps[0]
    same = len(first.waits) == len(WAITS) and all(
        abs(wait - wanted) < 1 for wait, wanted in zip(first.waits, WAITS, strict=True)
    )
    if not same or run.status != "FAILED":
        tries = "once" if len(first.attempts) == 1 else f"{len(first.attempts)} times"
        raise NotYet(
            f"A checker that fails was asked {tries}, and the execution {run.status}; before, it "
            "was asked six times, with longer and longer waits, and then the execution FAILED.",
            hint="retry-lost",
            run=run,
        )


TASK = Task(
    title="The trader in JSONata",
    minutes=12,
    check=check,
    hints={
        "": (
            "Which of the five states read anything at all? Only those have anything to translate.",
            "One field says the language of the whole machine. Which fields does it then no longer "
            "know, and what stands in their place?",
            "What was looked up by a path becomes an expression between {% and %}, and the state's "
            "input has a name of its own in there.",
        ),
        "refused": (
            "AWS names the field and the language. Which of the two does not belong there?",
            "A Choice in JSONata asks by one expression, which is true or false. A Task is given "
            "its input by another field than in JSONPath, and its keys lose their .$",
            "In an expression $ alone means nothing at the top. The input of the state is a field "
            "of $states.",
        ),
        "left-over": (
            "Which language does a state speak that says nothing about it?",
            "It is that of the machine, and the machine's is JSONPath as long as it does not say "
            "otherwise.",
            "Say it once at the top, and each state has it.",
        ),
        "literal": (
            "The row has the words of the expression. Who should have evaluated them?",
            "JSONPath marked what is computed at the key, by .$; JSONata marks it elsewhere.",
            "A text is an expression if it begins with {% and ends with %}. Without them, it is a "
            "text.",
        ),
        "undefined": (
            "The cause quotes the expression. What did it find there: nothing, so does that name "
            "exist at this moment?",
            "$states has an input when the state is entered. A result there is only when the "
            "work has been done.",
            "Are the fields named as in the trade: id, type, price, qty, timestamp?",
        ),
        "query": (
            "The cause quotes the expression and says what it could not do with the values.",
            "JSONata does not turn a text into a number by itself, and a comparison wants two of "
            "a kind.",
            "Try the state alone with test_state and the input that the picture shows.",
        ),
        "not-taken": (
            "DynamoDB refused, and says why. What was it given?",
            "DynamoDB wants a number as a text. What is the price in the trade already?",
            "The event TaskScheduled of the run has the parameters as they were sent.",
        ),
        "not-stored": (
            "Nothing new is in the table. Was the last state asked to write at all?",
            "Which field says what a Task is given, and which what it hands on?",
            "The event TaskScheduled of the run has the parameters as they were sent.",
        ),
        "other-value": (
            "Compare the row with the trade, column by column. Which expression fills it?",
            "Two that were swapped look right from afar.",
            "The trade is what the buyer or the seller returned: run.steps[2].output.",
        ),
        "threshold": (
            "Where did 50 go, and where did 51 go before?",
            "The old rule says NumericLessThanEquals. What is that as a sign?",
            "Is the Condition an expression? A text without {% and %} is a text, and never true.",
        ),
        "no-trade": (
            "Which state made the trade, and what did it hand on?",
            "Without Output, a Task hands on its result, as it is. Does yours need one?",
            "Look at run.steps: the output of each state is the input of the next.",
        ),
        "retry-lost": (
            "Which fields of the state are not about data at all?",
            "Retry is the same in both languages.",
            "Compare your Check Stock Value with the one that was handed out: what did it lose?",
        ),
        "run-failed": (
            "Which state is red in the picture, and what does its cause say?",
            "What did the state before it hand on? run.steps[-2].output says it.",
            "Try that state alone with test_state and the same input.",
        ),
    },
    reasoning="""
Two states read data, so two change. The Choice asks by one expression instead of Variable and a
comparison; the Task is given Arguments instead of Parameters, and each key loses its .$ while each
value gets its {% %}. The three functions are untouched: without Arguments a Task gets the state's
input, without Output it hands on its result, as before. Retry and Next have no language.

Also right: QueryLanguage in each state instead of once at the top, which is how one converts a
large machine bit by bit (the other way round, a JSONPath state in a JSONata machine, is refused);
lambda:invoke with {% $states.result.Payload %} as Output; variables.

Usual mistakes: the switch alone (AWS refuses the old fields by name); {% $.id %}, since $ means
nothing at the top of an expression; the {% %} forgotten, which is no error: the text goes into the
table; {"N": "{% $number($states.input.price) %}"}, since DynamoDB wants its numbers as text.
""",
)
