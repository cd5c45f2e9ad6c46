"""Text becomes data: JSON and YAML, with the place of every value and CloudFormation's tags."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from helpers.asl.errors import DefinitionDoesNotParse
from helpers.asl.json_text import too_deep
from helpers.asl.placeholders import PLACEHOLDER, fill_json
from helpers.asl.places import Steps, json_places

MAX_DEPTH = 300
"""Deepest nesting of objects and arrays that is read. 50 Parallel states inside each other take
200; Python's own recursion gives out near 1,000."""


@dataclass
class Source:
    """A text and what it says. `data` may be anything that JSON can hold."""

    text: str
    data: Any
    file: str | None
    yaml_places: dict[Steps, tuple[int, int]] | None = None

    @cached_property
    def places(self) -> dict[Steps, tuple[int, int]]:
        """Line and column of everything in it."""
        return json_places(self.text) if self.yaml_places is None else self.yaml_places


def read_text(
    text: str,
    *,
    file: str | None = None,
    substitutions: Mapping[str, Any] | None = None,
) -> Source:
    """Parses JSON or YAML (JSON if it begins like it or the file is called so).

    Raises `DefinitionDoesNotParse` with line and column.
    """
    text = text.removeprefix("\ufeff")
    is_json = text.lstrip()[:1] in ("{", "[") and not (file or "").endswith((".yaml", ".yml"))
    if is_json or (file or "").endswith(".json"):
        return _read_json(text, file, substitutions or {})
    return _read_yaml(text, file, substitutions or {})


def _read_json(text: str, file: str | None, values: Mapping[str, Any]) -> Source:
    filled = text
    if "${" in text:
        filled = fill_json(text, values)
    try:
        data = json.loads(filled)
    except RecursionError:
        raise _deep(file) from None
    except json.JSONDecodeError as error:
        if (comma := trailing_comma(filled, error.pos)) is not None:
            error = json.JSONDecodeError(error.msg, filled, comma)
        raise DefinitionDoesNotParse(
            "This is not valid JSON.",
            f"{error.msg}.",
            json_advice(filled, error.pos),
            file=file,
            line=error.lineno,
            column=error.colno,
        ) from None
    if too_deep(data, MAX_DEPTH):
        raise _deep(file)
    return Source(text, data, file)


def _deep(file: str | None) -> DefinitionDoesNotParse:
    return DefinitionDoesNotParse(
        "The definition is nested too deeply.",
        f"More than {MAX_DEPTH} objects and arrays stand inside each other.",
        "Move the inner part into a state machine of its own and start it with "
        "arn:aws:states:::states:startExecution.sync:2.",
        file=file,
    )


def trailing_comma(text: str, at: int) -> int | None:
    """Where the comma before a closing bracket stands, if that is the mistake found at `at`.

    Python 3.13 points at the comma, older ones at the bracket.
    """
    if text[at : at + 1] in ("}", "]"):
        at = len(text[:at].rstrip()) - 1
    is_last = text[at + 1 :].lstrip()[:1] in ("}", "]")
    follows_something = text[:at].rstrip()[-1:] not in ("", ",", "{", "[", ":")
    return at if text[at : at + 1] == "," and is_last and follows_something else None


def json_advice(text: str, at: int) -> str:
    """What to do about the mistake that most often stands at such a place of a JSON text."""
    before, after = text[:at].rstrip(), text[at : at + 1]
    if not text.strip():
        return "The text is empty: write a definition with StartAt and States."
    if text.startswith("\ufeff"):
        return "The file was saved with a byte order mark: save it as UTF-8 without one."
    if trailing_comma(text, at) is not None:
        return "Take the comma before the closing bracket away."
    if after == "'":
        return "Write double quotes instead of single ones."
    if text.startswith(("//", "/*"), at):
        return "JSON has no comments: use a Comment field, or take the line away."
    if after == '"' and before[-1:] in tuple('"}]0123456789el'):
        return "A comma is missing before this."
    if not after:
        return "The text ends too early: a closing bracket or quote is missing."
    return "Look at the text just before this place: a comma, quote or bracket is amiss."


def _read_yaml(text: str, file: str | None, values: Mapping[str, Any]) -> Source:
    import yaml  # only who reads YAML pays for it

    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    try:
        node = yaml.compose(text, Loader=loader)
    except RecursionError:
        raise _deep(file) from None
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        problem = getattr(error, "problem", None) or "it cannot be read"
        raise DefinitionDoesNotParse(
            "This is not valid YAML.",
            f"{problem[:1].upper()}{problem[1:]}.",
            "Look at the indentation and at quotes and colons near this place.",
            file=file,
            line=mark.line + 1 if mark else None,
            column=mark.column + 1 if mark else None,
        ) from None
    places: dict[Steps, tuple[int, int]] = {}
    try:
        data = None if node is None else _Yaml(values, places).value(node, (), 0)
    except _TooDeep:
        raise _deep(file) from None
    return Source(text, data, file, places)


class _TooDeep(Exception):
    """The YAML goes deeper than `MAX_DEPTH`, or an anchor holds itself."""


class _Yaml:
    """Turns YAML nodes into JSON's types. Only JSON's own words are special (`true`, `null`,
    numbers): a state called Yes stays "Yes" and a timestamp stays text."""

    def __init__(self, values: Mapping[str, Any], places: dict[Steps, tuple[int, int]]) -> None:
        self.values, self.places = values, places

    def value(self, node: Any, steps: Steps, depth: int) -> Any:
        if depth > MAX_DEPTH:
            raise _TooDeep
        self.places.setdefault(steps, (node.start_mark.line + 1, node.start_mark.column + 1))
        if node.tag.startswith("!") and node.tag != "!":
            return self._cloudformation(node, steps, depth)
        if node.id == "mapping":
            return self._mapping(node, steps, depth)
        if node.id == "sequence":
            return [
                self.value(inner, (*steps, number), depth + 1)
                for number, inner in enumerate(node.value)
            ]
        return self._scalar(node)

    def _mapping(self, node: Any, steps: Steps, depth: int) -> dict[str, Any]:
        merged: dict[str, Any] = {}
        own: dict[str, Any] = {}
        for key_node, inner in node.value:
            key = key_node.value if key_node.id == "scalar" else "?"
            if key == "<<" and key_node.tag.endswith(":merge"):
                bases = inner.value if inner.id == "sequence" else [inner]
                for base in reversed(bases):
                    value = self.value(base, steps, depth + 1)
                    merged |= value if isinstance(value, dict) else {}
                continue
            key = self._filled(key)
            place = (key_node.start_mark.line + 1, key_node.start_mark.column + 1)
            self.places[(*steps, key)] = place
            own[key] = self.value(inner, (*steps, key), depth + 1)
        return merged | own

    def _scalar(self, node: Any) -> Any:
        text = self._filled(node.value)
        if node.style:  # quoted, or a block
            return text
        if text in ("", "~", "null", "Null", "NULL"):
            return None
        if text.lower() in ("true", "false"):
            return text.lower() == "true"
        try:
            return json.loads(text) if text[0] in "-0123456789" else text
        except ValueError:
            return text

    def _filled(self, text: str) -> str:
        if "${" not in text:
            return text

        def replace(found: Any) -> str:
            if found[1] not in self.values:
                return found[0]
            value = self.values[found[1]]
            return value if isinstance(value, str) else json.dumps(value)

        return PLACEHOLDER.sub(replace, text)

    def _cloudformation(self, node: Any, steps: Steps, depth: int) -> Any:
        """`!Sub x` is `{"Fn::Sub": x}`, as CloudFormation reads it."""
        from helpers.asl.template_functions import resolve_one

        name = node.tag[1:]
        if node.id == "mapping":
            inner: Any = self._mapping(node, steps, depth)
        elif node.id == "sequence":
            inner = [
                self.value(one, (*steps, number), depth + 1)
                for number, one in enumerate(node.value)
            ]
        else:
            inner = node.value
        if name == "GetAtt" and isinstance(inner, str):
            inner = inner.split(".", 1)
        return self._again(resolve_one(name if name == "Ref" else f"Fn::{name}", inner))

    def _again(self, value: Any) -> Any:
        return self._filled(value) if isinstance(value, str) else value
