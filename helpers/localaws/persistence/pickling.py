"""How moto's backends are put into bytes and taken out again: the hooks into moto are all here.

All backends go into one pickle, so that what two of them share is shared again afterwards. Not in
it, because it grows: the items of DynamoDB's tables and the events of log streams, which are rows
of their own, written once; the contents of S3's objects and of Lambda's archives, which are files;
and what moto knows anyway (AWS's managed policies). Imports moto.
"""

from __future__ import annotations

import contextlib
import copyreg
import functools
import io
import itertools
import logging
import pickle
import shutil
import sys
import tempfile
import threading
import types
import weakref
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from moto.core.base_backend import AccountSpecificBackend, BackendDict, BaseBackend

from .book import Book

LOG = logging.getLogger(__name__)

LARGE = 8192
"""Archives from so many bytes on are files of their own."""

PROTOCOL = 5
SKIPPED = ("moto.moto_api", "moto.instance_metadata")

Reducer = Callable[["Freezer", Any], Any]

_LOCK, _RLOCK = type(threading.Lock()), type(threading.RLock())
_CHANGED: dict[int, tuple[Any, int]] = {}
"""DynamoDB items that were changed in place since they were last written, by `id`; numbered."""
_changes = itertools.count()


def install() -> None:
    """Put the hooks in place, as soon as moto's modules are imported."""
    from helpers.localaws.lambdas.late import after_import

    after_import("moto.dynamodb.models", _hook_dynamodb)
    after_import("moto.s3.models", _hook_s3)


# -- the registry of backends


def registries() -> Iterator[tuple[str, BackendDict[Any]]]:
    """Every BackendDict that is in use, with the place where it can be imported from."""
    for registry in list(BackendDict._instances):
        where = _place(registry)
        if where is not None and not where.startswith(SKIPPED):
            yield where, registry


_places: dict[str, str] = {}


def _place(registry: BackendDict[Any]) -> str | None:
    if registry._id not in _places:
        for name, module in list(sys.modules.items()):
            if name.startswith("moto.") and name.endswith(".models"):
                for attribute, value in list(vars(module).items()):
                    if value is registry:
                        _places[registry._id] = f"{name}:{attribute}"
                        return _places[registry._id]
    return _places.get(registry._id)


def _registry(where: str) -> BackendDict[Any]:
    name, _, attribute = where.partition(":")
    return getattr(__import__(name, fromlist=[attribute]), attribute)


def _account(where: str, account: str) -> AccountSpecificBackend[Any]:
    return _registry(where)[account]


def _backend(where: str, account: str, region: str) -> BaseBackend:
    """The backend, made if need be: so whoever asks for it while the rest is loaded gets it."""
    backends = _registry(where)[account]
    if not dict.__contains__(backends, region):
        dict.__setitem__(backends, region, backends.backend(region, account_id=account))
    return backends[region]


# -- freezing


@dataclass(eq=False)
class Shadow:
    """What of a table or a log stream is on disk. items: by `id`, each with its row's number."""

    items: dict[int, tuple[Any, int]] = field(default_factory=dict)
    events: int = 0
    first: Any = None
    next: int = 0


@dataclass
class Frozen:
    """The state of all backends at one moment.

    world: the pickle. rows, dropped: of the table `parts`. shadows: what will be on disk, by owner.
    contents: the names of the files that the pickle refers to.
    """

    world: bytes
    rows: list[tuple[int, int, Any]]
    dropped: list[tuple[int, int]]
    shadows: dict[int, Shadow]
    contents: set[str]
    changed: dict[int, tuple[Any, int]]
    lost: set[str]

    def packed(self) -> list[tuple[int, int, bytes]]:
        """The rows as bytes."""
        return [
            (owner, number, value if isinstance(value, bytes) else pickle.dumps(value, PROTOCOL))
            for owner, number, value in self.rows
        ]


class Memory:
    """What this process knows of what is on disk."""

    def __init__(self, book: Book) -> None:
        self.book = book
        self.shadows: dict[int, Shadow] = {}
        self.archives: dict[int, tuple[bytes, str]] = {}
        self.owners = itertools.count(1)

    def owner(self, thing: Any) -> int:
        """The number under which the parts of a table or a stream are kept."""
        known = thing.__dict__.get("_kept_as")
        if known is None or known[0] != id(thing):  # a deep copy has the mark of its original
            known = thing.__dict__["_kept_as"] = (id(thing), next(self.owners))
        return known[1]

    def keep_contents(self) -> None:
        """Put the contents of new objects into files, before anybody has to wait for it."""
        module = sys.modules.get("moto.s3.models")
        for _, _, backend in module.s3_backends.iter_backends() if module else ():
            for bucket in list(backend.buckets.values()):
                for versions in list(dict.values(bucket.keys)):
                    for key in list(versions):
                        if hasattr(key, "_value_buffer") and "_kept_in" not in key.__dict__:
                            keep_content(self.book, key)

    def freeze(self) -> Frozen:
        """A copy of the state of all backends. Raises RuntimeError if somebody changes it."""
        freezer = Freezer(self)
        extra = {}
        backends = []
        for where, registry in registries():
            own = {k: v for k, v in vars(registry).items() if k not in _REGISTRY_OWN}
            if own:
                extra[where] = own
            for account, region, backend in registry.iter_backends():
                freezer.backends[id(backend)] = (where, account, region)
                backends.append(backend)
        freezer.dump({"extra": extra, "backends": backends, "counts": _counts()})
        return freezer.done()


_REGISTRY_OWN = frozenset(vars(BackendDict(BaseBackend, "x", False)))


def _counts() -> dict[str, int]:
    module = sys.modules.get("moto.logs.models")
    return {"log events": module.LogEvent._event_id} if module else {}


class Freezer(pickle.Pickler):
    """Pickles the backends; see the module for what it leaves out."""

    def __init__(self, memory: Memory) -> None:
        self._sink = io.BytesIO()
        super().__init__(self._sink, PROTOCOL)
        self.memory = memory
        self.backends: dict[int, tuple[str, str, str]] = {}
        self._rows: list[tuple[int, int, Any]] = []
        self._dropped: list[tuple[int, int]] = []
        self._shadows: dict[int, Shadow] = {}
        self._contents: set[str] = set()
        self._archives: dict[int, tuple[bytes, str]] = {}
        self._changed = dict(_CHANGED)
        self.lost: set[str] = set()

    def reducer_override(self, thing: Any) -> Any:
        """How to take a thing apart; pickle asks for everything that is not a plain value."""
        kind = type(thing)
        reducer = _REDUCERS.get(kind, _UNKNOWN)
        if reducer is _UNKNOWN:
            reducer = _REDUCERS[kind] = _reducer(kind, thing)
        return NotImplemented if reducer is None else reducer(self, thing)

    def done(self) -> Frozen:
        """What has been frozen."""
        self.memory.archives = self._archives
        return Frozen(
            self._sink.getvalue(),
            self._rows,
            self._dropped,
            self._shadows,
            self._contents,
            self._changed,
            self.lost,
        )

    def content(self, name: str) -> str:
        """Note that the pickle refers to a content."""
        self._contents.add(name)
        return name

    def archive(self, value: bytes) -> str:
        """Put bytes into a file of their own, once."""
        known = self.memory.archives.get(id(value)) or self._archives.get(id(value))
        if known is None or known[0] is not value:
            known = (value, self.memory.book.keep(io.BytesIO(value)))
        self._archives[id(value)] = known
        return self.content(known[1])

    def items(self, table: Any, owner: int) -> None:
        """Note the items of a table that are new, changed or gone."""
        old = self.memory.shadows.get(owner) or Shadow()
        new = Shadow(next=old.next)
        before, after, changed = old.items, new.items, self._changed
        ranged = table.range_key_attr is not None
        for found in table.items.values():
            for item in found.values() if ranged else (found,):
                here = id(item)
                known = before.get(here)
                if known is not None and known[0] is item:
                    after[here] = known
                    if here in changed:
                        self._rows.append((owner, known[1], pickle.dumps(item, PROTOCOL)))
                else:
                    after[here] = (item, new.next)
                    self._rows.append((owner, new.next, pickle.dumps(item, PROTOCOL)))
                    new.next += 1
        if len(before) + new.next - old.next != len(after):
            gone = before.keys() - after.keys()
            self._dropped += [(owner, before[here][1]) for here in gone]
            replaced = [h for h in before.keys() & after.keys() if before[h][1] != after[h][1]]
            self._dropped += [(owner, before[here][1]) for here in replaced]
        self._shadows[owner] = new

    def events(self, stream: Any, owner: int) -> None:
        """Note the events of a log stream that are new."""
        old, events = self.memory.shadows.get(owner) or Shadow(), stream.events
        count = len(events)
        if old.events > count or (old.events and events[0] is not old.first):
            self._dropped += [(owner, number) for number in range(old.next)]
            old = Shadow(next=old.next)
        new = Shadow(events=count, first=events[0] if events else None, next=old.next)
        if count > old.events:
            self._rows.append((owner, new.next, [_event(e) for e in events[old.events : count]]))
            new.next += 1
        self._shadows[owner] = new


def _event(event: Any) -> tuple[Any, ...]:
    return event.event_id, event.ingestion_time, event.timestamp, event.message


def _reducer(kind: type, thing: Any) -> Reducer | None:
    """How things of a class are taken apart; None: as pickle does it."""
    name = f"{kind.__module__}.{kind.__qualname__}"
    if name in _BY_NAME:
        return _BY_NAME[name]
    if issubclass(kind, BaseBackend):
        return _reduce_backend
    if kind is types.FunctionType:
        return _reduce_function
    if issubclass(kind, defaultdict):
        return _reduce_defaultdict
    if issubclass(kind, dict) and kind.__module__.startswith("moto."):
        return _reduce_dict
    if kind in _BY_TYPE:
        return _BY_TYPE[kind]
    if kind.__module__.startswith("cryptography.") and hasattr(kind, "private_bytes"):
        return _reduce_private_key
    if issubclass(kind, type) or not _cannot_be_pickled(kind, thing):
        return None
    return _reduce_lost


def _cannot_be_pickled(kind: type, thing: Any) -> bool:
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


def _reduce_private_key(freezer: Freezer, key: Any) -> Any:
    """For the keys of KMS, which are objects of OpenSSL."""
    from cryptography.hazmat.primitives import serialization as how

    plain = how.NoEncryption()
    return _private_key, (key.private_bytes(how.Encoding.DER, how.PrivateFormat.PKCS8, plain),)


def _private_key(encoded: bytes) -> Any:
    from cryptography.hazmat.primitives.serialization import load_der_private_key

    return load_der_private_key(encoded, None)


def _reduce_lost(freezer: Freezer, thing: Any) -> Any:
    """What cannot be kept is None afterwards; the log tells what it was."""
    freezer.lost.add(f"{type(thing).__module__}.{type(thing).__qualname__}")
    return _nothing, ()


def _nothing() -> None:
    return None


_UNKNOWN: Any = object()
_REDUCERS: dict[type, Reducer | None] = {}


def _reduce_backend(freezer: Freezer, backend: Any) -> Any:
    place = freezer.backends.get(id(backend))
    if place is None:
        return NotImplemented
    state = backend.__getstate__() if hasattr(backend, "__getstate__") else None
    state = dict(state if isinstance(state, dict) else vars(backend))
    if "aws_managed_policies" in state:  # IAM's: moto has them all, unchanged
        known = set(state.pop("aws_managed_policies"))
        state["managed_policies"] = {
            arn: policy for arn, policy in state["managed_policies"].items() if policy not in known
        }
        return _backend, place, state, None, None, _restore_iam
    return _backend, place, state


def _restore_iam(backend: Any, state: dict[str, Any]) -> None:
    """IAM's own policies beside AWS's."""
    own = state.pop("managed_policies")
    backend.__dict__.update(state)
    backend.managed_policies = {p.arn: p for p in backend.aws_managed_policies} | own


def _reduce_registry(freezer: Freezer, registry: Any) -> Any:
    return _registry, (_place(registry),)


def _reduce_account(freezer: Freezer, backends: Any) -> Any:
    for where, registry in registries():
        if dict.get(registry, backends.account_id) is backends:
            return _account, (where, backends.account_id)
    return NotImplemented


def _reduce_aws_policy(freezer: Freezer, policy: Any) -> Any:
    place = (policy.account_id, policy.partition, policy.arn)
    return _aws_policy, place, {"attachment_count": policy.attachment_count, "id": policy.id}


def _aws_policy(account: str, partition: str, arn: str) -> Any:
    from moto.iam.models import iam_backends

    return iam_backends[account][partition].managed_policies[arn]


def _reduce_table(freezer: Freezer, table: Any) -> Any:
    owner = freezer.memory.owner(table)
    freezer.items(table, owner)
    state = {k: v for k, v in vars(table).items() if k not in ("items", "_kept_as")}
    return _with_parts, (type(table), owner), state


def _reduce_stream(freezer: Freezer, stream: Any) -> Any:
    owner = freezer.memory.owner(stream)
    freezer.events(stream, owner)
    state = {k: v for k, v in vars(stream).items() if k not in ("events", "_kept_as")}
    return _with_parts, (type(stream), owner), state


_loading: list[tuple[Any, int]] = []


def _with_parts(kind: type, owner: int) -> Any:
    thing = object.__new__(kind)
    _loading.append((thing, owner))
    return thing


def _reduce_key(freezer: Freezer, key: Any) -> Any:
    if key.disposed:
        return NotImplemented
    if "_kept_in" not in key.__dict__:
        keep_content(freezer.memory.book, key)
        if "_kept_in" not in key.__dict__:
            return NotImplemented
    state = dict(vars(key))
    del state["_value_buffer"], state["lock"]
    freezer.content(state["_kept_in"])
    return _new, (type(key),), state, None, None, _restore_key


def _new(kind: type) -> Any:
    return object.__new__(kind)


def _restore_key(key: Any, state: dict[str, Any]) -> None:
    key.__dict__.update(state)
    key.lock = threading.Lock()
    path = _book_being_loaded().content(state["_kept_in"])
    key._value_buffer = KeptContent(path, key._max_buffer_size)


def _reduce_archived(freezer: Freezer, thing: Any) -> Any:
    """For Lambda's functions and layers, which hold their archive twice: as bytes and as base64."""
    state = dict(thing.__getstate__() if hasattr(type(thing), "__getstate__") else vars(thing))
    held = {}
    for name in ("code_bytes", "code", "content"):
        value = state.get(name)
        if isinstance(value, bytes) and len(value) >= LARGE:
            held[name] = freezer.archive(state.pop(name))
        elif isinstance(value, dict) and len(value.get("ZipFile") or b"") >= LARGE:
            text = value["ZipFile"]
            held[f"{name}.ZipFile"] = freezer.archive(_as_bytes(text)), isinstance(text, str)
            state[name] = {k: v for k, v in value.items() if k != "ZipFile"}
    return _new, (type(thing),), (state, held), None, None, _restore_archived


_encoded: dict[int, tuple[str, bytes]] = {}


def _as_bytes(text: str | bytes) -> bytes:
    """The same bytes object for the same text, so that it is written once."""
    if isinstance(text, bytes):
        return text
    known = _encoded.get(id(text))
    if known is None or known[0] is not text:
        if len(_encoded) > 100:
            _encoded.clear()
        known = _encoded[id(text)] = (text, text.encode())
    return known[1]


def _restore_archived(thing: Any, both: tuple[dict[str, Any], dict[str, Any]]) -> None:
    state, held = both
    book = _book_being_loaded()
    for name, where in held.items():
        if name.endswith(".ZipFile"):
            file, as_text = where
            content = book.content(file).read_bytes()
            state[name.removesuffix(".ZipFile")]["ZipFile"] = (
                content.decode() if as_text else content
            )
        else:
            state[name] = book.content(where).read_bytes()
    restore = getattr(thing, "__setstate__", None)
    if restore is not None:
        restore(state)
    else:
        thing.__dict__.update(state)


def _reduce_key_store(freezer: Freezer, store: Any) -> Any:
    """S3's _VersionedKeyStore: its `items` tells of the newest versions only."""
    return _dict_of, (type(store), {key: dict.__getitem__(store, key) for key in dict.keys(store)})


def _reduce_dict(freezer: Freezer, found: Any) -> Any:
    """A subclass of dict whose constructor or whose methods are not those of a dict."""
    state = dict(vars(found)) if hasattr(found, "__dict__") else None
    values = {key: dict.__getitem__(found, key) for key in dict.keys(found)}
    return _dict_of, (type(found), values), state


def _dict_of(kind: type, values: dict[Any, Any]) -> Any:
    made = dict.__new__(kind)
    dict.update(made, values)
    return made


def _reduce_defaultdict(freezer: Freezer, found: Any) -> Any:
    factory = found.default_factory
    if isinstance(factory, types.FunctionType):  # a lambda: known by what it makes
        factory = _factory_of(factory())
    values = {key: dict.__getitem__(found, key) for key in dict.keys(found)}
    state = dict(vars(found)) if hasattr(found, "__dict__") else None
    return _defaultdict_of, (type(found), factory, values), state


def _factory_of(made: Any) -> Any:
    if isinstance(made, defaultdict):
        inner = made.default_factory
        if isinstance(inner, types.FunctionType):
            inner = _factory_of(inner())
        return functools.partial(defaultdict, inner)
    if made in ({}, [], set(), 0, ""):
        return type(made)
    raise pickle.PicklingError(f"no factory is known that makes {made!r}")


def _defaultdict_of(kind: type, factory: Any, values: dict[Any, Any]) -> Any:
    made = dict.__new__(kind)
    defaultdict.__init__(made, factory, values)
    return made


def _reduce_function(freezer: Freezer, function: Any) -> Any:
    if "<" in function.__qualname__:
        freezer.lost.add(f"{function.__module__}.{function.__qualname__}")
        return _nothing, ()
    return NotImplemented


def _anew(make: Callable[[], Any]) -> Reducer:
    return lambda freezer, thing: (make, ())


_BY_TYPE: dict[type, Reducer] = {
    _LOCK: _anew(threading.Lock),
    _RLOCK: _anew(threading.RLock),
    threading.Condition: _anew(threading.Condition),
    threading.Event: _anew(threading.Event),
    BackendDict: _reduce_registry,
    AccountSpecificBackend: _reduce_account,
    itertools.count: lambda freezer, found: (itertools.count, (_next(found),)),
    weakref.WeakValueDictionary: lambda freezer, found: (_weak_of, (dict(found),)),
}

_BY_NAME: dict[str, Reducer] = {
    "moto.awslambda.models.LambdaFunction": _reduce_archived,
    "moto.awslambda.models.LayerVersion": _reduce_archived,
    "moto.dynamodb.models.table.Table": _reduce_table,
    "moto.dynamodb.models.table.RestoredTable": _reduce_table,
    "moto.dynamodb.models.table.RestoredPITTable": _reduce_table,
    "moto.iam.models.AWSManagedPolicy": _reduce_aws_policy,
    "moto.logs.models.LogStream": _reduce_stream,
    "moto.organizations.models.OrganizationsBackendDict": _reduce_registry,
    "moto.s3.models.FakeKey": _reduce_key,
    "moto.s3.models.S3BackendDict": _reduce_registry,
    "moto.s3.utils._VersionedKeyStore": _reduce_key_store,
}


def _weak_of(values: dict[Any, Any]) -> weakref.WeakValueDictionary[Any, Any]:
    return weakref.WeakValueDictionary(values)


def _next(counter: Any) -> int:
    """What an itertools.count gives next, without taking it."""
    return int(repr(counter).removeprefix("count(").rstrip(")").split(",")[0])


# -- contents of S3's objects


class KeptContent:
    """The content of an object, read from its file when somebody asks for it.

    Stands in for the SpooledTemporaryFile that moto keeps it in.
    """

    def __init__(self, path: Path, in_memory: int) -> None:
        self._path = path
        self._in_memory = in_memory
        self._file: Any = None

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_") or name not in ("read", "seek", "tell", "truncate", "write"):
            raise AttributeError(name)
        if self._file is None:
            spooled = tempfile.SpooledTemporaryFile(self._in_memory)  # noqa: SIM115 - it is kept
            with self._path.open("rb") as source:
                shutil.copyfileobj(source, spooled)
            spooled.seek(0)
            self._file = spooled
        return getattr(self._file, name)

    def close(self) -> None:
        """Let go of it."""
        if self._file is not None:
            self._file.close()


def keep_content(book: Book, key: Any) -> None:
    """Put the content of an S3 object into its file; `_kept_in` then names it. Raises OSError."""
    with key.lock:
        if key.disposed:
            return
        buffer = key._value_buffer
        with contextlib.suppress(ValueError):  # it is closed: the object has just been deleted
            buffer.seek(0)
            key.__dict__["_kept_in"] = book.keep(buffer)


# -- the hooks


def _hook_s3() -> None:
    from moto.s3.models import FakeKey

    plain = FakeKey.value
    if getattr(plain.fset, "forgets", False):
        return

    def set_value(key: Any, value: bytes) -> None:
        """For the setter of FakeKey.value: what was kept of it is the old content."""
        lock = key.__dict__.get("lock")  # there is none yet while the object is made
        with lock or contextlib.nullcontext():
            plain.fset(key, value)
            key.__dict__.pop("_kept_in", None)

    plain_etag = FakeKey.etag.fget

    def etag(key: Any) -> str:
        """For FakeKey.etag, which reads the content without the lock that everybody else takes."""
        with key.lock if key._etag is None else contextlib.nullcontext():
            return plain_etag(key)

    set_value.forgets = True  # type: ignore[attr-defined]
    FakeKey.value = property(plain.fget, set_value)  # type: ignore[assignment]
    FakeKey.etag = property(etag)  # type: ignore[assignment]


def _hook_dynamodb() -> None:
    from moto.dynamodb.models import DynamoDBBackend

    plain = DynamoDBBackend.update_item
    if getattr(plain, "notes", False):
        return

    @functools.wraps(plain)
    def update_item(self: Any, *args: Any, **kwargs: Any) -> Any:
        """For DynamoDBBackend.update_item, which changes an item in place."""
        item = plain(self, *args, **kwargs)
        if item is not None:
            _CHANGED[id(item)] = (item, next(_changes))
        return item

    update_item.notes = True  # type: ignore[attr-defined]
    DynamoDBBackend.update_item = update_item  # type: ignore[method-assign]


def settle(frozen: Frozen, memory: Memory) -> None:
    """Note that what was frozen is on disk."""
    memory.shadows = frozen.shadows
    for here, change in frozen.changed.items():
        if _CHANGED.get(here) is change:  # else it has been changed again meanwhile
            del _CHANGED[here]


# -- thawing

_book: Book | None = None


def _book_being_loaded() -> Book:
    if _book is None:
        raise RuntimeError("nothing is being loaded")
    return _book


def thaw(world: bytes, book: Book) -> Memory:
    """Bring back what was frozen; returns what is known of what is on disk.

    Raises whatever pickle, sqlite3 or moto raise when the state is not whole.
    """
    global _book
    memory = Memory(book)
    _book = book
    _loading.clear()
    try:
        found = pickle.loads(world)
        for where, own in found["extra"].items():
            vars(_registry(where)).update(own)
        most = 0
        for thing, owner in _loading:
            thing.__dict__["_kept_as"] = (id(thing), owner)
            rows = book.base.execute(
                "SELECT number, value FROM parts WHERE owner = ? ORDER BY number", (owner,)
            )
            fill = _fill_stream if type(thing).__name__ == "LogStream" else _fill_table
            memory.shadows[owner] = fill(thing, rows)
            most = max(most, owner)
        memory.owners = itertools.count(most + 1)
        if "log events" in found["counts"]:
            from moto.logs.models import LogEvent

            LogEvent._event_id = found["counts"]["log events"]
    finally:
        _book = None
        _loading.clear()
    return memory


def _fill_table(table: Any, rows: Any) -> Shadow:
    shadow = Shadow()
    table.items = defaultdict(dict)
    ranged = table.range_key_attr is not None
    for number, packed in rows:
        item = pickle.loads(packed)
        if ranged:
            table.items[item.hash_key][item.range_key] = item
        else:
            table.items[item.hash_key] = item
        shadow.items[id(item)] = (item, number)
        shadow.next = number + 1
    return shadow


def _fill_stream(stream: Any, rows: Any) -> Shadow:
    from moto.logs.models import LogEvent

    shadow = Shadow()
    stream.events = []
    for number, packed in rows:
        for event_id, ingestion_time, timestamp, message in pickle.loads(packed):
            event = object.__new__(LogEvent)
            event.ingestion_time, event.timestamp = ingestion_time, timestamp
            event.message, event.event_id = message, event_id
            stream.events.append(event)
        shadow.next = number + 1
    shadow.events = len(stream.events)
    shadow.first = stream.events[0] if stream.events else None
    return shadow
