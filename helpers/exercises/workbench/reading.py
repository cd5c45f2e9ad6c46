"""The learner's files as data; what does not parse is said with its line."""

from __future__ import annotations

import json
import math
import tomllib
from pathlib import Path
from typing import Any

from helpers.asl import DefinitionDoesNotParse
from helpers.asl.json_text import too_deep
from helpers.asl.reading import MAX_DEPTH, read_text
from helpers.exercises.outcome import NotYet

LARGEST = 2_000_000
"""Characters of a file that a learner writes by hand."""


def text(folder: Path, name: str) -> str:
    """The file's text.

    Raises NotYet (`missing-file`) where there is none, or none that can be read as text.
    """
    path = folder / name
    if not path.is_file():
        raise NotYet(f"There is no file {name} in the exercise's folder.", hint="missing-file")
    if path.stat().st_size > LARGEST:
        raise NotYet(f"{name} is larger than {LARGEST // 1_000_000} MB.", hint="missing-file")
    try:
        return path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError):
        raise NotYet(f"{name} is no text in UTF-8.", hint="missing-file") from None


def json_of(folder: Path, name: str) -> Any:
    """The file's JSON. Raises NotYet (`not-json`) with the line where it is none."""
    content = text(folder, name)
    try:
        parsed = json.loads(content, parse_constant=_no_number, parse_float=_number)
        if too_deep(parsed, MAX_DEPTH):  # how deep Python itself reads is a setting
            raise RecursionError
    except RecursionError:
        raise NotYet(f"{name} is nested too deeply.", hint="not-json") from None
    except json.JSONDecodeError as error:
        raise NotYet(
            f"{name} is not JSON: line {error.lineno}, column {error.colno}: {error.msg}.",
            hint="not-json",
        ) from None
    except ValueError as error:  # NaN, 1e999, a number of five thousand digits
        raise NotYet(f"{name} is not JSON: {error}.", hint="not-json") from None
    return parsed


def _no_number(said: str) -> float:
    """Python takes NaN and Infinity for JSON, AWS does not."""
    raise ValueError(f"{said[:20]} is no number that JSON has")


def _number(said: str) -> float:
    number = float(said)
    return number if math.isfinite(number) else _no_number(said)


def yaml_of(folder: Path, name: str) -> Any:
    """The file's YAML (or JSON), CloudFormation's short tags as their long forms.

    Raises NotYet (`not-yaml`) with the line where it is neither.
    """
    content = text(folder, name)
    try:
        return read_text(content, file=name).data
    except DefinitionDoesNotParse as error:
        raise NotYet(f"{name} cannot be read: {error}", hint="not-yaml") from None


def project_of(folder: Path) -> None:
    """Read what SAM reads, where it is there. Raises NotYet (`not-toml`, `not-yaml`) if not."""
    if (folder / "samconfig.toml").exists():
        try:
            tomllib.loads(text(folder, "samconfig.toml"))
        except (tomllib.TOMLDecodeError, RecursionError) as error:
            raise NotYet(f"samconfig.toml is not TOML: {error}.", hint="not-toml") from None
    if (folder / "template.yaml").exists() and not isinstance(
        yaml_of(folder, "template.yaml"), dict
    ):
        raise NotYet(
            "template.yaml has no Resources: it is empty, or it is no mapping of keys to values.",
            hint="not-yaml",
        )


def python_of(folder: Path, name: str) -> str:
    """The file's text, which is Python as far as its grammar goes.

    Raises NotYet (`not-python`) with the line where it is not.
    """
    content = text(folder, name)
    try:
        compile(content, name, "exec")
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        where = f" line {error.lineno}:" if isinstance(error, SyntaxError) else ""
        raise NotYet(f"{name} is not Python:{where} {error}.", hint="not-python") from None
    return content
