"""What pickle cannot take apart by itself: locks, counters, functions, private keys, the rest."""

from __future__ import annotations

import copyreg
import itertools
from collections.abc import Callable
from typing import Any

from helpers.localaws.persistence.gathering import Gathering, Reducer
from helpers.localaws.persistence.rows import PROTOCOL


def anew(make: Callable[[], Any]) -> Reducer:
    """For what is as good when it is made anew, as a lock."""
    return lambda gathering, thing: (make, ())


def reduce_count(gathering: Gathering, counter: Any) -> Any:
    """An itertools.count, which goes on where it is."""
    return itertools.count, (_next(counter),)


def _next(counter: Any) -> int:
    """What an itertools.count gives next, without taking it."""
    return int(repr(counter).removeprefix("count(").rstrip(")").split(",")[0])


def reduce_function(gathering: Gathering, function: Any) -> Any:
    """A function that can be imported; any other is lost."""
    if "<" in function.__qualname__:
        gathering.lost.add(f"{function.__module__}.{function.__qualname__}")
        return _nothing, ()
    return NotImplemented


def reduce_private_key(gathering: Gathering, key: Any) -> Any:
    """For the keys of KMS, which are objects of OpenSSL."""
    from cryptography.hazmat.primitives import serialization as how

    plain = how.NoEncryption()
    return _private_key, (key.private_bytes(how.Encoding.DER, how.PrivateFormat.PKCS8, plain),)


def _private_key(encoded: bytes) -> Any:
    from cryptography.hazmat.primitives.serialization import load_der_private_key

    return load_der_private_key(encoded, None)


def reduce_lost(gathering: Gathering, thing: Any) -> Any:
    """What cannot be kept is None afterwards; the log tells what it was."""
    gathering.lost.add(f"{type(thing).__module__}.{type(thing).__qualname__}")
    return _nothing, ()


def _nothing() -> None:
    return None


def cannot_be_pickled(kind: type, thing: Any) -> bool:
    """A socket, a thread, an object of a class within a function: pickle would raise."""
    if "<locals>" in kind.__qualname__:
        return True
    if kind in copyreg.dispatch_table:
        return False
    try:
        thing.__reduce_ex__(PROTOCOL)
    except TypeError:
        return True
    return False
