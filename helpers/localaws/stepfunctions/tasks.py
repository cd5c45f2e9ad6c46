"""The Task state: what it sends to a service, and what it makes of the answer."""

# ruff: noqa: D102 - the base class says what an overriding method does
from __future__ import annotations

from typing import Any

from helpers.asl.expressions import compile_template
from helpers.asl.failures import RuntimeFailure, StateError
from helpers.asl.jsonata.templates import compile_jsonata
from helpers.localaws.stepfunctions import integrations
from helpers.localaws.stepfunctions.data import Data
from helpers.localaws.stepfunctions.retrying import RetryingState
from helpers.localaws.stepfunctions.run import Flow
from helpers.localaws.stepfunctions.states import Field
from helpers.localaws.stepfunctions.work import Call


class TaskState(RetryingState):
    """Has work done by a Lambda function, another service or an activity."""

    kind = "Task"

    def __init__(self, name: str, definition: dict[str, Any], *, jsonata: bool) -> None:
        super().__init__(name, definition, jsonata=jsonata)
        self.resource: str = definition["Resource"]
        self.integration = integrations.find(self.resource)
        self.timeout = Field(definition, "TimeoutSeconds", jsonata=jsonata, kind="number")
        self.heartbeat = Field(definition, "HeartbeatSeconds", jsonata=jsonata, kind="number")
        credentials = (definition.get("Credentials") or {}) if not jsonata else {}
        self.role = Field(definition, "Credentials", jsonata=jsonata)
        if jsonata:
            self.parameters = definition.get("Arguments")
            self.has_parameters = "Arguments" in definition
            self.template = compile_jsonata(self.parameters, "Arguments")
        else:
            self.parameters = definition.get("Parameters")
            self.has_parameters = "Parameters" in definition
            self.template = compile_template(self.parameters)
            self.role.expression = compile_template(credentials)

    def attempt(self, flow: Flow, given: Data) -> Data:
        effective = given if self.jsonata else self.effective_input(flow, given)
        if self.integration.needs_token:
            flow.new_token()
        if self.template is not None:
            sent = Data(self.template(flow.scope(effective.value)))
        elif self.has_parameters:
            sent = Data(self.parameters)
        elif self.jsonata and not self.integration.takes_input:
            sent = Data({})
        else:
            sent = effective
        flow.note("afterArguments" if self.jsonata else "afterParameters", sent)
        self.check_size(sent)
        if flow.run.probe is not None and flow.run.probe.mocked:
            return flow.run.probe.answer()
        call = Call(
            flow,
            sent,
            self.timeout.positive(flow, effective, "TimeoutSeconds"),
            self.heartbeat.positive(flow, effective, "HeartbeatSeconds"),
            self._role(flow, effective),
        )
        return self.integration.carry_out(call)

    def _role(self, flow: Flow, given: Data) -> str | None:
        value = self.role.get(flow, given.value)
        if not value:
            return None
        if not isinstance(value, dict) or not isinstance(value.get("RoleArn"), str):
            raise RuntimeFailure("Credentials must have a RoleArn that is a string")
        return value["RoleArn"]

    def complete(self, flow: Flow, given: Data, result: Data, assigned: dict[str, Any]) -> Data:
        if self.jsonata:
            return self.finish(flow, given, result, assigned)
        return self.complete_jsonpath(flow, given, result, assigned)

    def failed(self, flow: Flow, error: StateError) -> None:
        if error.event is not None:
            flow.event(*error.event)
