"""A page of versions begins after its marker, though that is deleted; a request has 1,000 keys."""

import pytest
from botocore.exceptions import ClientError


@pytest.fixture
def bucket(endpoint, request):
    """An empty bucket with versioning."""
    client, name = endpoint.client("s3"), f"pages-{abs(hash(request.node.name)) % 10**9}"
    client.create_bucket(Bucket=name)
    client.put_bucket_versioning(Bucket=name, VersioningConfiguration={"Status": "Enabled"})
    return endpoint.session.resource("s3", endpoint_url=endpoint.url).Bucket(name)


def put(bucket, *keys):
    for key in keys:
        bucket.put_object(Key=key, Body=b"")


def test_deleting_page_by_page_leaves_nothing(bucket):
    put(bucket, "a", "a", "a", "b", "b", "c")
    bucket.Object("c").delete()
    assert len(bucket.object_versions.page_size(2).delete()) == 4
    assert list(bucket.object_versions.all()) == []
    bucket.delete()


def test_a_bucket_keeps_what_stands_before_the_page(bucket):
    put(bucket, "a", "b", "c", "d")
    client = bucket.meta.client
    page = client.list_object_versions(Bucket=bucket.name, MaxKeys=2)
    marker = {key: page[f"Next{key}"] for key in ("KeyMarker", "VersionIdMarker")}
    bucket.Object("b").Version(marker["VersionIdMarker"]).delete()
    rest = client.list_object_versions(Bucket=bucket.name, **marker)["Versions"]
    assert [one["Key"] for one in rest] == ["c", "d"]


@pytest.mark.parametrize(("marker", "keys"), [("b", ["c"]), ("aa", ["b", "b", "c"]), ("z", [])])
def test_a_key_alone_leads_past_all_of_its_versions(bucket, marker, keys):
    put(bucket, "a", "b", "b", "c")
    page = bucket.meta.client.list_object_versions(Bucket=bucket.name, KeyMarker=marker)
    assert [one["Key"] for one in page.get("Versions", [])] == keys


def test_a_bucket_that_is_not_there_is_said_to_be_missing(endpoint):
    with pytest.raises(ClientError) as raised:
        endpoint.client("s3").list_object_versions(Bucket="pages-nowhere", KeyMarker="a")
    assert raised.value.response["Error"]["Code"] == "NoSuchBucket"


def test_a_request_deletes_a_thousand_keys_and_no_more(bucket):
    put(bucket, "a")
    keys = [{"Key": f"{n}"} for n in range(1001)]
    with pytest.raises(ClientError) as raised:
        bucket.delete_objects(Delete={"Objects": [*keys[1:], {"Key": "a"}]})
    assert raised.value.response["Error"]["Code"] == "MalformedXML"
    assert [one.key for one in bucket.objects.all()] == ["a"]
    bucket.delete_objects(Delete={"Objects": [*keys[2:], {"Key": "a"}]})
    assert list(bucket.objects.all()) == []
