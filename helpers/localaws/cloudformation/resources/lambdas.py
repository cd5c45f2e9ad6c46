"""AWS::Lambda types: functions, permissions, versions, aliases, layers, invoke settings."""

from __future__ import annotations

import base64
import contextlib
import io
import json
import zipfile
from typing import Any

from helpers.localaws.cloudformation.errors import ResourceFailure
from helpers.localaws.cloudformation.resources.base import (
    Made,
    Request,
    ResourceType,
    handler_failure,
)
from helpers.localaws.lambdas import interpreters, limits

# What a function has when its template does not say (Lambda API Reference, CreateFunction).
DEFAULTS: dict[str, Any] = {"Description": "", "MemorySize": 128, "Timeout": 3, "Layers": []}
PLAIN = ("Handler", "Role", "Runtime", "VpcConfig")
LATER: dict[str, Any] = {"LoggingConfig": {}, "DeadLetterConfig": {}}
"""Settings that this project adds to moto's functions, and what they are when not given."""
BESIDE = {  # moto's update_configuration overlooks these
    "Architectures": ("architectures", ["x86_64"]),
    "KmsKeyArn": ("kms_key_arn", None),
    "TracingConfig": ("tracing_config", {"Mode": "PassThrough"}),
}


def backend(request: Request) -> Any:
    """The Lambda backend of the request's account and region."""
    from moto.awslambda.models import lambda_backends

    return lambda_backends[request.account][request.region]


class Function(ResourceType):
    """A function, through the operations of the Lambda API."""

    service = "Lambda"
    longest_name = 64

    def create(self, request: Request) -> Made:
        """Create the function from its zip in S3 or its inline code."""
        wanted, name = request.properties, self.name(request)
        _check_here(wanted)
        if any(f.function_name == name for f in backend(request).list_functions()):
            raise handler_failure(f"Function already exist: {name}", "AlreadyExists")
        spec = {key: wanted[key] for key in (*PLAIN, *DEFAULTS) if key in wanted}
        for key in ("Architectures", "EphemeralStorage", "ImageConfig", "PackageType", *LATER):
            if key in wanted:
                spec[key] = wanted[key]
        spec |= {
            "FunctionName": name,
            "Code": _code(wanted),
            "Environment": {"Variables": _variables(wanted)},
            "KMSKeyArn": wanted.get("KmsKeyArn"),
            "TracingConfig": wanted.get("TracingConfig"),
            "Tags": request.tag_map(),
        }
        made = backend(request).create_function(spec)
        if wanted.get("ReservedConcurrentExecutions") is not None:
            backend(request).put_function_concurrency(name, wanted["ReservedConcurrentExecutions"])
        return Made(name, {"Arn": made.function_arn})

    def update(self, request: Request) -> Made | None:
        """Change code and configuration in place; what is not said goes back to its default."""
        wanted, name, lambdas = request.properties, request.physical_id, backend(request)
        _check_here(wanted)
        if _code(wanted) != _code(request.old):
            lambdas.update_function_code(name, None, _code(wanted))
        body: dict[str, Any] = {key: wanted.get(key) for key in PLAIN}
        body |= {key: wanted.get(key, default) for key, default in DEFAULTS.items()}
        body |= {key: wanted.get(key, default) for key, default in LATER.items()}
        body["Environment"] = {"Variables": _variables(wanted)}
        lambdas.update_function_configuration(name, None, body)
        function = lambdas.get_function(name)
        for key, (attribute, default) in BESIDE.items():
            setattr(function, attribute, wanted.get(key) or default)
        function.ephemeral_storage = (wanted.get("EphemeralStorage") or {}).get("Size", 512)
        function.tags = request.tag_map()
        reserved = wanted.get("ReservedConcurrentExecutions")
        if reserved is not None:
            lambdas.put_function_concurrency(name, reserved)
        else:
            lambdas.delete_function_concurrency(name)
        return None

    def delete(self, request: Request) -> None:
        """Delete the function with its versions and aliases."""
        if self.exists(request):
            backend(request).delete_function(request.physical_id)

    def exists(self, request: Request) -> bool:
        """Whether the function is there."""
        functions = backend(request).list_functions()
        return any(function.function_name == request.physical_id for function in functions)

    def actual(self, request: Request) -> dict[str, Any] | None:
        """The configuration as it is now."""
        return _actual(backend(request).get_function(request.physical_id))

    def remark(self, logical_id: str, properties: dict[str, Any]) -> str | None:
        """Say so if no program on this machine runs functions of that runtime."""
        try:
            interpreters.find(str(properties.get("Runtime") or ""), logical_id)
        except interpreters.NoInterpreter as error:
            return f"Deployed, but it cannot run on this machine. {error}"
        return None


def _check_here(properties: dict[str, Any]) -> None:
    """Refuse what a function here would not do."""
    if (why := limits.not_here(properties)) is not None:
        raise ResourceFailure(why)


def _actual(function: Any) -> dict[str, Any]:
    return {
        "Description": function.description,
        "Environment": {"Variables": function.environment_vars},
        "Handler": function.handler,
        "MemorySize": function.memory_size,
        "Role": function.role,
        "Runtime": function.run_time,
        "Timeout": function.timeout,
    }


def _variables(properties: dict[str, Any]) -> dict[str, str]:
    given = (properties.get("Environment") or {}).get("Variables") or {}
    return {key: _text(value) for key, value in given.items()}


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _code(properties: dict[str, Any]) -> dict[str, Any]:
    """The code as the API takes it: inline code becomes a zip with one file."""
    given = dict(properties.get("Code") or {})
    inline = given.pop("ZipFile", None)
    if inline is None:
        return given
    node = str(properties.get("Runtime", "")).startswith("nodejs")
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        # a fixed time: the same code is the same zip
        name = "index.js" if node else "index.py"
        entry = zipfile.ZipInfo(name, date_time=(2020, 1, 1, 0, 0, 0))
        entry.external_attr = 0o644 << 16
        archive.writestr(entry, inline)
    return {**given, "ZipFile": base64.b64encode(buffer.getvalue()).decode()}


class Permission(ResourceType):
    """A statement in a function's resource policy."""

    service = "Lambda"

    def create(self, request: Request) -> Made:
        """Add the statement."""
        wanted = request.properties
        name, qualifier = _split(str(wanted["FunctionName"]))
        sid = self.generated_name(request)
        statement = {key: value for key, value in wanted.items() if key != "FunctionName"}
        backend(request).add_permission(
            name, qualifier, json.dumps({**statement, "StatementId": sid})
        )
        return Made(sid, {"Id": sid})

    def update(self, request: Request) -> Made | None:
        """Replace the statement; every property of this type makes a new one on AWS."""
        self.delete(request)
        return self.create(request)

    def delete(self, request: Request) -> None:
        """Take the statement out; that the function is gone is no error."""
        name, qualifier = _split(str(request.properties["FunctionName"]))
        try:
            policy = backend(request).get_function(name, qualifier).policy
        except Exception:  # gone with its function
            return
        policy.statements = [s for s in policy.statements if s.get("Sid") != request.physical_id]


def _split(function: str) -> tuple[str, str | None]:
    """Name (or ARN) and qualifier of a function's name, ARN, or qualified ARN."""
    parts = function.split(":")
    if function.startswith("arn:") and len(parts) == 8:
        return ":".join(parts[:7]), parts[7]
    if not function.startswith("arn:") and len(parts) == 2:
        return parts[0], parts[1]
    return function, None


class Version(ResourceType):
    """A published version."""

    service = "Lambda"

    def create(self, request: Request) -> Made:
        """Publish what the function is now."""
        wanted = request.properties
        function = backend(request).publish_version(
            wanted["FunctionName"], wanted.get("Description", "")
        )
        if function is None:
            raise handler_failure(f"Function not found: {wanted['FunctionName']}", "NotFound")
        arn, number = function.function_arn, str(function.version)
        return Made(arn, {"Version": number, "FunctionArn": arn})

    def update(self, request: Request) -> Made | None:
        """Nothing of a version changes."""
        return None

    def delete(self, request: Request) -> None:
        """Delete the version."""
        name, number = request.physical_id.rsplit(":", 1)
        lambdas = backend(request)
        try:
            function = lambdas.get_function(name, number)
        except Exception:  # gone with its function
            return
        if function is not None:
            lambdas.delete_function(name, number)


def _routing(properties: dict[str, Any]) -> dict[str, Any] | None:
    """An alias's routing as the API takes it, which has a mapping where a template has a list."""
    given = (properties.get("RoutingConfig") or {}).get("AdditionalVersionWeights") or []
    weights = {str(one["FunctionVersion"]): one["FunctionWeight"] for one in given}
    return {"AdditionalVersionWeights": weights} if weights else None


class Alias(ResourceType):
    """An alias of a version."""

    service = "Lambda"

    def create(self, request: Request) -> Made:
        """Create the alias."""
        wanted = request.properties
        name, _ = _split(str(wanted["FunctionName"]))
        function = backend(request).get_function(name)
        alias = backend(request).create_alias(
            wanted["Name"],
            function.function_name,
            str(wanted["FunctionVersion"]),
            wanted.get("Description", ""),
            _routing(wanted),
        )
        return Made(alias.arn, {"AliasArn": alias.arn})

    def update(self, request: Request) -> Made | None:
        """Point the alias elsewhere."""
        wanted = request.properties
        function, name = request.physical_id.split(":")[-2:]
        backend(request).update_alias(
            name,
            function,
            str(wanted["FunctionVersion"]),
            wanted.get("Description", ""),
            _routing(wanted) or {},
        )
        return None

    def delete(self, request: Request) -> None:
        """Delete the alias."""
        function, name = request.physical_id.split(":")[-2:]
        lambdas = backend(request)
        if any(f.function_name == function for f in lambdas.list_functions()):
            lambdas.delete_alias(name, function)


class LayerVersion(ResourceType):
    """A version of a layer."""

    service = "Lambda"

    def generated_name(self, request: Request) -> str:
        """The layer's name: the logical id, as AWS does."""
        return request.logical_id

    def create(self, request: Request) -> Made:
        """Publish the layer from its zip in S3."""
        wanted = request.properties
        spec = {
            key: wanted[key]
            for key in ("Description", "CompatibleRuntimes", "CompatibleArchitectures")
            if key in wanted
        }
        spec |= {
            "LayerName": wanted.get("LayerName") or self.generated_name(request),
            "Content": wanted["Content"],
            "LicenseInfo": wanted.get("LicenseInfo", ""),
        }
        layer = backend(request).publish_layer_version(spec)
        return Made(layer.arn, {"LayerVersionArn": layer.arn})

    def update(self, request: Request) -> Made | None:
        """Nothing of a layer version changes."""
        return None

    def delete(self, request: Request) -> None:
        """Delete the version."""
        arn, number = request.physical_id.rsplit(":", 1)
        lambdas = backend(request)
        if lambdas.layers_versions_by_arn(request.physical_id) is not None:
            lambdas.delete_layer_version(arn, number)


class EventInvokeConfig(ResourceType):
    """How often and where asynchronous invokes are tried again."""

    service = "Lambda"

    def create(self, request: Request) -> Made:
        """Set it."""
        self._put(request)
        return Made(self.generated_name(request))

    def update(self, request: Request) -> Made | None:
        """Set it anew."""
        self._put(request)
        return None

    def delete(self, request: Request) -> None:
        """Back to Lambda's own settings."""
        with contextlib.suppress(Exception):  # gone with its function
            backend(request).delete_function_event_invoke_config(self._whose(request))

    def _whose(self, request: Request) -> str:
        """The function that it is for, with the version or the alias."""
        name, _ = _split(str(request.properties["FunctionName"]))
        return f"{name}:{request.properties['Qualifier']}"

    def _put(self, request: Request) -> None:
        wanted = request.properties
        kept = ("MaximumRetryAttempts", "MaximumEventAgeInSeconds", "DestinationConfig")
        config = {key: wanted[key] for key in kept if key in wanted}
        backend(request).put_function_event_invoke_config(self._whose(request), config)
