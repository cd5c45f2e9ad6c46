"""What a Task calls: is it an ARN, and one that Step Functions can call?"""

from __future__ import annotations

import re
from typing import Any

from helpers.asl.diagnostic import Findings, is_placeholder
from helpers.asl.places import Steps
from helpers.asl.service import PLACEHOLDER_PARTS, split_arn, split_pattern
from helpers.asl.suggest import did_you_mean, nearest

_CODEBUILD = (
    "startBuild.sync startBuildBatch.sync retryBuildBatch.sync stopBuild stopBuildBatch "
    "batchDeleteBuilds batchGetReports deleteBuildBatch"
)
_EKS = (
    "call createCluster.sync deleteCluster.sync createFargateProfile.sync "
    "deleteFargateProfile.sync createNodegroup.sync deleteNodegroup.sync runJob.sync"
)
_EMR = (
    "createCluster.sync terminateCluster.sync addStep.sync cancelStep "
    "setClusterTerminationProtection modifyInstanceFleetByName modifyInstanceGroupByName"
)
_EMR_SERVERLESS = (
    "createApplication.sync startApplication.sync stopApplication.sync deleteApplication.sync "
    "startJobRun.sync cancelJobRun.sync"
)
_SAGEMAKER = (
    "createEndpoint createEndpointConfig createHyperParameterTuningJob.sync "
    "createLabelingJob.sync createModel createProcessingJob.sync createTrainingJob.sync "
    "createTransformJob.sync updateEndpoint"
)

OPTIMIZED: dict[str, dict[str, tuple[str, ...]]] = {
    service: {
        action.split(".")[0]: tuple("." + pattern for pattern in action.split(".")[1:])
        for action in actions.split()
    }
    for service, actions in {
        "apigateway": "invoke.waitForTaskToken",
        "athena": "startQueryExecution.sync stopQueryExecution getQueryExecution getQueryResults",
        "batch": "submitJob.sync",
        "bedrock": "invokeModel.waitForTaskToken createModelCustomizationJob.sync",
        "codebuild": _CODEBUILD,
        "databrew": "startJobRun.sync",
        "dynamodb": "getItem putItem updateItem deleteItem",
        "ecs": "runTask.sync.waitForTaskToken",
        "eks": _EKS,
        "elasticmapreduce": _EMR,
        "emr-containers": "createVirtualCluster deleteVirtualCluster.sync startJobRun.sync",
        "emr-serverless": _EMR_SERVERLESS,
        "events": "putEvents.waitForTaskToken",
        "glue": "startJobRun.sync",
        "http": "invoke",
        "lambda": "invoke.waitForTaskToken",
        "mediaconvert": "createJob.sync",
        "sagemaker": _SAGEMAKER,
        "sns": "publish.waitForTaskToken",
        "sqs": "sendMessage.waitForTaskToken",
        "states": "startExecution.sync.sync:2.waitForTaskToken",
    }.items()
}
"""Optimised integrations: service → API action → patterns besides request-response (AWS Step
Functions Developer Guide, "Integrating optimized services")."""

_LAMBDA_NAME = re.compile(r"[A-Za-z0-9_-]+")
_LAMBDA_QUALIFIER = re.compile(r"\$LATEST(\.PUBLISHED)?|[A-Za-z0-9_-]+")


def check_resource(findings: Findings, resource: Any, steps: Steps, *, express: bool) -> None:
    """The Resource of a Task. `express`: it belongs to an Express workflow."""
    if is_placeholder(resource) and not _is_partial(resource):
        return
    if not isinstance(resource, str):
        findings.add(
            "Expected value of type [STRING]", steps, "Write the ARN of what the Task calls."
        )
        return
    parts = split_arn(resource)
    if len(parts) < 6 or parts[0] != "arn":
        findings.add(
            "Value is not a valid resource ARN",
            steps,
            "Write an ARN, such as arn:aws:states:::lambda:invoke"
            + (", or close the placeholder: ${Name}." if "${" in resource else "."),
        )
        return
    if parts[2] == "lambda":
        _check_function(findings, parts, steps)
    elif parts[2] == "states" and parts[5] == "activity":
        if express:
            findings.add(
                "Express state machine does not support Activity ARN",
                steps,
                "Call an activity from a Standard workflow only.",
            )
    elif parts[2] == "states":
        _check_integration(findings, resource, parts[5:], steps, express)


def calls_aws(resource: Any) -> bool:
    """Is it a Lambda function or an integration, so that Credentials need a role?"""
    parts = split_arn(resource) if isinstance(resource, str) else []
    return len(parts) >= 6 and parts[2] in ("states", "lambda")


def _is_partial(resource: Any) -> bool:
    """An ARN with a placeholder in it can still be looked at; a bare `${Name}` cannot."""
    return isinstance(resource, str) and resource.startswith("arn:")


def _check_function(findings: Findings, parts: list[str], steps: Steps) -> None:
    name = parts[6] if len(parts) > 6 else ""
    rest = parts[7:]
    wrong = (
        parts[5] != "function"
        or not _fits(_LAMBDA_NAME, name)
        or len(rest) > 1
        or (rest and not _fits(_LAMBDA_QUALIFIER, rest[0]))
    )
    if wrong:
        findings.add(
            "Value is not a valid resource ARN",
            steps,
            "A function's ARN ends in function:NAME or function:NAME:ALIAS, with letters, "
            "digits, - and _.",
        )


def _fits(pattern: re.Pattern[str], text: str) -> bool:
    return pattern.fullmatch(PLACEHOLDER_PARTS.sub("x", text)) is not None


def _check_integration(
    findings: Findings, resource: str, rest: list[str], steps: Steps, express: bool
) -> None:
    if any("${" in part for part in rest):
        return
    name, pattern = split_pattern(":".join(rest))
    service, _, action = name.partition(":")
    hint = ""
    if service == "aws-sdk":
        _, _, operation = action.partition(":")
        if not re.fullmatch(r"[a-z][A-Za-z0-9]*", operation):
            hint = (
                "An SDK call is written aws-sdk:service:apiAction, with the action beginning with "
                "a small letter."
            )
        elif pattern.startswith(".sync"):
            hint = "An SDK call returns at once: .sync belongs to the optimised integrations."
    elif service in OPTIMIZED:
        hint = _wrong_action(service, action, pattern)
    elif nearest(service, OPTIMIZED):
        hint = f"There is no service {service!r}.{did_you_mean(service, OPTIMIZED)}"
    elif not action:
        hint = "Write service:apiAction, such as dynamodb:putItem."
    if hint:
        findings.add(
            f"The resource provided {resource} is not recognized. The value is not a valid "
            "resource ARN, or the resource is not available in this region.",
            steps,
            hint,
        )
    elif express and pattern:
        space = "" if pattern.startswith(".sync") else " "  # AWS ends only the other one with it
        findings.add(
            f"Express state machine does not support '{pattern.removesuffix(':2')}' service "
            f"integration{space}",
            steps,
            "Use a Standard workflow, or call the service without waiting.",
        )


def _wrong_action(service: str, action: str, pattern: str) -> str:
    actions = OPTIMIZED[service]
    if action not in actions:
        meant = did_you_mean(action, actions)
        if meant:
            return f"{service} has no action {action!r} here.{meant}"
        return (
            f"{service} offers {', '.join(actions)} directly; anything else is called with "
            f"arn:aws:states:::aws-sdk:{service}:{action}."
        )
    if pattern and pattern not in actions[action]:
        offered = " and ".join(actions[action])
        return f"{service}:{action} does not offer {pattern}" + (
            f", only {offered}." if offered else "."
        )
    return ""
