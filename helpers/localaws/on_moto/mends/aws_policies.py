"""AWS's own policies, 1,500 of them: known by name, and what they say is read when it is asked.

moto keeps all their texts, and twice: 20 MB of each endpoint. Imports moto.
"""

from __future__ import annotations

import importlib.util
import json
import re
import sys
from collections.abc import Iterator
from typing import Any

import moto.iam
from moto.iam import models
from moto.iam.models import AWSManagedPolicy, IAMBackend, PolicyVersion
from moto.settings import load_iam_aws_managed_policies

_MODULE = "moto.iam.aws_managed_policies"
_ENTRY = re.compile(r'\s*[{,]\s*"([^"\\]+)"\s*:\s*')


def install() -> None:
    """Put the hook in place, and let go of the text."""
    IAMBackend._init_aws_policies = _init_aws_policies
    models.aws_managed_policies_data = ""
    sys.modules.pop(_MODULE, None)
    vars(moto.iam).pop("aws_managed_policies", None)


def _init_aws_policies(self: IAMBackend) -> list[AWSManagedPolicy]:
    """For IAMBackend._init_aws_policies, which reads the whole text, and keeps it in pieces."""
    if not load_iam_aws_managed_policies():
        return []
    return [
        _policy(name, body, place, self.account_id, self.region_name)
        for name, body, place in _entries(_text())
    ]


def policy(name: str, path: str, account: str, region: str) -> AWSManagedPolicy | None:
    """AWS's policy of that name; None if there is none at that path."""
    for found, body, place in _entries(_text()):
        if found == name and body["Path"] == path:
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
    while found := _ENTRY.match(text, at):
        body, at = decode(text, found.end())
        yield found[1], body, (found.end(), at)


def _text() -> str:
    """moto's text, which nobody keeps: so its module is none that others can import as well."""
    spec = importlib.util.find_spec(_MODULE)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.aws_managed_policies_data
