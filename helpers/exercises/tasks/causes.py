"""Why an execution failed, as short as a sentence of a check needs it."""

from __future__ import annotations

from helpers.executions import Execution


def with_error(run: Execution) -> str:
    """Error and cause as a sentence, without what a service adds for its own support."""
    return f"{run.error}: {str(run.cause).partition(' (Service:')[0].rstrip('.')}."


def without_input(run: Execution) -> str:
    """The cause without the input, which may be long or was told already; empty without a cause."""
    return (run.cause or "").partition(" in the input '")[0][:300]
