"""Trust policies and boundaries that IAM does not keep."""

import json
import uuid

import pytest
from botocore.exceptions import ClientError

STATEMENT = {
    "Effect": "Allow",
    "Principal": {"Service": "lambda.amazonaws.com"},
    "Action": "sts:AssumeRole",
}
TRUST = {"Version": "2012-10-17", "Statement": [STATEMENT]}


def without(name):
    return {"Statement": [{key: value for key, value in STATEMENT.items() if key != name}]}


WRONG = [
    ("no json", "This policy contains invalid Json"),
    ("[]", "This policy contains invalid Json"),
    ({}, "Missing required field Statement"),
    (without("Principal"), "Missing required field Principal"),
    (without("Effect"), "Missing required field Effect"),
    (without("Action"), "Missing required field Action"),
    (TRUST | {"Statement": STATEMENT | {"Resource": "*"}}, "Has prohibited field Resource"),
    (TRUST | {"Statement": STATEMENT | {"Resources": "*"}}, "Unknown field Resources"),
    (TRUST | {"Statement": STATEMENT | {"Effect": "Perhaps"}}, "Invalid effect: Perhaps"),
    (TRUST | {"Statement": STATEMENT | {"Action": "s3:GetObject"}},
     "AssumeRole policy may only specify STS AssumeRole actions."),
    (TRUST | {"Statement": STATEMENT | {"Action": ["sts:AssumeRole", "sts:BadAssumeRole"]}},
     "AssumeRole policy may only specify STS AssumeRole actions."),
    (TRUST | {"Statement": STATEMENT | {"Action": "sts:GetCallerIdentity"}},
     "AssumeRole policy may only specify STS AssumeRole actions."),
]  # fmt: skip


@pytest.mark.parametrize(("policy", "message"), WRONG)
def test_a_malformed_trust_policy_is_refused(endpoint, policy, message):
    iam = endpoint.client("iam")
    text = policy if isinstance(policy, str) else json.dumps(policy)
    with pytest.raises(iam.exceptions.MalformedPolicyDocumentException) as refused:
        iam.create_role(RoleName="malformed", AssumeRolePolicyDocument=text)
    assert refused.value.response["Error"]["Message"] == message
    with pytest.raises(iam.exceptions.NoSuchEntityException):
        iam.get_role(RoleName="malformed")
    if not any(role["RoleName"] == "well-formed" for role in iam.list_roles()["Roles"]):
        endpoint.role("well-formed")
    with pytest.raises(iam.exceptions.MalformedPolicyDocumentException):
        iam.update_assume_role_policy(RoleName="well-formed", PolicyDocument=text)


@pytest.mark.parametrize("version", ["2012-10-17", "2008-10-17"])
def test_a_trust_policy_of_either_version_is_kept(endpoint, version):
    iam, name = endpoint.client("iam"), f"of-{version}"
    text = json.dumps(TRUST | {"Version": version})
    iam.create_role(RoleName=name, AssumeRolePolicyDocument=text)
    iam.update_assume_role_policy(RoleName=name, PolicyDocument=text)
    kept = iam.get_role(RoleName=name)["Role"]["AssumeRolePolicyDocument"]
    assert kept["Version"] == version


@pytest.mark.parametrize(
    "action",
    ["sts:assumerole", "sts:*", "*", "sts:AssumeRole*", ["sts:AssumeRole", "sts:TagSession"]],
)
def test_what_a_trust_policy_may_speak_of(endpoint, action):
    iam, name = endpoint.client("iam"), f"trusts-{uuid.uuid4().hex[:8]}"
    text = json.dumps(TRUST | {"Statement": [STATEMENT | {"Action": action}]})
    assert iam.create_role(RoleName=name, AssumeRolePolicyDocument=text)["Role"]["Arn"]


def test_a_boundary_that_is_not_there_is_refused(endpoint):
    iam = endpoint.client("iam")
    missing = "arn:aws:iam::123456789012:policy/missing"
    said = f"Scope ARN: {missing} does not exist or is not attachable."
    with pytest.raises(ClientError, match=said) as refused:
        iam.create_role(
            RoleName="unbounded", AssumeRolePolicyDocument=json.dumps(TRUST),
            PermissionsBoundary=missing,
        )  # fmt: skip
    assert refused.value.response["Error"]["Code"] == "NoSuchEntity"
    endpoint.role("bounded")
    with pytest.raises(ClientError, match=said):
        iam.put_role_permissions_boundary(RoleName="bounded", PermissionsBoundary=missing)
