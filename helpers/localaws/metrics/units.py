"""The unit of each metric that AWS's services write here."""

from __future__ import annotations

_MILLISECONDS = frozenset(
    {
        *(
            "Duration",
            "ExecutionTime",
            "SuccessfulRequestLatency",
            "ExpressExecutionBilledDuration",
        ),
        *("LambdaFunctionRunTime", "LambdaFunctionScheduleTime", "LambdaFunctionTime"),
        *("ServiceIntegrationRunTime", "ServiceIntegrationScheduleTime", "ServiceIntegrationTime"),
    }
)
_OTHERS = {"ApproximateAgeOfOldestMessage": "Seconds", "SentMessageSize": "Bytes"}


def unit_of(metric: str) -> str:
    """`Count`, `Milliseconds`, `Seconds` or `Bytes`."""
    return "Milliseconds" if metric in _MILLISECONDS else _OTHERS.get(metric, "Count")
