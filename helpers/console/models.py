"""What boto3 knows of AWS's services, in less memory: without the words that nobody reads here."""

from __future__ import annotations

import gzip
import json
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import boto3
from botocore.loaders import JSONFileLoader, create_loader
from botocore.session import get_session
from botocore.utils import parse_timestamp

_ENDINGS: dict[str, Callable[[str, str], Any]] = {
    ".json": open,
    ".json.gz": gzip.open,
}


def use() -> None:
    """Have this process's boto3 read what it knows, and AWS's answers, in ways of our own.

    A service's description keeps a third of its memory. Moments in seconds are read as UTC: a
    history has one an event, and botocore's own way, by the zone of this machine, takes half of
    the time that a history takes to read.
    """
    session = get_session()
    loader = create_loader(session.get_config_variable("data_path"))
    loader.file_loader = Files()
    session.register_component("data_loader", loader)
    parsers = session.get_component("response_parser_factory")
    parsers.set_parser_defaults(timestamp_parser=_moment)
    boto3.setup_default_session(botocore_session=session)


class Files(JSONFileLoader):  # type: ignore[misc]
    """botocore's files, as plain dicts and without documentation."""

    def load_file(self, file_path: str) -> Any:
        """What is in the file, whose ending is not told; None if there is none."""
        for ending, opened in _ENDINGS.items():
            if Path(file_path + ending).is_file():
                with opened(file_path + ending, "rb") as file:
                    return json.loads(file.read(), object_pairs_hook=_read)
        return None


def _read(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    # A shape may have a member of that name: then it is no text. botocore adds words to some.
    return {
        sys.intern(key): "" if key == "documentation" and isinstance(value, str) else value
        for key, value in pairs
    }


def _moment(told: Any) -> datetime:
    if isinstance(told, int | float):
        return datetime.fromtimestamp(told, UTC)
    moment: datetime = parse_timestamp(told)
    return moment
