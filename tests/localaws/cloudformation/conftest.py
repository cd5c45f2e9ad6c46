"""A stack's life over HTTP: deploy a template, wait, look at what happened."""

import itertools
import json
import re
from dataclasses import dataclass

import pytest
from botocore.exceptions import ClientError

from tests.workshop import stack_at_rest

NUMBERS = itertools.count(1)
CAPABILITIES = ["CAPABILITY_NAMED_IAM", "CAPABILITY_AUTO_EXPAND"]


@dataclass
class Stacks:
    """Stacks of one endpoint, through boto3."""

    endpoint: object

    def __post_init__(self):
        self.client = self.endpoint.client("cloudformation")
        self.made = []

    def name(self):
        name = f"test-{next(NUMBERS)}"
        self.made.append(name)
        return name

    def exists(self, name):
        try:
            status = self.describe(name)["StackStatus"]
        except ClientError:
            return False
        return status != "REVIEW_IN_PROGRESS"

    def change_set(self, name, template, parameters=None, **options):
        """Create a change set and return its description."""
        kind = "UPDATE" if self.exists(name) else "CREATE"
        made = self.client.create_change_set(
            StackName=name,
            ChangeSetName=f"changes-{next(NUMBERS)}",
            ChangeSetType=kind,
            TemplateBody=template if isinstance(template, str) else json.dumps(template),
            Parameters=[
                {"ParameterKey": key, "ParameterValue": value}
                for key, value in (parameters or {}).items()
            ],
            **({"Capabilities": CAPABILITIES} | options),
        )
        return self.client.describe_change_set(ChangeSetName=made["Id"])

    def execute(self, change_set, **options):
        self.client.execute_change_set(ChangeSetName=change_set["ChangeSetId"], **options)
        return self.wait(change_set["StackId"])

    def deploy(self, name, template, parameters=None, **options):
        """Create and execute a change set; return the stack's description at its end."""
        change_set = self.change_set(name, template, parameters, **options)
        assert change_set["Status"] == "CREATE_COMPLETE", change_set.get("StatusReason")
        return self.execute(change_set)

    def wait(self, name):
        """The stack's description once nothing is under way."""
        return stack_at_rest(self.client, name)

    def delete(self, name, **options):
        """Delete a stack and return its description at the end."""
        stack_id = self.describe(name)["StackId"]
        self.client.delete_stack(StackName=name, **options)
        return self.wait(stack_id)

    def describe(self, name):
        return self.client.describe_stacks(StackName=name)["Stacks"][0]

    def outputs(self, name):
        return {o["OutputKey"]: o["OutputValue"] for o in self.describe(name).get("Outputs", [])}

    def events(self, name):
        """The stack's events, oldest first."""
        pages = self.client.get_paginator("describe_stack_events").paginate(StackName=name)
        return [event for page in pages for event in page["StackEvents"]][::-1]

    def failures(self, name):
        """What failed, or was rolled back, and why; oldest first."""
        return [
            f"{event['LogicalResourceId']} {event['ResourceStatus']}: {why}"
            for event in self.events(name)
            if (why := event.get("ResourceStatusReason"))
            and re.search("FAILED|ROLLBACK", event["ResourceStatus"])
        ]

    def told(self, name, since=0):
        """The same as (logical id, status), without doubled lines of one resource."""
        lines = [(e["LogicalResourceId"], e["ResourceStatus"]) for e in self.events(name)[since:]]
        return [line for line, _ in itertools.groupby(lines)]

    def reason(self, name, logical_id, status):
        """The reason of the last such event."""
        return next(
            event["ResourceStatusReason"]
            for event in reversed(self.events(name))
            if event["LogicalResourceId"] == logical_id and event["ResourceStatus"] == status
        )

    def physical(self, name, logical_id):
        found = self.client.describe_stack_resource(StackName=name, LogicalResourceId=logical_id)
        return found["StackResourceDetail"]["PhysicalResourceId"]

    def clean(self):
        for name in reversed(self.made):
            try:
                stack = self.describe(name)
            except ClientError:
                continue
            if stack["StackStatus"] == "DELETE_FAILED":
                continue
            self.client.update_termination_protection(
                StackName=name, EnableTerminationProtection=False
            )
            self.delete(name)


@pytest.fixture
def stacks(endpoint):
    """Stacks of the shared endpoint; what a test leaves is deleted."""
    found = Stacks(endpoint)
    yield found
    found.clean()


@pytest.fixture(scope="module")
def module_stacks(endpoint):
    """The same for the tests of a module together."""
    found = Stacks(endpoint)
    yield found
    found.clean()
