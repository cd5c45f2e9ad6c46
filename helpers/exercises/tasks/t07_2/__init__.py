"""07.2 On, and it stays on: what the template says is there after every deploy."""

from __future__ import annotations

from helpers.exercises import NotYet, Stack, Task, Workbench
from helpers.exercises.tasks.starts import starts

FILE = "template.yaml"


def check(bench: Workbench) -> str:
    """It trades after the first deploy, and after a second one that touches the schedule."""
    bench.trying("a first deploy")
    stack = bench.stack(FILE)
    _trades(bench, stack, hours=4, every=1, when="After the first deploy")
    bench.trying("a second deploy that changes the schedule")
    if not stack.deploy_again(FILE, parameters={"Every": "2 hours"}):
        raise NotYet(
            "A second deploy with Every=2 hours changed nothing: the schedule does not follow the "
            "parameter any more.",
            hint="other-rate",
        )
    _trades(bench, stack, hours=8, every=2, when="After a second deploy, with Every=2 hours,")
    return (
        "It was on after the first deploy, and still on after a second one that changed the "
        "schedule: about a trade an hour, then one every two hours, and no hand touched it."
    )


def _trades(bench: Workbench, stack: Stack, hours: int, every: int, when: str) -> None:
    """In so many hours there is a trade `every` so many; where it begins may add or take one."""
    before = len(starts(bench, stack))
    bench.advance(f"{hours} hours")
    made, wanted = len(starts(bench, stack)) - before, hours // every
    rules = _rules(bench, stack)
    if made == 0:
        raise NotYet(
            f"{when} no trade was made in {hours} hours{rules}.",
            hint="second-deploy" if before else "still-off",
        )
    if "DISABLED" in rules:
        raise NotYet(f"{when} {made} trades were made, and yet{rules[1:]}.", hint="another-rule")
    if not wanted - 1 <= made <= wanted + 1:
        raise NotYet(
            f"{when} {made} trades were made in {hours} hours; {wanted} should have been.",
            hint="other-rate",
        )


def _rules(bench: Workbench, stack: Stack) -> str:
    """`: the rule NAME is DISABLED`, for each rule of the stack; "" where it has none."""
    events = bench.client("events")
    told = [
        f"the rule {logical} is {events.describe_rule(Name=rule)['State']}"
        for logical, rule in stack.of_type("AWS::Events::Rule").items()
    ]
    return f": {', '.join(told)}" if told else ""


TASK = Task(
    title="On, and it stays on",
    minutes=6,
    check=check,
    hints={
        "": (
            "You could enable the rule by hand, as in this notebook. Who would undo that, and "
            "when?",
            "Only what stands in the template is there after the next deploy. Where does it say "
            "that the rule is off?",
            "Read the properties of the event in template.yaml, one by one.",
        ),
        "still-off": (
            "What does the template say about whether it is on?",
            "A description, a name or another interval switches nothing on.",
            "One line of the event says it, and it says false.",
        ),
        "second-deploy": (
            "On after the first deploy, off after the second. What is different the second time?",
            "Does whether it is on depend on a parameter? A deploy may change that parameter.",
            "Say it once and for all, as a plain value.",
        ),
        "another-rule": (
            "How many rules has the stack now, and which of them do you want?",
            "A second rule beside one that is off leaves the first as it was: somebody enables "
            "it one day, and everything happens twice.",
            "Change the rule that is there.",
        ),
        "express": (
            "What else did you change, besides the schedule?",
            "The workflow was a Standard one: it keeps each execution, with the time of its start.",
            "Take out the property Type of the workflow.",
        ),
        "stack-failed": (
            "Which property does the message name, and on which resource or event?",
            "It is the rule that is to be on, not the workflow.",
            "The event says it already, with one property: a second one for the same is refused.",
        ),
        "other-rate": (
            "How often is it to trade, and who says so?",
            "The parameter Every goes into the schedule: rate(1 hour), rate(2 hours).",
            "Compare the line Schedule with the starter's.",
        ),
        "never": (
            "Is the workflow still in the template, and the schedule among its events?",
            "An event belongs under Events of the state machine.",
            "exercise.restart() lays out the file anew; yours is kept beside it.",
        ),
    },
    reasoning="""\
Enabled: true in the template. A rule that is enabled by hand is on until the next deploy that
touches it: CloudFormation writes the whole rule again, as the template has it. Until then the two
differ, and nobody sees it who does not ask (aws cloudformation detect-stack-drift).

As right: no Enabled at all, because a rule is on unless it is told otherwise; State: ENABLED, the
newer word for the same; or a ScheduleV2.

Usual mistakes: a change that has nothing to do with it, so that "something is deployed"; a second
rule beside the one that is off; a parameter whose default is false. And whoever leaves it on should
know what an hour costs.""",
)
