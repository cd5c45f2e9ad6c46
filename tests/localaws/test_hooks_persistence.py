"""Contract with moto 5.2.5: what keeping its state on disk relies on."""

import importlib
import threading

import pytest

import helpers.localaws.core_hooks  # noqa: F401 - moto is imported after the environment is settled
from helpers.localaws.persistence import hooks, places
from helpers.localaws.persistence.changes import changes
from helpers.localaws.persistence.reducers import BY_NAME


@pytest.mark.parametrize("name", sorted(BY_NAME))
def test_the_classes_that_are_taken_apart_in_their_own_way(name):
    """Hook: helpers.localaws.persistence.reducers.BY_NAME."""
    module, _, wanted = name.rpartition(".")
    found = getattr(importlib.import_module(module), wanted, None)
    assert found is not None, f"moto has no {name} any more: it would be pickled with all it holds"
    assert f"{found.__module__}.{found.__qualname__}" == name


def test_an_update_of_an_item_is_noticed():
    """Hook: DynamoDBBackend.update_item, which changes items in place."""
    import moto.dynamodb.models as models

    hooks.hook_dynamodb()
    backend = models.DynamoDBBackend("us-east-1", "123456789012")
    schema = [{"AttributeName": "id", "KeyType": "HASH"}]
    attributes = [{"AttributeName": "id", "AttributeType": "S"}]
    backend.create_table(
        "t", schema=schema, attr=attributes, throughput=None, indexes=[], global_indexes=[],
        streams=None, billing_mode="PAY_PER_REQUEST", sse_specification=None, tags=[],
        deletion_protection_enabled=False, warm_throughput=None,
    )  # fmt: skip
    table = backend.get_table("t")
    table.put_item({"id": {"S": "1"}})
    item = next(iter(table.items.values()))
    before = changes.now()
    backend.update_item("t", {"id": {"S": "1"}}, "SET x = :x", {}, {":x": {"S": "y"}})
    assert next(iter(table.items.values())) is item, "items are no longer changed in place"
    now = changes.now()
    assert id(item) in now and id(item) not in before, "an update goes unnoticed"
    changes.settle({id(item): now[id(item)]})


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
    assert ("moto.sqs.models:sqs_backends", sqs_backends) in list(places.registries())
    assert places.registry("moto.sqs.models:sqs_backends") is sqs_backends


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
