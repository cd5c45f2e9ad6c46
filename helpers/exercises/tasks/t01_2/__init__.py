"""01.2 Tell the name: an output of the stack, which a command uses."""

from helpers.exercises import NotYet, Stack, Task, Workbench
from helpers.exercises.workbench import shown

OUTPUT = "TransactionTableName"
TRADES = 3


def check(bench: Workbench) -> str:
    """The output holds the table's real name, and the command counts with it."""
    bench.trying("a deploy of the template")
    stack = bench.stack()
    table = _table(stack)
    _look_at_the_output(stack, table)
    _put_trades(bench, table)
    bench.trying(f"count_trades.sh, with {TRADES} items in the table")
    counted = bench.run("bash", "count_trades.sh", stack.name, timeout=40)
    if counted.code or counted.last_line != str(TRADES):
        raise NotYet(
            f"There were {TRADES} items in {table}, and count_trades.sh {stack.name} said: "
            f"{counted.last_line or 'nothing'}",
            hint="script",
        )
    return (
        f"The output {OUTPUT} said {table}; with that count_trades.sh found the {TRADES} items "
        "that were in it."
    )


def _table(stack: Stack) -> str:
    """The table's physical name."""
    if stack.types.get("TransactionTable") != "AWS::DynamoDB::Table":
        raise NotYet("The stack has no table TransactionTable any more.", hint="no-table")
    return stack.physical["TransactionTable"]


def _look_at_the_output(stack: Stack, table: str) -> None:
    outputs = stack.outputs
    if OUTPUT not in outputs:
        raise NotYet(
            f"The stack has no output {OUTPUT}. Its outputs: {', '.join(outputs) or 'none'}.",
            hint="no-output",
        )
    told = outputs[OUTPUT]
    if told.startswith("arn:"):
        raise NotYet(f"The output {OUTPUT} says {told}, which is an ARN.", hint="an-arn")
    if told != table:
        raise NotYet(
            f"The output {OUTPUT} says {shown(told)}. The stack's table is called {table}.",
            hint="another-name",
        )


def _put_trades(bench: Workbench, table: str) -> None:
    client = bench.client("dynamodb")
    for n in range(TRADES):
        client.put_item(TableName=table, Item={"Id": {"S": f"trade-{n}"}})


TASK = Task(
    title="Tell the name",
    minutes=5,
    check=check,
    hints={
        "": (
            "Where in the template does the stack say something to whoever asks it?",
            "The section Outputs has one entry already. What does it say, and with which tag?",
            "For a table, !Ref gives the name that it has on AWS.",
        ),
        "no-output": (
            "Which name does count_trades.sh look for, letter by letter?",
            "An output stands under Outputs, as far in as TradeAlarmTopicArn.",
            "The key of the entry is the output's name; below it, further in, stands its Value.",
        ),
        "another-name": (
            "Who gives the table its name, and when?",
            "A name that is written down belongs to one stack. In another stack, or after the next "
            "deploy from nothing, the table is called something else.",
            "A text stays a text. A tag with an exclamation mark asks CloudFormation: which one "
            "gives a table's name?",
        ),
        "an-arn": (
            "What does the task ask for, and what is the last part of the ARN?",
            "!GetAtt asks for one of a resource's attributes. Is the name among them?",
            "Which of !Ref, !GetAtt and !Sub gives what identifies a resource in its own service?",
        ),
        "no-table": (
            "What did you change beside the output?",
            "The table keeps its logical id, TransactionTable.",
            "exercise.restart() lays out the files anew; yours are kept beside them.",
        ),
        "script": (
            "What does count_trades.sh do that it did not do when you got it?",
            "The task is done in template.yaml; the script stays as it is.",
            "exercise.restart() lays out both files anew; yours are kept beside them.",
        ),
    },
    reasoning=(
        "Nobody gave the table a name, so CloudFormation makes one up at the deploy: it begins "
        "with the stack's name and ends in letters that nobody can know before. Whoever needs it "
        "asks the stack, and an output is the stack's answer. For a table !Ref gives the name.\n\n"
        "Also right: to give the table a name of your own in its properties (TableName), and to "
        "say the same in the output. Then a second stack from this template fails in the same "
        "account and region, because the name is taken. An output that holds a name copied from "
        "one deploy is right until the next one."
    ),
)
