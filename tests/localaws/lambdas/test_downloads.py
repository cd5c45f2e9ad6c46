"""GetFunction tells where a function's zip is for ten minutes, as on AWS."""

import urllib.error
import urllib.request
from urllib.parse import parse_qs, urlsplit

import pytest

from tests.workshop import zipped


def where(client, name, **options):
    return client.get_function(FunctionName=name, **options)["Code"]


def fetched(address):
    with urllib.request.urlopen(address) as answer:
        return answer.read()


def test_the_code_is_fetched_without_other_keys(endpoint, make):
    client = endpoint.client("lambda")
    packed = zipped({"app.py": "def handler(e, c): return 1\n", "data.txt": "价"})
    name = make("")
    client.update_function_code(FunctionName=name, ZipFile=packed)
    told = where(client, name)
    assert told["RepositoryType"] == "S3"
    assert fetched(told["Location"]) == packed
    asked = parse_qs(urlsplit(told["Location"]).query)
    assert asked["X-Amz-Expires"] == ["600"]


def test_a_version_keeps_the_code_that_it_was_published_with(endpoint, make):
    client = endpoint.client("lambda")
    name = make("def handler(e, c): return 'one'\n")
    one = fetched(where(client, name)["Location"])
    version = client.publish_version(FunctionName=name)["Version"]
    client.update_function_code(FunctionName=name, ZipFile=zipped("def handler(e, c): return 2\n"))
    assert fetched(where(client, name, Qualifier=version)["Location"]) == one
    assert fetched(where(client, name)["Location"]) != one


def test_an_address_that_was_not_told_leads_nowhere(endpoint, make):
    client = endpoint.client("lambda")
    name = make("")
    address = where(client, name)["Location"]
    for wrong in (address.partition("?")[0], address.replace(name, "other"), address[:-1] + "x"):
        with pytest.raises(urllib.error.HTTPError) as raised:
            fetched(wrong)
        assert raised.value.code == 403
    client.update_function_code(FunctionName=name, ZipFile=zipped("def handler(e, c): return 2\n"))
    with pytest.raises(urllib.error.HTTPError) as raised:
        fetched(address)
    assert raised.value.code == 404


def test_who_has_keys_of_another_cannot_make_an_address(endpoint, make):
    address = where(endpoint.client("lambda"), make(""))["Location"]
    bucket, _, key = urlsplit(address).path[1:].partition("/")
    iam = endpoint.client("iam")
    iam.create_user(UserName="fetcher")
    keys = iam.create_access_key(UserName="fetcher")["AccessKey"]
    own = endpoint.session.__class__(
        aws_access_key_id=keys["AccessKeyId"],
        aws_secret_access_key=keys["SecretAccessKey"],
        region_name="us-east-1",
    ).client("s3", endpoint_url=endpoint.url)
    made = own.generate_presigned_url("get_object", Params={"Bucket": bucket, "Key": key})
    with pytest.raises(urllib.error.HTTPError) as raised:
        fetched(made)
    assert raised.value.code == 404
