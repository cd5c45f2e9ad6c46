"""05.3 Names that nobody filled in: a `${…}` that no substitution knows is deployed as it is."""

from __future__ import annotations

import re
from typing import Any

from helpers.exercises import Machine, NotYet, Stack, Task, Workbench
from helpers.exercises.tasks.causes import with_error
from helpers.exercises.workbench import shown

DESKS = {"desk-north": "Oslo", "desk-south": "Porto"}
"""The stacks that are deployed side by side, and the city of each."""


def check(bench: Workbench) -> str:
    """Two stacks of the template each store their trade, with their city, in their own table."""
    for name, city in DESKS.items():
        bench.trying(f"a stack for {city}")
        stack = bench.stack(name=name, parameters={"City": city})
        recorder = _recorder(bench, stack)
        run = recorder.run({"id": f"{name}-1"})
        if run.status != "SUCCEEDED":
            raise NotYet(
                f"The stack for {city} was deployed. Its execution ended {run.status}. "
                f"{with_error(run)}{_left_over(recorder)}",
                hint="left-over" if _left_over(recorder) else "fails",
                run=run,
            )
        _stored(bench, stack, {"Id": f"{name}-1", "City": city}, recorder, run)
        if left := _left_over(recorder):
            raise NotYet(f"The trade for {city} was stored.{left}", hint="left-over", run=run)
    return (
        "Two stacks side by side, for Oslo and for Porto, stored their trades in tables of their "
        "own, and no ${…} is left in what was deployed."
    )


def _recorder(bench: Workbench, stack: Stack) -> Machine:
    physical = stack.physical
    for name in ("Recorder", "Trades"):
        if name not in physical:
            raise NotYet(f"The stack has no resource {name} any more.", hint="elsewhere")
    client, arn = bench.client("stepfunctions"), physical["Recorder"]
    return Machine(client, arn, client.describe_state_machine(stateMachineArn=arn)["definition"])


def _left_over(recorder: Machine) -> str:
    """A sentence about the names that are still in the deployed definition; empty without any."""
    left = sorted(set(re.findall(r"\$\{[^}]*\}", recorder.definition)))
    return f" In the definition that was deployed is still {' and '.join(left)}." if left else ""


def _stored(
    bench: Workbench, stack: Stack, wanted: dict[str, Any], recorder: Machine, run: Any
) -> None:
    rows = bench.items(stack.physical["Trades"])
    if not rows:
        raise NotYet(
            "The execution succeeded, and the table of its stack is empty: the trade is elsewhere, "
            "or nowhere.",
            hint="elsewhere",
            run=run,
        )
    if rows != [wanted]:
        left = _left_over(recorder)
        raise NotYet(
            f"Neither the deploy nor the execution complained. In the table is {shown(rows[0])}; "
            f"{shown(wanted)} was asked for.{left}",
            hint="left-over" if left else "other-city",
            run=run,
        )


TASK = Task(
    title="Names that nobody filled in",
    minutes=8,
    check=check,
    hints={
        "": (
            "Which names in ${…} does the workflow use, and which of them does the template fill "
            "in?",
            "Write the two lists side by side: `${…}` in recorder.asl.json, and the keys below "
            "DefinitionSubstitutions.",
            "A name that is in the first list only is deployed as it is, the dollar sign included.",
        ),
        "left-over": (
            "The check names what is left. Who should say what this name stands for?",
            "The two names must be the same to the letter, capitals too. What a template knows by "
            "itself, like AWS::StackName, is not known in this file.",
            "The template knows the table and the city already, under names of its own. How does a "
            "template refer to a resource, and how to a parameter?",
        ),
        "fails": (
            "Every name was filled in. With what? The error and its cause show the value.",
            "A plain word in a template is that word. What makes it the name that AWS gave to the "
            "table?",
            "The role may write to the table of its own stack only; any other is refused.",
        ),
        "elsewhere": (
            "The row should be in the table Trades of the very stack that ran.",
            "A state that is taken out fails no more, and stores no more either.",
            "exercise.restart() lays out the files anew: what was missing is a line or two.",
        ),
        "other-city": (
            "The row has another city than the stack was deployed for. Where does its city come "
            "from?",
            "The stack is deployed for Oslo and for Porto: a value that is written down is right "
            "for one of them at most.",
            "The template has a parameter for it. A !Ref takes the names of parameters, too.",
        ),
        "stack-failed": (
            "Which resource failed first, and what reason does CloudFormation give?",
            "Two stacks of this template stand side by side. What has a name that only one can "
            "have?",
            "A substitution's value is a text: !Ref, !GetAtt and !Sub all give one.",
        ),
    },
    reasoning="""
Every ${Name} of the workflow needs an entry in DefinitionSubstitutions. SAM fills in those that it
knows and leaves the others as they are; it does not complain. What comes of that depends on the
place. A Resource must be an ARN, so the deploy fails. A TableName may be any text, so the deploy
goes through and the execution fails. A value that is stored may be anything: nothing fails, and
the table says ${DeskCity}.

Also right: other names, as long as both files use the same; the definition in the template
itself, with !Sub or substitutions; the table's ARN in place of its name.

Usual mistakes: one name filled in and the other overlooked, because the first error hid it; a
fixed TableName, which only one stack of an account can have; the logical name as a plain text.
After a deploy, look for ${ in what is there:

    aws stepfunctions describe-state-machine --query definition …
""",
)
