"""What jsonata-python has otherwise than JSONata, put right in one place.

The right ones: `signature.js`, `jsonata.js`, `functions.js` of https://github.com/jsonata-js/jsonata
"""

from __future__ import annotations

import math
import operator
import re
from functools import cache, partial
from typing import Any

from helpers.asl.jsonata.corrections import failure, in_order
from helpers.asl.jsonata.writing import string

_OPERATIONS = {"+": operator.add, "-": operator.sub, "*": operator.mul}


@cache
def evaluator() -> Any:
    """The library's evaluator, counting and joining as JSONata does."""
    from jsonata import Jsonata
    from jsonata.utils import Utils

    _mend_signatures()
    _mend_words()

    class Matcher(Jsonata.JFunction):
        """A regular expression: it may stand where a function of a text may, too."""

        def __init__(self, pattern: Any) -> None:
            super().__init__(pattern, "<x?:x>")
            self.search, self.finditer = pattern.search, pattern.finditer
            self.sub, self.split = pattern.sub, pattern.split

    class Evaluator(Jsonata):
        def evaluate_numeric_expression(self, lhs: Any, rhs: Any, op: str | None) -> Any:
            if Utils.is_numeric(lhs) and Utils.is_numeric(rhs):
                if op == "%":
                    return Utils.convert_number(math.fmod(lhs, rhs)) if rhs else math.nan
                result = _result(op, float(lhs), float(rhs))
                if not math.isfinite(result):
                    return result
            return super().evaluate_numeric_expression(lhs, rhs, op)

        def evaluate_string_concat(self, lhs: Any, rhs: Any) -> str:
            return "".join(string(value) or "" for value in (lhs, rhs))

        def evaluate_binary(self, expr: Any, given: Any, environment: Any) -> Any:
            if expr.value not in ("and", "or"):
                return super().evaluate_binary(expr, given, environment)
            left = self.eval(expr.lhs, given, environment)  # here the library hides what fails
            right = partial(self.eval, expr.rhs, given, environment)
            return self.evaluate_boolean_expression(left, right, expr.value)

        def evaluate_apply_expression(self, expr: Any, given: Any, environment: Any) -> Any:
            left = self.eval(expr.lhs, given, environment)
            if expr.rhs.type == "function":
                return self.evaluate_function(expr.rhs, given, environment, left)
            function = self.eval(expr.rhs, given, environment)
            if not self.is_function_like(function):
                raise failure("T2006", function)
            if not self.is_function_like(left):
                return self.apply(function, [left], None, environment)
            chain = self.eval(Jsonata.chain_ast(), None, environment)
            return self.apply(chain, [left, function], None, environment)

        def evaluate_group_expression(self, expr: Any, given: Any, environment: Any) -> Any:
            if isinstance(given, list) and not given:
                given = None  # of no tuples the library takes the first
            return super().evaluate_group_expression(expr, given, environment)

        def evaluate_includes_expression(self, lhs: Any, rhs: Any) -> bool:
            items = rhs if isinstance(rhs, list) else [] if rhs is None else [rhs]
            return lhs is not None and any(_is_the_same(lhs, item) for item in items)

        def evaluate_regex(self, expr: Any) -> Any:
            if expr.value.as_function is None:
                expr.value.as_function = Matcher(expr.value)
            return expr.value.as_function

        def evaluate_sort_expression(self, expr: Any, given: Any, environment: Any) -> Any:
            if not isinstance(given, list) or len(given) < 2:
                return given
            of_tuples = isinstance(given, Utils.JList) and given.tuple_stream
            compare = Jsonata.ComparatorWrapper(self, expr, environment, of_tuples).compare
            return in_order(list(given), lambda one, other: compare(one, other) == 1)

        def evaluate_range_expression(self, lhs: Any, rhs: Any) -> Any:
            numbers = super().evaluate_range_expression(lhs, rhs)
            if numbers is not None:
                numbers.size = numbers.b - numbers.a  # it says one too many
            return numbers

    return Evaluator


def _is_the_same(one: Any, other: Any) -> bool:
    """Whether two values are one, as `===` has it: objects and arrays are each their own."""
    if isinstance(one, dict | list) or isinstance(one, bool) != isinstance(other, bool):
        return one is other
    return one == other


def _result(op: str | None, left: float, right: float) -> float:
    """What is too large for a number is infinite; nothing fails."""
    if op != "/":
        return _OPERATIONS[op or ""](left, right)
    if right:
        return left / right
    return math.copysign(math.inf, left) if left and not math.isnan(left) else math.nan


def _mend_words() -> None:
    """What the library says of pictures names what is wrong in them."""
    from jsonata.constants import Constants

    for name, words in list(vars(Constants).items()):
        if name.startswith("ERR_MSG_"):
            setattr(Constants, name, words.replace("%s", "{}"))


def _mend_signatures() -> None:
    """Null is no missing argument, and the argument that does not fit is the one that is named.

    The function is named by its own name, not by that of a parameter that it was handed on as.
    """
    from jsonata.jexception import JException
    from jsonata.signature import Signature
    from jsonata.utils import Utils

    symbol_of, validate_all = Signature.get_symbol, Signature.validate
    name_it = Signature.set_function_name

    def get_symbol(self: Any, value: Any) -> str:
        return "l" if value is Utils.NULL_VALUE else symbol_of(self, value)

    def throw_validation_error(self: Any, _arguments: Any, symbols: str, name: str) -> None:
        good, pattern = 0, ""
        for parameter in self._params:
            pattern += parameter.regex
            if (match := re.match(pattern, symbols)) is None:
                break
            good = match.end()
        raise JException("T0410", -1, good + 1, name)

    def validate(self: Any, arguments: Any, context: Any) -> Any:
        try:
            return validate_all(self, arguments, context)
        except JException as error:
            if error.error != "T0411":
                raise
            raise JException("T0411", -1, error.expected, self.function_name) from None

    def set_function_name(self: Any, name: str) -> None:
        if self.function_name.startswith("<"):
            name_it(self, name)

    Signature.validate, Signature.set_function_name = validate, set_function_name
    Signature.get_symbol = get_symbol
    Signature.throw_validation_error = throw_validation_error
