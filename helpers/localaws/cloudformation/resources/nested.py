"""AWS::CloudFormation types: nested stacks, custom resources, wait condition handles."""

from __future__ import annotations

import json
import uuid
from typing import Any

from helpers.localaws.cloudformation import names
from helpers.localaws.cloudformation.errors import CloudFormationError, ResourceFailure
from helpers.localaws.cloudformation.resources.base import (
    Made,
    Request,
    ResourceType,
    handler_failure,
)
from helpers.localaws.cloudformation.stack import StackRequest

EVERYTHING = ["CAPABILITY_IAM", "CAPABILITY_NAMED_IAM", "CAPABILITY_AUTO_EXPAND"]
NO_RESPONSE = (
    "CloudFormation did not receive a response from your Custom Resource. Please check your logs "
    "for requestId [{}]. If you are using the Python cfn-response module, you may need to update "
    "your Lambda function code so that CloudFormation can attach the updated version."
)


def _stacks(request: Request) -> Any:
    from helpers.localaws.cloudformation.backend import cloudformation_backends

    return cloudformation_backends[request.account][request.region]


class NestedStack(ResourceType):
    """A stack within a stack."""

    longest_name = 128

    def create(self, request: Request) -> Made:
        """Create the stack and wait for it."""
        stacks, wanted = _stacks(request), request.properties
        name = self.generated_name(request)
        try:
            stack = stacks.create_stack(
                name,
                _asked(request),
                timeout_minutes=wanted.get("TimeoutInMinutes"),
                parent=stacks.get(request.stack_id),
                wait=True,
            )
        except CloudFormationError as error:
            raise ResourceFailure(error.message) from error
        if stack.status != "CREATE_COMPLETE":
            reason = _first_reason(stack, "ROLLBACK_IN_PROGRESS")
            raise ResourceFailure(
                f"Embedded stack {stack.id} was not successfully created: {reason}"
            )
        return Made(stack.id, _outputs(stack))

    def update(self, request: Request) -> Made | None:
        """Update the stack and wait for it."""
        stacks = _stacks(request)
        stack = stacks.get(request.physical_id)
        try:
            stacks.update_stack(
                stack,
                _asked(request),
                wait=True,
            )
        except CloudFormationError as error:
            if "No updates are to be performed" not in error.message:
                raise ResourceFailure(error.message) from error
            return Made(stack.id, _outputs(stack))
        if stack.status == "UPDATE_ROLLBACK_COMPLETE":
            reason = _first_reason(stack, "UPDATE_ROLLBACK_IN_PROGRESS")
            raise ResourceFailure(
                f"Embedded stack {stack.id} was not successfully updated: {reason}"
            )
        return Made(stack.id, _outputs(stack))

    def delete(self, request: Request) -> None:
        """Delete the stack and wait for it."""
        stacks = _stacks(request)
        stack = stacks.find(request.physical_id)
        if stack is None or stack.status == "DELETE_COMPLETE":
            return
        stacks.delete_stack(stack.id, wait=True)
        if stack.status != "DELETE_COMPLETE":
            raise ResourceFailure(
                f"Embedded stack {stack.id} was not successfully deleted: {stack.reason}"
            )

    def exists(self, request: Request) -> bool:
        """Whether the stack is there."""
        stack = _stacks(request).find(request.physical_id)
        return stack is not None and stack.status != "DELETE_COMPLETE"

    def replaces(self, request: Request) -> bool:
        """A nested stack is always updated in place."""
        return False


def _asked(request: Request) -> StackRequest:
    """What the nested stack is to be made from."""
    wanted = request.properties
    return StackRequest(
        _template(request),
        _given(wanted),
        tags=request.tag_map(),
        capabilities=EVERYTHING,
        notification_arns=wanted.get("NotificationARNs") or [],
    )


def _template(request: Request) -> str:
    from moto.s3.models import s3_backends

    from helpers.localaws.cloudformation.responses import parse_s3_url

    bucket, key, version = parse_s3_url(str(request.properties["TemplateURL"]))
    stored = s3_backends[request.account][request.partition].get_object(
        bucket, key, version_id=version
    )
    if stored is None:
        raise ResourceFailure(
            f"S3 error: The specified key does not exist. ({request.properties['TemplateURL']})"
        )
    return stored.value.decode("utf-8")


def _given(wanted: dict[str, Any]) -> dict[str, str]:
    from helpers.localaws.cloudformation.parameters import as_text

    return {key: as_text(value) for key, value in (wanted.get("Parameters") or {}).items()}


def _outputs(stack: Any) -> dict[str, Any]:
    return {"Outputs": {output.key: output.value for output in stack.outputs}}


def _first_reason(stack: Any, status: str) -> str:
    for event in reversed(stack.events):
        if event.type == "AWS::CloudFormation::Stack" and event.status == status:
            return str(event.reason or "")
    return str(stack.reason or stack.status)


class WaitConditionHandle(ResourceType):
    """A handle; what signals it is not waited for."""

    def create(self, request: Request) -> Made:
        """Make up its address."""
        return Made(self._address(request))

    def _address(self, request: Request) -> str:
        return (
            f"https://cloudformation-waitcondition-{request.region}.s3.amazonaws.com/"
            f"{request.stack_id.replace(':', '%3A')}/{request.logical_id}/{names.suffix()}"
        )

    def update(self, request: Request) -> Made | None:
        """Nothing of it changes."""
        return None

    def delete(self, request: Request) -> None:
        """Nothing stands behind it."""


class CustomResource(ResourceType):
    """A resource that a Lambda function of the template's author creates.

    As on AWS, the function is told by an event and answers with a PUT to a presigned address.
    """

    service = "Lambda"

    def create(self, request: Request) -> Made:
        """Ask the function to create."""
        return self._ask(request, "Create")

    def update(self, request: Request) -> Made | None:
        """Ask the function to update; with another physical id the old one is deleted."""
        made = self._ask(request, "Update")
        if made.physical_id != request.physical_id:
            self._ask(request, "Delete")
        return made

    def delete(self, request: Request) -> None:
        """Ask the function to delete."""
        self._ask(request, "Delete")

    def replaces(self, request: Request) -> bool:
        """Only another function makes another resource."""
        token = "ServiceToken"
        return bool(request.old) and request.old.get(token) != request.properties.get(token)

    def _ask(self, request: Request, verb: str) -> Made:
        from helpers.localaws import lambdas
        from helpers.localaws.cloudformation.mailbox import Mailbox

        token, request_id = str(request.properties.get("ServiceToken", "")), str(uuid.uuid4())
        if ":function:" not in token:
            raise ResourceFailure(
                "Invalid service token: this local endpoint calls custom resources that are Lambda "
                f"functions; {token or 'an empty token'} is none."
            )
        event = {
            "RequestType": verb,
            "ServiceToken": token,
            "StackId": request.stack_id,
            "RequestId": request_id,
            "LogicalResourceId": request.logical_id,
            "ResourceType": request.type,
            "ResourceProperties": _texts(request.properties),
        }
        if verb != "Create":
            event["PhysicalResourceId"] = request.physical_id
        if verb == "Update":
            event["OldResourceProperties"] = _texts(request.old)
        with Mailbox(request.account, request.partition, request.region) as mailbox:
            event["ResponseURL"] = mailbox.url
            try:
                result = lambdas.invoke(token, json.dumps(event).encode())
            except Exception as error:
                raise handler_failure(str(getattr(error, "message", error)), "NotFound") from error
            answer = mailbox.letter()
        if answer is None:
            said = f" The function ended with {result.payload.decode()}" if result.error else ""
            raise ResourceFailure(NO_RESPONSE.format(request_id) + said)
        if answer.get("Status") != "SUCCESS":
            reason = answer.get("Reason", "See the details in CloudWatch Log Stream")
            raise ResourceFailure(
                f"Received response status [FAILED] from custom resource. Message returned: "
                f"{reason} (RequestId: {request_id})"
            )
        physical_id = answer.get("PhysicalResourceId")
        if not physical_id:
            raise ResourceFailure("Invalid PhysicalResourceId")
        return Made(str(physical_id), dict(answer.get("Data") or {}))


def _texts(value: Any) -> Any:
    """Properties as a custom resource gets them: every scalar a text."""
    if isinstance(value, dict):
        return {key: _texts(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_texts(item) for item in value]
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)
