"""Reckons the layout before Graphviz does it: loops, how far each arrow reaches, how wide it gets.

Forty states that catch errors in one place far below draw forty lines that nobody can follow, and
Graphviz takes minutes over them. Such arrows lead to a small sign instead, as in any flowchart.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping

from helpers.asl import Definition, Edge, Scope, State

BUDGET = 120  # how many ranks all arrows together may pass through, and one more for each arrow
NEAR = 4  # ranks; an arrow that reaches no further is always drawn to its end
FEW = 40  # with fewer arrows than this all are drawn to their end
STATE_WIDE, RANK_APART = 180, 230  # pixels that a state takes beside others, and a rank in LR
COLUMN = 1300  # pixels that a reader's window has


class Ranks:
    """What is known of a definition's layout before it is laid out.

    `back` are the edges (by id) that close a loop, `span` how many ranks each reaches, `far`
    those that lead to a sign, `direction` the one that makes the drawing narrower.
    """

    def __init__(self, definition: Definition, edges: list[Edge]) -> None:
        self._edges = edges
        self.back = _loops(definition, edges)
        self.span: dict[int, int] = {}
        self._rank: dict[int, int] = {}
        self._height: dict[int, int] = {}
        self._width: dict[int, int] = {}  # of a scope: how many states stand beside each other
        self._after: dict[int, int] = {}  # of a scope: the rank behind its last
        by_scope: dict[int, list[Edge]] = {}
        for edge in edges:
            if edge.source is not None and edge.kind not in ("branch", "iteration"):
                by_scope.setdefault(id(edge.source.scope), []).append(edge)
        scopes = [definition.root, *(inner for s in definition.states for inner in s.children)]
        for scope in sorted(scopes, key=lambda one: -len(one.path)):  # the inmost first
            self._scope(scope, by_scope.get(id(scope), []))
        self._spans()
        self.far = self._too_far()
        wide = self._width[id(definition.root)] * STATE_WIDE
        long = self._after[id(definition.root)] * RANK_APART
        self.direction = "LR" if wide > COLUMN and long < wide else "TB"

    def _scope(self, scope: Scope, edges: list[Edge]) -> None:
        beside: Counter[int] = Counter()
        for state in scope.states.values():
            inside = max((self._after[id(inner)] for inner in state.children), default=-1)
            self._height[id(state)] = 1 if inside < 0 else inside + 2
        self._after[id(scope)] = self._ranks(scope, edges)
        for state in scope.states.values():
            wide = sum(self._width[id(inner)] for inner in state.children) or 1
            first = self._rank[id(state)]
            for rank in range(first, first + self._height[id(state)]):
                beside[rank] += wide
        self._width[id(scope)] = max(beside.values(), default=1)

    def _ranks(self, scope: Scope, edges: list[Edge]) -> int:
        """Each state below all that lead to it; gives the rank behind the last."""
        waiting = {id(state): 0 for state in scope.states.values()}
        onward: dict[int, list[State]] = {}
        for edge in edges:
            if edge.target is not None and edge.source is not None and id(edge) not in self.back:
                onward.setdefault(id(edge.source), []).append(edge.target)
                waiting[id(edge.target)] += 1
        rank = self._rank
        rank.update(dict.fromkeys(waiting, 0))
        ready = [state for state in scope.states.values() if not waiting[id(state)]]
        while ready:
            state = ready.pop()
            for target in onward.get(id(state), ()):
                below = rank[id(state)] + self._height[id(state)]
                rank[id(target)] = max(rank[id(target)], below)
                waiting[id(target)] -= 1
                if not waiting[id(target)]:
                    ready.append(target)
        ends = (rank[id(one)] + self._height[id(one)] for one in scope.states.values())
        return max(ends, default=0)

    def _spans(self) -> None:
        for edge in self._edges:
            if edge.source is None or edge.kind in ("branch", "iteration"):
                self.span[id(edge)] = 1
                continue
            below = self._rank[id(edge.source)] + self._height[id(edge.source)]
            end = self._after[id(edge.source.scope)]
            target = self._rank[id(edge.target)] if edge.target is not None else end
            self.span[id(edge)] = abs(target - below) + 1

    def _too_far(self) -> set[int]:
        """The long arrows to one place, all of them: until what is left fits the budget."""
        passed = sum(span - 1 for span in self.span.values())
        budget = BUDGET + len(self._edges)
        if len(self._edges) < FEW or passed <= budget:
            return set()
        groups: dict[tuple[int, int], list[Edge]] = {}
        order = {"catch": 0, "end": 1}  # the main way stays drawn the longest
        for edge in self._edges:
            if self.span[id(edge)] > NEAR and edge.source is not None:
                place = id(edge.target) if edge.target else id(edge.source.scope)
                groups.setdefault((order.get(edge.kind, 2), place), []).append(edge)
        far: set[int] = set()
        length = {key: sum(self.span[id(e)] for e in group) for key, group in groups.items()}
        for key in sorted(groups, key=lambda one: (one[0], -length[one])):
            if passed <= budget:
                break
            far |= {id(edge) for edge in groups[key]}
            passed -= length[key] - len(groups[key])
        return far


def loops(nodes: Iterable[int], arrows: Mapping[int, tuple[int, int]]) -> set[int]:
    """The arrows (by key; tail and head) that lead back to a node that is still open when all are
    followed onward from the first node, then from the others.

    >>> loops([1, 2, 3], {7: (1, 2), 8: (2, 3), 9: (3, 1)})
    {9}
    """
    onward: dict[int, list[tuple[int, int]]] = {}
    for key, (tail, head) in arrows.items():
        onward.setdefault(tail, []).append((key, head))
    back: set[int] = set()
    open_: set[int] = set()
    done: set[int] = set()
    for node in nodes:
        todo = [(node, False)]
        while todo:
            here, left = todo.pop()
            if left:
                open_.discard(here)
                done.add(here)
            elif here not in done and here not in open_:
                open_.add(here)
                todo.append((here, True))
                for key, head in reversed(onward.get(here, [])):
                    if head in open_:
                        back.add(key)
                    elif head not in done:
                        todo.append((head, False))
    return back


def _loops(definition: Definition, edges: list[Edge]) -> set[int]:
    """The ids of the edges that lead back to a state that led to them."""
    starts = [id(edge.target) for edge in edges if edge.kind == "start" and edge.target]
    arrows = {
        id(edge): (id(edge.source), id(edge.target))
        for edge in edges
        if edge.source is not None and edge.target is not None
    }
    return loops([*starts, *map(id, definition.states)], arrows)
