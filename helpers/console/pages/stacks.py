"""Stacks: their events as they come, resources, outputs, the template and its picture; delete."""

from __future__ import annotations

import json
from typing import Any

from helpers import draw
from helpers.console import drawing
from helpers.console.aws import Aws, Problem, attempt
from helpers.console.page import Page, Refused

EVENTS = 200
STAGES = {"Original": "as it was written", "Processed": "as SAM expanded it"}


class Stacks(Page):
    """All stacks that there are."""

    template = "stacks.html"
    section = "stacks"

    def show(self) -> dict[str, Any]:
        """Their names and how they stand, the latest first."""
        return {
            "stacks": self.aws.pages("cloudformation", "describe_stacks", "Stacks"),
            "live": self.link("live", "stacks"),
        }

    def version(self) -> str:
        """Names and statuses."""
        stacks = self.aws.pages("cloudformation", "describe_stacks", "Stacks")
        return repr([(one["StackName"], one["StackStatus"]) for one in stacks])


class Stack(Page):
    """One stack, by its name or its ARN."""

    template = "stack.html"
    section = "stacks"

    def show(self, name: str) -> dict[str, Any]:
        """Everything about it; what cannot be asked for is told in its place."""
        client = self.aws.client("cloudformation")
        told = client.describe_stacks(StackName=name)["Stacks"][0]
        stage = self.get_query_argument("template", "")
        stage = stage if stage in STAGES else "Original"
        template = attempt(lambda: _template(self.aws, name, stage))
        return {
            "stack": told,
            "resources": attempt(
                lambda: self.aws.pages(
                    "cloudformation",
                    "list_stack_resources",
                    "StackResourceSummaries",
                    StackName=name,
                )
            ),
            "page_of": lambda one: _page_of(self, one),
            "events": attempt(lambda: self._events(name)),
            "changes": attempt(
                lambda: self.aws.pages(
                    "cloudformation", "list_change_sets", "Summaries", StackName=name
                )
            ),
            "stage": stage,
            "stages": STAGES,
            "template": template,
            "picture": template
            if isinstance(template, Problem)
            else drawing.drawn(lambda: draw.template({"TemplateBody": template})),
            "live": self.link("live", "stacks", name),
        }

    def version(self, name: str) -> str | None:
        """Its latest event."""
        told = self.aws.client("cloudformation").describe_stack_events(StackName=name)
        return told["StackEvents"][0]["EventId"]

    def act(self, name: str) -> str:
        """Delete it."""
        if self.get_body_argument("do", "") != "delete":
            raise Refused(Problem("Nothing was asked for."))
        self.aws.client("cloudformation").delete_stack(StackName=name)
        return self.link("stacks")

    def question(self, name: str) -> str:
        """Always asked: what its tables and buckets hold goes with it."""
        resources = self.aws.pages(
            "cloudformation", "list_stack_resources", "StackResourceSummaries", StackName=name
        )
        kinds = ", ".join(
            one["LogicalResourceId"] for one in resources if one["ResourceType"] in _WITH_DATA
        )
        lost = f" What these hold is lost: {kinds}." if kinds else ""
        return f"Delete the stack {name} with its {len(resources)} resources?{lost}"

    def _events(self, name: str) -> list[dict[str, Any]]:
        paginator = self.aws.client("cloudformation").get_paginator("describe_stack_events")
        events: list[dict[str, Any]] = []
        for page in paginator.paginate(StackName=name):
            events += page["StackEvents"]
            if len(events) >= EVENTS:
                break
        return events[:EVENTS]


_WITH_DATA = ("AWS::DynamoDB::Table", "AWS::S3::Bucket", "AWS::SQS::Queue", "AWS::Logs::LogGroup")


def _page_of(page: Page, resource: dict[str, Any]) -> str:
    """The address of a resource's page, "" where there is none."""
    known = resource.get("PhysicalResourceId") or ""
    if resource["ResourceType"] == "AWS::Logs::LogGroup" and known:
        return page.link("logs", "group", name=known)
    if resource["ResourceType"] in ("AWS::CloudWatch::Alarm", "AWS::CloudWatch::CompositeAlarm"):
        return page.link("alarms", "one", alarm=known) if known else ""
    where = {
        "AWS::StepFunctions::StateMachine": ("machines", known),
        "AWS::CloudFormation::Stack": ("stacks", known),
        "AWS::Events::Rule": ("rules", "default", known.rpartition("/")[2]),
        "AWS::Lambda::Function": ("functions", known),
        "AWS::S3::Bucket": ("buckets", known),
        "AWS::DynamoDB::Table": ("tables", known),
        "AWS::SQS::Queue": ("queues", known.rpartition("/")[2]),
        "AWS::SNS::Topic": ("topics", known),
    }.get(resource["ResourceType"])
    return page.link(*where) if where and known else ""


def _template(aws: Aws, name: str, stage: str) -> str:
    """A stack's template as text, JSON with indents."""
    answer = aws.client("cloudformation").get_template(StackName=name, TemplateStage=stage)
    body = answer["TemplateBody"]
    return body if isinstance(body, str) else json.dumps(body, indent=2)
