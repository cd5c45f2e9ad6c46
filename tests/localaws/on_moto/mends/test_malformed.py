"""What does not fit AWS's model is told by the names that AWS's sentences have for members."""

import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

NULL = "Value null at '{}' failed to satisfy constraint: Member must not be null"


@pytest.mark.parametrize(
    ("service", "call", "given", "words"),
    [
        ("events", "put_rule", {"ScheduleExpression": "rate(1 day)"}, NULL.format("name")),
        ("events", "put_targets", {"Rule": "a", "Targets": [{"Arn": "a"}]},
         NULL.format("targets.1.member.id")),
        ("iam", "create_role", {"RoleName": "a"}, NULL.format("assumeRolePolicyDocument")),
        ("sts", "assume_role", {"RoleArn": "a" * 20, "RoleSessionName": "b"},
         "Value 'b' at 'roleSessionName' failed to satisfy constraint: Member must have length "
         "greater than or equal to 2"),
        ("dynamodb", "describe_table", {}, NULL.format("tableName")),
        ("sts", "assume_role",
         {"RoleArn": "a" * 20, "RoleSessionName": "bb", "Tags": [
             {"Key": "d", "Value": "e"}] * 51},
         f"Value '[{', '.join(['Tag(key=d, value=e)'] * 51)}]' at 'tags' failed to satisfy "
         "constraint: Member must have length less than or equal to 50"),
        ("scheduler", "create_schedule",
         {"Name": "a", "ScheduleExpression": "rate(1 day)", "FlexibleTimeWindow": {"Mode": "NO"},
          "Target": {"Arn": "a", "RoleArn": "b"}},
         "Value 'NO' at 'flexibleTimeWindow.mode' failed to satisfy constraint: Member must "
         "satisfy enum value set: [FLEXIBLE, OFF]"),
    ],
)  # fmt: skip
def test_members_begin_small(endpoint, service, call, given, words):
    unchecked = Config(parameter_validation=False)
    with pytest.raises(ClientError) as refused:
        getattr(endpoint.client(service, config=unchecked), call)(**given)
    message = refused.value.response["Error"]["Message"]
    assert message == f"1 validation error detected: {words}"


def test_what_was_given_is_not_called_null():
    """moto may look for a member in vain elsewhere: that is no mistake of the caller's."""
    from moto.core.utils import get_service_model

    from helpers.localaws.on_moto.mends.malformed import _about

    operation = get_service_model("dynamodb").operation_model("UpdateItem")
    told = _about(KeyError("TableName"), {"Key": {}}, operation, "json")
    assert told.message.startswith("1 validation error detected: Value null at 'tableName'")
    given = {"TableName": "a", "Key": {}}
    assert _about(KeyError("TableName"), given, operation, "json") is None
