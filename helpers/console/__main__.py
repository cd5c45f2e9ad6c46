"""Serve the console on this machine: prints its link (`python -m helpers.console`)."""

from __future__ import annotations

import argparse
import os
import sys

from helpers.console import links

READ_ONLY = "COURSE_CONSOLE_READ_ONLY"
"""`yes` makes JupyterLab's console read-only: it is started by no command that one could type."""


def main(arguments: list[str] | None = None) -> int:
    """Serve until stopped; returns the exit code."""
    options = _options(arguments)
    _leave_out()
    from helpers.console.serving import serve

    return serve(options)


def _leave_out() -> None:
    """Keep botocore from loading what it takes if it is installed and does without: 16 MB."""
    hidden = ["OpenSSL"]  # Python has an `ssl` of its own
    if links.target_by("COURSE_TARGET") == "local":
        hidden.append("awscrt")  # for signing in to an account in some ways
    sys.modules.update(dict.fromkeys(hidden))  # type: ignore[arg-type]


def _options(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser("python -m helpers.console", description=__doc__)
    parser.add_argument("--port", type=int, default=0, help="default: a free one")
    parser.add_argument("--unix-socket", help="a path; for Jupyter's proxy")
    parser.add_argument(
        "--read-only",
        action="store_true",
        default=os.environ.get(READ_ONLY, "").lower() == "yes",
        help=f"nothing can be changed; in JupyterLab by {READ_ONLY}=yes",
    )
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main())
