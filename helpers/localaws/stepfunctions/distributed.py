"""Distributed Map: a Map Run, whose items are carried out by child executions of their own."""

# ruff: noqa: D102 - the base class says what an overriding method does
from __future__ import annotations

from typing import Any

from helpers.asl.expressions import compile_template
from helpers.asl.failures import PathMissing, RuntimeFailure, StateError
from helpers.asl.json_text import dump, parse
from helpers.asl.jsonata.templates import compile_jsonata
from helpers.localaws import ids
from helpers.localaws.stepfunctions.branches import BranchingState, Compile, MapFields, processor_of
from helpers.localaws.stepfunctions.data import LIMIT, Data
from helpers.localaws.stepfunctions.executions import Execution
from helpers.localaws.stepfunctions.facts import ABORTED, FAILED, RUNNING, SUCCEEDED, Facts, MapRun
from helpers.localaws.stepfunctions.item_readers import Found, ItemReader, ResultWriter
from helpers.localaws.stepfunctions.items import STATE_DATA, in_context
from helpers.localaws.stepfunctions.probe import Probe
from helpers.localaws.stepfunctions.registry import Backend, backend_of
from helpers.localaws.stepfunctions.run import Crew, Flow, iso
from helpers.localaws.stepfunctions.states import Field
from helpers.localaws.turns.clock import clock

MOST_AT_ONCE = 100
"""Child executions at once; AWS allows 10,000, each thread here takes some memory."""

EXCEEDED = "States.ExceedToleratedFailureThreshold"


class Batcher:
    """ItemBatcher: several items in one child's input."""

    def __init__(self, definition: dict[str, Any], *, jsonata: bool) -> None:
        self.items = Field(definition, "MaxItemsPerBatch", jsonata=jsonata, kind="number")
        self.bytes = Field(definition, "MaxInputBytesPerBatch", jsonata=jsonata, kind="number")
        self.plain = definition.get("BatchInput")
        self.template = (
            compile_jsonata(self.plain, "ItemBatcher/BatchInput")
            if jsonata
            else compile_template(self.plain)
        )

    def batches(self, flow: Flow, given: Data, inputs: list[Data]) -> list[tuple[Data, int]]:
        """The children's inputs, each with how many items it has."""
        extra = self.plain if self.template is None else self.template(flow.scope(given.value))
        most = self.items.positive(flow, given, "MaxItemsPerBatch") or len(inputs) or 1
        size = self.bytes.positive(flow, given, "MaxInputBytesPerBatch") or LIMIT
        base = {} if extra is None else {"BatchInput": extra}
        room = size - len(dump({**base, "Items": []}).encode())
        batches: list[tuple[Data, int]] = []
        batch: list[Data] = []
        used = 0
        for one in inputs:
            length = len(one.text.encode()) + 1
            if batch and (len(batch) >= most or used + length > room):
                batches.append(self._batch(base, batch))
                batch, used = [], 0
            batch.append(one)
            used += length
        if batch:
            batches.append(self._batch(base, batch))
        return batches

    def _batch(self, base: dict[str, Any], batch: list[Data]) -> tuple[Data, int]:
        return Data({**base, "Items": [one.value for one in batch]}), len(batch)


class DistributedMapState(BranchingState):
    """A Map state whose ProcessorConfig has the mode DISTRIBUTED."""

    kind = "Map"

    def __init__(
        self, name: str, definition: dict[str, Any], *, jsonata: bool, compile_: Compile
    ) -> None:
        super().__init__(name, definition, jsonata=jsonata)
        self.processor = processor_of(definition)
        self.program = compile_(self.processor)
        self.express = self.processor["ProcessorConfig"].get("ExecutionType") == "EXPRESS"
        self.fields = MapFields(definition, jsonata=jsonata)
        self.label: str | None = definition.get("Label")
        reader, writer = definition.get("ItemReader"), definition.get("ResultWriter")
        batcher = definition.get("ItemBatcher")
        self.reader = ItemReader(reader, jsonata=jsonata) if reader else None
        self.writer = ResultWriter(writer, jsonata=jsonata) if writer else None
        self.batcher = Batcher(batcher, jsonata=jsonata) if batcher else None
        self.count, self.percentage = (
            Field(definition, f"ToleratedFailure{name}", jsonata=jsonata, kind="number")
            for name in ("Count", "Percentage")
        )

    def attempt(self, flow: Flow, given: Data) -> Data:
        effective = given if self.jsonata else self.effective_input(flow, given)
        width = self.fields.width(flow, effective, 10_000)
        items = None if self.reader else self.fields.find_items(flow, effective)
        if flow.run.probe is not None:
            return self._probed(flow, effective, items, flow.run.probe)
        map_run = self._redriven(flow)
        if map_run is None:
            length = 0 if items is None else len(items)
            flow.event("MapStateStarted", "mapStateStartedEventDetails", {"length": length})
            map_run = self._map_run(flow, effective, width)
            _home(flow).map_runs[map_run.arn] = map_run
            flow.event("MapRunStarted", "mapRunStartedEventDetails", {"mapRunArn": map_run.arn})
        flow.children = {0: Data(map_run.arn)}  # what a redrive finds again
        try:
            if items is None and self.reader is not None:
                items = flow.call(lambda: self.reader.read(flow, effective))
            results = self._carry_out(flow, effective, map_run, items or [])
        except StateError as error:
            map_run.status, map_run.stop = FAILED, clock.time()
            flow.event("MapRunFailed", "mapRunFailedEventDetails", error.details())
            raise
        except BaseException:
            map_run.status, map_run.stop = ABORTED, clock.time()
            raise
        map_run.status, map_run.stop = SUCCEEDED, clock.time()
        began = flow.last
        flow.event("MapRunSucceeded")
        flow.aside("MapStateSucceeded", None, None)
        flow.last = began  # what follows names the Map Run's beginning: on AWS since 11/2024
        flow.children = None
        return results

    def _probed(self, flow: Flow, given: Data, items: list[Any] | None, probe: Probe) -> Data:
        """In TestState: answer with the mock, unless more fails than is tolerated."""
        settings = probe.settings
        if items is None and settings.get("mapItemReaderData"):
            items = Data(text=settings["mapItemReaderData"]).value
        count = self._tolerated(flow, given, self.count, "ToleratedFailureCount")
        percentage = self._tolerated(flow, given, self.percentage, "ToleratedFailurePercentage")
        for name, field_, value in (
            ("toleratedFailureCount", self.count, count),
            ("toleratedFailurePercentage", self.percentage, float(percentage)),
        ):
            if field_.is_set:
                flow.note(name, value)
        answer = self.fields.probed(flow, given, items, probe)
        failures = settings.get("mapIterationFailureCount", 0)
        share = 100 * failures / len(items) if items else 0
        allowed = failures <= count or (self.percentage.is_set and share <= percentage)
        # A trial of a state that names no threshold has none: AWS succeeds whatever fails.
        if not allowed and (self.count.is_set or self.percentage.is_set):
            raise StateError(EXCEEDED, "The specified tolerated failure threshold was exceeded")
        return answer

    def _map_run(self, flow: Flow, given: Data, width: int) -> MapRun:
        count = self._tolerated(flow, given, self.count, "ToleratedFailureCount")
        percentage = self._tolerated(flow, given, self.percentage, "ToleratedFailurePercentage")
        machine = flow.run.context["StateMachine"]["Id"]
        label = self.label or ids.uuid4()
        arn = f"{machine.replace(':stateMachine:', ':mapRun:')}/{label}:{ids.uuid4()}"
        return MapRun(
            arn=arn,
            execution_arn=flow.run.context["Execution"]["Id"],
            machine_arn=f"{machine}/{label}",
            start=round(clock.time(), 3),
            concurrency=0 if width >= 10_000 else width,
            tolerated_count=int(count),
            tolerated_percentage=float(percentage),
        )

    def _redriven(self, flow: Flow) -> MapRun | None:
        """The Map Run that a redrive takes up again, if it is one that does."""
        mark = flow.resumed_children().get(0)
        map_run = None if mark is None else _home(flow).map_runs.get(parse(mark["result"]))
        if map_run is None:
            return None
        map_run.status, map_run.stop = RUNNING, None
        map_run.redrive_count += 1
        map_run.redrive_date = round(clock.time(), 3)
        if self.express:  # what its children gave is not kept: all run again
            map_run.statuses = []
        flow.event(
            "MapRunRedriven",
            "mapRunRedrivenEventDetails",
            {"mapRunArn": map_run.arn, "redriveCount": map_run.redrive_count},
        )
        return map_run

    def _tolerated(self, flow: Flow, given: Data, field_: Field, name: str) -> float:
        if not field_.is_set:
            return 0
        try:
            value = field_.get(flow, given.value)
        except PathMissing as missing:
            raise RuntimeFailure(f"Invalid path '{missing.path}' : {missing.reason}") from None
        if name.endswith("Count"):
            count = field_.whole(value)
            if count < 0:
                raise field_.wrong("ToleratedFailureCount cannot be negative.")
            return count
        percentage = field_.real(value)
        if not 0 <= percentage <= 100:
            raise field_.wrong("ToleratedFailurePercentage must be between 0 and 100.")
        return percentage

    def _carry_out(self, flow: Flow, given: Data, map_run: MapRun, items: list[Any]) -> Data:
        inputs = self._inputs(flow, given, items)
        map_run.items = len(items)
        map_run.per_child = [number for _, number in inputs]
        if len(map_run.statuses) != len(inputs):
            map_run.statuses = ["PENDING"] * len(inputs)
            map_run.children = [""] * len(inputs)
        children = self._run_children(flow, map_run, [one for one, _ in inputs])
        flow.check()
        home = _home(flow)
        ended = [
            home.facts(arn) if child is None else child.facts
            for child, arn in zip(children, map_run.children, strict=True)
            if child is not None or arn
        ]
        return self._result(flow, given, map_run, ended)

    def _run_children(
        self, flow: Flow, map_run: MapRun, inputs: list[Data]
    ) -> list[Execution | None]:
        """Carry out the children that have not succeeded; None for each that has not begun now."""
        todo = [n for n, status in enumerate(map_run.statuses) if status != SUCCEEDED]
        for number in todo:
            map_run.statuses[number] = "PENDING"
        children: list[Execution | None] = [None] * len(inputs)
        crew = Crew(flow.crew)
        waiting = iter(todo)

        def work() -> None:
            for number in waiting:
                if crew.off or flow.over:
                    return
                child = self._child(flow, map_run, inputs[number], map_run.children[number])
                children[number] = child
                map_run.children[number] = child.facts.arn
                map_run.statuses[number] = RUNNING
                with flow.waiting():
                    child.carry_out()
                map_run.statuses[number] = child.facts.status
                if self._exceeded(map_run):
                    crew.called_off = True
                    clock.wake()

        width = min(map_run.concurrency or MOST_AT_ONCE, MOST_AT_ONCE, len(todo))
        try:
            if width:
                flow.together([work] * width, crew)
        finally:
            for number, child in enumerate(children):
                if child is not None and child.facts.status == RUNNING:
                    child.stop(None, None)
                    map_run.statuses[number] = child.facts.status
        return children

    def _result(self, flow: Flow, given: Data, map_run: MapRun, ended: list[Facts]) -> Data:
        """What the state gives, once it has been written; raises StateError if too much failed."""
        writer, told = self.writer, [_told(facts) for facts in ended]
        summary = None
        if writer is not None and writer.to_s3:
            summary = flow.call(lambda: writer.write(flow, given, map_run.arn, told))
            map_run.written = len(told)
        if self._exceeded(map_run):
            raise StateError(EXCEEDED, "The specified tolerated failure threshold was exceeded")
        if summary is not None:
            return Data(summary)
        if writer is not None and writer.transformation != "NONE":
            return Data(writer.shaped(told))
        outputs = [facts.output for facts in ended if facts.output is not None]
        return Data(text=f"[{','.join(outputs)}]")

    def _inputs(self, flow: Flow, given: Data, items: list[Any]) -> list[tuple[Data, int]]:
        before = flow.item
        source = self.reader.source(flow, given) if self.reader else STATE_DATA
        inputs = []
        try:
            for index, item in enumerate(items):
                place = items.sources[index] if isinstance(items, Found) else source
                flow.item = in_context(index, item, place)
                inputs.append(self.fields.select(flow, given, item))
        finally:
            flow.item = before
        if self.batcher is not None:
            return self.batcher.batches(flow, given, inputs)
        return [(one, 1) for one in inputs]

    def _child(self, flow: Flow, map_run: MapRun, given: Data, before: str) -> Execution:
        """The execution of one child; before: the ARN of the one that a redrive takes up again."""
        if before and not self.express:
            home = _home(flow)
            return home.take_up(home.facts(before), self.program)
        name = ids.uuid4()
        kind = "express" if self.express else "execution"
        arn = f"{map_run.machine_arn.replace(':stateMachine:', f':{kind}:')}:{name}"
        if self.express:
            arn += f":{ids.uuid4()}"
        facts = Facts(
            arn=arn,
            name=name,
            machine_arn=map_run.machine_arn,
            machine_name=map_run.machine_arn.rpartition(":")[2],
            role_arn=flow.run.role_arn,
            definition=dump(self.processor),
            start=round(clock.time(), 3),
            input=given.text,
            map_run_arn=map_run.arn,
            express=self.express,
        )
        child = Execution(facts, self.program, flow.run.services)
        _home(flow).adopt(child)
        return child

    def _exceeded(self, map_run: MapRun) -> bool:
        """Whether more has failed than is tolerated: nothing, if nothing is said."""
        failed = map_run.failed_items()
        if not failed:
            return False
        if map_run.tolerated_percentage and map_run.items:
            share = 100 * failed / map_run.items
            if share <= map_run.tolerated_percentage:
                return bool(map_run.tolerated_count) and failed > map_run.tolerated_count
            return True
        return failed > map_run.tolerated_count


def _home(flow: Flow) -> Backend:
    """The backend that has the execution, its Map Runs and their children."""
    return backend_of(flow.run.context["Execution"]["Id"])


def _told(facts: Facts) -> dict[str, Any]:
    """A child as the files of a ResultWriter tell of it."""
    told = {
        "ExecutionArn": facts.arn,
        "Input": facts.input,
        "InputDetails": {"Included": True},
        "Name": facts.name,
        "StartDate": iso(facts.start),
        "StateMachineArn": facts.machine_arn,
        "Status": facts.status,
        "StopDate": None if facts.stop is None else iso(facts.stop),
        "RedriveCount": 0,
        "RedriveStatus": "NOT_REDRIVABLE" if facts.status == SUCCEEDED else "REDRIVABLE_BY_MAP_RUN",
    }
    if facts.output is not None:
        told |= {"Output": facts.output, "OutputDetails": {"Included": True}}
    for name, value in (("Error", facts.error), ("Cause", facts.cause)):
        if value is not None:
            told[name] = value
    return {name: value for name, value in sorted(told.items()) if value is not None}
