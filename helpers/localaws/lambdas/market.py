"""The market seed: with it, what the functions draw from `random` is the same in every run.

Before the n-th invocation of a function since the seed was set, the worker's `random` is seeded
from the seed, the function's logical name and n. So the draws do not depend on which worker serves
which event, nor on the random ending that CloudFormation gives a function's name.
"""

from __future__ import annotations

import os
import re
import threading
from collections import Counter

COURSE_SEED = 26
"""The seed of the course: the first trade is a buy at 2, and the month that follows is lively."""

_STACK_NAME = re.compile(r".+-(?P<logical>[A-Za-z0-9]+)-[A-Za-z0-9]{12,13}")

_lock = threading.Lock()
_seed: int | None = None
_counts: Counter[str] = Counter()


def set_seed(seed: int | None) -> None:
    """Seed the market, or with None leave it to chance again; the functions' counts start anew."""
    global _seed
    if seed is not None and (isinstance(seed, bool) or not isinstance(seed, int)):
        raise ValueError(f"a market seed is a whole number or null, not {seed!r}")
    with _lock:
        _seed = seed
        _counts.clear()


def counts() -> dict[str, int]:
    """How many invocations of each function have drawn since the seed was set."""
    with _lock:
        return dict(_counts)


def restore(seed: int | None, counts: dict[str, int]) -> None:
    """Go on where an earlier process was, unless another seed has been set already."""
    global _seed
    with _lock:
        if _seed is None or _seed == seed:
            _seed = seed
            _counts.clear()
            _counts.update(counts)


def seed() -> int | None:
    """The seed that is set, or None."""
    return _seed


def next_draw(function: str) -> str | None:
    """What `random` is seeded with for the next invocation of `function`; None without a seed.

    function: its logical name, as `logical_name` gives it.
    """
    if _seed is None:
        return None
    with _lock:
        if _seed is None:
            return None
        _counts[function] += 1
        return f"{_seed}:{function}:{_counts[function]}"


def logical_name(name: str, tags: dict[str, str] | None = None) -> str:
    """The part of a function's name that is the same in every deployment.

    >>> logical_name("demo-StockCheckerFunction-aBcD1234eFgH")
    'StockCheckerFunction'
    >>> logical_name("price-feed")
    'price-feed'
    """
    tagged = (tags or {}).get("aws:cloudformation:logical-id")
    if tagged:
        return tagged
    made_up = _STACK_NAME.fullmatch(name)
    return made_up["logical"] if made_up else name


def seed_from_environment() -> None:
    """Take the seed from `LOCALAWS_MARKET_SEED`, if it is set.

    Raises ValueError if it is not a whole number.
    """
    text = os.environ.get("LOCALAWS_MARKET_SEED", "").strip()
    if not text:
        return
    try:
        set_seed(int(text))
    except ValueError:
        raise ValueError(
            f"LOCALAWS_MARKET_SEED is {text!r}; it must be a whole number, such as 42"
        ) from None
