"""What a state machine may be: its definition, role and logging; and what an execution keeps."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from helpers.asl.evaluation import DefinitionError
from helpers.localaws.iam import principals, trust
from helpers.localaws.stepfunctions import errors, inputs, names
from helpers.localaws.stepfunctions.compiling import compile_program
from helpers.localaws.stepfunctions.revisions import INITIAL, revision_of

if TYPE_CHECKING:
    from moto.stepfunctions.models import StateMachine, StateMachineVersion


def kept_of(revision: StateMachine | StateMachineVersion) -> dict[str, Any]:
    """What an execution keeps of its machine or version besides the definition; `Facts.extra`.

    DescribeStateMachineForExecution tells of it.
    """
    extra: dict[str, Any] = {"updated": round(revision.update_date.timestamp(), 3)}
    if logging_of(revision.loggingConfiguration)["level"] != "OFF":
        extra["logging"] = revision.loggingConfiguration
    if revision.tracingConfiguration.get("enabled"):
        extra["tracing"] = revision.tracingConfiguration
    if revision.encryptionConfiguration["type"] != "AWS_OWNED_KEY":
        extra["encryption"] = revision.encryptionConfiguration
    if revision_of(revision) != INITIAL:
        extra["revision"] = revision_of(revision)
    return extra


def is_deleting(machine: StateMachine) -> bool:
    """Whether a machine is deleted but for executions that still run."""
    return getattr(machine, "deleting", False)


def check_alive(machine: StateMachine) -> StateMachine:
    """The machine; raises ApiError where it is being deleted."""
    if is_deleting(machine):
        raise errors.ApiError(
            "StateMachineDeleting", f"State Machine is being deleted: '{machine.arn}'"
        )
    return machine


def check_role(arn: str, region: str) -> None:
    """Refuse what is no role's ARN, and a role that Step Functions may not assume."""
    names.check_role(arn)
    if not trust.allows(arn, "states", region):
        raise errors.ApiError(
            "AccessDeniedException",
            "Neither the global service principal states.amazonaws.com, nor the regional one "
            "is authorized to assume the provided role.",
        )


_DELIVERY = tuple(
    f"logs:{action}"
    for action in ("CreateLogDelivery", "GetLogDelivery", "UpdateLogDelivery",
                   "DeleteLogDelivery", "ListLogDeliveries", "PutResourcePolicy",
                   "DescribeResourcePolicies", "DescribeLogGroups")
)  # fmt: skip
"""What a machine's role has to be allowed before the machine can log; none of it can be allowed for
one log group only. docs.aws.amazon.com/step-functions/latest/dg/cw-logs.html
"""


def check_logging(configuration: dict[str, Any] | None, role_arn: str, region: str) -> None:
    """Raise what AWS answers to logging that leads nowhere, or that the role may not set up."""
    if configuration is None or configuration.get("level", "OFF") == "OFF":
        return
    if len(configuration.get("destinations") or []) != 1:
        raise errors.ApiError(
            "InvalidLoggingConfiguration",
            "Invalid Logging Configuration: Must specify exactly one Log Destination.",
        )
    from moto.logs.models import logs_backends

    group = configuration["destinations"][0].get("cloudWatchLogsLogGroup") or {}
    parts = str(group.get("logGroupArn", "")).split(":")
    groups = logs_backends[parts[4]][parts[3]].groups if len(parts) > 6 else {}
    if not groups or parts[6] not in groups:
        raise errors.ApiError(
            "InvalidLoggingConfiguration",
            "Invalid Logging Configuration: Log Destination not found.",
        )
    if any(principals.refusal(role_arn, action, "*", region) for action in _DELIVERY):
        raise errors.ApiError(
            "AccessDeniedException",
            "The state machine IAM Role is not authorized to access the Log Destination",
        )


def encryption_of(configuration: dict[str, Any] | None) -> dict[str, Any]:
    """An EncryptionConfiguration, AWS's own key where none is given; raises for a key of nobody."""
    given = configuration or {"type": "AWS_OWNED_KEY"}
    if given["type"] == "CUSTOMER_MANAGED_KMS_KEY" and not given.get("kmsKeyId"):
        raise errors.ApiError(
            "InvalidEncryptionConfiguration",
            "Invalid Encryption Configuration: 'kmsKeyId' is required when 'type' is "
            "'CUSTOMER_MANAGED_KMS_KEY'",
        )
    return given


def logging_of(configuration: dict[str, Any] | None) -> dict[str, Any]:
    """A LoggingConfiguration with what AWS takes where it does not say."""
    return {"level": "OFF", "includeExecutionData": False, **(configuration or {})}


def check_definition(definition: str, kind: str) -> None:
    """Refuse a definition that AWS would refuse; raises ApiError InvalidDefinition."""
    message = inputs.refusal(definition, kind)
    if message is None:
        try:
            compile_program(definition)
        except DefinitionError as error:
            message = (
                "Invalid State Machine Definition: "
                f"'SCHEMA_VALIDATION_FAILED: {error} at {error.location}'"
            )
    if message is not None:
        raise errors.ApiError("InvalidDefinition", message)
