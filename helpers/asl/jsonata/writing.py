"""How JSONata writes values as text: `$string`, and `&` between what is no text."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from decimal import Decimal
from typing import Any


def text_of(value: Any, *, pretty: bool = False) -> str:
    """The text of a value other than text; functions have none.

    >>> text_of(1e20), text_of(2.0**63), text_of(1e21), text_of(1 / 3), text_of(1e-7)
    ('100000000000000000000', '9223372036854776000', '1e+21', '0.333333333333333', '1e-7')
    >>> text_of({"n": [1e20, True, "a"]})
    '{"n":[100000000000000000000,true,"a"]}'
    """
    from jsonata.utils import Utils

    if value is None or value is Utils.NULL_VALUE:
        return "null"
    if isinstance(value, bool | str):
        return json.dumps(value, ensure_ascii=False)
    if isinstance(value, int | float):
        return _number(value)
    if isinstance(value, dict):
        fields = (f"{text_of(key)}:{' ' * pretty}" for key in value)
        return _in_brackets("{}", zip(fields, value.values(), strict=True), pretty)
    if isinstance(value, list | tuple):
        return _in_brackets("[]", (("", item) for item in value), pretty)
    return '""'


def string(value: Any = None, pretty: bool | None = None) -> str | None:
    """The text of a value; what is undefined has none."""
    from jsonata.functions import Functions
    from jsonata.jexception import JException

    if isinstance(value, float) and not math.isfinite(value):
        raise JException("D3001", -1)
    if isinstance(value, int | float | dict | list):
        return text_of(value, pretty=bool(pretty))
    return Functions.string(value, pretty)


def _in_brackets(brackets: str, parts: Iterator[tuple[str, Any]], pretty: bool) -> str:
    texts = [before + text_of(value, pretty=pretty) for before, value in parts]
    if not pretty or not texts:
        return brackets[0] + ",".join(texts) + brackets[1]
    inner = ",\n".join(texts).replace("\n", "\n  ")
    return f"{brackets[0]}\n  {inner}\n{brackets[1]}"


def _number(number: float) -> str:
    """A whole number with all its digits up to 1e21, any other with fifteen."""
    if isinstance(number, int):
        return str(number) if abs(number) < 2**63 else _number(float(number))
    if not math.isfinite(number):
        return "null"
    if number.is_integer() and abs(number) < 1e21:
        return str(int(Decimal(repr(number))))
    return _fraction(number if number.is_integer() else float(f"{number:.15g}"))


def _fraction(number: float) -> str:
    """A number as JavaScript writes it: without an exponent from 1e-6 on."""
    if 1e-6 <= abs(number) < 1:
        return format(Decimal(repr(number)), "f")
    digits, e, exponent = repr(number).partition("e")
    return f"{digits}e{int(exponent):+d}" if e else digits
