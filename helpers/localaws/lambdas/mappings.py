"""Event source mappings: what AWS refuses in one, and how it tells of one.

moto 5.2.5 takes a second mapping of one pair, any filter and any queue, forgets the alias that it
is for, and goes on with one that was deleted. Sources: docs.aws.amazon.com/lambda/latest/api/
API_CreateEventSourceMapping.html; the words are those of public reports. Imports moto.
"""

from __future__ import annotations

import json
from typing import Any

from moto.awslambda.exceptions import LambdaClientError, UnknownFunctionException
from moto.awslambda.models import (
    EventSourceMapping,
    LambdaBackend,
    LambdaFunction,
    lambda_backends,
)
from moto.awslambda.responses import LambdaResponse
from moto.core.responses import TYPE_RESPONSE
from moto.dynamodbstreams.models import dynamodbstreams_backends
from moto.kinesis.models import kinesis_backends
from moto.sqs.models import Queue, sqs_backends

from helpers.localaws.lambdas import batches, errors, event_filters
from helpers.localaws.lambdas.versions import chosen, find, invoked_arn
from helpers.localaws.turns.clock import clock

_BOUNDS = {
    "BatchSize": ("batchSize", 1, 10_000),
    "MaximumBatchingWindowInSeconds": ("maximumBatchingWindowInSeconds", 0, 300),
    "MaximumConcurrency": ("scalingConfig.maximumConcurrency", 2, 1000),
}
_NUMBERS = (
    *("BatchSize", "MaximumBatchingWindowInSeconds", "MaximumRecordAgeInSeconds"),
    *("MaximumRetryAttempts", "ParallelizationFactor", "TumblingWindowInSeconds"),
)
_OF_STREAMS = {
    "BisectBatchOnFunctionError": False,
    "DestinationConfig": {"OnFailure": {}},
    "LastProcessingResult": "No records processed",
    "MaximumRecordAgeInSeconds": -1,
    "MaximumRetryAttempts": -1,
    "ParallelizationFactor": 1,
    "TumblingWindowInSeconds": 0,
}
"""What AWS tells of a stream's mapping that says nothing of it."""

_plain_configuration = EventSourceMapping.get_configuration


def install() -> None:
    """Put the hooks in place."""
    EventSourceMapping.get_configuration = _get_configuration
    LambdaResponse.create_event_source_mapping = _answer_create
    LambdaResponse.update_event_source_mapping = _answer_update
    LambdaResponse.delete_event_source_mapping = _answer_delete


# -- what is refused


def checked(backend: LambdaBackend, spec: dict[str, Any]) -> dict[str, Any]:
    """The parameters of CreateEventSourceMapping as moto takes them.

    Raises errors.InvalidParameter, ResourceConflict and ValidationError, in AWS's words.
    """
    spec = _plain(spec)
    source = spec.get("EventSourceArn")
    if not source or _service(source) not in ("dynamodb", "kinesis", "sqs"):
        raise errors.InvalidParameter("Unrecognized event source.")
    function, arn = target(backend, spec.get("FunctionName"))
    _check(spec, source, int(spec.get("MaximumBatchingWindowInSeconds") or 0))
    _check_source(backend, source, function, spec.get("StartingPosition"))
    for known in backend._event_source_mappings.values():
        if (known.event_source_arn, known.function_arn) == (source, arn):
            raise _conflict(known, function)
    return spec


def check_update(known: EventSourceMapping, spec: dict[str, Any]) -> dict[str, Any]:
    """The parameters of UpdateEventSourceMapping as moto takes them; raises as `checked` does."""
    spec = _plain(spec)
    window = spec.get("MaximumBatchingWindowInSeconds", known.max_batch_window)
    _check({"BatchSize": known.batch_size} | spec, known.event_source_arn, int(window or 0))
    return spec


def target(backend: LambdaBackend, name: str | None) -> tuple[LambdaFunction, str]:
    """The function of a mapping and the ARN with the version or the alias that was given.

    Raises errors.InvalidParameter if there is none.
    """
    try:
        function, qualifier = chosen(backend, name or "", None)
    except UnknownFunctionException:
        raise errors.InvalidParameter("Function does not exist") from None
    return function, invoked_arn(function, qualifier)


def enabled(source_arn: str) -> list[EventSourceMapping]:
    """The mappings of a queue or stream, by its ARN, that are enabled."""
    _, _, _, region, account, *_ = source_arn.split(":")
    known = list(lambda_backends[account][region]._event_source_mappings.values())
    return [one for one in known if one.event_source_arn == source_arn and one.enabled]


def has_function(mapping: EventSourceMapping) -> bool:
    """Is the function, version or alias of a mapping there?"""
    try:
        find(mapping.function_arn)
    except LambdaClientError:
        return False
    return True


def queue_of(arn: str) -> Queue | None:
    """The queue with this ARN, if there is one."""
    if _service(arn) != "sqs":
        return None
    _, _, _, region, account, name = arn.split(":")
    return sqs_backends[account][region].queues.get(name)


def _service(arn: str) -> str:
    parts = arn.split(":")
    return parts[2] if len(parts) > 5 else ""


def _plain(spec: dict[str, Any]) -> dict[str, Any]:
    """Numbers and truths of a template, which may be texts there, as such."""
    plain = dict(spec)
    for name in _NUMBERS:
        if isinstance(plain.get(name), str):
            plain[name] = int(plain[name])
    for name in ("Enabled", "BisectBatchOnFunctionError"):
        if isinstance(plain.get(name), str):
            plain[name] = plain[name].lower() == "true"
    return plain


def _check(spec: dict[str, Any], source: str, window: int) -> None:
    scaling = spec.get("ScalingConfig") or {}
    for name, (member, least, most) in _BOUNDS.items():
        value = scaling.get(name) if name in scaling else spec.get(name)
        if value is not None and not least <= int(value) <= most:
            bound = f"greater than or equal to {least}"
            bound = bound if int(value) < least else f"less than or equal to {most}"
            raise errors.ValidationError(value, member, f"have value {bound}")
    for kind in spec.get("FunctionResponseTypes") or []:
        if kind != batches.REPORTS:
            enum = f"satisfy enum value set: [{batches.REPORTS}]"
            raise errors.ValidationError([kind], "functionResponseTypes", enum)
    event_filters.check(spec.get("FilterCriteria"))
    if _service(source) == "sqs":
        _check_of_queue(spec, source.endswith(".fifo"), window)


_POSITIONS = {
    "dynamodb": ("LATEST", "TRIM_HORIZON"),
    "kinesis": ("LATEST", "AT_TIMESTAMP", "TRIM_HORIZON"),
}


def _check_position(source: str, position: str | None) -> None:
    """Refuse a stream's mapping that does not say where it begins."""
    if position is None:
        raise errors.InvalidParameter(
            "1 validation error detected: Value null at 'startingPosition' failed to satisfy "
            "constraint: Member must not be null."
        )
    if position not in _POSITIONS["kinesis"]:
        enum = "satisfy enum value set: [LATEST, AT_TIMESTAMP, TRIM_HORIZON]"
        raise errors.ValidationError(position, "startingPosition", enum)
    if position not in _POSITIONS[_service(source)]:
        raise errors.InvalidParameter(f"Unsupported starting position for arn type: {source}")


def _check_of_queue(spec: dict[str, Any], fifo: bool, window: int) -> None:
    if (spec.get("DestinationConfig") or {}).get("OnFailure"):
        raise errors.InvalidParameter(
            "Unsupported DestinationConfig parameter for given event source mapping type."
        )
    if fifo and window:
        raise errors.InvalidParameter("Batching window is not supported for FIFO queues")
    if int(spec.get("BatchSize") or 0) <= 10:
        return
    if fifo:
        raise errors.InvalidParameter("The maximum batch size of a FIFO queue is 10")
    if not window:
        raise errors.InvalidParameter(
            "Maximum batch window in seconds must be greater than 0 if maximum batch size is "
            "greater than 10"
        )


def _check_source(
    backend: LambdaBackend, source: str, function: LambdaFunction, position: str | None
) -> None:
    if _service(source) == "sqs":
        _check_queue(queue_of(source), int(function.timeout or 3))
        return
    _check_position(source, position)
    account, region = backend.account_id, backend.region_name
    if _service(source) == "kinesis":
        there = [one.arn for one in kinesis_backends[account][region].streams.values()]
    else:
        streams = dynamodbstreams_backends[account][region].list_streams()
        there = [one["StreamArn"] for one in streams]
    if source not in there:
        raise errors.InvalidParameter(f"Stream not found: {source}")


def _check_queue(queue: Queue | None, timeout: int) -> None:
    if queue is None:
        raise errors.InvalidParameter(
            "Error occurred while ReceiveMessage. SQS Error Code: "
            "AWS.SimpleQueueService.NonExistentQueue. SQS Error Message: The specified queue does "
            "not exist."
        )
    visibility = int(queue.visibility_timeout)
    if visibility < timeout:
        raise errors.InvalidParameter(
            f"Queue visibility timeout: {visibility} seconds is less than Function timeout: "
            f"{timeout} seconds"
        )


def _conflict(known: EventSourceMapping, function: LambdaFunction) -> errors.ResourceConflict:
    pair = f'(" {known.event_source_arn} ") and function (" {function.function_name} ")'
    if _service(known.event_source_arn) == "sqs":
        words = f"An event source mapping with SQS arn {pair} already exists."
    else:
        words = f"The event source arn {pair} provided mapping already exists."
    return errors.ResourceConflict(
        f"{words} Please update or delete the existing mapping with UUID {known.uuid}"
    )


# -- how it is told


def _get_configuration(self: EventSourceMapping) -> dict[str, Any]:
    """For EventSourceMapping.get_configuration, which leaves out what AWS fills in."""
    told = _plain_configuration(self)
    told.pop("Tags", None)
    told = {"FunctionResponseTypes": [], "MaximumBatchingWindowInSeconds": 0, **told}
    if _service(self.event_source_arn) == "sqs":
        told["StateTransitionReason"] = "USER_INITIATED"
        told.pop("StartingPosition", None)
        return told
    return {**_OF_STREAMS, **told, "StateTransitionReason": "User action"}


def touch(mapping: EventSourceMapping) -> None:
    """Note that a mapping has been made or changed now."""
    mapping.last_modified = clock.time()


def _answer_create(self: LambdaResponse) -> TYPE_RESPONSE:
    """For LambdaResponse.create_event_source_mapping: AWS has only begun with it."""
    return _told(self.backend.create_event_source_mapping(self.json_body), "Creating")


def _answer_update(self: LambdaResponse) -> TYPE_RESPONSE:
    """For LambdaResponse.update_event_source_mapping."""
    uuid = self.path.split("/")[-1]
    return _told(self.backend.update_event_source_mapping(uuid, self.json_body), "Updating")


def _answer_delete(self: LambdaResponse) -> TYPE_RESPONSE:
    """For LambdaResponse.delete_event_source_mapping."""
    uuid = self.path.split("/")[-1]
    return _told(self.backend.delete_event_source_mapping(uuid), "Deleting")


def _told(mapping: EventSourceMapping | None, state: str) -> TYPE_RESPONSE:
    if mapping is None:
        words = "The resource you requested does not exist."
        headers = {"x-amzn-errortype": "ResourceNotFoundException", "status": "404"}
        return 404, headers, json.dumps({"Type": "User", "Message": words})
    return 202, {"status": "202"}, json.dumps(mapping.get_configuration() | {"State": state})
