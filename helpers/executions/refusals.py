"""What Step Functions refuses, and what cannot be asked of it, as errors with a sentence."""

from __future__ import annotations

from contextlib import AbstractContextManager
from typing import Any

from helpers import clients
from helpers.executions import errors


def plain_errors(client: Any, what: str) -> AbstractContextManager[None]:
    """For a block that asks: botocore's errors become ours, without its traceback.

    what: the state machine or execution that is asked for, as it was given.
    """
    return clients.plain_errors(lambda error: plain(error, what, client.meta.endpoint_url))


def plain(error: Exception, what: str, endpoint: str) -> errors.ExecutionsError:
    """The error of ours that says what an error of botocore's means; endpoint: the URL asked."""
    from botocore.exceptions import ClientError, ParamValidationError

    if said := clients.unreachable(error, endpoint):
        return errors.Unreachable(*said)
    if isinstance(error, ClientError):
        code, message = (error.response["Error"].get(key, "") for key in ("Code", "Message"))
        return _refused(code, message, what)
    if isinstance(error, ParamValidationError):
        return errors.ExecutionsError(f"Step Functions cannot take this: {error}")
    return errors.ExecutionsError(f"{type(error).__name__}: {error}")


def _refused(code: str, message: str, what: str) -> errors.ExecutionsError:
    if code in ("StateMachineDoesNotExist", "StateMachineDeleting"):
        return errors.NoSuchStateMachine(
            f"There is no state machine {what}. `aws stepfunctions list-state-machines` lists them."
        )
    if code == "ExecutionDoesNotExist":
        return errors.NoSuchExecution(
            f"There is no execution {what}. `executions.listing(…)` shows which there are."
        )
    if code == "InvalidArn":
        return errors.NoSuchExecution(
            f'"{what}" is no ARN of an execution. It looks like '
            "arn:aws:states:us-east-1:123456789012:execution:MachineName:execution-name."
        )
    if code == "ExecutionAlreadyExists":
        return errors.CannotStart(
            "An execution of this state machine has that name already, and names serve for 90 "
            "days. Give another name, or none: then AWS makes one up."
        )
    if code in ("InvalidExecutionInput", "InvalidName"):
        return errors.CannotStart(f"The execution was not started. {code}: {message}")
    if code in ("UnrecognizedClientException", "InvalidClientTokenId", "ExpiredTokenException"):
        return errors.Unreachable(f"The credentials were not accepted. {code}: {message}")
    return errors.ExecutionsError(f"Step Functions refused. {code}: {message}")
