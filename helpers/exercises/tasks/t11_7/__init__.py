"""11.7 One start in ten: an alias gives a new version a tenth of the starts; a bell starts it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from helpers import executions
from helpers.exercises import Machine, NotYet, Stack, Task, Workbench
from helpers.exercises.workbench import Ran

FILE, BELL = "release.sh", "bell.yaml"
STARTS, HOURS = 20, 3


@dataclass
class Desk:
    """A machine with versions, of which the alias leads to one that is not the latest."""

    machine: Machine
    live: str

    @property
    def alias(self) -> str:
        """The alias's ARN."""
        return f"{self.machine.arn}:live"

    def routes(self) -> dict[str, int]:
        """Version ARN → weight, as the alias has it now."""
        said = self.machine.client.describe_state_machine_alias(stateMachineAliasArn=self.alias)
        return {
            one["stateMachineVersionArn"]: one["weight"] for one in said["routingConfiguration"]
        }

    def says(self, arn: str) -> Any:
        """What an execution of this version gives."""
        version = self.machine.client.describe_state_machine(stateMachineArn=arn)
        return json.loads(version["definition"])["States"]["Say"].get("Result")


def check(bench: Workbench) -> str:
    """A tenth goes to the new version, the rest where it went; a bad definition changes nothing."""
    bench.text(FILE)
    bench.needs("sh", "aws")
    desk, word = _desk(bench, published=3, live=2), "the new one"
    bench.trying("a release")
    _released(desk, _release(bench, desk, _definition(word)), word)
    bench.trying(f"{STARTS} starts of the alias")
    _started(desk, word)
    bench.trying("a release that AWS refuses")
    _refused(bench, _desk(bench, published=2, live=1))
    bench.trying(f"{BELL}, and {HOURS} hours")
    _rings(bench)
    return (
        "Nine starts in ten go where they went before, one to the new version, and each of "
        f"{STARTS} executions gave what one of the two gives. A definition that AWS refuses "
        "changed nothing, and the script said so by its exit code. And the bell starts the alias: "
        "it rang for the version to which that led."
    )


def _definition(word: str) -> dict[str, Any]:
    return {"StartAt": "Say", "States": {"Say": {"Type": "Pass", "Result": word, "End": True}}}


def _desk(bench: Workbench, published: int, live: int) -> Desk:
    machine = bench.machine(_definition("version 0"))
    versions = []
    for number in range(1, published + 1):
        machine.client.update_state_machine(
            stateMachineArn=machine.arn, definition=json.dumps(_definition(f"version {number}"))
        )
        said = machine.client.publish_state_machine_version(stateMachineArn=machine.arn)
        versions.append(said["stateMachineVersionArn"])
    machine.client.create_state_machine_alias(
        name="live",
        routingConfiguration=[{"stateMachineVersionArn": versions[live - 1], "weight": 100}],
    )
    return Desk(machine, versions[live - 1])


def _release(bench: Workbench, desk: Desk, definition: dict[str, Any]) -> Ran:
    new = bench.folder / "new.asl.json"
    new.write_text(json.dumps(definition), encoding="utf-8")
    return bench.run("sh", FILE, desk.machine.arn, new.name, timeout=60)


def _released(desk: Desk, ran: Ran, word: str) -> None:
    story = "A workflow with 3 versions, whose alias led to version 2, was released anew"
    if ran.code:
        raise NotYet(
            f"{story}: the script ended with code {ran.code}. {ran.last_line}", hint="script-fails"
        )
    try:
        routes = desk.routes()
    except desk.machine.client.exceptions.ResourceNotFound:
        raise NotYet(f"{story}. Afterwards there is no alias live.", hint="no-alias") from None
    told = " and ".join(
        f"{weight} % to version {arn.rpartition(':')[2]} ({desk.says(arn)!r})"
        for arn, weight in routes.items()
    )
    after = f"{story}. Afterwards the alias leads {told}; "
    if routes == {desk.live: 100}:
        raise NotYet(f"{after}the new definition gets no start at all.", hint="not-moved")
    if desk.live not in routes:
        old = desk.live.rpartition(":")[2]
        hint = "all-at-once" if len(routes) == 1 else "other-old"
        raise NotYet(f"{after}version {old}, which everybody had, is out of it.", hint=hint)
    new = next(arn for arn in routes if arn != desk.live)
    if desk.says(new) != word:
        raise NotYet(f"{after}the new definition gives {word!r}.", hint="old-definition")
    if desk.says(desk.live) == word:
        raise NotYet(f"{after}both are the new definition.", hint="old-definition")
    if (routes[desk.live], routes[new]) != (90, 10):
        raise NotYet(
            f"{after}it should be 90 % to the old one and 10 % to the new.", hint="weights"
        )


def _started(desk: Desk, word: str) -> None:
    """Executions of the alias: each gives what its version does."""
    client = desk.machine.client
    given: list[Any] = []
    old = desk.says(desk.live)
    for _ in range(STARTS):
        run = executions.start(desk.alias, client=client)
        given.append(run.wait(10).output)
    odd = [one for one in given if one not in (word, old)]
    if odd or old not in given:
        raise NotYet(
            f"Of {STARTS} executions of the alias {len(odd)} gave {odd[:1]}, which is neither the "
            "old version nor the new one.",
            hint="other-old",
        )


def _refused(bench: Workbench, desk: Desk) -> None:
    before, says = desk.routes(), desk.says(desk.live)
    ran = _release(bench, desk, {"StartAt": "Nowhere", "States": _definition("x")["States"]})
    try:
        unchanged = desk.routes() == before and desk.says(desk.live) == says
    except desk.machine.client.exceptions.ResourceNotFound:
        unchanged = False
    if not unchanged or ran.code == 0:
        what = "the alias was changed all the same" * (not unchanged)
        code = "the script's exit code was 0, as if all had gone well" * (ran.code == 0)
        raise NotYet(
            "A definition was released that AWS refuses (its StartAt leads nowhere): "
            f"{', and '.join(filter(None, (what, code)))}.",
            hint="goes-on",
        )


def _rings(bench: Workbench) -> None:
    """The bell starts the alias: also while that leads to the version before the last."""
    stack = bench.stack(BELL)
    client = bench.client("stepfunctions")
    aliases = _aliases(client, stack)
    if not aliases:
        raise NotYet(f"The stack of {BELL} has no workflow with an alias live.", hint="bell")
    first = client.describe_state_machine_alias(stateMachineAliasArn=aliases[0])
    stack.deploy_again(BELL, parameters={"Word": "new"})
    client.update_state_machine_alias(
        stateMachineAliasArn=aliases[0], routingConfiguration=first["routingConfiguration"]
    )
    bench.advance(f"{HOURS} hours")
    runs = _rung(client, aliases[0])
    story = (
        f"{BELL} was deployed twice, and somebody led the alias back to the first version. In "
        f"{HOURS} hours the bell"
    )
    if not runs:
        raise NotYet(f"{story} started nothing.", hint="silent")
    past = [run for run in runs if run.get("stateMachineAliasArn") != aliases[0]]
    if past:
        raise NotYet(
            f"{story} started {len(runs)} executions, {len(past)} of them past the alias: with "
            f"what was deployed last. It said {past[0]['output']}.",
            hint="bell",
        )


def _aliases(client: Any, stack: Stack) -> list[str]:
    return [
        one["stateMachineAliasArn"]
        for machine in stack.of_type("AWS::StepFunctions::StateMachine").values()
        for one in client.list_state_machine_aliases(stateMachineArn=machine)["stateMachineAliases"]
        if one["stateMachineAliasArn"].endswith(":live")
    ]


def _rung(client: Any, alias: str) -> list[dict[str, Any]]:
    """What the bell started, each ended: past the alias as well as by it."""
    machine = alias.rpartition(":")[0]
    listed = client.list_executions(stateMachineArn=machine)["executions"]
    for one in listed:
        executions.read(one["executionArn"], client=client).wait(10)
    return [client.describe_execution(executionArn=one["executionArn"]) for one in listed]


TASK = Task(
    title="One start in ten",
    minutes=15,
    check=check,
    hints={
        "": (
            "Who has the new definition after this script: whoever starts MACHINE, or whoever "
            "starts MACHINE:live?",
            "An alias leads to versions, and a version is made by publishing. First find out where "
            "the alias leads now.",
            "Three commands: describe-state-machine-alias, update-state-machine with --publish, "
            "update-state-machine-alias with two routes.",
        ),
        "script-fails": (
            "Which command did not go through, and what does it say about it?",
            'Print what you have found out before you use it: echo "$new". Is it one ARN, and '
            "nothing else?",
            "--query and --output text make one word of an answer; $(…) catches it.",
        ),
        "no-alias": (
            "Who starts MACHINE:live while there is none?",
            "An alias that is deleted and made again is missing in between.",
            "An alias can be changed in place.",
        ),
        "not-moved": (
            "Where does the alias lead, and who told it?",
            "A new version changes no alias. An alias that led to the latest by itself would be "
            "none.",
            "update-state-machine-alias takes a --routing-configuration with one route or two.",
        ),
        "all-at-once": (
            "If the new one has a mistake in it, how many starts does it hit?",
            "An alias may lead to two versions. Which is the other one?",
            "Two routes whose weights are 100 together.",
        ),
        "other-old": (
            "Which version did everybody have until now? And how did you find that out?",
            "It is neither always the first nor always the last: somebody may have gone back.",
            "describe-state-machine-alias says where it leads. Ask before you change anything.",
        ),
        "old-definition": (
            "Which definition has the version that you published, and when was it published?",
            "Publishing makes a version of what the workflow is at that moment.",
            "First the new definition, then the version; or both in one, by --publish.",
        ),
        "weights": (
            "Of a hundred starts, how many go to the new version?",
            "The weights are percent, and belong to the version that stands beside them.",
            "Ninety for the version that everybody knows, ten for the one that nobody has tried.",
        ),
        "goes-on": (
            "The definition was refused. What did the script do after that?",
            "A shell goes on with the next line, whatever became of the one before.",
            "set -e ends a script with the first command that fails, and with its code.",
        ),
        "bell": (
            "Whom does the rule start? aws events list-targets-by-rule tells, or the template as "
            "SAM expanded it.",
            "That an alias is published is one thing, and that an event starts it another.",
            "The SAM reference of AWS::Serverless::StateMachine has a property for it, in whose "
            "name are an alias and an event.",
        ),
        "silent": (
            "Is there a rule, and is it on? What is its target, and in which role is it started?",
            "A rule that may not start its target says so to nobody.",
            "An event of the workflow gets its role from SAM. A rule of your own needs one.",
        ),
    },
    reasoning="""\
A version is the workflow as it was at one moment: definition and role, and it never changes again.
An alias is a name that leads to one version or two. Whoever starts MACHINE:live gets one of them,
by the weights, and an execution that has begun stays with its own to the end.

So the script asks where the alias leads, publishes, and gives the alias two routes: 90 for what
everybody had, 10 for the new version. If after a while none of the executions of the new version
has failed, a second change gives it 100; if one has, a second change takes it out, and nothing has
to be deployed for that.

`set -e` is what makes it safe: a definition that AWS refuses ends the script before the alias is
touched, with an exit code that a pipeline sees.

Also right: update and publish as two commands, in this order; the whole in Python. In a template
SAM does the same with AutoPublishAlias and a DeploymentPreference. Its events start the workflow
all the same, which is the definition of the last deploy, until UseAliasAsEventTarget says that they
are to start the alias.

Usual mistakes: to publish first and update then, which publishes the old definition; `:1` for the
old version; the latest version for the one that everybody has; to pass over a refusal.""",
)
