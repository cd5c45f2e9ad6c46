"""How things are taken apart for the pickle: which reducer a class has.

What a reducer names to make the thing again, pickle finds by its import path: who moves or renames
such a function notes it in `restore.MOVED`.
"""

from __future__ import annotations

import itertools
import threading
import types
import weakref
from collections import defaultdict
from typing import Any

from moto.core.base_backend import AccountSpecificBackend, BackendDict, BaseBackend

from helpers.localaws.persistence.gathering import Reducer
from helpers.localaws.persistence.reducers.backends import (
    reduce_account,
    reduce_aws_policy,
    reduce_backend,
    reduce_registry,
)
from helpers.localaws.persistence.reducers.files import reduce_archived, reduce_key
from helpers.localaws.persistence.reducers.machinery import (
    anew,
    cannot_be_pickled,
    reduce_count,
    reduce_function,
    reduce_lost,
    reduce_private_key,
)
from helpers.localaws.persistence.reducers.mappings import (
    reduce_defaultdict,
    reduce_dict,
    reduce_key_store,
    reduce_weak,
)
from helpers.localaws.persistence.reducers.with_rows import (
    reduce_group,
    reduce_ledger,
    reduce_table,
)

BY_TYPE: dict[type, Reducer] = {
    type(threading.Lock()): anew(threading.Lock),
    type(threading.RLock()): anew(threading.RLock),
    threading.Condition: anew(threading.Condition),
    threading.Event: anew(threading.Event),
    BackendDict: reduce_registry,
    AccountSpecificBackend: reduce_account,
    itertools.count: reduce_count,
    weakref.WeakValueDictionary: reduce_weak,
}

BY_NAME: dict[str, Reducer] = {
    "helpers.localaws.metrics.ledger.Ledger": reduce_ledger,
    "moto.awslambda.models.LambdaFunction": reduce_archived,
    "moto.awslambda.models.LayerVersion": reduce_archived,
    "moto.dynamodb.models.table.Table": reduce_table,
    "moto.dynamodb.models.table.RestoredTable": reduce_table,
    "moto.dynamodb.models.table.RestoredPITTable": reduce_table,
    "moto.iam.models.AWSManagedPolicy": reduce_aws_policy,
    "moto.logs.models.LogGroup": reduce_group,
    "moto.organizations.models.OrganizationsBackendDict": reduce_registry,
    "moto.s3.models.FakeKey": reduce_key,
    "moto.s3.models.S3BackendDict": reduce_registry,
    "moto.s3.utils._VersionedKeyStore": reduce_key_store,
}
"""By name, since moto's modules are imported only when they are used."""


def reducer_of(kind: type, thing: Any) -> Reducer | None:
    """How things of a class are taken apart; None: as pickle does it. thing: one of them."""
    name = f"{kind.__module__}.{kind.__qualname__}"
    if name in BY_NAME:
        return BY_NAME[name]
    if kind in BY_TYPE:
        return BY_TYPE[kind]
    if issubclass(kind, BaseBackend):
        return reduce_backend
    if kind is types.FunctionType:
        return reduce_function
    if issubclass(kind, defaultdict):
        return reduce_defaultdict
    if issubclass(kind, dict) and kind.__module__.startswith("moto."):
        return reduce_dict
    if kind.__module__.startswith("cryptography.") and hasattr(kind, "private_bytes"):
        return reduce_private_key
    if issubclass(kind, type) or not cannot_be_pickled(kind, thing):
        return None
    return reduce_lost
