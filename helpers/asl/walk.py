"""Every state at any depth and every edge between them, however broken the definition is."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from helpers.asl.model import Catcher, Edge, EdgeKind, Language, Scope, State
from helpers.asl.saying import as_list, map_words
from helpers.asl.words import rule_words

NESTED = ("ItemProcessor", "Iterator")
"""Where a Map keeps its inner state machine: the field of today and the one before 2022."""


def walk(data: Any) -> tuple[Scope, tuple[State, ...]]:
    """The outermost scope and every state at any depth, in the order of the text."""
    root = Scope(_dict(data), None, "", None, (), _language(_dict(data), "JSONPath"))
    states: list[State] = []
    todo: list[State | Scope] = [root]
    while todo:  # a stack, not recursion: nesting may be deeper than Python likes
        here = todo.pop()
        if isinstance(here, Scope):
            todo.extend(reversed(_own_states(here)))
        else:
            states.append(here)
            here.children = list(_inner_scopes(here))
            todo.extend(reversed(here.children))
    return root, tuple(states)


def edges(root: Scope, states: tuple[State, ...]) -> Iterator[Edge]:
    """Every edge, in the order of the text: first the start, then state by state."""
    if "StartAt" in root.raw:
        yield _to(root, None, "start", root.raw["StartAt"])
    for state in states:
        yield from _edges_of(state)


def _own_states(scope: Scope) -> list[State]:
    base: tuple[str | int, ...] = (
        ()
        if scope.parent is None
        else (*scope.parent.steps, scope.key)
        + (() if scope.branch_index is None else (scope.branch_index,))
    )
    for name, raw in _dict(scope.raw.get("States")).items():
        name = str(name)
        scope.states[name] = State(
            name, _dict(raw), scope, (*scope.path, name), (*base, "States", name)
        )
    return list(scope.states.values())


def _inner_scopes(state: State) -> Iterator[Scope]:
    branches = state.raw.get("Branches")
    if isinstance(branches, list):
        for number, branch in enumerate(branches):
            if isinstance(branch, dict):
                path = (*state.path, "Branches", number)
                language = _language(branch, state.scope.language)
                yield Scope(branch, state, "Branches", number, path, language)
    for key in NESTED:
        inner = state.raw.get(key)
        if isinstance(inner, dict):
            path = (*state.path, key)
            yield Scope(inner, state, key, None, path, _language(inner, state.scope.language))


def _edges_of(state: State) -> Iterator[Edge]:
    raw, scope = state.raw, state.scope
    for number, rule in enumerate(as_list(raw.get("Choices"))):
        if isinstance(rule, dict) and "Next" in rule:
            yield _to(scope, state, "choice", rule["Next"], rule_words(rule), number, rule)
    if "Default" in raw and state.type == "Choice":
        yield _to(scope, state, "default", raw["Default"], "otherwise")
    if "Next" in raw and state.type not in ("Choice", "Succeed", "Fail"):
        yield _to(scope, state, "next", raw["Next"])
    for number, catcher in enumerate(as_list(raw.get("Catch"))):
        if isinstance(catcher, dict) and "Next" in catcher:
            yield _to(
                scope, state, "catch", catcher["Next"], Catcher(catcher).words, number, catcher
            )
    for inner in state.children:
        if "StartAt" in inner.raw:
            kind: EdgeKind = "branch" if inner.key == "Branches" else "iteration"
            said = "" if kind == "branch" else map_words(raw)
            yield _to(inner, state, kind, inner.raw["StartAt"], said, inner.branch_index)
    if state.is_end:
        yield Edge(state, None, "end")


def _to(
    scope: Scope,
    source: State | None,
    kind: EdgeKind,
    name: Any,
    label: str = "",
    index: int | None = None,
    raw: dict[str, Any] | None = None,
) -> Edge:
    target = scope.states.get(name) if isinstance(name, str) else None
    named = name if isinstance(name, str) else str(name)
    return Edge(source, target, kind, label, named, index, raw)


def _language(raw: dict[str, Any], around: Language) -> Language:
    own = raw.get("QueryLanguage")
    return own if own in ("JSONPath", "JSONata") else around


def _dict(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}
