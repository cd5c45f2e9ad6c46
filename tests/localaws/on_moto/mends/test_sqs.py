"""Messages of a queue: in their order, none lost, none older than the queue keeps them."""

import inspect
import threading
import uuid


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


def test_messages_are_counted_that_are_there_delayed_and_out_of_sight(endpoint):
    sqs, url = a_queue(endpoint)
    for number in range(4):
        sqs.send_message(QueueUrl=url, MessageBody="x", DelaySeconds=60 if number == 3 else 0)
    sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=1)
    told = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"]
    assert [
        told[f"ApproximateNumberOfMessages{which}"] for which in ("", "Delayed", "NotVisible")
    ] == ["2", "1", "1"]


def test_hooks():
    """Hooks: helpers.localaws.on_moto.mends.queues, on Queue and SQSBackend."""
    from moto.sqs.models import Message, Queue, SQSBackend

    from helpers.localaws.on_moto.mends import queues

    queues.install()
    deleted = inspect.getsource(queues._plain["delete_message"])
    assert "self._messages = new_messages" in deleted, "hook Queue.delete_message has changed"
    assert "queue._messages_lock" not in inspect.getsource(queues._plain["receive_message"])
    assert "_messages_lock.wait_for" in inspect.getsource(Queue.wait_for_messages)
    assert "pending_messages" in inspect.getsource(queues._plain["receive_message"]), (
        "hook SQSBackend.receive_message has changed"
    )
    counted = inspect.getsource(queues._plain["messages"].fget)
    assert "message.visible and not message.delayed" in counted, "hook Queue.messages has changed"
    assert "current_time > self.visible_at" in inspect.getsource(Message.visible.fget)
    assert "current_time < self.delayed_until" in inspect.getsource(Message.delayed.fget)
    assert SQSBackend.receive_message is not queues._plain["receive_message"]
