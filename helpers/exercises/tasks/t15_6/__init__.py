"""15.6 A cap that stops trading: too many trades in an hour, and there are no more."""

from __future__ import annotations

from helpers.exercises import Machine, NotYet, Stack, Task, Workbench
from helpers.exercises.tasks.ringing import Listener

TEMPLATE = "template.yaml"
CAP, SLACK = 20, 5
"""So many trades an hour are good; so many more may be made until it has stopped."""
MOST_MESSAGES = 3


def check(bench: Workbench) -> str:
    """Busy hours go on; a rule that runs away is stopped, for good, and somebody is told."""
    bench.text("desk.asl.json"), bench.python("stop/app.py")
    bench.trying("to deploy the desk")
    stack = bench.stack(TEMPLATE, "desk")
    missing = [one for one in ("Trades", "Told", "Often", "Desk") if not stack.outputs.get(one)]
    if missing:
        raise NotYet(f"The stack has no output {missing[0]} any more.", hint="outputs")
    desk = _Desk(bench, stack)
    bench.trying("five hours of trading, a busy one among them")
    desk.good_hours()
    bench.trying("a rule that runs away")
    made = desk.runs_away()
    bench.trying("the rest of the day")
    desk.stays_stopped()
    return (
        f"Five hours went on, with {CAP - 2} trades in the busiest. Then the rule started the "
        f"desk each minute: {made} trades later it had stopped, it stayed so for three hours, and "
        "somebody was told."
    )


class _Desk:
    """The stack that the check sends through a bad day, and what its topic was told."""

    def __init__(self, bench: Workbench, stack: Stack) -> None:
        self.bench, self.outputs = bench, stack.outputs
        self.listener = Listener(bench, stack.outputs["Told"])
        self.machine = Machine(bench.client("stepfunctions"), stack.outputs["Desk"], "")
        self.heard: list[str] = []
        self.advance(60 - bench.now().minute)  # to the hour, so that each check sees the same

    def trades(self) -> int:
        """So many are in the table."""
        return len(self.bench.items(self.outputs["Trades"]))

    def advance(self, minutes: float) -> None:
        """Let time pass, and note what the topic was told meanwhile."""
        self.bench.advance(minutes * 60)
        self.heard += self.listener.heard()

    def good_hours(self) -> None:
        """Trades each quarter of an hour, five hours long; in one, fourteen more by hand."""
        for hour in range(5):
            more = CAP - 6 if hour == 3 else 0
            before = self.trades()
            for _ in range(more):
                self.machine.start({})
            self.advance(60)
            made = self.trades() - before
            story = f"In hour {hour + 1} of a good day {4 + more} trades were due"
            if made != 4 + more or self.state() != "ENABLED":
                raise NotYet(
                    f"{story}, and {made} were made; the rule is {self.state()}. Up to {CAP} in an "
                    "hour all is well.",
                    hint="too-early",
                )
            if self.heard:
                raise NotYet(
                    f"{story}, and all were made. Yet somebody was told: {self.heard[0][:160]}",
                    hint="cries-wolf",
                )

    def state(self) -> str:
        """The rule's state."""
        client = self.bench.client("events")
        try:
            return client.describe_rule(Name=self.outputs["Often"].rpartition("|")[2])["State"]
        except client.exceptions.ResourceNotFoundException:
            return "gone"

    def runs_away(self) -> int:
        """Somebody meant 15 minutes and typed 1. Returns the trades of the worst hour."""
        self.bench.client("events").put_rule(
            Name=self.outputs["Often"], ScheduleExpression="rate(1 minute)", State="ENABLED"
        )
        before = self.trades()
        self.advance(60)
        made = self.trades() - before
        if made > CAP + SLACK:
            raise NotYet(
                f"The rule was changed to each minute, and within an hour {made} trades were made. "
                f"{self._said()} {self._why()}".rstrip(),
                hint="goes-on" if self.heard else "not-noticed",
            )
        if made < CAP - 4:
            raise NotYet(
                f"The rule was changed to each minute, and after {made} trades it was over: up to "
                f"{CAP} in an hour all is well.",
                hint="too-early",
            )
        return made

    def _said(self) -> str:
        if not self.heard:
            return "Nobody was told."
        return f"Somebody was told, and the rule is {self.state()}."

    def _why(self) -> str:
        """What the function that was to stop it said in its log, if it failed."""
        logs = self.bench.client("logs")
        for group in logs.describe_log_groups(logGroupNamePrefix="/aws/lambda/")["logGroups"]:
            for message in self.bench.logged(group["logGroupName"]):
                if "[ERROR]" in message:
                    said = message.split("\n")[0].split("Traceback")[0]
                    return f"A function failed: {said.replace('[ERROR] ', '')[:240]}"
        return ""

    def stays_stopped(self) -> None:
        """Three hours in which nobody puts it on again."""
        before = self.trades()
        for _ in range(3):
            self.advance(60)
        if made := self.trades() - before:
            raise NotYet(
                f"It had stopped. In the three hours after that {made} more trades were made, and "
                f"nobody had said that it may go on: the rule still started it each minute.",
                hint="again",
            )
        if not self.heard:
            raise NotYet(
                "It has stopped, and nobody was told. Somebody will find out when the customers "
                "call.",
                hint="not-told",
            )
        if len(self.heard) > MOST_MESSAGES:
            raise NotYet(
                f"It has stopped, and somebody was told {len(self.heard)} times in four hours. "
                "Who gets so many reads none.",
                hint="too-often",
            )
        failed = self.machine.client.list_executions(
            stateMachineArn=self.machine.arn, statusFilter="FAILED", maxResults=1
        )["executions"]
        if failed:
            raise NotYet(
                "It has stopped. But executions that did not trade ended FAILED, and that rings "
                "another alarm: a cap that holds is no failure.",
                hint="fails",
            )


TASK = Task(
    title="A cap that stops trading",
    minutes=25,
    check=check,
    hints={
        "": (
            "Who starts the trades, and how could that be switched off?",
            "Three things: something that notices, something that acts, and the right to do so.",
            "An alarm on how many executions start in an hour; its actions are the function and "
            "the topic; the function disables the rule.",
        ),
        "not-noticed": (
            "Which alarm should have noticed? Look at its metric, its dimension, its period.",
            "Twenty in an hour is none in a minute: period and threshold belong together.",
            "ExecutionsStarted of this workflow, the Sum of 3600 seconds.",
        ),
        "goes-on": (
            "Somebody was told, and the trades went on. What was to stop them?",
            "An alarm tells everybody who is in its list of actions. Is the function among them, "
            "and may it do what it does?",
            "events:DisableRule on this rule, in the function's Policies; the log of the function "
            "says what it was refused.",
        ),
        "too-early": (
            "How many trades were made when it stopped, and in which time?",
            "Twenty in one hour are good, and eighty in a day too.",
            "A period of an hour, and more than twenty in it.",
        ),
        "cries-wolf": (
            "It is a good hour. Who was told, of what?",
            "An alarm goes from no data to OK at its beginning, and that is a change, too.",
            "The topic belongs into AlarmActions, and nowhere else here.",
        ),
        "again": (
            "What put it on again? Nobody did.",
            "When the hour is over, the alarm is OK again. That says that no trades are made, not "
            "that all is well.",
            "To go on is for somebody who has found out why. Leave OKActions empty, and no counter "
            "that begins anew.",
        ),
        "not-told": (
            "Who knows that the desk has stopped?",
            "The topic is there, and somebody listens.",
            "An alarm may have several actions; or the function publishes to the topic.",
        ),
        "too-often": (
            "How often is it told, and what has changed since the first time?",
            "An alarm tells once, when its state changes.",
            "Tell when it stops, not at each trade that is not made.",
        ),
        "fails": (
            "A workflow that is stopped, and one that is broken: how are they told apart?",
            "Fail is for what nobody wanted.",
            "Let such an execution end in a Succeed; or let none be started.",
        ),
        "outputs": (
            "The check finds its way by the four outputs. Are they there?",
            "Trades, Told, Often and Desk.",
            "exercise.restart() lays the files out anew; yours are kept beside them.",
        ),
    },
    reasoning="""
Something that notices: an alarm on ExecutionsStarted, more than twenty in an hour. Something that
acts: a function that disables the rule. The right to do so: events:DisableRule, for this rule; and
for the alarm the permission to call the function, which AWS asks for and the local endpoint does
not. The topic is in the same list of actions, so that somebody knows.

It stays stopped. When the hour is over the alarm goes back to OK, as nothing is traded any more.
Whoever puts the rule on again then, by OKActions, has a desk that runs away once an hour. To go on
is a decision: aws events enable-rule, after somebody has found out why.

An alarm is late: it is looked at each minute, and what starts in the meantime is traded. Where not
one trade more may happen, the count belongs into the workflow: a conditional update of a counter
before each trade, refused beyond the cap. And a bill is later still: AWS Budgets looks at it a few
times a day, and what it says is hours old. A cap by what is done holds where one by what it costs
comes too late.

Also right: the function behind the topic, as a subscription; a flag in a table that a Choice looks
at before each trade, put by the function; reserved concurrency of 0, where a function does the
work. Usual mistakes: only the topic; no right to disable; a period of a day, so that a good day
is stopped at noon.
""",
)
