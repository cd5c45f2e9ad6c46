"""A template's resources and what ties them: kinds in AWS's own names, references with a verb."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from os import PathLike
from pathlib import Path
from typing import Any

from helpers.asl.errors import AslError
from helpers.asl.reading import read_text
from helpers.asl.template_functions import resolve
from helpers.draw.errors import NothingToDraw
from helpers.draw.kinds import kind_of

_REFERENCE = re.compile(r"\$\{([A-Za-z0-9]+)(?:\.[A-Za-z0-9.]+)?\}")
_SAM_POLICY_VERBS = (
    ("Crud", "reads and writes"),
    ("Write", "writes to"),
    ("Read", "reads"),
    ("Stream", "reads the stream of"),
    ("Poller", "takes messages from"),
    ("Invoke", "invokes"),
    ("Execution", "starts"),
    ("Publish", "publishes to"),
    ("SendMessage", "sends to"),
    ("PutEvents", "sends events to"),
    ("PutMetric", "writes metrics to"),
)
# What a role lets its holder do, it does not do itself.
_MAY = {
    "invokes": "may invoke",
    "starts": "may start",
    "writes to": "may write to",
    "reads": "may read",
    "reads and writes": "may read and write",
    "publishes to": "may publish to",
    "sends to": "may send to",
    "sends events to": "may send events to",
    "takes messages from": "may take messages from",
    "assumes": "may assume",
}
_WRITING = re.compile(
    r":(\*|Put|Update|Delete|Create|BatchWrite|Write|Tag|Untag|Modify|Set|Restore|Abort)"
)
_READING = re.compile(r":(\*|Get|Query|Scan|List|Describe|BatchGet|Read|Select|ConditionCheck)")


@dataclass
class Resource:
    """One resource: `kind` in AWS's words (`Lambda function`), `group` where it is drawn.

    `properties` have CloudFormation's functions as `${placeholders}`, `written` has them as they
    stand. `notes` say what matters about it (`rate(1 hour), disabled`); `implied` is one that SAM
    makes out of something written inside another.
    """

    name: str
    type: str
    properties: dict[str, Any]
    written: dict[str, Any]
    kind: str = ""
    group: str = "Others"
    notes: tuple[str, ...] = ()
    implied: bool = False


@dataclass
class Tie:
    """An arrow: `source` `verb` `target`."""

    source: str
    verb: str
    target: str
    weak: bool = False


@dataclass
class Template:
    """A template's resources and ties, in its own order."""

    description: str
    resources: dict[str, Resource] = field(default_factory=dict)
    ties: list[Tie] = field(default_factory=list)

    @property
    def own(self) -> list[Resource]:
        """The resources that the template names itself."""
        return [one for one in self.resources.values() if not one.implied]


def read(given: Mapping[str, Any] | str | PathLike[str]) -> Template:
    """A template from a path, its text, a dict, or what CloudFormation's get_template returns."""
    data = _data(given)
    if isinstance(data, Mapping) and "TemplateBody" in data:
        data = _data(data["TemplateBody"])
    resources = data.get("Resources") if isinstance(data, Mapping) else None
    if not isinstance(resources, Mapping):
        raise NothingToDraw(
            "This is no SAM or CloudFormation template: it has no Resources. "
            "For a state machine's definition there is `draw.state_machine`."
        )
    description = data.get("Description")
    template = Template(description if isinstance(description, str) else "")
    raws = dict(_each(resources))
    for name, (raw, repeated) in raws.items():
        type = _text(raw.get("Type")) or "no type"
        written = _with_globals(type, _mapping(raw.get("Properties")), data.get("Globals"))
        properties = _mapping(resolve(written))
        kind, group = kind_of(type)
        notes = [*repeated, *_notes(type, properties)]
        if isinstance(raw.get("Condition"), str):
            notes.append(f"if {raw['Condition']}")
        template.resources[name] = Resource(
            name, type, properties, written, kind, group, tuple(notes)
        )
    _add_events(template)
    ties: dict[tuple[str, str], list[Tie]] = {}
    for tie in [*_ties(template), *_after(template, raws)]:
        ties.setdefault((tie.source, tie.target), []).append(tie)
    template.ties = [_merged(several) for several in ties.values()]
    return template


def _each(
    resources: Mapping[Any, Any],
) -> Iterator[tuple[str, tuple[Mapping[str, Any], list[str]]]]:
    """Each resource by its name, with what a loop (`Fn::ForEach`) round it says."""
    for name, raw in resources.items():
        if str(name).startswith("Fn::ForEach::") and isinstance(raw, list) and len(raw) == 3:
            variable, values, inside = raw
            said = resolve(values)
            told = ", ".join(map(str, said)) if isinstance(said, list) else said
            for inner, (body, notes) in _each(_mapping(inside)):
                yield inner, (body, [f"for each {variable} of {told}", *notes])
        else:
            yield str(name), (_mapping(raw), [])


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""


def _mapping(value: Any) -> dict[str, Any]:
    return dict(value) if isinstance(value, Mapping) else {}


def _with_globals(type: str, properties: dict[str, Any], given: Any) -> dict[str, Any]:
    """A SAM resource's properties with those that Globals gives to all of its type.

    https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/sam-specification-template-anatomy-globals.html
    """
    for_type = _mapping(given).get(type.removeprefix("AWS::Serverless::"))
    if not type.startswith("AWS::Serverless::") or not isinstance(for_type, Mapping):
        return properties
    return _merged_into(dict(for_type), properties)


def _merged_into(general: Any, own: Any) -> Any:
    """Mappings are merged, lists put behind each other; anything else is the resource's own."""
    if isinstance(general, Mapping) and isinstance(own, Mapping):
        both = {key: _merged_into(value, own[key]) for key, value in general.items() if key in own}
        return {**general, **own, **both}
    if isinstance(general, list) and isinstance(own, list):
        return [*general, *own]
    return own


def _data(given: Any) -> Any:
    if isinstance(given, Mapping):
        return given
    if not isinstance(given, str | PathLike):
        raise NothingToDraw(
            f"A {type(given).__name__} is no template. Give a path, the text, or a dict."
        )
    if isinstance(given, str) and not given.strip():
        raise NothingToDraw("The template is empty. Give a path, the text, or a dict.")
    is_text = isinstance(given, str) and ("\n" in given or given.lstrip().startswith("{"))
    try:
        text = str(given) if is_text else Path(given).read_text(encoding="utf-8")
        return read_text(text, file="the template" if is_text else str(given)).data
    except (OSError, UnicodeDecodeError) as error:
        why = error.strerror if isinstance(error, OSError) else "it is not UTF-8 text"
        raise NothingToDraw(f"The template {given} cannot be read: {why}.") from None
    except AslError as error:
        raise NothingToDraw(f"The template does not parse. {error}") from None


def _notes(type: str, properties: dict[str, Any]) -> Iterator[str]:
    """What a reader wants to know of a resource at a glance."""
    schedule = properties.get("ScheduleExpression") or properties.get("Schedule")
    if isinstance(schedule, str):
        yield schedule
    off = properties.get("Enabled") is False or properties.get("State") == "DISABLED"
    if off:
        yield "disabled"
    runtime = properties.get("Runtime")
    if isinstance(runtime, str) and "${" not in runtime:
        yield runtime
    if properties.get("Type") == "EXPRESS" and "StateMachine" in type:
        yield "Express"
    if type.endswith("::Api") and isinstance(properties.get("StageName"), str):
        yield f"stage {properties['StageName']}"


def _add_events(template: Template) -> None:
    """SAM's Events are written inside a function or state machine: each is a resource too."""
    for owner in list(template.resources.values()):
        events = owner.written.get("Events")
        if not owner.type.startswith("AWS::Serverless::") or not isinstance(events, dict):
            continue
        for name, event in events.items():
            if not isinstance(event, dict):
                continue
            written = _mapping(event.get("Properties"))
            given = _mapping(resolve(written))
            kind, what = _event_words(str(event.get("Type", "event")), given)
            key = name if name not in template.resources else f"{owner.name} {name}"
            template.resources[key] = Resource(
                key, "", given, written, kind, "Triggers and APIs", tuple(what), implied=True
            )
            template.ties.append(Tie(key, "triggers", owner.name))


def _event_words(type: str, given: dict[str, Any]) -> tuple[str, list[str]]:
    notes = list(_notes("", given))
    if type in ("Api", "HttpApi"):
        method, path = str(given.get("Method", "any")).upper(), given.get("Path", "/")
        return "API route", [f"{method} {path}"]
    names = {
        "Schedule": "EventBridge schedule rule",
        "ScheduleV2": "EventBridge Scheduler schedule",
        "EventBridgeRule": "EventBridge rule",
        "CloudWatchEvent": "EventBridge rule",
        "S3": "S3 notification",
        "SNS": "SNS subscription",
        "SQS": "SQS event source",
        "DynamoDB": "DynamoDB stream event source",
        "Kinesis": "Kinesis event source",
        "CloudWatchLogs": "log subscription",
    }
    return names.get(type, f"{type} event"), notes


def _merged(several: list[Tie]) -> Tie:
    """All ties from one resource to another as one: the plain verbs count if there are any."""
    strong = [tie for tie in several if not tie.weak] or several
    verbs = list(dict.fromkeys(tie.verb for tie in strong))
    if len(verbs) > 1:
        verbs = [verb for verb in verbs if verb not in ("uses", "is created after")] or verbs[:1]
    if {"reads", "writes to"} <= set(verbs):
        verbs = ["reads and writes"] + [v for v in verbs if v not in ("reads", "writes to")]
    first = several[0]
    return Tie(first.source, ", ".join(verbs[:3]), first.target, all(tie.weak for tie in several))


def _ties(template: Template) -> Iterator[Tie]:
    yield from template.ties
    for resource in template.resources.values():
        for path, name, actions in _references(resource.written, ()):
            target = template.resources.get(name)
            if target is None or target is resource:
                continue
            if not resource.implied and "Events" in path[:1]:
                continue  # the event itself has this reference
            yield _tie(resource, target, path, actions)


def _references(
    value: Any, path: tuple[str, ...], actions: tuple[str, ...] = ()
) -> Iterator[tuple[tuple[str, ...], str, tuple[str, ...]]]:
    """Every resource that is named, with the keys that lead to it; in an IAM statement with its
    actions. CloudFormation's functions are looked through, whichever they are."""
    if isinstance(value, str):
        for reference in _REFERENCE.finditer(value):
            yield path, reference[1], actions
    elif isinstance(value, list):
        for one in value:
            yield from _references(one, path, actions)
    elif isinstance(value, dict):
        if name := _named_by(value):
            yield path, name, actions
            return
        given = value.get("Fn::Sub")
        if isinstance(given, list) and len(given) == 2 and isinstance(given[1], dict):
            text, names = given
            inside = _references(text, path, actions)
            yield from (one for one in inside if one[1] not in names)
            yield from _references(list(names.values()), path, actions)
            return
        said = value.get("Action") if "Effect" in value else None
        if isinstance(said, str):
            said = [said]
        if isinstance(said, list):
            actions = tuple(one for one in said if isinstance(one, str))
        for key, inner in value.items():
            function = str(key).startswith("Fn::")
            yield from _references(inner, path if function else (*path, str(key)), actions)


def _named_by(value: dict[str, Any]) -> str:
    """The resource that a `Ref` or `Fn::GetAtt` names; "" for anything else."""
    if len(value) != 1:
        return ""
    name = value.get("Ref") or value.get("Fn::GetAtt")
    if isinstance(name, list):
        name = name[0] if name else ""
    return name.partition(".")[0] if isinstance(name, str) else ""


def _tie(
    source: Resource, target: Resource, path: tuple[str, ...], actions: tuple[str, ...]
) -> Tie:
    name, verb = path[-1] if path else "", ""
    if actions and name == "Resource":
        verb = _verb_of_actions(actions)
        if source.group == "Permissions":
            verb = _MAY.get(verb, verb)
    elif "Policies" in path and len(path) > 1:
        verb = _verb_of_sam_policy(path[path.index("Policies") + 1])
    elif name in ("Role", "RoleArn", "ExecutionRoleArn", "Roles") and "role" in target.kind:
        verb = "assumes" if name != "Roles" else "is attached to"
    elif ("Targets" in path and name in ("Arn", "Target")) or path[:1] == ("Target",):
        verb = "triggers" if name == "Arn" else "assumes"
    elif source.type == "AWS::Lambda::Permission":
        verb = "allows calls of" if name == "FunctionName" else "for"
    elif source.type == "AWS::Lambda::EventSourceMapping":
        verb = "invokes" if name == "FunctionName" else "reads from"
    elif source.type == "AWS::SNS::Subscription":
        verb = "delivers to" if name == "Endpoint" else "listens to"
    elif source.type.endswith(("BucketPolicy", "QueuePolicy", "TopicPolicy")):
        verb = "guards"
    elif source.type == "AWS::ApplicationInsights::Application":
        verb = "watches"
    elif source.type.endswith("Alarm"):
        verb = "alerts" if "Action" in name else "watches"
    elif source.implied:
        verb = {"Queue": "takes messages from", "Stream": "reads the stream of"}.get(
            name, "belongs to" if "Api" in name else "listens to"
        )
    elif "DefinitionSubstitutions" in path or path[:1] in (("Definition",), ("DefinitionString",)):
        verb = {"Lambda function": "invokes", "Step Functions state machine": "starts"}.get(
            target.kind, "uses"
        )
    elif "deadletter" in "".join(path).lower():
        verb = "sends failures to"
    elif name in ("RestApiId", "ApiId", "UserPoolId", "ClusterName", "Cluster", "VpcId"):
        verb = "belongs to"
    elif "Layers" in path:
        verb = "includes"
    elif "Uri" in name or "Integration" in "".join(path):
        verb = "calls"
    elif "LambdaConfiguration" in "".join(path) or "Notification" in "".join(path):
        verb = "notifies"
    return Tie(source.name, verb or "uses", target.name)


def _verb_of_sam_policy(policy: str) -> str:
    return next((verb for part, verb in _SAM_POLICY_VERBS if part in policy), "uses")


def _verb_of_actions(actions: tuple[str, ...]) -> str:
    said = " ".join(actions)
    if "Invoke" in said:
        return "invokes"
    if "StartExecution" in said or "StartSyncExecution" in said:
        return "starts"
    if "Publish" in said:
        return "publishes to"
    if "SendMessage" in said:
        return "sends to"
    if "ReceiveMessage" in said:
        return "takes messages from"
    if "PutEvents" in said:
        return "sends events to"
    if "AssumeRole" in said or "PassRole" in said:
        return "assumes"
    writes, reads = _WRITING.search(said), _READING.search(said)
    if writes and reads:
        return "reads and writes"
    return "writes to" if writes else "reads" if reads else "may use"


def _after(
    template: Template, raws: Mapping[str, tuple[Mapping[str, Any], list[str]]]
) -> Iterator[Tie]:
    for name, (raw, _) in raws.items():
        wanted = raw.get("DependsOn")
        for other in wanted if isinstance(wanted, list) else [wanted]:
            if isinstance(other, str) and other in template.resources:
                yield Tie(name, "is created after", other, weak=True)
