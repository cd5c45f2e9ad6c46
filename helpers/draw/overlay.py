"""Lays an execution over a definition: how each state was visited, which edges taken, and why."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from helpers.asl import Definition, Edge, Scope, State, rule_holds, rule_value, rule_words
from helpers.asl.catching import HEARTBEAT_TIMEOUT, RESULT_TOO_LARGE, TIMEOUT, TOO_LARGE, covers
from helpers.asl.paths import MISSING, look_up
from helpers.asl.rules import Comparison, read_rule
from helpers.asl.words import path_words, rule_fails

if TYPE_CHECKING:
    from helpers.executions import Execution, Run, Step

_WORST_FIRST = ("failed", "running", "cancelled", "caught", "succeeded")


@dataclass
class Seen:
    """What happened in one state: its visits in order, and the status to show."""

    steps: list[Step] = field(default_factory=list)
    last_of_run: dict[int, Step] = field(default_factory=dict)

    def add(self, step: Step) -> None:
        """One more visit."""
        self.steps.append(step)
        self.last_of_run[id(step.run)] = step

    @property
    def status(self) -> str:
        """The last visit's status; of several iterations the one that needs most attention."""
        statuses = {step.status for step in self.last_of_run.values()}
        return next((status for status in _WORST_FIRST if status in statuses), "not started")

    @property
    def last(self) -> Step:
        """The latest visit."""
        return self.steps[-1]


@dataclass
class Decision:
    """What a Choice decided: the edge, and in words the values that made it so."""

    edge: Edge
    words: str
    short: str


class Overlay:
    """The execution's steps by state and its transitions by edge.

    `iteration` picks what is looked into: a number for every outermost Map, or Map name →
    number. A Map not picked shows all its iterations together.
    """

    def __init__(
        self,
        definition: Definition,
        execution: Execution,
        iteration: int | Mapping[str, int] | None = None,
        edges: list[Edge] | None = None,
    ) -> None:
        self.execution = execution
        self._iteration = iteration
        self._seen: dict[int, Seen] = {}
        self._taken: dict[int, list[int]] = {}
        self._visited: list[tuple[Step, State]] = []
        self._decided: dict[int, Decision] = {}
        self.decisions: dict[int, Decision] = {}
        self._from: dict[int, list[Edge]] = {}
        self._start: list[Edge] = []
        self.strangers: list[str] = []
        for edge in definition.edges() if edges is None else edges:
            if edge.source is None:
                self._start.append(edge)
            else:
                self._from.setdefault(id(edge.source), []).append(edge)
        self._follow(execution.run, definition.root, self._start)

    # ---- answers

    def seen(self, state: State) -> Seen | None:
        """The visits to a state; None where it was never entered."""
        return self._seen.get(id(state))

    def status(self, state: State) -> str:
        """The status to show for a state."""
        seen = self.seen(state)
        return seen.status if seen else "not started"

    def elsewhere(self, state: State) -> bool:
        """Is it inside a distributed Map that was entered? Then executions of their own, whose
        histories these events are not, went through it."""
        around = state.parent
        while around is not None:
            if around.is_distributed and self.seen(around) and not self.seen(state):
                return True
            around = around.parent
        return False

    def taken(self, edge: Edge) -> int:
        """How often an edge was taken."""
        return len(self._taken.get(id(edge), ()))

    def moments(self, edge: Edge) -> list[int]:
        """The ids of the events at which an edge had been taken."""
        return self._taken.get(id(edge), [])

    def visited(self) -> list[tuple[Step, State]]:
        """Every step that is shown, with its state, in the order of entering."""
        return sorted(self._visited, key=lambda pair: pair[0].first_event)

    def decision(self, edge: Edge) -> Decision | None:
        """Why a Choice's edge was taken, the last time."""
        return self._decided.get(id(edge))

    def picked(self, step: Step) -> list[Run]:
        """The runs of a Map's or Parallel's step that are looked into."""
        if step.type != "Map":
            return step.runs
        wanted = self._iteration
        if isinstance(wanted, Mapping):
            wanted = wanted.get(step.name)
        elif _depth(step) > 0:
            wanted = None
        if wanted is None:
            return step.runs
        return [run for run in step.runs if run.index == wanted]

    # ---- following the steps

    def _follow(self, run: Run, scope: Scope, into: list[Edge]) -> None:
        previous: tuple[Step, State] | None = None
        for step in run.steps:
            state = scope.states.get(step.name)
            if state is None:
                self.strangers.append(step.name)
                previous = None
                continue
            if previous is None:
                if step is run.steps[0]:
                    edge = next((edge for edge in into if edge.target is state), None)
                    self._take(edge, step.first_event)
            else:
                self._move(*previous, state, step.first_event)
            self._visited.append((step, state))
            self._seen.setdefault(id(state), Seen()).add(step)
            self._inside(step, state)
            previous = (step, state)
        if previous:
            self._arrive(*previous)

    def _inside(self, step: Step, state: State) -> None:
        edges = [e for e in self._from.get(id(state), []) if e.kind in ("branch", "iteration")]
        for run in self.picked(step):
            scope = _scope_of(run, state)
            if scope is not None:
                self._follow(run, scope, [edge for edge in edges if edge.target in _states(scope)])

    def _move(self, step: Step, state: State, target: State, event: int) -> None:
        edges = [edge for edge in self._from.get(id(state), []) if edge.target is target]
        if state.type == "Choice":
            decision = _decide(step, state, edges, self._from.get(id(state), []), self.execution)
            if decision:
                self._decided[id(decision.edge)] = decision
                self.decisions[id(step)] = decision
                self._take(decision.edge, event)
            return
        following = next((edge for edge in edges if edge.kind == "next"), None)
        if step.status == "caught" or following is None:  # no event says that ResultPath failed
            following = _catching(step, state, edges) or following
        self._take(following, event)

    def _arrive(self, step: Step, state: State) -> None:
        """The last step of a run: it may have ended there."""
        over = step.status == "succeeded" or (state.type == "Fail" and step.status == "failed")
        if over:
            edges = self._from.get(id(state), [])
            edge = next((edge for edge in edges if edge.kind == "end"), None)
            self._take(edge, step.last_event)

    def _take(self, edge: Edge | None, event: int) -> None:
        if edge is not None:
            self._taken.setdefault(id(edge), []).append(event)


def _depth(step: Step) -> int:
    depth, parent = 0, step.run.parent
    while parent is not None:
        depth, parent = depth + (parent.type == "Map"), parent.run.parent
    return depth


def _states(scope: Scope) -> tuple[State, ...]:
    return tuple(scope.states.values())


def _scope_of(run: Run, state: State) -> Scope | None:
    """The branch (or inner machine) that a run went through: the one that knows its states."""
    if run.steps:
        name = run.steps[0].name
        fits = [scope for scope in state.children if scope.start_at == name]
        fits = fits or [scope for scope in state.children if name in scope.states]
        same = [scope for scope in fits if scope.branch_index == run.index]
        if same or fits:
            return (same or fits)[0]
    return None


def _catching(step: Step, state: State, edges: list[Edge]) -> Edge | None:
    """The Catch that answered to the error: AWS takes the first that covers it."""
    catches = [edge for edge in edges if edge.kind == "catch"]
    also = HEARTBEAT_TIMEOUT if _was_silent(step, state) else None
    if step.error == TOO_LARGE and step.attempts and step.attempts[-1].error == TOO_LARGE:
        also = RESULT_TOO_LARGE
    for edge in catches:
        names = (edge.raw or {}).get("ErrorEquals")
        if isinstance(names, list) and covers(names, step.error, also):
            return edge
    return catches[0] if catches else None


def _was_silent(step: Step, state: State) -> bool:
    """Was a timeout a missed heartbeat? The history has one name for both; the time tells."""
    silence, limit = state.raw.get("HeartbeatSeconds"), state.raw.get("TimeoutSeconds")
    took = step.attempts[-1].duration if step.attempts else None
    if step.error != TIMEOUT or not isinstance(silence, int) or took is None:
        return False
    return took < limit if isinstance(limit, int | float) else True


def _decide(
    step: Step, state: State, edges: list[Edge], all_edges: list[Edge], execution: Execution
) -> Decision | None:
    """Which of the edges to where it went was it, and which value said so?"""
    edges = [edge for edge in edges if edge.kind in ("choice", "default")]
    if not edges:
        return None
    if step.raw_input is None:  # a history without data: the way is known, not the values
        taken = [edge for edge in edges if edge.kind == "choice"] or edges
        label = taken[0].label if len(edges) == 1 else "not told: this history has no data"
        return Decision(taken[0], label, label)
    given, context = step.input, _context(step, execution)
    if isinstance(state.raw.get("InputPath"), str):
        given = look_up(state.raw["InputPath"], given, context, step.variables)
    rules = [edge for edge in all_edges if edge.kind == "choice"]
    edge = edges[0] if len(edges) == 1 else _held(edges, given, context, step.variables)
    if edge.kind == "choice":
        words = rule_value(edge.raw, given, context, step.variables)
        return Decision(edge, words, _without_name(edge.raw, words))
    if len(rules) == 1:
        words = rule_fails(rules[0].raw, given, context, step.variables)
        return Decision(edge, words, _without_name(rules[0].raw, words))
    said = f"none of {len(rules)} rules holds" if rules else "otherwise"
    looked = "; ".join(_values(rules, given, context, step.variables))
    return Decision(edge, said + (f": {looked}" if looked else ""), said)


def _held(edges: list[Edge], given: Any, context: Any, variables: dict[str, Any]) -> Edge:
    """Of several that lead to where it went, that of the first rule that holds.

    Where none is known to, one that cannot be told (it is JSONata) goes before Default.
    """
    rules = [edge for edge in edges if edge.kind == "choice"]
    answers = [rule_holds(edge.raw, given, context, variables) for edge in rules]
    for answer in (True, None):
        if answer in answers:
            return rules[answers.index(answer)]
    return next((edge for edge in edges if edge.kind == "default"), edges[0])


def _without_name(rule: Any, words: str) -> str:
    """`stock_price 2 ≤ 50` → `2 ≤ 50`, where a single variable is compared."""
    tree = read_rule(rule)
    if isinstance(tree, Comparison):
        return words.removeprefix(path_words(tree.variable) + " ")
    return words


def _values(
    rules: list[Edge], given: Any, context: Any, variables: dict[str, Any]
) -> Iterator[str]:
    """`stock_price = 73` for each variable that the rules look at, each once, three at most."""
    said: list[str] = []
    for edge in rules:
        for comparison in read_rule(edge.raw).comparisons():
            variable = comparison.variable
            value = look_up(variable, given, context, variables)
            one = rule_words({"Variable": variable, "StringEquals": value})
            if value is not MISSING and one not in said:
                said.append(one)
    yield from said[:3]


def _context(step: Step, execution: Execution) -> dict[str, Any]:
    """As much of the context object (`$$`) as the history tells."""
    context: dict[str, Any] = {
        "Execution": {"Input": execution.input},
        "State": {"Name": step.name},
    }
    if execution.arn:
        context["Execution"] |= {"Id": execution.arn, "Name": execution.name}
    run: Run | None = step.run
    while run is not None:
        if run.kind == "iteration":
            context["Map"] = {"Item": {"Index": run.index}}
            break
        run = run.parent.run if run.parent else None
    return context
