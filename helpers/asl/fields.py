"""Which fields there are: by state type, by query language, with the kind of value each takes.

Which state type takes which field is as ValidateStateMachineDefinition answered for all pairs of
the 8 types and 50 fields (measured in September 2026 and published by the cdk-preflight project);
the least and greatest values likewise.
"""

from __future__ import annotations

from typing import NamedTuple

COMMON = frozenset({"Type", "Comment", "QueryLanguage"})

STATE_FIELDS: dict[str, frozenset[str]] = {
    "Pass": frozenset(
        [
            "InputPath",
            "OutputPath",
            "Result",
            "ResultPath",
            "Parameters",
            "Output",
            "Assign",
            "Next",
            "End",
        ]
    ),
    "Task": frozenset(
        [
            "InputPath",
            "OutputPath",
            "ResultPath",
            "Parameters",
            "Arguments",
            "Output",
            "Assign",
            "Resource",
            "Credentials",
            "ResultSelector",
            "Retry",
            "Catch",
            "TimeoutSeconds",
            "TimeoutSecondsPath",
            "HeartbeatSeconds",
            "HeartbeatSecondsPath",
            "Next",
            "End",
        ]
    ),
    "Wait": frozenset(
        [
            "InputPath",
            "OutputPath",
            "Output",
            "Assign",
            "Seconds",
            "Timestamp",
            "SecondsPath",
            "TimestampPath",
            "Next",
            "End",
        ]
    ),
    "Parallel": frozenset(
        [
            "InputPath",
            "OutputPath",
            "ResultPath",
            "Parameters",
            "Arguments",
            "Output",
            "Assign",
            "ResultSelector",
            "Retry",
            "Catch",
            "Branches",
            "Next",
            "End",
        ]
    ),
    "Map": frozenset(
        [
            "InputPath",
            "OutputPath",
            "ResultPath",
            "Parameters",
            "Output",
            "Assign",
            "ResultSelector",
            "Retry",
            "Catch",
            "ItemProcessor",
            "Iterator",
            "ItemsPath",
            "Items",
            "ItemSelector",
            "ItemReader",
            "ItemBatcher",
            "ResultWriter",
            "MaxConcurrency",
            "MaxConcurrencyPath",
            "ToleratedFailurePercentage",
            "ToleratedFailurePercentagePath",
            "ToleratedFailureCount",
            "ToleratedFailureCountPath",
            "Label",
            "Next",
            "End",
        ]
    ),
    "Choice": frozenset(["InputPath", "OutputPath", "Output", "Assign", "Choices", "Default"]),
    "Succeed": frozenset(["InputPath", "OutputPath", "Output"]),
    "Fail": frozenset(["Error", "Cause", "ErrorPath", "CausePath"]),
}

TYPES = ("Task", "Pass", "Choice", "Wait", "Succeed", "Fail", "Parallel", "Map")

MACHINE_FIELDS = ("StartAt", "States", "Comment", "QueryLanguage", "TimeoutSeconds", "Version")
NESTED_FIELDS = ("StartAt", "States", "Comment", "ProcessorConfig")

JSONPATH_ONLY = frozenset(
    [
        "InputPath",
        "OutputPath",
        "ResultPath",
        "Parameters",
        "ResultSelector",
        "Result",
        "ItemsPath",
        "TimeoutSecondsPath",
        "HeartbeatSecondsPath",
        "SecondsPath",
        "TimestampPath",
        "MaxConcurrencyPath",
        "ToleratedFailurePercentagePath",
        "ToleratedFailureCountPath",
        "ErrorPath",
        "CausePath",
    ]
)
JSONATA_ONLY = frozenset({"Arguments", "Output", "Items"})

INSTEAD = {
    "InputPath": "read $states.input in the expressions",
    "OutputPath": "write Output",
    "ResultPath": "write Output or Assign",
    "Parameters": "write Arguments (in a Map: ItemSelector)",
    "ResultSelector": "write Output with $states.result",
    "Result": "write Output",
    "ItemsPath": "write Items",
    "Arguments": "write Parameters",
    "Output": "write ResultSelector, ResultPath or OutputPath",
    "Items": "write ItemsPath",
    "Variable": "write Condition",
    "Condition": "write Variable with a comparison such as NumericLessThan",
}
"""What the other query language has instead."""


class Number(NamedTuple):
    """A field that takes a number: the least and greatest allowed, and whether it is whole.

    `shown` says how AWS writes the bounds ("0" or "0.0").
    """

    least: float | None
    most: float | None = None
    whole: bool = True

    def shown(self, bound: float) -> str:
        """A bound as AWS writes it."""
        return f"{bound:.0f}" if self.whole else f"{bound:.1f}"


NUMBERS = {
    "TimeoutSeconds": Number(1, 99_999_999),
    "HeartbeatSeconds": Number(1, 99_999_999),
    "Seconds": Number(0, 99_999_999),
    "MaxConcurrency": Number(0),
    "ToleratedFailureCount": Number(0),
    "ToleratedFailurePercentage": Number(0, 100, whole=False),
}
RETRY_NUMBERS = {
    "IntervalSeconds": Number(0, 99_999_999),
    "MaxAttempts": Number(0, 99_999_999),
    "BackoffRate": Number(1, whole=False),
    "MaxDelaySeconds": Number(1, 31_622_400),
}
READER_NUMBERS = {"MaxItems": Number(0, 100_000_000)}
BATCHER_NUMBERS = {"MaxItemsPerBatch": Number(0), "MaxInputBytesPerBatch": Number(0)}

STRINGS = frozenset({"Comment", "Next", "Default", "Resource", "Error", "Cause", "Label"})
OBJECTS = frozenset(
    {"ItemProcessor", "Iterator", "ItemReader", "ItemBatcher", "ResultWriter", "Assign"}
)
ARRAYS = frozenset({"Branches", "Choices", "Retry", "Catch"})

NULLABLE_PATHS = frozenset({"InputPath", "OutputPath"})
REFERENCE_PATHS = frozenset(
    [
        "ItemsPath",
        "SecondsPath",
        "TimestampPath",
        "TimeoutSecondsPath",
        "HeartbeatSecondsPath",
        "MaxConcurrencyPath",
        "ToleratedFailureCountPath",
        "ToleratedFailurePercentagePath",
    ]
)
NO_CONTEXT_PATHS = frozenset(
    [
        "MaxConcurrencyPath",
        "ToleratedFailureCountPath",
        "ToleratedFailurePercentagePath",
        "MaxItemsPath",
        "MaxItemsPerBatchPath",
        "MaxInputBytesPerBatchPath",
    ]
)
"""Reference Paths that may not begin with `$$` (floci issue 3733, measured)."""

ONE_OF: dict[str, tuple[tuple[str, ...], ...]] = {
    "Task": (
        ("TimeoutSeconds", "TimeoutSecondsPath"),
        ("HeartbeatSeconds", "HeartbeatSecondsPath"),
    ),
    "Map": (
        ("MaxConcurrency", "MaxConcurrencyPath"),
        ("ToleratedFailurePercentage", "ToleratedFailurePercentagePath"),
        ("ToleratedFailureCount", "ToleratedFailureCountPath"),
        ("ItemSelector", "Parameters"),
    ),
    "Fail": (("Error", "ErrorPath"), ("Cause", "CausePath")),
}
"""Fields of which a state may have one at most."""

EXACTLY_ONE: dict[str, tuple[str, ...]] = {
    "Wait": ("SecondsPath", "Seconds", "TimestampPath", "Timestamp"),
    "Map": ("ItemProcessor", "Iterator"),
}
"""Fields of which a state must have exactly one."""

REQUIRED: dict[str, tuple[str, ...]] = {
    "Task": ("Resource",),
    "Choice": ("Choices",),
    "Parallel": ("Branches",),
}

TEMPLATES = ("Parameters", "ResultSelector", "ItemSelector", "Credentials", "Assign")
"""Payload templates of a JSONPath state: their keys ending in `.$` hold paths and intrinsics."""

NOT_JSONATA = frozenset(
    [
        "Comment",
        "Next",
        "Default",
        "Resource",
        "ErrorEquals",
        "Retry",
        "Credentials",
        "ItemProcessor",
        "Iterator",
        "Branches",
        "CSVHeaders",
        "QueryLanguage",
        "Type",
        "Label",
        "Variable",
    ]
)
"""Fields in which AWS leaves `{% … %}` alone as text (floci, measured)."""

PAYLOADS = frozenset({"Output", "Assign", "Arguments", "ItemSelector", "BatchInput"})
"""Fields whose whole content is a payload, in which every text is looked at."""

RESERVED_ERRORS = (
    "States.ALL",
    "States.BranchFailed",
    "States.DataLimitExceeded",
    "States.ExceedToleratedFailureThreshold",
    "States.HeartbeatTimeout",
    "States.Http.Socket",
    "States.IntrinsicFailure",
    "States.ItemReaderFailed",
    "States.NoChoiceMatched",
    "States.ParameterPathFailure",
    "States.Permissions",
    "States.QueryEvaluationError",
    "States.ResultPathMatchFailure",
    "States.ResultWriterFailed",
    "States.Runtime",
    "States.TaskFailed",
    "States.Timeout",
)
