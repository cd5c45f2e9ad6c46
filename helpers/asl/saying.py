"""A state in a few words: how long it waits, what it goes through."""

from __future__ import annotations

from typing import Any

from helpers.asl.service import call_of
from helpers.asl.words import path_words


def wait_words(raw: dict[str, Any]) -> str:
    """What a Wait waits for: `10 s`, `until 2030-01-01T09:00:00Z`, `expiry (in seconds)` …"""
    for name, say in (
        ("Seconds", _seconds),
        ("Timestamp", lambda x: f"until {value_words(x)}"),
        ("SecondsPath", lambda x: f"{path_words(x)} (in seconds)"),
        ("TimestampPath", lambda x: f"until {path_words(x)}"),
    ):
        if name in raw:
            return say(raw[name])
    return ""


def map_words(raw: dict[str, Any]) -> str:
    """What a Map goes through: `each of items, 5 at once`, `each item read by S3 getObject`."""
    if isinstance(raw.get("ItemReader"), dict):
        said = f"each item read by {call_of(raw['ItemReader']).words}"
    elif "ItemsPath" in raw:
        said = f"each of {path_words(raw['ItemsPath'])}"
    elif isinstance(raw.get("Items"), list):
        said = f"each of {len(raw['Items'])} items"
    elif "Items" in raw:
        said = f"each of {value_words(raw['Items'])}"
    else:
        said = "each of the input"
    if isinstance(raw.get("ItemBatcher"), dict):
        size = raw["ItemBatcher"].get("MaxItemsPerBatch")
        said += f", in batches of {value_words(size)}" if size is not None else ", in batches"
    at_once = raw.get("MaxConcurrency")
    if is_number(at_once) and at_once > 0:
        said += f", {at_once} at once"
    elif isinstance(at_once, str):
        said += f", {value_words(at_once)} at once"
    elif isinstance(raw.get("MaxConcurrencyPath"), str):
        said += f", {path_words(raw['MaxConcurrencyPath'])} at once"
    return said


def settings_words(raw: dict[str, Any]) -> tuple[str, ...]:
    """What else a state is told to do, a few words each: its limits, variables, role and the like.

    >>> settings_words({"TimeoutSeconds": 10, "Assign": {"limit": 50, "day": "{% $now() %}"}})
    ('times out after 10 s', 'assigns limit, day')
    """
    said = []
    for field, words in (
        ("TimeoutSeconds", "times out after {}"),
        ("HeartbeatSeconds", "needs a heartbeat every {}"),
    ):
        if field in raw:
            said.append(words.format(_seconds(raw[field])))
        elif f"{field}Path" in raw:
            said.append(words.format(f"{path_words(raw[f'{field}Path'])} (in seconds)"))
    role = raw["Credentials"] if isinstance(raw.get("Credentials"), dict) else {}
    if "RoleArn" in role:
        said.append(f"in the role {value_words(role['RoleArn'])}")
    elif "RoleArn.$" in role:
        said.append(f"in the role {path_words(role['RoleArn.$'])}")
    for field, words in (
        ("ToleratedFailureCount", "up to {} items may fail"),
        ("ToleratedFailurePercentage", "up to {} % of the items may fail"),
    ):
        if field in raw:
            said.append(words.format(value_words(raw[field])))
        elif f"{field}Path" in raw:
            said.append(words.format(path_words(raw[f"{field}Path"])))
    if isinstance(raw.get("ResultWriter"), dict) and "Resource" in raw["ResultWriter"]:
        said.append(f"results are written by {call_of(raw['ResultWriter']).words}")
    if isinstance(raw.get("Assign"), dict) and raw["Assign"]:
        said.append("assigns " + ", ".join(str(name).removesuffix(".$") for name in raw["Assign"]))
    if "Cause" in raw:
        said.append(f"cause: {value_words(raw['Cause'])}")
    elif "CausePath" in raw:
        said.append(f"cause: {path_words(raw['CausePath'])}")
    return tuple(said)


def _seconds(value: Any) -> str:
    return f"{value} s" if is_number(value) else f"{value_words(value)} (in seconds)"


def is_number(value: Any) -> bool:
    """Is it a number, and not true or false?"""
    return isinstance(value, int | float) and not isinstance(value, bool)


def number(value: Any, default: float) -> float:
    """The number, or the default where it is none."""
    return value if is_number(value) else default


def strings(value: Any) -> tuple[str, ...]:
    """The texts in a list."""
    return tuple(one for one in as_list(value) if isinstance(one, str))


def as_list(value: Any) -> list[Any]:
    """The list, or an empty one where it is none."""
    return value if isinstance(value, list) else []


def value_words(value: Any) -> str:
    """A literal as a reader says it; a JSONata expression without its `{% %}`."""
    if isinstance(value, str):
        inner = value.strip()
        if inner.startswith("{%") and inner.endswith("%}"):
            inner = inner[2:-2]
        return " ".join(inner.split())
    return str(value)
