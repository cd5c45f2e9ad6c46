"""Draws a state machine as a graph, and an execution laid over it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from os import PathLike
from typing import TYPE_CHECKING, Any

from helpers import units
from helpers.asl import Definition, Edge, Scope, State
from helpers.draw import arrows, look, words
from helpers.draw.dot import Dot, label_of
from helpers.draw.errors import NothingToDraw
from helpers.draw.given import as_definition, as_execution, check_iteration
from helpers.draw.look import STATUS, clean, wrap
from helpers.draw.outlines import SKEW, Line, room
from helpers.draw.overlay import Overlay
from helpers.draw.picture import Picture
from helpers.draw.ranks import Ranks
from helpers.draw.widths import text_width

if TYPE_CHECKING:
    from helpers.executions import Execution, Step

# How each type of state is told by its outline.
SHAPES: dict[str, dict[str, Any]] = {
    "Task": {"shape": "box", "style": "rounded,filled"},
    "Choice": {"shape": "hexagon", "style": "filled"},
    "Wait": {"shape": "ellipse", "style": "filled"},
    "Pass": {"shape": "polygon", "sides": 4, "skew": SKEW, "style": "filled"},
    "Succeed": {"shape": "ellipse", "style": "filled", "peripheries": 2},
    "Fail": {"shape": "octagon", "style": "filled", "peripheries": 2},
    "Parallel": {"shape": "box", "style": "filled"},
    "Map": {"shape": "box3d", "style": "filled"},
    "": {"shape": "box", "style": "filled"},
}
NAME_SIZE, LINE_SIZE = 13, 11
LONGEST_LINE = 48  # characters of a status

STYLE = (
    ".state text{fill:" + look.SOFT + ";font-size:11px}"
    ".state.n1 text:nth-of-type(1),.state.n2 text:nth-of-type(-n+2),"
    ".state.n3 text:nth-of-type(-n+3),.state.n4 text:nth-of-type(-n+4)"
    "{fill:" + look.INK + ";font-size:13px;font-weight:700}"
    ".state.told text:last-of-type{fill:" + look.INK + ";font-weight:700}"
    ".state.not-started text{fill:" + look.FADED_INK + "!important}"
    ".edge.taken text{font-weight:700}"
)
"""What Graphviz cannot say in a plain label: the name bold, the rest smaller."""


def state_machine(
    definition: Definition | Mapping[str, Any] | str | PathLike[str],
    execution: Execution | None = None,
    *,
    direction: str | None = None,
    iteration: int | Mapping[str, int] | None = None,
    title: str = "",
) -> Picture:
    """Draws a definition; with an execution, what it did is laid over it.

    `definition` is a `helpers.asl.Definition`, a dict, a path to a file, or the text itself.
    `direction` is "TB" (top-down) or "LR" (left to right); without it, the one that makes the
    drawing narrower. `iteration` looks into one item of a
    Map: its number (from 0) or Map name → number; without it, all items are shown together.
    Raises NothingToDraw, and what `helpers.asl.load` raises.
    """
    return drawn(definition, execution, direction=direction, iteration=iteration, title=title)


@dataclass(frozen=True)
class Spare:
    """Words that come to stand in a drawing later on, as in a replay, for which there is room: by
    a state's number its other last lines, by an edge's number what else stands at it."""

    states: Mapping[int, list[str]] = field(default_factory=dict)
    edges: Mapping[int, list[list[str]]] = field(default_factory=dict)


NOTHING_ELSE = Spare()


def drawn(
    definition: Any,
    execution: Execution | None,
    *,
    direction: str | None,
    iteration: int | Mapping[str, int] | None,
    title: str,
    spare: Spare = NOTHING_ELSE,
) -> Picture:
    """What `state_machine` gives, with room for other words."""
    given = as_definition(definition)
    if direction not in (None, "TB", "LR"):
        raise NothingToDraw(f'direction is "TB" or "LR", not {direction!r}.')
    edges = given.edges()
    if execution is not None:
        check_iteration(given, as_execution(execution), iteration)
    overlay = Overlay(given, execution, iteration, edges) if execution is not None else None
    graph = Graph(given, edges, overlay, direction, spare)
    told = words.of_execution(given, overlay) if overlay else words.of_definition(given, edges)
    return Picture(
        told,
        title=title or words.title_of(given, execution),
        source=graph.source,
        style=STYLE,
        details=tuple(graph.details),
    )


class Graph:
    """The DOT of a definition. `source` is its text, `details` the words of each part by id."""

    def __init__(
        self,
        definition: Definition,
        edges: list[Edge],
        overlay: Overlay | None,
        direction: str | None,
        spare: Spare,
    ) -> None:
        self.overlay = overlay
        self._spare = spare
        self.details: list[tuple[str, str]] = []
        self._used: set[str] = set()
        self._names = _node_names(definition, self._used)
        self._number = {id(state): n for n, state in enumerate(definition.states, 1)}
        self._ghosts: dict[tuple[int, str], str] = {}
        self._edges = edges
        self._ranks = Ranks(definition, edges)
        self._called = Counter(id(e.target) for e in edges if id(e) in self._ranks.far)
        direction = direction or self._ranks.direction
        self._dot = Dot(
            rankdir=direction,
            fontname=look.FONT,
            nodesep=0.35 if direction == "TB" else 0.3,
            ranksep=0.22 if direction == "TB" else 0.26,  # of which an arrow passes two
            pad=0.25,
            outputorder="edgesfirst",
        )
        self._dot.defaults("node", fontname=look.FONT, fontsize=NAME_SIZE, margin=0)
        self._dot.defaults("edge", fontname=look.FONT, arrowsize=0.7, minlen=arrows.RANKS)
        self._labels: dict[int, str] = {}
        self._draw(definition)
        self.source = self._dot.source()

    def _draw(self, definition: Definition) -> None:
        starts = [edge for edge in self._edges if edge.kind == "start"]
        ends = any(e.kind == "end" and e.source and not e.source.parent for e in self._edges)
        if starts:
            self._terminal("Start")
        if not definition.states:
            self._dot.node(
                "(no states)",
                label="no states",
                shape="box",
                style="dashed",
                fontcolor=look.SOFT,
                width=1.5,
                fixedsize=True,
            )
        self._inside(definition.root, 0)
        if ends:
            self._terminal("End")
        for number, edge in enumerate(self._edges, 1):
            self._edge(edge, number)

    def _terminal(self, name: str) -> None:
        reached = True
        if self.overlay:
            kind = "start" if name == "Start" else "end"
            reached = any(
                self.overlay.taken(e)
                for e in self._edges
                if e.kind == kind and not (e.source and e.source.parent)
            )
        if name == "Start":
            self._dot.begin("top", rank="source")
        self._dot.node(
            f"({name})",
            label=name,
            shape="ellipse",
            style="filled" if reached else "filled,dashed",
            fillcolor=look.ENDS if reached else look.PAPER,
            color=look.LINE if reached else look.FADED_LINE,
            fontcolor=look.INK if reached else look.FADED_INK,
            fontsize=NAME_SIZE,
            width=0.75,
            height=0.38,
            fixedsize=True,
            id=name.lower(),
            class_="terminal",
        )
        if name == "Start":
            self._dot.end()

    # ---- states

    def _inside(self, scope: Scope, depth: int) -> None:
        """The states of a scope, and the words of the arrows between them."""
        for state in scope.states.values():
            self._state(state, depth)
        for number, edge in enumerate(self._edges, 1):
            if _scope_of(edge) is scope:
                self._label(edge, number)

    def _state(self, state: State, depth: int) -> None:
        if state.type not in ("Parallel", "Map") and not state.children:
            self._node(state)
            return
        number, status = self._number[id(state)], self._status(state)
        faded = status == "not started"
        self._dot.begin(
            f"cluster_{number}",
            style="rounded,filled,dashed" if faded else "rounded,filled",
            color=self._box_line(state, status),
            fillcolor=look.BOX if depth % 2 == 0 else look.PAPER,
            penwidth=2.5 if (status and not faded) or state.is_distributed else 1,
            margin=14,
            label="",
            id=f"box-{number}",
            class_="box",
        )
        self._node(state)
        for scope in state.children:
            several = len(state.children) > 1
            if several:  # a box of its own, unseen, keeps a branch's states together
                self._dot.begin(f"cluster_{number}_{scope.branch_index}", style="invis", margin=4)
            self._inside(scope, depth + 1)
            if several:
                self._dot.end()
        self._dot.node(
            self._out_of(state),
            shape="circle",
            label="",
            width=0.12,
            fixedsize=True,
            style="filled",
            fillcolor=look.FADED_LINE if faded else look.LINE,
            color=look.FADED_LINE if faded else look.LINE,
            class_="join",
        )
        if not any(e.kind == "end" and e.source and e.source.parent is state for e in self._edges):
            self._dot.edge(self._names[id(state)], self._out_of(state), style="invis")
        self._dot.end()

    def _box_line(self, state: State, status: str) -> str:
        if status:
            return STATUS[status].line
        return look.DISTRIBUTED if state.is_distributed else look.LINE

    def _node(self, state: State) -> None:
        number, status = self._number[id(state)], self._status(state)
        shape = SHAPES.get(state.type, SHAPES[""])
        name = wrap(units.named(state.name), 22, 4)  # AWS takes 80 characters
        rest = [*self._what(state), *self._notes(state)]
        told = self._told(state, status)
        lines = [*name, *rest, *([told] if told else [])]
        width, height = room(shape["shape"], self._written(state, name, rest, told))
        style = shape["style"] + (",dashed" if status == "not started" else "")
        classes = ["state", f"n{len(name)}", state.type.lower() or "unknown"]
        if status:
            classes += [status.replace(" ", "-"), "told"]
        self._dot.node(
            self._names[id(state)],
            label=label_of(lines),
            shape=shape["shape"],
            sides=shape.get("sides"),
            skew=shape.get("skew"),
            style=style,
            peripheries=shape.get("peripheries"),
            fillcolor=STATUS[status].fill if status else look.PAPER,
            color=STATUS[status].line if status else look.LINE,
            fontcolor=look.FADED_INK if status == "not started" else look.INK,
            penwidth=3.0 if status and status != "not started" else 1.2,
            width=width / 72,
            height=height / 72,
            fixedsize=True,
            id=f"state-{number}",
            class_=" ".join(classes),
        )
        self.details.append((f"state-{number}", words.of_state(state, self.overlay)))

    def _written(
        self, state: State, name: list[str], rest: list[str], told: str
    ) -> list[list[Line]]:
        """The lines as they are written; the last one with all that may stand there."""
        last = [told, *self._spare.states.get(self._number[id(state)], [])] if told else []
        return [
            *([Line(one, NAME_SIZE, bold=True)] for one in name),
            *([Line(one, LINE_SIZE)] for one in rest),
            *([[Line(one, LINE_SIZE, bold=True) for one in last]] if last else []),
        ]

    def _status(self, state: State) -> str:
        return self.overlay.status(state) if self.overlay else ""

    def _what(self, state: State) -> list[str]:
        """The second line: the type, and what it does."""
        return wrap(words.what(state), 34, 3)

    def _notes(self, state: State) -> list[str]:
        """Retry, as far as it fits; the tooltip and the words have all of it."""
        several = len(state.retriers) > 1
        lines = []
        shown = state.retriers if len(state.retriers) <= 4 else state.retriers[:3]
        for retrier in shown:
            on = f"{_short_error(retrier.errors)}: " if several else ""
            lines += wrap(on + retrier.words, 34, 2)
        if len(state.retriers) > len(shown):
            lines.append(f"and {len(state.retriers) - len(shown)} more retries")
        if self._called[id(state)]:
            lines.append(f"{self._called[id(state)]} signs lead here")
        return lines

    def _told(self, state: State, status: str) -> str:
        if not status:
            return ""
        if self.overlay and self.overlay.elsewhere(state):
            return f"{STATUS[status].mark} in executions of its own"
        seen = self.overlay.seen(state) if self.overlay else None
        return status_line(state, status, seen.steps if seen else [])

    # ---- edges

    def _label(self, edge: Edge, number: int) -> None:
        taken = self._taken(edge)
        lines = edge_lines(edge, self.overlay, taken)
        if not lines:
            return
        spare = self._spare.edges.get(number, [])
        more = max(map(len, spare), default=0) - len(lines)
        faded = self.overlay is not None and not taken
        colour = look.ERROR_LINE if edge.kind == "catch" else look.INK
        self._labels[id(edge)] = name = _free(f"(label) {number}", self._used)
        arrows.label(
            self._dot,
            name,
            f"edge-{number}",
            [*lines, *[" "] * more],
            colour=look.FADED_INK if faded else colour,
            spare=[line for other in spare for line in other],
        )
        self.details.append((f"edge-{number}", words.of_edge(edge)))

    def _taken(self, edge: Edge) -> int:
        return self.overlay.taken(edge) if self.overlay else 0

    def _edge(self, edge: Edge, number: int) -> None:
        taken = self._taken(edge)
        tail, key = self._tail(edge), f"edge-{number}"
        head = self._sign(edge, number) if id(edge) in self._ranks.far else self._head(edge)
        # an arrow back must not lift its state; a sign stands beside its state, so that it may
        back = id(edge) in self._ranks.back and id(edge) not in self._ranks.far
        more = self._line(edge, taken) | {
            "penwidth": 2.6 if taken else 1.0,
            "class_": " ".join(["edge", edge.kind, *(["taken"] if taken else [])]),
        }
        weight = self._weight(edge)
        if id(edge) in self._labels:
            label = self._labels[id(edge)]
            arrows.through(self._dot, tail, label, head, key=key, weight=weight, back=back, **more)
        else:
            constraint = False if back else None
            self._dot.edge(tail, head, weight=weight, constraint=constraint, id=key, **more)

    def _line(self, edge: Edge, taken: int) -> dict[str, Any]:
        """How an arrow is drawn: a Catch is dashed, a way not taken faded."""
        faded = self.overlay is not None and not taken
        colour = look.INK if taken else look.FADED_LINE if faded else look.LINE
        caught = edge.kind == "catch"
        if caught and not faded:
            colour = look.ERROR_LINE
        style = "dashed" if caught else "dotted" if edge.kind == "end" and _fails(edge) else None
        return {"style": style, "color": "#DE322F" if edge.dangling and not faded else colour}

    def _weight(self, edge: Edge) -> int:
        """How straight the arrow should be: the way to the next state above all."""
        if edge.kind in ("catch", "end") or self._ranks.span[id(edge)] > 1:
            return 1
        return 3 if edge.kind in ("choice", "branch") else 8

    def _tail(self, edge: Edge) -> str:
        if edge.source is None:
            return "(Start)"
        leaves_a_box = edge.source.children or edge.source.type in ("Parallel", "Map")
        if leaves_a_box and edge.kind not in ("branch", "iteration"):
            return self._out_of(edge.source)
        return self._names[id(edge.source)]

    def _head(self, edge: Edge) -> str:
        if edge.kind == "end":
            around = edge.source.parent if edge.source else None
            return self._out_of(around) if around else "(End)"
        if edge.target is not None:
            return self._names[id(edge.target)]
        return self._ghost(edge)

    def _ghost(self, edge: Edge) -> str:
        """A place for an arrow to a state that does not exist."""
        inside = edge.kind in ("branch", "iteration") or edge.source is None
        key = (id(edge.source if inside else edge.source.scope), edge.target_name)
        if key not in self._ghosts:
            name = _free(f"(missing) {units.named(edge.target_name)}", self._used)
            self._ghosts[key] = name
            lines = ["✗ no such state:", *wrap(edge.target_name or "(empty)", 24)]
            width, height = room("box", [[Line(one, LINE_SIZE)] for one in lines], least=0)
            self._dot.node(
                name,
                label=label_of(lines),
                shape="box",
                style="dashed",
                color="#DE322F",
                fontcolor="#B3211E",
                fontsize=LINE_SIZE,
                width=width / 72,
                height=height / 72,
                fixedsize=True,
                class_="missing",
            )
        return self._ghosts[key]

    def _sign(self, edge: Edge, number: int) -> str:
        """A small sign that names where an arrow leads, for one that would cross everything."""
        leads_to = units.named(edge.target.name) if edge.target else "End"
        said = f"→ {units.shorten(leads_to, 32)}"
        name = _free(f"(to) {number}", self._used)
        self._dot.node(
            name,
            label=label_of([said]),
            shape="plaintext",
            fontsize=LINE_SIZE,
            fontcolor=look.SOFT,
            width=text_width(said, LINE_SIZE) / 72 + 0.1,
            height=0.24,
            fixedsize=True,
            class_="sign",
        )
        return name

    def _out_of(self, state: State) -> str:
        return _out_of(self._names[id(state)])


def edge_lines(edge: Edge, overlay: Overlay | None, taken: int) -> list[str]:
    """What stands at an arrow: the rule, the values that decided, the errors; how often taken."""
    decision = overlay.decision(edge) if overlay else None
    lines: list[str] = []
    if edge.kind == "choice":
        lines = wrap(decision.words if decision else edge.label, 28, 4)
    elif edge.kind == "default":
        lines = ["otherwise", *(wrap(decision.words, 28, 3) if decision else [])]
    elif edge.kind == "catch":
        lines = wrap(edge.label, 26, 3)
    return [*lines, f"{taken}×"] if taken > 1 else lines


def status_line(state: State, status: str, steps: list[Step]) -> str:
    """The last line of a state: mark, word, error, attempts, time; counts where it ran often."""
    shown = STATUS[status]
    parts = [f"{shown.mark} {shown.word}"]
    if not steps:
        return parts[0]
    last = steps[-1]
    if status == last.status:
        parts[0] = f"{shown.mark} {words.status_word(last)}"
    if status in ("caught", "failed") and last.error:
        parts[0] = f"{shown.mark} {'caught' if status == 'caught' else 'failed'} {last.error}"
    if state.type == "Map" and words.counts(last):
        parts.append(words.counts(last))
    runs = {id(step.run): step for step in steps}
    if len(runs) > 1 and {step.status for step in runs.values()} == {status}:
        parts[0] += f" {len(runs)}×"
    elif len(runs) > 1:
        parts.append(words.tally(step.status for step in runs.values()))
    elif len(steps) > 1:
        parts.append(f"{len(steps)} visits")
    if len(last.attempts) > 1:
        parts.append(f"{len(last.attempts)} attempts")
    timeless = state.type in ("Choice", "Fail", "Succeed")
    if len(runs) == 1 and last.duration is not None and not timeless:
        parts.append(units.duration(last.duration))
    said = units.shorten(parts[0], LONGEST_LINE)
    for part in parts[1:]:  # what does not fit is left out whole; the tooltip has it
        if len(said) + len(part) + 3 <= LONGEST_LINE:
            said += f" · {part}"
    return said


def _fails(edge: Edge) -> bool:
    """Does the machine end there by failing?"""
    return edge.source is not None and edge.source.type == "Fail"


def _short_error(names: tuple[str, ...]) -> str:
    if not names:
        return "no error named"
    first = names[0].removeprefix("States.")
    return first + (f" +{len(names) - 1}" if len(names) > 1 else "")


def _scope_of(edge: Edge) -> Scope | None:
    """The scope that an arrow runs in: one into a Parallel or Map runs inside it."""
    if edge.kind in ("branch", "iteration"):
        return edge.target.scope if edge.target else None
    return edge.source.scope if edge.source else None


def _node_names(definition: Definition, used: set[str]) -> dict[int, str]:
    """A name for each state in DOT: its own where no other has it, else with its path.

    `used` are all names that are taken; those given are added.
    """
    used |= {"(Start)", "(End)"}
    names: dict[int, str] = {}
    for state in definition.states:
        name = clean(units.named(state.name))
        if {name, _out_of(name)} & used:
            name = clean(state.json_pointer)
        names[id(state)] = name = _free(name, used)
        used.add(_out_of(name))
    return names


def _out_of(name: str) -> str:
    """The place at which what is inside a Parallel or Map comes together."""
    return f"(out of) {name}"


def _free(name: str, used: set[str]) -> str:
    """The name, or the first with a number that neither it nor its box has; then it is taken."""
    free, number = name, 2
    while {free, _out_of(free)} & used:
        free, number = f"{name} ({number})", number + 1
    used.add(free)
    return free
