"""The session token of a function's workers: it names the function and its execution role."""

from __future__ import annotations

TOKEN = "localaws-role:"
"""How such a token begins; the function's name, a colon and the ARN of its role follow."""


def of(function: str, role: str) -> str:
    """The session token of a function's workers."""
    return f"{TOKEN}{function}:{role}"


def caller(session_token: str | None) -> tuple[str, str] | None:
    """The function's name and its role's ARN, if a function's token it is."""
    if not session_token or not session_token.startswith(TOKEN):
        return None
    function, _, role = session_token.removeprefix(TOKEN).partition(":")
    return function, role
