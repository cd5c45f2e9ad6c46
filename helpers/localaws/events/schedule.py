"""EventBridge rules and EventBridge Scheduler's schedules, fired on the simulated clock.

Nothing is polled: what creates, changes, enables, disables or deletes a rule or a schedule sets or
drops the one timer that stands for its next firing. Imports moto.
"""

from __future__ import annotations

import json
import logging
import re
import threading
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from moto.core.exceptions import JsonRESTError
from moto.events import models as events_models
from moto.events import urls as events_urls
from moto.events.exceptions import ResourceNotFoundException, ValidationException
from moto.events.models import EventsBackend, Rule, events_backends
from moto.scheduler import models as scheduler_models
from moto.scheduler import urls as scheduler_urls
from moto.scheduler.exceptions import ValidationException as SchedulerValidationException
from moto.scheduler.models import EventBridgeSchedulerBackend, Schedule, scheduler_backends

from helpers.localaws.events import targets
from helpers.localaws.events.expressions import Expression, InvalidExpression, parse, rounded
from helpers.localaws.metrics import of_events
from helpers.localaws.turns.clock import Timer, clock
from helpers.localaws.turns.gate import gate

LOG = logging.getLogger(__name__)


@dataclass(eq=False)
class _Entry:
    """One rule or schedule that is enabled. Times in POSIX seconds."""

    expression: Expression
    since: float
    until: float | None
    fire: Callable[[float], None]
    ended: Callable[[], None] | None = None
    timer: Timer | None = None
    passed: float = 0.0
    """What was due before, but for the first time, is past: the endpoint was down."""


class Agenda:
    """What is enabled, by ARN, each with the timer of its next firing."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._entries: dict[str, _Entry] = {}

    def put(self, arn: str, entry: _Entry, after: float) -> None:
        """Fire it from now on; `after` is the moment later than which it is first due."""
        with self._lock:
            self._drop(arn)
            self._entries[arn] = entry
            self._set(arn, entry, after)

    def drop(self, arn: str) -> None:
        """Fire it no more."""
        with self._lock:
            self._drop(arn)

    def clear(self) -> None:
        """Fire nothing any more."""
        with self._lock:
            for arn in list(self._entries):
                self._drop(arn)

    def next_firings(self) -> dict[str, float]:
        """When each is due next, POSIX seconds."""
        with self._lock:
            return {arn: e.timer.when for arn, e in self._entries.items() if e.timer is not None}

    def _drop(self, arn: str) -> None:
        entry = self._entries.pop(arn, None)
        if entry is not None and entry.timer is not None:
            entry.timer.cancel()

    def _set(self, arn: str, entry: _Entry, after: float) -> None:
        due = entry.expression.after(after, entry.since)
        if due is None or (entry.until is not None and due > entry.until):
            entry.timer = None
            return
        entry.timer = self._timer(arn, entry, due)

    def _timer(self, arn: str, entry: _Entry, due: float) -> Timer:
        return clock.at(due, lambda: self._due(arn, entry, due), arn)

    def resume(self, due: dict[str, float]) -> None:
        """Fire each when it was due in an earlier process: at once, if that time is past."""
        now = clock.time()
        with self._lock:
            for arn, when in due.items():
                entry = self._entries.get(arn)
                if entry is not None and when < now:
                    if entry.timer is not None:
                        entry.timer.cancel()
                    entry.passed = now
                    entry.timer = self._timer(arn, entry, when)

    def _due(self, arn: str, entry: _Entry, due: float) -> None:
        with gate:
            self._fire(arn, entry, due)

    def _fire(self, arn: str, entry: _Entry, due: float) -> None:
        with self._lock:
            if self._entries.get(arn) is not entry:
                return  # it was disabled, changed or deleted in this very moment
            self._set(arn, entry, max(due, entry.passed))
            over = entry.timer is None
        entry.fire(due)
        if over and entry.ended is not None:
            entry.ended()


agenda = Agenda()


def install() -> None:
    """Let moto's EventBridge and Scheduler set timers. Call it before their backends are made."""
    events_models.events_backends.backend = RulesOnTheClock
    scheduler_models.scheduler_backends.backend = SchedulesOnTheClock
    Rule.send_to_targets = _send_to_targets


def reset() -> None:
    """Forget every timer."""
    agenda.clear()


def resume(due: dict[str, float]) -> None:
    """Set the timers of all rules and schedules that there are.

    due: when each was due next in an earlier process, POSIX seconds by ARN. What was due meanwhile
    fires once, for that time; what it missed after that is past.
    """
    for _, _, backend in list(events_backends.iter_backends()):
        for bus in backend.event_buses.values():
            for rule in bus.rules.values():
                _watch_rule(rule)
    for _, _, backend in list(scheduler_backends.iter_backends()):
        for group in backend.schedule_groups.values():
            for schedule in group.schedules.values():
                _watch_schedule(backend, schedule, again=True)
    agenda.resume(due)


# -- rules

_NAME = r"[\.\-_A-Za-z0-9]+"


def _check_name(name: str, refusal: Callable[[str], Exception]) -> None:
    """Refuse a rule's or a schedule's name that has other characters than AWS takes."""
    if not re.fullmatch(_NAME, name):
        raise refusal(
            f"1 validation error detected: Value '{name}' at 'name' failed to satisfy constraint: "
            f"Member must satisfy regular expression pattern: {_NAME}"
        )


MOST_TARGETS = 5
"""How many targets a rule may have (EventBridge quotas)."""


class EventsLimitExceeded(JsonRESTError):
    """More than EventBridge keeps."""

    def __init__(self) -> None:
        super().__init__(
            "LimitExceededException", "The requested resource exceeds the maximum number allowed."
        )


class RulesOnTheClock(EventsBackend):
    """moto's EventBridge, whose scheduled rules fire."""

    @property
    def _url_module(self) -> Any:
        """moto looks it up by the name of the class's module, which is another here."""
        return events_urls

    def put_rule(self, name: str, *args: Any, **kwargs: Any) -> Rule:
        """Create or change a rule; a rate counts from now, unless it was on and is unchanged."""
        _check_name(name, ValidationException)
        expression = kwargs.get("scheduled_expression") or ""
        if expression:
            try:
                parse(expression)
            except InvalidExpression:
                raise ValidationException("Parameter ScheduleExpression is not valid.") from None
        bus = self.event_buses.get(self._normalize_event_bus_arn(kwargs.get("event_bus_arn")))
        before = bus.rules.get(name) if bus is not None else None
        rule = super().put_rule(name, *args, **kwargs)
        unchanged = (
            before is not None
            and before.state == rule.state == "ENABLED"
            and before.scheduled_expression == rule.scheduled_expression
        )
        if unchanged:
            rule.counts_since = before.__dict__.get("counts_since")
        _watch_rule(rule)
        return rule

    def put_targets(
        self, name: str, event_bus_arn: str | None, targets: list[dict[str, Any]]
    ) -> None:
        """Give a rule targets; a state machine is started with a role only."""
        for target in targets:
            if ":states:" in target["Arn"] and not target.get("RoleArn"):
                raise ValidationException(f"RoleArn is required for target {target['Arn']}.")
        rule = self.describe_rule(name, event_bus_arn)
        kept = {target["Id"] for target in [*rule.targets, *targets]}
        if len(kept) > MOST_TARGETS:
            raise EventsLimitExceeded
        super().put_targets(name, event_bus_arn, targets)

    def list_rules(self, prefix: str | None = None, **options: Any) -> Any:
        """The rules whose names begin with `prefix`; moto takes it for a regular expression."""
        return super().list_rules(prefix=prefix and re.escape(prefix), **options)

    def describe_rule(self, name: str, event_bus_arn: str | None) -> Rule:
        """The rule of that name; AWS says on which bus it looked for it."""
        try:
            return super().describe_rule(name, event_bus_arn)
        except ResourceNotFoundException:
            bus = self._normalize_event_bus_arn(event_bus_arn)
            self._get_event_bus(bus)
            raise ResourceNotFoundException(
                f"Rule {name} does not exist on EventBus {bus}."
            ) from None

    def enable_rule(self, name: str, event_bus_arn: str | None) -> bool:
        """Enable a rule; a rate counts from now."""
        rule = self.describe_rule(name, event_bus_arn)
        rule.enable()
        _watch_rule(rule)
        return True

    def disable_rule(self, name: str, event_bus_arn: str | None) -> bool:
        """Disable a rule; it does not fire any more."""
        rule = self.describe_rule(name, event_bus_arn)
        rule.disable()
        _watch_rule(rule)
        return True

    def delete_rule(self, name: str, event_bus_arn: str | None) -> None:
        """Delete a rule; it does not fire any more."""
        bus = self.event_buses.get(self._normalize_event_bus_arn(event_bus_arn))
        rule = bus.rules.get(name) if bus is not None else None
        super().delete_rule(name, event_bus_arn)
        if rule is not None:
            agenda.drop(rule.arn)


def _watch_rule(rule: Rule) -> None:
    """Set or drop the timer of a rule, by what it says now."""
    if not rule.scheduled_expression or rule.state == "DISABLED":
        rule.counts_since = None
        agenda.drop(rule.arn)
        return
    now = clock.time()
    since = rule.__dict__.get("counts_since") or now
    rule.counts_since = since  # kept with the rule, so that it outlives this process with it
    expression = parse(rule.scheduled_expression)
    # A rate begins when the rule is made: it is due for the first time one period later.
    agenda.put(rule.arn, _Entry(expression, since, None, lambda due: _fire_rule(rule, due)), now)


def _fire_rule(rule: Rule, due: float) -> None:
    """Send a scheduled rule's event to its targets."""
    event = {
        "version": "0",
        "id": str(uuid.uuid4()),
        "detail-type": "Scheduled Event",
        "source": "aws.events",
        "account": rule.account_id,
        "time": rounded(due),
        "region": rule.region_name,
        "resources": [rule.arn],
        "detail": {},
    }
    _send(rule, event, by_schedule=True)


def _send(rule: Rule, event: dict[str, Any], *, by_schedule: bool) -> None:
    told, failed = list(rule.targets), 0
    for target in told:
        try:
            text = targets.payload(target, event, rule.arn)
            targets.deliver(target, text, event["id"], event, by_schedule=by_schedule)
        except Exception as error:  # EventBridge counts it as a failed invocation and goes on
            failed += 1
            LOG.warning("rule %s: no delivery to %s: %s", rule.name, target.get("Arn"), error)
            targets.bury(target, json.dumps(event), error, {"RULE_ARN": rule.arn})
    of_events.triggered(rule.region_name, rule.name, len(told), failed, by_event=not by_schedule)


_plain_send = Rule.send_to_targets


def _send_to_targets(self: Rule, original_event: Any, transform_input: bool = True) -> None:
    """For Rule.send_to_targets, which PutEvents calls: moto raises for most targets."""
    if self.managed_by:  # the rule behind one of moto's own archives
        _plain_send(self, original_event, transform_input)
        return
    if self.state == "DISABLED":
        return
    if not self.event_pattern.get_pattern() or not self.event_pattern.matches_event(original_event):
        return
    stamp = original_event.get("time")
    time = rounded(float(stamp)) if isinstance(stamp, int | float) else stamp
    event = {k: v for k, v in original_event.items() if k != "ingestion-time"} | {"time": time}
    _send(self, event, by_schedule=False)


# -- schedules


class SchedulesOnTheClock(EventBridgeSchedulerBackend):
    """moto's EventBridge Scheduler, whose schedules fire. A flexible time window is not used: they
    fire at the beginning of it.
    """

    @property
    def _url_module(self) -> Any:
        """moto looks it up by the name of the class's module, which is another here."""
        return scheduler_urls

    def create_schedule(self, **kwargs: Any) -> Schedule:
        """Create a schedule."""
        _check_name(kwargs["name"], SchedulerValidationException)
        _check_expression(kwargs)
        schedule = super().create_schedule(**kwargs | _dates(kwargs))
        _watch_schedule(self, schedule)
        return schedule

    def update_schedule(self, **kwargs: Any) -> Schedule:
        """Change a schedule; it begins anew."""
        _check_expression(kwargs)
        schedule = super().update_schedule(**kwargs | _dates(kwargs))
        _watch_schedule(self, schedule)
        return schedule

    def delete_schedule(self, group_name: str | None, name: str) -> None:
        """Delete a schedule; it does not fire any more."""
        schedule = self.get_schedule(group_name, name)
        super().delete_schedule(group_name, name)
        agenda.drop(schedule.arn)

    def delete_schedule_group(self, name: str | None) -> None:
        """Delete a group with all its schedules; the default one stays, as on AWS."""
        if (name or "default") == "default":
            raise SchedulerValidationException("Default schedule group cannot be deleted.")
        for schedule in list(self.get_schedule_group(name).schedules.values()):
            agenda.drop(schedule.arn)
        super().delete_schedule_group(name)


def _check_expression(settings: dict[str, Any]) -> None:
    window = settings.get("flexible_time_window") or {}
    if window.get("Mode") == "FLEXIBLE" and not window.get("MaximumWindowInMinutes"):
        raise SchedulerValidationException(
            "A flexible time window of mode FLEXIBLE needs MaximumWindowInMinutes."
        )
    text = settings.get("schedule_expression") or ""
    try:
        parse(text, settings.get("schedule_expression_timezone") or "UTC", scheduler=True)
    except InvalidExpression as error:
        if "time zone" in str(error):
            raise SchedulerValidationException(
                f"Invalid Schedule Expression Timezone {settings['schedule_expression_timezone']}."
            ) from None
        raise SchedulerValidationException(f"Invalid Schedule Expression {text}.") from None


EARLIEST_START = 300
"""Seconds for which a schedule's start may be over."""


def _dates(settings: dict[str, Any]) -> dict[str, float | None]:
    """When a schedule starts and ends, in POSIX seconds.

    Raises SchedulerValidationException for a start that is over; of one time alone it is ignored.
    docs.aws.amazon.com/scheduler/latest/APIReference/API_CreateSchedule.html
    """
    start = _moment(settings.get("start_date"))
    once = (settings.get("schedule_expression") or "").startswith("at(")
    if start is not None and not once and start < clock.time() - EARLIEST_START:
        raise SchedulerValidationException(
            "The StartDate you specify cannot be earlier than 5 minutes ago."
        )
    return {"start_date": start, "end_date": _moment(settings.get("end_date"))}


def _watch_schedule(
    backend: SchedulesOnTheClock, schedule: Schedule, *, again: bool = False
) -> None:
    """Set or drop the timer of a schedule, by what it says now. again: it was watched before."""
    if schedule.state == "DISABLED":
        agenda.drop(schedule.arn)
        return
    expression = parse(
        schedule.schedule_expression, schedule.schedule_expression_timezone or "UTC", scheduler=True
    )
    now = clock.time()
    start = _moment(schedule.start_date)
    if not again:
        schedule.counts_since = start if start is not None else now
    since = schedule.__dict__.get("counts_since", now)

    def ended() -> None:
        if schedule.action_after_completion == "DELETE":
            group = backend.schedule_groups.get(schedule.group_name)
            if group is not None and group.schedules.get(schedule.name) is schedule:
                backend.delete_schedule(schedule.group_name, schedule.name)

    entry = _Entry(
        expression,
        since,
        _moment(schedule.end_date),
        lambda due: _fire_schedule(schedule, due),
        ended,
    )
    # A rate's first time is the StartDate, or right now: "starts invoking its target immediately".
    agenda.put(schedule.arn, entry, now if again or since < now else now - 0.001)


def _moment(value: Any) -> float | None:
    """A StartDate or EndDate in POSIX seconds; the API gives a number, CloudFormation text."""
    if value in (None, ""):
        return None
    if isinstance(value, str):
        try:
            return float(value)
        except ValueError:
            moment = datetime.fromisoformat(value)
            return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
    return float(value)


def _fire_schedule(schedule: Schedule, due: float) -> None:
    """Hand a schedule's input to its target."""
    region, account = schedule.arn.split(":")[3:5]
    event = {
        "version": "0",
        "id": str(uuid.uuid4()),
        "detail-type": "Scheduled Event",
        "source": "aws.scheduler",
        "account": account,
        "time": rounded(due),
        "region": region,
        "resources": [schedule.arn],
        "detail": "{}",
    }
    target = schedule.target
    text = ""
    try:
        text = targets.payload({"Input": target["Input"]} if "Input" in target else {}, event, "")
        for name, value in (
            ("schedule-arn", schedule.arn),
            ("scheduled-time", rounded(due)),
            ("execution-id", event["id"]),
            ("attempt-number", "1"),
        ):
            text = text.replace(f"<aws.scheduler.{name}>", value)
        targets.deliver(target, text, event["id"], event, by_schedule=True)
    except Exception as error:
        LOG.warning("schedule %s: no delivery to %s: %s", schedule.name, target.get("Arn"), error)
        about = {
            "EXECUTION_ID": event["id"],
            "IS_PAYLOAD_TRUNCATED": "false",
            "SCHEDULED_TIME": event["time"],
            "SCHEDULE_ARN": schedule.arn,
        }
        targets.bury(target, text, error, about)
