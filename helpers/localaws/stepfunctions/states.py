"""The simple states: Pass, Choice, Wait, Succeed and Fail, and what all states have in common."""

# ruff: noqa: D102 - the base class says what an overriding method does
from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from helpers.asl.catching import TOO_LARGE
from helpers.asl.evaluation import DefinitionError, Expression
from helpers.asl.expressions import (
    compile_expression,
    compile_path,
    compile_reference,
    compile_template,
)
from helpers.asl.failures import (
    INTRINSIC_FAILURE,
    RUNTIME,
    PathMissing,
    RuntimeFailure,
    StateError,
)
from helpers.asl.json_text import dump
from helpers.asl.jsonata.evaluation import QueryError
from helpers.asl.jsonata.templates import compile_jsonata
from helpers.asl.paths import PathSyntaxError, read_reference
from helpers.asl.selecting import Path
from helpers.asl.timestamps import timestamp
from helpers.localaws.stepfunctions import choice
from helpers.localaws.stepfunctions.data import Data
from helpers.localaws.stepfunctions.history import WHOLE
from helpers.localaws.stepfunctions.run import Flow
from helpers.localaws.turns.clock import clock

Step = tuple[Data, str | None]
"""What a state hands on: its output, and the name of the next state (None: this was the last)."""

LONGEST_WAIT = 2**31 - 1
"""Seconds to a Timestamp; what is further away AWS does not begin to wait for."""

_TIMES = ("TimeoutSeconds", "HeartbeatSeconds")

CALLABLE = ("Error", "Cause")
"""Fields whose `…Path` may be a call of an intrinsic function as well."""


_NUMERAL = {int: re.compile(r"[+-]?\d{1,18}"), float: re.compile(r"[+-]?\d{1,18}(\.\d*)?")}
"""What text has to look like to be taken for a number."""


def path_expression(definition: dict[str, Any], field: str) -> Expression | None:
    """Compile a field that holds a path; None if it is not there or is `$`."""
    text = definition.get(field, "$")
    if text == "$":
        return None
    if text is None:
        return lambda scope: {}
    if not isinstance(text, str):
        raise DefinitionError(f"{field} must be a path")
    expression = compile_path(text)

    def evaluate(scope: Any) -> Any:
        try:
            return expression(scope)
        except PathMissing as missing:
            raise RuntimeFailure(f"Invalid path '{text}' : {missing.reason}") from None

    return evaluate


class Field:
    """A field that is a constant, a path (`…Path`) or JSONata, such as TimeoutSeconds.

    kind: the JSON type that a JSONata expression has to give, such as "number"; None: any.
    """

    __slots__ = ("computed", "constant", "expression", "name", "path")

    def __init__(
        self, definition: dict[str, Any], name: str, *, jsonata: bool, kind: str | None = None
    ) -> None:
        self.name = name
        self.constant: Any = definition.get(name)
        self.expression: Expression | None = None
        self.path: Any = None
        self.computed = False
        if jsonata:
            self.expression = compile_jsonata(self.constant, name, kind)
            self.computed = self.expression is not None
        elif f"{name}Path" in definition:
            self.path = definition[f"{name}Path"]
            is_call = name in CALLABLE and self.path.startswith("States.")
            self.expression = (compile_expression if is_call else compile_reference)(self.path)

    @property
    def is_set(self) -> bool:
        return self.constant is not None or self.expression is not None

    def get(self, flow: Flow, value: Any) -> Any:
        """The value for a state whose input is `value`; raises PathMissing and QueryError."""
        if self.expression is None:
            return self.constant
        return self.expression(flow.scope(value))

    def wrong(self, cause: str) -> StateError:
        """The failure for a value that the field cannot have: in JSONata it may be caught."""
        return QueryError(cause, self.name) if self.computed else RuntimeFailure(cause)

    def whole(self, value: Any) -> int:
        """`value`, which the field gave, as a whole number; a path may lead to a text of digits."""
        number = self.number(value, int)
        if number is None:
            raise self._no_number(value, "integer")
        return int(number)

    def real(self, value: Any) -> float:
        """`value`, which the field gave, as a number; a path may lead to a text that is one."""
        number = self.number(value, float)
        if number is None:
            raise self._no_number(value, "float")
        return number

    def number(self, value: Any, kind: type[int] | type[float]) -> float | None:
        """`value` as a number; None if it is none of the kind. Text counts behind a path only."""
        if isinstance(value, str) and self.path is not None and _NUMERAL[kind].fullmatch(value):
            return kind(value)
        if isinstance(value, bool) or not isinstance(value, int | float):
            return None
        return value if kind is float or value == int(value) else None

    def _no_number(self, value: Any, kind: str) -> StateError:
        text = value if isinstance(value, str) else dump(value)
        name, shown = (f"{self.name}Path", self.path) if self.path else (self.name, self.name)
        return self.wrong(
            f'The {name} field refers to value "{text}" which is not a valid {kind}: {shown}'
        )

    def positive(self, flow: Flow, given: Data, name: str) -> int | None:
        """A whole number above zero, `name` in what is said of others; None if it is not set."""
        if not self.is_set:
            return None
        try:
            value = self.get(flow, given.value)
        except PathMissing as missing:
            raise RuntimeFailure(f"Invalid path '{missing.path}' : {missing.reason}") from None
        number = self.number(value, int)
        if self.computed and name in _TIMES and (number is None or number < 0):
            raise self.wrong(
                f"The {name} field cannot be parsed as an integer: {dump(value)}"
                if number is None
                else f"{name} must be between 0 and 99999999 but was: {dump(value)}"
            )
        if number is None or number <= 0:
            raise self.wrong(f"{name} must be a positive integer, not {dump(value)}")
        return int(number)


def put_result(path: Path | None, original: Data, result: Data) -> Data:
    """`result` at the place in `original` that ResultPath names (None: nowhere)."""
    if path is None:
        return original
    if not path.keys:
        return result
    try:
        return Data(path.put(original.value, result.value))
    except TypeError:
        raise StateError(
            "States.ResultPathMatchFailure",
            f"Unable to apply ReferencePath {path.text} to input {original.text}",
        ) from None


def result_path(definition: dict[str, Any]) -> Path | None:
    """Compile ResultPath, which is `$` where it is not given and None where it is null."""
    text = definition.get("ResultPath", "$")
    if text is None:
        return None
    try:
        path = read_reference(text)
    except PathSyntaxError:
        path = None
    if path is None or path.root != "$":
        raise DefinitionError("Value is not a Reference Path")
    return path


class State:
    """A state, compiled. `act` does its work; `run` puts the events around it."""

    kind = ""
    """The state's type as event names have it: `Pass` in `PassStateEntered`."""
    aborts = False
    """Whether the history tells when the state is called off."""
    catches = False
    """Whether it may have a Catch, and so names what it fails with as AWS's guide does."""
    fails_as_entered = False
    """Whether an EvaluationFailed names the state's …Entered event as its previous one.

    AWS names the event before it, as if the state had not been entered; of a Wait its own.
    """
    entered_anew = False
    """Whether a redrive that takes up in the state enters it once more, and does its work anew."""

    def __init__(self, name: str, definition: dict[str, Any], *, jsonata: bool) -> None:
        self.name = name
        self.jsonata = jsonata
        self.next: str | None = definition.get("Next")
        self.entered = f"{self.kind}StateEntered"
        self.exited = f"{self.kind}StateExited"
        if jsonata:
            self.output = compile_jsonata(definition.get("Output"), "Output")
            self.plain_output = definition.get("Output")
            self.has_output = "Output" in definition
            assign = definition.get("Assign")
            self.assign = None if assign is None else _jsonata_assign(assign)
        else:
            self.input_path = path_expression(definition, "InputPath")
            self.output_path = path_expression(definition, "OutputPath")
            self.assign = jsonpath_assign(definition.get("Assign"))

    # -- running it

    def run(self, flow: Flow, given: Data, entered: int | None = None) -> Step:
        """Enter the state with the input `given`, do its work, and leave it.

        entered: in a redrive, the id of the event of having entered it before.
        """
        if entered is None:
            entered = self.enter(flow, given)
        else:
            flow.enter(self.name)
        flow.at = (self.name, given, entered)
        assigned: dict[str, Any] = {}
        try:
            output, following = self.act(flow, given, assigned)
        except StateError as error:
            raise self._named(flow, error, entered) from None
        except PathMissing as missing:
            raise self._named(flow, RuntimeFailure(_unfound(missing)), entered) from None
        self.check_size(output)
        self.leave(flow, output, assigned)
        return output, following

    def check_size(self, data: Data) -> None:
        """Raise what AWS gives for more data than a state may send on or hand out."""
        if data.too_large:
            raise StateError(
                TOO_LARGE,
                f"The state/task '{self.name}' returned a result with a size exceeding the "
                "maximum number of bytes service limit.",
            )

    def enter(self, flow: Flow, given: Data) -> int:
        """Record that the state is entered; returns the event's id."""
        entered = flow.event(
            self.entered,
            "stateEnteredEventDetails",
            {"name": self.name, "input": given.text, "inputDetails": WHOLE},
        )
        flow.enter(self.name)
        return entered

    def leave(self, flow: Flow, output: Data, assigned: dict[str, Any]) -> None:
        """Set the variables and record that the state is left."""
        details: dict[str, Any] = {
            "name": self.name,
            "output": output.text,
            "outputDetails": WHOLE,
        }
        if assigned:
            texts = {name: dump(value) for name, value in assigned.items()}
            if Data(text="".join(texts.values())).too_large:
                raise StateError(
                    TOO_LARGE,
                    f"The variables that the state '{self.name}' assigns exceed the maximum "
                    "number of bytes service limit.",
                )
            flow.variables = {**flow.variables, **assigned}
            details["assignedVariables"] = texts
            details["assignedVariablesDetails"] = WHOLE
        flow.event(self.exited, "stateExitedEventDetails", details)

    def act(self, flow: Flow, given: Data, assigned: dict[str, Any]) -> Step:
        """Do the state's work: its output and the next state; variables go into `assigned`."""
        raise NotImplementedError

    def _named(self, flow: Flow, error: StateError, entered: int) -> StateError:
        """The error as the execution reports it, with the state named where AWS does."""
        if isinstance(error, QueryError) and error.event is None:
            self.report(flow, error)
        if isinstance(error, RuntimeFailure):
            error.located(self.name, entered)
        elif error.event is None and error.error is not None and error.error in _LOCATED:
            is_runtime = error.error == INTRINSIC_FAILURE and not self.catches
            failure = RuntimeFailure(error.cause or "", RUNTIME if is_runtime else error.error)
            failure.located(self.name, entered)
            return failure
        return error

    def report(self, flow: Flow, error: QueryError) -> None:
        """Record that a JSONata expression failed, in a cause that says where."""
        if flow.at is not None:
            failure = RuntimeFailure(error.cause or "")
            failure.located(self.name, flow.at[2])
            error.cause = failure.cause
            if flow.last == flow.at[2] and not self.fails_as_entered:
                flow.last = flow.run.history.events[flow.at[2] - 1]["previousEventId"]
        details = {**error.details(), "location": error.location, "state": self.name}
        if not error.location:
            del details["location"]
        error.event = ("EvaluationFailed", "evaluationFailedEventDetails", details)
        flow.event(*error.event)

    # -- what most states do with their data

    def effective_input(self, flow: Flow, given: Data) -> Data:
        """The input after InputPath."""
        if self.input_path is not None:
            given = Data(self.input_path(flow.scope(given.value)))
        flow.note("afterInputPath", given)
        return given

    def effective_output(self, flow: Flow, output: Data) -> Data:
        """The output after OutputPath."""
        if self.output_path is None:
            return output
        return Data(self.output_path(flow.scope(output.value)))

    def finish(
        self, flow: Flow, given: Data, result: Data | None, assigned: dict[str, Any]
    ) -> Data:
        """Assign and Output of a JSONata state; `result` is None for a state that has none."""
        default = given if result is None else result
        if self.assign is None and not self.has_output:
            return default
        states = None if result is None else {"result": result.value}
        scope = flow.scope(given.value, states)
        if self.assign is not None:
            assigned.update(self.assign(scope))
        if not self.has_output:
            return default
        return Data(self.plain_output if self.output is None else self.output(scope))


_LOCATED = (
    "States.ResultPathMatchFailure",
    INTRINSIC_FAILURE,
    "States.ParameterPathFailure",
)


def _unfound(missing: PathMissing) -> str:
    return f"The JSONPath '{missing.path}' could not be found in the input '{dump(missing.data)}'"


def jsonpath_assign(definition: Any) -> Expression | None:
    """Compile the Assign of a JSONPath state or rule to a function that gives name → value."""
    if definition is None:
        return None
    template = compile_template(definition)
    return (lambda scope: definition) if template is None else template


def _jsonata_assign(definition: Any, location: str = "Assign") -> Expression:
    template = compile_jsonata(definition, location)
    return (lambda scope: definition) if template is None else template


jsonata_assign = _jsonata_assign


class PassState(State):
    """Hands its input, or a fixed result, on."""

    kind = "Pass"

    def __init__(self, name: str, definition: dict[str, Any], *, jsonata: bool) -> None:
        super().__init__(name, definition, jsonata=jsonata)
        if jsonata:
            return
        self.result = Data(definition["Result"]) if "Result" in definition else None
        self.parameters = definition.get("Parameters")
        self.template = compile_template(self.parameters)
        self.result_path = result_path(definition)

    def act(self, flow: Flow, given: Data, assigned: dict[str, Any]) -> Step:
        if self.jsonata:
            return self.finish(flow, given, None, assigned), self.next
        if self.result is not None:
            result = self.result
            flow.note("result", result)
        else:
            result = effective = self.effective_input(flow, given)
            if self.template is not None:
                result = Data(self.template(flow.scope(effective.value)))
            elif self.parameters is not None:
                result = Data(self.parameters)
            flow.note("afterParameters", result)
        flow.note("afterResultSelector", result)
        if self.assign is not None:
            assigned.update(self.assign(flow.scope(result.value)))
        output = put_result(self.result_path, given, result)
        flow.note("afterResultPath", output)
        return self.effective_output(flow, output), self.next


class SucceedState(State):
    """Ends its part of the machine well."""

    kind = "Succeed"

    def act(self, flow: Flow, given: Data, assigned: dict[str, Any]) -> Step:
        if self.jsonata:
            return self.finish(flow, given, None, assigned), None
        return self.effective_output(flow, self.effective_input(flow, given)), None


class FailState(State):
    """Ends its part of the machine with an error."""

    kind = "Fail"
    entered_anew = True

    def __init__(self, name: str, definition: dict[str, Any], *, jsonata: bool) -> None:
        super().__init__(name, definition, jsonata=jsonata)
        self.error = Field(definition, "Error", jsonata=jsonata, kind="string")
        self.cause = Field(definition, "Cause", jsonata=jsonata, kind="string")

    def act(self, flow: Flow, given: Data, assigned: dict[str, Any]) -> Step:
        if not self.jsonata:
            flow.note("afterInputPath", given)
        raise StateError(self._text(flow, given, "Error"), self._text(flow, given, "Cause"))

    def _text(self, flow: Flow, given: Data, name: str) -> str | None:
        field = self.error if name == "Error" else self.cause
        if not field.is_set:
            return None
        try:
            text = field.get(flow, given.value)
        except PathMissing as missing:
            raise RuntimeFailure(
                f"The JSONPath '{missing.path}' specified for the field '{name}Path' "
                f"could not be found in the input '{given.text}'"
            ) from None
        if not isinstance(text, str):
            raise RuntimeFailure(f"The {name} field does not hold a string: {dump(text)}")
        return text


class ChoiceState(State):
    """Goes on where the first rule that holds says."""

    kind = "Choice"

    def __init__(self, name: str, definition: dict[str, Any], *, jsonata: bool) -> None:
        super().__init__(name, definition, jsonata=jsonata)
        self.default: str | None = definition.get("Default")
        self.rules: list[tuple[Callable[[Any], bool], str, Any, Any]] = []
        for number, rule in enumerate(definition.get("Choices", [])):
            self.rules.append(self._compiled(rule, number))

    def _compiled(self, rule: dict[str, Any], number: int) -> tuple[Any, str, Any, Any]:
        where = f"Choices[{number}]"
        if not self.jsonata:
            assign = jsonpath_assign(rule.get("Assign"))
            return choice.compile_rule(rule, where), rule["Next"], assign, None
        test = compile_jsonata(rule.get("Condition"), f"{where}/Condition", "boolean")
        if test is None:
            constant = rule.get("Condition") is True
            test = lambda scope: constant  # noqa: E731
        assign = _jsonata_assign(rule["Assign"], f"{where}/Assign") if "Assign" in rule else None
        output = None
        if "Output" in rule:
            constant_output = rule["Output"]
            output = compile_jsonata(constant_output, f"{where}/Output") or (
                lambda scope: constant_output
            )
        return test, rule["Next"], assign, output

    def act(self, flow: Flow, given: Data, assigned: dict[str, Any]) -> Step:
        effective = given if self.jsonata else self.effective_input(flow, given)
        scope = flow.scope(effective.value)
        for test, following, assign, output in self.rules:
            if test(scope):
                if assign is not None:
                    assigned.update(assign(scope))
                if output is not None:
                    return Data(output(scope)), following
                break
        else:
            if self.default is None:
                raise RuntimeFailure(
                    "Failed to transition out of the state. The state does not point to a next "
                    "state."
                )
            following = self.default
            if self.assign is not None:
                assigned.update(self.assign(scope))
            if self.jsonata:
                return self.finish(flow, given, None, {}), following
        if self.jsonata:
            return given, following
        return self.effective_output(flow, effective), following


class WaitState(State):
    """Lets simulated time pass: so many seconds, or until a time."""

    kind = "Wait"
    aborts = True
    fails_as_entered = True

    def __init__(self, name: str, definition: dict[str, Any], *, jsonata: bool) -> None:
        super().__init__(name, definition, jsonata=jsonata)
        self.seconds = Field(definition, "Seconds", jsonata=jsonata, kind="number")
        self.timestamp = Field(definition, "Timestamp", jsonata=jsonata, kind="string")

    def act(self, flow: Flow, given: Data, assigned: dict[str, Any]) -> Step:
        effective = given if self.jsonata else self.effective_input(flow, given)
        seconds = self._wait(flow, effective)
        flow.inside.append(self.kind)
        if seconds > 0:
            flow.pause(seconds)
        flow.inside.pop()
        if self.jsonata:
            return self.finish(flow, given, None, assigned), self.next
        if self.assign is not None:
            assigned.update(self.assign(flow.scope(effective.value)))
        return self.effective_output(flow, effective), self.next

    def _wait(self, flow: Flow, given: Data) -> float:
        """How long, in seconds; the words of the failures are AWS's."""
        name, field = ("Seconds", self.seconds)
        if not field.is_set:
            name, field = ("Timestamp", self.timestamp)
        shown = field.path or name
        if field.path is not None:
            name += "Path"
        try:
            value = field.get(flow, given.value)
        except PathMissing:
            raise RuntimeFailure(
                f"The {name} parameter does not reference an input value: {shown}"
            ) from None
        if field is self.seconds:
            seconds = field.number(value, int)
            if seconds is None:
                raise field.wrong(
                    f"The {name} parameter cannot be parsed as a long value: "
                    f"{shown} == {value if isinstance(value, str) else dump(value)}"
                )
            if seconds < 0:
                raise field.wrong(
                    f"The {name} parameter references a negative value: {shown} == {value}"
                )
            return min(float(seconds), 99_999_999.0)
        until = timestamp(value)
        if until is None:
            text = value if isinstance(value, str) else dump(value)
            if self.jsonata:
                raise QueryError(
                    "The Timestamp field cannot be parsed as an ISO-8601 extended offset "
                    f"date-time format string: {text}",
                    name,
                )
            raise field.wrong(
                f"The {name} parameter does not reference a valid ISO-8601 extended offset "
                f"date-time format string: {shown} == {text}"
            )
        now = datetime.fromtimestamp(clock.time(), UTC)
        seconds = (until - now).total_seconds()
        if seconds > LONGEST_WAIT:
            raise field.wrong("Wait state delay is too long.")
        return seconds
