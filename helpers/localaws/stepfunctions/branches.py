"""Parallel and inline Map: several flows through a part of the machine, side by side."""

# ruff: noqa: D102 - the base class says what an overriding method does
from __future__ import annotations

from collections.abc import Callable
from typing import Any

from helpers.asl.evaluation import DefinitionError, Expression
from helpers.asl.expressions import compile_template
from helpers.asl.failures import PathMissing, RuntimeFailure, StateError, ends_all
from helpers.asl.json_text import dump
from helpers.asl.jsonata.evaluation import QueryError, unexpected
from helpers.asl.jsonata.reading import inside
from helpers.asl.jsonata.templates import compile_jsonata
from helpers.localaws.stepfunctions.children import Children, Iterations
from helpers.localaws.stepfunctions.data import Data
from helpers.localaws.stepfunctions.errors import ApiError
from helpers.localaws.stepfunctions.items import in_context, pairs
from helpers.localaws.stepfunctions.probe import Probe
from helpers.localaws.stepfunctions.program import Program
from helpers.localaws.stepfunctions.retrying import RetryingState
from helpers.localaws.stepfunctions.run import Flow
from helpers.localaws.stepfunctions.states import Field

MOST_WIDTH = 10_000
"""The largest MaxConcurrency."""

MOST_AT_ONCE = 40
"""How many iterations of an inline Map run at once where MaxConcurrency does not say."""

_OF_DISTRIBUTED = ("ItemReader", "ItemBatcher", "ResultWriter")

Compile = Callable[[dict[str, Any]], Program]
"""Makes a branch's, or an iteration's, program of its definition."""


class BranchingState(RetryingState):
    """What Parallel and Map have in common: they fail, and succeed, with what is inside them."""

    def complete(self, flow: Flow, given: Data, result: Data, assigned: dict[str, Any]) -> Data:
        if self.jsonata:
            return self.finish(flow, given, result, assigned)
        events = flow.run.history.events
        done = events[-1]["id"] if events and flow.crew is None else flow.last
        try:
            return self.complete_jsonpath(flow, given, result, assigned)
        except (RuntimeFailure, PathMissing):  # which end the execution after …StateSucceeded
            flow.last = done
            raise

    def gave_up(self, flow: Flow, error: StateError) -> None:
        fails_itself = isinstance(error, QueryError) and error.location in ("", "Items")
        if not ends_all(error) and (fails_itself or flow.children is not None):
            flow.event(f"{self.kind}StateFailed")

    def succeeded(self, flow: Flow, result: Data) -> Data:
        """Record that all children have succeeded; gives their result."""
        flow.aside(f"{self.kind}StateSucceeded", None, None)
        flow.children = None
        return result


class ParallelState(BranchingState):
    """Runs all its branches on the same input; its result is the array of their outputs."""

    kind = "Parallel"

    def __init__(
        self, name: str, definition: dict[str, Any], *, jsonata: bool, compile_: Compile
    ) -> None:
        super().__init__(name, definition, jsonata=jsonata)
        self.branches = [compile_(branch) for branch in definition["Branches"]]
        field = "Arguments" if jsonata else "Parameters"
        self.parameters = definition.get(field)
        self.has_parameters = field in definition
        if jsonata:
            self.template = compile_jsonata(self.parameters, "Arguments")
        else:
            self.template = compile_template(self.parameters)

    def attempt(self, flow: Flow, given: Data) -> Data:
        effective = given if self.jsonata else self.effective_input(flow, given)
        if self.template is not None:
            sent = Data(self.template(flow.scope(effective.value)))
        else:
            sent = Data(self.parameters) if self.has_parameters else effective
        flow.note("afterArguments" if self.jsonata else "afterParameters", sent)
        self.check_size(sent)
        if flow.run.probe is not None:
            return flow.run.probe.answer()
        flow.event("ParallelStateStarted")
        children = Children(
            flow, lambda child, number, mark: self.branches[number].follow(child, sent, mark)
        )
        count = len(self.branches)
        return self.succeeded(flow, children.carry_out(count, [iter([n]) for n in range(count)]))


class MapFields:
    """The fields that inline and distributed Map states share."""

    def __init__(self, definition: dict[str, Any], *, jsonata: bool) -> None:
        self.jsonata = jsonata
        self.items = Field(definition, "Items", jsonata=jsonata)
        self.items_path: str | None = None
        self.selector: Expression | None
        self.plain_selector: Any
        if jsonata:
            self.plain_selector = definition.get("ItemSelector")
            self.selector = compile_jsonata(self.plain_selector, "ItemSelector")
            self.has_selector = "ItemSelector" in definition
        else:
            self.items_path = definition.get("ItemsPath")
            if self.items_path is not None:
                self.items = Field({"ItemsPath": self.items_path}, "Items", jsonata=False)
            field = "ItemSelector" if "ItemSelector" in definition else "Parameters"
            self.plain_selector = definition.get(field)
            self.selector = compile_template(self.plain_selector)
            self.has_selector = field in definition
        self.concurrency = Field(definition, "MaxConcurrency", jsonata=jsonata, kind="number")

    def find_items(self, flow: Flow, given: Data) -> list[Any]:
        """The array that is mapped over."""
        try:
            value = self.items.get(flow, given.value) if self.items.is_set else given.value
        except PathMissing as missing:
            raise RuntimeFailure(f"Invalid path '{missing.path}' : {missing.reason}") from None
        if isinstance(value, list):
            return value
        if self.jsonata:
            if isinstance(value, dict) and self.items.is_set:
                return pairs(value)
            if not self.items.is_set:
                raise QueryError(f"Map state input must be an array but was: {dump(value)}", "")
            text = inside(self.items.constant)
            raise QueryError(unexpected(text, "Items", "array", value), "Items")
        # AWS writes a path into the context object from there, with one $.
        path = (self.items_path or "$").replace("$$", "$", 1)
        raise RuntimeFailure(f'Reference path "{path}" must point to array.')

    def select(self, flow: Flow, given: Data, item: Any) -> Data:
        """The input of an iteration; `flow` has the item in its context object."""
        if self.selector is not None:
            return Data(self.selector(flow.scope(given.value)))
        return Data(self.plain_selector if self.has_selector else item)

    def probed(self, flow: Flow, given: Data, items: list[Any] | None, probe: Probe) -> Data:
        """In TestState: note what the fields give, and answer with the mock.

        Raises ApiError if more iterations are said to fail than there are items.
        """
        if items is not None and probe.settings.get("mapIterationFailureCount", 0) > len(items):
            raise ApiError(
                "ValidationException",
                "Map iteration failure count must be less than or equal to the number of Map "
                "iterations",
            )
        if items is not None and not self.jsonata:
            flow.note("afterItemsPath", Data(items))
        if self.has_selector and items:
            before = flow.item
            chosen = []
            for index, item in enumerate(items):
                flow.item = in_context(index, item)
                chosen.append(self.select(flow, given, item).value)
            flow.item = before
            flow.note("afterItemSelector", Data(chosen))
        width = self.width(flow, given, MOST_WIDTH)
        flow.note("maxConcurrency", 0 if width == MOST_WIDTH else width)
        return probe.answer()

    def width(self, flow: Flow, given: Data, default: int) -> int:
        """How many iterations may run at once."""
        if not self.concurrency.is_set:
            return default
        try:
            value = self.concurrency.get(flow, given.value)
        except PathMissing as missing:
            raise RuntimeFailure(f"Invalid path '{missing.path}' : {missing.reason}") from None
        width = self.concurrency.whole(value)
        if width < 0:
            raise self.concurrency.wrong(
                f"The MaxConcurrency field refers to value {width} which is not a valid "
                "non-negative integer"
            )
        return min(width, default) if width else default


def processor_of(definition: dict[str, Any]) -> dict[str, Any]:
    """What a Map state does with each item; Iterator is the name that it had before 2022.

    Raises DefinitionError if the state has neither.
    """
    processor = definition.get("ItemProcessor") or definition.get("Iterator")
    if not isinstance(processor, dict):
        raise DefinitionError("A Map state needs an ItemProcessor")
    return processor


class MapState(BranchingState):
    """Inline Map: an iteration for each item, on the same history."""

    kind = "Map"

    def __init__(
        self, name: str, definition: dict[str, Any], *, jsonata: bool, compile_: Compile
    ) -> None:
        super().__init__(name, definition, jsonata=jsonata)
        self.program = compile_(processor_of(definition))
        self.fields = MapFields(definition, jsonata=jsonata)
        self.is_distributed_in_part = any(name in definition for name in _OF_DISTRIBUTED)

    def attempt(self, flow: Flow, given: Data) -> Data:
        if self.is_distributed_in_part:
            raise RuntimeFailure(
                "The ItemReader, ItemBatcher and ResultWriter fields are not supported for INLINE "
                "maps"
            )
        effective = given if self.jsonata else self.effective_input(flow, given)
        width = self.fields.width(flow, effective, MOST_AT_ONCE)
        items = self.fields.find_items(flow, effective)
        if flow.run.probe is not None:
            return self.fields.probed(flow, effective, items, flow.run.probe)
        flow.event("MapStateStarted", "mapStateStartedEventDetails", {"length": len(items)})

        def iterate(child: Flow, index: int, mark: dict[str, Any] | None) -> Data:
            chosen = self.fields.select(child, effective, items[index])
            return self.program.follow(child, chosen, mark)

        iterations = Iterations(flow, self.name, items, iterate)
        waiting = iter(range(len(items)))
        lanes = [waiting] * min(width, len(items))
        return self.succeeded(flow, iterations.carry_out(len(items), lanes))
