"""Names and ids as CloudFormation makes them up."""

from __future__ import annotations

import secrets
import string
import uuid

UPPER = string.digits + string.ascii_uppercase
MIXED = string.ascii_letters + string.digits
LOWER = string.ascii_lowercase + string.digits


def suffix(letters: str = MIXED, length: int = 12) -> str:
    """A random ending."""
    return "".join(secrets.choice(letters) for _ in range(length))


def stack_id(partition: str, region: str, account: str, name: str) -> str:
    """A new stack's ARN."""
    return f"arn:{partition}:cloudformation:{region}:{account}:stack/{name}/{uuid.uuid4()}"


def change_set_id(partition: str, region: str, account: str, name: str) -> str:
    """A new change set's ARN."""
    return f"arn:{partition}:cloudformation:{region}:{account}:changeSet/{name}/{uuid.uuid4()}"


def physical(
    stack: str, logical_id: str, *, longest: int = 255, letters: str = MIXED, length: int = 12
) -> str:
    """A physical name of the shape `stack-LogicalId-random`, at most `longest` characters.

    Where it would be longer, the stack's and the logical name share the room that is left.
    """
    ending = suffix(letters, length)
    room = longest - length - 2
    if len(stack) + len(logical_id) > room:
        for_stack = max(room - len(logical_id), room // 2)
        stack = stack[:for_stack].rstrip("-")
        logical_id = logical_id[: room - len(stack)]
    name = f"{stack}-{logical_id}-{ending}"
    return name.lower() if letters is LOWER else name
