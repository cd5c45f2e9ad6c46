"""Dead letters go back to where they came from, or elsewhere, all at once or some each second."""

import base64
import inspect
import json
import uuid

import pytest
from botocore.exceptions import ClientError

REGION = "arn:aws:sqs:us-east-1:123456789012:"
GONE = "The resource that you specified for the {} parameter doesn't exist."


class Letters:
    """Queues whose dead letters one queue holds."""

    def __init__(self, endpoint):
        self.endpoint, self.sqs = endpoint, endpoint.client("sqs")
        self.dead = self.queue()
        policy = json.dumps({"deadLetterTargetArn": self.arn(self.dead), "maxReceiveCount": 1})
        self.sources = [self.queue(RedrivePolicy=policy) for _ in range(2)]

    def queue(self, **attributes):
        name = f"queue-{uuid.uuid4().hex[:8]}"
        return self.sqs.create_queue(QueueName=name, Attributes=attributes)["QueueUrl"]

    def arn(self, url):
        return REGION + url.rpartition("/")[2]

    def take(self, url, hidden=30):
        found = self.sqs.receive_message(
            QueueUrl=url, MaxNumberOfMessages=10, VisibilityTimeout=hidden,
            MessageSystemAttributeNames=["All"], MessageAttributeNames=["All"],
        )  # fmt: skip
        return found.get("Messages", [])

    def die(self, count=1):
        """Send messages to each source, and have them received too often."""
        for number, url in enumerate(self.sources):
            for place in range(count):
                self.sqs.send_message(
                    QueueUrl=url, MessageBody=f"{number}.{place}",
                    MessageAttributes={"a": {"DataType": "String", "StringValue": "b"}},
                )  # fmt: skip
            self.take(url, 0)
            assert self.take(url, 0) == []

    def depth(self, url):
        name = "ApproximateNumberOfMessages"
        told = self.sqs.get_queue_attributes(QueueUrl=url, AttributeNames=[name])
        return int(told["Attributes"][name])

    def start(self, **options):
        return self.sqs.start_message_move_task(SourceArn=self.arn(self.dead), **options)

    def tasks(self, **options):
        answer = self.sqs.list_message_move_tasks(SourceArn=self.arn(self.dead), **options)
        return answer["Results"]

    def advance(self, seconds):
        self.endpoint.control("/_local/clock", {"advance": seconds})


@pytest.fixture
def letters(endpoint):
    return Letters(endpoint)


def error(call, **options):
    with pytest.raises(ClientError) as refused:
        call(**options)
    told = refused.value.response["Error"]
    return told["Code"], told["Message"]


def test_each_goes_back_to_where_it_came_from_as_a_new_message(letters):
    letters.die(2)
    (before,) = {one["MessageId"] for one in letters.take(letters.dead, 0) if one["Body"] == "0.0"}
    letters.start()
    (task,) = letters.tasks()
    assert task.pop("StartedTimestamp") > 1e12
    assert task == {
        "Status": "COMPLETED", "SourceArn": letters.arn(letters.dead),
        "ApproximateNumberOfMessagesMoved": 4, "ApproximateNumberOfMessagesToMove": 4,
    }  # fmt: skip
    for number, url in enumerate(letters.sources):
        first, second = letters.take(url)
        assert [first["Body"], second["Body"]] == [f"{number}.0", f"{number}.1"]
        assert first["Attributes"]["ApproximateReceiveCount"] == "1"
        assert first["MessageAttributes"]["a"]["StringValue"] == "b"
        assert first["MessageId"] != before
    assert letters.depth(letters.dead) == 0


def test_all_go_to_another_queue(letters):
    letters.die()
    other = letters.queue()
    letters.start(DestinationArn=letters.arn(other))
    assert letters.tasks()[0]["DestinationArn"] == letters.arn(other)
    assert (letters.depth(other), letters.depth(letters.dead)) == (2, 0)


def test_so_many_go_each_second_until_it_is_cancelled(letters):
    letters.die(5)
    other = letters.arn(letters.queue())
    handle = letters.start(DestinationArn=other, MaxNumberOfMessagesPerSecond=3)["TaskHandle"]
    (task,) = letters.tasks()
    assert (task["Status"], task["TaskHandle"]) == ("RUNNING", handle)
    assert task["MaxNumberOfMessagesPerSecond"] == 3
    assert task["ApproximateNumberOfMessagesToMove"] == 10
    assert error(letters.start) == (
        "InvalidParameterValue",
        "There is already a task running. Only one active task is allowed for a source queue arn "
        "at a given time.",
    )  # fmt: skip
    letters.advance(1)
    moved = letters.tasks()[0]["ApproximateNumberOfMessagesMoved"]
    assert moved in (3, 6)
    told = letters.sqs.cancel_message_move_task(TaskHandle=handle)
    moved = told["ApproximateNumberOfMessagesMoved"]
    letters.advance(5)
    (task,) = letters.tasks()
    assert (task["Status"], task["ApproximateNumberOfMessagesMoved"]) == ("CANCELLED", moved)
    assert "TaskHandle" not in task and letters.depth(letters.dead) == 10 - moved
    letters.start(MaxNumberOfMessagesPerSecond=500)
    letters.advance(3)
    newest, oldest = letters.tasks(MaxResults=10)
    assert (newest["Status"], oldest["Status"]) == ("COMPLETED", "CANCELLED")
    assert letters.depth(letters.dead) == 0


def test_what_was_sent_to_the_dead_letters_by_hand_has_nowhere_to_go(letters):
    letters.sqs.send_message(QueueUrl=letters.dead, MessageBody="by hand")
    letters.start()
    (task,) = letters.tasks()
    assert (task["Status"], task["FailureReason"]) == ("FAILED", "CouldNotDetermineMessageSource")
    assert letters.depth(letters.dead) == 1


def test_a_queue_that_goes_meanwhile_ends_the_task(letters):
    letters.die(2)
    other = letters.queue()
    letters.start(DestinationArn=letters.arn(other), MaxNumberOfMessagesPerSecond=1)
    letters.sqs.delete_queue(QueueUrl=other)
    letters.advance(2)
    (task,) = letters.tasks()
    assert task["Status"] == "FAILED"
    assert task["FailureReason"] == "AWS.SimpleQueueService.NonExistentQueue"


def test_what_is_refused_in_the_words_of_aws(letters):
    wrong, missing = "InvalidParameterValue", "ResourceNotFoundException"
    start, cancel = letters.sqs.start_message_move_task, letters.sqs.cancel_message_move_task
    none, dead = REGION + "none", letters.arn(letters.dead)
    no_letters = "Source queue must be configured as a Dead Letter Queue."
    assert error(start, SourceArn=none) == (missing, GONE.format("SourceArn"))
    assert error(start, SourceArn=letters.arn(letters.sources[0])) == (wrong, no_letters)
    assert error(letters.start, DestinationArn=none) == (missing, GONE.format("DestinationArn"))
    assert error(letters.start, DestinationArn=dead)[0] == wrong
    assert error(letters.start, MaxNumberOfMessagesPerSecond=501)[0] == wrong
    assert error(letters.sqs.list_message_move_tasks, SourceArn=none)[0] == missing
    invalid = "Value for parameter TaskHandle is invalid."
    assert error(cancel, TaskHandle="handle") == (wrong, invalid)
    told = base64.b64encode(json.dumps({"taskId": "x", "sourceArn": dead}).encode()).decode()
    assert error(cancel, TaskHandle=told) == (missing, "Task does not exist.")


def test_hooks():
    """Hooks: helpers.localaws.on_moto.mends.message_moves, on SQSResponse."""
    import moto.sqs.responses

    source = inspect.getsource(moto.sqs.responses)
    assert "message_move_task" not in source, "moto has this now: look whether ours is needed"
    assert "def sqs_backend(self)" in source
