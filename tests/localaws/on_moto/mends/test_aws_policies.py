"""AWS's own policies say what moto's text says, and the endpoint does not keep that text."""

import pytest

from tests.workshop import told_by

BASIC = "arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole"


def run(code):
    return told_by(code, MOTO_IAM_LOAD_MANAGED_POLICIES="true")


def test_they_are_moto_s():
    """Hooks: IAMBackend._init_aws_policies; models.aws_managed_policies_data; PolicyVersion."""
    code = """
import json
from moto.iam.models import IAMBackend
plain = IAMBackend("aws", "123456789012")
from helpers.localaws.on_moto.mends import aws_policies
aws_policies.install()
ours = IAMBackend("aws", "123456789012")

def told(policy):
    known = {k: str(v) for k, v in vars(policy).items() if k not in ("versions", "id")}
    [version] = policy.versions
    known |= {k: str(v) for k, v in vars(version).items() if k not in ("document", "place")}
    return known | {"arn": policy.arn, "default": version.is_default_version}

same = [told(p) for p in plain.aws_managed_policies] == [told(p) for p in ours.aws_managed_policies]
words = [
    plain.managed_policies[arn].versions[0].document == ours.managed_policies[arn].versions[0].document
    for arn in list(plain.managed_policies)[::60]
]
print(json.dumps([same, len(words), all(words), list(plain.managed_policies) == list(ours.managed_policies)]))
"""  # noqa: E501
    same, words, all_words, arns = run(code)
    assert same and all_words and arns
    assert words > 20


def test_the_endpoint_keeps_no_text():
    """Twenty megabytes of each endpoint, by then in pieces."""
    code = """
import gc, json, os, sys
os.environ |= {"AWS_ACCESS_KEY_ID": "a", "AWS_SECRET_ACCESS_KEY": "b"}
from helpers.localaws.process import server
app = server._moto_app()
app.prepare("iam")
from moto.iam.models import iam_backends
known = iam_backends["123456789012"]["aws"].managed_policies
long = [v for m in list(sys.modules.values()) for v in getattr(m, '__dict__', {}).values()
        if type(v) is str and len(v) > 1_000_000]
read = [one for p in known.values() for one in p.versions if "document" in vars(one)]
imported = "moto.iam.aws_managed_policies" in sys.modules
print(json.dumps([len(known), len(long), len(read), imported]))
"""
    known, *kept = run(code)
    assert known > 1000
    assert kept == [0, 0, False]


def test_one_is_read_when_it_is_asked_for(endpoint):
    iam = endpoint.client("iam")
    version = iam.get_policy(PolicyArn=BASIC)["Policy"]["DefaultVersionId"]
    found = iam.get_policy_version(PolicyArn=BASIC, VersionId=version)["PolicyVersion"]
    [statement] = found["Document"]["Statement"]
    assert "logs:PutLogEvents" in statement["Action"]


@pytest.mark.parametrize(
    ("path", "found"), [("/service-role/", BASIC), ("/", None), ("/aws-service-role/", None)]
)
def test_by_name_and_path(path, found):
    from helpers.localaws.iam import aws_policies

    name = "AWSLambdaBasicExecutionRole"
    policy = aws_policies.policy(name, path, "123456789012", "us-east-1")
    assert (policy and policy.arn) == found
    assert aws_policies.arns()[name] == BASIC
