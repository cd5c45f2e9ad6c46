"""CloudFormation's API: requests in, answers out, in AWS's shapes."""

from __future__ import annotations

import json
import re
import uuid
from typing import Any
from urllib.parse import parse_qs, unquote, urlparse

from moto.core.responses import ActionResult, BaseResponse, EmptyResult

from helpers.localaws.cloudformation import (
    answers,
    drift,
    parameters,
    references,
    rights,
    schema,
    template,
)
from helpers.localaws.cloudformation import backend as operations
from helpers.localaws.cloudformation.backend import CloudFormationBackend, cloudformation_backends
from helpers.localaws.cloudformation.errors import CloudFormationError, ValidationError
from helpers.localaws.cloudformation.stack import ChangeSet, Stack, StackRequest, now
from helpers.localaws.iam import access
from helpers.localaws.on_moto.mends import tag_limits

# The waiters of `sam` and `aws` look at a stack every 30 s. An answer about a stack on which an
# operation is under way waits for its end, at most this many real seconds.
PATIENCE = 2.0
PAGE = 100


class CloudFormationResponse(BaseResponse):
    """One request to CloudFormation; moto's dispatcher calls the method named like the action."""

    def __init__(self) -> None:
        super().__init__(service_name="cloudformation")
        self.automated_parameter_parsing = True

    @property
    def cloudformation(self) -> CloudFormationBackend:
        """The stacks of the request's account and region."""
        return cloudformation_backends[self.current_account][self.region]

    def call_action(self) -> Any:
        """Answer the request; an action that is not there is refused with a sentence."""
        who = access.caller(
            self.headers.get("Authorization", ""), self.headers.get("X-Amz-Security-Token")
        )
        before = rights.acting.set(who)
        try:
            return super().call_action()
        except NotImplementedError:
            action = self._get_action()
            error = CloudFormationError(
                "InvalidAction",
                f"CloudFormation's {action} is not available on this local endpoint.",
            )
            status, headers, body = self.serialized(ActionResult(error))
            return int(status), {k: str(v) for k, v in headers.items()}, body
        finally:
            rights.acting.reset(before)

    # ---------------------------------------------------------------- what a request says

    def _body(self, stack: Stack | None = None) -> str:
        """The template that the request brings, points to or keeps."""
        body, url = self._get_param("TemplateBody"), self._get_param("TemplateURL")
        previous = self._get_bool_param("UsePreviousTemplate", False)
        if sum(map(bool, (body, url, previous))) != 1:
            raise ValidationError(
                "Either Template URL or Template Body must be specified."
                if not (body or url)
                else "You cannot specify more than one of Template Body, Template URL and "
                "UsePreviousTemplate."
            )
        if previous:
            if stack is None or not stack.recipe.original:
                raise ValidationError("Stack has no previous template to use.")
            return stack.recipe.original
        if url:
            return self._from_s3(url)
        if len(body.encode()) > operations.MAX_BODY:
            raise ValidationError(
                "1 validation error detected: Value at 'templateBody' failed to satisfy "
                f"constraint: Member must have length less than or equal to {operations.MAX_BODY}"
            )
        return str(body)

    def _from_s3(self, url: str) -> str:
        bucket, key, version = parse_s3_url(url)
        from moto.s3.models import s3_backends

        try:
            stored = s3_backends[self.current_account][self.partition].get_object(
                bucket, key, version_id=version
            )
        except Exception as error:
            raise ValidationError(
                f"S3 error: {getattr(error, 'message', error)} For more information check "
                "http://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html"
            ) from error
        if stored is None:
            raise ValidationError(
                "S3 error: The specified key does not exist. For more information check "
                "http://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html"
            )
        try:
            text = stored.value.decode("utf-8")
        except UnicodeDecodeError:
            raise ValidationError("Template format error: YAML not well-formed.") from None
        if len(text) > operations.MAX_URL_BODY:
            raise ValidationError(
                f"Template may not exceed {operations.MAX_URL_BODY} bytes in size."
            )
        return text

    def _parameters(self, stack: Stack | None = None) -> dict[str, str]:
        given: dict[str, str] = {}
        for item in self._get_param("Parameters", []) or []:
            name = item["ParameterKey"]
            if item.get("UsePreviousValue") in (True, "true", "True"):
                if item.get("ParameterValue"):
                    raise ValidationError(
                        f"Invalid input for parameter key {name}. Cannot specify usePreviousValue "
                        "as true and non empty value for a parameter"
                    )
                if stack is None or name not in (stack.recipe.template.get("Parameters") or {}):
                    raise ValidationError(
                        f"Invalid input for parameter key {name}. Previous value is not available."
                    )
                given[name] = parameters.given_before(stack.recipe, name)
            else:
                given[name] = str(item.get("ParameterValue", ""))
        return given

    def _request(self, stack: Stack | None = None) -> StackRequest:
        """What the request asks a stack to be made from; `stack` is the one that is there."""
        return StackRequest(
            self._body(stack),
            self._parameters(stack),
            tags=self._tags(),
            capabilities=self._get_param("Capabilities", []),
            role_arn=self._get_param("RoleARN"),
            notification_arns=self._get_param("NotificationARNs", []),
        )

    def _tags(self) -> dict[str, str] | None:
        if self._get_param("Tags") is None:
            return None
        tags = {tag["Key"]: tag.get("Value", "") for tag in self._get_param("Tags")}
        if len(tags) > tag_limits.MOST:
            raise ValidationError(
                f"1 validation error detected: Value '{self._get_param('Tags')}' at 'tags' failed "
                "to satisfy constraint: Member must have length less than or equal to "
                f"{tag_limits.MOST}"
            )
        for key in tags:
            if key.lower().startswith("aws:"):
                raise ValidationError(
                    "aws: prefixed tag key names are not allowed for external use."
                )
        return tags

    def _stack(self, name: str = "StackName") -> Stack:
        value = self._get_param(name)
        if not value:
            raise ValidationError(
                "1 validation error detected: Value null at 'stackName' failed to satisfy "
                "constraint: Member must not be null"
            )
        return self.cloudformation.get(str(value))

    def _change_set(self) -> ChangeSet:
        return self.cloudformation.change_set(
            str(self._get_param("ChangeSetName")), self._get_param("StackName")
        )

    def _page(self, rows: list[Any], size: int = PAGE) -> tuple[list[Any], str | None]:
        token = self._get_param("NextToken")
        try:
            start = int(token) if token else 0
        except ValueError:
            raise ValidationError("NextToken is not valid") from None
        end = start + size
        return rows[start:end], str(end) if end < len(rows) else None

    # ---------------------------------------------------------------- change sets

    def create_change_set(self) -> ActionResult:
        """Make a change set."""
        kind = self._get_param("ChangeSetType") or "UPDATE"
        name = str(self._get_param("ChangeSetName") or "")
        if not re.fullmatch(r"[a-zA-Z][-a-zA-Z0-9]{0,127}", name):
            raise ValidationError(
                f"1 validation error detected: Value '{name}' at 'changeSetName' failed to satisfy "
                "constraint: Member must satisfy regular expression pattern: [a-zA-Z][-a-zA-Z0-9]*"
            )
        stack_name = str(self._get_param("StackName"))
        stack = self.cloudformation.find(stack_name)
        if kind not in ("CREATE", "UPDATE"):
            raise ValidationError(
                f"Change sets of type {kind} are not available on this local endpoint; "
                "CREATE and UPDATE are."
            )
        made = self.cloudformation.create_change_set(
            stack_name,
            name,
            kind,
            self._request(stack),
            description=self._get_param("Description"),
            on_failure=self._get_param("OnStackFailure"),
        )
        return ActionResult({"Id": made.id, "StackId": made.stack_id})

    def describe_change_set(self) -> ActionResult:
        """Show a change set with its changes."""
        change_set = self._change_set()
        rows, token = self._page(change_set.changes)
        if not self._get_bool_param("IncludePropertyValues", False):
            rows = [answers.without_values(row) for row in rows]
        recipe = change_set.recipe
        return ActionResult(
            {
                **answers.change_set_summary(change_set),
                "Parameters": parameters.shown(recipe.template, recipe.parameters, recipe.given)
                or None,
                "NotificationARNs": recipe.notification_arns,
                "RollbackConfiguration": {},
                "Capabilities": recipe.capabilities,
                "Tags": answers.tag_list(recipe.tags) or None,
                "Changes": rows,
                "NextToken": token,
                "OnStackFailure": change_set.on_failure,
            }
        )

    def list_change_sets(self) -> ActionResult:
        """List a stack's change sets."""
        stack = self._stack()
        # one that has been carried out is no longer in the list
        shown = ("AVAILABLE", "UNAVAILABLE")
        open_ones = [c for c in self.cloudformation.change_sets_of(stack) if c.execution in shown]
        rows, token = self._page([answers.change_set_summary(c) for c in open_ones])
        return ActionResult({"Summaries": rows, "NextToken": token})

    def execute_change_set(self) -> ActionResult:
        """Start to apply a change set."""
        self.cloudformation.execute_change_set(
            self._change_set(), disable_rollback=self._get_bool_param("DisableRollback", False)
        )
        return EmptyResult()

    def delete_change_set(self) -> ActionResult:
        """Delete a change set; one that is not there is no error on AWS."""
        try:
            change_set = self._change_set()
        except CloudFormationError as error:
            if error.code != "ChangeSetNotFound":
                raise
            return EmptyResult()
        self.cloudformation.delete_change_set(change_set)
        return EmptyResult()

    # ---------------------------------------------------------------- stacks

    def create_stack(self) -> ActionResult:
        """Start to create a stack."""
        on_failure = self._get_param("OnFailure")
        if self._get_bool_param("DisableRollback", False):
            on_failure = "DO_NOTHING"
        stack = self.cloudformation.create_stack(
            str(self._get_param("StackName")),
            self._request(),
            on_failure=on_failure or "ROLLBACK",
            termination_protection=self._get_bool_param("EnableTerminationProtection", False),
            timeout_minutes=self._get_param("TimeoutInMinutes"),
            policy=self._get_param("StackPolicyBody") or "",
        )
        return ActionResult({"StackId": stack.id})

    def update_stack(self) -> ActionResult:
        """Start to update a stack."""
        stack = self._stack()
        self.cloudformation.update_stack(
            stack,
            self._request(stack),
            disable_rollback=self._get_bool_param("DisableRollback", False),
        )
        return ActionResult({"StackId": stack.id})

    def delete_stack(self) -> ActionResult:
        """Start to delete a stack."""
        retain = set(self._get_param("RetainResources", []) or [])
        self.cloudformation.delete_stack(str(self._get_param("StackName")), retain)
        return EmptyResult()

    def describe_stacks(self) -> ActionResult:
        """Show one stack or all."""
        name = self._get_param("StackName")
        if name:
            stack = self._stack()
            self.cloudformation.wait_for(stack, PATIENCE)
            if stack.status == "DELETE_COMPLETE" and name != stack.id:
                stack = self._stack()
            return ActionResult({"Stacks": [answers.describe_stack(stack)]})
        live = self.cloudformation.live()
        rows, token = self._page([answers.describe_stack(stack) for stack in live])
        return ActionResult({"Stacks": rows, "NextToken": token})

    def list_stacks(self) -> ActionResult:
        """List stacks, deleted ones too."""
        wanted = set(self._get_param("StackStatusFilter", []) or [])
        every = list(self.cloudformation.stacks.values())
        newest_first = sorted(every, key=lambda stack: stack.created, reverse=True)
        rows, token = self._page(
            [answers.stack_summary(s) for s in newest_first if not wanted or s.status in wanted]
        )
        return ActionResult({"StackSummaries": rows, "NextToken": token})

    def describe_stack_events(self) -> ActionResult:
        """Show a stack's events, newest first."""
        stack = self._stack()
        newest_first = list(stack.events)[::-1]
        rows, token = self._page([answers.describe_event(event) for event in newest_first])
        return ActionResult({"StackEvents": rows, "NextToken": token})

    def describe_stack_resources(self) -> ActionResult:
        """Show a stack's resources, or one of them, or those of a physical id's stack."""
        physical = self._get_param("PhysicalResourceId")
        if physical and not self._get_param("StackName"):
            for stack in self.cloudformation.live():
                if any(r.physical_id == physical for r in answers.resources_of(stack)):
                    break
            else:
                raise ValidationError(f"Stack for {physical} does not exist")
        else:
            stack = self._stack()
        logical = self._get_param("LogicalResourceId")
        rows = [
            answers.describe_resource(stack, resource)
            for resource in answers.resources_of(stack)
            if logical in (None, resource.logical_id)
        ]
        return ActionResult({"StackResources": rows})

    def describe_stack_resource(self) -> ActionResult:
        """Show one resource of a stack."""
        stack = self._stack()
        logical = str(self._get_param("LogicalResourceId"))
        for resource in answers.resources_of(stack):
            if resource.logical_id == logical:
                detail = answers.describe_resource(stack, resource)
                detail["LastUpdatedTimestamp"] = detail.pop("Timestamp")
                metadata = resource.body.get("Metadata")
                detail["Metadata"] = json.dumps(metadata) if metadata else None
                return ActionResult({"StackResourceDetail": detail})
        raise ValidationError(f"Resource {logical} does not exist for stack {stack.name}")

    def list_stack_resources(self) -> ActionResult:
        """List a stack's resources."""
        stack = self._stack()
        rows = []
        for resource in answers.resources_of(stack):
            row = answers.describe_resource(stack, resource)
            row["LastUpdatedTimestamp"] = row["Timestamp"]
            rows.append(row)
        page, token = self._page(rows)
        return ActionResult({"StackResourceSummaries": page, "NextToken": token})

    # ---------------------------------------------------------------- templates

    def get_template(self) -> ActionResult:
        """A stack's template, as given or as its transforms expanded it."""
        change_set = self._get_param("ChangeSetName")
        recipe = self._change_set().recipe if change_set else self._stack().recipe
        stages = ["Original", "Processed"]
        if self._get_param("TemplateStage") != "Processed":
            body = recipe.original
        elif template.transforms(template.parse(recipe.original)) if recipe.original else False:
            body = json.dumps(recipe.template)
        else:
            body = recipe.original
        body = answers.with_addresses_of_s3(body, self.region)
        return ActionResult({"TemplateBody": body, "StagesAvailable": stages})

    def get_template_summary(self) -> ActionResult:
        """Say what a template takes and makes."""
        if self._get_param("StackName"):
            stack = self._stack()
            if stack.status == "REVIEW_IN_PROGRESS":
                raise ValidationError(
                    "GetTemplateSummary cannot be called on REVIEW_IN_PROGRESS stacks."
                )
            original = stack.recipe.original
        else:
            original = self._body()
        parsed = template.parse(original)
        template.check_form(parsed)
        return ActionResult(answers.template_summary(parsed))

    def validate_template(self) -> ActionResult:
        """Check a template and say which parameters it takes."""
        parsed = template.parse(self._body())
        template.check_form(parsed)
        if not template.transforms(parsed):
            template.check(parsed)
            references.in_order(parsed)
            types = [body["Type"] for body in parsed["Resources"].values()]
            unknown = [t for t in types if not t.startswith("Custom::") and not schema.known(t)]
            if unknown:
                names = ", ".join(dict.fromkeys(unknown))
                raise ValidationError(
                    f"Template format error: Unrecognized resource types: [{names}]"
                )
        summary = answers.template_summary(parsed)
        shown = [
            {
                "ParameterKey": row["ParameterKey"],
                "DefaultValue": row["DefaultValue"],
                "NoEcho": row["NoEcho"],
                "Description": row["Description"],
            }
            for row in summary["Parameters"]
        ]
        kept = ("Description", "Capabilities", "CapabilitiesReason", "DeclaredTransforms")
        return ActionResult({"Parameters": shown, **{key: summary[key] for key in kept}})

    # ---------------------------------------------------------------- exports, policies

    def list_exports(self) -> ActionResult:
        """List what stacks export."""
        rows = [
            {"ExportingStackId": stack.id, "Name": output.export, "Value": output.value}
            for stack, output in self.cloudformation.exports()
        ]
        page, token = self._page(sorted(rows, key=lambda row: row["Name"]))
        return ActionResult({"Exports": page, "NextToken": token})

    def list_imports(self) -> ActionResult:
        """List the stacks that import an export."""
        name = str(self._get_param("ExportName"))
        importers = self.cloudformation.importers(name)
        if not importers:
            raise ValidationError(f"Export '{name}' is not imported by any stack.")
        page, token = self._page(importers)
        return ActionResult({"Imports": page, "NextToken": token})

    def get_stack_policy(self) -> ActionResult:
        """A stack's policy."""
        return ActionResult({"StackPolicyBody": self._stack().policy or None})

    def set_stack_policy(self) -> ActionResult:
        """Keep a stack's policy (kept and shown; updates are not held against it)."""
        stack = self._stack()
        body, url = self._get_param("StackPolicyBody"), self._get_param("StackPolicyURL")
        if body and url:
            raise ValidationError("You cannot specify both StackPolicyURL and StackPolicyBody")
        stack.policy = self._from_s3(url) if url else str(body or "")
        return EmptyResult()

    def update_termination_protection(self) -> ActionResult:
        """Protect a stack from deletion, or no longer."""
        stack = self._stack()
        stack.termination_protection = self._get_bool_param("EnableTerminationProtection", False)
        return ActionResult({"StackId": stack.id})

    # ---------------------------------------------------------------- rollback, drift

    def rollback_stack(self) -> ActionResult:
        """Roll back an operation whose rollback was switched off."""
        stack = self._stack()
        self.cloudformation.roll_back(stack)
        return ActionResult({"StackId": stack.id})

    def continue_update_rollback(self) -> ActionResult:
        """Try a failed rollback of an update again."""
        skip = set(self._get_param("ResourcesToSkip", []) or [])
        self.cloudformation.continue_update_rollback(self._stack(), skip)
        return EmptyResult()

    def detect_stack_drift(self) -> ActionResult:
        """Look whether the resources are as the stack left them."""
        stack = self._stack()
        if stack.busy or stack.status == "REVIEW_IN_PROGRESS":
            raise ValidationError(
                f"Drift detection is not supported for stacks in {stack.status} state"
            )
        drifted = drift.detect(stack)
        detection = str(uuid.uuid4())
        self.cloudformation.drifts[detection] = (stack.id, drifted, now())
        return ActionResult({"StackDriftDetectionId": detection})

    def describe_stack_drift_detection_status(self) -> ActionResult:
        """Say what a drift detection found."""
        detection = str(self._get_param("StackDriftDetectionId"))
        if detection not in self.cloudformation.drifts:
            raise ValidationError(f"Drift detection {detection} does not exist")
        stack_id, drifted, at = self.cloudformation.drifts[detection]
        return ActionResult(
            {
                "StackId": stack_id,
                "StackDriftDetectionId": detection,
                "StackDriftStatus": "DRIFTED" if drifted else "IN_SYNC",
                "DetectionStatus": "DETECTION_COMPLETE",
                "DriftedStackResourceCount": drifted,
                "Timestamp": at,
            }
        )

    def detect_stack_resource_drift(self) -> ActionResult:
        """Look whether one resource is as the stack left it."""
        stack, logical = self._stack(), str(self._get_param("LogicalResourceId"))
        if logical not in stack.resources:
            raise ValidationError(f"Resource {logical} does not exist for stack {stack.name}")
        resource = stack.resources[logical]
        resource.drift, resource.drift_at = drift.status(stack, resource), now()
        return ActionResult({"StackResourceDrift": drift.report(stack, resource)})

    def describe_stack_resource_drifts(self) -> ActionResult:
        """Show what the last drift detection found for each resource."""
        stack = self._stack()
        wanted = set(self._get_param("StackResourceDriftStatusFilters", []) or [])
        rows = [
            drift.report(stack, resource)
            for resource in answers.resources_of(stack)
            if resource.drift != drift.NOT_CHECKED and (not wanted or resource.drift in wanted)
        ]
        page, token = self._page(rows)
        return ActionResult({"StackResourceDrifts": page, "NextToken": token})


url_bases = [r"https?://cloudformation\.(.+)\.amazonaws\.com"]
url_paths = {"{0}/$": CloudFormationResponse.dispatch}


def parse_s3_url(url: str) -> tuple[str, str, str | None]:
    """Bucket, key and version of a template's address: of S3 itself or of this endpoint."""
    parts = urlparse(url)
    host, path = parts.netloc, unquote(parts.path).lstrip("/")
    version = (parse_qs(parts.query).get("versionId") or [None])[0]
    virtual = re.match(r"^(?P<bucket>.+)\.s3[.-](?:[a-z0-9-]+\.)*amazonaws\.com", host)
    bucket, _, key = path.partition("/")
    if parts.scheme == "s3":
        bucket, key = host, path
    elif virtual:
        bucket, key = virtual["bucket"], path
    if parts.scheme not in ("http", "https", "s3") or not bucket or not key:
        raise ValidationError(f"TemplateURL must be a supported URL: {url}")
    return bucket, key, version
