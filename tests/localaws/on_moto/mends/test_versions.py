"""Versions and delete markers of S3's objects; ACLs that nobody has set."""

import inspect
import json
import uuid
from types import SimpleNamespace

import pytest
from botocore.exceptions import ClientError


@pytest.fixture
def s3(endpoint):
    """boto3's client, and `bucket`: one with versions."""
    client = endpoint.client("s3")
    bucket = f"versions-{uuid.uuid4().hex[:8]}"
    client.create_bucket(Bucket=bucket)
    versioning(client, bucket, "Enabled")
    return SimpleNamespace(client=client, bucket=bucket)


def versioning(client, bucket, status):
    client.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": status})


def put(s3, key, body=b"1"):
    return s3.client.put_object(Bucket=s3.bucket, Key=key, Body=body).get("VersionId")


def refused(call, **asked):
    with pytest.raises(ClientError) as error:
        call(**asked)
    response = error.value.response
    headers = response["ResponseMetadata"]["HTTPHeaders"]
    return response["ResponseMetadata"]["HTTPStatusCode"], response["Error"], headers


def test_a_key_whose_latest_version_is_a_delete_marker(s3):
    put(s3, "key")
    gone = s3.client.delete_object(Bucket=s3.bucket, Key="key")
    assert gone["DeleteMarker"] is True
    for call in (s3.client.get_object, s3.client.head_object):
        status, error, headers = refused(call, Bucket=s3.bucket, Key="key")
        assert (status, error["Code"]) in {(404, "NoSuchKey"), (404, "404")}
        assert headers["x-amz-delete-marker"] == "true"
        assert headers["x-amz-version-id"] == gone["VersionId"]
    _, _, headers = refused(s3.client.get_object, Bucket=s3.bucket, Key="never-there")
    assert "x-amz-delete-marker" not in headers


def test_a_delete_marker_by_its_version(s3):
    put(s3, "key")
    marker = s3.client.delete_object(Bucket=s3.bucket, Key="key")["VersionId"]
    asked = {"Bucket": s3.bucket, "Key": "key", "VersionId": marker}
    status, error, headers = refused(s3.client.get_object, **asked)
    assert (status, error["Code"]) == (405, "MethodNotAllowed")
    assert error["Message"] == ("The specified method is not allowed against this resource.")
    assert (error["Method"], error["ResourceType"]) == ("GET", "DeleteMarker")
    assert (headers["allow"], headers["x-amz-delete-marker"]) == ("DELETE", "true")
    assert headers["last-modified"].endswith("GMT")
    status, _, headers = refused(s3.client.head_object, **asked)
    assert (status, headers["allow"], headers["x-amz-delete-marker"]) == (405, "DELETE", "true")
    assert headers["last-modified"].endswith("GMT")
    for call in (s3.client.get_object_acl, s3.client.get_object_tagging):
        assert refused(call, **asked)[:1] == (405,)
    status, error, _ = refused(s3.client.delete_object_tagging, Bucket=s3.bucket, Key="key")
    assert (status, error["Method"]) == (405, "DELETE")
    status, error, _ = refused(s3.client.copy_object, Bucket=s3.bucket, Key="x", CopySource=asked)
    assert (status, error["Code"]) == (400, "InvalidRequest")


def test_a_delete_marker_goes_and_says_so(s3):
    version = put(s3, "key")
    marker = s3.client.delete_object(Bucket=s3.bucket, Key="key")["VersionId"]
    gone = s3.client.delete_object(Bucket=s3.bucket, Key="key", VersionId=marker)
    assert (gone["DeleteMarker"], gone["VersionId"]) == (True, marker)
    assert s3.client.get_object(Bucket=s3.bucket, Key="key")["VersionId"] == version
    gone = s3.client.delete_object(Bucket=s3.bucket, Key="key", VersionId=version)
    assert "DeleteMarker" not in gone
    status, error, _ = refused(s3.client.get_object, Bucket=s3.bucket, Key="key", VersionId=version)
    assert (status, error["Code"], error["VersionId"]) == (404, "NoSuchVersion", version)


def test_many_at_once_tell_of_their_delete_markers(s3):
    version = put(s3, "key")
    keys = [{"Key": "key"}, {"Key": "never-there"}]
    marked = s3.client.delete_objects(Bucket=s3.bucket, Delete={"Objects": keys})["Deleted"]
    assert [one["DeleteMarker"] for one in marked] == [True, True]
    marker = marked[0]["DeleteMarkerVersionId"]
    versions = [{"Key": "key", "VersionId": one} for one in (marker, version)]
    gone = s3.client.delete_objects(Bucket=s3.bucket, Delete={"Objects": versions})["Deleted"]
    assert gone == [
        {
            "Key": "key", "VersionId": marker,
            "DeleteMarker": True, "DeleteMarkerVersionId": marker,
        },
        {"Key": "key", "VersionId": version},
    ]  # fmt: skip


def test_older_versions_stay_while_versioning_is_suspended(s3):
    first = put(s3, "key", b"first")
    versioning(s3.client, s3.bucket, "Suspended")
    put(s3, "key", b"second")
    put(s3, "key", b"third")
    assert s3.client.get_object(Bucket=s3.bucket, Key="key")["Body"].read() == b"third"
    gone = s3.client.delete_object(Bucket=s3.bucket, Key="key")
    assert (gone["DeleteMarker"], gone["VersionId"]) == (True, "null")
    found = s3.client.list_object_versions(Bucket=s3.bucket, Prefix="key")
    assert [one["VersionId"] for one in found["Versions"]] == [first]
    kept = s3.client.get_object(Bucket=s3.bucket, Key="key", VersionId=first)
    assert (kept["Body"].read(), kept["ChecksumType"]) == (b"first", "FULL_OBJECT")


def test_who_is_told_of_what(s3, endpoint):
    sqs = endpoint.client("sqs")
    url = sqs.create_queue(QueueName=s3.bucket)["QueueUrl"]
    names = ["QueueArn"]
    arn = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=names)["Attributes"]["QueueArn"]
    events = ["s3:ObjectCreated:*", "s3:ObjectRemoved:*", "s3:ObjectTagging:*"]
    queue = {"QueueArn": arn, "Events": events}
    s3.client.put_bucket_notification_configuration(
        Bucket=s3.bucket, NotificationConfiguration={"QueueConfigurations": [queue]}
    )
    version = put(s3, "key")
    s3.client.put_object_tagging(Bucket=s3.bucket, Key="key", Tagging={"TagSet": []})
    marker = s3.client.delete_object(Bucket=s3.bucket, Key="key")["VersionId"]
    for one in (version, marker):
        s3.client.delete_object(Bucket=s3.bucket, Key="key", VersionId=one)
    bodies = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10)["Messages"]
    told = [one for body in bodies for one in json.loads(body["Body"]).get("Records", ())]
    assert [(one["eventName"], one["s3"]["object"]["versionId"]) for one in told] == [
        ("ObjectCreated:Put", version),
        ("ObjectTagging:Put", version),
        ("ObjectRemoved:DeleteMarkerCreated", marker),
        ("ObjectRemoved:Delete", version),
        ("ObjectRemoved:Delete", marker),
    ]
    assert "eTag" in told[2]["s3"]["object"]
    assert told[3]["s3"]["object"].keys() == {"key", "versionId", "sequencer"}


def test_an_acl_that_nobody_has_set_is_private(s3):
    owner = s3.client.get_bucket_acl(Bucket=s3.bucket)
    assert [one["Permission"] for one in owner["Grants"]] == ["FULL_CONTROL"]
    part = s3.client.create_multipart_upload(Bucket=s3.bucket, Key="parts")["UploadId"]
    asked = {"Bucket": s3.bucket, "Key": "parts", "UploadId": part}
    tag = s3.client.upload_part(**asked, PartNumber=1, Body=b"1")["ETag"]
    s3.client.complete_multipart_upload(
        **asked, MultipartUpload={"Parts": [{"PartNumber": 1, "ETag": tag}]}
    )
    grants = s3.client.get_object_acl(Bucket=s3.bucket, Key="parts")["Grants"]
    assert [one["Permission"] for one in grants] == ["FULL_CONTROL"]


def test_an_acl_without_grants_is_one(s3):
    policy = {"Owner": owner_of(s3), "Grants": []}
    s3.client.put_bucket_acl(Bucket=s3.bucket, AccessControlPolicy=policy)
    assert s3.client.get_bucket_acl(Bucket=s3.bucket)["Grants"] == []


def owner_of(s3):
    return s3.client.get_bucket_acl(Bucket=s3.bucket)["Owner"]


def test_hooks():
    """Hooks: helpers.localaws.on_moto.mends.versions, on S3Backend, S3Response and the ACLs."""
    from moto.s3 import models
    from moto.s3.responses import S3Response

    from helpers.localaws.on_moto.mends import versions

    def parameters(function):
        return list(inspect.signature(function).parameters)

    assert parameters(versions._plain_delete) == [
        *("self", "bucket_name", "key_name", "version_id", "bypass"),
    ], "hook S3Backend.delete_object: moto's takes other arguments now"
    assert parameters(S3Response._key_response) == ["self", "request", "full_url"]
    assert parameters(versions._plain_send) == ["account_id", "event_name", "bucket", "key"]
    responses = inspect.getsource(S3Response)
    assert "put_object_tagging(new_key, tagging)" in responses, (
        "hook S3Backend.put_object_tagging: the tags of an upload come otherwise now"
    )
    assert "put_object_tagging(key=key_to_tag" in responses
    source = inspect.getsource(models)
    assert "keys = [new_key]" in source, "hook S3Backend.put_object: moto keeps versions otherwise"
    assert "set_acl(acl)" in source
