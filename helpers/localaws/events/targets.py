"""Delivering an event to a target of an EventBridge rule or schedule.

Sources: docs.aws.amazon.com/eventbridge/latest/userguide/eb-transform-target-input.html and
docs.aws.amazon.com/scheduler/latest/UserGuide/managing-targets-universal.html. Imports moto.
"""

from __future__ import annotations

import json
import logging
import re
import threading
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from moto.utilities.arns import Arn, parse_arn

from helpers.localaws.process import workspace
from helpers.localaws.turns.clock import clock

LOG = logging.getLogger(__name__)

_STEP = re.compile(r"\.([\w-]+)|\[(\d+)\]|\['([^']*)'\]")
_PLACEHOLDER = re.compile(r"<([\w.-]+)>")
_UNIVERSAL = re.compile(r"arn:aws[\w-]*:scheduler:::aws-sdk:([\w-]+):(\w+)")
_CLIENT_NAMES = {"sfn": "stepfunctions", "eventbridge": "events", "cloudwatchlogs": "logs"}
_MISSING = object()


class Undeliverable(Exception):
    """The target cannot take the event; the message says why."""


def payload(target: dict[str, Any], event: dict[str, Any], rule_arn: str) -> str:
    """What a rule's target is given: the event, or what its Input… settings make of it, as JSON."""
    if "Input" in target:
        return target["Input"]
    if "InputPath" in target:
        value = _at(target["InputPath"], event)
        return json.dumps(None if value is _MISSING else value)
    if "InputTransformer" in target:
        return _transformed(target["InputTransformer"], event, rule_arn)
    return json.dumps(event)


def _at(path: str, event: Any) -> Any:
    """The value at a path like `$.detail.items[0]`, or _MISSING."""
    value, at = event, 1
    while at < len(path):
        step = _STEP.match(path, at)
        if step is None:
            return _MISSING
        key = int(step[2]) if step[2] is not None else step[1] or step[3]
        try:
            value = value[key]
        except (KeyError, IndexError, TypeError):
            return _MISSING
        at = step.end()
    return value


def _transformed(transformer: dict[str, Any], event: dict[str, Any], rule_arn: str) -> str:
    """The template with its placeholders filled in; within quotes as text, elsewhere as JSON."""
    values = {name: _at(path, event) for name, path in transformer.get("InputPathsMap", {}).items()}
    values |= {
        "aws.events.rule-arn": rule_arn,
        "aws.events.rule-name": rule_arn.rpartition("/")[2],
        "aws.events.event": {k: v for k, v in event.items() if k != "detail"},
        "aws.events.event.json": event,
        "aws.events.event.ingestion-time": event.get("time"),
    }
    template = transformer["InputTemplate"]
    parts, at, quoted = [], 0, False
    for match in _PLACEHOLDER.finditer(template):
        before = template[at : match.start()]
        quoted ^= len(re.findall(r'(?<!\\)"', before)) % 2 == 1
        parts.append(before)
        value = values.get(match[1], _MISSING)
        if match[1] not in values:
            parts.append(match[0])
        elif quoted:
            text = (
                "" if value is _MISSING else value if isinstance(value, str) else json.dumps(value)
            )
            parts.append(json.dumps(text)[1:-1])
        else:
            parts.append(json.dumps(None if value is _MISSING else value))
        at = match.end()
    return "".join([*parts, template[at:]])


@dataclass(frozen=True, slots=True)
class Delivery:
    """An event on its way to a target.

    target: as PutTargets or CreateSchedule took it. place: its ARN in parts. text: what the target
    is given. event_id, event: of what this is about. by_schedule: nobody waits for it, so its waits
    do not pull the simulated clock.
    """

    target: dict[str, Any]
    place: Arn
    text: str
    event_id: str
    event: dict[str, Any]
    by_schedule: bool

    def of(self, backends: Any) -> Any:
        """Among moto's backends of a service, that of the target's account and region."""
        return backends[self.place.account][self.place.region]


def deliver(
    target: dict[str, Any], text: str, event_id: str, event: dict[str, Any], *, by_schedule: bool
) -> None:
    """Hand `text` to a target; work that it sets going goes on in other threads.

    target … by_schedule: as in `Delivery`. Raises Undeliverable, or what the target's service does.
    """
    if universal := _UNIVERSAL.fullmatch(target["Arn"]):
        _call(universal[1], universal[2], text)
        return
    place = parse_arn(target["Arn"])
    hand_over = _SERVICES.get(place.service)
    if hand_over is None:
        raise _not_here(place)
    hand_over(Delivery(target, place, text, event_id, event, by_schedule))


def _not_here(place: Arn) -> Undeliverable:
    return Undeliverable(f"the local endpoint does not deliver to {place.service}")


def _to_states(one: Delivery) -> None:
    from moto.stepfunctions.models import stepfunctions_backends

    # AWS names such an execution after the event and a number of its own.
    name = f"{one.event_id}_{uuid.uuid4()}"
    pulls = not one.by_schedule
    one.of(stepfunctions_backends).start_execution(one.target["Arn"], name, one.text, pulls=pulls)


def _to_lambda(one: Delivery) -> None:
    from moto.awslambda.models import lambda_backends

    asynchronous = {"X-Amz-Invocation-Type": "Event"}
    one.of(lambda_backends).invoke(one.target["Arn"], None, one.text, asynchronous, {})


def _to_sqs(one: Delivery) -> None:
    from moto.sqs.models import sqs_backends

    group = one.target.get("SqsParameters", {}).get("MessageGroupId")
    one.of(sqs_backends).send_message(
        queue_name=one.place.resource_id, message_body=one.text, group_id=group
    )


def _to_sns(one: Delivery) -> None:
    from moto.sns.models import sns_backends

    one.of(sns_backends).publish(message=one.text, arn=one.target["Arn"])


def _to_logs(one: Delivery) -> None:
    from moto.logs.models import logs_backends

    group, stream = one.target["Arn"].split(":")[6], str(uuid.uuid4())
    logs = one.of(logs_backends)
    logs.create_log_stream(group, stream)
    stamp = int(clock.time() * 1000)
    logs.put_log_events(group, stream, [{"timestamp": stamp, "message": one.text}])


def _to_events(one: Delivery) -> None:
    if one.place.resource_type != "event-bus":
        raise _not_here(one.place)
    from moto.events.models import events_backends

    one.of(events_backends).put_events(
        [
            {
                "Source": one.event["source"],
                "DetailType": one.event["detail-type"],
                "Detail": json.dumps(one.event["detail"]),
                "EventBusName": one.place.resource_id,
                "Resources": one.event.get("resources", []),
                "Time": one.event["time"],
            }
        ]
    )


_SERVICES: dict[str, Callable[[Delivery], None]] = {
    "events": _to_events,
    "lambda": _to_lambda,
    "logs": _to_logs,
    "sns": _to_sns,
    "sqs": _to_sqs,
    "states": _to_states,
}
"""How an event is handed to a target of a service: to the backend that moto has for it."""


_GONE = ("NotFound", "NotExist", "NonExist", "Unknown", "NoSuch")


def bury(target: dict[str, Any], text: str, error: Exception, about: dict[str, str]) -> None:
    """Send what could not be delivered to the target's dead-letter queue, if it has one.

    text: the message. about: more attributes of it. Nothing is tried again: what fails here fails
    because its target is gone or refuses it, and then AWS does not try again either
    (docs.aws.amazon.com/eventbridge/latest/userguide/eb-rule-event-delivery.html).
    """
    arn = (target.get("DeadLetterConfig") or {}).get("Arn")
    if not arn:
        return
    from moto.sqs.models import sqs_backends

    gone = any(word in type(error).__name__ + str(error) for word in _GONE)
    attributes = {
        "ERROR_CODE": "NO_RESOURCE" if gone else "SDK_CLIENT_ERROR",
        "ERROR_MESSAGE": str(error)[:1024] or type(error).__name__,
        "RETRY_ATTEMPTS": "0",
        "TARGET_ARN": target["Arn"],
        **about,
    }
    place = parse_arn(arn)
    try:
        sqs_backends[place.account][place.region].send_message(
            place.resource_id,
            text,
            message_attributes={
                name: {"DataType": "String", "StringValue": value}
                for name, value in attributes.items()
            },
        )
    except Exception as failed:
        LOG.warning("no delivery to the dead-letter queue %s either: %s", arn, failed)


def _call(service: str, action: str, text: str) -> None:
    """Any API operation, as EventBridge Scheduler's universal targets name them."""
    import boto3
    from botocore import xform_name

    here = workspace.current()
    client = boto3.client(_CLIENT_NAMES.get(service, service), endpoint_url=here.url)
    operation = action[0].upper() + action[1:]
    members = client.meta.service_model.operation_model(operation).input_shape.members
    spelled = {name.lower(): name for name in members}
    arguments = {spelled.get(name.lower(), name): v for name, v in json.loads(text).items()}
    token = clock.busy_token(pulls=False)

    def call() -> None:
        with clock.adopt(token):
            try:
                getattr(client, xform_name(operation))(**arguments)
            except Exception as error:
                LOG.warning("the schedule's call of %s:%s failed: %s", service, action, error)

    threading.Thread(target=call, name="universal target", daemon=True).start()
