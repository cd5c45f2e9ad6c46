"""Alarms are looked at on the simulated clock, at the end of a minute, when that can change them.

That is at the end of a minute in which one of their metrics got a value, and then whenever such a
minute passes from one period into the next, or out of all that are looked at. CloudWatch looks each
minute; in between nothing would change.
docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarm-evaluation.html
"""

from __future__ import annotations

import json
import logging
import math
import threading
from dataclasses import dataclass
from typing import Any

from helpers.localaws.metrics import actions, gauges, noting, querying, reading, rules
from helpers.localaws.metrics.alarms import Alarm, moment, written
from helpers.localaws.metrics.evaluating import MORE, Verdict, reason, verdict
from helpers.localaws.metrics.expressions import InvalidExpression, Series
from helpers.localaws.metrics.ledger import Dimensions
from helpers.localaws.turns.clock import Timer, clock
from helpers.localaws.turns.gate import gate

LOG = logging.getLogger(__name__)
MINUTE = 60
DEEPEST = 20
"""So many composite alarms may look at each other in a row."""


@dataclass(eq=False)
class _Entry:
    """An alarm that is watched, and when it is looked at next."""

    alarm: Alarm
    metrics: list[reading.Metric]
    timer: Timer | None = None
    looked: float = 0.0


_lock = threading.RLock()
_entries: dict[tuple[str, str], _Entry] = {}
_by_metric: dict[tuple[str, str, str, Dimensions], list[_Entry]] = {}


def put(alarm: Alarm) -> None:
    """Watch an alarm as it is now; it is looked at at the end of this minute."""
    with _lock:
        _drop(alarm)
        metrics = [] if alarm.rule else querying.metrics_of(alarm.region, alarm.queries)
        entry = _entries[alarm.region, alarm.name] = _Entry(alarm, metrics)
        for metric in metrics:
            _by_metric.setdefault(metric.watched, []).append(entry)
            noting.watched.add(metric.watched)
        noting.on_value = _value
        if alarm.rule is None:
            _look_at(entry, _end_of(clock.time()))
    if alarm.rule is not None:
        _compose(alarm)


def look_again(alarm: Alarm) -> None:
    """Look at an alarm at the end of this minute: its state was set by hand."""
    with _lock:
        entry = _entries.get((alarm.region, alarm.name))
        if entry is not None and alarm.rule is None:
            _look_at(entry, _end_of(clock.time()))


def drop(alarm: Alarm) -> None:
    """Watch an alarm no more."""
    with _lock:
        _drop(alarm)


def clear() -> None:
    """Watch nothing any more."""
    with _lock:
        for entry in list(_entries.values()):
            _drop(entry.alarm)


def _drop(alarm: Alarm) -> None:
    entry = _entries.pop((alarm.region, alarm.name), None)
    if entry is None:
        return
    if entry.timer is not None:
        entry.timer.cancel()
    for metric in entry.metrics:
        left = [one for one in _by_metric.get(metric.watched, []) if one is not entry]
        if left:
            _by_metric[metric.watched] = left
        else:
            _by_metric.pop(metric.watched, None)
            noting.watched.discard(metric.watched)


# -- when


def _end_of(when: float) -> float:
    return (math.floor(when / MINUTE) + 1) * MINUTE


def _value(region: str, namespace: str, name: str, dimensions: Dimensions, minute: int) -> None:
    """A metric that is watched has a value more in a minute."""
    with _lock:
        for entry in _by_metric.get((region, namespace, name, dimensions), ()):
            due = (minute + 1) * MINUTE
            _look_at(entry, due if due > entry.looked else _end_of(clock.time()))


def queue_used(region: str, queue: str) -> None:
    """A queue has been used: the numbers of its messages may be others at the end of the minute."""
    if not noting.watched:
        return
    with _lock:
        for name in gauges.UNITS:
            watched = (region, gauges.NAMESPACE, name, (("QueueName", queue),))
            for entry in _by_metric.get(watched, ()):
                _look_at(entry, _end_of(clock.time()))


def _look_at(entry: _Entry, due: float) -> None:
    """Look at it then, if not before."""
    timer = entry.timer
    if timer is not None:
        if timer.when <= due:
            return
        timer.cancel()
    name = f"alarm {entry.alarm.name}"
    entry.timer = clock.at(due, lambda: _look(entry, due), name, silent=True)


def _look(entry: _Entry, due: float) -> None:
    with gate:
        with _lock:
            alarm = entry.alarm
            if _entries.get((alarm.region, alarm.name)) is not entry:
                return
            entry.timer, entry.looked = None, due
        try:
            values = _values(alarm, due)
        except InvalidExpression as error:
            LOG.warning("alarm %s: %s", alarm.name, error)
            return
        judged = verdict(alarm.condition, values)
        if judged.state is not None and judged.state != alarm.state_value:
            _change(alarm, judged, due)
        following = _next(entry, values, due)
        with _lock:
            if following is not None and _entries.get((alarm.region, alarm.name)) is entry:
                _look_at(entry, following)


def _values(alarm: Alarm, due: float) -> list[tuple[float, float | None]]:
    """The datapoints that are looked at, the newest first; None: there is none."""
    period = alarm.period
    count = alarm.condition.periods + MORE
    begins = [due - (number + 1) * period for number in range(count)]
    series: Series = querying.run(alarm.region, alarm.queries, begins[-1], due)[alarm.watched_id][1]
    return [(begin, series.get(begin)) for begin in begins]


def _next(entry: _Entry, values: list[tuple[float, float | None]], due: float) -> float | None:
    """When the state may be another next, if nothing happens until then."""
    alarm = entry.alarm
    period, span = alarm.period, len(values) * alarm.period
    first, last = int((due - span) // MINUTE), int(due // MINUTE) - 1
    moments: list[float] = []
    for metric in entry.metrics:
        if gauges.is_one(metric.namespace, metric.name):
            moments += _next_of_gauge(entry, metric, values, due)
            continue
        for cells in reading.cells(metric, first, last).values():
            for minute in cells:
                ended = (minute + 1) * MINUTE
                passes = ended + (math.floor((due - ended) / period) + 1) * period
                if passes - ended <= span:
                    moments.append(max(passes, due + MINUTE))
    return min(moments, default=None)


def _next_of_gauge(
    entry: _Entry,
    metric: reading.Metric,
    values: list[tuple[float, float | None]],
    due: float,
) -> list[float]:
    condition = entry.alarm.condition
    numbers = [value for _, value in values]
    plain = len(entry.alarm.queries) == 1 and entry.alarm.period == MINUTE
    of_age = metric.name == gauges.AGE
    if of_age and plain and None not in numbers:
        settled = len({condition.breaches(n) for n in numbers if n is not None}) == 1
    else:
        settled = len(set(numbers)) == 1 and not (of_age and numbers[0])
    if not settled:
        return [due + MINUTE]
    threshold = condition.threshold if plain else None
    minute = int(due // MINUTE) - 1
    changes = gauges.next_change(metric.region, metric.name, metric.dimensions, minute, threshold)
    return [] if changes is None else [max((changes + 1) * MINUTE, due + MINUTE)]


# -- what then


def _change(alarm: Alarm, judged: Verdict, due: float) -> None:
    told = [f"{value} ({moment(when):%d/%m/%y %H:%M:%S})" for when, value in judged.evaluated]
    said = reason(alarm.condition, judged, alarm.state_value, told)
    evaluated: list[dict[str, Any]] = [
        {"timestamp": written(when), "value": value} for when, value in judged.evaluated
    ]
    data: dict[str, Any] = {"version": "1.0", "queryDate": written(clock.time())}
    if judged.evaluated:
        data["startDate"] = written(judged.evaluated[-1][0])
    statistic = alarm.settings.get("Statistic") or alarm.settings.get("ExtendedStatistic")
    if statistic:
        data["statistic"] = statistic
    data |= {
        "period": alarm.period,
        "recentDatapoints": [value for _, value in reversed(judged.evaluated)],
        "threshold": alarm.condition.threshold,
        "evaluatedDatapoints": evaluated,
    }
    assert judged.state is not None
    change(alarm, judged.state, said, json.dumps(data, separators=(",", ":")))


def change(alarm: Alarm, state: str, said: str, data: str | None, depth: int = 0) -> None:
    """Put an alarm into a state; the composite alarms that speak of it may follow it."""
    actions.change(alarm, state, said, data)
    if depth >= DEEPEST:
        LOG.warning("alarm %s: more than %s alarms follow each other", alarm.name, DEEPEST)
        return
    with _lock:
        composites = [
            entry.alarm
            for (region, _), entry in _entries.items()
            if region == alarm.region and entry.alarm.rule is not None
        ]
    for composite in composites:
        if alarm.name in rules.parse(composite.rule or "").alarms:
            _compose(composite, alarm, depth + 1)


def _compose(composite: Alarm, because: Alarm | None = None, depth: int = 0) -> None:
    """Put a composite alarm into the state that its rule gives."""
    rule = rules.parse(composite.rule or "")

    def state_of(name: str) -> str | None:
        entry = _entries.get((composite.region, name))
        return entry.alarm.state_value if entry is not None else None

    state = "ALARM" if rule.holds(state_of) else "OK"
    if state == composite.state_value:
        return
    if because is None:
        known = [name for name in rule.alarms if state_of(name) is not None]
        because = _entries[composite.region, known[0]].alarm if known else None
    said, data = "The rule was evaluated.", None
    if because is not None:
        when = moment(because.state_since)
        said = (
            f"{because.alarm_arn} transitioned to {because.state_value} at "
            f"{when:%A %d %B, %Y %H:%M:%S} UTC"
        )
        triggering = {
            "arn": because.alarm_arn,
            "state": {
                "value": because.state_value,
                "timestamp": written(because.state_since),
            },
        }
        data = json.dumps({"triggeringAlarms": [triggering]}, separators=(",", ":"))
    change(composite, state, said, data, depth)
