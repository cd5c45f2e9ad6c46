"""The pages of queues: depth, messages peeked at, send, purge, dead letters."""

import json
import re
import uuid

import pytest

from tests.workshop import make_function

MARKUP = "<script>alert(1)</script><b>bold</b>'\"&"
SILENT = "def handler(event, context):\n    return None\n"


@pytest.fixture(scope="session")
def sqs(endpoint):
    return endpoint.client("sqs")


@pytest.fixture
def make(sqs):
    """Makes queues; the name and the URL of one."""

    def make(ending="", **attributes):
        queue = f"queue-{uuid.uuid4().hex[:8]}{ending}"
        return queue, sqs.create_queue(QueueName=queue, Attributes=attributes)["QueueUrl"]

    return make


@pytest.fixture
def pair(sqs, make):
    """The name and URL of a queue with two receives, and those of its dead-letter queue."""
    dead = make()
    arn = _arn(sqs, dead[1])
    policy = json.dumps({"deadLetterTargetArn": arn, "maxReceiveCount": 2})
    return make(RedrivePolicy=policy), dead


def _arn(sqs, url):
    return sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"]["QueueArn"]


def _depth(sqs, url):
    told = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"]
    return int(told["ApproximateNumberOfMessages"])


def test_the_list_tells_depths_and_dead_letters_and_is_paged(visitor, sqs, make, pair):
    (queue, url), (dead, _) = pair
    sqs.send_message(QueueUrl=url, MessageBody="one")
    row = visitor.words(f"/queues?prefix={queue}").split("<tbody>")[1]
    assert row.count('"number">1<') == 1 and row.count('"number">0<') == 2
    assert f'href="/queues/{dead}"' in row and "after 2 receives" in row
    for _ in range(21):
        make()
    first = visitor.get("/queues?prefix=queue-").text
    more = first.split('">More queues')[0].rpartition('href="')[2].replace("&amp;", "&")
    assert first.count('<tr><td><a href="/queues/') == 20
    shown = re.compile(r'<tr><td><a href="(/queues/[^"]+)"')
    assert not {*shown.findall(first)} & {*shown.findall(visitor.words(more))}
    assert "No queue's name begins so." in visitor.words("/queues?prefix=none-such")


def test_a_peek_eats_nothing_and_says_how_many_receives_are_left(visitor, sqs, pair):
    (queue, url), (dead, dead_url) = pair
    mark = {"DataType": "String", "StringValue": MARKUP}
    raw = {"DataType": "Binary", "BinaryValue": b"\0\xff"}
    body = json.dumps({"价": "سعر", MARKUP: 1})
    sqs.send_message(QueueUrl=url, MessageBody=body, MessageAttributes={"m": mark, "r": raw})
    page = visitor.words(f"/queues/{queue}")
    assert "2 receives of a message are allowed" in page
    assert "سعر" not in page, "nothing is received unasked"
    peeked = visitor.post(f"/queues/{queue}", do="peek")
    assert "1 receive left before it goes to" in peeked.text and "سعر" in peeked.text
    assert "AP8=" in peeked.text and "&lt;b&gt;bold" in peeked.text
    assert "<script>alert" not in peeked.text and "<b>bold" not in peeked.text
    assert _depth(sqs, url) == 1
    assert "the next receive, a peek too" in visitor.post(f"/queues/{queue}", do="peek").text
    gone = visitor.post(f"/queues/{queue}", do="peek").text
    assert f"or it has just gone to {dead}" in gone and _depth(sqs, dead_url) == 1


def test_a_message_is_sent_as_it_was_typed(visitor, sqs, make):
    queue, url = make()
    page = visitor.post(f"/queues/{queue}", do="send", body=f" {MARKUP}\n", delay="")
    sent = sqs.receive_message(QueueUrl=url)["Messages"][0]
    assert sent["Body"] == f" {MARKUP}\n" and sent["MessageId"] in page.text
    visitor.post(f"/queues/{queue}", do="send", body="later", delay="60")
    assert "<dt>Delayed</dt><dd>1</dd>" in visitor.words(f"/queues/{queue}")


def test_what_cannot_be_sent_is_told_and_kept(visitor, make):
    queue, _ = make()
    answer = visitor.post(f"/queues/{queue}", do="send", body="kept <b>", delay="soon")
    assert answer.status_code == 400 and "The delay is no number" in answer.text
    assert "kept &lt;b&gt;" in answer.text
    answer = visitor.post(f"/queues/{queue}", do="send", body="kept", delay="901")
    assert answer.status_code == 400 and 'role="alert"' in answer.text


def test_a_fifo_queue_asks_for_a_group_and_an_id(visitor, sqs, make):
    queue, url = make(".fifo", FifoQueue="true")
    page = visitor.words(f"/queues/{queue}")
    assert 'name="group"' in page and 'name="delay"' not in page
    for _ in range(2):
        visitor.post(f"/queues/{queue}", do="send", body="b", group="g", once="1")
    assert _depth(sqs, url) == 1
    peeked = visitor.post(f"/queues/{queue}", do="peek").text
    assert "<dt>Group</dt><dd><code>g</code>" in peeked


def test_a_purge_is_asked_about_and_names_what_is_lost(visitor, sqs, make):
    queue, url = make()
    for body in "ab":
        sqs.send_message(QueueUrl=url, MessageBody=body)
    asked = visitor.post(f"/queues/{queue}", do="purge")
    assert f"Purge the queue {queue}? 2 messages are lost for good" in asked.text
    assert _depth(sqs, url) == 2
    visitor.post(f"/queues/{queue}", do="purge", sure="yes")
    assert _depth(sqs, url) == 0


def test_a_queue_leads_to_its_function_and_its_dead_letters_home(
    visitor, endpoint, sqs, role, pair
):
    (queue, url), (dead, _) = pair
    functions = endpoint.client("lambda")
    function = make_function(functions, role, SILENT)["FunctionName"]
    mapping = functions.create_event_source_mapping(
        FunctionName=function, EventSourceArn=_arn(sqs, url), BatchSize=7, Enabled=False
    )
    page = visitor.words(f"/queues/{queue}")
    assert f'href="/functions/{function}"' in page and mapping["UUID"] in page
    functions.delete_event_source_mapping(UUID=mapping["UUID"])
    told = visitor.words(f"/queues/{dead}")
    assert f'It holds the dead letters of <a href="/queues/{queue}">' in told
    assert "Move its messages back" in told and 'aria-label="Moves back"' not in told


def test_dead_letters_are_moved_back_and_each_move_is_told(visitor, sqs, pair):
    (_, url), (dead, dead_url) = pair
    sqs.send_message(QueueUrl=url, MessageBody=MARKUP)
    for _ in range(3):
        sqs.receive_message(QueueUrl=url, VisibilityTimeout=0)
    assert (_depth(sqs, url), _depth(sqs, dead_url)) == (0, 1)
    assert visitor.post(f"/queues/{dead}", do="move").ok
    assert (_depth(sqs, url), _depth(sqs, dead_url)) == (1, 0)
    sqs.send_message(QueueUrl=dead_url, MessageBody="by hand")
    visitor.post(f"/queues/{dead}", do="move")
    told = visitor.words(f"/queues/{dead}")
    rows = told.split('aria-label="Moves back"')[1].split("</table>")[0]
    assert "CouldNotDetermineMessageSource" in rows and "where they came from" in rows
    assert rows.count("<tr>") == 3 and rows.count('"number">1<') == 3


def test_a_queue_that_is_not_there_and_nothing_asked_for(visitor, make):
    answer = visitor.get("/queues/none")
    assert answer.status_code == 400 and "does not exist" in answer.text
    assert visitor.post(f"/queues/{make()[0]}", body="b").status_code == 400


def test_on_an_account_all_is_asked_about_and_read_only_refuses_it(account, reader, sqs, make):
    queue, url = make()
    for what, words in (
        ("peek", "Peek at messages"),
        ("send", "Send a message"),
        ("purge", "Purge"),
    ):
        assert f"{words} " in account.post(f"/queues/{queue}", do=what, body="b").text
    assert _depth(sqs, url) == 0
    account.post(f"/queues/{queue}", do="send", body="b", sure="yes")
    assert _depth(sqs, url) == 1
    page = reader.words(f"/queues/{queue}")
    assert "a read-only console shows none" in page and 'value="send"' not in page
    assert reader.post(f"/queues/{queue}", do="purge", sure="yes").status_code == 403
