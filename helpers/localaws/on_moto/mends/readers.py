"""moto's readers: what takes apart what the caller gave, and trusts that it can be taken apart.

Each is hooked where it stands, when its module has come. What it raises is passed on as it is, with
a note that it is about the request: so `malformed` need not take it for a failure of the
endpoint's. What AWS has words of its own for is in `odd_requests`.
"""

from __future__ import annotations

import functools
import sys
from collections.abc import Callable
from typing import Any

from helpers.localaws.on_moto.after_import import after_import

NOTE = "This is about what the caller gave."

READERS: dict[str, tuple[str, ...]] = {
    "botocore.paginate": ("TokenDecoder.decode",),
    "moto.awslambda.models": ("LambdaStorage.get_function_by_name_with_qualifier",),
    "moto.core.parse": ("RequestParser.parse",),
    "moto.dynamodb.comparisons": (
        "ConditionExpressionParser.parse", "FuncBeginsWith.expr", "FuncBetween.expr",
        "FuncContains.expr", "FuncIn.expr", "FuncSize.expr", "OpGreaterThan.expr",
        "OpGreaterThanOrEqual.expr", "OpLessThan.expr", "OpLessThanOrEqual.expr",
    ),
    "moto.dynamodb.models": (
        "DynamoDBBackend.execute_statement", "DynamoDBBackend.put_resource_policy",
        "UpdateExpressionExecutor.execute", "get_expected",
    ),
    "moto.dynamodb.models.dynamo_type": ("DynamoType.compare",),
    "moto.dynamodb.parsing.expressions": ("UpdateExpressionParser.make",),
    "moto.dynamodb.parsing.partiql": ("get_query_metadata",),
    "moto.dynamodb.parsing.validators": ("Validator.validate",),
    "moto.dynamodb.responses": ("check_projection_expression", "parse_expression"),
    "moto.events.models": ("EventBus.add_policy", "parse_arn"),
    "moto.iam.models": (
        "IAMBackend.create_service_linked_role", "IAMBackend.remove_role_from_instance_profile",
    ),
    "moto.logs.models": ("LogsBackend.put_delivery_source", "LogsBackend.start_query", "parse_arn"),
    "moto.moto_server.werkzeug_app": ("DomainDispatcherApplication.infer_service_region_host",),
    "moto.s3.models": (
        "FakeBucket.set_lifecycle", "S3Backend._truncate_result", "S3Backend.select_object_content",
    ),
    "moto.s3.responses": (
        "S3Response._acl_from_headers", "S3Response._bucket_response_post",
        "S3Response._encryption_config_from_body", "S3Response._ownership_rule_from_body",
        "S3Response.upload_part_copy",
    ),
    "moto.sns.models": ("parse_arn",),
    "moto.sns.responses": ("SNSResponse._transform_message_attributes",),
    "moto.sqs.models": ("Queue._set_attributes",),
    "moto.sqs.responses": ("SQSResponse._get_validated_visibility_timeout",),
    "moto.sqs.utils": ("validate_message_attributes",),
    "moto.utilities.tagging_service": ("TaggingService.convert_dict_to_tags_input",),
    "xmltodict": ("parse",),
}  # fmt: skip
"""Module → the functions and methods in it, as they are called there."""


def install() -> None:
    """Hook each when its module has been imported."""
    for module, names in READERS.items():
        after_import(module, functools.partial(_hook, module, names))


def is_about_the_request(error: BaseException) -> bool:
    """Has the error come out of a reader?"""
    return NOTE in getattr(error, "__notes__", ())


def _hook(module: str, names: tuple[str, ...]) -> None:
    for path in names:
        *owners, name = path.split(".")
        owner = functools.reduce(getattr, owners, sys.modules[module])
        plain = vars(owner)[name]
        if isinstance(plain, staticmethod | classmethod):
            setattr(owner, name, type(plain)(_noting(plain.__func__)))
        else:
            setattr(owner, name, _noting(plain))


def _noting(plain: Callable[..., Any]) -> Callable[..., Any]:
    """The reader, with a note on what it raises."""

    @functools.wraps(plain)
    def reader(*arguments: Any, **named: Any) -> Any:
        try:
            return plain(*arguments, **named)
        except Exception as error:
            if not is_about_the_request(error):
                error.add_note(NOTE)
            raise

    return reader
