"""The pages of topics: who is told, by which filter; publish."""

import json
import uuid

import pytest

MARKUP = "<script>alert(1)</script><b>bold</b>'\"&"


@pytest.fixture(scope="session")
def sns(endpoint):
    return endpoint.client("sns")


@pytest.fixture
def make(sns):
    """Makes topics; the ARN of one."""

    def make(ending="", **attributes):
        topic = f"topic-{uuid.uuid4().hex[:8]}{ending}"
        return sns.create_topic(Name=topic, Attributes=attributes)["TopicArn"]

    return make


@pytest.fixture
def listener(endpoint, sns):
    """Subscribes a new queue to a topic; its name and what reads the messages."""
    sqs = endpoint.client("sqs")

    def listen(topic, **attributes):
        queue = f"queue-{uuid.uuid4().hex[:8]}{'.fifo' if topic.endswith('.fifo') else ''}"
        kind = {"FifoQueue": "true"} if topic.endswith(".fifo") else {}
        url = sqs.create_queue(QueueName=queue, Attributes=kind)["QueueUrl"]
        arn = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]
        sns.subscribe(
            TopicArn=topic, Protocol="sqs", Endpoint=arn["QueueArn"], Attributes=attributes
        )
        return queue, lambda: [
            json.loads(one["Body"])
            for one in sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages", [])
        ]

    return listen


def test_topics_are_listed_and_paged(visitor, make):
    made = {make() for _ in range(101)}
    path, seen = "/topics", ""
    while path:
        page = visitor.get(path).text
        seen += page
        path = page.split('">More topics')[0].rpartition('href="')[2].replace("&amp;", "&")
        path = path if "More topics" in page else ""
    assert all(f'href="/topics/{arn}"' in seen for arn in made)


def test_a_topic_tells_its_subscriptions_and_filters(visitor, sns, make, listener):
    arn = make(DisplayName=MARKUP)
    queue, _ = listener(arn, FilterPolicy=json.dumps({"side": ["buy"]}))
    sns.subscribe(TopicArn=arn, Protocol="email", Endpoint="ada@example.com")
    page = visitor.words(f"/topics/{arn}")
    assert f'href="/queues/{queue}"' in page and 'fit <code>{"side": ["buy"]}' in page
    assert "ada@example.com" in page and MARKUP in page
    assert "<script>alert" not in visitor.get(f"/topics/{arn}").text


def test_many_subscriptions_are_paged(visitor, sns, make):
    arn = make()
    for n in range(45):
        sns.subscribe(TopicArn=arn, Protocol="email", Endpoint=f"n{n}@example.com")
    pages = [visitor.words(f"/topics/{arn}?from={n}") for n in (0, 20, 40)]
    assert [page.count("@example.com") for page in pages] == [20, 20, 5]
    assert "from=20" in pages[0] and "More subscriptions" not in pages[2]


def test_what_is_published_comes_with_its_subject_and_attributes(visitor, make, listener):
    arn = make()
    _, received = listener(arn, FilterPolicy=json.dumps({"side": ["buy"]}))
    fields = {"do": "publish", "subject": "Prices", "message": f" {MARKUP} 股票\n"}
    visitor.post(f"/topics/{arn}", **fields, attributes='{"side": "sell"}')
    sent = '{"side": "buy", "price": 2, "who": ["ada"]}'
    page = visitor.post(f"/topics/{arn}", **fields, attributes=sent)
    [message] = received()
    assert message["Message"] == f" {MARKUP} 股票\n" and message["Subject"] == "Prices"
    assert message["MessageAttributes"] == {
        "side": {"Type": "String", "Value": "buy"},
        "price": {"Type": "Number", "Value": "2"},
        "who": {"Type": "String.Array", "Value": '["ada"]'},
    }
    assert message["MessageId"] in page.text


def test_what_cannot_be_published_is_told_and_kept(visitor, make):
    arn = make()
    for attributes in ("{", "[1]", '{"a": true}', '{"a": {}}', "[" * 100_000):
        answer = visitor.post(
            f"/topics/{arn}", do="publish", message="kept <b>", attributes=attributes
        )
        assert answer.status_code == 400 and "cannot be sent" in answer.text
        assert "kept &lt;b&gt;" in answer.text
    assert visitor.post(f"/topics/{arn}", message="m").status_code == 400


def test_a_fifo_topic_asks_for_a_group(visitor, make, listener):
    arn = make(".fifo", FifoTopic="true")
    _, received = listener(arn)
    assert 'name="group"' in visitor.words(f"/topics/{arn}")
    visitor.post(f"/topics/{arn}", do="publish", message="m", group="g", once="1")
    assert [one["Message"] for one in received()] == ["m"]


def test_a_topic_that_nobody_hears_and_one_that_is_not_there(visitor, make):
    assert "Nobody: what is published is lost." in visitor.words(f"/topics/{make()}")
    answer = visitor.get("/topics/arn:aws:sns:us-east-1:123456789012:none")
    assert answer.status_code == 400 and 'role="alert"' in answer.text


def test_on_an_account_publishing_is_asked_about_and_read_only_refuses_it(
    account, reader, make, listener
):
    arn = make()
    _, received = listener(arn)
    fields = {"do": "publish", "message": "m"}
    topic = arn.rpartition(":")[2]
    assert f"Publish to the topic {topic}?" in account.post(f"/topics/{arn}", **fields).text
    assert reader.post(f"/topics/{arn}", **fields, sure="yes").status_code == 403
    assert received() == [] and 'value="publish"' not in reader.words(f"/topics/{arn}")
    account.post(f"/topics/{arn}", **fields, sure="yes")
    assert len(received()) == 1
