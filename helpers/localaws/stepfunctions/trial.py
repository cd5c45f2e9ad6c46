"""TestState: one state run by itself, with what is known of its data on the way, and with mocks."""

from __future__ import annotations

import json
from typing import Any

from helpers.asl.evaluation import DefinitionError
from helpers.asl.failures import StateError
from helpers.asl.jackson import why_not_json
from helpers.asl.json_text import dump, parse
from helpers.asl.service import split_pattern
from helpers.localaws import ids
from helpers.localaws.stepfunctions import contexts, errors, mock_fields
from helpers.localaws.stepfunctions.compiling import compiled
from helpers.localaws.stepfunctions.data import Data
from helpers.localaws.stepfunctions.history import Ended, History
from helpers.localaws.stepfunctions.inputs import parsed, refusal
from helpers.localaws.stepfunctions.probe import Probe, Retriable
from helpers.localaws.stepfunctions.run import Flow, MachineTimedOut, Run, iso
from helpers.localaws.stepfunctions.services import Services
from helpers.localaws.turns.clock import clock

_SUPPORTED = ("Task", "Wait", "Pass", "Succeed", "Fail", "Choice")
_TYPES = (*_SUPPORTED, "Parallel", "Map")
_LONGEST_SECONDS = 300

_NAME = "StateName"
"""What AWS calls the state that it tries: in its context object always, in words where it has
no name of its own."""


class _Trial(Flow):
    """The flow of a trial whose context object is given: it is that, and nothing is added."""

    __slots__ = ("given",)

    def __init__(self, run: Run, variables: dict[str, Any], given: dict[str, Any]) -> None:
        super().__init__(run, variables=variables)
        self.given = given

    def context(self) -> dict[str, Any]:
        """The given context object, with the item of a Map whose ItemSelector is looked at."""
        return self.given if self.item is None else {**self.given, "Map": {"Item": self.item}}


def test_state(body: dict[str, Any], account: str, region: str) -> dict[str, Any]:
    """The answer of TestState; raises ApiError."""
    name, definition, around = _definition(body)
    kind = definition.get("Type")
    mock = body.get("mock")
    probe = _probe(body, definition, kind, mock)
    failures = (body.get("stateConfiguration") or {}).get("mapIterationFailureCount")
    if mock is None and failures is not None:
        raise _invalid(
            "TestState does not support MapIterationFailureCount when a mock is not specified."
        )
    if mock is None and kind not in _SUPPORTED:
        raise errors.ApiError(
            "InvalidDefinition",
            "TestState API does not support Map or Parallel states. Supported state types "
            f"include: [{', '.join(_SUPPORTED)}]",
        )
    if mock is None and _waits(definition):
        raise errors.ApiError(
            "InvalidDefinition",
            "TestState API supports Activity tasks, and the service integration patterns .sync "
            "and .waitForTaskToken, only when a mock is specified",
        )
    if mock is None and body.get("context"):
        raise _invalid("A context can only be specified together with a mock")
    if kind == "Task" and mock is None and "roleArn" not in body:
        raise _invalid("RoleArn must be specified when testing a Task state")
    given = body.get("input", "{}")
    flow = _flow(body, account, region, probe, parsed(given), definition)
    tried = _without_work(definition) if probe.mocked else definition
    try:
        machine = compiled({"StartAt": name, "States": {name: tried}}, jsonata=around)
    except DefinitionError as error:
        raise errors.ApiError(
            "InvalidDefinition",
            f"Invalid State Machine Definition: 'SCHEMA_VALIDATION_FAILED: {error} at "
            f"{error.location}'",
        ) from None
    flow.enter(_NAME)
    answer = _run(flow, machine.states[name], Data(text=given), probe)
    level = body.get("inspectionLevel", "INFO")
    if level != "INFO":
        seen = {"input": given, **probe.seen}
        if flow.variables:
            seen["variables"] = dump(flow.variables)
        if probe.details:
            seen["errorDetails"] = probe.details
        answer["inspectionData"] = seen
    return answer


def _waits(definition: dict[str, Any]) -> bool:
    """Whether a task is done by somebody whom TestState does not wait for."""
    resource = str(definition.get("Resource", ""))
    return ":activity:" in resource or bool(split_pattern(resource)[1])


def _without_work(definition: dict[str, Any]) -> dict[str, Any]:
    """The definition of a mocked state, without what will not be done for it.

    It may name functions that cannot be there, such as those of an account called
    `your-account-id`: AWS takes them, by themselves and within a Map or Parallel.
    """
    inner = {"StartAt": _NAME, "States": {_NAME: {"Type": "Succeed"}}}
    plain = dict(definition)
    for field in ("ItemProcessor", "Iterator"):
        if isinstance(plain.get(field), dict):
            plain[field] = {**plain[field], **inner}
    if isinstance(plain.get("Branches"), list):
        plain["Branches"] = [inner for _ in plain["Branches"]]
    if str(plain.get("Resource")).split(":")[2:3] == ["lambda"]:
        plain["Resource"] = "arn:aws:lambda:us-east-1:123456789012:function:mocked"
    return plain


def _run(flow: Flow, state: Any, given: Data, probe: Probe) -> dict[str, Any]:
    assigned: dict[str, Any] = {}
    try:
        with clock.busy():
            output, following = state.act(flow, given, assigned)
    except Retriable as retriable:
        probe.details["retryIndex"] = retriable.index
        probe.details["retryBackoffIntervalSeconds"] = round(retriable.seconds)
        return {"status": "RETRIABLE", **retriable.error.details()}
    except StateError as error:
        return {"status": "FAILED", **error.details()}
    except (MachineTimedOut, Ended):
        return {"status": "FAILED", "error": "States.Timeout"}
    flow.variables = {**flow.variables, **assigned}
    answer = {"status": "SUCCEEDED", "output": output.text}
    if following is not None:
        answer["nextState"] = following
    if probe.caught is not None:
        answer |= {"status": "CAUGHT_ERROR", **probe.caught.details()}
    return answer


def _definition(body: dict[str, Any]) -> tuple[str, dict[str, Any], bool]:
    """The state's name, its definition, and whether what is around it is in JSONata."""
    text = body["definition"]
    try:
        definition = parse(text)
    except ValueError:
        raise errors.ApiError("InvalidDefinition", refusal(text, "STANDARD")) from None
    if not isinstance(definition, dict):
        raise errors.ApiError(
            "InvalidDefinition",
            "Invalid State Machine Definition: 'SCHEMA_VALIDATION_FAILED: Definition must be a "
            "valid JSON object'",
        )
    wanted = body.get("stateName")
    if "States" not in definition:
        if wanted is not None:
            raise _invalid("State name can only be given with the definition of a state machine")
        _refuse_wrong_state(definition)
        return _NAME, definition, False
    if wanted is None:
        raise _invalid("State name must be given with the definition of a state machine")
    message = refusal(text, "STANDARD")
    if message is not None:
        states = definition["States"]
        _refuse_unknown_type(wanted, states.get(wanted) if isinstance(states, dict) else None)
        raise errors.ApiError("InvalidDefinition", message)
    state = _find(definition, wanted, definition.get("QueryLanguage") == "JSONata")
    if state is None:
        raise _invalid("State not found in definition")
    return wanted, *state


def _refuse_wrong_state(state: dict[str, Any]) -> None:
    """Raise what is wrong with a state by itself; where it leads to stands elsewhere."""
    _refuse_unknown_type(_NAME, state)
    handlers = [one for field in ("Catch", "Choices") for one in _objects(state.get(field))]
    after = {one.get("Next") for one in [state, *handlers]} | {state.get("Default")}
    ends = {name: {"Type": "Succeed"} for name in after if isinstance(name, str)}
    machine = {"StartAt": _NAME, "States": {**ends, _NAME: state}}
    message = refusal(json.dumps(machine), "STANDARD")
    if message is not None:
        raise errors.ApiError("InvalidDefinition", message)


def _refuse_unknown_type(name: str, state: Any) -> None:
    """Raise what TestState says of a type that there is not: other words than those at creation."""
    kind = state.get("Type") if isinstance(state, dict) else None
    if isinstance(kind, str) and kind not in _TYPES:
        raise errors.ApiError(
            "InvalidDefinition",
            "Invalid State Machine Definition: 'SCHEMA_VALIDATION_FAILED: The field 'Type' should "
            f"have one of these values: [{', '.join(_TYPES)}] at /States/{name}/Type'",
        )


def _objects(value: Any) -> list[dict[str, Any]]:
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []


def _find(
    machine: dict[str, Any], wanted: str, jsonata: bool
) -> tuple[dict[str, Any], bool] | None:
    waiting = [(machine, jsonata)]
    while waiting:
        part, jsonata = waiting.pop()
        if part.get("QueryLanguage"):
            jsonata = part["QueryLanguage"] == "JSONata"
        for name, state in part.get("States", {}).items():
            if name == wanted:
                return state, jsonata
            inner = [state.get("ItemProcessor"), state.get("Iterator"), *state.get("Branches", [])]
            waiting += [(one, jsonata) for one in inner if isinstance(one, dict)]
    return None


def _probe(body: dict[str, Any], definition: dict[str, Any], kind: str | None, mock: Any) -> Probe:
    settings = body.get("stateConfiguration") or {}
    retries = settings.get("retrierRetryCount", 0)
    if mock is None:
        return Probe(None, None, retries, settings, kind)
    if kind in ("Pass", "Fail", "Succeed", "Choice", "Wait"):
        raise _invalid(f"State type '{kind}' is not supported when a mock is specified")
    if body.get("revealSecrets"):
        raise _invalid("TestState does not support RevealSecrets when a mock is specified.")
    result, error = mock.get("result"), mock.get("errorOutput")
    if result is not None and error is not None:
        raise _invalid(
            "A test mock should have only one of the following fields: [result, errorOutput]."
        )
    if result is not None:
        try:
            value = parse(result)
        except ValueError:
            raise _invalid("Mocked result must be valid JSON") from None
        if kind == "Map" and "ResultWriter" in definition:
            if not isinstance(value, dict):
                raise _invalid("Mocked result must be a JSON object.")
        elif kind in ("Map", "Parallel") and not isinstance(value, list):
            raise _invalid("Mocked result must be an array.")
        if kind == "Parallel" and len(value) != len(definition.get("Branches", [])):
            raise _invalid(
                "Mocked result must contain the same number of items as number of Parallel "
                "branches."
            )
        _refuse_wrong_mock(definition, kind, value, mock.get("fieldValidationMode", "STRICT"))
        return Probe(result, None, retries, settings, kind)
    failure = StateError((error or {}).get("error"), (error or {}).get("cause"))
    return Probe(None, failure, retries, settings, kind)


def _refuse_wrong_mock(definition: dict[str, Any], kind: str | None, value: Any, mode: str) -> None:
    """Raise what does not fit the API that a Task calls, as strictly as `mode` says."""
    if kind == "Task" and mode != "NONE":
        resource = str(definition.get("Resource"))
        wrong = mock_fields.mistake(resource, value, strict=mode == "STRICT")
        if wrong is not None:
            raise _invalid(wrong)


def _flow(
    body: dict[str, Any],
    account: str,
    region: str,
    probe: Probe,
    given: Any,
    definition: dict[str, Any],
) -> Flow:
    """The flow that the state is tried in; raises ApiError for what it is not to be tried with."""
    name, machine = ids.uuid4(), ids.uuid4()
    now = clock.time()
    base = f"arn:aws:states:{region}:{account}"
    context: dict[str, Any] = {
        "Execution": {
            "Id": f"{base}:express:{machine}:{name}",
            "Input": given,
            "Name": name,
            "RoleArn": body.get("roleArn"),
            "StartTime": iso(now),
        },
        "StateMachine": {"Id": f"{base}:stateMachine:{machine}", "Name": machine},
    }
    own = _json(body["context"], "context") if body.get("context") else None
    if own is not None:
        mistake = contexts.mistake(own, definition)
        if mistake is not None:
            raise _invalid(f"Invalid Context object provided: {mistake}")
    role = body.get("roleArn", "")
    services = Services(account)
    run = Run(History(), services, context, region, account, role, now + _LONGEST_SECONDS)
    run.probe = probe
    variables = _json(body["variables"], "variables") if body.get("variables") else {}
    if not isinstance(variables, dict):
        raise _invalid("The variables must be a JSON object")
    return Flow(run, variables=variables) if own is None else _Trial(run, variables, own)


def _json(text: str, name: str) -> Any:
    try:
        return parse(text)
    except ValueError as error:
        raise _invalid(f"Invalid JSON in {name}: {why_not_json(text, error)}") from None


def _invalid(message: str) -> errors.ApiError:
    return errors.ApiError("ValidationException", message)
