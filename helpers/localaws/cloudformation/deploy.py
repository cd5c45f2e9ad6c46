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

from helpers.localaws.cloudformation import references, resources, rights, schema
from helpers.localaws.cloudformation.errors import ResourceFailure, ValidationError
from helpers.localaws.cloudformation.intrinsics import Resolver
from helpers.localaws.cloudformation.lookup import Deployed, pseudo_parameters
from helpers.localaws.cloudformation.resources.base import (
    Made,
    Request,
    ResourceType,
    handler_error,
)
from helpers.localaws.cloudformation.stack import Output, Recipe, Resource, Stack, Undo, now
from helpers.localaws.turns.gate import gate

LOG = logging.getLogger(__name__)

REPLACING = "Requested update requires the creation of a new physical resource; hence creating one."
RETAIN = ("Retain", "RetainExceptOnCreate")
CLEANUP_ATTEMPTS = 3  # as the service does


class Cancelled(BaseException):
    """The endpoint is being emptied or stopped, or the stack deleted: leave all as it is."""


class Deployment:
    """One operation on one stack, run to its end by whoever calls `create`, `update`, `delete`.

    deployed: the look-up of the stack, which is already in the operation's first status.
    cancelled: asked before each step; true stops the operation where it is.
    """

    def __init__(self, deployed: Deployed, cancelled: Callable[[], bool]) -> None:
        self.stack, self.deployed, self.cancelled = deployed.stack, deployed, cancelled

    # ---------------------------------------------------------------- create

    def create(self, recipe: Recipe, on_failure: str = "ROLLBACK") -> None:
        """Create all resources; on failure roll back, delete, or leave all as it is."""
        stack = self.stack
        stack.recipe = recipe
        reason = self._apply(recipe)
        self._check()  # the stack may be one to delete by now
        if reason is None:
            stack.undo = []
            stack.move("CREATE_COMPLETE")
            return
        if on_failure == "DO_NOTHING":
            stack.move("CREATE_FAILED", reason)
            return
        if on_failure == "DELETE":
            stack.move("DELETE_IN_PROGRESS", f"{_sentence(reason)}Delete requested by user.")
            self.delete(set())
            return
        stack.move("ROLLBACK_IN_PROGRESS", f"{_sentence(reason)}Rollback requested by user.")
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
        if stack.pending is None:
            stack.undo, stack.leftovers = [], []
        stack.pending = recipe
        reason = self._apply(recipe)
        if reason is None:
            stack.recipe, stack.pending = recipe, None
            stack.move("UPDATE_COMPLETE_CLEANUP_IN_PROGRESS")
            self.clean_up_update()
        elif disable_rollback:
            # what is done stays, and the way back too: RollbackStack can still be asked for
            stack.move("UPDATE_FAILED", reason)
        else:
            stack.move("UPDATE_ROLLBACK_IN_PROGRESS", reason)
            self.roll_back_update()

    def clean_up_update(self) -> None:
        """End an update whose changes are all made: delete what is no longer wanted."""
        stack = self.stack
        resolver = self._resolver(stack.recipe)
        gone = [n for n in stack.resources if not _wanted(stack.recipe.template, n, resolver)]
        for step in stack.undo:
            if step.replaced and step.before is not None:
                self._clean_up(step.before, "UpdateReplacePolicy")
        self._drop({name: stack.resources[name] for name in gone}, "DeletionPolicy")
        stack.undo = []
        stack.move("UPDATE_COMPLETE")

    def _drop(self, unwanted: dict[str, Resource], policy: str) -> None:
        """Clean up the stack's resources in `unwanted`, dependents first, and forget them."""
        for name in _dependents_first(unwanted):
            self._clean_up(unwanted[name], policy)
            del self.stack.resources[name]

    def _clean_up(self, resource: Resource, policy: str) -> None:
        self._check()
        if resource.policy(policy) in RETAIN:
            self.stack.tell(resource, "DELETE_SKIPPED")
        elif resource.physical_id and resource.status != "CREATE_FAILED":
            self._delete_one(resource, attempts=CLEANUP_ATTEMPTS)

    def roll_back_update(self, skip: set[str] | None = None) -> None:
        """Undo the steps of a failed update and delete what it had made.

        Resources in `skip` are taken to be as they were (ContinueUpdateRollback).
        """
        stack = self.stack
        failed = []
        for name in dict.fromkeys(step.logical_id for step in stack.undo):
            # an update tried twice without rollback has several steps: the newest first
            for step in [s for s in reversed(stack.undo) if s.logical_id == name]:
                self._check()
                if not self._undo(step, skipped=name in (skip or set())):
                    failed.append(name)
                    break
        if failed:
            stack.move("UPDATE_ROLLBACK_FAILED", _failed_sentence(failed, "update"))
            return
        stack.move("UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS")
        self.clean_up_rollback()

    def clean_up_rollback(self) -> None:
        """End the rollback of an update: delete what the update had made."""
        stack = self.stack
        made = [s.logical_id for s in stack.undo if s.before is None]
        self._drop({name: stack.resources[name] for name in made if name in stack.resources}, "")
        for resource in reversed(stack.leftovers):
            self._clean_up(resource, "")
        stack.pending, stack.undo, stack.leftovers = None, [], []
        stack.move("UPDATE_ROLLBACK_COMPLETE")

    def _undo(self, step: Undo, *, skipped: bool) -> bool:
        """Undo one step; returns whether that worked."""
        stack, before = self.stack, step.before
        current = stack.resources.get(step.logical_id)
        if before is None or current is None:
            return True
        if step.replaced:
            if current.physical_id != before.physical_id:
                stack.leftovers.append(current)
                stack.resources[step.logical_id] = before
                stack.tell(before, "UPDATE_COMPLETE")
            elif current is not before:  # the replacement was never made
                stack.resources[step.logical_id] = before
                stack.tell(before, "UPDATE_COMPLETE")
            return True
        stack.tell(current, "UPDATE_IN_PROGRESS")
        if skipped:
            current.body, current.properties = before.body, before.properties
        else:
            try:
                self._update_in_place(current, before.body, before.properties, current.properties)
            except Exception as error:
                stack.tell(current, "UPDATE_FAILED", _reason(error, current.type))
                return False
        current.needs = before.needs
        stack.tell(current, "UPDATE_COMPLETE")
        return True

    # ---------------------------------------------------------------- delete

    def delete(self, retain: set[str]) -> None:
        """Delete the stack's resources, dependents first, but those in `retain`."""
        stack = self.stack
        failed = self._delete_all(retain)
        if failed:
            stack.move("DELETE_FAILED", _failed_sentence(failed, "delete"))
            return
        stack.outputs = []
        stack.deleted = now()
        stack.move("DELETE_COMPLETE")

    def _delete_all(self, retain: set[str], *, creating: bool = False) -> list[str]:
        """Delete every resource; returns the logical ids of those that could not be."""
        stack = self.stack
        failed: list[str] = []
        for name in _dependents_first(stack.resources):
            self._check()
            resource = stack.resources[name]
            if any(name in stack.resources[other].needs for other in failed):
                failed.append(name)
                continue
            if resource.status == "CREATE_FAILED" or not resource.physical_id:
                if creating:
                    stack.tell(resource, "DELETE_COMPLETE")
            elif name in retain or _retained(resource, creating=creating):
                stack.tell(resource, "DELETE_SKIPPED")
            elif not self._delete_one(resource):
                failed.append(name)
                continue
            del stack.resources[name]
        return failed

    def _delete_one(self, resource: Resource, attempts: int = 1) -> bool:
        stack = self.stack
        for _ in range(attempts):
            stack.tell(resource, "DELETE_IN_PROGRESS")
            try:
                request = self._request(resource, resource.properties)
                self._allowed("delete", request, stack.recipe).delete(request)
            except Exception as error:
                stack.tell(resource, "DELETE_FAILED", _reason(error, resource.type))
                continue
            stack.tell(resource, "DELETE_COMPLETE")
            return True
        return False

    # ---------------------------------------------------------------- steps

    def _apply(self, recipe: Recipe) -> str | None:
        """Create and change resources; returns the sentence of the failure, or None."""
        stack = self.stack
        resolver = self._resolver(recipe)
        try:
            order = [
                name
                for name in references.in_order(recipe.template)
                if _wanted(recipe.template, name, resolver)
            ]
            for name in order:
                self._check()
                failure = self._step(name, recipe, resolver)
                if failure is not None:
                    return failure
            outputs = self._outputs(recipe, resolver)
            self.deployed.check(outputs)
            stack.outputs = outputs
        except ValidationError as error:
            return error.message
        return None

    def _step(self, name: str, recipe: Recipe, resolver: Resolver) -> str | None:
        stack = self.stack
        body = recipe.template["Resources"][name]
        needs = references.dependencies(recipe.template, name)
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
            request = self._request(resource, resource.properties)
            made = self._allowed("create", request, stack.recipe).create(request)
        except Exception as error:
            stack.tell(resource, "CREATE_FAILED", _reason(error, resource.type))
            return _failed_sentence([name], "create")
        _adopt(resource, made)
        shown = _json(resource.properties)
        stack.tell(resource, "CREATE_IN_PROGRESS", "Resource creation Initiated", shown)
        stack.tell(resource, "CREATE_COMPLETE", _remark(resource), shown)
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
        stack.tell(current, "UPDATE_COMPLETE", _remark(current), _json(wanted))
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
            made = self._allowed("create", request, recipe).create(request)
        except Exception as error:
            stack.tell(fresh, "UPDATE_FAILED", _reason(error, fresh.type))
            return _failed_sentence([name], "update")
        _adopt(fresh, made)
        stack.tell(fresh, "UPDATE_IN_PROGRESS", "Resource creation Initiated", _json(wanted))
        stack.tell(fresh, "UPDATE_COMPLETE", _remark(fresh), _json(wanted))
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
        made = self._allowed("update", request, recipe or self.stack.recipe).update(request)
        current.body, current.properties = body, wanted
        if made is not None:
            _adopt(current, made)

    def _properties(self, body: dict[str, Any], resolver: Resolver) -> dict[str, Any]:
        resolved = resolver.resolve(body.get("Properties") or {})
        return schema.coerce(body["Type"], resolved)

    def _check_properties(self, resource: Resource, properties: dict[str, Any]) -> None:
        faults = schema.violations(resource.type, properties)
        if faults:
            raise ResourceFailure(
                f"Properties validation failed for resource {resource.logical_id} with message:\n"
                + "\n".join(faults)
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
            recipe.template, recipe.parameters, pseudo_parameters(self.stack), self.deployed
        )

    def _request(
        self,
        resource: Resource,
        wanted: dict[str, Any],
        old: dict[str, Any] | None = None,
        recipe: Recipe | None = None,
    ) -> Request:
        return request_for(self.stack, resource, wanted, old, recipe)

    def _allowed(self, verb: str, request: Request, recipe: Recipe) -> ResourceType:
        """What handles the resource; raises ResourceFailure if the step is not allowed."""
        handler = resources.handler(request.type)
        rights.check(verb, request, handler, recipe.role_arn)
        return handler

    def _check(self) -> None:
        gate.step_aside()
        if self.cancelled():
            raise Cancelled


def request_for(
    stack: Stack,
    resource: Resource,
    wanted: dict[str, Any],
    old: dict[str, Any] | None = None,
    recipe: Recipe | None = None,
) -> Request:
    """What a resource's handler is asked with."""
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
        old_tags=dict(stack.recipe.tags),
        physical_id=resource.physical_id,
        old=copy.deepcopy(old or {}),
        attributes=resource.attributes,
        model=resource.model,
    )


def _wanted(body: dict[str, Any], name: str, resolver: Resolver) -> bool:
    resource = body["Resources"].get(name)
    if resource is None:
        return False
    condition = resource.get("Condition")
    return resolver.condition(condition) if isinstance(condition, str) else True


def _dependents_first(given: dict[str, Resource]) -> list[str]:
    """The names, each after all that depend on it; of equals the newest first."""
    waiting, order = list(given), []
    while waiting:
        needed = {need for name in waiting for need in given[name].needs}
        ready = [name for name in waiting if name not in needed] or waiting[-1:]
        order += reversed(ready)
        waiting = [name for name in waiting if name not in ready]
    return order


def _retained(resource: Resource, *, creating: bool) -> bool:
    policy = resource.policy("DeletionPolicy")
    return policy == "Retain" or (policy == "RetainExceptOnCreate" and not creating)


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
    # the service's sentence ends in a space: another may follow it
    return f"The following resource(s) failed to {verb}: [{', '.join(names)}]. "


def _remark(resource: Resource) -> str | None:
    return resources.handler(resource.type).remark(resource.logical_id, resource.properties)


def _sentence(reason: str) -> str:
    return reason if reason.endswith(" ") else f"{reason} "


def _reason(error: Exception, type_name: str) -> str:
    if isinstance(error, ValidationError):
        return error.message
    if isinstance(error, ResourceFailure):
        return error.reason
    LOG.debug("a resource of type %s failed: %s", type_name, traceback.format_exc())
    service = type_name.split("::")[1] if type_name.count("::") == 2 else ""
    return handler_error(error, service, resources.handler(type_name).words_before).reason


def _json(properties: dict[str, Any]) -> str:
    return json.dumps(properties, separators=(",", ":"), default=str)
