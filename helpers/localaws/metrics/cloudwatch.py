"""CloudWatch as moto has it, with what AWS's services measure, and alarms that are looked at.

The hooks into moto's backend and its answers; what they do is beside. Imports moto.
"""

from __future__ import annotations

import json
import math
from datetime import UTC, datetime
from typing import Any

from moto.cloudwatch import urls
from moto.cloudwatch.exceptions import (
    InvalidFormat,
    InvalidParameterCombination,
    InvalidParameterValue,
    ResourceNotFound,
    ValidationError,
)
from moto.cloudwatch.models import CloudWatchBackend, cloudwatch_backends
from moto.cloudwatch.responses import CloudWatchResponse
from moto.core.responses import ActionResult, EmptyResult

from helpers.localaws.metrics import cells, gauges, noting, querying, reading, rules, watching
from helpers.localaws.metrics.alarms import Alarm, moment
from helpers.localaws.metrics.evaluating import OPERATORS, TREATMENTS
from helpers.localaws.metrics.expressions import InvalidExpression
from helpers.localaws.metrics.ledger import LISTED, Key, Ledger
from helpers.localaws.turns.clock import clock
from helpers.localaws.turns.present import meant

MOST_DATAPOINTS = 1440
"""So many datapoints GetMetricStatistics gives."""
PAGE = 500
_STATES = ("INSUFFICIENT_DATA", "ALARM", "OK")


def install() -> None:
    """Put the hooks in place."""
    cloudwatch_backends.backend = Metrics
    for name in (
        *("put_metric_alarm", "put_composite_alarm", "describe_alarms"),
        *("describe_alarm_history", "describe_alarms_for_metric", "set_alarm_state"),
        *("get_metric_data", "get_metric_statistics", "list_metrics"),
    ):
        setattr(CloudWatchResponse, name, globals()[f"_{name}"])


class Metrics(CloudWatchBackend):
    """One region's metrics and alarms. What is in `alarms` are `Alarm`s of this package."""

    def __init__(self, region_name: str, account_id: str) -> None:
        super().__init__(region_name, account_id)
        self.ledger = Ledger()
        self.alarms: dict[str, Alarm] = {}  # type: ignore[assignment]

    @property
    def _url_module(self) -> Any:
        """moto looks it up by the name of the class's module, which is another here."""
        return urls

    def reset(self) -> None:
        """Forget everything."""
        for alarm in list(self.alarms.values()):
            watching.drop(alarm)
        super().reset()

    # -- alarms

    def put_alarm(self, settings: dict[str, Any]) -> Alarm:
        """Put an alarm, as PutMetricAlarm or PutCompositeAlarm has it; its state stays."""
        name = settings["AlarmName"]
        alarm = self.alarms.get(name)
        if alarm is not None and (alarm.rule is None) != ("AlarmRule" not in settings):
            raise ValidationError(f"There is an alarm of the other type with the name {name}.")
        what = "updated" if alarm is not None else "created"
        if alarm is None:
            alarm = self.alarms[name] = Alarm(self.region_name, settings)
            if settings.get("Tags"):
                self.tagger.tag_resource(alarm.alarm_arn, settings["Tags"])
        else:
            alarm.put(settings)
        shown = {k: v for k, v in settings.items() if k != "Tags" and v is not None}
        alarm.note("ConfigurationUpdate", f'Alarm "{name}" {what}', {"configuration": shown})
        watching.put(alarm)
        return alarm

    def delete_alarms(self, alarm_names: list[str]) -> None:
        """Delete alarms; one that is not there is an error, and then nothing is deleted."""
        missing = [name for name in alarm_names if name not in self.alarms]
        if missing:
            raise ResourceNotFound(f"Alarms not found: {', '.join(missing)}")
        for name in alarm_names:
            alarm = self.alarms.pop(name)
            self.tagger.delete_all_tags_for_resource(alarm.alarm_arn)
            watching.drop(alarm)

    def set_alarm_state(
        self, alarm_name: str, reason: str, reason_data: str | None, state_value: str
    ) -> None:
        """Put an alarm into a state until it is looked at next; what it does then is done."""
        if reason_data is not None:
            try:
                json.loads(reason_data)
            except ValueError:
                raise InvalidFormat("StateReasonData is not valid JSON.") from None
        if alarm_name not in self.alarms:
            raise ResourceNotFound
        _one_of("stateValue", state_value, _STATES)
        alarm = self.alarms[alarm_name]
        if state_value != alarm.state_value:
            watching.change(alarm, state_value, reason, reason_data)
        else:
            alarm.state_reason, alarm.state_reason_data = reason, reason_data
            alarm.state_updated = clock.time()
        watching.look_again(alarm)

    # -- metrics of one's own

    def put_metric_data(self, namespace: str, metric_data: list[dict[str, Any]]) -> None:
        """Enter what somebody has measured."""
        for number, datum in enumerate(metric_data, 1):
            self._validate_parameters_put_metric_data(datum, number)
        for datum in metric_data:
            named = tuple(sorted((d["Name"], d["Value"]) for d in datum.get("Dimensions") or ()))
            key: Key = (namespace, datum["MetricName"], named, datum.get("Unit") or "None")
            when = datum.get("Timestamp")
            minute = int((clock.time() if when is None else meant(_seconds(when))) // 60)
            if datum.get("Values"):
                counts = datum.get("Counts") or [1] * len(datum["Values"])
                for value, count in zip(datum["Values"], counts, strict=True):
                    self.ledger.add(key, minute, float(value), float(count))
            elif datum.get("StatisticValues"):
                of = datum["StatisticValues"]
                told = (of["SampleCount"], of["Sum"], of["Minimum"], of["Maximum"])
                count, total, lowest, highest = map(float, told)
                self.ledger.add_set(key, minute, count, total, lowest, highest)
            else:
                self.ledger.add(key, minute, float(datum.get("Value") or 0))
            noting.tell(self.region_name, key, minute)

    def listed(self) -> list[Key]:
        """The metrics that had values within two weeks; those of queues, too."""
        noting.enter()
        since = int(clock.time() // 60) - LISTED
        keys = [key for key, last in self.ledger.keys().items() if last >= since]
        shown = [key for key in keys if not gauges.hidden(key)]
        queues = {key[2] for key in keys if key[0] == gauges.NAMESPACE}
        shown += [
            (gauges.NAMESPACE, name, named, unit)
            for named in queues
            for name, unit in gauges.UNITS.items()
        ]
        return sorted({key[:3]: key for key in shown}.values())


# -- alarms by the API


def _put_metric_alarm(self: CloudWatchResponse) -> Any:
    """For CloudWatchResponse.put_metric_alarm, whose alarms nobody looks at."""
    self.cloudwatch_backend.put_alarm(checked(dict(self._get_params())))  # type: ignore[attr-defined]
    return EmptyResult()


def _put_composite_alarm(self: CloudWatchResponse) -> Any:
    """For CloudWatchResponse.put_composite_alarm, which moto does not have."""
    self.cloudwatch_backend.put_alarm(checked_rule(dict(self._get_params())))  # type: ignore[attr-defined]
    return EmptyResult()


def checked(settings: dict[str, Any]) -> dict[str, Any]:
    """The settings of a metric alarm, unless AWS would refuse them. Raises ValidationError, …"""
    _one_of("comparisonOperator", settings.get("ComparisonOperator"), OPERATORS)
    if settings.get("TreatMissingData") is not None:
        _one_of("treatMissingData", settings["TreatMissingData"], TREATMENTS)
    if settings.get("Threshold") is None:
        raise ValidationError("The parameter Threshold is required.")
    periods = int(settings.get("EvaluationPeriods") or 0)
    needed = int(settings.get("DatapointsToAlarm") or periods)
    if periods < 1:
        raise ValidationError(
            f"1 validation error detected: Value '{periods}' at 'evaluationPeriods' failed to "
            "satisfy constraint: Member must have value greater than or equal to 1"
        )
    if needed > periods:
        raise ValidationError(
            "The parameter DatapointsToAlarm must be less than or equal to EvaluationPeriods."
        )
    low = settings.get("EvaluateLowSampleCountPercentile")
    if low is not None and low not in ("evaluate", "ignore"):
        raise ValidationError(
            f"Option {low} is not supported. Supported options for parameter "
            "EvaluateLowSampleCountPercentile are evaluate and ignore."
        )
    if settings.get("Metrics"):
        both = [name for name in ("MetricName", "Namespace", "Statistic") if settings.get(name)]
        if both:
            raise InvalidParameterCombination(
                f"The parameters Metrics and {both[0]} are mutually exclusive."
            )
    else:
        _check_metric(settings)
    if settings.get("ThresholdMetricId"):
        raise ValidationError("The local endpoint has no anomaly detection.")
    return settings


def _check_metric(settings: dict[str, Any]) -> None:
    for name in ("MetricName", "Namespace", "Period"):
        if not settings.get(name):
            raise ValidationError(f"The parameter {name} is required.")
    stat, extended = settings.get("Statistic"), settings.get("ExtendedStatistic")
    if (stat is None) == (extended is None):
        raise InvalidParameterCombination("Specify either Statistic or ExtendedStatistic.")
    if stat is not None:
        _one_of("statistic", stat, cells.PLAIN)
    elif not cells.known(str(extended)):
        raise InvalidParameterValue(
            f"The value {extended} for parameter ExtendedStatistic is not supported."
        )
    period = int(settings["Period"])
    if period % 60 or period <= 0:
        raise ValidationError("The local endpoint has periods of whole minutes.")
    longest = 7 * 86_400 if period >= 3600 else 86_400  # API_PutMetricAlarm, EvaluationPeriods
    if period * int(settings["EvaluationPeriods"]) > longest:
        raise ValidationError(
            "Metrics cannot be checked across more than "
            f"{'seven days' if period >= 3600 else 'a day'} (EvaluationPeriods * Period must be "
            f"<= {longest})."
        )


def checked_rule(settings: dict[str, Any]) -> dict[str, Any]:
    """The settings of a composite alarm, unless AWS would refuse them. Raises ValidationError."""
    try:
        rule = rules.parse(settings.get("AlarmRule") or "")
    except rules.InvalidRule as error:
        raise ValidationError(f"The parameter AlarmRule is not valid: {error}.") from None
    if settings["AlarmName"] in rule.alarms:
        raise ValidationError("The alarm rule of a composite alarm cannot name the alarm itself.")
    if settings.get("ActionsSuppressor"):
        raise ValidationError("The local endpoint's alarms suppress no actions of others.")
    return settings


def _one_of(name: str, value: Any, allowed: tuple[str, ...]) -> None:
    if value not in allowed:
        raise ValidationError(
            f"1 validation error detected: Value '{value}' at '{name}' failed to satisfy "
            f"constraint: Member must satisfy enum value set: [{', '.join(allowed)}]"
        )


def _describe_alarms(self: CloudWatchResponse) -> Any:
    """For CloudWatchResponse.describe_alarms, which overlooks all but one of what is asked."""
    asked = self._get_params()
    kinds = asked.get("AlarmTypes") or ["MetricAlarm"]
    names, prefix = asked.get("AlarmNames"), asked.get("AlarmNamePrefix")
    state, action = asked.get("StateValue"), asked.get("ActionPrefix")
    alarms: list[Alarm] = []
    for alarm in sorted(self.cloudwatch_backend.alarms.values(), key=lambda one: one.name):
        settings = alarm.settings  # type: ignore[attr-defined]
        lists = ("AlarmActions", "OKActions", "InsufficientDataActions")
        told = [arn for one in lists for arn in settings.get(one) or ()]
        fits = (
            (not names or alarm.name in names)
            and (not prefix or alarm.name.startswith(prefix))
            and (not state or alarm.state_value == state)
            and (not action or any(arn.startswith(action) for arn in told))
            and ("CompositeAlarm" if alarm.rule is not None else "MetricAlarm") in kinds
        )
        if fits:
            alarms.append(alarm)  # type: ignore[arg-type]
    alarms, token = _page(alarms, asked.get("NextToken"), int(asked.get("MaxRecords") or 50))
    result: dict[str, Any] = {
        "MetricAlarms": [one.described() for one in alarms if one.rule is None],
        "CompositeAlarms": [one.described() for one in alarms if one.rule is not None],
    }
    return ActionResult(result | ({"NextToken": token} if token else {}))


def _describe_alarms_for_metric(self: CloudWatchResponse) -> Any:
    """For CloudWatchResponse.describe_alarms_for_metric, which overlooks dimensions."""
    asked = self._get_params()
    wanted = reading.Metric.of(self.region, asked)
    alarms = [
        alarm.described()  # type: ignore[attr-defined]
        for alarm in self.cloudwatch_backend.alarms.values()
        if alarm.rule is None
        and alarm.settings.get("MetricName")  # type: ignore[attr-defined]
        and reading.Metric.of(self.region, alarm.settings) == wanted  # type: ignore[attr-defined]
    ]
    return ActionResult({"MetricAlarms": alarms})


def _describe_alarm_history(self: CloudWatchResponse) -> Any:
    """For CloudWatchResponse.describe_alarm_history, which moto does not have."""
    asked = self._get_params()
    name, kind = asked.get("AlarmName"), asked.get("HistoryItemType")
    kinds = asked.get("AlarmTypes")
    since = _seconds(asked["StartDate"]) if asked.get("StartDate") else -math.inf
    until = meant(_seconds(asked["EndDate"])) if asked.get("EndDate") else math.inf
    entries = []
    for alarm in self.cloudwatch_backend.alarms.values():
        of = "CompositeAlarm" if alarm.rule is not None else "MetricAlarm"
        if (name and alarm.name != name) or (kinds and of not in kinds):
            continue
        for number, one in enumerate(alarm.history):
            if (kind and one["kind"] != kind) or not since <= one["when"] <= until:
                continue
            item = {
                "AlarmName": alarm.name,
                "AlarmType": of,
                "Timestamp": moment(one["when"]),
                "HistoryItemType": one["kind"],
                "HistorySummary": one["summary"],
                "HistoryData": one["data"],
            }
            entries.append((one["when"], number, item))
    ascending = asked.get("ScanBy") == "TimestampAscending"
    entries.sort(key=lambda entry: entry[:2], reverse=not ascending)
    items = [item for _, _, item in entries]
    items, token = _page(items, asked.get("NextToken"), int(asked.get("MaxRecords") or 100))
    return ActionResult({"AlarmHistoryItems": items} | ({"NextToken": token} if token else {}))


def _set_alarm_state(self: CloudWatchResponse) -> Any:
    """For CloudWatchResponse.set_alarm_state."""
    asked = self._get_params()
    self.cloudwatch_backend.set_alarm_state(
        asked["AlarmName"],
        asked["StateReason"],
        asked.get("StateReasonData"),  # type: ignore[arg-type]
        asked["StateValue"],
    )
    return EmptyResult()


# -- metrics by the API


def _get_metric_data(self: CloudWatchResponse) -> Any:
    """For CloudWatchResponse.get_metric_data, which looks at each value for each period."""
    asked = self._get_params()
    start, end = _range(asked)
    if start >= end:
        word = "not equal" if start == end else "be less than"
        raise ValidationError(f"The parameter StartTime must {word} parameter EndTime.")
    queries = asked.get("MetricDataQueries") or []
    for number, query in enumerate(queries, 1):
        if ("MetricStat" in query) == ("Expression" in query):
            where = f"MetricDataQueries.member.{number}"
            raise ValidationError(
                f"The parameter {where}.MetricStat is required.\n"
                if "MetricStat" not in query
                else f"The parameters {where}.Expression and {where}.MetricStat are mutually "
                "exclusive."
            )
        if "MetricStat" in query:
            _check_period(query["MetricStat"].get("Period"))
    try:
        answers = querying.run(self.region, queries, reading.rounded_down(start), end)
    except InvalidExpression as error:
        raise ValidationError(str(error)) from None
    ascending = asked.get("ScanBy") == "TimestampAscending"
    results = []
    for query, series in answers.values():
        if str(query.get("ReturnData", True)).lower() == "false":
            continue
        times = sorted(series, reverse=not ascending)
        metric = (query.get("MetricStat") or {}).get("Metric") or {}
        results.append(
            {
                "Id": query["Id"],
                "Label": query.get("Label") or metric.get("MetricName") or query["Id"],
                "Timestamps": [moment(time) for time in times],
                "Values": [series[time] for time in times],
                "StatusCode": "Complete",
            }
        )
    return ActionResult({"MetricDataResults": results, "Messages": []})


def _range(asked: dict[str, Any], longest: float = math.inf) -> tuple[float, float]:
    """StartTime and EndTime of a request, POSIX seconds.

    Where a client's now ends the range, it is the simulated now. What was asked from then on is
    told too, unless that is more than `longest` seconds: then as much as was asked for.
    """
    start, end = _seconds(asked["StartTime"]), _seconds(asked["EndTime"])
    moved = meant(end) - end
    if end - start <= longest < end + moved - start:
        start += moved
    return start, end + moved


def _check_period(period: Any) -> int:
    seconds = int(period or 0)
    if seconds <= 0 or (seconds % 60 and seconds not in (1, 5, 10, 20, 30)):
        raise InvalidParameterValue(
            "The parameter Period must be a multiple of 60 or 1, 5, 10, 20, 30."
            if seconds > 0
            else "The parameter Period must be greater than 0."
        )
    return seconds


def _get_metric_statistics(self: CloudWatchResponse) -> Any:
    """For CloudWatchResponse.get_metric_statistics, which knows no percentiles."""
    asked = self._get_params()
    plain, extended = asked.get("Statistics") or [], asked.get("ExtendedStatistics") or []
    if not plain and not extended:
        raise InvalidParameterCombination("Must specify either Statistics or ExtendedStatistics")
    for stat in plain:
        _one_of("statistics", stat, cells.PLAIN)
    for stat in extended:
        if not cells.known(stat):
            raise InvalidParameterValue(
                f"The value {stat} for parameter ExtendedStatistics is not supported."
            )
    period = _check_period(asked.get("Period"))
    start, end = _range(asked, period * MOST_DATAPOINTS)
    if start >= end:
        raise InvalidParameterValue(
            "The parameter StartTime must be less than the parameter EndTime."
        )
    start = reading.rounded_down(start)
    count = math.ceil((end - start) / period)
    if count > MOST_DATAPOINTS:
        raise InvalidParameterCombination(
            f"You have requested up to {count:,} datapoints, which exceeds the limit of "
            f"{MOST_DATAPOINTS:,}. You may reduce the datapoints requested by increasing Period, "
            "or decreasing the time range."
        )
    metric = reading.Metric.of(self.region, asked, asked.get("Unit"))
    given = []
    for begins, unit, cell in reading.datapoints(metric, start, end, period):
        told: dict[str, Any] = {"Timestamp": moment(begins), "Unit": unit}
        told |= {stat: cell.statistic(stat) for stat in plain}
        if extended:
            values = {stat: cell.statistic(stat) for stat in extended}
            told["ExtendedStatistics"] = {k: v for k, v in values.items() if v is not None}
        given.append(told)
    return ActionResult({"Label": metric.name, "Datapoints": given})


def _list_metrics(self: CloudWatchResponse) -> Any:
    """For CloudWatchResponse.list_metrics, which compares each value with each metric."""
    asked = self._get_params()
    wanted = [(d["Name"], d.get("Value")) for d in asked.get("Dimensions") or ()]
    recent = int(clock.time() // 60) - 180 if asked.get("RecentlyActive") else None
    backend: Any = self.cloudwatch_backend
    last = backend.ledger.keys() if recent is not None else {}
    metrics = []
    for key in backend.listed():
        namespace, name, named, _ = key
        has = dict(named)
        fits = (
            asked.get("Namespace") in (None, namespace)
            and asked.get("MetricName") in (None, name)
            and all(one in has and value in (None, has[one]) for one, value in wanted)
            and (recent is None or last.get(key, recent) >= recent)
        )
        if fits:
            told = [{"Name": one, "Value": value} for one, value in named]
            metrics.append({"Namespace": namespace, "MetricName": name, "Dimensions": told})
    metrics, token = _page(metrics, asked.get("NextToken"), PAGE)
    return ActionResult({"Metrics": metrics} | ({"NextToken": token} if token else {}))


def _page(items: list[Any], token: str | None, size: int) -> tuple[list[Any], str | None]:
    """A page of a list, and the token of the next one."""
    begin = 0
    if token:
        head, _, number = token.partition("-")
        if head != "from" or not number.isdigit():
            raise InvalidParameterValue("Request parameter NextToken is invalid")
        begin = int(number)
    end = begin + size
    return items[begin:end], f"from-{end}" if end < len(items) else None


def _seconds(when: Any) -> float:
    """A time of a request in POSIX seconds."""
    if isinstance(when, int | float):
        return float(when)
    if isinstance(when, str):
        when = datetime.fromisoformat(when)
    return (when if when.tzinfo else when.replace(tzinfo=UTC)).timestamp()
