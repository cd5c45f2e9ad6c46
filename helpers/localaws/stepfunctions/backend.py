"""Step Functions as moto's backend has it, with executions that really run.

A subclass of moto's `StepFunctionBackend`, so that CloudFormation, the tagging API and moto's own
code see the same state machines as the Step Functions API.
"""

from __future__ import annotations

import threading
from typing import Any

from moto.stepfunctions.models import (
    StateMachine,
    StateMachineVersion,
    StepFunctionBackend,
    stepfunctions_backends,
)
from moto.utilities.utils import get_partition

from helpers.localaws import ids
from helpers.localaws.metrics import of_states
from helpers.localaws.stepfunctions import (
    errors,
    inputs,
    logs,
    machines,
    names,
    revisions,
    status_events,
)
from helpers.localaws.stepfunctions.callbacks import Queue, tokens
from helpers.localaws.stepfunctions.compiling import compile_program
from helpers.localaws.stepfunctions.descriptions import (
    HISTORY_IS_FULL,
    not_redrivable,
    variables_of,
)
from helpers.localaws.stepfunctions.executions import Execution
from helpers.localaws.stepfunctions.facts import RUNNING, Facts, MapRun
from helpers.localaws.stepfunctions.keeping import history, store, use_store
from helpers.localaws.stepfunctions.program import Program
from helpers.localaws.stepfunctions.services import Services
from helpers.localaws.stepfunctions.store import Store
from helpers.localaws.turns.clock import clock


class LocalStepFunctionsBackend(StepFunctionBackend):
    """One account's state machines and executions in one region."""

    _url_module: Any
    """Where moto looks for what to serve: `install` says it, as the API stands on this class."""

    def __init__(self, region_name: str, account_id: str) -> None:
        super().__init__(region_name, account_id)
        self._running: dict[str, Execution] = {}
        self._queues: dict[str, Queue] = {}
        self.map_runs: dict[str, MapRun] = {}
        self._starting = threading.Lock()
        self.services = Services(account_id)

    def __getstate__(self) -> dict[str, Any]:
        kept = dict(self.__dict__)
        for name in ("_running", "_queues", "_starting", "services"):
            kept.pop(name, None)
        return kept

    def __setstate__(self, kept: dict[str, Any]) -> None:
        self.__dict__.update(kept)
        self._running, self._queues, self._starting = {}, {}, threading.Lock()
        self.services = Services(self.account_id)

    def reset(self) -> None:
        """Stop everything and forget it."""
        for execution in list(self._running.values()):
            execution.on_end = [call for call in execution.on_end if call != self._ended]
            execution.stop(None, None)  # nobody is told of it
        super().reset()
        for queue in self._queues.values():
            queue.delete()
        self._queues.clear()
        self.map_runs.clear()
        tokens.clear()
        store().clear()

    # -- activities

    def make_activity(
        self, name: str, tags: list[dict[str, str]] | None, encryption: dict[str, Any] | None
    ) -> Any:
        """Create an activity; one that is there already is given."""
        names.check_name(name)
        region, account = self.region_name, self.account_id
        arn = f"arn:{get_partition(region)}:states:{region}:{account}:activity:{name}"
        keys = machines.encryption_of(encryption)
        if arn in self.activities:
            known = self.activities[arn]
            if machines.encryption_of(known.encryption_configuration) != keys:
                raise errors.ApiError("ActivityAlreadyExists", f"Activity Already Exists: '{arn}'")
            return known
        made = self.create_activity(name, tags, keys)
        made.creation_date = clock.now()
        return made

    def activity(self, arn: str) -> Any:
        """An activity that exists."""
        names.check_activity(arn)
        if arn not in self.activities:
            raise errors.ApiError("ActivityDoesNotExist", f"Activity Does Not Exist: '{arn}'")
        return self.activities[arn]

    def remove_activity(self, arn: str) -> None:
        """Delete an activity and send its workers away; one that does not exist is no error."""
        names.check_activity(arn)
        self.activities.pop(arn, None)
        queue = self._queues.pop(arn, None)
        if queue is not None:
            queue.delete()

    def queue(self, arn: str) -> Queue | None:
        """The tasks that wait for a worker of an activity; None if there is no such activity."""
        if arn not in self.activities:
            return None
        with self._starting:
            return self._queues.setdefault(arn, Queue())

    # -- state machines

    def create_state_machine(
        self,
        name: str,
        definition: str,
        roleArn: str,
        tags: list[dict[str, str]] | None = None,
        publish: bool | None = None,
        loggingConfiguration: dict[str, Any] | None = None,
        tracingConfiguration: dict[str, Any] | None = None,
        encryptionConfiguration: dict[str, Any] | None = None,
        version_description: str | None = None,
        sm_type: str | None = None,
    ) -> StateMachine:
        """Create a machine; the same one again is no error, another of its name is."""
        names.check_name(name)
        machines.check_role(roleArn, self.region_name)
        kind = sm_type or "STANDARD"
        machines.check_definition(definition, kind)
        machines.check_logging(loggingConfiguration, roleArn, self.region_name)
        keys = machines.encryption_of(encryptionConfiguration)
        partition = get_partition(self.region_name)
        arn = f"arn:{partition}:states:{self.region_name}:{self.account_id}:stateMachine:{name}"
        existing = self._machine(arn)
        if existing is not None:
            machines.check_alive(existing)
            same = (
                existing.definition == definition
                and existing.type == kind
                and existing.loggingConfiguration == machines.logging_of(loggingConfiguration)
                and existing.tracingConfiguration == (tracingConfiguration or {"enabled": False})
                and existing.encryptionConfiguration == keys
            )
            if not same:
                raise errors.ApiError(
                    "StateMachineAlreadyExists", f"State Machine Already Exists: '{arn}'"
                )
            return existing
        machine = StateMachine(
            arn,
            name,
            definition,
            roleArn,
            self,
            keys,
            machines.logging_of(loggingConfiguration),
            tracingConfiguration,
            sm_type=kind,
        )
        machine.sm_type = kind
        machine.creation_date = machine.update_date = clock.now()
        machine.revision_id = None
        if publish:
            revisions.publish(machine, None, version_description)
        if tags:
            self.tagger.tag_resource(arn, tags)
        self.state_machines.append(machine)
        logs.begin_delivery(loggingConfiguration)
        return machine

    def update_state_machine(
        self,
        arn: str,
        definition: str | None = None,
        role_arn: str | None = None,
        logging_configuration: dict[str, Any] | None = None,
        tracing_configuration: dict[str, Any] | None = None,
        encryption_configuration: dict[str, Any] | None = None,
        publish: bool | None = None,
        version_description: str | None = None,
    ) -> StateMachine:
        """Change a machine; executions that run keep the definition that they began with."""
        machine = machines.check_alive(self.machine(arn))
        given = (definition, role_arn, logging_configuration, tracing_configuration,
                 encryption_configuration)  # fmt: skip
        if all(value is None for value in given):
            raise errors.ApiError(
                "MissingRequiredParameter",
                "Either the definition, the role ARN, the LoggingConfiguration, or the "
                "TracingConfiguration must be specified",
            )
        if definition is not None:
            machines.check_definition(definition, machine.type)
        if role_arn is not None:
            machines.check_role(role_arn, self.region_name)
        machines.check_logging(logging_configuration, role_arn or machine.roleArn, self.region_name)
        changes = {
            "definition": definition,
            "roleArn": role_arn,
            "loggingConfiguration": logging_configuration
            and machines.logging_of(logging_configuration),
            "tracingConfiguration": tracing_configuration,
            "encryptionConfiguration": encryption_configuration
            and machines.encryption_of(encryption_configuration),
        }
        changes = {
            name: value
            for name, value in changes.items()
            if value is not None and getattr(machine, name) != value
        }
        if changes:
            for name, value in changes.items():
                setattr(machine, name, value)
            machine.revision_id = ids.uuid4()
        logs.begin_delivery(changes.get("loggingConfiguration"))
        machine.update_date = clock.now()
        if publish:
            revisions.publish_update(machine, version_description)
        return machine

    def delete_state_machine(self, arn: str, *, at_once: bool = False) -> None:
        """Delete a machine and its executions; one that does not exist is no error.

        While Standard executions of it run it is only marked: each fails where it would go on to
        another state, and with the last of them it is gone. at_once: they are stopped.
        """
        names.check_machine(arn)
        machine = self._machine(arn)
        if machine is None:
            return
        machine.deleting = True  # type: ignore[attr-defined]
        for execution in self._executions_of(machine):
            execution.run.machine_deleted = True
            if at_once:
                execution.stop(None, None)
        self._finish_deletion(machine)

    def finish_deletions(self) -> None:
        """Delete the machines whose executions ended with an earlier process."""
        for machine in list(self.state_machines):
            self._finish_deletion(machine)

    def _finish_deletion(self, machine: StateMachine) -> None:
        """Delete a machine that is marked, unless Standard executions of it run."""
        if not machines.is_deleting(machine):
            return
        if machine.type == "STANDARD" and self._executions_of(machine):
            return
        with self._starting:  # two executions may end together
            if machine in self.state_machines:
                self.state_machines.remove(machine)
                self.tagger.delete_all_tags_for_resource(machine.arn)
                store().forget(machine.arn)

    def _executions_of(self, machine: StateMachine) -> list[Execution]:
        """Those that run, children of Map Runs too."""
        running = list(self._running.values())
        return [one for one in running if _machine_of(one.facts) == machine.arn]

    def status(self, arn: str) -> str:
        """What DescribeStateMachine says of the machine of an ARN: ACTIVE or DELETING."""
        return "DELETING" if machines.is_deleting(self._revision(arn)[1]) else "ACTIVE"

    def machine(self, arn: str) -> StateMachine:
        """The machine of an ARN without a version or alias."""
        names.check_machine(arn)
        machine = self._machine(arn)
        if machine is None:
            raise errors.machine_missing(arn)
        return machine

    def describe_state_machine(self, arn: str) -> StateMachine | StateMachineVersion:  # type: ignore[override]
        """The machine or the version that an ARN names."""
        return self._revision(arn)[0]

    def publish_version(
        self, arn: str, revision_id: str | None, description: str | None
    ) -> StateMachineVersion:
        """A version of a machine as it is; see `revisions.publish`."""
        return revisions.publish(machines.check_alive(self.machine(arn)), revision_id, description)

    def remove_version(self, arn: str) -> None:
        """Delete a version that no alias leads to; one that does not exist is no error."""
        revisions.delete_version(self.machine(arn.rpartition(":")[0]), arn)

    def alias(self, arn: str) -> Any:
        """The alias of an ARN."""
        names.check_machine(arn)
        source, _, name = arn.rpartition(":")
        machine = self._machine(source)
        alias = machine.aliases.get(name) if machine is not None else None
        if alias is None:
            raise errors.revision_missing(arn)
        return alias

    def remove_alias(self, arn: str) -> None:
        """Delete an alias; one that does not exist is no error."""
        names.check_machine(arn)
        source, _, name = arn.rpartition(":")
        machine = self._machine(source)
        if machine is not None:
            machine.aliases.pop(name, None)

    def check_versions(self, routes: list[dict[str, Any]]) -> None:
        """Raise unless the versions that an alias leads to exist."""
        for route in routes:
            arn = route["stateMachineVersionArn"]
            source, _, number = arn.rpartition(":")
            machine = self._machine(source)
            if machine is None or int(number) not in machine.versions:
                raise errors.revision_missing(arn)

    def _machine(self, arn: str) -> StateMachine | None:
        return next((m for m in self.state_machines if m.arn == arn), None)

    def _revision(self, arn: str) -> tuple[Any, StateMachine, str | None, str | None]:
        """The machine or version that an ARN names, its machine, version ARN and alias ARN."""
        names.check_machine(arn)
        machine = self._machine(arn)
        if machine is not None:
            return machine, machine, None, None
        source, _, last = arn.rpartition(":")
        machine = self._machine(source)
        if machine is None:
            raise errors.machine_missing(arn)
        if last.isdigit():
            version = machine.versions.get(int(last))
            if version is None:
                raise errors.machine_missing(arn)
            return version, machine, version.arn, None
        alias = machine.aliases.get(last)
        if alias is None:
            raise errors.machine_missing(arn)
        version_arn = revisions.route(alias)
        version = machine.versions.get(int(version_arn.rpartition(":")[2]))
        if version is None:
            raise errors.machine_missing(version_arn)
        return version, machine, version.arn, alias.arn

    # -- executions

    def start_execution(
        self,
        state_machine_arn: str,
        name: str | None = None,
        execution_input: str | None = None,
        trace_header: str | None = None,
        *,
        pulls: bool | None = True,
        awaited: bool = False,
    ) -> Facts:
        """Start an execution; with the name and input of one that runs, that one is given.

        pulls: whether its waits move the simulated clock; None: as those of the calling thread.
        awaited: another execution waits for its end.
        """
        execution, is_new = self._prepare(state_machine_arn, name, execution_input, trace_header)
        execution.awaited |= awaited
        if is_new:
            status_events.publish(execution.facts)
            execution.start(pulls=pulls)
        return execution.facts

    def _prepare(
        self,
        state_machine_arn: str,
        name: str | None,
        execution_input: str | None,
        trace_header: str | None,
    ) -> tuple[Execution, bool]:
        """An execution that is ready to start, or the one that runs already; and if it is new."""
        revision, machine, version_arn, alias_arn = self._revision(state_machine_arn)
        machines.check_alive(machine)
        made_up = name is None
        name = ids.uuid4() if made_up else name
        names.check_name(name)
        text = "{}" if execution_input is None else execution_input
        inputs.check(text)
        program = compile_program(revision.definition)
        base = f"arn:{get_partition(self.region_name)}:states:{self.region_name}:{self.account_id}"
        express = machine.type == "EXPRESS"
        if express:
            arn = f"{base}:express:{machine.name}:{name}:{ids.uuid4()}"
        else:
            arn = f"{base}:execution:{machine.name}:{name}"
        with self._starting:
            if not (express or made_up):
                running = self._running.get(arn)
                known = store().facts(arn) if running is None else running.facts
                if running is not None and (known.status, known.input) == (RUNNING, text):
                    return running, False
                if known is not None:
                    raise errors.ApiError(
                        "ExecutionAlreadyExists", f"Execution Already Exists: '{arn}'"
                    )
            facts = Facts(
                arn=arn,
                name=name,
                machine_arn=machine.arn,
                machine_name=machine.name,
                role_arn=revision.roleArn,
                definition=revision.definition,
                start=round(clock.time(), 3),
                input=text,
                version_arn=version_arn,
                alias_arn=alias_arn,
                trace_header=trace_header,
                express=express,
                extra=machines.kept_of(revision),
            )
            execution = Execution(facts, program, self.services)
            self._note(execution)
        return execution, True

    def adopt(self, child: Execution) -> None:
        """Note an execution that was not started by the API: a child of a Map Run."""
        self._note(child)
        status_events.publish(child.facts)

    def _note(self, execution: Execution) -> None:
        """Keep an execution that is about to begin, and hear of its end."""
        execution.on_end.append(self._ended)
        if not execution.facts.express:
            store().add(execution)
        self._running[execution.facts.arn] = execution
        of_states.started(execution.facts)
        machine = self._machine(_machine_of(execution.facts))
        execution.run.machine_deleted = machine is not None and machines.is_deleting(machine)

    def map_run(self, arn: str) -> MapRun:
        """A Map Run that exists."""
        if arn not in self.map_runs:
            raise errors.ApiError("ResourceNotFound", f"Resource not found: '{arn}'")
        return self.map_runs[arn]

    def _ended(self, execution: Execution) -> None:
        if not execution.facts.express:
            store().finish(execution)
        self._running.pop(execution.facts.arn, None)
        of_states.ended(execution.facts, execution.history.events)
        status_events.publish(execution.facts)
        machine = self._machine(_machine_of(execution.facts))
        if machine is not None:
            self._finish_deletion(machine)

    def facts(self, arn: str) -> Facts:
        """What is known of an execution."""
        names.check_execution(arn)
        running = self._running.get(arn)
        facts = running.facts if running is not None else store().facts(arn)
        if facts is None:
            raise errors.execution_missing(arn)
        return facts

    def events(self, arn: str) -> list[dict[str, Any]]:
        """The events of an execution so far."""
        names.check_execution(arn)
        running = self._running.get(arn)
        if running is not None:
            return list(running.history.events)
        return history(self.facts(arn))

    def stop_execution(  # type: ignore[override]
        self, execution_arn: str, error: str | None = None, cause: str | None = None
    ) -> Facts:
        """Abort an execution; one that has ended already stays as it is."""
        facts = self.facts(execution_arn)
        running = self._running.get(execution_arn)
        if running is not None:
            running.stop(error, cause)
            facts = running.facts
        return facts

    def list_page(
        self,
        machine_arn: str | None,
        map_run_arn: str | None,
        status: str | None,
        redrive: str | None,
        count: int,
        before: Any,
    ) -> tuple[list[Facts], Any]:
        """A page of ListExecutions, and where the next begins."""
        if (machine_arn is None) == (map_run_arn is None):
            raise errors.ApiError(
                "ValidationException",
                "You must specify either a stateMachineArn or a mapRunArn, but not both.",
            )
        listed, revision = map_run_arn, None
        if machine_arn is not None:
            _, machine, version_arn, alias_arn = self._revision(machine_arn)
            if machine.type == "EXPRESS":
                raise _not_supported()
            listed, revision = machine.arn, alias_arn or version_arn
        redriven = None if redrive is None else redrive == "REDRIVEN"
        return store().page(listed, status, redriven, count, before, revision)

    def describe_machine_of(self, arn: str, included: str | None) -> dict[str, Any]:
        """DescribeStateMachineForExecution: the machine as it was when the execution began."""
        facts = self.facts(arn)
        machine = self._machine(facts.machine_arn)
        answer: dict[str, Any] = {
            "stateMachineArn": facts.machine_arn,
            "name": facts.machine_name,
            "roleArn": facts.role_arn,
            "updateDate": facts.extra.get("updated", facts.start),
            "loggingConfiguration": facts.extra.get("logging", machines.logging_of(None)),
            "tracingConfiguration": facts.extra.get("tracing", {"enabled": False}),
            "encryptionConfiguration": machines.encryption_of(facts.extra.get("encryption")),
        }
        if included != "METADATA_ONLY":
            answer["definition"] = facts.definition
            answer |= variables_of(facts.definition)
        if facts.map_run_arn is not None:
            answer["mapRunArn"] = facts.map_run_arn
        revision = facts.extra.get("revision")
        if machine is not None and revision:
            answer["revisionId"] = revision
        return answer

    def taggable(self, arn: str) -> None:
        """Raise ResourceNotFound unless `arn` is of a state machine or an activity."""
        if self._machine(arn) is None and arn not in self.activities:
            raise errors.resource_missing(arn)

    def start_sync_execution(
        self,
        state_machine_arn: str,
        name: str | None,
        text: str | None,
        trace_header: str | None,
    ) -> Facts:
        """Run an Express execution to its end and give what is known of it."""
        _, machine, _, _ = self._revision(state_machine_arn)
        if machine.type != "EXPRESS":
            raise _not_supported()
        with clock.busy():
            execution, _ = self._prepare(state_machine_arn, name, text, trace_header)
            del execution.run.context["Execution"]["RedriveCount"]  # as only here on AWS
            execution.carry_out()
        return execution.facts

    def redrive_execution(self, arn: str) -> Facts:
        """Take an execution up again where it failed, timed out or was aborted."""
        facts = self.facts(arn)
        why = not_redrivable(facts)
        if why is None and facts.map_run_arn is not None:
            why = (
                "Execution is a child of a Map Run; redrive the execution that started the Map Run"
            )
        if why is not None:
            raise errors.ApiError("ExecutionNotRedrivable", why)
        self.take_up(facts, compile_program(facts.definition)).start(pulls=True)
        return facts

    def take_up(self, facts: Facts, program: Program) -> Execution:
        """An execution that has ended and is ready to go on where it failed."""
        arn = facts.arn
        with self._starting:
            events, bookmark = store().history(arn), store().resume(arn)
            if len(events) >= 24_999:
                raise errors.ApiError("ExecutionNotRedrivable", HISTORY_IS_FULL)
            facts.status, facts.stop = RUNNING, None
            facts.output = facts.error = facts.cause = None
            facts.redrive_count += 1
            facts.redrive_date = round(clock.time(), 3)
            execution = Execution(facts, program, self.services, (events, bookmark))
            execution.on_end.append(self._ended)
            store().reopen(execution)
            self._running[arn] = execution
        of_states.redriven(facts)
        status_events.publish(facts)
        return execution


def _machine_of(facts: Facts) -> str:
    """The ARN of an execution's machine; that of a Map Run's child has the Map's name besides."""
    return facts.machine_arn.partition("/")[0]


def _not_supported() -> errors.ApiError:
    return errors.ApiError(
        "StateMachineTypeNotSupported",
        "This operation is not supported by this type of state machine",
    )


def install(urls: Any) -> None:
    """Make moto use this backend; executions are kept in memory until `use_store`.

    urls: the module whose `url_bases` and `url_paths` moto's server is to serve.
    """
    LocalStepFunctionsBackend._url_module = urls
    stepfunctions_backends.backend = LocalStepFunctionsBackend  # type: ignore[assignment]
    stepfunctions_backends.clear()
    use_store(Store())
