"""The errors that CloudFormation's API answers with, by AWS's names and codes."""

from __future__ import annotations

from moto.core.exceptions import ServiceException


class CloudFormationError(ServiceException):
    """An error of CloudFormation's API; subclasses name the code."""


class ValidationError(CloudFormationError):
    """The request, or the template in it, is not valid."""

    code = "ValidationError"


class AlreadyExists(CloudFormationError):
    """A stack or change set of that name exists."""

    code = "AlreadyExistsException"


class InsufficientCapabilities(CloudFormationError):
    """The template makes IAM resources and the request does not acknowledge it."""

    code = "InsufficientCapabilitiesException"


class InvalidChangeSetStatus(CloudFormationError):
    """The change set cannot be executed or deleted in the status that it is in."""

    code = "InvalidChangeSetStatus"


class ChangeSetNotFound(CloudFormationError):
    """No such change set."""

    code = "ChangeSetNotFound"


class ResourceFailure(Exception):
    """A resource could not be created, updated or deleted.

    `reason` is the sentence that the stack event shows.
    """

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def no_such_stack(name_or_id: str) -> ValidationError:
    """The answer to a name that no stack has."""
    return ValidationError(f"Stack with id {name_or_id} does not exist")
