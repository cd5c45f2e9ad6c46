"""What a resource type is to a deployment: something that creates, updates and deletes."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field
from typing import Any

from helpers.localaws.cloudformation import names, schema
from helpers.localaws.cloudformation.errors import ResourceFailure

INVALID, NOT_FOUND, EXISTS, GENERAL = (
    "InvalidRequest",
    "NotFound",
    "AlreadyExists",
    "GeneralServiceException",
)

TELLS_WHERE_FROM = {
    "AWS::DynamoDB::Table",
    "AWS::Lambda::Function",
    "AWS::S3::Bucket",
    "AWS::StepFunctions::StateMachine",
}


@dataclass
class Request:
    """What a handler is asked to do; `physical_id` and `old` are set for updates and deletions."""

    account: str
    region: str
    partition: str
    stack_id: str
    stack_name: str
    logical_id: str
    type: str
    properties: dict[str, Any]
    tags: dict[str, str] = field(default_factory=dict)
    old_tags: dict[str, str] = field(default_factory=dict)
    physical_id: str = ""
    old: dict[str, Any] = field(default_factory=dict)
    attributes: dict[str, Any] = field(default_factory=dict)
    model: Any = None

    def tag_list(self) -> list[dict[str, str]]:
        """The resource's tags and the stack's, the resource's own winning.

        To most types CloudFormation adds three of its own, so that a resource says where it
        comes from; here, to those in TELLS_WHERE_FROM (moto refuses them for some others).
        """
        own = self.properties.get("Tags") or []
        if isinstance(own, dict):
            own = [{"Key": key, "Value": value} for key, value in own.items()]
        given = {tag["Key"]: str(tag.get("Value", "")) for tag in own}
        system = {}
        if self.type in TELLS_WHERE_FROM:
            system = {
                "aws:cloudformation:stack-name": self.stack_name,
                "aws:cloudformation:stack-id": self.stack_id,
                "aws:cloudformation:logical-id": self.logical_id,
            }
        return [{"Key": k, "Value": v} for k, v in {**self.tags, **given, **system}.items()]

    def tag_map(self) -> dict[str, str]:
        """The same as a mapping."""
        return {tag["Key"]: tag["Value"] for tag in self.tag_list()}

    def removed_tags(self) -> list[str]:
        """The keys of tags that the resource had from its stack and has no longer."""
        own = self.old.get("Tags") or []
        before = list(own) if isinstance(own, dict) else [tag["Key"] for tag in own]
        now = self.tag_map()
        return [key for key in dict.fromkeys([*before, *self.old_tags]) if key not in now]

    def arn(self, service: str, resource: str, *, region: bool = True) -> str:
        """An ARN of this account."""
        place = self.region if region else ""
        return f"arn:{self.partition}:{service}:{place}:{self.account}:{resource}"


@dataclass
class Made:
    """What a handler made: its physical id (what Ref returns) and attributes (Fn::GetAtt)."""

    physical_id: str
    attributes: dict[str, Any] = field(default_factory=dict)
    model: Any = None


class ResourceType:
    """A handler of one resource type. It keeps no state: a deployment keeps what it returns."""

    type: str = ""
    service: str = ""
    longest_name: int = 255
    name_letters: str = names.MIXED
    name_length: int = 12
    words_before: str = ""
    """What the handler says before the service's words for a request that is not valid."""

    def name(self, request: Request) -> str:
        """The name that the template gives, or one of CloudFormation's shape."""
        prop = schema.name_property(request.type)
        given = request.properties.get(prop) if prop else None
        return str(given) if given else self.generated_name(request)

    def generated_name(self, request: Request) -> str:
        """A name of the shape `stack-LogicalId-random`."""
        return names.physical(
            request.stack_name,
            request.logical_id,
            longest=self.longest_name,
            letters=self.name_letters,
            length=self.name_length,
        )

    def create(self, request: Request) -> Made:
        """Create the resource.

        Raises ResourceFailure, with AWS's sentence, if the service refuses; or an error of a
        service's backend, which the deployment words as AWS does.
        """
        raise NotImplementedError

    def update(self, request: Request) -> Made | None:
        """Change the resource in place; None means that it keeps its id and attributes."""
        raise NotImplementedError

    def delete(self, request: Request) -> None:
        """Delete it. That it is gone already is no error."""
        raise NotImplementedError

    def exists(self, request: Request) -> bool:
        """Whether it is still there (for drift detection)."""
        return True

    def actual(self, request: Request) -> dict[str, Any] | None:
        """The resource's properties as they are now (for drift detection).

        Properties that are left out are not compared; None means that nothing can be told.
        """
        return None

    def remark(self, logical_id: str, properties: dict[str, Any]) -> str | None:
        """What is to be said when the resource is complete; None if there is nothing."""
        return None

    def replaces(self, request: Request) -> bool:
        """Whether this update needs a new resource (beyond what the schema says)."""
        return bool(schema.replaced_by(request.type, request.old, request.properties))


def message_of(error: BaseException) -> str:
    """The sentence of an error that a service's backend raised."""
    message = getattr(error, "message", None)
    if not message:
        args = getattr(error, "args", ())
        message = args[-1] if args and isinstance(args[-1], str) else str(error)
    if not message or message == "None":
        message = getattr(error, "description", None) or type(error).__name__
    return str(message)


_THERE_ALREADY = ("BucketAlreadyOwnedByYou", "ResourceConflictException", "ResourceInUseException")


def handler_error(error: BaseException, service: str = "", before: str = "") -> ResourceFailure:
    """Word a service's refusal as CloudFormation's resource handlers do.

    before: what is said before the service's words, if the request was not valid.
    """
    if isinstance(error, ResourceFailure):
        return error
    code = getattr(error, "error_type", None) or getattr(error, "code", None)
    code = code if isinstance(code, str) else type(error).__name__
    message = message_of(error)
    if "AlreadyExist" in code or code in _THERE_ALREADY:
        kind = EXISTS
    elif "NotFound" in code or "NoSuch" in code or "DoesNotExist" in code:
        kind = NOT_FOUND
    elif "AccessDenied" in code:
        kind = "AccessDenied"
    else:
        kind = INVALID
        message = before + message
    if service:
        status = getattr(error, "status_code", None) or 400
        status = 409 if kind == EXISTS else 404 if kind == NOT_FOUND else status
        message += f" (Service: {service}, Status Code: {status}, Request ID: {uuid.uuid4()})"
    return handler_failure(message, kind)


def handler_failure(message: str, kind: str = INVALID) -> ResourceFailure:
    """A failure in the words of CloudFormation's resource handlers."""
    return ResourceFailure(
        f'Resource handler returned message: "{message}" '
        f"(RequestToken: {uuid.uuid4()}, HandlerErrorCode: {kind})"
    )
