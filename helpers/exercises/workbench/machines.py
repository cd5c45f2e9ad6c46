"""A state machine made for a check, and its executions."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from helpers import asl, executions
from helpers.asl.json_text import too_deep
from helpers.asl.reading import MAX_DEPTH
from helpers.errors import CourseError
from helpers.exercises.outcome import NotYet
from helpers.exercises.workbench.patience import patience

LONGEST = 10.0
"""Seconds that an execution may take on a machine at rest. Its own waits take none: the clock
jumps."""


def filled(definition: str | dict[str, Any], substitutions: Mapping[str, str]) -> str:
    """The definition's text, `${Name}` replaced as the template would do it."""
    text = definition if isinstance(definition, str) else json.dumps(definition)
    return re.sub(r"\$\{(\w+)\}", lambda match: substitutions.get(match[1], match[0]), text)


def refusal(text: str, said: str) -> NotYet:
    """What is the matter with a definition that AWS refused."""
    try:
        if too_deep(json.loads(text), MAX_DEPTH):
            raise RecursionError
    except RecursionError:
        return NotYet("The definition is nested too deeply.", hint="not-json")
    except json.JSONDecodeError as error:
        where = f"line {error.lineno}, column {error.colno}"
        return NotYet(f"The definition is not JSON: {where}: {error.msg}.", hint="not-json")
    try:
        errors = [str(one) for one in asl.diagnose(text) if one.severity == "ERROR"]
    except CourseError as error:
        errors = [str(error)]
    lines = "\n".join(f"  {line}" for line in errors[:3]) or f"  {said}"
    more = f"\n  and {len(errors) - 3} more" if len(errors) > 3 else ""
    return NotYet(f"AWS refuses the definition:\n{lines}{more}", hint="refused")


class Machine:
    """A state machine on the checks' endpoint. definition: its text, as it was created."""

    def __init__(self, client: Any, arn: str, definition: str) -> None:
        self.client, self.arn, self.definition = client, arn, definition

    def start(self, input: Any = None, name: str | None = None) -> executions.Execution:
        """Start an execution and return at once."""
        return executions.start(self.arn, input, name, client=self.client)

    def execution_arn(self, name: str) -> str:
        """The ARN of the machine's execution of that name, whether it is there or not."""
        return f"{self.arn.replace(':stateMachine:', ':execution:')}:{name}"

    def run(self, input: Any = None, name: str | None = None) -> executions.Execution:
        """Start an execution and wait until it has ended.

        Raises NotYet (`does-not-end`) if it does not.
        """
        return self.ended(
            self.start(input, name), f"With the input {shown(input)} the execution", LONGEST
        )

    def ended(
        self, started: executions.Execution, story: str, longest: float
    ) -> executions.Execution:
        """Wait until an execution has ended, at most `longest` seconds, more on a busy machine.

        story: how the sentence begins if it does not. Raises NotYet (`does-not-end`) then.
        """
        longest = patience(longest)
        try:
            return started.wait(longest)
        except executions.StillRunning:
            self.client.stop_execution(executionArn=started.arn)
            where = started.refresh().path
            last = f", in the state {where[-1]}" if where else ""
            raise NotYet(
                f"{story} had not ended after {longest:.0f} seconds{last}; it was stopped.",
                hint="does-not-end",
                run=started,
            ) from None


def shown(value: Any, longest: int = 200) -> str:
    """A value as JSON for a sentence, cut where it is long."""
    text = json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= longest else text[: longest - 1] + "…"
