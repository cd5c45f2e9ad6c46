"""Nested stacks, custom resources and wait condition handles."""

import json

import pytest
from cfn_templates import att, function, ref, resource, role, template, topic

BUCKET = "templates-of-nested-stacks"


@pytest.fixture(scope="module")
def upload(endpoint):
    s3 = endpoint.client("s3")
    s3.create_bucket(Bucket=BUCKET)

    def put(name, body):
        s3.put_object(Bucket=BUCKET, Key=name, Body=json.dumps(body).encode())
        return f"{endpoint.url}/{BUCKET}/{name}"

    return put


def inner(default="inner"):
    return template(
        {"Label": {"Type": "String", "Default": default}},
        {"Arn": {"Value": ref("Topic")}, "Label": {"Value": ref("Label")}},
        Topic=resource("AWS::SNS::Topic", DisplayName=ref("Label")),
    )


def nested(url, **parameters):
    return resource("AWS::CloudFormation::Stack", TemplateURL=url, Parameters=parameters)


class TestNestedStacks:
    def test_created_changed_and_deleted_with_its_parent(self, stacks, upload):
        name, url = stacks.name(), upload("inner.json", inner())
        outputs = {"Inner": {"Value": att("Child", "Outputs.Arn")}}
        stacks.deploy(name, template(outputs=outputs, Child=nested(url, Label="one")))
        child = stacks.describe(stacks.physical(name, "Child"))
        assert child["StackName"].startswith(f"{name}-Child-")
        assert child["ParentId"] == child["RootId"] == stacks.describe(name)["StackId"]
        assert child["Parameters"] == [{"ParameterKey": "Label", "ParameterValue": "one"}]
        assert stacks.outputs(name)["Inner"] == stacks.physical(child["StackId"], "Topic")
        stacks.deploy(name, template(outputs=outputs, Child=nested(url, Label="two")))
        child = stacks.describe(child["StackId"])
        assert child["StackStatus"] == "UPDATE_COMPLETE"
        assert child["Parameters"][0]["ParameterValue"] == "two"
        stacks.delete(name)
        assert stacks.describe(child["StackId"])["StackStatus"] == "DELETE_COMPLETE"

    def test_its_template_is_shown_at_an_address_of_s3(self, stacks, upload, endpoint):
        """By that alone `sam delete` finds it, and `sam deploy` writes the endpoint's there."""
        name, url = stacks.name(), upload("inner.json", inner())
        assert url.startswith("http://127.0.0.1")
        stacks.deploy(name, template(Child=nested(url), T=resource("AWS::SNS::Topic")))
        for stage in ("Original", "Processed"):
            shown = stacks.client.get_template(StackName=name, TemplateStage=stage)["TemplateBody"]
            address = shown["Resources"]["Child"]["Properties"]["TemplateURL"]
            assert address == f"https://s3.us-east-1.amazonaws.com/{BUCKET}/inner.json"
        again = stacks.name()  # and what is shown can be deployed
        stack = stacks.deploy(again, template(Child=nested(address)))
        assert stack["StackStatus"] == "CREATE_COMPLETE"

    def test_its_failure_is_the_parents(self, stacks, upload):
        name = stacks.name()
        url = upload("broken.json", template(Bad=role(PermissionsBoundary="no arn")))
        stack = stacks.deploy(name, template(Topic=topic(), Child=nested(url)))
        assert stack["StackStatus"] == "ROLLBACK_COMPLETE"
        reason = stacks.reason(name, "Child", "CREATE_FAILED")
        assert reason.startswith("Embedded stack arn:aws:cloudformation:us-east-1:123456789012:")
        assert (
            "was not successfully created: The following resource(s) failed to create: [Bad]."
            in (reason)
        )

    def test_a_template_that_is_not_there(self, stacks, upload):
        name = stacks.name()
        missing = upload("inner.json", inner()).replace("inner.json", "missing.json")
        stack = stacks.deploy(name, template(Child=nested(missing)))
        assert stack["StackStatus"] == "ROLLBACK_COMPLETE"
        assert "S3 error" in stacks.reason(name, "Child", "CREATE_FAILED")


ANSWERING = """
import json, urllib.request

def handler(event, context):
    asked = event["ResourceProperties"]
    if asked.get("Silent") == "true":
        return
    answer = {
        "Status": "FAILED" if asked.get("Fail") == "true" else "SUCCESS",
        "Reason": "because I was asked to",
        "PhysicalResourceId": asked.get("Id", "custom-1"),
        "StackId": event["StackId"],
        "RequestId": event["RequestId"],
        "LogicalResourceId": event["LogicalResourceId"],
        "Data": {"Doubled": str(2 * int(asked.get("Number", "0"))), "Asked": event["RequestType"]},
    }
    request = urllib.request.Request(
        event["ResponseURL"], json.dumps(answer).encode(), {"Content-Type": ""}, method="PUT"
    )
    urllib.request.urlopen(request)
"""


def custom(**properties):
    made = resource("Custom::Doubler", ServiceToken=att("Function", "Arn"), **properties)
    return template(
        outputs={
            "Doubled": {"Value": att("It", "Doubled")},
            "Asked": {"Value": att("It", "Asked")},
        },
        Role=role(),
        Function=function(code=ANSWERING),
        It=made,
    )


class TestCustomResources:
    def test_the_function_is_asked_and_its_answer_used(self, stacks, endpoint):
        name = stacks.name()
        stack = stacks.deploy(name, custom(Number=21))
        assert stack["StackStatus"] == "CREATE_COMPLETE", stacks.events(name)
        assert stacks.outputs(name) == {"Doubled": "42", "Asked": "Create"}
        assert stacks.physical(name, "It") == "custom-1"
        stacks.deploy(name, custom(Number=4))
        assert stacks.outputs(name) == {"Doubled": "8", "Asked": "Update"}
        buckets = [b["Name"] for b in endpoint.client("s3").list_buckets()["Buckets"]]
        assert not [b for b in buckets if b.startswith("cloudformation-custom-resource")]
        stacks.delete(name)

    def test_its_refusal_rolls_back(self, stacks):
        name = stacks.name()
        stack = stacks.deploy(name, custom(Fail="true"))
        assert stack["StackStatus"] == "ROLLBACK_COMPLETE"
        assert stacks.reason(name, "It", "CREATE_FAILED").startswith(
            "Received response status [FAILED] from custom resource. Message returned: because I "
            "was asked to (RequestId: "
        )

    def test_its_silence_is_not_waited_for(self, stacks):
        name = stacks.name()
        stack = stacks.deploy(name, custom(Silent="true"))
        assert stack["StackStatus"] == "ROLLBACK_COMPLETE"
        assert stacks.reason(name, "It", "CREATE_FAILED").startswith(
            "CloudFormation did not receive a response from your Custom Resource."
        )


def test_a_wait_condition_handle_has_an_address(stacks):
    name = stacks.name()
    handle = {"Type": "AWS::CloudFormation::WaitConditionHandle"}
    stacks.deploy(name, template(Handle=handle))
    assert stacks.physical(name, "Handle").startswith("https://cloudformation-waitcondition-")
    stacks.delete(name)
