"""12.3 Enough to decide: a message says what its reader needs, and keeps what is not for them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from helpers.executions import Execution
from helpers.exercises import NotYet, Task, Workbench
from helpers.exercises.tasks.asking import HINTS, Person, cause, go_on, readable
from helpers.exercises.workbench import shown

FILE = "workflow.asl.json"
OF_THE_ORDER = ("id", "side", "stock", "quantity", "price", "amount")
SECRETS = ("account", "pin")
ORDERS: tuple[dict[str, Any], ...] = (
    {
        "desk": "Oslo",
        "order": {
            "id": "A-1",
            "side": "buy",
            "stock": "ACME",
            "quantity": 9,
            "price": 80,
            "amount": 720,
        },
        "client": {"name": "Clara Moreau", "account": "NO93 8601 1117 947", "pin": "4711"},
    },
    {
        "desk": "Porto",
        "order": {
            "id": "B-7",
            "side": "sell",
            "stock": "MOON",
            "quantity": 1200,
            "price": 0.45,
            "amount": 540,
        },
        "client": {"name": "Jan Kuiper", "account": "PT50 0002 0123 1234", "pin": "0815"},
    },
)


def check(bench: Workbench) -> str:
    """The message has order, desk, execution and moment, and nothing of the client."""
    ada = Person(bench)
    machine = bench.machine(bench.text(FILE), {"QueueUrl": ada.url})
    for given in ORDERS:
        order = given["order"]
        bench.trying(f"an order to {order['side']} {order['stock']}")
        run = machine.start(given)
        message = ada.question(run, f"an order to {order['side']} {order['stock']}")
        token = ada.token(message, run)
        _is_all_there(message, given, run)
        _keeps(message, given, run)
        ada.yes(token)
        go_on(run)
        output = run.output if isinstance(run.output, dict) else {}
        if run.status != "SUCCEEDED" or {k: output.get(k) for k in given} != given:
            raise NotYet(
                f"After the yes the execution ended {run.status} with {shown(run.output)}; the "
                f"order should still be in it.{cause(run)}",
                hint="order-lost",
                run=run,
            )
    return (
        "Two orders, two messages: each says what is traded, for which desk, by which execution "
        "and since when it waits, and nothing of the client's."
    )


def _is_all_there(message: dict[str, Any], given: dict[str, Any], run: Execution) -> None:
    wanted = {key: given["order"][key] for key in OF_THE_ORDER}
    wanted |= {"desk": given["desk"], "execution": run.arn}
    for key, value in wanted.items():
        if key not in message:
            raise NotYet(
                f"The message was {readable(message)}: {key} is not in it.",
                hint="execution" if key == "execution" else "missing",
                run=run,
            )
        if message[key] != value:
            raise NotYet(
                f"The message says {shown({key: message[key]})}, and it is {shown({key: value})}.",
                hint="execution" if key == "execution" else "other-value",
                run=run,
            )
    entered = next(e for e in run.events if e["type"] == "TaskStateEntered")["timestamp"]
    asked = _moment(message.get("asked"))
    if asked is None or abs((asked - entered).total_seconds()) > 1:
        raise NotYet(
            f"The message says {shown({'asked': message.get('asked')})}; the question was put at "
            f"{entered:%Y-%m-%dT%H:%M:%SZ}.",
            hint="asked",
            run=run,
        )


def _moment(said: Any) -> datetime | None:
    try:
        moment = datetime.fromisoformat(said)
    except (TypeError, ValueError):
        return None
    return moment if moment.tzinfo else None


def _keeps(message: dict[str, Any], given: dict[str, Any], run: Execution) -> None:
    told = [key for key in SECRETS if given["client"][key] in shown(message, 100_000)]
    if told or given["client"]["name"] in shown(message, 100_000):
        raise NotYet(
            f"The message has all that is needed, and the client's {told[0] if told else 'name'} "
            "besides. Whoever may read the queue reads it.",
            hint="too-much",
            run=run,
        )


TASK = Task(
    title="Enough to decide",
    minutes=6,
    check=check,
    hints=HINTS
    | {
        "": (
            "Imagine that you get the message at breakfast. What do you have to know before you "
            "say yes, and where does each of it come from?",
            "Some of it is in the input, below order and beside it; some only Step Functions "
            "knows.",
            "The input begins with $, the context with $$; for both the key ends in .$.",
        ),
        "missing": (
            "The check names what is missing. Where in the input is it?",
            "The message is flat: each thing has a key of its own, beside token.",
            "Parameters build something new: what they do not name is not in it.",
        ),
        "other-value": (
            "Is the value a path, or taken for a text? Look at the end of the key.",
            "Numbers stay numbers, when a path leads to them; what States.Format makes is a text.",
            "An id that you wrote down is right for one order.",
        ),
        "execution": (
            "Whoever is in doubt wants to look it up. What do they need for describe-execution?",
            "The state's input does not know in which execution it is. The context does.",
            "$$.Execution has more than one thing: its ARN is called Id there.",
        ),
        "asked": (
            "Since when does it wait? Who knows when a state was entered?",
            "The context has a part about the execution, and one about the state.",
            "The moment that the execution started is another one, if the question comes later.",
        ),
        "too-much": (
            "Who can read the queue? Is all of what you send for them?",
            "A path that leads to a whole object takes all of it, also what is added later.",
            "Name each thing that the reader needs.",
        ),
        "order-lost": (
            "After the answer the order should still be there. What did you change beside the "
            "message?",
            "ResultPath puts the answer beside the input.",
            "Only MessageBody needs a change.",
        ),
        "fails": (
            "The state failed before anything was sent. What does the cause say?",
            "A path that leads nowhere is an error. Is it $.order.id or $.id?",
            "Which of the values come from $$, and how are they spelled there?",
        ),
    },
    reasoning="""
Each thing that the reader needs is named: from the input "stock.$": "$.order.stock" and its
neighbours, from the context "execution.$": "$$.Execution.Id" and "asked.$":
"$$.State.EnteredTime". Whoever reads it can decide without asking back, and can look up the
execution when in doubt.

"order.$": "$" would have been shorter, and sends along the client's account. A message lies in a
queue, in mailboxes, in logs: what is not in it needs no protection there. The list also holds when
somebody adds a field to the input later.

Also right: $$.Task.Token and the rest in JSONata, as $states.context; a state before that puts
the message together, if the moment is still that of the question.

Usual mistakes: the token alone, so that a person says yes to a row of letters. States.Format for
numbers: the page then compares texts. $$.Execution.Name, with which describe-execution can do
nothing. $$.Execution.StartTime for the moment of the question: in a workflow that asks late it is
hours off.
""",
)
