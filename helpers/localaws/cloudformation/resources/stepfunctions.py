"""AWS::StepFunctions types: state machines with substitutions, versions, aliases, activities."""

from __future__ import annotations

import json
import re
import uuid
from typing import Any

import yaml

from helpers.localaws.cloudformation import names
from helpers.localaws.cloudformation.errors import ResourceFailure
from helpers.localaws.cloudformation.resources.base import (
    EXISTS,
    INVALID,
    Made,
    Request,
    ResourceType,
    handler_failure,
    message_of,
)
from helpers.localaws.cloudformation.template import Loader

SUBSTITUTION = re.compile(r"\$\{([A-Za-z0-9_]+)\}")


def _backend(request: Request) -> Any:
    from moto.stepfunctions.models import stepfunctions_backends

    return stepfunctions_backends[request.account][request.region]


class StateMachine(ResourceType):
    """A state machine, created through the Step Functions backend's own operations."""

    service = "AWSStepFunctions"
    longest_name = 80

    def generated_name(self, request: Request) -> str:
        """`LogicalId-random`: AWS leaves the stack's name out for this type."""
        return f"{request.logical_id[:67]}-{names.suffix()}"

    def create(self, request: Request) -> Made:
        """Create the state machine."""
        wanted, name = request.properties, self.name(request)
        arn = request.arn("states", f"stateMachine:{name}")
        if any(machine.arn == arn for machine in _backend(request).state_machines):
            raise handler_failure(f"State Machine Already Exists: '{arn}'", EXISTS)
        machine = _call(
            lambda: _backend(request).create_state_machine(
                name=name,
                definition=definition(request),
                roleArn=wanted["RoleArn"],
                tags=[{"key": t["Key"], "value": t["Value"]} for t in request.tag_list()],
                publish=False,
                encryptionConfiguration=_lower(wanted.get("EncryptionConfiguration")),
                loggingConfiguration=_lower(wanted.get("LoggingConfiguration")),
                tracingConfiguration=_lower(wanted.get("TracingConfiguration")),
                sm_type=wanted.get("StateMachineType"),
                version_description=None,
            )
        )
        return Made(machine.arn, _attributes(machine))

    def update(self, request: Request) -> Made | None:
        """Change definition, role and configurations; running executions keep the old ones."""
        wanted, old = request.properties, request.old

        def setting(name: str, off: dict[str, Any]) -> dict[str, Any] | None:
            # what is no longer said is switched off again
            return _lower(wanted.get(name)) or (off if old.get(name) else None)

        machine = _call(
            lambda: _backend(request).update_state_machine(
                request.physical_id,
                definition=definition(request),
                role_arn=wanted["RoleArn"],
                encryption_configuration=setting(
                    "EncryptionConfiguration", {"type": "AWS_OWNED_KEY"}
                ),
                logging_configuration=setting("LoggingConfiguration", {"level": "OFF"}),
                tracing_configuration=setting("TracingConfiguration", {"enabled": False}),
                publish=False,
                version_description=None,
            )
        )
        backend = _backend(request)
        gone = request.removed_tags()
        if gone:
            backend.untag_resource(request.physical_id, gone)
        backend.tag_resource(request.physical_id, request.tag_map())
        return Made(request.physical_id, _attributes(machine))

    def delete(self, request: Request) -> None:
        """Delete the state machine; AWS would wait for its executions, here they are stopped."""
        _backend(request).delete_state_machine(request.physical_id, at_once=True)

    def exists(self, request: Request) -> bool:
        """Whether the state machine is there."""
        return any(m.arn == request.physical_id for m in _backend(request).state_machines)

    def actual(self, request: Request) -> dict[str, Any] | None:
        """Role and definition as they are now.

        A definition that comes from S3 or has substitutions is compared after they are made.
        """
        machine = _backend(request).describe_state_machine(request.physical_id)
        properties: dict[str, Any] = {"RoleArn": machine.roleArn}
        same = json.loads(machine.definition) == json.loads(definition(request))
        for key in ("Definition", "DefinitionString", "DefinitionS3Location"):
            if key in request.properties:
                properties[key] = request.properties[key] if same else machine.definition
        return properties


class StateMachineVersion(ResourceType):
    """A published version of a state machine."""

    service = "AWSStepFunctions"

    def create(self, request: Request) -> Made:
        """Publish what the state machine is now."""
        wanted = request.properties
        version = _call(
            lambda: _backend(request).publish_version(
                wanted["StateMachineArn"],
                wanted.get("StateMachineRevisionId"),
                wanted.get("Description"),
            )
        )
        return Made(version.arn, {"Arn": version.arn})

    def update(self, request: Request) -> Made | None:
        """Nothing of a version changes."""
        return None

    def delete(self, request: Request) -> None:
        """Delete the version; that its state machine is gone is no error."""
        arn = request.physical_id
        source = arn.rpartition(":")[0]
        if any(machine.arn == source for machine in _backend(request).state_machines):
            _call(lambda: _backend(request).remove_version(arn))


class StateMachineAlias(ResourceType):
    """An alias of a state machine's versions."""

    service = "AWSStepFunctions"

    def create(self, request: Request) -> Made:
        """Create the alias."""
        alias = _call(
            lambda: _backend(request).create_state_machine_alias(
                self.name(request),
                _routing(request),
                request.properties.get("Description"),
            )
        )
        return Made(alias.arn, {"Arn": alias.arn})

    def name(self, request: Request) -> str:
        """The alias's name."""
        return str(request.properties.get("Name") or self.generated_name(request))

    def update(self, request: Request) -> Made | None:
        """Point the alias elsewhere."""
        _call(
            lambda: _backend(request).update_state_machine_alias(
                request.physical_id, request.properties.get("Description"), _routing(request)
            )
        )
        return None

    def delete(self, request: Request) -> None:
        """Delete the alias; that its state machine is gone is no error."""
        arn, name = request.physical_id.rsplit(":", 1)
        for machine in _backend(request).state_machines:
            if machine.arn == arn:
                machine.aliases.pop(name, None)


class Activity(ResourceType):
    """An activity."""

    service = "AWSStepFunctions"
    longest_name = 80

    def create(self, request: Request) -> Made:
        """Create the activity."""
        tags = [{"key": tag["Key"], "value": tag["Value"]} for tag in request.tag_list()]
        name = str(request.properties["Name"])
        made = _call(
            lambda: _backend(request).create_activity(
                name, tags, _lower(request.properties.get("EncryptionConfiguration"))
            )
        )
        return Made(made.arn, {"Arn": made.arn, "Name": name})

    def update(self, request: Request) -> Made | None:
        """Change its tags."""
        gone = request.removed_tags()
        if gone:
            _backend(request).untag_resource(request.physical_id, gone)
        _backend(request).tag_resource(request.physical_id, request.tag_map())
        return None

    def delete(self, request: Request) -> None:
        """Delete the activity."""
        _backend(request).delete_activity(request.physical_id)

    def exists(self, request: Request) -> bool:
        """Whether the activity is there."""
        return request.physical_id in _backend(request).activities


def _routing(request: Request) -> list[dict[str, Any]]:
    wanted = request.properties
    preference = wanted.get("DeploymentPreference") or {}
    routes = wanted.get("RoutingConfiguration") or [
        {"StateMachineVersionArn": preference.get("StateMachineVersionArn"), "Weight": 100}
    ]
    return [
        {"stateMachineVersionArn": route["StateMachineVersionArn"], "weight": int(route["Weight"])}
        for route in routes
    ]


def _attributes(machine: Any) -> dict[str, str]:
    revision = machine.revision_id or "INITIAL"
    return {"Arn": machine.arn, "Name": machine.name, "StateMachineRevisionId": revision}


def _call(operation: Any) -> Any:
    try:
        return operation()
    except ResourceFailure:
        raise
    except Exception as error:
        code = getattr(error, "error_type", None) or getattr(error, "code", None)
        code = code if isinstance(code, str) else type(error).__name__
        raise handler_failure(
            f"{message_of(error)} (Service: AWSStepFunctions; Status Code: 400; "
            f"Error Code: {code}; Request ID: {uuid.uuid4()}; Proxy: null)",
            "AccessDenied" if code == "AccessDeniedException" else INVALID,
        ) from error


def definition(request: Request) -> str:
    """The definition as JSON text, its substitutions made.

    Raises ResourceFailure if there is none, it cannot be read, or a substitution is missing.
    """
    wanted = request.properties
    given = [
        key for key in ("Definition", "DefinitionString", "DefinitionS3Location") if wanted.get(key)
    ]
    if len(given) != 1:
        raise handler_failure(
            "Invalid request provided: Property validation failure: [You must specify exactly one "
            "of DefinitionString, DefinitionS3Location and Definition]"
        )
    if given == ["Definition"]:
        text = json.dumps(wanted["Definition"])
    elif given == ["DefinitionString"]:
        text = str(wanted["DefinitionString"])
    else:
        text = _from_s3(request, wanted["DefinitionS3Location"])
    values = {k: _plain(v) for k, v in (wanted.get("DefinitionSubstitutions") or {}).items()}
    text = SUBSTITUTION.sub(lambda m: values.get(m[1], m[0]), text)
    if given == ["DefinitionS3Location"]:
        return _as_json(text)
    return text


def _plain(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)


def _from_s3(request: Request, place: dict[str, Any]) -> str:
    from moto.s3.models import s3_backends

    backend = s3_backends[request.account][request.partition]
    bucket, key = str(place.get("Bucket")), str(place.get("Key"))
    try:
        stored = backend.get_object(bucket, key, version_id=place.get("Version"))
    except Exception as error:
        raise handler_failure(message_of(error), "NotFound") from error
    if stored is None:
        raise handler_failure(
            f"The specified key does not exist. (s3://{bucket}/{key})", "NotFound"
        )
    return stored.value.decode("utf-8")


def _as_json(text: str) -> str:
    """The `text` if it is JSON, else what it says as YAML, as JSON."""
    try:
        json.loads(text)
    except ValueError:
        try:
            return json.dumps(yaml.load(text, Loader=Loader))
        except (yaml.YAMLError, ValueError):
            return text
    return text


def _lower(value: Any) -> Any:
    """A configuration with its names in lower camel case, as the API has them."""
    if isinstance(value, dict):
        return {key[:1].lower() + key[1:]: _lower(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_lower(item) for item in value]
    return value
