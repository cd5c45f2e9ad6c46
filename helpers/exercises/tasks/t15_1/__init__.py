"""15.1 The line that explains it: a function's log that answers questions nobody asked yet."""

from __future__ import annotations

import re
import time
from typing import Any

from helpers.exercises import CannotCheck, NotYet, Task, Workbench
from helpers.exercises.tasks.json_values import object_of
from helpers.exercises.workbench import shown
from helpers.exercises.workbench.patience import patience

FILE, FUNCTION = "app.py", "desk"
GROUP = f"/aws/lambda/{FUNCTION}"
PRICES = {"ACME": 80, "MOON": 3, "OAK": 12.5}
ACCOUNT = "NO93 8601 1117 947"

WRONG = 'filter event in ["refused", "failed"] | fields order, event, reason | sort order'
WHY = 'filter event = "refused" | stats count(*) as orders by reason | sort reason'
SUM = 'filter event = "traded" | stats count(*) as trades, sum(amount) as dollars'
_OWN = re.compile(
    r"(INIT_START|START RequestId|END RequestId|REPORT RequestId|\[ERROR\] KeyError: )"
)
"""What Lambda itself writes: also an error that has left the function."""


def _orders() -> list[dict[str, Any]]:
    """Forty orders: most are traded, some refused, two cannot be carried out at all."""
    stocks = ("ACME", "MOON", "OAK")
    made = [
        {"id": f"A-{number:03}", "stock": stocks[number % 3], "quantity": number % 7 + 1}
        for number in range(40)
    ]
    made[7] |= {"quantity": 0}
    made[11] |= {"stock": "SUN"}
    made[19] |= {"quantity": -4}
    made[23] |= {"stock": 'O\'Neill & "Sons"'}
    made[28] |= {"stock": "MOON\nACME"}
    made[33] |= {"id": 'B "7"\\2'}
    for number, order in enumerate(made):
        client: dict[str, Any] = {"name": "Clara Moreau", "account": ACCOUNT, "fee": 1.5}
        if number in (14, 37):
            del client["fee"]
        order["client"] = client
    made[37]["stock"] = "OAK"
    return made


def _outcome(order: dict[str, Any]) -> dict[str, Any]:
    """What the function as handed out returns; without a fee, what it fails with."""
    base = {"id": order["id"], "traded": False}
    if order["quantity"] < 1:
        return base | {"reason": "nothing to trade"}
    if order["stock"] not in PRICES:
        return base | {"reason": f"no market for {order['stock']}"}
    if "fee" not in order["client"]:
        return {"error": "KeyError"}
    amount = PRICES[order["stock"]] * order["quantity"] + order["client"]["fee"]
    return {"id": order["id"], "traded": True, "amount": amount}


def check(bench: Workbench) -> str:
    """Three queries tell, from the log alone, what became of forty orders."""
    bench.function(FUNCTION, {FILE: bench.python(FILE)}, timeout=10)
    orders = _orders()
    bench.trying(f"{len(orders)} orders")
    for order in orders:
        _does_the_same(bench, order)
    bench.trying("three queries over the log")
    messages = _messages(bench)
    if told := next((one for one in messages if ACCOUNT in one), None):
        raise NotYet(
            f"The log has the client's account in it: {told.strip()[:160]} … Who may read the log "
            "reads it, for as long as the log is kept.",
            hint="secret",
        )
    lines = [object_of(one) for one in messages]
    told_of = [one for one in lines if one is not None and "event" in one]
    if not told_of:
        raise _nothing(messages)
    for order in orders:
        _has_one_line(order, told_of)
    _answer(bench, orders)
    return (
        "Forty orders, forty lines. Three queries told which eight went wrong and why, how many "
        "were refused for each reason, and what the rest came to. No account is in the log."
    )


def _does_the_same(bench: Workbench, order: dict[str, Any]) -> None:
    answer, error = bench.invoke(FUNCTION, order)
    wanted = _outcome(order)
    if "error" in wanted:
        if error != wanted["error"]:
            raise NotYet(
                f"The order {shown(order['id'])} has a client without a fee, and should have "
                f"failed with {wanted['error']} as before. "
                + (f"It failed with {error}." if error else f"It returned {shown(answer)}."),
                hint="swallowed",
            )
    elif error or answer != wanted:
        why = answer.get("errorMessage", answer) if isinstance(answer, dict) else answer
        said = f"failed with {error}: {shown(why, 160)}" if error else f"gave {shown(answer)}"
        raise NotYet(
            f"The order {shown(order, 120)} {said}; it should have given {shown(wanted)}, as "
            "before.",
            hint="other-answer",
        )


def _messages(bench: Workbench) -> list[str]:
    """What the function itself has logged."""
    return [one for one in bench.logged(GROUP) if not _OWN.match(one)]


def _nothing(messages: list[str]) -> NotYet:
    if not messages:
        return NotYet("Forty orders, and the function logged nothing at all.", hint="not-there")
    first = next((one for one in messages if "{" in one), messages[0]).strip()
    hint = "prefix" if re.match(r"\[[A-Z]+\]\t", first) else "many-lines" if first == "{" else ""
    return NotYet(
        "No query finds anything: no line of the log is a JSON object with event in it. A line "
        f"reads {first[:160]}",
        hint=hint,
    )


def _has_one_line(order: dict[str, Any], lines: list[dict[str, Any]]) -> None:
    """An order has one line about its outcome, and what is in it is right."""
    its_lines = [one for one in lines if one.get("order") == order["id"]]
    wanted = _outcome(order)
    event = "failed" if "error" in wanted else "traded" if wanted["traded"] else "refused"
    told = [one for one in its_lines if one["event"] in ("traded", "refused", "failed")]
    which = f"The order {shown(order['id'])} was {event}"
    if not told:
        hint = "failed" if event == "failed" else "by-hand" if _odd(order) else "not-there"
        raise NotYet(
            f"{which}, and no line that is JSON has event and the order's id, as order.", hint=hint
        )
    if len(told) > 1:
        raise NotYet(
            f"{which}, and {len(told)} lines tell of its end: {shown(told)}. Who counts lines "
            "counts it more than once.",
            hint="twice",
        )
    [line] = told
    if line["event"] != event:
        raise NotYet(f"{which}, and the log says {shown(line)}.", hint="not-there")
    if event == "traded" and not _is(line.get("amount"), wanted["amount"]):
        raise NotYet(
            f"{which} for {wanted['amount']}, and the log says {shown(line)}. A sum needs numbers.",
            hint="amount",
        )
    reason = wanted.get("reason") or wanted.get("error") or ""
    said = str(line.get("reason", ""))
    if event != "traded" and (said != reason if event == "refused" else reason not in said):
        raise NotYet(
            f"{which}: {shown(reason)}. The log says {shown(line)}.",
            hint="failed" if event == "failed" else "reason",
        )


def _odd(order: dict[str, Any]) -> bool:
    return any(mark in order["id"] + order["stock"] for mark in "\"'\n\\")


def _is(value: Any, number: float) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and value == number


def _answer(bench: Workbench, orders: list[dict[str, Any]]) -> None:
    """What the three queries say, which is what one wanted to know."""
    outcomes = [_outcome(order) for order in orders]
    wrong = sorted(
        o["id"] for o, out in zip(orders, outcomes, strict=True) if not out.get("traded")
    )
    if (told := [row.get("order") for row in query(bench, WRONG)]) != wrong:
        raise NotYet(f"`{WRONG}` gives {shown(told)}, and should give {shown(wrong)}.", hint="")
    reasons = {out["reason"] for out in outcomes if "reason" in out}
    if {row.get("reason") for row in query(bench, WHY)} != reasons:
        raise NotYet(f"`{WHY}` gives {shown(query(bench, WHY))}.", hint="reason")
    amounts = [out["amount"] for out in outcomes if out.get("traded")]
    [row] = query(bench, SUM)
    if (float(row["trades"]), float(row["dollars"])) != (len(amounts), sum(amounts)):
        raise NotYet(
            f"`{SUM}` gives {shown(row)}; it was {len(amounts)} trades for {sum(amounts)} dollars.",
            hint="amount",
        )


def query(bench: Workbench, text: str) -> list[dict[str, str]]:
    """The rows of a query over all that the function has logged: field → value.

    Raises CannotCheck if the query does not end.
    """
    logs, end = bench.client("logs"), int(bench.now().timestamp()) + 60
    started = logs.start_query(
        logGroupName=GROUP, startTime=end - 86_400, endTime=end, queryString=text
    )
    give_up = time.monotonic() + patience(10)
    while time.monotonic() < give_up:
        answer = logs.get_query_results(queryId=started["queryId"])
        if answer["status"] == "Complete":
            return [{one["field"]: one["value"] for one in row} for row in answer["results"]]
        time.sleep(0.02)
    raise CannotCheck(
        "A query had not ended after ten seconds.",
        "The check asks its own endpoint.",
        "Check again in a minute.",
    )


TASK = Task(
    title="The line that explains it",
    minutes=12,
    check=check,
    hints={
        "": (
            "Logs Insights finds the fields by itself, if a line is a JSON object. Which module "
            "makes one of a dict?",
            "One line for each order, when it is known what became of it, and not several on the "
            "way.",
            'print(json.dumps({"event": …, "order": …})), with an amount or a reason as well.',
        ),
        "not-there": (
            "Which orders have a line now, and which not? The check names the first without one.",
            "What goes through logging at the level INFO is dropped unless the level is set: "
            "Lambda's is WARNING.",
            "The id goes under order, and event is one of traded, refused and failed.",
        ),
        "prefix": (
            "What stands before the brace in your line, and who has put it there?",
            "In Lambda, logging writes level, time and request id first. With that in front, the "
            "line is no JSON.",
            "print writes what you give it and nothing else.",
        ),
        "many-lines": (
            "How many lines has one of your objects?",
            "Each line that is printed is an event of its own in the log.",
            "json.dumps without indent writes one line.",
        ),
        "by-hand": (
            "What is in that order which is in no other? Look at its id and its stock.",
            "A quote or a line break ends the text in the middle, if the JSON is put together by "
            "hand.",
            "json.dumps knows what has to be escaped.",
        ),
        "secret": (
            "What of an order does one need, to find it again? What is nobody else's business?",
            "An order that is logged whole brings all that is in it, also what somebody adds next "
            "year.",
            "Look for every print that is given the order itself; the handed-out one is among "
            "them.",
        ),
        "amount": (
            "Is the amount a number in the JSON, or a text?",
            "With a dollar sign, or in quotes, it is no number that can be summed.",
            "The amount of the answer is the one to log: with the fee.",
        ),
        "reason": (
            "Does the line have the very reason that the caller is told?",
            "Who groups by reason wants the same words each time.",
            'The answer has it: answer["reason"].',
        ),
        "failed": (
            "Two orders have a client without a fee. Which line of app.py is reached with them?",
            "A failure has to be seen before it leaves the function: what catches it, and lets it "
            "go on?",
            "except Exception as error, a line with repr(error) as its reason, and raise.",
        ),
        "swallowed": (
            "Who learns that the order failed, if the function returns as if nothing had been?",
            "Logged is not dealt with: the workflow's Retry and Catch want the error.",
            "After the line in the log, raise without anything behind it throws it again.",
        ),
        "twice": (
            "Which of your lines speak of the same end?",
            "A line at the beginning may be there, with another event; at the end there is one.",
            "Log in one place: where all three ways come together.",
        ),
        "other-answer": (
            "Only the log was to change. What does the function return now?",
            "The check names an order, what it gave and what it should have given.",
            "exercise.restart() lays the file out anew; yours is kept beside it.",
        ),
    },
    reasoning="""
A line of a log is written once and read at three in the morning, by somebody who asks what nobody
thought of. As JSON each value has a name, and Logs Insights can filter, count and sum by it. As a
sentence it has to be taken apart by a regular expression, until somebody words it better.

One line an order, at its end, with the outcome in it: then a count of lines is a count of orders.
Lines on the way are allowed, under other names.

The failure is logged and raised again. Logged alone it would be no failure any more: no Retry, no
Catch, and ExecutionsFailed stays at 0. The workflow learns of it by the error alone.

Named, and not the whole order: what is in a log is read by more people than a database is, and is
kept for longer.

Also right: a logger with a formatter that writes JSON, or Lambda's own JSON format (LoggingConfig
in the template), in which logging does it for you. Usual mistakes: print(order); JSON by an
f-string, good until somebody's name has a quote; logging.info, which Lambda drops at its level
WARNING; an amount with a dollar sign, which adds up to nothing.
""",
)
