"""Messages of a queue: in their order, none lost, none older than the queue keeps them."""

import inspect
import json
import threading
import uuid
from collections import Counter

import pytest

from helpers.localaws.on_moto.mends import queues


def a_queue(endpoint, suffix="", **attributes):
    sqs = endpoint.client("sqs")
    name = f"queue-{uuid.uuid4().hex[:8]}{suffix}"
    return sqs, sqs.create_queue(QueueName=name, Attributes=attributes)["QueueUrl"]


def bodies(sqs, url):
    found = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10)
    return [one["Body"] for one in found.get("Messages", [])]


def test_a_group_comes_in_its_order_again(endpoint):
    sqs, url = a_queue(endpoint, ".fifo", FifoQueue="true", ContentBasedDeduplication="true")
    for body in "abc":
        sqs.send_message(QueueUrl=url, MessageBody=body, MessageGroupId="one")
    assert bodies(sqs, url) == ["a", "b", "c"]
    assert bodies(sqs, url) == []
    endpoint.control("/_local/clock", {"advance": 31})
    assert bodies(sqs, url) == ["a", "b", "c"]


def test_what_is_older_than_the_queue_keeps_messages_hides_no_other(endpoint):
    sqs, url = a_queue(endpoint, MessageRetentionPeriod="60")
    sqs.send_message(QueueUrl=url, MessageBody="old")
    endpoint.control("/_local/clock", {"advance": 61})
    sqs.send_message(QueueUrl=url, MessageBody="new")
    assert bodies(sqs, url) == ["new"]


def test_no_message_is_lost_that_comes_while_others_are_deleted(endpoint):
    sqs, url = a_queue(endpoint)
    count = 60

    def send():
        for number in range(count):
            sqs.send_message(QueueUrl=url, MessageBody=str(number))

    sender = threading.Thread(target=send)
    sender.start()
    seen = set()
    while sender.is_alive() or len(seen) < count:
        found = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages", [])
        if not found and not sender.is_alive():
            break
        for one in found:
            seen.add(one["Body"])
            sqs.delete_message(QueueUrl=url, ReceiptHandle=one["ReceiptHandle"])
    assert len(seen) == count


def test_who_waits_for_a_group_gets_the_next_as_soon_as_the_first_is_deleted(endpoint):
    sqs, url = a_queue(endpoint, ".fifo", FifoQueue="true", ContentBasedDeduplication="true")
    for body in "ab":
        sqs.send_message(QueueUrl=url, MessageBody=body, MessageGroupId="one")
    (first,) = sqs.receive_message(QueueUrl=url)["Messages"]
    waiting = []

    def wait():
        waiting.append(endpoint.client("sqs").receive_message(QueueUrl=url, WaitTimeSeconds=15))

    waiter = threading.Thread(target=wait)
    waiter.start()
    waiter.join(0.3)
    assert not waiting
    sqs.delete_message(QueueUrl=url, ReceiptHandle=first["ReceiptHandle"])
    waiter.join(10)
    assert [one["Body"] for one in waiting[0]["Messages"]] == ["b"]


def test_who_waits_gets_what_another_gives_back(endpoint):
    sqs, url = a_queue(endpoint)
    sqs.send_message(QueueUrl=url, MessageBody="a")
    (first,) = sqs.receive_message(QueueUrl=url)["Messages"]
    sqs.change_message_visibility(
        QueueUrl=url, ReceiptHandle=first["ReceiptHandle"], VisibilityTimeout=0
    )
    (again,) = sqs.receive_message(
        QueueUrl=url, WaitTimeSeconds=5, MessageSystemAttributeNames=["ApproximateReceiveCount"]
    )["Messages"]
    assert again["Attributes"] == {"ApproximateReceiveCount": "2"}


def test_messages_are_counted_that_are_there_delayed_and_out_of_sight(endpoint):
    sqs, url = a_queue(endpoint)
    for number in range(4):
        sqs.send_message(QueueUrl=url, MessageBody="x", DelaySeconds=60 if number == 3 else 0)
    sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=1)
    told = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"]
    assert [
        told[f"ApproximateNumberOfMessages{which}"] for which in ("", "Delayed", "NotVisible")
    ] == ["2", "1", "1"]


# -- in this process: how much work it is


@pytest.fixture
def backend():
    """A backend of moto's that nothing else uses."""
    from moto.sqs.models import SQSBackend

    queues.install()
    return SQSBackend("us-east-1", "123456789012")


@pytest.fixture
def looks(monkeypatch):
    """How often somebody has looked whether a message is in sight, under "all"."""
    from moto.sqs.models import Message

    count = Counter()

    def visible_at(message):
        count["all"] += 1
        return vars(message)["visible_at"]

    def put(message, when):
        vars(message)["visible_at"] = when

    monkeypatch.setattr(Message, "visible_at", property(visible_at, put), raising=False)
    return count


def long_queue(backend, name="long", length=200, **attributes):
    """A queue with messages in it, in three groups."""
    from moto.sqs.models import Message

    queue = backend.create_queue(name, **attributes)
    for number in range(length):
        message = Message(f"id-{number}", str(number))
        message.group_id = f"group-{number % 3}"
        message.mark_sent()
        queue._messages.append(message)
    return queue


def test_ten_are_taken_with_one_look_at_each_message(backend, looks):
    queue = long_queue(backend)
    taken = backend.receive_message("long", 10, 0, 30)
    assert [one.body for one in taken] == [str(number) for number in range(10)]
    assert looks["all"] <= 2 * 200
    assert (queue.approximate_number_of_messages, queue.attributes["DelaySeconds"]) == (190, 0)
    assert queue.approximate_number_of_messages_not_visible == 10


def test_a_group_under_way_is_passed_over_without_looking_at_it_again(backend, looks):
    long_queue(backend, "long.fifo", FifoQueue="true")
    assert len(backend.receive_message("long.fifo", 3, 0, 30)) == 3
    looks.clear()
    assert backend.receive_message("long.fifo", 10, 0, 30) == []
    assert looks["all"] <= 2 * 200


def test_messages_are_counted_once_for_each_number_that_is_asked_for(backend, looks):
    long_queue(backend)
    backend.get_queue_attributes("long", ["QueueArn", "VisibilityTimeout", "DelaySeconds"])
    assert not looks["all"]
    backend.get_queue_attributes("long", ["QueueArn", "ApproximateNumberOfMessages"])
    assert looks["all"] == 200
    looks.clear()
    backend.get_queue_attributes("long", ["All"])
    assert looks["all"] <= 3 * 200


def test_sending_counts_no_messages(backend, looks):
    long_queue(backend)
    backend.send_message("long", "one more")
    assert not looks["all"]


def test_a_dead_letter_is_moved_and_the_next_is_given(backend):
    dead = backend.create_queue("dead")
    policy = json.dumps({"deadLetterTargetArn": dead.queue_arn, "maxReceiveCount": 1})
    queue = long_queue(backend, "source", 3)
    queue._messages[0].approximate_receive_count = 1
    queue.redrive_policy, queue.dead_letter_queue = json.loads(policy), dead
    assert [one.body for one in backend.receive_message("source", 1, 0, 30)] == ["1"]
    assert [one.body for one in dead._messages] == ["0"]
    assert [one.body for one in queue._messages] == ["1", "2"]


@pytest.mark.parametrize(
    "given",
    [
        {},
        {"FifoQueue": "true", "ContentBasedDeduplication": "true", "KmsMasterKeyId": "alias/x"},
        {"Policy": '{"Statement": [{"Sid": "x"}]}', "DelaySeconds": "3"},
    ],
)
def test_the_attributes_are_those_of_moto(backend, given):
    queue = backend.create_queue("told.fifo" if "FifoQueue" in given else "told", **given)
    queue.redrive_policy = {"maxReceiveCount": 3} if given else None
    told = queues._plain["attributes"].fget(queue)
    assert dict(queue.attributes) == told
    assert backend.get_queue_attributes(queue.name, ["All"]) == told
    some = {name: value for name, value in told.items() if value is not None}
    assert backend.get_queue_attributes(queue.name, list(told)) == some


def test_hooks():
    """Hooks: helpers.localaws.on_moto.mends.queues, on Queue and SQSBackend."""
    from moto.sqs import models
    from moto.sqs.models import Queue, SQSBackend

    queues.install()
    source = " ".join(inspect.getsource(models).split())
    for hooked, words in {
        "Queue.delete_message": "def delete_message(self, receipt_handle: str) -> None:",
        "Queue.messages": "def messages(self) -> list[Message]:",
        "SQSBackend.get_queue_attributes": "def get_queue_attributes( self, queue_name: str, "
        "attribute_names: list[str] )",
        "SQSBackend.receive_message": "message_copy = deepcopy(message) "
        "_filter_message_attributes(message_copy, message_attribute_names)",
        "the lock": "self._messages_lock = Condition()",
    }.items():
        assert words in source, f"hook {hooked} has changed"
    for name in ("delayed", "not_visible"):
        assert isinstance(vars(Queue)[f"approximate_number_of_messages_{name}"], property)
    changed = inspect.signature(queues._plain["change_message_visibility"])
    assert list(changed.parameters)[:2] == ["self", "queue_name"]
    assert "messages" in inspect.getsource(Queue.approximate_number_of_messages.fget)
    assert SQSBackend.receive_message is queues._receive_message
