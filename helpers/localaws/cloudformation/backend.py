"""CloudFormation's operations on stacks and change sets, each account and region its own."""

from __future__ import annotations

import contextlib
import contextvars
import functools
import logging
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime
from typing import Any

from moto.core.base_backend import BackendDict, BaseBackend

from helpers.localaws.cloudformation import capabilities as capabilities_of
from helpers.localaws.cloudformation import (
    changes,
    mailbox,
    names,
    parameters,
    references,
    resources,
    rights,
    shapes,
    template,
    transform,
)
from helpers.localaws.cloudformation.deploy import Cancelled, Deployment
from helpers.localaws.cloudformation.dynamic import secret
from helpers.localaws.cloudformation.errors import (
    AlreadyExists,
    ChangeSetNotFound,
    InsufficientCapabilities,
    InvalidChangeSetStatus,
    ValidationError,
    no_such_stack,
)
from helpers.localaws.cloudformation.imports import imported_names
from helpers.localaws.cloudformation.lookup import Deployed, pseudo_parameters
from helpers.localaws.cloudformation.stack import (
    ChangeSet,
    Output,
    Recipe,
    Stack,
    StackRequest,
    now,
)
from helpers.localaws.turns.clock import clock
from helpers.localaws.turns.gate import gate
from helpers.localaws.turns.waiting import waiting

LOG = logging.getLogger(__name__)

NOTHING_CHANGED = (
    "The submitted information didn't contain changes. "
    "Submit different information to create a change set."
)
NO_UPDATES = "No updates are to be performed."
MAX_BODY = 51_200
MAX_URL_BODY = 1_048_576

_LOCK = threading.RLock()
_THREADS: dict[threading.Thread, str] = {}
"""The threads of operations that are under way, each with the id of its stack."""
_GIVEN_UP: set[str] = set()
"""The ids of stacks whose creation is to stop where it is: they are to be deleted."""
_FINISHED = threading.Condition(_LOCK)
_STOPPING = threading.Event()


class CloudFormationBackend(BaseBackend):
    """The stacks of one account in one region."""

    def __init__(self, region_name: str, account_id: str) -> None:
        super().__init__(region_name, account_id)
        self.stacks: dict[str, Stack] = {}
        self.change_sets: dict[str, ChangeSet] = {}
        self.drifts: dict[str, tuple[str, int, datetime]] = {}

    # ---------------------------------------------------------------- finding

    def live(self) -> list[Stack]:
        """The stacks that are not deleted, newest first."""
        live = [s for s in list(self.stacks.values()) if s.status != "DELETE_COMPLETE"]
        return sorted(live, key=lambda s: s.created, reverse=True)

    def find(self, name_or_id: str) -> Stack | None:
        """The stack of that name or id; deleted ones by id only."""
        if name_or_id in self.stacks:
            return self.stacks[name_or_id]
        return next((s for s in self.live() if s.name == name_or_id), None)

    def get(self, name_or_id: str) -> Stack:
        """The stack of that name or id.

        Raises ValidationError if there is none.
        """
        stack = self.find(name_or_id)
        if stack is None:
            raise no_such_stack(name_or_id)
        return stack

    def change_set(self, name_or_id: str, stack_name: str | None) -> ChangeSet:
        """The change set of that id, or of that name of that stack.

        Raises ChangeSetNotFound if there is none; ValidationError if a name is given and no stack.
        """
        if name_or_id in self.change_sets:
            return self.change_sets[name_or_id]
        if name_or_id.startswith("arn:"):
            raise ChangeSetNotFound(f"ChangeSet [{name_or_id}] does not exist")
        if not stack_name:
            raise ValidationError(
                "StackName must be specified if ChangeSetName is not specified as an ARN."
            )
        for change_set in self.change_sets_of(self.get(stack_name)):
            if change_set.name == name_or_id:
                return change_set
        raise ChangeSetNotFound(f"ChangeSet [{name_or_id}] does not exist")

    def change_sets_of(self, stack: Stack) -> list[ChangeSet]:
        """The change sets of a stack, oldest first."""
        return [one for one in list(self.change_sets.values()) if one.stack_id == stack.id]

    # ---------------------------------------------------------------- recipes

    def recipe(self, stack: Stack, request: StackRequest, *, unseen: bool = False) -> Recipe:
        """What a request asks for: its template expanded and checked.

        unseen: no change set shows beforehand what the transforms have made.

        Raises ValidationError if the template or a parameter is not valid; TransformFailed if a
        transform refuses the template; InsufficientCapabilities if IAM resources, or transforms
        unseen, are not acknowledged.
        """
        parsed, given = template.parse(request.template), request.parameters
        template.check_form(parsed)
        shapes.check_sections({"Parameters": parsed.get("Parameters")})
        values = parameters.resolve(parsed, given, ssm=self.parameter_store)
        recipe = Recipe(
            original=request.template,
            template=parsed,
            given=dict(given),
            parameters=values,
            tags=dict(stack.recipe.tags if request.tags is None else request.tags),
            capabilities=list(request.capabilities),
            role_arn=request.role_arn or stack.recipe.role_arn,
            notification_arns=list(request.notification_arns),
        )
        names_used = template.transforms(parsed)
        if names_used:
            rights.check_transforms(names_used, self.region_name)
            if unseen:
                capabilities_of.check_transforms(recipe)
            pseudo = pseudo_parameters(stack)
            expanded = transform.expand(parsed, values, pseudo)
            recipe.template = expanded
            recipe.parameters = parameters.resolve(expanded, given, ssm=self.parameter_store)
        template.check(recipe.template)
        references.in_order(recipe.template)
        refused = resources.unsupported(
            [body["Type"] for body in recipe.template["Resources"].values()]
        )
        if refused:
            raise ValidationError(refused)
        capabilities_of.check(recipe)
        return recipe

    def parameter_store(self, name: str) -> str:
        """The value of a parameter of Parameter Store that a template's parameter names.

        Raises ValidationError if there is none, or if it is a secret one.
        docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-supplied-parameter-types.html
        """
        stored = self._stored(name)
        if stored.parameter_type == "SecureString":
            raise ValidationError(
                f"Parameters [{name}] referenced by template have types not supported by "
                "CloudFormation."
            )
        return str(stored.value)

    def _stored(self, name: str) -> Any:
        """A parameter of Parameter Store as moto has it; a version may follow the name."""
        from moto.ssm.exceptions import ParameterVersionNotFound
        from moto.ssm.models import ssm_backends

        parameter = None
        with contextlib.suppress(ParameterVersionNotFound):
            parameter = ssm_backends[self.account_id][self.region_name].get_parameter(name)
        if parameter is None:
            raise ValidationError(
                f"Unable to fetch parameters [{name}] from parameter store for this account."
            )
        return parameter

    # ---------------------------------------------------------------- change sets

    def create_change_set(
        self,
        stack_name: str,
        name: str,
        kind: str,
        request: StackRequest,
        *,
        description: str | None = None,
        on_failure: str | None = None,
    ) -> ChangeSet:
        """Make a change set (and, for kind CREATE, a stack in review).

        Raises ValidationError if the request cannot be carried out. Where a transform is part of
        the template, AWS looks at it after it has answered: the change set is FAILED instead.
        """
        with _LOCK:
            stack = self._stack_for(stack_name, name, kind)
            for other in self.change_sets_of(stack):
                if other.name == name:
                    raise AlreadyExists(
                        f"ChangeSet {name} cannot be created due to a mismatch "
                        "with existing attribute TemplateBody"
                        if other.recipe.original != request.template
                        else f"ChangeSet {name} already exists"
                    )
            parsed = template.parse(request.template)
            recipe = Recipe(original=request.template, given=request.parameters)
            failure, computed = None, []
            try:
                recipe = self.recipe(stack, request)
                computed = changes.compute(self._deployed(stack), recipe)
            except transform.TransformFailed as error:
                failure = error.reason
            except (ValidationError, InsufficientCapabilities) as error:
                if not template.transforms(parsed):
                    raise
                failure = error.message
            if failure is None and kind != "CREATE":
                failure = self._unchanged(stack, recipe, computed)
            change_set = ChangeSet(
                id=names.change_set_id(self.partition, self.region_name, self.account_id, name),
                name=name,
                stack_id=stack.id,
                stack_name=stack.name,
                kind=kind,
                recipe=recipe,
                description=description,
                changes=computed,
                on_failure=on_failure,
            )
            if failure is not None:
                change_set.status, change_set.execution = "FAILED", "UNAVAILABLE"
                change_set.reason, change_set.changes = failure, []
            if stack.id not in self.stacks:
                self.stacks[stack.id] = stack
                stack.move("REVIEW_IN_PROGRESS", "User Initiated")
            self.change_sets[change_set.id] = change_set
            return change_set

    def _stack_for(self, stack_name: str, change_set: str, kind: str) -> Stack:
        """The stack that a change set is for: the existing one, or one not yet kept."""
        stack = self.find(stack_name)
        if kind == "CREATE":
            if stack is None:
                return self._new(stack_name)
            if stack.status != "REVIEW_IN_PROGRESS":
                raise ValidationError(
                    f"Stack [{stack_name}] already exists and cannot be created again with the "
                    f"changeSet [{change_set}]."
                )
            return stack
        if stack is None:
            raise ValidationError(f"Stack [{stack_name}] does not exist")
        self._check_updatable(stack)
        return stack

    def _unchanged(self, stack: Stack, recipe: Recipe, computed: list[Any]) -> str | None:
        """The reason of a change set that has nothing to change."""
        old = stack.recipe
        same_output = (old.template.get("Outputs") or {}) == (recipe.template.get("Outputs") or {})
        if computed or not same_output or old.tags != recipe.tags:
            return None
        if old.notification_arns != recipe.notification_arns:
            return None
        if old.original == recipe.original and old.parameters == recipe.parameters:
            return NOTHING_CHANGED
        if recipe.parameters != old.parameters and recipe.template.get("Outputs"):
            used = {name for name, _ in references.references(recipe.template["Outputs"])}
            if any(recipe.parameters.get(n) != old.parameters.get(n) for n in used):
                return None
        return NO_UPDATES

    def execute_change_set(self, change_set: ChangeSet, *, disable_rollback: bool = False) -> None:
        """Start to apply a change set; returns at once."""
        with _LOCK:
            stack = self.stacks[change_set.stack_id]
            if change_set.execution != "AVAILABLE":
                failed = change_set.status == "FAILED"
                raise InvalidChangeSetStatus(
                    f"ChangeSet [{change_set.id}] cannot be executed in its current status of "
                    f"[{change_set.status if failed else change_set.execution}]"
                )
            if stack.busy:
                raise ValidationError(
                    f"Stack:{stack.id} is in {stack.status} state and can not be updated."
                )
            for other in self.change_sets_of(stack):
                if other is not change_set and other.execution == "AVAILABLE":
                    other.execution = "OBSOLETE"
            change_set.execution = "EXECUTE_IN_PROGRESS"
            stack.change_set_id, stack.updated = change_set.id, now()
            recipe = change_set.recipe
            if change_set.kind == "CREATE":
                on_failure = change_set.on_failure or (
                    "DO_NOTHING" if disable_rollback else "ROLLBACK"
                )
                stack.disable_rollback = on_failure == "DO_NOTHING"
                stack.move("CREATE_IN_PROGRESS", "User Initiated")
                self._start(
                    stack, lambda deployment: deployment.create(recipe, on_failure), change_set
                )
            else:
                keep = disable_rollback or change_set.on_failure == "DO_NOTHING"
                stack.move("UPDATE_IN_PROGRESS", "User Initiated")
                self._start(
                    stack,
                    lambda deployment: deployment.update(recipe, disable_rollback=keep),
                    change_set,
                )

    def delete_change_set(self, change_set: ChangeSet) -> None:
        """Forget a change set."""
        with _LOCK:
            if change_set.execution == "EXECUTE_IN_PROGRESS":
                raise InvalidChangeSetStatus(
                    f"ChangeSet [{change_set.id}] cannot be deleted in its current status of "
                    f"[{change_set.execution}]"
                )
            self.change_sets.pop(change_set.id, None)

    # ---------------------------------------------------------------- stacks

    def create_stack(
        self,
        name: str,
        request: StackRequest,
        *,
        on_failure: str = "ROLLBACK",
        termination_protection: bool = False,
        timeout_minutes: int | None = None,
        policy: str = "",
        parent: Stack | None = None,
        wait: bool = False,
    ) -> Stack:
        """Start to create a stack; returns at once, or when it is done with `wait`.

        Raises AlreadyExists if there is one of that name; ValidationError if the request is not
        valid.
        """
        with _LOCK:
            if self.find(name) is not None:
                raise AlreadyExists(f"Stack [{name}] already exists")
            stack = self._new(name)
            try:
                recipe = self.recipe(stack, request, unseen=True)
                changes.compute(self._deployed(stack), recipe)  # refuses what cannot be evaluated
            except transform.TransformFailed as error:
                raise ValidationError(error.reason) from None
            stack.policy, stack.termination_protection = policy, termination_protection
            stack.timeout_minutes = timeout_minutes
            stack.disable_rollback = on_failure == "DO_NOTHING"
            if parent is not None:
                stack.parent_id, stack.root_id = parent.id, parent.root_id or parent.id
            self.stacks[stack.id] = stack
            stack.move("CREATE_IN_PROGRESS", "User Initiated")
        self._start(stack, lambda deployment: deployment.create(recipe, on_failure), wait=wait)
        return stack

    def update_stack(
        self,
        stack: Stack,
        request: StackRequest,
        *,
        disable_rollback: bool = False,
        wait: bool = False,
    ) -> None:
        """Start to update a stack; returns at once, or when it is done with `wait`.

        Raises ValidationError if the request is not valid, or has nothing to update.
        """
        with _LOCK:
            self._check_updatable(stack)
            try:
                recipe = self.recipe(stack, request, unseen=True)
            except transform.TransformFailed as error:
                raise ValidationError(error.reason) from None
            computed = changes.compute(self._deployed(stack), recipe)
            if self._unchanged(stack, recipe, computed):
                raise ValidationError(NO_UPDATES)
            stack.updated = now()
            stack.move("UPDATE_IN_PROGRESS", "User Initiated")
        self._start(
            stack,
            lambda deployment: deployment.update(recipe, disable_rollback=disable_rollback),
            wait=wait,
        )

    def delete_stack(
        self, name_or_id: str, retain: set[str] | None = None, *, wait: bool = False
    ) -> None:
        """Start to delete a stack; that there is none is no error.

        One that is being created is given up, and deleted once the step under way is done.

        Raises ValidationError if it is protected, used by another stack, or else busy.
        """
        with _LOCK:
            stack = self.find(name_or_id)
            if stack is None or stack.status == "DELETE_COMPLETE":
                return
            if stack.termination_protection:
                raise ValidationError(
                    f"Stack [{stack.id}] cannot be deleted while TerminationProtection is enabled"
                )
            if retain and stack.status != "DELETE_FAILED":
                raise ValidationError(
                    f"Invalid operation on stack [{stack.id}]. When you delete a stack, specify "
                    "which resources to retain only when the stack is in the DELETE_FAILED state."
                )
            if stack.status == "DELETE_IN_PROGRESS":
                return
            creation = _creation_of(stack)
            if stack.busy and creation is None:
                raise ValidationError(
                    f"Stack [{stack.id}] cannot be deleted while in status {stack.status}"
                )
            for output in stack.outputs:
                users = self.importers(output.export) if output.export else []
                if users:
                    raise ValidationError(
                        f"Export {output.export} cannot be deleted as it is in use by "
                        f"{', '.join(users)}"
                    )
            for change_set in self.change_sets_of(stack):
                del self.change_sets[change_set.id]
            if creation is not None:
                _GIVEN_UP.add(stack.id)
            stack.move("DELETE_IN_PROGRESS", "User Initiated")
        kept = set(retain or ())
        self._start(stack, lambda deployment: deployment.delete(kept), wait=wait, after=creation)

    def roll_back(self, stack: Stack) -> None:
        """Roll back an operation that failed with its rollback switched off.

        Raises ValidationError if there is nothing to roll back.
        """
        with _LOCK:
            if stack.status == "CREATE_FAILED":
                stack.move("ROLLBACK_IN_PROGRESS", "User Initiated")
                operation = Deployment.roll_back_create
            elif stack.status == "UPDATE_FAILED":
                stack.move("UPDATE_ROLLBACK_IN_PROGRESS", "User Initiated")
                operation = Deployment.roll_back_update
            else:
                raise ValidationError(
                    f"RollbackStack cannot be called from current stack status {stack.status}."
                )
        self._start(stack, operation)

    def continue_update_rollback(self, stack: Stack, skip: set[str]) -> None:
        """Try the rollback of an update again.

        Raises ValidationError if the stack's rollback has not failed.
        """
        with _LOCK:
            if stack.status != "UPDATE_ROLLBACK_FAILED":
                raise ValidationError(
                    f"Stack:{stack.id} is in {stack.status} state and can not continue "
                    "rolling back."
                )
            stack.move("UPDATE_ROLLBACK_IN_PROGRESS", "User Initiated")
        self._start(stack, lambda deployment: deployment.roll_back_update(skip))

    def recover(self) -> list[str]:
        """Take up the operations that were under way when the endpoint was stopped.

        Creations and updates are rolled back, what was being cleaned up or deleted is finished.
        Returns the names of the stacks.
        """
        mailbox.empty(self.account_id, self.partition)
        cut = [stack for stack in self.stacks.values() if stack.busy]
        for stack in cut:
            if stack.status == "CREATE_IN_PROGRESS":
                stack.move("ROLLBACK_IN_PROGRESS", STOPPED)
            elif stack.status == "UPDATE_IN_PROGRESS":
                stack.move("UPDATE_ROLLBACK_IN_PROGRESS", STOPPED)
        within: dict[str, list[Stack]] = {stack.id: [] for stack in cut}
        for stack in cut:
            if stack.parent_id in within:
                self._tell_parent(stack)
                within[stack.parent_id].append(stack)
        for stack in cut:
            if stack.parent_id not in within:
                self._start(stack, functools.partial(_resume, within=within))
        for change_set in self.change_sets.values():
            if change_set.execution == "EXECUTE_IN_PROGRESS":
                change_set.execution = "EXECUTE_FAILED"
        return [stack.name for stack in cut]

    def _tell_parent(self, nested: Stack) -> None:
        """Let the resource that was making a nested stack know it; else it learns that at the end.

        Resources are made one after the other: only one of the parent's can be unfinished.
        """
        for resource in self.stacks[str(nested.parent_id)].resources.values():
            if resource.status == "CREATE_IN_PROGRESS" and not resource.physical_id:
                resource.physical_id = nested.id

    def _new(self, name: str) -> Stack:
        if not name or not name[0].isalpha() or not name.replace("-", "a").isalnum():
            raise ValidationError(
                f"1 validation error detected: Value '{name}' at 'stackName' failed to satisfy "
                "constraint: Member must satisfy regular expression pattern: "
                "[a-zA-Z][-a-zA-Z0-9]*|arn:[-a-zA-Z0-9:/._+]*"
            )
        if len(name) > 128:
            raise ValidationError(
                f"1 validation error detected: Value '{name}' at 'stackName' failed to satisfy "
                "constraint: Member must have length less than or equal to 128"
            )
        return Stack(
            id=names.stack_id(self.partition, self.region_name, self.account_id, name),
            name=name,
            account=self.account_id,
            region=self.region_name,
            partition=self.partition,
        )

    def _check_updatable(self, stack: Stack) -> None:
        stuck = ("ROLLBACK_COMPLETE", "ROLLBACK_FAILED", "DELETE_FAILED", "DELETE_COMPLETE")
        stuck += ("REVIEW_IN_PROGRESS", "UPDATE_ROLLBACK_FAILED")
        if stack.busy or stack.status in stuck:
            raise ValidationError(
                f"Stack:{stack.id} is in {stack.status} state and can not be updated."
            )

    # ---------------------------------------------------------------- references

    def _deployed(self, stack: Stack) -> Deployed:
        return Deployed(stack, self.exports, self.importers, self.dynamic)

    def dynamic(self, service: str, reference: str) -> str:
        """The value of Parameter Store or Secrets Manager that a dynamic reference names.

        service, reference: of `{{resolve:service:reference}}`. Raises ValidationError.
        """
        if service.startswith("ssm"):
            stored = self._stored(reference)
            if service == "ssm" and stored.parameter_type == "SecureString":
                raise ValidationError(
                    f"Non-secure 'ssm' prefix was used for secure parameter: {reference}. Consider "
                    "using 'ssm-secure' prefix instead."
                )
            return str(stored.decrypt(stored.value))
        return secret(self.account_id, self.region_name, reference)

    def exports(self) -> Iterator[tuple[Stack, Output]]:
        """Every export with its stack."""
        for stack in self.live():
            for output in stack.outputs:
                if output.export:
                    yield stack, output

    def importers(self, export: str) -> list[str]:
        """The names of the stacks that import an export."""
        return [stack.name for stack in self.live() if export in imported_names(stack)]

    # ---------------------------------------------------------------- running

    def _start(
        self,
        stack: Stack,
        operation: Callable[[Deployment], None],
        change_set: ChangeSet | None = None,
        *,
        wait: bool = False,
        after: threading.Thread | None = None,
    ) -> None:
        """Run an operation on a stack in a thread of its own (or here, with `wait`).

        after: the creation that the operation puts an end to, and waits for.
        """

        def cancelled() -> bool:
            gone = self.stacks.get(stack.id) is not stack
            return _STOPPING.is_set() or gone or stack.id in _GIVEN_UP

        def run() -> None:
            if after is not None:
                _outlast(after, stack)
            try:
                with clock.busy(), gate:
                    operation(Deployment(self._deployed(stack), cancelled))
            except Cancelled:
                LOG.info("left the operation on stack %s", stack.name)
                if wait:
                    raise
            except Exception:
                LOG.exception("the operation on stack %s broke off", stack.name)
                self._broke_off(stack)
            if change_set is not None:
                done = stack.status in ("CREATE_COMPLETE", "UPDATE_COMPLETE")
                change_set.execution = "EXECUTE_COMPLETE" if done else "EXECUTE_FAILED"
            with _FINISHED:
                if not wait:
                    _THREADS.pop(threading.current_thread(), None)
                _FINISHED.notify_all()

        if wait:
            run()
            return
        within = contextvars.copy_context()  # it says who acts
        thread = threading.Thread(
            target=within.run, args=(run,), name=f"stack {stack.name}", daemon=True
        )
        with _LOCK:
            _THREADS[thread] = stack.id
        thread.start()

    def _broke_off(self, stack: Stack) -> None:
        verb = stack.status.split("_", 1)[0]
        stack.move(
            f"{verb}_FAILED",
            "Internal Failure: the local endpoint has an error of its own here; its log says more.",
        )

    def wait_for(self, stack: Stack, seconds: float) -> None:
        """Wait until no operation is under way on the stack, at most so many real seconds."""
        with waiting(), _FINISHED:
            _FINISHED.wait_for(lambda: not stack.busy, timeout=seconds)


def _creation_of(stack: Stack) -> threading.Thread | None:
    """The thread that creates a stack, if one does. A nested stack's is its parent's."""
    if stack.status != "CREATE_IN_PROGRESS":
        return None
    return next((thread for thread, stack_id in _THREADS.items() if stack_id == stack.id), None)


def _outlast(creation: threading.Thread, stack: Stack) -> None:
    """Wait until the creation of a stack that is to be deleted has stopped."""
    with waiting():
        creation.join()
    _GIVEN_UP.discard(stack.id)
    if stack.status != "DELETE_IN_PROGRESS":  # it came to its end in the very same moment
        stack.move("DELETE_IN_PROGRESS", "User Initiated")


def stop_all(seconds: float = 10.0) -> bool:
    """Let every operation that is under way stop where it is; returns whether all have."""
    _STOPPING.set()
    try:
        with _FINISHED:
            return _FINISHED.wait_for(lambda: not _THREADS, timeout=seconds)
    finally:
        _STOPPING.clear()


STOPPED = (
    "The local endpoint was stopped while this operation was under way. Rollback requested by user."
)
RESUMING: dict[str, Callable[[Deployment], None]] = {
    "ROLLBACK_IN_PROGRESS": Deployment.roll_back_create,
    "UPDATE_ROLLBACK_IN_PROGRESS": Deployment.roll_back_update,
    "UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS": Deployment.clean_up_rollback,
    "UPDATE_COMPLETE_CLEANUP_IN_PROGRESS": Deployment.clean_up_update,
    "DELETE_IN_PROGRESS": lambda deployment: deployment.delete(set()),
}


def _resume(deployment: Deployment, within: dict[str, list[Stack]]) -> None:
    """Take up an operation: first what the stacks within the stack were at, as part of it.

    within: by the id of each stack that was cut off, those of its nested stacks that were too.
    """
    stack = deployment.stack
    for one in within[stack.id]:
        deployed = replace(deployment.deployed, stack=one)
        _resume(Deployment(deployed, deployment.cancelled), within)
    RESUMING[stack.status](deployment)


cloudformation_backends = BackendDict(CloudFormationBackend, "cloudformation")
