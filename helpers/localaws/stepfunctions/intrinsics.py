"""The intrinsic functions of JSONPath states: `States.Format('{}', $.name)` and its seventeen kin.

https://docs.aws.amazon.com/step-functions/latest/dg/intrinsic-functions.html
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
import random
import re
from collections.abc import Callable
from functools import lru_cache
from typing import Any

from helpers.asl.evaluation import DefinitionError, Expression, Scope
from helpers.asl.failures import PathMissing, RuntimeFailure, StateError
from helpers.asl.json_text import dump, parse
from helpers.localaws import ids
from helpers.localaws.stepfunctions.paths import PathSyntaxError

_NUMBER = re.compile(r"-?\d+(\.\d+)?([eE][-+]?\d+)?")
_CALL = re.compile(r"(States\.\w+)\s*\(")
_DEEPEST = 10  # AWS: "you can nest up to 10 intrinsic functions"

_random = random.Random()


class IntrinsicSyntaxError(ValueError):
    """The text is no call of an intrinsic function."""


class _Bad(Exception):
    """The arguments do not fit; the message says why."""


# -- the functions


def _text(value: Any) -> str:
    return value if isinstance(value, str) else dump(value)


def _format(template: Any, *values: Any) -> str:
    if not isinstance(template, str):
        raise _Bad("the first argument must be a string")
    out, left, at = [], list(values), 0
    while at < len(template):
        char = template[at]
        if char == "\\" and template[at + 1 : at + 2] in ("{", "}", "\\", "'"):
            out.append(template[at + 1])
            at += 2
        elif char == "{" and template[at + 1 : at + 2] == "}":
            if not left:
                raise _Bad("there are more {} than values")
            out.append(_text(left.pop(0)))
            at += 2
        else:
            out.append(char)
            at += 1
    if left:
        raise _Bad("there are more values than {}")
    return "".join(out)


def _string_to_json(text: Any) -> Any:
    if not isinstance(text, str):
        raise _Bad("the argument must be a string")
    try:
        return parse(text) if text else None
    except ValueError as error:
        raise _Bad(f"the argument is not JSON: {error}") from None


def _list(value: Any) -> list[Any]:
    if not isinstance(value, list):
        raise _Bad("the first argument must be an array")
    return value


def _int(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise _Bad("a number is needed")
    return int(value + 0.5) if isinstance(value, float) else value  # AWS rounds to an integer


def _array_partition(array: Any, size: Any) -> list[Any]:
    items, step = _list(array), _int(size)
    if step <= 0:
        raise _Bad("the chunk size must be a non-zero positive number")
    return [items[at : at + step] for at in range(0, len(items), step)]


def _array_contains(array: Any, value: Any) -> bool:
    return any(item == value and type(item) is type(value) for item in _list(array))


def _array_range(first: Any, last: Any, step: Any) -> list[int]:
    low, high, by = _int(first), _int(last), _int(step)
    if by == 0:
        raise _Bad("the step must not be 0")
    numbers = range(low, high + (1 if by > 0 else -1), by)
    if len(numbers) > 1000:
        raise _Bad("the array would have more than 1000 items")
    return list(numbers)


def _array_get_item(array: Any, index: Any) -> Any:
    items, at = _list(array), _int(index)
    if not 0 <= at < len(items):
        raise _Bad(f"the index {at} is not in an array of {len(items)}")
    return items[at]


def _array_unique(array: Any) -> list[Any]:
    seen: dict[str, Any] = {}
    for item in _list(array):
        seen.setdefault(json.dumps(item, sort_keys=True), item)
    return list(seen.values())


def _coded(value: Any) -> str:
    if not isinstance(value, str):
        raise _Bad("the argument must be a string")
    if len(value) > 10_000:
        raise _Bad("the argument has more than 10,000 characters")
    return value


def _base64_encode(value: Any) -> str:
    return base64.b64encode(_coded(value).encode()).decode()


def _base64_decode(value: Any) -> str:
    try:
        return base64.b64decode(_coded(value), validate=True).decode()
    except (binascii.Error, UnicodeDecodeError) as error:
        raise _Bad(f"the argument is not Base64: {error}") from None


_HASHES = {"MD5": "md5", "SHA-1": "sha1", "SHA-256": "sha256", "SHA-384": "sha384",
           "SHA-512": "sha512"}  # fmt: skip


def _hash(value: Any, algorithm: Any) -> str:
    text = _text(value)
    if len(text) > 10_000:
        raise _Bad("the data has more than 10,000 characters")
    if algorithm not in _HASHES:
        raise _Bad(f"the algorithm must be one of {', '.join(_HASHES)}")
    return hashlib.new(_HASHES[algorithm], text.encode(), usedforsecurity=False).hexdigest()


def _json_merge(first: Any, second: Any, deep: Any) -> Any:
    if not isinstance(first, dict) or not isinstance(second, dict):
        raise _Bad("both arguments must be JSON objects")
    if deep is not False:
        raise _Bad("only the shallow merge is supported: the third argument must be false")
    return {**first, **second}


def _math_random(first: Any, last: Any, seed: Any = None) -> int:
    low, high = _int(first), _int(last)
    if low >= high:
        raise _Bad("the first number must be less than the second")
    source = _random if seed is None else random.Random(_int(seed))
    return source.randrange(low, high)


def _math_add(first: Any, second: Any) -> int:
    return _int(first) + _int(second)


def _string_split(text: Any, separators: Any) -> list[str]:
    if not isinstance(text, str) or not isinstance(separators, str) or not separators:
        raise _Bad("both arguments must be strings")
    return [part for part in re.split("[" + re.escape(separators) + "]", text) if part]


_FUNCTIONS: dict[str, tuple[Callable[..., Any], int, int | None]] = {
    "States.Format": (_format, 1, None),
    "States.StringToJson": (_string_to_json, 1, 1),
    "States.JsonToString": (dump, 1, 1),
    "States.Array": (lambda *values: list(values), 0, None),
    "States.ArrayPartition": (_array_partition, 2, 2),
    "States.ArrayContains": (_array_contains, 2, 2),
    "States.ArrayRange": (_array_range, 3, 3),
    "States.ArrayGetItem": (_array_get_item, 2, 2),
    "States.ArrayLength": (lambda array: len(_list(array)), 1, 1),
    "States.ArrayUnique": (_array_unique, 1, 1),
    "States.Base64Encode": (_base64_encode, 1, 1),
    "States.Base64Decode": (_base64_decode, 1, 1),
    "States.Hash": (_hash, 2, 2),
    "States.JsonMerge": (_json_merge, 3, 3),
    "States.MathRandom": (_math_random, 2, 3),
    "States.MathAdd": (_math_add, 2, 2),
    "States.StringSplit": (_string_split, 2, 2),
    "States.UUID": (ids.uuid4, 0, 0),
}


# -- reading a call


class _Reader:
    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0

    def fail(self, why: str) -> IntrinsicSyntaxError:
        return IntrinsicSyntaxError(f"{why} at position {self.at} of '{self.text}'")

    def space(self) -> None:
        while self.at < len(self.text) and self.text[self.at].isspace():
            self.at += 1

    def call(self, depth: int) -> Expression:
        if depth > _DEEPEST:
            raise self.fail(f"more than {_DEEPEST} functions are nested")
        found = _CALL.match(self.text, self.at)
        if found is None:
            raise self.fail("an intrinsic function expected")
        name = found.group(1)
        if name not in _FUNCTIONS:
            raise self.fail(f"there is no intrinsic function {name}")
        self.at = found.end()
        arguments: list[Expression] = []
        self.space()
        if not self.text.startswith(")", self.at):
            arguments.append(self.argument(depth))
            self.space()
            while self.text.startswith(",", self.at):
                self.at += 1
                arguments.append(self.argument(depth))
                self.space()
        if not self.text.startswith(")", self.at):
            raise self.fail("')' expected")
        self.at += 1
        function, least, most = _FUNCTIONS[name]
        if len(arguments) < least or (most is not None and len(arguments) > most):
            raise self.fail(f"{name} takes {least if most == least else f'{least} or more'} "
                            f"arguments, not {len(arguments)}")  # fmt: skip
        return _applied(name, function, arguments)

    def argument(self, depth: int) -> Expression:
        from helpers.localaws.stepfunctions.expressions import compile_expression

        self.space()
        rest = self.text[self.at : self.at + 1]
        if rest == "'":
            constant: Any = self.string()
        elif rest == "$":
            try:
                return compile_expression(self.path())
            except DefinitionError as error:
                raise IntrinsicSyntaxError(str(error)) from None
        elif self.text.startswith("States.", self.at):
            return self.call(depth + 1)
        else:
            for word, value in (("null", None), ("true", True), ("false", False)):
                if self.text.startswith(word, self.at):
                    self.at += len(word)
                    constant = value
                    break
            else:
                number = _NUMBER.match(self.text, self.at)
                if number is None:
                    raise self.fail("a value, a path or a function expected")
                self.at = number.end()
                constant = json.loads(number.group())
        return lambda scope: constant

    def string(self) -> str:
        """A string in single quotes; only \\' is undone here: States.Format reads \\{ itself."""
        self.at += 1
        out = []
        while self.at < len(self.text):
            char = self.text[self.at]
            if char == "\\" and self.text[self.at + 1 : self.at + 2] in ("'", "\\", "{", "}"):
                following = self.text[self.at + 1]
                out.append(following if following == "'" else char + following)
                self.at += 2
                continue
            self.at += 1
            if char == "'":
                return "".join(out)
            out.append(char)
        raise self.fail("the string does not end")

    def path(self) -> str:
        """The text of a path: up to a comma or bracket that is not within quotes or brackets."""
        start, depth, quote = self.at, 0, ""
        while self.at < len(self.text):
            char = self.text[self.at]
            if quote:
                if char == "\\":
                    self.at += 1
                elif char == quote:
                    quote = ""
            elif char in "'\"":
                quote = char
            elif char in "([":
                depth += 1
            elif char in ")]" and depth:
                depth -= 1
            elif not depth and (char in ",)" or char.isspace()):
                break
            self.at += 1
        return self.text[start : self.at]


def _applied(name: str, function: Callable[..., Any], arguments: list[Expression]) -> Expression:
    def evaluate(scope: Scope) -> Any:
        values = [argument(scope) for argument in arguments]
        try:
            return function(*values)
        except _Bad as bad:
            shown = ", ".join(dump(value) for value in values)
            raise StateError(
                "States.IntrinsicFailure", f"Invalid arguments in {name}({shown[:500]}): {bad}"
            ) from None

    return evaluate


@lru_cache(maxsize=1024)
def compile_intrinsic(text: str) -> Expression:
    """Compile a call such as `States.MathAdd($.a, 1)`; raises IntrinsicSyntaxError.

    The expression raises StateError; where an argument's path selects nothing, in AWS's words.
    """
    reader = _Reader(text.strip())
    try:
        expression = reader.call(1)
    except PathSyntaxError as error:
        raise IntrinsicSyntaxError(str(error)) from None
    if reader.at != len(reader.text):
        raise reader.fail("nothing more expected")

    def evaluate(scope: Scope) -> Any:
        try:
            return expression(scope)
        except PathMissing as missing:
            path = missing.path[1:] if missing.path.startswith("$$") else missing.path
            raise RuntimeFailure(
                f"The function '{text}' had the following error: The JsonPath argument for the "
                f"field '{path}' could not be found in the input '{dump(scope.input)}'"
            ) from None

    return evaluate
