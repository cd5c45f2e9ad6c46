"""Killed in the middle of deploys: each stack comes to a right end, and nothing half-made is left.

Stacks are brought to where they are at something, and kept there by a function that waits; then one
kill -9 interrupts them all.
"""

import json

import pytest
from botocore.exceptions import ClientError
from kept_world import ROLE, Restartable

from tests.workshop import make_function, until

ASKED = "arn:aws:lambda:us-east-1:123456789012:function:asked"
ASKED_CODE = """
import json, pathlib, time, urllib.request

def handler(event, context):
    properties, verb = event["ResourceProperties"], event["RequestType"]
    folder = pathlib.Path(properties["Folder"])
    with (folder / f"{properties['Stack']}.{verb}").open("a") as told:
        told.write(properties["Value"] + " ")
    while properties["WaitsAt"] == verb and not (folder / "released").exists():
        time.sleep(0.02)
    answer = {"Status": "SUCCESS", "PhysicalResourceId": event.get("PhysicalResourceId", "made")}
    answer |= {key: event[key] for key in ("StackId", "RequestId", "LogicalResourceId")}
    urllib.request.urlopen(urllib.request.Request(
        event["ResponseURL"], json.dumps(answer).encode(), {"Content-Type": ""}, method="PUT"
    ))
"""
MAILBOX = "cloudformation-custom-resource-response"
TEMPLATES = "templates"


def resource(kind, *, after=None, **properties):
    made = {"Type": kind, "Properties": properties}
    return made | {"DependsOn": after} if after else made


def named_topic(stack, name, value="1"):
    return resource("AWS::SNS::Topic", TopicName=f"{stack}-{name}", DisplayName=value)


class Deploys(Restartable):
    """Stacks with a resource that waits in the middle, told by `waits_at` in which request."""

    def __init__(self, endpoint, folder):
        super().__init__(endpoint)
        self.folder = folder
        self.stacks = endpoint.client("cloudformation")
        endpoint.role("anything", allow="*")
        asked = {"FunctionName": "asked", "Timeout": 60}
        make_function(endpoint.client("lambda"), ROLE, ASKED_CODE, **asked)
        endpoint.client("s3").create_bucket(Bucket=TEMPLATES)

    def template(self, stack, *, waits_at="", value="1", more=False, fails=False):
        """A topic before what waits, and one after it."""
        waits = resource(
            "Custom::Asked", after="Before", ServiceToken=ASKED, Folder=str(self.folder),
            Stack=stack, WaitsAt=waits_at, Value=value,
        )  # fmt: skip
        made = {
            "Before": named_topic(stack, "before", value),
            "Waits": waits,
            "After": resource("AWS::SNS::Topic", after="Waits", TopicName=f"{stack}-after"),
        }
        if more:
            made["Before"]["DependsOn"] = "More"
            made["More"] = named_topic(stack, "more")
        if fails:
            made["Bad"] = resource("AWS::SQS::Queue", after="After", QueueName="not a name")
        return json.dumps({"Resources": made})

    def around(self, stack, inner):
        """A template with a stack in it."""
        self.endpoint.client("s3").put_object(Bucket=TEMPLATES, Key=stack, Body=inner.encode())
        url = f"{self.endpoint.url}/{TEMPLATES}/{stack}"
        child = resource("AWS::CloudFormation::Stack", TemplateURL=url)
        return json.dumps({"Resources": {"Outer": named_topic(stack, "outer"), "Child": child}})

    def taken_up(self):
        return self.endpoint.control("/_local/status")["state"]["recovered_stacks"]

    def status(self, stack):
        return self.stacks.describe_stacks(StackName=stack)["Stacks"][0]["StackStatus"]

    def ended(self, stack):
        """Its status when nothing is under way any more; DELETE_COMPLETE if it is gone."""

        def at_rest():
            try:
                return not self.status(stack).endswith("_IN_PROGRESS")
            except ClientError:
                return True

        until(at_rest)
        try:
            return self.status(stack)
        except ClientError:
            return "DELETE_COMPLETE"

    def create(self, stack, template):
        self.stacks.create_stack(StackName=stack, TemplateBody=template)

    def update(self, stack, template):
        self.stacks.update_stack(StackName=stack, TemplateBody=template)

    def created(self, stack, template):
        self.create(stack, template)
        assert self.ended(stack) == "CREATE_COMPLETE"

    def asked(self, stack, verb):
        """With which values the function has been asked for this."""
        told = self.folder / f"{stack}.{verb}"
        return told.read_text().split() if told.exists() else []

    def topics(self, stack):
        """The names of a stack's topics, without the stack's, and what they display."""
        sns = self.endpoint.client("sns")
        found = {}
        for one in sns.list_topics()["Topics"]:
            name = one["TopicArn"].rpartition(":")[2]
            if name.startswith(f"{stack}-"):
                shown = sns.get_topic_attributes(TopicArn=one["TopicArn"])["Attributes"]
                found[name.removeprefix(f"{stack}-")] = shown.get("DisplayName") or None
        return found

    def reasons(self, stack, status):
        """Why a stack came to be in this status."""
        found = self.stacks.describe_stack_events(StackName=stack)["StackEvents"]
        return [
            event.get("ResourceStatusReason", "")
            for event in found
            if event["ResourceStatus"] == status and event["ResourceType"].endswith("::Stack")
        ]


UNDER_WAY = {
    "creating": ("CREATE_IN_PROGRESS", "Create"),
    "changed": ("CREATE_IN_PROGRESS", "Create"),
    "updating": ("UPDATE_IN_PROGRESS", "Update"),
    "deleting": ("DELETE_IN_PROGRESS", "Delete"),
    "rolling-back": ("ROLLBACK_IN_PROGRESS", "Delete"),
    "cleaning-up": ("UPDATE_COMPLETE_CLEANUP_IN_PROGRESS", "Delete"),
    "outer-creating": ("CREATE_IN_PROGRESS", "Create"),
    "outer-updating": ("UPDATE_IN_PROGRESS", "Update"),
    "outer-deleting": ("DELETE_IN_PROGRESS", "Delete"),
}
"""Each stack, where it is when the kill comes, and which request to its function waits there."""


@pytest.fixture(scope="module")
def deploys(module_endpoint, tmp_path_factory):
    """All of UNDER_WAY was under way, and stored, at a kill; the endpoint is up again."""
    made = Deploys(module_endpoint, tmp_path_factory.mktemp("asked"))
    plain = made.template
    # what must be there before
    made.created("updating", plain("updating"))
    made.created("deleting", plain("deleting", waits_at="Delete"))
    made.created("cleaning-up", plain("cleaning-up", waits_at="Delete"))
    made.created("outer-updating", made.around("outer-updating", plain("outer-updating")))
    made.created(
        "outer-deleting",
        made.around("outer-deleting", plain("outer-deleting", waits_at="Delete")),
    )
    # and what is under way
    made.create("creating", plain("creating", waits_at="Create"))
    made.stacks.create_change_set(
        StackName="changed", ChangeSetName="first", ChangeSetType="CREATE",
        TemplateBody=plain("changed", waits_at="Create"),
    )  # fmt: skip
    made.stacks.execute_change_set(StackName="changed", ChangeSetName="first")
    made.update("updating", plain("updating", waits_at="Update", value="2", more=True))
    made.stacks.delete_stack(StackName="deleting")
    made.create("rolling-back", plain("rolling-back", waits_at="Delete", fails=True))
    without = json.loads(plain("cleaning-up", value="2"))
    del without["Resources"]["Waits"], without["Resources"]["After"]["DependsOn"]
    made.update("cleaning-up", json.dumps(without))
    made.create(
        "outer-creating", made.around("outer-creating", plain("outer-creating", waits_at="Create"))
    )
    other = plain("outer-updating", waits_at="Update", value="2", more=True)
    made.update("outer-updating", made.around("outer-updating2", other).replace(
        "outer-updating2-outer", "outer-updating-outer"))  # fmt: skip
    made.stacks.delete_stack(StackName="outer-deleting")
    for stack, (_, verb) in UNDER_WAY.items():
        until(lambda stack=stack, verb=verb: made.asked(stack, verb))
    made.settle()
    # describe_stacks would wait a little for each to end
    listed = made.stacks.list_stacks()["StackSummaries"]
    found = {one["StackName"]: one["StackStatus"] for one in listed}
    assert found | {stack: status for stack, (status, _) in UNDER_WAY.items()} == found
    made.kill()
    (made.folder / "released").touch()
    made.start()
    until(lambda: made.taken_up())
    return made


def test_it_says_which_stacks_it_took_up(deploys):
    taken_up = deploys.taken_up()
    children = [name for name in taken_up if "-Child-" in name]
    assert set(taken_up) - set(children) == set(UNDER_WAY)
    assert len(children) == 3
    said = deploys.endpoint.command("status").stdout
    assert "taken up again: " in said and "creating" in said


def test_a_change_set_that_was_executed_has_failed(deploys):
    assert deploys.ended("changed") == "ROLLBACK_COMPLETE"
    found = deploys.stacks.describe_change_set(StackName="changed", ChangeSetName="first")
    assert (found["Status"], found["ExecutionStatus"]) == ("CREATE_COMPLETE", "EXECUTE_FAILED")


@pytest.mark.parametrize("stack", ["creating", "changed", "outer-creating"])
def test_a_creation_is_rolled_back_and_the_next_one_works(deploys, stack):
    assert deploys.ended(stack) == "ROLLBACK_COMPLETE"
    (reason,) = deploys.reasons(stack, "ROLLBACK_IN_PROGRESS")[-1:]
    assert "The local endpoint was stopped while this operation was under way" in reason
    assert deploys.topics(stack) == {}
    with pytest.raises(ClientError, match="is in ROLLBACK_COMPLETE state and can not be updated"):
        deploys.update(stack, deploys.template(stack))
    deploys.stacks.delete_stack(StackName=stack)
    assert deploys.ended(stack) == "DELETE_COMPLETE"
    deploys.created(stack, deploys.template(stack))
    assert set(deploys.topics(stack)) == {"before", "after"}


def test_an_update_is_rolled_back_and_the_next_one_works(deploys):
    assert deploys.ended("updating") == "UPDATE_ROLLBACK_COMPLETE"
    assert deploys.topics("updating") == {"before": "1", "after": None}
    assert deploys.asked("updating", "Update") == ["2", "1"]
    deploys.update("updating", deploys.template("updating", value="3", more=True))
    assert deploys.ended("updating") == "UPDATE_COMPLETE"
    assert deploys.topics("updating") == {"before": "3", "more": "1", "after": None}


def test_an_update_of_a_nested_stack_is_rolled_back_and_the_next_one_works(deploys):
    stack = "outer-updating"
    assert deploys.ended(stack) == "UPDATE_ROLLBACK_COMPLETE"
    assert deploys.topics(stack) == {"outer": "1", "before": "1", "after": None}
    assert deploys.asked(stack, "Update") == ["2", "1"]
    other = deploys.around("other", deploys.template(stack, value="3"))
    deploys.update(stack, other.replace("other-outer", "outer-updating-outer"))
    assert deploys.ended(stack) == "UPDATE_COMPLETE"
    assert deploys.topics(stack)["before"] == "3"


@pytest.mark.parametrize("stack", ["deleting", "outer-deleting"])
def test_a_deletion_is_finished(deploys, stack):
    assert deploys.ended(stack) == "DELETE_COMPLETE"
    assert deploys.topics(stack) == {}
    assert deploys.asked(stack, "Delete") == ["1", "1"]
    deploys.created(stack, deploys.template(stack))


def test_a_rollback_is_finished(deploys):
    assert deploys.ended("rolling-back") == "ROLLBACK_COMPLETE"
    assert deploys.topics("rolling-back") == {}


def test_a_cleanup_is_finished(deploys):
    assert deploys.ended("cleaning-up") == "UPDATE_COMPLETE"
    assert deploys.topics("cleaning-up") == {"before": "2", "after": None}
    assert deploys.asked("cleaning-up", "Delete") == ["1", "1"]


def test_nothing_half_made_is_left(deploys):
    """No bucket in which CloudFormation waited for an answer, and no stack that is at something."""
    for stack in UNDER_WAY:
        deploys.ended(stack)
    names = [bucket["Name"] for bucket in deploys.endpoint.client("s3").list_buckets()["Buckets"]]
    assert names == [TEMPLATES]
    pages = deploys.stacks.get_paginator("describe_stacks").paginate()
    found = {one["StackName"]: one["StackStatus"] for page in pages for one in page["Stacks"]}
    assert [name for name, status in found.items() if status.endswith("IN_PROGRESS")] == []
    nested = {name.split("-Child-")[0] for name in found if "-Child-" in name}
    assert nested <= {"outer-updating"}
