"""A stack made for a check from the learner's template, as `aws cloudformation deploy` makes it."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from helpers.asl.reading import read_text
from helpers.exercises.outcome import NotYet
from helpers.exercises.workbench import reading
from helpers.exercises.workbench.commands import Ran
from helpers.exercises.workbench.patience import patience

LONGEST = 60.0
CAPABILITIES = ["CAPABILITY_IAM", "CAPABILITY_NAMED_IAM", "CAPABILITY_AUTO_EXPAND"]
_GOOD = ("CREATE_COMPLETE", "UPDATE_COMPLETE")
_UNDER_WAY = "_IN_PROGRESS"

Run = Callable[..., Ran]
Packaged = Callable[[str, Mapping[str, str]], tuple[str, dict[str, str]]]


def package(run: Run, project: Path, template: str, bucket: str) -> str:
    """The template with its code in S3, as the real `aws cloudformation package` writes it.

    One that names no file stays as it is. Raises NotYet (`stack-failed`) with the command's last
    words.
    """
    if not _names_a_file(reading.yaml_of(project, template)):
        return reading.text(project, template)
    packaged = project / ".packaged.yaml"
    done = run(
        *("aws", "cloudformation", "package", "--template-file", template),
        *("--s3-bucket", bucket, "--output-template-file", packaged.name),
        cwd=project,
    )
    if done.code:
        said = done.last_line.replace(f"{project}{os.sep}", "")  # the copy's folder tells nothing
        raise NotYet(f"{template} cannot be packaged: {said}", hint="stack-failed")
    return packaged.read_text(encoding="utf-8")


def _names_a_file(said: Any) -> bool:
    """Whether there is anything in it that `aws cloudformation package` would upload."""
    if isinstance(said, dict):
        return any(
            key.endswith(("Uri", "Location", "TemplateURL")) or key in ("Code", "Content")
            for key in map(str, said)
        ) or any(map(_names_a_file, said.values()))
    return isinstance(said, list) and any(map(_names_a_file, said))


class Stack:
    """A stack on the checks' endpoint."""

    def __init__(self, client: Any, name: str, packaged: Packaged) -> None:
        """`packaged` gives a template's body and all its parameters, its code uploaded."""
        self.client, self.name, self._packaged = client, name, packaged

    def create(self, template: str, parameters: Mapping[str, str]) -> None:
        """Make it. Raises NotYet (`stack-failed`) with the first reason if it fails."""
        self._ask(self.client.create_stack, *self._packaged(template, parameters))

    def deploy_again(
        self, template: str = "template.yaml", parameters: Mapping[str, str] | None = None
    ) -> bool:
        """Change it; False if there was nothing to change. Raises NotYet as `create` does."""
        return self._ask(self.client.update_stack, *self._packaged(template, parameters or {}))

    def delete(self) -> str:
        """Delete it, and say how that ended: DELETE_COMPLETE or DELETE_FAILED."""
        stack_id = self.described["StackId"]
        self.client.delete_stack(StackName=stack_id)
        return self._settled(stack_id)["StackStatus"]

    @property
    def described(self) -> dict[str, Any]:
        """What describe_stacks says."""
        return self.client.describe_stacks(StackName=self.name)["Stacks"][0]

    @property
    def outputs(self) -> dict[str, str]:
        """Output key → value."""
        return {one["OutputKey"]: one["OutputValue"] for one in self.described.get("Outputs", [])}

    @property
    def physical(self) -> dict[str, str]:
        """Logical id → physical id."""
        return {
            one["LogicalResourceId"]: one.get("PhysicalResourceId", "") for one in self._resources()
        }

    @property
    def types(self) -> dict[str, str]:
        """Logical id → resource type."""
        return {one["LogicalResourceId"]: one["ResourceType"] for one in self._resources()}

    def of_type(self, kind: str) -> dict[str, str]:
        """Logical id → physical id, of the resources of a type such as AWS::DynamoDB::Table."""
        return {
            one["LogicalResourceId"]: one.get("PhysicalResourceId", "")
            for one in self._resources()
            if one["ResourceType"] == kind
        }

    @property
    def processed(self) -> dict[str, Any]:
        """The template as CloudFormation expanded it."""
        body = self.client.get_template(StackName=self.name, TemplateStage="Processed")
        template = body["TemplateBody"]
        return read_text(template).data if isinstance(template, str) else template

    def _ask(self, call: Callable[..., Any], body: str, parameters: Mapping[str, str]) -> bool:
        from botocore.exceptions import ClientError

        given = [{"ParameterKey": k, "ParameterValue": v} for k, v in parameters.items()]
        try:
            answer = call(
                StackName=self.name,
                TemplateBody=body,
                Parameters=given,
                Capabilities=CAPABILITIES,
            )
        except ClientError as error:
            said = error.response["Error"].get("Message", str(error))
            if "No updates are to be performed" in said:
                return False
            raise NotYet(
                f"CloudFormation refuses the template: {said}", hint="stack-failed"
            ) from None
        status = self._settled(answer["StackId"])["StackStatus"]
        if status not in _GOOD:
            raise NotYet(f"The stack went to {status}. {self.first_failure()}", hint="stack-failed")
        return True

    def _resources(self) -> Iterator[dict[str, Any]]:
        pages = self.client.get_paginator("list_stack_resources").paginate(StackName=self.name)
        for page in pages:
            yield from page["StackResourceSummaries"]

    def _settled(self, stack_id: str) -> dict[str, Any]:
        longest = patience(LONGEST)
        give_up = time.monotonic() + longest
        while True:
            stack = self.client.describe_stacks(StackName=stack_id)["Stacks"][0]
            if not stack["StackStatus"].endswith(_UNDER_WAY):
                return stack
            if time.monotonic() > give_up:
                raise NotYet(
                    f"The stack was still {stack['StackStatus']} after {longest:.0f} seconds.",
                    hint="does-not-end",
                )
            time.sleep(0.05)

    def first_failure(self) -> str:
        """The resource that failed first, and why, in CloudFormation's words."""
        pages = self.client.get_paginator("describe_stack_events").paginate(StackName=self.name)
        events = [event for page in pages for event in page["StackEvents"]]
        for event in reversed(events):
            reason = event.get("ResourceStatusReason", "")
            if event["ResourceStatus"].endswith("_FAILED") and "cancelled" not in reason:
                return f"{event['LogicalResourceId']} failed first: {reason}"
        return "No resource says why."
