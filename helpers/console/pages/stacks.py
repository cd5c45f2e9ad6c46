"""Stacks: their events as they come, resources, outputs, the template and its picture; delete.

And what they export, the changes that wait to be made, and drift: what is no longer as it was made.
"""

from __future__ import annotations

import json
from typing import Any

from botocore.exceptions import ClientError

from helpers import draw
from helpers.console import addresses, drawing
from helpers.console.aws import Aws, Problem, attempt, problem
from helpers.console.page import Page, Refused

STAGES = {"Original": "as it was written", "Processed": "as SAM expanded it"}


class Stacks(Page):
    """The stacks that there are, and what they export."""

    template = "stacks.html"
    section = "stacks"

    def show(self) -> dict[str, Any]:
        """A page of their names and how they stand, and a page of exports."""
        told = self._stacks(self.get_query_argument("after", ""))
        return {
            "stacks": told["Stacks"],
            "more": told.get("NextToken", ""),
            "exports": attempt(self._exports),
            "name_of": _name_of,
            "live": self.link("live", "stacks"),
        }

    def version(self) -> str:
        """Names and statuses of the first page."""
        return repr([(one["StackName"], one["StackStatus"]) for one in self._stacks()["Stacks"]])

    def _stacks(self, token: str = "") -> dict[str, Any]:
        asked = {"NextToken": token} if token else {}
        answer: dict[str, Any] = self.aws.client("cloudformation").describe_stacks(**asked)
        return answer

    def _exports(self) -> dict[str, Any]:
        token = self.get_query_argument("exports", "")
        answer: dict[str, Any] = self.aws.client("cloudformation").list_exports(
            **({"NextToken": token} if token else {})
        )
        return {"rows": answer["Exports"], "more": answer.get("NextToken", "")}


class Stack(Page):
    """One stack, by its name or its ARN."""

    template = "stack.html"
    section = "stacks"

    def show(self, name: str) -> dict[str, Any]:
        """Everything about it; what cannot be asked for is told in its place."""
        told = self._stack(name)
        stage = self.get_query_argument("template", "")
        stage = stage if stage in STAGES else "Original"
        template = attempt(lambda: _template(self.aws, name, stage))
        resources = attempt(lambda: self._resources(name))
        return {
            "stack": told,
            "name_of": _name_of,
            "resources": resources,
            "page_of": self._page_of,
            "users": self._users(told),
            "drift": attempt(lambda: self._drift(told)),
            "unchecked": [] if isinstance(resources, Problem) else _unchecked(resources),
            "events": attempt(lambda: self._events(name)),
            "changes": attempt(lambda: self._pages(name, "list_change_sets", "Summaries")),
            "stage": stage,
            "stages": STAGES,
            "template": template,
            "picture": template
            if isinstance(template, Problem)
            else drawing.drawn(lambda: draw.template({"TemplateBody": template})),
            "live": self.link("live", "stacks", name, drift=self.get_query_argument("drift", "")),
        }

    def _page_of(self, resource: dict[str, Any]) -> str:
        """The address of a resource's page, "" where there is none."""
        made = addresses.made(resource["ResourceType"], resource.get("PhysicalResourceId") or "")
        return self.link("") + made.page if made else ""

    def version(self, name: str) -> str | None:
        """Its latest event, and while drift is looked for how far that is."""
        told = self.aws.client("cloudformation").describe_stack_events(StackName=name)
        return told["StackEvents"][0]["EventId"] + self._detection().get("DetectionStatus", "")

    def act(self, name: str) -> str:
        """Delete it, or look whether its resources are still as it made them."""
        client, what = self.aws.client("cloudformation"), self.get_body_argument("do", "")
        if what == "delete":
            client.delete_stack(StackName=name)
            return self.link("stacks")
        if what == "drift":
            detection = client.detect_stack_drift(StackName=name)["StackDriftDetectionId"]
            return self.link("stacks", name, drift=detection) + "#drift"
        raise Refused(Problem("Nothing was asked for."))

    def question(self, name: str) -> str:
        """Asked before it is deleted: what its tables and buckets hold goes with it."""
        if self.get_body_argument("do", "") != "delete":
            return ""
        resources = self._resources(name)
        kinds = ", ".join(
            one["LogicalResourceId"] for one in resources if one["ResourceType"] in _WITH_DATA
        )
        lost = f" What these hold is lost: {kinds}." if kinds else ""
        return f"Delete the stack {name} with its {len(resources)} resources?{lost}"

    def _stack(self, name: str) -> dict[str, Any]:
        told: dict[str, Any] = self.aws.client("cloudformation").describe_stacks(StackName=name)
        found: dict[str, Any] = told["Stacks"][0]
        return found

    def _pages(self, name: str, operation: str, key: str) -> list[dict[str, Any]]:
        return self.aws.pages("cloudformation", operation, key, StackName=name)

    def _resources(self, name: str) -> list[dict[str, Any]]:
        return self._pages(name, "list_stack_resources", "StackResourceSummaries")

    def _events(self, name: str) -> dict[str, Any]:
        """A page of them, the latest first, and the token of the next."""
        token = self.get_query_argument("events", "")
        answer = self.aws.client("cloudformation").describe_stack_events(
            StackName=name, **({"NextToken": token} if token else {})
        )
        return {"rows": answer["StackEvents"], "more": answer.get("NextToken", "")}

    def _users(self, told: dict[str, Any]) -> dict[str, list[str] | Problem]:
        """By an export's name, the stacks that import it."""
        names = [one["ExportName"] for one in told.get("Outputs", []) if "ExportName" in one]

        def ask(name: str) -> list[str] | Problem:
            try:
                return self.aws.pages("cloudformation", "list_imports", "Imports", ExportName=name)
            except ClientError as error:  # AWS has no other word for "nobody does"
                return [] if "not imported" in str(error) else problem(error)

        return dict(zip(names, self.aws.at_once(ask, names), strict=True))

    def _detection(self) -> dict[str, Any]:
        """How far looking for drift is, where the address says that it was begun."""
        known = self.get_query_argument("drift", "")
        if not known:
            return {}
        client = self.aws.client("cloudformation")
        told: dict[str, Any] = client.describe_stack_drift_detection_status(
            StackDriftDetectionId=known
        )
        return told

    def _drifts(self, arn: str) -> list[dict[str, Any]]:
        """What was found of each resource; boto3 has no paginator for it."""
        client, rows, token = self.aws.client("cloudformation"), [], ""
        while True:
            answer = client.describe_stack_resource_drifts(
                StackName=arn, **({"NextToken": token} if token else {})
            )
            rows += answer["StackResourceDrifts"]
            token = answer.get("NextToken", "")
            if not token:
                return rows

    def _drift(self, told: dict[str, Any]) -> dict[str, Any]:
        """When it was looked for last, what was found then, and whether it is looked for now."""
        last = told.get("DriftInformation", {})
        rows: list[dict[str, Any]] = []
        if last.get("LastCheckTimestamp"):
            rows = self._drifts(told["StackId"])
        return {
            "detection": self._detection(),
            "at": last.get("LastCheckTimestamp"),
            "status": last.get("StackDriftStatus", "NOT_CHECKED"),
            "drifted": [
                one for one in rows if one["StackResourceDriftStatus"] in ("MODIFIED", "DELETED")
            ],
            "same": sum(one["StackResourceDriftStatus"] == "IN_SYNC" for one in rows),
        }


class ChangeSet(Page):
    """One change set, by its ARN: what a stack would become."""

    template = "change_set.html"
    section = "stacks"

    def show(self, arn: str) -> dict[str, Any]:
        """How it stands, and a page of its changes."""
        told = self._told(arn, self.get_query_argument("after", ""))
        changes = [one.get("ResourceChange", {}) for one in told.get("Changes", [])]
        return {"told": told, "changes": [(one, _lost(one), _details(one)) for one in changes]}

    def act(self, arn: str) -> str:
        """Carry it out, or throw it away."""
        client, what = self.aws.client("cloudformation"), self.get_body_argument("do", "")
        stack = self._told(arn)["StackName"]
        if what == "execute":
            client.execute_change_set(ChangeSetName=arn)
        elif what == "delete":
            client.delete_change_set(ChangeSetName=arn)
        else:
            raise Refused(Problem("Nothing was asked for."))
        return self.link("stacks", stack)

    def question(self, arn: str) -> str:
        """Asked where something goes that holds data; on an account always."""
        what, told = self.get_body_argument("do", ""), self._told(arn)
        if what == "delete":
            return "" if self.aws.is_local else f"Delete the change set {told['ChangeSetName']}?"
        changes = self.aws.pages(
            "cloudformation", "describe_change_set", "Changes", ChangeSetName=arn
        )
        kinds = ", ".join(
            one["ResourceChange"]["LogicalResourceId"]
            for one in changes
            if "ResourceChange" in one and _lost(one["ResourceChange"])
        )
        if self.aws.is_local and not kinds:
            return ""
        lost = f" What these hold is lost: {kinds}." if kinds else ""
        named = f"{told['ChangeSetName']} of the stack {told['StackName']}"
        return f"Carry out the change set {named}, with {len(changes)} changes?{lost}"

    def _told(self, arn: str, token: str = "") -> dict[str, Any]:
        answer: dict[str, Any] = self.aws.client("cloudformation").describe_change_set(
            ChangeSetName=arn, IncludePropertyValues=True, **({"NextToken": token} if token else {})
        )
        return answer


def _lost(change: dict[str, Any]) -> bool:
    """Does what a resource holds go with the change?"""
    goes = change.get("Action") == "Remove" or change.get("Replacement") in ("True", "Conditional")
    is_kept = "Retain" in change.get("PolicyAction", "")
    return goes and not is_kept and change.get("ResourceType") in _WITH_DATA


def _details(change: dict[str, Any]) -> list[tuple[str, str, Any, Any]]:
    """What changes of a resource: name, because of what, before and after, None if not told."""
    before, after = (
        json.loads(change.get(key) or "{}").get("Properties", {})
        for key in ("BeforeContext", "AfterContext")
    )
    rows = {}
    for one in change.get("Details", []):
        its = one.get("Target", {})
        name = its.get("Name") or its.get("Attribute", "")
        rows[name] = (
            name,
            one.get("CausingEntity", ""),
            its.get("BeforeValue", before.get(name)),
            its.get("AfterValue", after.get(name)),
        )
    return list(rows.values())


def _unchecked(resources: list[dict[str, Any]]) -> list[str]:
    """Of which resources it cannot be told whether they are as the stack made them."""
    return [
        one["LogicalResourceId"]
        for one in resources
        if one.get("DriftInformation", {}).get("StackResourceDriftStatus") == "NOT_CHECKED"
    ]


def _name_of(arn: str) -> str:
    """The name in a stack's ARN."""
    return arn.rpartition(":")[2].split("/")[1] if "/" in arn else arn


_WITH_DATA = ("AWS::DynamoDB::Table", "AWS::S3::Bucket", "AWS::SQS::Queue", "AWS::Logs::LogGroup")


def _template(aws: Aws, name: str, stage: str) -> str:
    """A stack's template as text, JSON with indents."""
    answer = aws.client("cloudformation").get_template(StackName=name, TemplateStage=stage)
    body = answer["TemplateBody"]
    return body if isinstance(body, str) else json.dumps(body, indent=2)
