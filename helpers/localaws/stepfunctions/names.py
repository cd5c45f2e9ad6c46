"""What names and ARNs of Step Functions look like; others are refused in AWS's words."""

# ruff: noqa: D103 - each refuses what its name says, with an ApiError
from __future__ import annotations

import re

from helpers.localaws.stepfunctions import errors

_NAME = re.compile(r"[^\s<>{}\[\]?*\"#%\\^|~`$&,;:/\x00-\x1f\x7f-\x9f]+")
_ARN = r"arn:aws[\w-]*:states:[\w-]+:\d{12}"
_MACHINE = re.compile(rf"{_ARN}:stateMachine:.+", re.DOTALL)
_EXECUTION = re.compile(rf"{_ARN}:execution:.+", re.DOTALL)
_EXPRESS = re.compile(rf"{_ARN}:express:.+", re.DOTALL)
_ACTIVITY = re.compile(rf"{_ARN}:activity:.+", re.DOTALL)
_ROLE = re.compile(r"arn:aws[\w-]*:iam::\d{12}:role/.+")


def check_name(name: str) -> None:
    if len(name) > 80:
        raise errors.validation(name, "name", "have length less than or equal to 80")
    if not _NAME.fullmatch(name):
        raise errors.ApiError("InvalidName", f"Invalid Name: '{name}'")


def check_machine(arn: str) -> None:
    if not _MACHINE.fullmatch(arn or ""):
        raise errors.invalid_arn(arn)


def check_execution(arn: str) -> None:
    if _EXPRESS.fullmatch(arn or ""):
        raise errors.invalid_arn(arn, "Resource type not valid in this context: express")
    if not _EXECUTION.fullmatch(arn or ""):
        raise errors.invalid_arn(arn)


def check_activity(arn: str) -> None:
    if not _ACTIVITY.fullmatch(arn or ""):
        raise errors.invalid_arn(arn)


def check_role(arn: str) -> None:
    if not isinstance(arn, str) or not _ROLE.fullmatch(arn):
        raise errors.ApiError("InvalidArn", f"Invalid Role Arn: '{arn}'")
