"""What goes into and comes out of a state: payload templates and JSONata expressions."""

from __future__ import annotations

from collections.abc import Hashable, Iterator
from typing import Any

from helpers.asl.diagnostic import Findings, is_placeholder
from helpers.asl.fields import NOT_JSONATA, PAYLOADS
from helpers.asl.intrinsics import (
    Call,
    ExpressionSyntaxError,
    computed_field,
    misfits,
    read_expression,
)
from helpers.asl.jsonata.reading import (
    ERROR_OUTPUT,
    RESULT,
    STATES_FIELDS,
    inside,
    is_expression,
    read,
)
from helpers.asl.places import Steps
from helpers.asl.selecting import Constant, Path
from helpers.asl.suggest import did_you_mean
from helpers.asl.values import warn_of_functions

INVALID = "INVALID_JSONATA_EXPRESSION"
UNSUPPORTED = "UNSUPPORTED_JSONATA_EXPRESSION"


def check_template(findings: Findings, value: Any, steps: Steps) -> None:
    """A JSONPath payload template: each `"key.$"` holds a path or an intrinsic function."""
    if isinstance(value, list):
        for number, inner in enumerate(value):
            check_template(findings, inner, (*steps, number))
        return
    if not isinstance(value, dict):
        return
    for key, inner in value.items():
        name = computed_field(key)
        if name is None:
            if looks_dynamic(inner):
                _warn_no_dollar(findings, str(key), inner, steps)
            check_template(findings, inner, (*steps, key))
            continue
        if name in value:
            findings.add(
                f"The field '{name}' is defined twice, as '{name}' and as '{key}'",
                steps,
                f"Keep one of them: '{key}' is evaluated and then called '{name}'.",
                place=(*steps, key),
            )
        _check_computed(findings, key, inner, steps)


def looks_dynamic(value: Any) -> bool:
    """Is it text that would be a path or an intrinsic function, if it stood where they do?"""
    if not isinstance(value, str) or not value.startswith(("$.", "$$.", "$[", "States.")):
        return False
    try:
        read_expression(value)
    except ExpressionSyntaxError:
        return False
    return True


def _warn_no_dollar(findings: Findings, key: str, value: str, steps: Steps) -> None:
    findings.add(
        "No .$ on a field that appears to be a JSONPath or Intrinsic Function",
        (*steps, key),
        f"The text {value!r} itself is passed on: call the field '{key}.$' to pass what it leads "
        "to.",
        code="NO_DOLLAR",
        severity="WARNING",
        group=("NO_DOLLAR", steps[: _state_depth(steps)]),
    )


def check_static(findings: Findings, value: Any, steps: Steps) -> None:
    """The Result of a Pass, in which nothing is evaluated."""
    todo: list[tuple[Any, Steps]] = [(value, steps)]
    while todo:
        inner, place = todo.pop()
        if isinstance(inner, dict):
            todo.extend((one, (*place, key)) for key, one in reversed(inner.items()))
        elif isinstance(inner, list):
            todo.extend((one, (*place, number)) for number, one in enumerate(inner))
        elif looks_dynamic(inner):
            findings.add(
                "Attempt to use a path in the result of a pass state",
                place,
                f"Result is passed on as it is, {inner!r} included: use Parameters, with .$ "
                "behind the field's name.",
                code="PASS_RESULT_IS_STATIC",
                severity="WARNING",
                group=("PASS_RESULT_IS_STATIC", steps),
            )


def _state_depth(steps: Steps) -> int:
    """How many of the steps lead to the state: to the name behind the last States."""
    return max((number for number, step in enumerate(steps) if step == "States"), default=0) + 2


def _check_computed(findings: Findings, key: str, value: Any, steps: Steps) -> None:
    """The value of a key `name.$`."""
    if is_placeholder(value):
        return
    if not isinstance(value, str):
        kind = {dict: "OBJECT", list: "ARRAY", bool: "BOOLEAN", type(None): "NULL"}
        findings.add(
            f"The value for the field '{key}' must be a STRING that contains a JSONPath but was "
            f"an {kind.get(type(value), 'NUMBER')}",
            steps,
            f"Write a path in quotes, or call the field '{computed_field(key)}' if its value is "
            "fixed.",
            place=(*steps, key),
        )
        return
    try:
        tree = read_expression(value)
    except ExpressionSyntaxError as error:
        _not_computed(findings, key, value, steps, str(error))
    else:
        for path in _paths_in(tree):
            warn_of_functions(findings, path, (*steps, key))
        for why in misfits(tree) if isinstance(tree, Call) else ():
            findings.add(
                "The intrinsic function cannot do its work with these arguments",
                (*steps, key),
                f"AWS takes the definition, and the state fails when it runs. {why}",
                code="INTRINSIC_ARGUMENTS",
                severity="WARNING",
            )


def _not_computed(findings: Findings, key: str, value: str, steps: Steps, why: str) -> None:
    if not value.startswith(("$", "States.")):
        why = (
            f"A field whose name ends in .$ holds a path ($.…) or an intrinsic function; call it "
            f"'{computed_field(key)}' if {value!r} is meant as it is."
        )
    findings.add(
        f"The value for the field '{key}' must be a valid JSONPath or a valid intrinsic "
        "function call",
        steps,
        why,
        place=(*steps, key),
    )


def _paths_in(tree: Path | Call | Constant) -> Iterator[Path]:
    """The path itself, or those among the arguments of a call."""
    if isinstance(tree, Path):
        yield tree
    elif isinstance(tree, Call):
        for argument in tree.arguments:
            yield from _paths_in(argument)


def check_expressions(
    findings: Findings,
    value: Any,
    steps: Steps,
    *,
    payload: bool = False,
    caught: bool = False,
    works: bool = True,
) -> None:
    """Every JSONata expression in a state or catcher. `payload`: inside one, each key is looked
    at; `caught`: inside a catcher's Output or Assign, where $states.errorOutput exists; `works`:
    of a state that has a result."""
    if isinstance(value, dict):
        for key, inner in value.items():
            if payload or key not in NOT_JSONATA:
                check_expressions(
                    findings,
                    inner,
                    (*steps, key),
                    payload=payload or key in PAYLOADS,
                    caught=caught or (key in ("Output", "Assign") and "Catch" in steps[-2:]),
                    works=works,
                )
    elif isinstance(value, list):
        for number, inner in enumerate(value):
            place = (*steps, number)
            check_expressions(findings, inner, place, payload=payload, caught=caught, works=works)
    elif isinstance(value, str) and ("{%" in value or "%}" in value):
        _check_expression(findings, value, steps, caught, works)


def _check_expression(
    findings: Findings, value: str, steps: Steps, caught: bool, works: bool
) -> None:
    if is_placeholder(value):
        return
    if not is_expression(value):
        if value.startswith("{%") or value.endswith("%}"):
            findings.add(
                "JSONata string must start with {% and end with %}",
                steps,
                "Open an expression with {% at the very beginning and close it with %} at the "
                "very end.",
            )
        return
    reading = read(inside(value))
    if reading.error is not None:
        findings.add(reading.error, steps, _syntax_hint(reading.text), code=INVALID)
        return
    for name in reading.references:
        if name == ERROR_OUTPUT:
            if not caught:
                findings.add(
                    f"Field '{name}' does not exist.",
                    steps,
                    "The error is known in the Output and Assign of a Catch only: keep it there "
                    "with Assign and read the variable here.",
                    code=UNSUPPORTED,
                )
        elif name == RESULT:
            if not works:
                findings.add(
                    f"Field '{name}' does not exist.",
                    steps,
                    "Only a Task, a Parallel and a Map have a result: read $states.input here.",
                    code=UNSUPPORTED,
                )
        elif name.startswith("$states."):
            field = name.removeprefix("$states.")
            findings.add(
                f"Field '{name}' does not exist.",
                steps,
                f"$states has input, result, context and, in a Catch, errorOutput."
                f"{did_you_mean(field, STATES_FIELDS)}",
                code=UNSUPPORTED,
            )
        elif name == "$$":
            findings.add(
                "Reference to '$$' is not supported.",
                steps,
                "Write $states.context for the context object, or $states.input for the input.",
                code=UNSUPPORTED,
            )
        else:
            path = name.removeprefix("$")
            findings.add(
                f"Reference to '{name}' at the top level is not supported.",
                steps,
                f"Write $states.input{'.' + path if path else ''} for the input"
                + (f", or ${path} for a variable." if path else "."),
                code=UNSUPPORTED,
            )
    if not reading.references and _is_cramped(value):
        findings.add(
            "JSONata expression is not set off from {% and %} by one space",
            steps,
            "AWS accepts it, and other tools do not: write '{% expression %}'.",
            code="JSONATA_SPACING",
            severity="WARNING",
        )


def _is_cramped(value: str) -> bool:
    """Not `{% … %}` with white space inside, or a whole gap of it behind the expression.

    Lines of their own for `{%` and `%}` are fine.
    """
    between = value[2:-2]
    gap = between[len(between.rstrip()) :]
    return not (between[:1].isspace() and between[-1:].isspace()) or (
        len(gap) > 2 and "\n" not in gap
    )


def _syntax_hint(expression: str) -> str:
    if "?(@" in expression or "[*]" in expression:
        return "This is JSONPath: in JSONata a filter is items[price < 10], a list items.price."
    if ";" in expression and not expression.strip().startswith("("):
        return "Put several expressions into round brackets: (first; second)."
    return "Correct the expression; the message says where its reading stopped."


def check_variable_names(
    findings: Findings, value: Any, steps: Steps, *, jsonpath: bool, group: Hashable = None
) -> None:
    """The names that Assign gives to variables. `group` is that of the state's query language:
    a name ending in `.$` in a JSONata state is a mistake of language."""
    if not isinstance(value, dict):
        return
    for key in value:
        name = str(key)
        name = name.removesuffix(".$") if jsonpath else name
        place = (*steps, key)
        if name == "states":
            findings.add(
                "Cannot assign to reserved variable '$states'.",
                place,
                "Give the variable another name: $states belongs to Step Functions.",
                code="RESERVED_VARIABLE_NAME",
            )
        elif len(name) > 80:
            findings.add(
                f"Invalid variable name '{name}': the variable name exceeds the 80-character "
                "limit allowed by the service.",
                place,
                "Shorten the name.",
                code="INVALID_VARIABLE_NAME",
            )
        elif not (name.isidentifier() and name[0] != "_") and not is_placeholder(name):
            # A hyphen only warns: asl-validator takes "top-level" for valid, and nothing breaks
            # before someone tries to read $top-level.
            dollar = name.endswith(".$")
            hyphens = name.replace("-", "").isidentifier() and not name.startswith(("-", "_"))
            findings.add(
                f"Invalid variable name '{name}': the variable name contains invalid characters.",
                place,
                f"In JSONata, write '{name[:-2]}' with an expression between {{% and %}}."
                if dollar
                else "A variable's name begins with a letter and goes on with letters, digits "
                "and _.",
                code="INVALID_VARIABLE_NAME",
                severity="WARNING" if hyphens else "ERROR",
                group=group if dollar else None,
            )
