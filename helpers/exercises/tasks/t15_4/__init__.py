"""15.4 Standard or Express: a type for four cases, each for a reason; and one that is converted."""

from __future__ import annotations

import json
import time
from typing import Any

from helpers.exercises import NotYet, Stack, Task, Workbench
from helpers.exercises.tasks.t15_4.cases import CASES, REASONS, Case
from helpers.exercises.workbench import shown
from helpers.exercises.workbench.patience import patience

CHOICES, TEMPLATE = "choices.json", "template.yaml"
PRICES = {"ACME": 80, "MOON": 3}
QUOTES = (
    ({"stock": "ACME", "quantity": 9}, {"price": 80, "fee": 3}),
    ({"stock": "MOON", "quantity": 40}, {"price": 3, "fee": 7}),
)
UNKNOWN = {"stock": "SUN", "quantity": 1}
DEARER = {
    "StartAt": "Eight",
    "States": {"Eight": {"Type": "Pass", "Result": {"fee": 8}, "End": True}},
}


def check(bench: Workbench) -> str:
    """Four choices for their reasons; the quotes are made by an Express workflow, as before."""
    said = bench.json(CHOICES)
    for case in CASES:
        bench.trying(f"the case {case.name}")
        _chosen(bench, case, said.get(case.name) if isinstance(said, dict) else None)
    bench.trying("to deploy the quotes")
    stack = bench.stack(TEMPLATE, "quotes")
    arn = stack.outputs.get("Quotes", "")
    _is_express(bench, arn)
    for stock, price in PRICES.items():
        item = {"id": {"S": stock}, "price": {"N": str(price)}}
        bench.client("dynamodb").put_item(TableName=stack.outputs.get("Prices", ""), Item=item)
    bench.trying("three quotes")
    for given, wanted in QUOTES:
        _quoted(bench, arn, given, given | wanted)
    _unknown(bench, stack, arn)
    _asks_for_the_fee(bench, stack, arn)
    return (
        "Four choices, each for what decides it. The quotes run as Express: they come back in the "
        "same call as they were, with the fee of the other workflow, and of one that failed the "
        "log says why."
    )


def _chosen(bench: Workbench, case: Case, said: Any) -> None:
    kind, reason = (said.get("type"), said.get("because")) if isinstance(said, dict) else ("", "")
    if kind not in ("STANDARD", "EXPRESS"):
        raise NotYet(
            f"{CHOICES} says for {case.name} the type {shown(kind)}: it is STANDARD or EXPRESS.",
            hint="words",
        )
    if kind != case.type:
        raise NotYet(f"{case.name} as {kind}. {case.other(bench, case)}", hint=case.name)
    if reason not in REASONS:
        raise NotYet(
            f"{CHOICES} says that {case.name} is {kind} because of {shown(reason)}: it is one of "
            f"{', '.join(REASONS)}.",
            hint="words",
        )
    if reason not in case.because:
        raise NotYet(
            f"{case.name} as {kind}, because of {reason}? {case.why_not(reason)}", hint=case.name
        )


def _is_express(bench: Workbench, arn: str) -> None:
    client = bench.client("stepfunctions")
    try:
        kind = client.describe_state_machine(stateMachineArn=arn)["type"]
    except Exception:
        raise NotYet("The stack has no output Quotes with the workflow's ARN.", hint="") from None
    if kind != "EXPRESS":
        raise NotYet(
            f"The stack stands, and its workflow is {kind}: the page is not answered.",
            hint="not-express",
        )


def _ask(bench: Workbench, arn: str, given: dict[str, Any]) -> dict[str, Any]:
    answer = bench.client("stepfunctions").start_sync_execution(
        stateMachineArn=arn, input=json.dumps(given)
    )
    return answer | {"output": json.loads(answer.get("output") or "null")}


def _quoted(bench: Workbench, arn: str, given: dict[str, Any], wanted: dict[str, Any]) -> None:
    answer = _ask(bench, arn, given)
    if answer["status"] != "SUCCEEDED":
        error, cause = answer.get("error", ""), str(answer.get("cause", ""))
        hint = "fails"
        if "TypeNotSupported" in error + cause or "not supported" in cause:
            hint = "fee-standard"
        elif "AccessDenied" in error + cause or "not authorized" in cause:
            hint = "role"
        raise NotYet(
            f"The quote for {shown(given)} ended {answer['status']}: {error}. {cause[:300]}",
            hint=hint,
        )
    if answer["output"] != wanted:
        raise NotYet(
            f"The quote for {shown(given)} is {shown(answer['output'])}; as Standard it was "
            f"{shown(wanted)}.",
            hint="result",
        )


def _unknown(bench: Workbench, stack: Stack, arn: str) -> None:
    """A share without a price fails as before, and the log tells of it."""
    answer = _ask(bench, arn, UNKNOWN)
    if (answer["status"], answer.get("error")) != ("FAILED", "NoMarket"):
        ending = shown(answer.get("error") or answer["output"])
        raise NotYet(
            f"For {shown(UNKNOWN)} there is no price. As Standard it ended FAILED with NoMarket; "
            f"now it ends {answer['status']} with {ending}.",
            hint="result",
        )
    group = stack.outputs.get("Journal", "")
    give_up = time.monotonic() + patience(1)
    while time.monotonic() < give_up:
        entries = bench.logged(group) if group else []
        told = [one for one in entries if answer["executionArn"] in one]
        if any("ExecutionFailed" in one and "NoMarket" in one for one in told):
            return
        time.sleep(0.1)
    raise NotYet(
        f"The quote for {shown(UNKNOWN)} failed with NoMarket, and the log has "
        + ("its execution, without the error." if told else "no line about its execution.")
        + " describe-execution knows no Express workflows: nobody will ever learn why.",
        hint="journal",
    )


def _asks_for_the_fee(bench: Workbench, stack: Stack, arn: str) -> None:
    """When the other workflow's fee changes, so does the quote's."""
    fee = stack.physical.get("Fee")
    if not fee:
        raise NotYet(
            "The workflow Fee is no longer in the stack, and others use it, too.", hint="own-fee"
        )
    client = bench.client("stepfunctions")
    client.update_state_machine(stateMachineArn=fee, definition=json.dumps(DEARER))
    given = QUOTES[0][0]
    output = _ask(bench, arn, given)["output"]
    if not isinstance(output, dict) or output.get("fee") != 8:
        raise NotYet(
            f"The workflow Fee was changed, and says 8 now. The quote for {shown(given)} is still "
            f"{shown(output)}: it has a fee of its own.",
            hint="own-fee",
        )


TASK = Task(
    title="Standard or Express",
    minutes=25,
    check=check,
    hints={
        "": (
            "For each case: what of it can only one of the two types do? Begin with the time, and "
            "with who waits for whom.",
            "Express: five minutes, no token, no .sync, no history, no promise of once; but an "
            "answer in the same call, and a price by the execution.",
            "Then the template: the type stands in it. What the definition has that Express does "
            "not, AWS will name when you deploy.",
        ),
        "words": (
            "Is each case in choices.json, with a type and a reason?",
            "The type is STANDARD or EXPRESS; the reason is one word of the six in cases.md.",
            '{"type": "STANDARD", "because": "…"} for each of the four.',
        ),
        "approval": (
            "How long may Monday be away, and how long may an Express execution run?",
            "Who says yes gives back something that only one of the types hands out.",
            "Read the first case again: which two words of the six are in it?",
        ),
        "quotes": (
            "The page waits. How does it get what comes out?",
            "start-execution gives back an ARN. Another call gives back the output.",
            "That call is for one type alone, and this decides before anything else.",
        ),
        "payments": (
            "The queue delivers an invoice twice, under one name. What does start-execution do the "
            "second time?",
            "A name is used once in ninety days, by one of the two types.",
            "The reason is the thing that must not happen twice.",
        ),
        "ticks": (
            "How many executions are that in a month, and how many states do they enter?",
            "Standard is paid by the state, Express by the execution and its time. Work out both.",
            "Nothing else in this case speaks for either.",
        ),
        "stack-failed": (
            "Which resource failed first, and what does it say about the definition?",
            "Express waits for no other workflow by .sync. But it can be started, and answer, in "
            "one call.",
            "arn:aws:states:::aws-sdk:sfn:startSyncExecution is a call like any other of the SDK.",
        ),
        "not-express": (
            "Where does the template say of which type a workflow is?",
            "If nothing is said, it is STANDARD. There are two workflows in it.",
            "Type: EXPRESS, among the properties.",
        ),
        "fee-standard": (
            "Which workflow is asked for the fee, and of which type is it?",
            "Only Express workflows answer in the same call: the one that is asked, too.",
            "Fee lasts for a moment, and can be Express as well.",
        ),
        "role": (
            "What is it that the workflow may not do? The cause names action and resource.",
            "To start and wait is another action than to start.",
            "states:StartSyncExecution, on the workflow Fee.",
        ),
        "fails": (
            "Which state failed, and what does the cause say?",
            "The SDK's startSyncExecution answers with more than .sync:2, and Output is a text.",
            "States.StringToJson makes a value of a text.",
        ),
        "result": (
            "What is in the output now that was not there, or is missing?",
            "The SDK gives Output back as a text, where .sync:2 had a value.",
            "The last state builds the quote. Does its path for the fee still lead to a number?",
        ),
        "journal": (
            "An Express workflow has no history. Where can one read why a quote failed?",
            "The role may set up a log already, and the log group is there. What is missing?",
            "Logging with a Level that has failures, and Destinations with the group's ARN.",
        ),
        "own-fee": (
            "Where does the fee come from, when the other workflow changes it?",
            "Copied states do not follow what they were copied from.",
            "Quotes should ask Fee, as it did before.",
        ),
    },
    reasoning="""
approval waits for a token, until Monday: Express has no tokens and five minutes, and AWS refuses
the definition. quotes needs the result in the same call, which is start-sync-execution, for Express
alone. payments must not happen twice: Standard refuses the second start under one name, Express
starts again. ticks is a question of money: 518 million executions of six states a month.

So ask in this order: does it have to wait, longer than five minutes or for somebody? May it happen
twice? Does somebody need the answer in the same call? Only then ask what it costs. Half of the
mistakes are made by beginning at the end.

Converted: the type, of both workflows; .sync:2 replaced by the SDK's startSyncExecution, whose
Output is a text (States.StringToJson); its right, states:StartSyncExecution, in place of four
others; and a log, for an Express workflow keeps no history. ERROR is enough here, since inputs of
quotes that went well interest nobody.

Also right: level ALL; JSONata with $parse. Usual mistakes: price as the reason for everything;
Fee left Standard, which answers nobody in the same call; a log forgotten, until the first quote
fails; the fee copied into the quotes.
""",
)
