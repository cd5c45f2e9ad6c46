"""A definition: loaded from a file, a text or a dict, with its states and edges."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from typing import Any

from helpers.asl.errors import DefinitionNotFound, NotADefinition
from helpers.asl.json_text import too_deep
from helpers.asl.model import Edge, Language, Scope, State
from helpers.asl.placeholders import fill, placeholders
from helpers.asl.places import Steps, place_of
from helpers.asl.reading import MAX_DEPTH, Source, read_text
from helpers.asl.template import (
    definition_file,
    function_arns,
    inline_definition,
    is_template,
    pick,
    substitutions_of,
)
from helpers.asl.walk import edges, walk


class Definition:
    """A state machine's definition, however broken its states may be.

    Make one with `load`, `Definition.from_text` or `Definition.from_dict`. `data` is the
    definition as JSON's types, `file` the file it came from (or None).
    """

    def __init__(
        self,
        data: dict[str, Any],
        *,
        source: Source | None = None,
        prefix: Steps = (),
    ) -> None:
        self.data = data
        self.source = source
        self._prefix = prefix  # where in the source's data the definition stands

    @classmethod
    def from_text(
        cls,
        text: str,
        substitutions: Mapping[str, Any] | None = None,
        *,
        file: str | None = None,
        resource: str | None = None,
    ) -> Definition:
        """Reads JSON or YAML, or a SAM or CloudFormation template that holds the definition.

        `substitutions` fills `${Name}` in; `file` is the name for error messages (and a template's
        DefinitionUri is looked up beside it); `resource` picks one state machine of a template.
        Raises `DefinitionDoesNotParse` and `NotADefinition`.
        """
        source = read_text(text, file=file, substitutions=substitutions)
        if is_template(source.data):
            return cls._from_template(source, substitutions or {}, resource)
        if not isinstance(source.data, dict):
            raise NotADefinition(
                "This is no state machine definition.",
                f"A definition is an object with StartAt and States, and this is {_kind(source)}.",
                'Begin with {"StartAt": "…", "States": {…}}.',
                file=file,
            )
        return cls(source.data, source=source)

    @classmethod
    def from_dict(
        cls, data: dict[str, Any], substitutions: Mapping[str, Any] | None = None
    ) -> Definition:
        """Takes parsed data; fills `${Name}` in where `substitutions` has it."""
        if not isinstance(data, dict):
            raise NotADefinition(
                "This is no state machine definition.",
                f"A definition is a dict with StartAt and States, and this is a "
                f"{type(data).__name__}.",
                "Give the parsed definition, or its text to Definition.from_text.",
            )
        if too_deep(data, MAX_DEPTH):
            raise NotADefinition("The definition is nested too deeply.")
        return cls(fill(data, substitutions) if substitutions else data)

    @classmethod
    def _from_template(
        cls, source: Source, substitutions: Mapping[str, Any], resource: str | None
    ) -> Definition:
        name, properties = pick(source.data, resource, source.file)
        arns = function_arns(source.data)
        beside = definition_file(properties, Path(source.file or "."))
        if beside is not None:
            named = fill(substitutions_of(properties), arns)
            return load(beside, {**named, **substitutions})
        data, prefix = inline_definition(name, properties, source.file)
        if not isinstance(data, dict):
            raise NotADefinition(
                f"The definition of {name} is no object.",
                next="Begin it with StartAt and States.",
                file=source.file,
            )
        return cls(fill(fill(data, substitutions), arns), source=source, prefix=prefix)

    @property
    def file(self) -> str | None:
        """The file it was read from."""
        return self.source.file if self.source else None

    @property
    def comment(self) -> str:
        """The Comment of the whole, or ""."""
        value = self.data.get("Comment")
        return value if isinstance(value, str) else ""

    @property
    def start_at(self) -> str | None:
        """The name in StartAt."""
        return self.root.start_at

    @property
    def query_language(self) -> Language:
        """JSONPath unless it says JSONata."""
        return self.root.language

    @property
    def timeout_seconds(self) -> float | None:
        """TimeoutSeconds of the whole, in seconds, or None."""
        value = self.data.get("TimeoutSeconds")
        is_number = isinstance(value, int | float) and not isinstance(value, bool)
        return value if is_number else None

    @cached_property
    def unresolved(self) -> tuple[str, ...]:
        """The names of the `${placeholders}` that are left over, each once."""
        return placeholders(self.data)

    @cached_property
    def _walked(self) -> tuple[Scope, tuple[State, ...]]:
        return walk(self.data)

    @property
    def root(self) -> Scope:
        """The outermost machine; `state.children` leads on to those inside."""
        return self._walked[0]

    @property
    def states(self) -> tuple[State, ...]:
        """Every state at any depth, in the order of the text."""
        return self._walked[1]

    def state(self, name: str) -> State:
        """The state of that name (the outermost if a broken definition has several).

        Raises KeyError.
        """
        for state in sorted(self.states, key=lambda state: state.depth):
            if state.name == name:
                return state
        raise KeyError(name)

    def edges(self) -> list[Edge]:
        """Every edge: starts, transitions, choices, catches, branches, iterations, ends."""
        return list(edges(*self._walked))

    def place(self, steps: Steps) -> tuple[int, int] | None:
        """Line and column (from 1) of what `steps` leads to, if it was read from a text."""
        if self.source is None:
            return None
        return place_of(self.source.places, (*self._prefix, *steps))

    def __repr__(self) -> str:
        return f"<Definition {self.file or ''} {len(self.states)} states>"


def load(
    path: str | Path,
    substitutions: Mapping[str, Any] | None = None,
    *,
    resource: str | None = None,
) -> Definition:
    """Loads a definition from a JSON or YAML file.

    The file may also be a SAM or CloudFormation template: then the state machine in it is taken
    (`resource` says which, by its logical name), its DefinitionUri is followed, and its
    DefinitionSubstitutions are filled in: a Task then names the template's function
    (`Lambda StockCheckerFunction`) where the definition alone has `StockCheckerFunctionArn`.
    `substitutions` fills `${Name}` in; what is left over stands in `.unresolved`.

    Raises `DefinitionNotFound`, `DefinitionDoesNotParse`, `NotADefinition` (all `AslError`).
    """
    path = Path(path)
    try:
        text = path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise DefinitionNotFound(
            "This file is not text.",
            f"Byte {error.start} is not UTF-8.",
            "Save it as UTF-8.",
            file=str(path),
        ) from None
    except OSError as error:
        raise DefinitionNotFound(
            f"The definition cannot be read: {error.strerror}.",
            _neighbours(path),
            "Check the path.",
            file=str(path),
        ) from None
    return Definition.from_text(text, substitutions, file=str(path), resource=resource)


def _neighbours(path: Path) -> str:
    """Which definitions there are instead."""
    folder = path.parent
    if not folder.is_dir():
        return f"There is no folder {folder}."
    names = (one.name for one in folder.iterdir())
    files = sorted(name for name in names if ".asl." in name or name.startswith("template."))
    return f"In {folder} there is {', '.join(files[:5])}." if files else ""


def _kind(source: Source) -> str:
    if source.data is None:
        return "empty"
    return {list: "a list", str: "a text", bool: "true or false"}.get(type(source.data), "a number")
