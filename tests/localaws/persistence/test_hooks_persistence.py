"""Contract with moto 5.2.5: what keeping its state on disk relies on."""

import importlib
import inspect
import random
import re
import threading

import pytest

import helpers.localaws.on_moto.core  # noqa: F401 - moto is imported after the environment is settled
from helpers.localaws.persistence import hooks, registries
from helpers.localaws.persistence.gathering import Gathering
from helpers.localaws.persistence.items import Items
from helpers.localaws.persistence.log_events import LogEvents
from helpers.localaws.persistence.on_disk import OnDisk
from helpers.localaws.persistence.reducers import BY_NAME
from helpers.localaws.persistence.reducers.with_rows import reduce_group
from helpers.localaws.persistence.rows import NOT_STATE, packed, stream_of


@pytest.mark.parametrize("name", sorted(BY_NAME))
def test_the_classes_that_are_taken_apart_in_their_own_way(name):
    """Hook: helpers.localaws.persistence.reducers.BY_NAME."""
    module, _, wanted = name.rpartition(".")
    found = getattr(importlib.import_module(module), wanted, None)
    assert found is not None, f"moto has no {name} any more: it would be pickled with all it holds"
    assert f"{found.__module__}.{found.__qualname__}" == name


def table_of_moto(ranged=False, kind="S"):
    """A table whose keys are of that type, and the backend that has it."""
    import moto.dynamodb.models as models

    hooks.hook_dynamodb()
    backend = models.DynamoDBBackend("us-east-1", "123456789012")
    names = ["id", "at"] if ranged else ["id"]
    backend.create_table(
        "t",
        schema=[
            {"AttributeName": name, "KeyType": role}
            for name, role in zip(names, ("HASH", "RANGE"), strict=False)
        ],
        attr=[{"AttributeName": name, "AttributeType": kind} for name in names],
        throughput=None, indexes=[], global_indexes=[], streams=None,
        billing_mode="PAY_PER_REQUEST", sse_specification=None, tags=[],
        deletion_protection_enabled=False, warm_throughput=None,
    )  # fmt: skip
    return backend, backend.get_table("t")


def test_an_update_of_an_item_is_seen_by_the_next_copy():
    """Hook: Table.items. DynamoDBBackend.update_item asks for an item and changes it in place."""
    backend, table = table_of_moto()
    for name in "123":
        table.put_item({"id": {"S": name}})
    table.items.settle(table.items.take(quiet=True))
    assert table.items.take(quiet=True).rows == []
    backend.update_item("t", {"id": {"S": "2"}}, "SET x = :x", {}, {":x": {"S": "y"}})
    rows = table.items.take(quiet=True).rows
    assert [number for number, _ in rows] == [1], "an update goes unnoticed"
    assert backend.get_item("t", {"id": {"S": "2"}}).to_json() == {
        "Attributes": {"id": {"S": "2"}, "x": {"S": "y"}}
    }


def test_a_restored_table_has_packed_items_too():
    """Hook: Table.items, which RestoredTable sets to a deep copy of another table's."""
    backend, table = table_of_moto(ranged=True)
    table.put_item({"id": {"S": "1"}, "at": {"S": "2"}})
    backup = backend.create_backup("t", "b")
    restored = backend.restore_table_from_backup("again", backup.arn)
    assert type(restored.items) is type(table.items) is Items
    table.put_item({"id": {"S": "1"}, "at": {"S": "3"}})
    assert (len(restored), len(table)) == (1, 2)


def test_a_transaction_that_fails_leaves_the_items_as_they_were():
    """Hook: Table.items; transact_write_items puts a deep copy of the table in its place."""
    from moto.dynamodb.exceptions import TransactionCanceledException

    backend, table = table_of_moto()
    table.put_item({"id": {"S": "1"}})
    table.items.settle(table.items.take(quiet=True))
    put = {"Put": {"TableName": "t", "Item": {"id": {"S": "2"}}}}
    update = {
        "Update": {
            "TableName": "t",
            "Key": {"id": {"S": "1"}},
            "UpdateExpression": "SET x = :x",
            "ExpressionAttributeValues": {":x": {"S": "y"}},
            "ConditionExpression": "attribute_exists(nothing)",
        }
    }
    with pytest.raises(TransactionCanceledException):
        backend.transact_write_items([put, update])
    after = backend.get_table("t")
    assert [item.to_json()["Attributes"] for item in after.all_items()] == [{"id": {"S": "1"}}]
    after.items.forget()  # as for any table of which nothing is on disk
    assert len(after.items.take(quiet=True).rows) == 1


@pytest.mark.parametrize("kind", ["S", "N", "B"])
@pytest.mark.parametrize("ranged", [False, True])
def test_items_are_in_the_order_that_moto_gives_them(kind, ranged):
    """Hook: Table.all_items, which sorts by what DynamoType.cast_value gives."""
    _, table = table_of_moto(ranged, kind)
    for number in random.Random(7).sample(range(100), 40):
        value = {"S": str(number), "N": f"{number / 8}", "B": f"{number:04}"}[kind]
        for other in ("3", "20") if ranged else "1":
            table.put_item({"id": {kind: value}, "at": {kind: other}})
    assert len(table) == 40 * (1 + ranged)
    table.items.settle(table.items.take(quiet=True))
    table.put_item({"id": {kind: "5"}, "at": {kind: "1"}})
    items = [
        one for group in table.items.values() for one in (group.values() if ranged else [group])
    ]
    moto = sorted(items, key=lambda x: (x.hash_key, x.range_key) if x.range_key else x.hash_key)
    assert [one.to_json() for one in table.all_items()] == [one.to_json() for one in moto]


def test_a_table_says_how_large_it_is():
    """Hook: Table.describe, of a restored table too."""
    backend, table = table_of_moto()
    table.put_item({"id": {"S": "12"}})
    restored = backend.restore_table_from_backup("again", backend.create_backup("t", "b").arn)
    for one in (table, restored):
        told = one.describe(base_key="Table")["Table"]
        assert (told["ItemCount"], told["TableSizeBytes"]) == (1, 4)


def test_moto_uses_items_as_a_dict_by_its_keys_only():
    """Hook: Table.items. What moto does with it, `Items` can do."""
    from moto.dynamodb.models.table import Table

    used = set(re.findall(r"self\.items(\W\w*)", inspect.getsource(Table)))
    known = {"[hash_key", "[hash_value", ".values", ".pop", " ", ":"}
    assert used <= known, f"moto uses a table's items in another way: {sorted(used - known)}"


def test_log_streams_hold_their_events_packed():
    """Hook: LogStream.events and LogStream._update."""
    from moto.logs.models import LogGroup

    hooks.hook_logs()
    group = LogGroup("123456789012", "us-east-1", "g")
    group.create_log_stream("s")
    stream = group.streams["s"]
    assert "firstEventTimestamp" not in stream.to_describe_dict()
    for number in range(2000):
        stream.put_log_events([{"timestamp": 5000 - number, "message": f"m{number}"}])
    stream.events.settle(stream.events.take(quiet=True))
    assert type(stream.events) is LogEvents, "LogStream.put_log_events sets `events` in another way"
    told = stream.to_describe_dict()
    assert (told["firstEventTimestamp"], told["lastEventTimestamp"]) == (3001, 5000)
    found, *_ = stream.get_log_events(None, None, 10, None, True)
    assert [one["message"] for one in found] == [f"m{n}" for n in range(1999, 1989, -1)]
    assert len(stream.filter_log_events(4000, 4999, "")) == 1000


def test_a_log_stream_is_a_row_of_its_own_when_something_has_happened_to_it():
    """Hook: LogGroup.streams, and the attributes of LogStream that each put changes."""
    from moto.logs.models import LogGroup

    hooks.hook_logs()
    group = LogGroup("123456789012", "us-east-1", "g")
    for name in "abc":
        group.create_log_stream(name)
        group.put_log_events(name, [{"timestamp": 1, "message": name}])
    on_disk = OnDisk(None)
    written = {}

    def rows():
        """Copy the group; its numbers of rows by stream."""
        gathering = Gathering(on_disk, quiet=True)
        _, (_, owners), state = reduce_group(gathering, group)
        assert "streams" not in state
        new = gathering.rows.new
        for owner, number, value in packed(new):
            written.setdefault(owner, {})[number] = value
        gathering.rows.settle()
        on_disk.owners = gathering.rows.owners
        assert on_disk.owners == set(owners)
        return {owner: [number for at, number, _ in new if at == owner] for owner in owners}

    assert rows() == {1: [-1, 0], 2: [-1, 0], 3: [-1, 0]}
    assert rows() == {1: [], 2: [], 3: []}, "what has not changed is looked at"
    group.put_log_events("b", [{"timestamp": 2, "message": "again"}])
    assert rows() == {1: [], 2: [-1, 1], 3: []}, "LogStream.put_log_events goes unnoticed"
    del group.streams["a"]
    assert rows() == {2: [], 3: []}

    told = {k: v for k, v in vars(group.streams["b"]).items() if k not in NOT_STATE}
    events = [one.message for one in group.streams["b"].events]
    made = stream_of(group, iter(sorted(written[2].items())))
    assert {k: v for k, v in vars(made).items() if k not in NOT_STATE} == told
    assert [one.message for one in made.events] == events == ["b", "again"]
    assert group.streams["b"] is made and made.log_group is group
    assert set(told) == {
        "account_id", "region", "arn", "creation_time", "first_event_timestamp",
        "last_event_timestamp", "last_ingestion_time", "log_stream_name", "stored_bytes",
        "upload_sequence_token",
    }, "LogStream has other attributes: may each be pickled by itself?"  # fmt: skip


def test_a_new_content_of_an_object_is_noticed():
    """Hook: FakeKey.value."""
    from moto.s3.models import FakeKey

    hooks.hook_s3()
    key = FakeKey("k", b"old", "123456789012", "us-east-1")
    key.__dict__["_kept_in"] = "a file"
    key.value = b"new"
    assert "_kept_in" not in key.__dict__, "FakeKey.value is set in another way: old content stays"
    key.dispose()


def test_an_etag_is_not_computed_while_the_content_is_copied():
    """Hook: FakeKey.etag, which moves the buffer's position without FakeKey.lock."""
    from moto.s3.models import FakeKey

    hooks.hook_s3()
    key = FakeKey("k", b"content", "123456789012", "us-east-1")
    found = []
    with key.lock:
        thread = threading.Thread(target=lambda: found.append(key.etag))
        thread.start()
        thread.join(0.2)
        assert found == [], "FakeKey.etag does not take the lock"
    thread.join(5)
    assert found == ['"9a0364b9e99bb480dd25e1f0284c8555"']
    key.dispose()


def test_iam_holds_awss_policies_apart():
    """Hook: IAMBackend's `aws_managed_policies` and `managed_policies`."""
    from moto.iam.models import AWSManagedPolicy, IAMBackend

    backend = IAMBackend("aws", "123456789012")
    assert isinstance(backend.aws_managed_policies, list)
    assert isinstance(backend.managed_policies, dict)
    data = {"Path": "/", "Document": {}, "DefaultVersionId": "v1",
            "CreateDate": "2020-01-01T00:00:00", "UpdateDate": "2020-01-01T00:00:00"}  # fmt: skip
    policy = AWSManagedPolicy.from_data("P", "123456789012", "aws", data)
    assert (policy.account_id, policy.partition) == ("123456789012", "aws")
    assert policy.attachment_count == 0 and policy.id


def test_backends_are_registered_where_they_can_be_imported_from():
    """Hook: BackendDict._instances, and the module attribute that holds each registry."""
    from moto.sqs.models import sqs_backends

    sqs_backends["123456789012"]["us-east-1"]
    assert ("moto.sqs.models:sqs_backends", sqs_backends) in list(registries.in_use())
    assert registries.registry("moto.sqs.models:sqs_backends") is sqs_backends


def test_a_registry_of_backends_is_named_not_copied():
    """Hook: moto's BackendDict and AccountSpecificBackend, which are dicts of their own kinds."""
    import pickle

    from moto.sqs.models import sqs_backends

    from helpers.localaws.persistence.reducers import reducer_of
    from helpers.localaws.persistence.reducers.backends import reduce_account, reduce_registry

    account = sqs_backends["123456789012"]
    assert reducer_of(type(sqs_backends), sqs_backends) is reduce_registry
    assert reducer_of(type(account), account) is reduce_account
    make, arguments = reduce_registry(None, sqs_backends)
    assert pickle.loads(pickle.dumps(make))(*arguments) is sqs_backends
    make, arguments = reduce_account(None, account)
    assert make(*arguments) is account
