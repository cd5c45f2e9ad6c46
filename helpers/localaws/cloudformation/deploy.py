"""Deployments: what happens to a stack's resources, in which order, and how it is undone.

The statuses, their order and the reasons are CloudFormation's (User Guide, "Stack status codes"
and "Update behaviors of stack resources"; wording as the service answers).
"""

from __future__ import annotations

import copy
import json
import logging
import traceback
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from . import parameters, resources, schema, template
from .errors import ResourceFailure, ValidationError
from .intrinsics import Resolver
from .resources.base import Made, Request, handler_error
from .stack import Output, Recipe, Resource, Stack, Undo, now

LOG = logging.getLogger(__name__)

REPLACING = "Requested update requires the creation of a new physical resource; hence creating one."
RETAIN = ("Retain", "RetainExceptOnCreate")
CLEANUP_ATTEMPTS = 3


class Cancelled(BaseException):
    """The endpoint is being emptied or stopped: leave everything as it is."""


class Exports:
    """What a deployment asks of the other stacks and of the services beside resources."""

    def value(self, name: str, importer: Stack) -> str:
        """Return an export's value."""
        raise NotImplementedError

    def check(self, stack: Stack, outputs: list[Output]) -> None:
        """Raise ValidationError if `outputs` cannot replace the stack's."""
        raise NotImplementedError

    def dynamic(self, service: str, reference: str) -> str:
        """Return the value of a dynamic reference."""
        raise NotImplementedError


class _Live:
    """References lead to the resources as they are deployed now."""

    def __init__(self, stack: Stack, exports: Exports) -> None:
        self.stack, self.exports = stack, exports

    def ref(self, logical_id: str) -> Any:
        return self._resource(logical_id).physical_id

    def attribute(self, logical_id: str, name: str) -> Any:
        return attribute(self._resource(logical_id), name)

    def imported(self, export: str) -> str:
        return self.exports.value(export, self.stack)

    def dynamic(self, service: str, reference: str) -> str:
        return self.exports.dynamic(service, reference)

    def _resource(self, logical_id: str) -> Resource:
        if logical_id not in self.stack.resources:
            raise ValidationError(
                f"Unresolved resource dependencies [{logical_id}] in the Resources block of the "
                "template"
            )
        return self.stack.resources[logical_id]


def attribute(resource: Resource, name: str) -> Any:
    """Return an attribute of a resource, as Fn::GetAtt.

    Raises:
        ValidationError: it has none of that name, in AWS's words.
    """
    if name in resource.attributes:
        return resource.attributes[name]
    if isinstance(resource.attributes.get("Outputs"), dict) and name.startswith("Outputs."):
        outputs = resource.attributes["Outputs"]
        if name.removeprefix("Outputs.") in outputs:
            return outputs[name.removeprefix("Outputs.")]
    # what AWS's newer handlers offer too: a property that the template gives
    if name in resource.properties and name in schema.read_only(resource.type):
        return resource.properties[name]
    raise ValidationError(
        f"Template error: resource {resource.logical_id} does not support attribute type {name} "
        "in Fn::GetAtt"
    )


def pseudo_parameters(stack: Stack) -> dict[str, Any]:
    """Return the values of the pseudo parameters in a stack."""
    return {
        "AWS::AccountId": stack.account,
        "AWS::NotificationARNs": stack.recipe.notification_arns,
        "AWS::Partition": stack.partition,
        "AWS::Region": stack.region,
        "AWS::StackId": stack.id,
        "AWS::StackName": stack.name,
        "AWS::URLSuffix": "amazonaws.com",
    }


class Deployment:
    """One operation on one stack, run to its end by whoever calls `create`, `update`, `delete`.

    Args:
        stack: the stack, already in the operation's first status.
        exports: access to the other stacks.
        cancelled: asked before each step; true stops the operation where it is.
    """

    def __init__(self, stack: Stack, exports: Exports, cancelled: Callable[[], bool]) -> None:
        self.stack, self.exports, self.cancelled = stack, exports, cancelled

    # ---------------------------------------------------------------- create

    def create(self, recipe: Recipe, on_failure: str = "ROLLBACK") -> None:
        """Create all resources; on failure roll back, delete, or leave all as it is."""
        stack = self.stack
        stack.recipe = recipe
        reason = self._apply(recipe)
        if reason is None:
            stack.move("CREATE_COMPLETE")
            return
        if on_failure == "DO_NOTHING":
            stack.move("CREATE_FAILED", reason)
            return
        if on_failure == "DELETE":
            stack.move("DELETE_IN_PROGRESS", f"{reason} Delete requested by user.")
            self._finish_delete(set())
            return
        stack.move("ROLLBACK_IN_PROGRESS", f"{reason} Rollback requested by user.")
        self.roll_back_create()

    def roll_back_create(self) -> None:
        """Delete what a failed creation made."""
        stack = self.stack
        failed = self._delete_all(set(), creating=True)
        stack.outputs = []
        if failed:
            stack.move("ROLLBACK_FAILED", _failed_sentence(failed, "delete"))
        else:
            stack.move("ROLLBACK_COMPLETE")

    # ---------------------------------------------------------------- update

    def update(self, recipe: Recipe, *, disable_rollback: bool = False) -> None:
        """Bring the stack from its recipe to `recipe`; on failure back again."""
        stack = self.stack
        stack.pending, stack.undo = recipe, []
        reason = self._apply(recipe)
        if reason is not None:
            if disable_rollback:
                stack.recipe, stack.pending = recipe, None
                stack.move("UPDATE_FAILED", reason)
            else:
                stack.move("UPDATE_ROLLBACK_IN_PROGRESS", reason)
                self.roll_back_update()
            return
        old_order = _order(stack.recipe.template)
        stack.recipe, stack.pending = recipe, None
        stack.updated = now()
        stack.move("UPDATE_COMPLETE_CLEANUP_IN_PROGRESS")
        self._clean_up(recipe, old_order)
        stack.undo = []
        stack.move("UPDATE_COMPLETE")

    def roll_back_update(self) -> None:
        """Undo the steps of a failed update, in their order, and delete what it had made."""
        stack = self.stack
        leftovers: list[Resource] = []
        failed: list[str] = []
        for step in list(stack.undo):
            self._check()
            current = stack.resources.get(step.logical_id)
            if step.before is None:
                if current is not None:
                    leftovers.append(current)
                continue
            if step.replaced:
                if current is not None and current.physical_id != step.before.physical_id:
                    leftovers.append(current)
                stack.resources[step.logical_id] = step.before
                stack.tell(step.before, "UPDATE_COMPLETE")
                continue
            if current is None:
                continue
            wanted, failing = step.before, current.properties
            stack.tell(current, "UPDATE_IN_PROGRESS")
            try:
                self._update_in_place(current, wanted.body, wanted.properties, failing)
            except Exception as error:
                stack.tell(current, "UPDATE_FAILED", _reason(error, current.type))
                failed.append(step.logical_id)
                continue
            current.needs = wanted.needs
            stack.tell(current, "UPDATE_COMPLETE")
        if failed:
            stack.move("UPDATE_ROLLBACK_FAILED", _failed_sentence(failed, "update"))
            return
        stack.move("UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS")
        for resource in reversed(leftovers):
            self._check()
            kept = stack.resources.get(resource.logical_id)
            if resource.physical_id and resource.status != "CREATE_FAILED":
                self._delete_one(resource)
            if kept is resource:
                del stack.resources[resource.logical_id]
        stack.pending, stack.undo = None, []
        stack.move("UPDATE_ROLLBACK_COMPLETE")

    def _clean_up(self, recipe: Recipe, old_order: list[str]) -> None:
        stack = self.stack
        resolver = self._resolver(recipe)
        gone = [n for n in stack.resources if not _wanted(recipe.template, n, resolver)]
        rank = {name: index for index, name in enumerate(old_order)}
        gone.sort(key=lambda name: rank.get(name, -1), reverse=True)
        replaced = [step.before for step in stack.undo if step.replaced and step.before]
        for resource in [stack.resources[name] for name in gone] + list(reversed(replaced)):
            self._check()
            policy = "UpdateReplacePolicy" if resource in replaced else "DeletionPolicy"
            if resource.policy(policy) in RETAIN:
                stack.tell(resource, "DELETE_SKIPPED")
            elif resource.physical_id:
                self._delete_one(resource, attempts=CLEANUP_ATTEMPTS)
        for name in gone:
            del stack.resources[name]

    # ---------------------------------------------------------------- delete

    def delete(self, retain: set[str]) -> None:
        """Delete the stack's resources, dependents first, but those in `retain`."""
        self._finish_delete(retain)

    def _finish_delete(self, retain: set[str]) -> None:
        stack = self.stack
        failed = self._delete_all(retain)
        if failed:
            stack.move("DELETE_FAILED", _failed_sentence(failed, "delete"))
            return
        stack.outputs = []
        stack.deleted = now()
        stack.move("DELETE_COMPLETE")

    def _delete_all(self, retain: set[str], *, creating: bool = False) -> list[str]:
        """Delete every resource; return the logical ids of those that could not be."""
        stack = self.stack
        failed: list[str] = []
        waiting = [name for name, r in stack.resources.items()]
        while waiting:
            needed = {need for name in waiting for need in stack.resources[name].needs}
            ready = [name for name in waiting if name not in needed] or waiting[-1:]
            for name in reversed(ready):
                self._check()
                waiting.remove(name)
                resource = stack.resources[name]
                blocked = any(name in stack.resources[other].needs for other in failed)
                if resource.status == "CREATE_FAILED" or not resource.physical_id:
                    if creating and resource.status == "CREATE_FAILED":
                        stack.tell(resource, "DELETE_COMPLETE")
                elif name in retain or (
                    resource.policy("DeletionPolicy") in RETAIN
                    and not (creating and resource.policy("DeletionPolicy") != "Retain")
                ):
                    stack.tell(resource, "DELETE_SKIPPED")
                elif blocked or not self._delete_one(resource):
                    failed.append(name)
                    continue
                del stack.resources[name]
        return failed

    def _delete_one(self, resource: Resource, attempts: int = 1) -> bool:
        stack = self.stack
        for _ in range(attempts):
            stack.tell(resource, "DELETE_IN_PROGRESS")
            try:
                handler = resources.handler(resource.type)
                handler.delete(self._request(resource, resource.properties))
            except Exception as error:
                stack.tell(resource, "DELETE_FAILED", _reason(error, resource.type))
                continue
            stack.tell(resource, "DELETE_COMPLETE")
            return True
        return False

    # ---------------------------------------------------------------- steps

    def _apply(self, recipe: Recipe) -> str | None:
        """Create and change resources; return the sentence of the failure, or None."""
        stack = self.stack
        resolver = self._resolver(recipe)
        try:
            order = [
                name
                for name in template.in_order(recipe.template)
                if _wanted(recipe.template, name, resolver)
            ]
            for name in order:
                self._check()
                failure = self._step(name, recipe, resolver)
                if failure is not None:
                    return failure
            outputs = self._outputs(recipe, resolver)
            self.exports.check(stack, outputs)
            stack.outputs = outputs
        except ValidationError as error:
            return error.message
        return None

    def _step(self, name: str, recipe: Recipe, resolver: Resolver) -> str | None:
        stack = self.stack
        body = recipe.template["Resources"][name]
        needs = template.dependencies(recipe.template, name)
        current = stack.resources.get(name)
        if current is None or not current.physical_id:
            return self._create(name, body, needs, resolver)
        try:
            wanted = self._properties(body, resolver)
        except Exception as error:
            reason = _reason(error, current.type)
            stack.undo.append(Undo(name, copy.copy(current)))
            stack.tell(current, "UPDATE_FAILED", reason)
            return _failed_sentence([name], "update")
        current_tags = stack.recipe.tags
        if wanted == current.properties and (
            recipe.tags == current_tags or not schema.taggable(current.type)
        ):
            current.body, current.needs = body, needs
            return None
        return self._change(current, body, wanted, needs, recipe)

    def _create(
        self, name: str, body: dict[str, Any], needs: set[str], resolver: Resolver
    ) -> str | None:
        stack = self.stack
        resource = Resource(name, body["Type"], body=body, needs=needs)
        stack.resources[name] = resource
        stack.undo.append(Undo(name, None))
        stack.tell(resource, "CREATE_IN_PROGRESS")
        try:
            resource.properties = self._properties(body, resolver)
            self._check_properties(resource, resource.properties)
            made = resources.handler(resource.type).create(
                self._request(resource, resource.properties)
            )
        except Exception as error:
            stack.tell(resource, "CREATE_FAILED", _reason(error, resource.type))
            return _failed_sentence([name], "create")
        _adopt(resource, made)
        shown = _json(resource.properties)
        stack.tell(resource, "CREATE_IN_PROGRESS", "Resource creation Initiated", shown)
        stack.tell(resource, "CREATE_COMPLETE", None, shown)
        return None

    def _change(
        self,
        current: Resource,
        body: dict[str, Any],
        wanted: dict[str, Any],
        needs: set[str],
        recipe: Recipe,
    ) -> str | None:
        stack = self.stack
        handler = resources.handler(current.type)
        request = self._request(current, wanted, old=current.properties, recipe=recipe)
        before = copy.copy(current)
        if handler.replaces(request):
            return self._replace(before, body, wanted, needs, recipe)
        stack.undo.append(Undo(current.logical_id, before))
        stack.tell(current, "UPDATE_IN_PROGRESS", None, _json(wanted))
        try:
            self._check_properties(current, wanted)
            self._update_in_place(current, body, wanted, before.properties, recipe)
        except Exception as error:
            stack.tell(current, "UPDATE_FAILED", _reason(error, current.type))
            return _failed_sentence([current.logical_id], "update")
        current.needs = needs
        stack.tell(current, "UPDATE_COMPLETE", None, _json(wanted))
        return None

    def _replace(
        self,
        before: Resource,
        body: dict[str, Any],
        wanted: dict[str, Any],
        needs: set[str],
        recipe: Recipe,
    ) -> str | None:
        stack = self.stack
        name = before.logical_id
        stack.undo.append(Undo(name, before, replaced=True))
        fresh = Resource(name, body["Type"], before.physical_id, wanted, body, needs=needs)
        stack.resources[name] = fresh
        stack.tell(fresh, "UPDATE_IN_PROGRESS", REPLACING, _json(wanted))
        try:
            self._check_properties(fresh, wanted)
            request = self._request(replace(fresh, physical_id=""), wanted, recipe=recipe)
            _refuse_named_replacement(before, wanted)
            made = resources.handler(fresh.type).create(request)
        except Exception as error:
            stack.tell(fresh, "UPDATE_FAILED", _reason(error, fresh.type))
            return _failed_sentence([name], "update")
        _adopt(fresh, made)
        stack.tell(fresh, "UPDATE_IN_PROGRESS", "Resource creation Initiated", _json(wanted))
        stack.tell(fresh, "UPDATE_COMPLETE", None, _json(wanted))
        return None

    def _update_in_place(
        self,
        current: Resource,
        body: dict[str, Any],
        wanted: dict[str, Any],
        old: dict[str, Any],
        recipe: Recipe | None = None,
    ) -> None:
        request = self._request(current, wanted, old=old, recipe=recipe)
        made = resources.handler(current.type).update(request)
        current.body, current.properties = body, wanted
        if made is not None:
            _adopt(current, made)

    def _properties(self, body: dict[str, Any], resolver: Resolver) -> dict[str, Any]:
        resolved = resolver.resolve(body.get("Properties") or {})
        return schema.coerce(body["Type"], resolved)

    def _check_properties(self, resource: Resource, properties: dict[str, Any]) -> None:
        found = schema.violations(resource.type, properties)
        if found:
            raise ResourceFailure(
                f"Properties validation failed for resource {resource.logical_id} with message:\n"
                + "\n".join(found)
            )

    def _outputs(self, recipe: Recipe, resolver: Resolver) -> list[Output]:
        outputs = []
        for key, body in (recipe.template.get("Outputs") or {}).items():
            if isinstance(body.get("Condition"), str) and not resolver.condition(body["Condition"]):
                continue
            export = (body.get("Export") or {}).get("Name")
            outputs.append(
                Output(
                    key,
                    resolver.text(body.get("Value")),
                    body.get("Description"),
                    resolver.text(export) if export is not None else None,
                )
            )
        return outputs

    def _resolver(self, recipe: Recipe) -> Resolver:
        return Resolver(
            recipe.template,
            recipe.parameters,
            pseudo_parameters(self.stack),
            _Live(self.stack, self.exports),
        )

    def _request(
        self,
        resource: Resource,
        wanted: dict[str, Any],
        old: dict[str, Any] | None = None,
        recipe: Recipe | None = None,
    ) -> Request:
        stack = self.stack
        return Request(
            account=stack.account,
            region=stack.region,
            partition=stack.partition,
            stack_id=stack.id,
            stack_name=stack.name,
            logical_id=resource.logical_id,
            type=resource.type,
            properties=copy.deepcopy(wanted),
            tags=dict((recipe or stack.recipe).tags),
            physical_id=resource.physical_id,
            old=copy.deepcopy(old or {}),
            attributes=resource.attributes,
            model=resource.model,
        )

    def _check(self) -> None:
        if self.cancelled():
            raise Cancelled


def _wanted(body: dict[str, Any], name: str, resolver: Resolver) -> bool:
    resource = body["Resources"].get(name)
    if resource is None:
        return False
    condition = resource.get("Condition")
    return resolver.condition(condition) if isinstance(condition, str) else True


def _order(body: dict[str, Any]) -> list[str]:
    return template.in_order(body) if body.get("Resources") else []


def _adopt(resource: Resource, made: Made) -> None:
    resource.physical_id = made.physical_id
    resource.attributes = made.attributes
    resource.model = made.model


def _refuse_named_replacement(before: Resource, wanted: dict[str, Any]) -> None:
    prop = schema.name_property(before.type)
    if prop and wanted.get(prop) and wanted[prop] == before.properties.get(prop):
        raise ResourceFailure(
            "CloudFormation cannot update a stack when a custom-named resource requires "
            f"replacing. Rename {wanted[prop]} and update the stack again."
        )


def _failed_sentence(names: list[str], verb: str) -> str:
    return f"The following resource(s) failed to {verb}: [{', '.join(names)}]."


def _reason(error: Exception, type_name: str) -> str:
    if isinstance(error, ValidationError):
        return error.message
    if isinstance(error, ResourceFailure):
        return error.reason
    LOG.debug("a resource of type %s failed: %s", type_name, traceback.format_exc())
    service = type_name.split("::")[1] if type_name.count("::") == 2 else ""
    return handler_error(error, service).reason


def _json(properties: dict[str, Any]) -> str:
    return json.dumps(properties, separators=(",", ":"), default=str)


__all__ = ["Cancelled", "Deployment", "Exports", "attribute", "parameters", "pseudo_parameters"]
