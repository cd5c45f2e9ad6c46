"""Contract with moto 5.2.5: what measuring and watching alarms rely on."""

import inspect

import helpers.localaws.on_moto.core  # noqa: F401 - moto is imported after the environment is settled


def parameters(function):
    return list(inspect.signature(function).parameters)


def test_the_answers_of_cloudwatch_that_are_replaced():
    """Hooks: helpers.localaws.metrics.cloudwatch, on CloudWatchResponse and its backend."""
    from moto.cloudwatch.models import CloudWatchBackend, cloudwatch_backends
    from moto.cloudwatch.responses import CloudWatchResponse

    from helpers.localaws.metrics import cloudwatch

    for name in (
        *("put_metric_alarm", "describe_alarms", "describe_alarms_for_metric", "set_alarm_state"),
        *("get_metric_data", "get_metric_statistics", "list_metrics", "put_metric_data"),
        *("delete_alarms", "enable_alarm_actions", "disable_alarm_actions"),
    ):
        assert hasattr(CloudWatchResponse, name), f"moto answers {name} elsewhere now"
    made = CloudWatchBackend("us-east-1", "123456789012")
    assert made.alarms == {}, "moto keeps alarms elsewhere now"
    assert parameters(CloudWatchBackend.put_metric_data) == ["self", "namespace", "metric_data"]
    assert parameters(CloudWatchBackend.delete_alarms) == ["self", "alarm_names"]
    assert hasattr(made, "tagger") and hasattr(made.tagger, "delete_all_tags_for_resource")
    assert hasattr(cloudwatch_backends, "backend"), "BackendDict makes backends otherwise now"
    assert cloudwatch.Metrics.__mro__[1] is CloudWatchBackend
    assert made._validate_parameters_put_metric_data({"Value": 1.0}, 1) is None


def test_moto_has_none_of_what_is_added():
    """Hooks: put_composite_alarm and describe_alarm_history of helpers.localaws.metrics."""
    from moto.cloudwatch import responses

    text = inspect.getsource(responses)
    for name in ("put_composite_alarm", "describe_alarm_history"):
        assert f"def {name}" not in text, f"moto has {name} now: look whether ours is needed"


def test_how_messages_go_through_a_queue():
    """Hooks: helpers.localaws.metrics.of_sqs, on Queue and SQSBackend."""
    from moto.sqs.models import Message, Queue, SQSBackend

    assert parameters(Queue.add_message)[:2] == ["self", "message"]
    assert parameters(Queue.delete_message) == ["self", "receipt_handle"]
    for name in ("receive_message", "change_message_visibility", "purge_queue", "delete_queue"):
        assert parameters(getattr(SQSBackend, name))[:2] == ["self", "queue_name"]
    assert parameters(SQSBackend.send_message)[:3] == ["self", "queue_name", "message_body"]
    backend = SQSBackend("us-east-1", "123456789012")
    queue = backend.create_queue("q", {})
    message = backend.send_message("q", "text")
    assert queue._messages == [message], "a queue keeps its messages elsewhere now"
    assert queue.message_retention_period == 345_600
    assert isinstance(message, Message)
    assert message.delayed_until == message.visible_at == 0.0
    assert message.sent_timestamp > 1e12, "times of messages are no longer milliseconds"
    assert queue.dead_letter_queue is None


def test_how_tables_are_asked():
    """Hooks: helpers.localaws.metrics.of_dynamodb, on DynamoHandler."""
    from moto.dynamodb.exceptions import ConditionalCheckFailed
    from moto.dynamodb.responses import DynamoHandler

    from helpers.localaws.metrics import of_dynamodb

    for method in of_dynamodb._OPERATIONS:
        assert parameters(getattr(DynamoHandler, method))[0] in ("self", "args")
    error = ConditionalCheckFailed()
    said = [getattr(error, "code", ""), getattr(error, "error_type", "")]
    assert any(of_dynamodb._CONDITION in str(one) for one in said)


def test_how_a_rule_is_asked_whether_it_listens():
    """helpers.localaws.events.bus, on EventsBackend and Rule."""
    from moto.events.models import EventsBackend

    backend = EventsBackend("us-east-1", "123456789012")
    rule = backend.put_rule("r", event_pattern='{"source": ["a"]}')
    assert backend.event_buses["default"].rules == {"r": rule}
    assert rule.event_pattern.get_pattern() == {"source": ["a"]}
    assert rule.state == "ENABLED"
    assert parameters(type(rule).send_to_targets)[:2] == ["self", "original_event"]
