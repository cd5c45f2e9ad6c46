"""What a secret may be called."""

import uuid

import pytest
from botocore.exceptions import ClientError

WORDS = (
    "Invalid name. Must be a valid name containing alphanumeric characters, or any of the "
    "following: -/_+=.@!"
)


@pytest.mark.parametrize("name", ["two words", "a:b", "é", "'quoted'"])
@pytest.mark.parametrize("call", ["create_secret", "get_secret_value", "put_secret_value"])
def test_what_is_no_name_is_refused(endpoint, call, name):
    client = endpoint.client("secretsmanager")
    fields = {"Name": name} if call == "create_secret" else {"SecretId": name}
    if call != "get_secret_value":
        fields["SecretString"] = "s"
    with pytest.raises(ClientError) as caught:
        getattr(client, call)(**fields)
    error = caught.value.response["Error"]
    assert (error["Code"], error["Message"]) == ("ValidationException", WORDS)


def test_all_that_aws_allows_is_a_name(endpoint):
    client, name = endpoint.client("secretsmanager"), f"a/b_c+d=e.f@g!-{uuid.uuid4().hex[:6]}"
    arn = client.create_secret(Name=name, SecretString="s")["ARN"]
    assert client.get_secret_value(SecretId=arn)["Name"] == name
    assert client.get_secret_value(SecretId=name)["SecretString"] == "s"


def test_a_secret_that_is_not_there_is_refused_with_400(endpoint):
    with pytest.raises(ClientError) as caught:
        endpoint.client("secretsmanager").get_secret_value(SecretId="not-there")
    assert caught.value.response["Error"]["Code"] == "ResourceNotFoundException"
    assert caught.value.response["ResponseMetadata"]["HTTPStatusCode"] == 400
