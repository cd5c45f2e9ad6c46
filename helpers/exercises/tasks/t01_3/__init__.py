"""01.3 Count before it exists: how many resources come of three small templates."""

from pathlib import Path
from typing import Any

from helpers.exercises import NotYet, Task, Workbench

STARTER = Path(__file__).parent / "starter"
FILE = "predictions.json"

LOOKED_AT = {
    "table.yaml": "no-role",
    "own_role.yaml": "own-role",
    "schedule.yaml": "schedule",
}
"""Each template, and the hints for whoever miscounts it."""


def check(bench: Workbench) -> str:
    """Each prediction is the number of resources in CloudFormation's change set."""
    predicted = bench.json(FILE)
    if not isinstance(predicted, dict):
        raise NotYet(f"{FILE} holds no names with numbers any more.", hint="no-number")
    numbers = {template: _number(predicted, template) for template in LOOKED_AT}
    for template, hint in LOOKED_AT.items():
        bench.trying(f"a change set of {template}")
        made = _resources(bench, template)
        if numbers[template] != made:
            raise NotYet(_said(template, numbers[template], made), hint=hint)
    counted = ", ".join(f"{number} from {template}" for template, number in numbers.items())
    return f"CloudFormation would make {counted}: the change sets say the same."


def _number(predicted: dict[str, Any], template: str) -> int:
    said = predicted.get(template)
    if isinstance(said, str) and said.strip().isdecimal() and len(said) < 10:
        said = int(said)
    if isinstance(said, bool) or not isinstance(said, int):
        raise NotYet(f"{FILE} has no whole number for {template} so far.", hint="no-number")
    return said


def _said(template: str, predicted: int, made: int) -> str:
    of_them = "fewer" if made < predicted else "more"
    return f"You say that {template} becomes {predicted}. CloudFormation would make {of_them}."


def _resources(bench: Workbench, template: str) -> int:
    """How many resources the change set of a new stack would add."""
    client = bench.client("cloudformation")
    stack = template.removesuffix(".yaml").replace("_", "-")
    made = client.create_change_set(
        StackName=stack,
        ChangeSetName="count",
        ChangeSetType="CREATE",
        TemplateBody=(STARTER / template).read_text(encoding="utf-8"),
        Capabilities=["CAPABILITY_IAM", "CAPABILITY_AUTO_EXPAND"],
    )
    client.get_waiter("change_set_create_complete").wait(
        ChangeSetName=made["Id"], WaiterConfig={"Delay": 1, "MaxAttempts": 20}
    )
    return len(client.describe_change_set(ChangeSetName=made["Id"])["Changes"])


TASK = Task(
    title="Count before it exists",
    minutes=7,
    check=check,
    hints={
        "": (
            "Which of the app's thirteen resources had you not written?",
            "Take one template after the other: what does each resource need that is not there?",
            "Three things are added in such cases: roles, rules and permissions.",
        ),
        "no-number": (
            "Which of the three names in predictions.json has no number yet?",
            "A prediction stands where null stands: a whole number, without quotes.",
            "Guess, if you do not know. A wrong guess says more or fewer.",
        ),
        "no-role": (
            "What does a function need so that it may write its log?",
            "Count what the template says, and then what nobody wrote. The table needs nothing.",
            "In the app each function got something of its own. Here is one function.",
        ),
        "own-role": (
            "For whom does SAM make a role, and for whom not?",
            "Put the two functions side by side: what does PriceFunction say beyond NewsFunction?",
            "One of the two names its role, the other does not. Which of them gets one made?",
        ),
        "schedule": (
            "The app's workflow has a schedule too. What did it become in the list?",
            "A rule starts a workflow in a role. How does it get the right to call a function?",
            "`sam list resources --template-file schedule.yaml`, typed in this exercise's folder, "
            "names them. Which of them did you not count?",
        ),
    },
    reasoning=(
        "table.yaml becomes three: the function, the table, and a role for the function, since it "
        "names none. own_role.yaml becomes four: SAM makes a role for the function that has none, "
        "and takes the one that is given for the other.\n\n"
        "schedule.yaml becomes four: the function, its role, the rule, and a permission. This is "
        "where it differs from the workflow: EventBridge starts a state machine in a role, but a "
        "function says itself who may call it, and AWS::Lambda::Permission is that sentence.\n\n"
        "The check asked CloudFormation for a change set of each template, which expands it and "
        "makes nothing. `sam list resources` does the same on your machine."
    ),
)
