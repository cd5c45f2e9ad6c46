"""What Lambda refuses in a function's configuration, in AWS's words.

Sources: docs.aws.amazon.com/lambda/latest/api/API_CreateFunction.html and
.../dg/configuration-envvars.html.
"""

from __future__ import annotations

import json
import re
from typing import Any

RESERVED = {
    "_HANDLER",
    "_X_AMZN_TRACE_ID",
    "AWS_DEFAULT_REGION",
    "AWS_REGION",
    "AWS_EXECUTION_ENV",
    "AWS_LAMBDA_FUNCTION_NAME",
    "AWS_LAMBDA_FUNCTION_MEMORY_SIZE",
    "AWS_LAMBDA_FUNCTION_VERSION",
    "AWS_LAMBDA_INITIALIZATION_TYPE",
    "AWS_LAMBDA_LOG_GROUP_NAME",
    "AWS_LAMBDA_LOG_STREAM_NAME",
    "AWS_ACCESS_KEY",
    "AWS_ACCESS_KEY_ID",
    "AWS_SECRET_ACCESS_KEY",
    "AWS_SESSION_TOKEN",
    "AWS_LAMBDA_RUNTIME_API",
    "LAMBDA_TASK_ROOT",
    "LAMBDA_RUNTIME_DIR",
}
ENVIRONMENT = 4096
"""All environment variables of a function together, in bytes of JSON."""
NOT_HERE = {
    "DurableConfig": "durable functions",
    "CapacityProviderConfig": "capacity providers",
    "FunctionScalingConfig": "capacity providers",
    "PublishTo": "capacity providers",
    "PublishToLatestPublished": "capacity providers",
    "TenancyConfig": "tenant isolation",
    "FileSystemConfigs": "file systems",
}
"""Settings without which a function would do something else, and what nobody has here for them."""

_RUNTIME = re.compile(
    r"python[23]\.\d+|nodejs(\d+\.x|\d\.\d(-edge)?)?|java\d+(\.al2)?|dotnet(core\d\.\d|\d+)|go1\.x"
    r"|ruby\d\.\d|provided(\.al\d+)?"
)
_VARIABLE = re.compile(r"[a-zA-Z]([a-zA-Z0-9_])+")
_RANGES = {
    "Timeout": ("timeout", 1, 900),
    "MemorySize": ("memorySize", 128, 10240),
    "EphemeralStorage": ("ephemeralStorage.size", 512, 10240),
}
_MACHINES = ("x86_64", "arm64")
_LAYER = (
    r"(arn:(aws[a-zA-Z-]*)?:lambda:(eusc-)?[a-z]{2}((-gov)|(-iso([a-z]?)))?-[a-z]+-\d{1}:\d{12}:"
    r"layer:[a-zA-Z0-9-_]+:[0-9]+)|(arn:[a-zA-Z0-9-]+:lambda:::awslayer:[a-zA-Z0-9-_]+)"
)
_HANDLER = r"[^\s]+"
_ALIAS = r"(?!^[0-9]+$)([a-zA-Z0-9-_]+)"
_WEIGHT = (
    "Map value must satisfy constraint: [Member must have value less than or equal to 1.0, Member "
    "must have value greater than or equal to 0.0, Member must not be null]"
)
_WEIGHED = (
    "Map keys must satisfy constraint: [Member must have length less than or equal to 1024, Member "
    "must have length greater than or equal to 1, Member must satisfy regular expression pattern: "
    "[0-9]+]"
)
LONGEST_NAME = 64
_NAME = (
    r"(arn:(aws[a-zA-Z-]*)?:lambda:)?([a-z]{2}(-gov)?-[a-z]+-\d{1}:)?(\d{12}:)?(function:)?"
    r"([a-zA-Z0-9-_]+)(:(\$LATEST|[a-zA-Z0-9-_]+))?"
)


def creation_problem(spec: dict[str, Any]) -> tuple[str, str] | None:
    """The same as `problem` for what only CreateFunction is given: a name and a package."""
    name = str(spec.get("FunctionName", ""))
    match = re.fullmatch(_NAME, name)
    if not match:
        return _invalid(name, "functionName", f"satisfy regular expression pattern: {_NAME}")
    if len(match[7]) > LONGEST_NAME:
        words = f"have length less than or equal to {LONGEST_NAME}"
        return _invalid(name, "functionName", words)
    zipped = (spec.get("PackageType") or "Zip") == "Zip"
    if zipped and not (spec.get("Runtime") and spec.get("Handler")):
        return (
            "InvalidParameterValueException",
            "Runtime and Handler are mandatory parameters for functions created with deployment "
            "packages.",
        )
    return problem(spec)


def alias_problem(name: Any) -> tuple[str, str] | None:
    """The same as `problem` for an alias's name, which a version's number cannot be."""
    if re.fullmatch(_ALIAS, str(name)):
        return None
    return _invalid(name, "name", f"satisfy regular expression pattern: {_ALIAS}")


def routing_problem(version: str, weights: dict[str, Any]) -> tuple[str, str] | None:
    """The same as `problem` for an alias of a version that shares its events with others."""
    name = "InvalidParameterValueException"
    if len(weights) > 1:
        return name, "Number of items in AdditionalVersionWeights cannot be greater than 1"
    for other, weight in weights.items():
        value, where = f"{{{other}={float(weight)}}}", "routingConfig.additionalVersionWeights"
        if not 0 <= float(weight) <= 1:
            return _invalid(value, where, _WEIGHT)
        if not re.fullmatch("[0-9]+", other):
            return _invalid(value, where, _WEIGHED)
        if other == version:
            return (
                name,
                f"Invalid function version {other}. Function version {other} is already included "
                "in routing configuration.",
            )
        if version == "$LATEST":
            return name, "$LATEST is not supported for an alias pointing to more than 1 version"
    return None


def _invalid(value: Any, member: str, constraint: str) -> tuple[str, str]:
    shown = "null" if value is None else f"'{value}'"
    whole = constraint if constraint.startswith("Map") else f"Member must {constraint}"
    return (
        "ValidationException",
        f"1 validation error detected: Value {shown} at '{member}' failed to satisfy "
        f"constraint: {whole}",
    )


def problem(spec: dict[str, Any]) -> tuple[str, str] | None:
    """The exception's name and its message for what is wrong in `spec`, or None.

    spec: the parameters of CreateFunction or UpdateFunctionConfiguration that are given.
    """
    if (why := not_here(spec)) is not None:
        return "InvalidParameterValueException", why
    for parameter, (member, least, most) in _RANGES.items():
        value = spec.get(parameter)
        if isinstance(value, dict):
            value = value.get("Size")
        if value is None:
            continue
        if not isinstance(value, int) or isinstance(value, bool):
            return "SerializationException", f"{value!r} can not be converted to an Integer"
        if not least <= value <= most:
            bound = (
                f"greater than or equal to {least}"
                if value < least
                else f"less than or equal to {most}"
            )
            return _invalid(value, member, f"have value {bound}")
    if (wrong := _choice_problem(spec)) is not None:
        return wrong
    handler = spec.get("Handler")
    if handler is not None and not re.fullmatch(_HANDLER, str(handler)):
        return _invalid(handler, "handler", f"satisfy regular expression pattern: {_HANDLER}")
    runtime = spec.get("Runtime")
    if runtime is not None and not _RUNTIME.fullmatch(str(runtime)):
        return (
            "InvalidParameterValueException",
            f"Value {runtime} at 'runtime' failed to satisfy constraint: Member must satisfy enum "
            "value set, such as python3.12 or nodejs22.x, or be a valid ARN",
        )
    return _variables((spec.get("Environment") or {}).get("Variables") or {})


def architectures_problem(given: Any) -> tuple[str, str] | None:
    """The same as `problem` for the architectures of a function, which are one of two."""
    if given is None or (isinstance(given, list) and len(given) == 1 and given[0] in _MACHINES):
        return None
    shown = f"[{', '.join(map(str, given))}]" if isinstance(given, list) else given
    if isinstance(given, list) and len(given) > 1 and all(one in _MACHINES for one in given):
        return _invalid(shown, "architectures", "have length less than or equal to 1")
    if given == []:
        return _invalid(shown, "architectures", "have length greater than or equal to 1")
    return _invalid(
        shown,
        "architectures",
        "satisfy constraint: [Member must satisfy enum value set: [x86_64, arm64], Member must "
        "not be null]",
    )


def _choice_problem(spec: dict[str, Any]) -> tuple[str, str] | None:
    """What is none of the few values that a setting may have, or left open within a setting."""
    wrong = architectures_problem(spec.get("Architectures"))
    if wrong is not None:
        return wrong
    kind, mode = spec.get("PackageType"), (spec.get("TracingConfig") or {}).get("Mode")
    if kind not in (None, "Zip", "Image"):
        return _invalid(kind, "packageType", "satisfy enum value set: [Zip, Image]")
    if mode not in (None, "Active", "PassThrough"):
        return _invalid(mode, "tracingConfig.mode", "satisfy enum value set: [Active, PassThrough]")
    storage = spec.get("EphemeralStorage")
    if isinstance(storage, dict) and storage.get("Size") is None:
        return _invalid(None, "ephemeralStorage.size", "not be null")
    return _layers_problem(spec.get("Layers") or [])


def _layers_problem(layers: list[Any]) -> tuple[str, str] | None:
    if all(re.fullmatch(_LAYER, str(arn)) for arn in layers):
        return None
    constraint = (
        "satisfy constraint: [Member must have length less than or equal to 2048, Member must have "
        "length greater than or equal to 1, Member must satisfy regular expression pattern: "
        f"{_LAYER}, Member must not be null]"
    )
    return _invalid(f"[{', '.join(map(str, layers))}]", "layers", constraint)


def not_here(spec: dict[str, Any]) -> str | None:
    """The sentence that refuses a function with settings that nothing here can carry out."""
    wanted = [name for name in NOT_HERE if spec.get(name)]
    if not wanted:
        return None
    what = " and ".join(dict.fromkeys(NOT_HERE[name] for name in wanted))
    return (
        f"The local endpoint has no {what}: leave out {', '.join(wanted)}, or deploy to an AWS "
        "account."
    )


def _variables(variables: dict[str, Any]) -> tuple[str, str] | None:
    start = (
        "Lambda was unable to configure your environment variables because the environment "
        "variables you have provided "
    )
    reserved = sorted(RESERVED & variables.keys())
    if reserved:
        return (
            "InvalidParameterValueException",
            f"{start}contains reserved keys that are currently not supported for modification. "
            f"Reserved keys used in this request: {', '.join(reserved)}",
        )
    for name in variables:
        if not _VARIABLE.fullmatch(name):
            return (
                "ValidationException",
                f"1 validation error detected: Value at 'environment.variables' failed to satisfy "
                f"constraint: Map keys must satisfy constraint: [Member must satisfy regular "
                f"expression pattern: {_VARIABLE.pattern}]; {name!r} does not",
            )
    measured = json.dumps(variables, ensure_ascii=False, separators=(",", ":"))
    if len(measured.encode()) > ENVIRONMENT:
        return (
            "InvalidParameterValueException",
            f"{start}exceeded the 4KB limit. String measured: {measured}",
        )
    return None
