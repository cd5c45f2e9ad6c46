"""The flows inside a Parallel or Map state: side by side, and called off as one when one fails."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

from helpers.asl.failures import StateError, ends_all
from helpers.localaws.stepfunctions.data import Data
from helpers.localaws.stepfunctions.history import Ended
from helpers.localaws.stepfunctions.items import in_context
from helpers.localaws.stepfunctions.run import Crew, Flow, MachineTimedOut

Work = Callable[[Flow, int, dict[str, Any] | None], Data]
"""Carries out the child of a number, from its bookmark in a redrive, and gives its output."""


class Children:
    """The branches of a Parallel state: a crew of flows, by number.

    flow: of the state. A child that was done before a redrive is not done again.
    """

    def __init__(self, flow: Flow, work: Work) -> None:
        self.flow = flow
        self._work = work
        self._crew = Crew(flow.crew)
        self._marks = flow.resumed_children()
        self._all: dict[int, Flow | Data] = {}
        flow.children = self._all
        self._ends: list[int] = []
        self._failure: StateError | MachineTimedOut | None = None

    def carry_out(self, count: int, lanes: list[Iterator[int]]) -> Data:
        """Carry out children 0 … count - 1; gives the array of their outputs.

        lanes: what goes on side by side; each has the numbers that it carries out one by one.
        Raises the failure of the child that failed first, Ended or MachineTimedOut.
        """
        flow = self.flow
        if len(lanes) > 1:
            flow.together([partial(self._follow, lane) for lane in lanes], self._crew)
        else:
            for lane in lanes:
                self._follow(lane)
        if self._failure is not None:
            raise self._failure
        flow.check()
        outputs = [child for _, child in sorted(self._all.items()) if isinstance(child, Data)]
        if len(outputs) < count:
            raise Ended
        flow.last = self._ends[-1] if self._ends else flow.last
        return Data(text=f"[{','.join(output.text for output in outputs)}]")

    def _follow(self, lane: Iterator[int]) -> None:
        last: int | None = self.flow.last
        for number in lane:
            last = self._one(number, last)
            if last is None:
                return

    def _one(self, number: int, last: int) -> int | None:
        """Carry out one child after the event `last`; its own last event, or None if it failed."""
        mark = self._marks.get(number)
        if mark is not None and "result" in mark:
            self._all[number] = Data(text=mark["result"])
            return last
        flow = self.flow
        child = Flow(flow.run, last, dict(flow.variables), self._crew, flow.item)
        self._all[number] = child
        try:
            self._began(child, number)
            self._all[number] = self._work(child, number, mark)
            self._ends.append(self._succeeded(child, number))
        except (StateError, MachineTimedOut) as error:
            self._fail(error, child)
            return None
        except Ended:
            return None
        return child.last

    def _fail(self, error: StateError | MachineTimedOut, failed: Flow) -> None:
        """A child has failed: the first that does calls the others off."""
        if self._failure is not None or self._crew.off:
            return
        self._failure = error
        if isinstance(error, StateError):
            self.flow.last = failed.last
            if not ends_all(error):
                for number, child in sorted(self._all.items()):
                    if isinstance(child, Flow):
                        self._called_off(child, number, failed)
        self._crew.called_off = True

    # -- what the history tells of a child itself: of a branch nothing

    def _began(self, child: Flow, number: int) -> None:
        """Record that a child begins."""

    def _succeeded(self, child: Flow, number: int) -> int:
        """Record that a child is done; the event that the next one of the state follows."""
        return child.last

    def _called_off(self, child: Flow, number: int, failed: Flow) -> None:
        """Record that a child has failed, or is aborted because `failed` has."""
        self._abort(child)

    def _abort(self, child: Flow) -> None:
        for kind in child.inside:
            self.flow.aside(f"{kind}StateAborted", None, None)
        for grandchild in (child.children or {}).values():
            if isinstance(grandchild, Flow):
                self._abort(grandchild)


class Iterations(Children):
    """The iterations of an inline Map state, which its history names by their index."""

    def __init__(self, flow: Flow, name: str, items: list[Any], work: Work) -> None:
        super().__init__(flow, work)
        self._name = name
        self._items = items

    def _began(self, child: Flow, number: int) -> None:
        child.item = in_context(number, self._items[number])
        child.state = self.flow.state
        child.event(*self._event("Started", number))
        child.give_way()

    def _succeeded(self, child: Flow, number: int) -> int:
        return child.aside(*self._event("Succeeded", number))

    def _called_off(self, child: Flow, number: int, failed: Flow) -> None:
        self.flow.aside(*self._event("Failed" if child is failed else "Aborted", number))
        self._abort(child)

    def _event(self, verb: str, number: int) -> tuple[str, str, dict[str, Any]]:
        details = {"name": self._name, "index": number}
        return f"MapIteration{verb}", f"mapIteration{verb}EventDetails", details
