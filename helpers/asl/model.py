"""What a definition consists of: machines, states, retriers, catchers and edges."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Literal

from helpers.asl.saying import map_words, number, settings_words, strings, value_words, wait_words
from helpers.asl.service import Call, call_of
from helpers.asl.words import path_words

Language = Literal["JSONPath", "JSONata"]
EdgeKind = Literal["start", "next", "choice", "default", "catch", "branch", "iteration", "end"]


@dataclass(eq=False, slots=True)
class Scope:
    """One state machine: the whole, a branch of a Parallel, or what a Map does to each item.

    `parent` is the state that holds it (None for the whole), `key` the field it stands in
    ("", "Branches", "ItemProcessor" or "Iterator") and `branch_index` its number in Branches.
    `states` are its own states by name, not those deeper inside.
    """

    raw: dict[str, Any]
    parent: State | None
    key: str
    branch_index: int | None
    path: tuple[str | int, ...]
    language: Language
    states: dict[str, State] = field(default_factory=dict)

    @property
    def start_at(self) -> str | None:
        """The name in StartAt, if it is a name."""
        name = self.raw.get("StartAt")
        return name if isinstance(name, str) else None

    @property
    def is_distributed(self) -> bool:
        """Is it run by a distributed Map, each item as a child execution of its own?"""
        config = self.raw.get("ProcessorConfig")
        return isinstance(config, dict) and config.get("Mode") == "DISTRIBUTED"


@dataclass(eq=False)
class State:
    """One state.

    `path` leads to it by names: `("Fan out", "Branches", 0, "Buy")`; `steps` by the keys of the
    JSON text: `("States", "Fan out", "Branches", 0, "States", "Buy")`. `raw` are its fields as
    written ({} where the definition has no object there).
    """

    name: str
    raw: dict[str, Any]
    scope: Scope
    path: tuple[str | int, ...]
    steps: tuple[str | int, ...]
    children: list[Scope] = field(default_factory=list)

    @property
    def type(self) -> str:
        """Task, Pass, Choice …; "" where none is given."""
        kind = self.raw.get("Type")
        return kind if isinstance(kind, str) else ""

    @property
    def parent(self) -> State | None:
        """The Parallel or Map around it, or None."""
        return self.scope.parent

    @property
    def branch_index(self) -> int | None:
        """Which branch of a Parallel it stands in (from 0), or None."""
        return self.scope.branch_index

    @property
    def depth(self) -> int:
        """How many Parallel and Map states are around it."""
        depth, state = 0, self.parent
        while state is not None:
            depth, state = depth + 1, state.parent
        return depth

    @property
    def json_pointer(self) -> str:
        """Where it stands, as RFC 6901 writes it: `/States/Fan out/Branches/0/States/Buy`."""
        return json_pointer(self.steps)

    @property
    def location(self) -> str:
        """The same as AWS writes it in a diagnostic: `/States/Fan out/Branches[0]/States/Buy`."""
        return location(self.steps)

    @property
    def comment(self) -> str:
        """The Comment, or ""."""
        return _text(self.raw.get("Comment"))

    @property
    def language(self) -> Language:
        """The query language in force: its own or the whole machine's.

        A Parallel or Map does not hand its own down to the states inside it.
        """
        own = self.raw.get("QueryLanguage")
        return own if own in ("JSONPath", "JSONata") else self.scope.language

    @property
    def next(self) -> str | None:
        """The name in Next, if there is one."""
        name = self.raw.get("Next")
        return name if isinstance(name, str) else None

    @property
    def is_end(self) -> bool:
        """Does this machine end here: `"End": true`, Succeed or Fail?"""
        return self.type in ("Succeed", "Fail") or self.raw.get("End") is True

    @property
    def is_start(self) -> bool:
        """Does its machine begin here?"""
        return self.scope.start_at == self.name

    @property
    def is_distributed(self) -> bool:
        """Is it a Map in distributed mode?"""
        return any(child.is_distributed for child in self.children)

    @cached_property
    def call(self) -> Call | None:
        """What a Task calls; None for other types."""
        return call_of(self.raw) if self.type == "Task" else None

    @property
    def service(self) -> str:
        """What a Task calls, in words (`Lambda StockChecker`, `SNS publish`); "" for others."""
        return self.call.words if self.call else ""

    @cached_property
    def retriers(self) -> tuple[Retrier, ...]:
        """The Retry list, with AWS's defaults filled in."""
        return tuple(Retrier(raw) for raw in _objects(self.raw.get("Retry")))

    @cached_property
    def catchers(self) -> tuple[Catcher, ...]:
        """The Catch list."""
        return tuple(Catcher(raw) for raw in _objects(self.raw.get("Catch")))

    @property
    def words(self) -> str:
        """What it does, on one line: the service, how long it waits, which error it fails with.

        "" where the type says it all (Pass, Choice, Succeed, Parallel).
        """
        if self.type == "Task":
            return self.service
        if self.type == "Wait":
            return wait_words(self.raw)
        if self.type == "Map":
            return map_words(self.raw)
        if self.type == "Fail":
            return value_words(self.raw.get("Error") or path_words(self.raw.get("ErrorPath", "")))
        return ""

    @property
    def settings(self) -> tuple[str, ...]:
        """What else it is told, a few words each: `times out after 10 s`, `assigns limit`."""
        return settings_words(self.raw)

    def __repr__(self) -> str:
        return f"<State {self.location} {self.type or 'of no type'}>"


@dataclass(frozen=True, slots=True)
class Retrier:
    """One entry of Retry. Waits are in seconds; the defaults are AWS's own."""

    raw: dict[str, Any]

    @property
    def errors(self) -> tuple[str, ...]:
        """The error names it answers to."""
        return strings(self.raw.get("ErrorEquals"))

    @property
    def interval(self) -> float:
        """Seconds before the first retry (1 where not given)."""
        return number(self.raw.get("IntervalSeconds"), 1)

    @property
    def max_attempts(self) -> int:
        """How many retries at most (3 where not given)."""
        given = number(self.raw.get("MaxAttempts"), 3)
        return int(given) if abs(given) < 1e15 else 3

    @property
    def backoff_rate(self) -> float:
        """What each wait is multiplied by for the next one (2.0 where not given)."""
        return number(self.raw.get("BackoffRate"), 2.0)

    @property
    def max_delay(self) -> float | None:
        """The longest wait in seconds, or None."""
        given = self.raw.get("MaxDelaySeconds")
        return None if given is None else number(given, 0)

    @property
    def full_jitter(self) -> bool:
        """Is each wait a random one up to its length?"""
        return self.raw.get("JitterStrategy") == "FULL"

    @property
    def words(self) -> str:
        """`retry 5× from 15 s ×1.5`."""
        if self.max_attempts == 0:
            return "no retry"
        said = f"retry {self.max_attempts}× from {self.interval:g} s"
        if self.max_attempts > 1:
            said += f" ×{self.backoff_rate:g}"
        if self.max_delay is not None:
            said += f" up to {self.max_delay:g} s"
        return said + (" with jitter" if self.full_jitter else "")


@dataclass(frozen=True, slots=True)
class Catcher:
    """One entry of Catch."""

    raw: dict[str, Any]

    @property
    def errors(self) -> tuple[str, ...]:
        """The error names it answers to."""
        return strings(self.raw.get("ErrorEquals"))

    @property
    def next(self) -> str | None:
        """The name of the state that handles them."""
        name = self.raw.get("Next")
        return name if isinstance(name, str) else None

    @property
    def words(self) -> str:
        """The errors, as written: `States.Timeout, Market.Closed`."""
        return ", ".join(self.errors) or "no error named"


@dataclass(frozen=True, eq=False, slots=True)
class Edge:
    """One arrow.

    | kind | from | to | label |
    | --- | --- | --- | --- |
    | start | None | the first state of the whole machine | |
    | next | a state | its Next | |
    | choice | a Choice | the rule's Next | the rule in words |
    | default | a Choice | its Default | `otherwise` |
    | catch | a state | the catcher's Next | the errors |
    | branch | a Parallel | a branch's first state | |
    | iteration | a Map | its inner machine's first state | what it goes through |
    | end | a state | None | |

    `target` is None as well where the name in `target_name` is no state of that scope: then the
    edge is `dangling`. `index` is the number of the rule, catcher or branch (from 0), and
    `raw` the rule or catcher as written.
    """

    source: State | None
    target: State | None
    kind: EdgeKind
    label: str = ""
    target_name: str = ""
    index: int | None = None
    raw: dict[str, Any] | None = None

    @property
    def dangling(self) -> bool:
        """Does it name a state that does not exist?"""
        return self.target is None and self.kind != "end"

    def __repr__(self) -> str:
        source = self.source.name if self.source else "Start"
        target = self.target.name if self.target else self.target_name or "End"
        return f"<Edge {source} → {target} {self.kind} {self.label}>"


def json_pointer(steps: tuple[str | int, ...]) -> str:
    """Keys and indices as an RFC 6901 pointer."""
    return "".join("/" + str(step).replace("~", "~0").replace("/", "~1") for step in steps)


def location(steps: tuple[str | int, ...]) -> str:
    """Keys and indices as AWS writes a diagnostic's location: `/States/A/Choices[0]/Next`."""
    said = "".join(f"[{step}]" if isinstance(step, int) else f"/{step}" for step in steps)
    return said or "/"


def _objects(value: Any) -> list[dict[str, Any]]:
    return [one for one in (value if isinstance(value, list) else []) if isinstance(one, dict)]


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""
