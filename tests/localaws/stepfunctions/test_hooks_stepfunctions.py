"""The places where helpers/localaws/stepfunctions relies on how moto is made inside.

Each test names its hook; when one fails after an update of moto, that hook needs another look.
"""

import inspect
import json
import subprocess
import sys
import textwrap

from moto.core.base_backend import BaseBackend
from moto.dynamodb.responses import DynamoHandler
from moto.stepfunctions.models import StateMachine, StepFunctionBackend

HOOK = "hook %s: moto has changed, see helpers/localaws/stepfunctions/%s"


def in_a_process(code: str) -> str:
    """What the code prints in a process of its own, where Step Functions are installed."""
    start = """
        import json, os
        os.environ |= {"MOTO_ACCOUNT_ID": "123456789012", "AWS_DEFAULT_REGION": "us-east-1"}
        from helpers.localaws import stepfunctions
        stepfunctions.install()
    """
    text = textwrap.dedent(start) + textwrap.dedent(code)
    done = subprocess.run([sys.executable, "-c", text], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def test_backend_class_is_replaced():
    seen = in_a_process("""
        from moto.stepfunctions.models import stepfunctions_backends
        backend = stepfunctions_backends["123456789012"]["eu-west-1"]
        print(type(backend).__name__, backend.region_name, backend.account_id)
    """)
    expected = "LocalStepFunctionsBackend eu-west-1 123456789012"
    assert seen == expected, HOOK % ("stepfunctions_backends.backend", "backend.py")


def test_url_module_is_the_backends_own():
    seen = in_a_process("""
        from moto.stepfunctions.models import stepfunctions_backends
        from helpers.localaws.stepfunctions import api
        paths = stepfunctions_backends["123456789012"]["us-east-1"].flask_paths
        print(list(paths.values()) == [api._dispatch])
    """)
    assert seen == "True", HOOK % ("BaseBackend._url_module", "backend.py")
    assert isinstance(inspect.getattr_static(BaseBackend, "_url_module"), property)


def test_a_state_machine_is_made_as_moto_makes_it():
    names = list(inspect.signature(StateMachine.__init__).parameters)
    expected = [
        "self",
        "arn",
        "name",
        "definition",
        "roleArn",
        "backend",
        "encryptionConfiguration",
        "loggingConfiguration",
        "tracingConfiguration",
        "sm_type",
    ]
    assert names == expected, HOOK % ("StateMachine()", "backend.py")
    names = list(inspect.signature(StepFunctionBackend.create_state_machine).parameters)
    assert names[:4] == ["self", "name", "definition", "roleArn"]


def test_cloudformation_reaches_the_same_backend():
    definition = json.dumps({"StartAt": "A", "States": {"A": {"Type": "Succeed"}}})
    seen = in_a_process(f"""
        from moto.stepfunctions.models import StateMachine
        from helpers.localaws.stepfunctions import api
        from moto.iam.models import iam_backends
        trust = {{"Principal": {{"Service": "states.amazonaws.com"}}, "Effect": "Allow",
                  "Action": "sts:AssumeRole"}}
        iam_backends["123456789012"]["aws"].create_role(
            "r", json.dumps({{"Statement": [trust]}}), "/", None, "", [], "3600")
        properties = {{"DefinitionString": {definition!r},
                       "RoleArn": "arn:aws:iam::123456789012:role/r", "StateMachineName": "made"}}
        StateMachine.create_from_cloudformation_json(
            "made", {{"Properties": properties}}, "123456789012", "us-east-1")
        listed = api.call("ListStateMachines", {{}}, "123456789012", "us-east-1")
        print([machine["name"] for machine in listed["stateMachines"]])
    """)
    assert seen == "['made']", HOOK % ("StateMachine.create_from_cloudformation_json", "backend.py")


def test_dynamodb_answers_without_http():
    for name in ("put_item", "get_item", "update_item", "delete_item"):
        source = inspect.getsource(getattr(DynamoHandler, name))
        words = HOOK % (f"DynamoHandler.{name}", "dynamodb.py")
        assert "self.body" in source, words
    seen = in_a_process("""
        from moto.dynamodb.models import dynamodb_backends
        from helpers.localaws.stepfunctions.answers import ServiceError
        from helpers.localaws.stepfunctions.services import Services
        stepfunctions.warm_up()
        import boto3, moto
        with moto.mock_aws():
            boto3.client("dynamodb", region_name="us-east-1").create_table(
                TableName="T", BillingMode="PAY_PER_REQUEST",
                KeySchema=[{"AttributeName": "Id", "KeyType": "HASH"}],
                AttributeDefinitions=[{"AttributeName": "Id", "AttributeType": "S"}])
            services = Services("123456789012")
            item = {"Id": {"S": "1"}, "Price": {"N": "2"}}
            services.dynamodb("PutItem", {"TableName": "T", "Item": item}, "us-east-1")
            got = services.dynamodb("GetItem", {"TableName": "T", "Key": {"Id": {"S": "1"}}},
                                    "us-east-1")
            print(json.dumps(got["Item"], sort_keys=True))
            try:
                services.dynamodb("PutItem", {"TableName": "U", "Item": item}, "us-east-1")
            except ServiceError as error:
                print(error.code, error.message)
    """)
    assert seen.splitlines() == [
        '{"Id": {"S": "1"}, "Price": {"N": "2"}}',
        "ResourceNotFoundException Requested resource not found",
    ], HOOK % ("DynamoHandler", "dynamodb.py")


def test_a_stub_of_ones_own_answers_a_client_without_http():
    """aws_sdk.client registers BotocoreStubber itself, on one client only."""
    from moto.core.botocore_stubber import BotocoreStubber

    assert list(inspect.signature(BotocoreStubber.__init__).parameters) == ["self"]
    assert BotocoreStubber().enabled is False
    assert callable(BotocoreStubber())


def test_a_role_has_its_policies_where_permissions_reads_them():
    """permissions.py reads `policies` and `managed_policies` of moto's Role."""
    from moto.iam.models import Role

    text = inspect.getsource(Role)
    assert "self.policies" in text
    assert "self.managed_policies" in text
