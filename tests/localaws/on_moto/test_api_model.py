"""The models that botocore reads are as they were, but for the words of their documentation."""

from tests.workshop import told_by


def test_all_of_a_model_is_there_but_its_words():
    """Hook: botocore.loaders.OrderedDict, which JSONFileLoader gives to `json.loads`."""
    code = """
import json
from botocore.loaders import Loader
plain = Loader().load_service_model("apigateway", "service-2")
from helpers.localaws.on_moto import api_model
api_model.import_boto3()
ours = Loader().load_service_model("apigateway", "service-2")

def silent(value):
    if isinstance(value, dict):
        return {k: "" if k == "documentation" and isinstance(v, str) else silent(v)
                for k, v in value.items()}
    return [silent(one) for one in value] if isinstance(value, list) else value

def kinds(value):
    yield type(value).__name__
    for one in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from kinds(one)

print(json.dumps([silent(plain) == ours, plain == ours, sorted(set(kinds(ours)))]))
"""  # noqa: E501
    same, equal, kinds = told_by(code)
    assert same
    assert not equal
    assert "dict" in kinds and "OrderedDict" not in kinds


def test_a_member_that_is_called_documentation_stays():
    from helpers.localaws.on_moto import api_model

    member = {"documentation": {"shape": "String"}, "shape": "Structure"}
    assert api_model._without_words(list(member.items())) == member
    assert api_model._without_words([("shape", "S"), ("documentation", "<p>")]) == {
        "shape": "S",
        "documentation": "",
    }


def test_clients_are_made_of_them():
    """botocore asks for the words of what a client may be told, as S3's."""
    code = """
import json, boto3
from helpers.localaws.on_moto import api_model
api_model.import_boto3()
session = boto3.Session("a", "b", region_name="us-east-1")
made = [session.client(name) for name in ("s3", "sts", "dynamodb", "cognito-idp", "s3control")]
print(json.dumps([one.meta.service_model.service_name for one in made]))
"""
    assert told_by(code)[0] == "s3"


def test_what_boto3_does_without_can_be_imported_afterwards():
    code = """
import json, sys
from helpers.localaws.on_moto import api_model
api_model.import_boto3()
names = ("awscrt", "OpenSSL")
before = [name in sys.modules for name in names]
import awscrt, OpenSSL
print(json.dumps([before, [sys.modules[name] is not None for name in names]]))
"""
    assert told_by(code) == [[False, False], [True, True]]
