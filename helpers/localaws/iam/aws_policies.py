"""AWS's own policies, 1,500 of them: known by name, and what they say is read when it is asked.

moto has all their texts in one; kept in pieces they would be 20 MB of each endpoint. Imports moto.
"""

from __future__ import annotations

import importlib.util
import json
import re
from collections.abc import Iterator
from typing import Any

from moto.iam.models import AWSManagedPolicy, PolicyVersion

MODULE = "moto.iam.aws_managed_policies"
"""moto's module with the text."""
_ENTRY = re.compile(r'\s*[{,]\s*"([^"\\]+)"\s*:\s*')


def every(account: str, region: str) -> list[AWSManagedPolicy]:
    """All of them, as moto's IAM of an account keeps them."""
    return [_policy(name, body, place, account, region) for name, body, place in _entries(_text())]


def policy(name: str, path: str, account: str, region: str) -> AWSManagedPolicy | None:
    """AWS's policy of that name; None if there is none at that path."""
    for title, body, place in _entries(_text()):
        if title == name and body["Path"] == path:
            return _policy(name, body, place, account, region)
    return None


def arns() -> dict[str, str]:
    """Name → ARN, of all."""
    return {
        name: f"arn:aws:iam::aws:policy{body['Path']}{name}" for name, body, _ in _entries(_text())
    }


class _Version(PolicyVersion):
    """The version of AWS's that is in force; `place` is where moto's text has its document."""

    def __init__(self, like: PolicyVersion, place: tuple[int, int]) -> None:
        self.__dict__.update(vars(like))
        del self.__dict__["document"]
        self.place = place

    def __getattr__(self, name: str) -> Any:
        """The document, when it is asked for first."""
        if name != "document":
            raise AttributeError(name)
        start, end = self.place
        self.document = json.dumps(json.loads(_text()[start:end])["Document"])
        return self.document


def _policy(
    name: str, body: dict[str, Any], place: tuple[int, int], account: str, region: str
) -> AWSManagedPolicy:
    made = AWSManagedPolicy.from_data(name, account, region, body | {"Document": None})
    made.versions = [_Version(made.versions[0], place)]
    return made


def _entries(text: str) -> Iterator[tuple[str, dict[str, Any], tuple[int, int]]]:
    """Each policy's name, what is said of it, and where: one by one, for all at once are 20 MB."""
    decode, at = json.JSONDecoder().raw_decode, 0
    while entry := _ENTRY.match(text, at):
        body, at = decode(text, entry.end())
        yield entry[1], body, (entry.end(), at)


def _text() -> str:
    """moto's text, which nobody keeps: so its module is none that others can import as well."""
    spec = importlib.util.find_spec(MODULE)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.aws_managed_policies_data
