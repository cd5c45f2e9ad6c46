"""A table that is exported to a bucket, and what a caller may leave out."""

import gzip
import inspect
import json
import uuid

import pytest
from botocore.exceptions import ClientError


@pytest.fixture
def table(fresh_endpoint):
    """A table with one item, of which an export may be made; its ARN."""
    dynamodb, name = fresh_endpoint.client("dynamodb"), f"exported-{uuid.uuid4().hex[:8]}"
    made = dynamodb.create_table(
        TableName=name,
        KeySchema=[{"AttributeName": "Id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "Id", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
    )
    dynamodb.put_item(TableName=name, Item={"Id": {"S": "1"}, "n": {"N": "2.50"}})
    dynamodb.update_continuous_backups(
        TableName=name, PointInTimeRecoverySpecification={"PointInTimeRecoveryEnabled": True}
    )
    fresh_endpoint.client("s3").create_bucket(Bucket="exports")
    return made["TableDescription"]["TableArn"]


def test_an_export(fresh_endpoint, table):
    dynamodb, s3 = fresh_endpoint.client("dynamodb"), fresh_endpoint.client("s3")
    started = dynamodb.export_table_to_point_in_time(TableArn=table, S3Bucket="exports")
    started = started["ExportDescription"]
    assert started["ExportArn"].startswith(f"{table}/export/0")
    assert started["ExportStatus"] == "IN_PROGRESS"
    assert "S3Prefix" not in started and "EndTime" not in started
    dynamodb.export_table_to_point_in_time(TableArn=table, S3Bucket="exports", S3Prefix="of/one")
    done = dynamodb.describe_export(ExportArn=started["ExportArn"])["ExportDescription"]
    assert (done["ExportStatus"], done["ItemCount"]) == ("COMPLETED", 1)
    keys = [one["Key"] for one in s3.list_objects_v2(Bucket="exports")["Contents"]]
    exported = started["ExportArn"].rpartition("/")[2]
    assert keys[0].startswith(f"AWSDynamoDB/{exported}/data/") and keys[0].endswith(".json.gz")
    assert keys[1].startswith("of/one/AWSDynamoDB/")
    content = gzip.decompress(s3.get_object(Bucket="exports", Key=keys[0])["Body"].read())
    assert json.loads(content) == {"Item": {"Id": {"S": "1"}, "n": {"N": "2.50"}}}


def test_exports_are_listed_of_a_table_and_of_all_also_after_a_restart(fresh_endpoint, table):
    dynamodb = fresh_endpoint.client("dynamodb")
    made = [
        dynamodb.export_table_to_point_in_time(TableArn=table, S3Bucket=bucket)["ExportDescription"]
        for bucket in ("exports", "exports", "no-such-bucket")
    ]
    fresh_endpoint.command("stop")
    fresh_endpoint.command("start")
    arns = [one["ExportArn"] for one in made]
    for asked in ({}, {"TableArn": table}):
        listed = dynamodb.list_exports(**asked)["ExportSummaries"]
        assert [one["ExportArn"] for one in listed] == arns
    assert dynamodb.list_exports(TableArn=f"{table}x")["ExportSummaries"] == []
    first = dynamodb.list_exports(MaxResults=2)
    rest = dynamodb.list_exports(MaxResults=2, NextToken=first["NextToken"])
    both = first["ExportSummaries"] + rest["ExportSummaries"]
    assert [one["ExportArn"] for one in both] == arns
    assert "NextToken" not in rest
    failed = dynamodb.describe_export(ExportArn=arns[2])["ExportDescription"]
    assert (failed["ExportStatus"], failed["FailureCode"]) == ("FAILED", "S3NoSuchBucket")


@pytest.mark.parametrize(
    ("wanted", "only"),
    [
        ({"ExportFormat": "ION"}, "ExportFormat DYNAMODB_JSON only, not ION."),
        ({"ExportType": "INCREMENTAL_EXPORT"}, "ExportType FULL_EXPORT only, not INCREMENTAL_EXP"),
    ],
)
def test_what_is_not_carried_out_says_so(fresh_endpoint, table, wanted, only):
    with pytest.raises(ClientError, match=only):
        fresh_endpoint.client("dynamodb").export_table_to_point_in_time(
            TableArn=table, S3Bucket="exports", **wanted
        )


def test_moto_makes_and_asks_exports_as_before():
    """Hooks: moto.dynamodb.models.TableExport and two operations of DynamoHandler."""
    from moto.dynamodb.models.table_export import TableExport
    from moto.dynamodb.responses import DynamoHandler

    from helpers.localaws.on_moto.mends.table_exports import Export

    theirs, ours = (inspect.signature(one.__init__).parameters for one in (TableExport, Export))
    assert list(theirs) == list(ours), "moto.dynamodb.models makes a TableExport otherwise"
    for method in ("start", "response"):
        assert list(inspect.signature(getattr(TableExport, method)).parameters) == ["self"]
    for operation in ("export_table_to_point_in_time", "list_exports"):
        assert list(inspect.signature(getattr(DynamoHandler, operation)).parameters) == ["self"]
