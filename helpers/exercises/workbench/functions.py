"""Lambda functions for a check: a learner's, the course's, or a few lines of the check's own."""

from __future__ import annotations

import io
import json
import sys
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from helpers import stages
from helpers.exercises import folders

RUNTIME = f"python3.{sys.version_info.minor}"

_CHECKER = '''"""The course's checker, unless the event says what is to be returned."""
import course_checker


def lambda_handler(event, context):
    if isinstance(event, dict) and "checker_returns" in event:
        return event["checker_returns"]
    return course_checker.lambda_handler(event, context)
'''


@dataclass(frozen=True)
class Trader:
    """The course's functions and table, deployed: substitutions for its workflow, names, ARNs."""

    substitutions: dict[str, str]
    table: str
    functions: dict[str, str]


def sources(code: str | Mapping[str, str], folder: Path) -> dict[str, bytes]:
    """Name → content of what goes into the function's zip.

    code: a folder's name below `folder`, Python text for `app.py`, or texts by file name.
    """
    if isinstance(code, Mapping):
        return {name: text.encode() for name, text in code.items()}
    if "\n" not in code and (folder / code).is_dir():
        below = folder / code
        return {name.as_posix(): (below / name).read_bytes() for name in folders.files(below)}
    return {"app.py": code.encode()}


def zipped(contents: Mapping[str, bytes]) -> bytes:
    """A zip of these files."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in contents.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def create(
    client: Any, name: str, role: str, code: bytes, timeout: int, variables: Mapping[str, str]
) -> str:
    """Make a function; returns its ARN."""
    made = client.create_function(
        FunctionName=name,
        Runtime=RUNTIME,
        Role=role,
        Handler="app.lambda_handler",
        Code={"ZipFile": code},
        Timeout=timeout,
        Environment={"Variables": dict(variables)},
    )
    return made["FunctionArn"]


def course_code(name: str) -> dict[str, str]:
    """The code of the course's checker, buyer or seller; the checker can be told its price."""
    app = stages.ROOT / "sam-app" / "functions" / f"stock_{name}" / "app.py"
    text = app.read_text(encoding="utf-8")
    return (
        {"app.py": _CHECKER, "course_checker.py": text} if name == "checker" else {"app.py": text}
    )


def trust(service: str) -> str:
    """The policy of a role that this service may assume."""
    statement = {
        "Effect": "Allow",
        "Principal": {"Service": service},
        "Action": "sts:AssumeRole",
    }
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})
