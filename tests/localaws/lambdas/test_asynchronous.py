"""Asynchronous invokes: tried again on the simulated clock, told to a destination in the end."""

import json
import threading
import time

from helpers.localaws import lambdas
from helpers.localaws.account import ACCOUNT, REGION
from tests.workshop import until

FAILS = """
    import os, time

    def handler(event, context):
        print("tried", context.aws_request_id, event["id"], int(time.time()))
        if event["fails"]:
            raise ValueError("no")
        return {"done": event["id"]}
"""


def send(functions, arn, event, qualifier=None):
    """Send an event the way the HTTP route does."""
    headers = {"X-Amz-Invocation-Type": "Event"}
    answer = {}
    payload = functions.backend.invoke(arn, qualifier, json.dumps(event), headers, answer)
    assert payload == b""
    return answer["x-amzn-requestid"]


def tries(functions, arn):
    """(request id, event id, simulated second) of each try."""
    lines = [m.split() for m in functions.messages(arn) if m.startswith("tried")]
    return [(request, event, int(second)) for _, request, event, second in lines]


def test_an_event_runs_once_and_the_call_returns_before(functions):
    arn = functions.make("import time\ndef handler(e, c):\n    time.sleep(3)\n    print('ran')\n")
    began = time.monotonic()
    send(functions, arn, {})
    assert time.monotonic() - began < 2.9
    until(lambda: "ran\n" in functions.messages(arn))
    time.sleep(0.3)
    assert functions.messages(arn).count("ran\n") == 1


def test_a_failure_is_tried_twice_more_after_one_and_two_minutes(functions, moved_clock):
    arn = functions.make(FAILS)
    began = time.monotonic()
    request = send(functions, arn, {"id": "a", "fails": True})
    seen = until(lambda: len(t := tries(functions, arn)) == 3 and t)
    assert time.monotonic() - began < 15  # three simulated minutes
    assert {r for r, _, _ in seen} == {request}
    first, second, third = (when for _, _, when in seen)
    assert 60 <= second - first <= 62
    assert 120 <= third - second <= 122
    time.sleep(0.3)
    assert len(tries(functions, arn)) == 3


def test_the_number_of_tries_and_destinations_can_be_set(functions, moved_clock):
    from moto.sqs.models import sqs_backends

    sqs = sqs_backends[ACCOUNT][REGION]
    failed, done = (sqs.create_queue(f"{name}-{id(functions)}", {}) for name in ("bad", "good"))
    arn = functions.make(FAILS)
    name = arn.rpartition(":")[2]
    settings = {
        "MaximumRetryAttempts": 1,
        "DestinationConfig": {
            "OnFailure": {"Destination": failed.queue_arn},
            "OnSuccess": {"Destination": done.queue_arn},
        },
    }
    functions.backend.put_function_event_invoke_config(name, {"MaximumRetryAttempts": 2})
    functions.backend.put_function_event_invoke_config(name, settings)
    assert functions.backend.get_function_event_invoke_config(name)["MaximumRetryAttempts"] == 1
    request = send(functions, arn, {"id": "bad", "fails": True})
    (message,) = until(lambda: failed.messages)
    record = json.loads(message.body)
    assert len(tries(functions, arn)) == 2
    assert record["requestContext"] | {"functionArn": ""} == {
        "requestId": request,
        "functionArn": "",
        "condition": "RetriesExhausted",
        "approximateInvokeCount": 2,
    }
    assert record["requestPayload"] == {"id": "bad", "fails": True}
    assert record["responseContext"]["functionError"] == "Unhandled"
    assert record["responsePayload"]["errorType"] == "ValueError"
    assert not done.messages
    send(functions, arn, {"id": "good", "fails": False})
    (message,) = until(lambda: done.messages)
    assert json.loads(message.body)["responsePayload"] == {"done": "good"}


def test_an_alias_tries_as_often_as_it_says(functions, moved_clock):
    from moto.sqs.models import sqs_backends

    queue = sqs_backends[ACCOUNT][REGION].create_queue(f"of-alias-{id(functions)}", {})
    arn = functions.make(FAILS)
    name = arn.rpartition(":")[2]
    functions.backend.publish_version(name)
    functions.backend.create_alias("live", name, "1", "", None)
    functions.backend.put_function_event_invoke_config(name, {"MaximumRetryAttempts": 0})
    told = {"OnFailure": {"Destination": queue.queue_arn}}
    settings = {"MaximumRetryAttempts": 1, "DestinationConfig": told}
    functions.backend.put_function_event_invoke_config(f"{name}:live", settings)
    send(functions, f"{arn}:live", {"id": "x", "fails": True})
    (message,) = until(lambda: queue.messages)
    asked = json.loads(message.body)["requestContext"]
    assert (asked["functionArn"], asked["approximateInvokeCount"]) == (f"{arn}:live", 2)
    send(functions, arn, {"id": "y", "fails": True})
    until(lambda: any(event == "y" for _, event, _ in tries(functions, arn)))
    time.sleep(0.5)
    assert [event for _, event, _ in tries(functions, arn)].count("y") == 1


def test_a_throttled_event_waits_and_runs_in_the_end(functions, moved_clock):
    arn = functions.make(FAILS)
    name = arn.rpartition(":")[2]
    functions.backend.put_function_concurrency(name, 0)
    send(functions, arn, {"id": "a", "fails": False})
    time.sleep(0.3)
    functions.backend.delete_function_concurrency(name)
    until(lambda: tries(functions, arn))
    time.sleep(0.2)
    assert len(tries(functions, arn)) == 1


def test_an_event_of_a_schedule_does_not_pull_the_clock(functions, moved_clock):
    arn = functions.make(FAILS)
    before = moved_clock.offset

    def as_a_schedule_does():
        with moved_clock.busy(pulls=False):
            send(functions, arn, {"id": "a", "fails": True})

    thread = threading.Thread(target=as_a_schedule_does)
    thread.start()
    thread.join()
    until(lambda: tries(functions, arn))
    time.sleep(0.5)
    assert len(tries(functions, arn)) == 1
    assert moved_clock.offset == before
    moved_clock.advance(600)
    assert len(tries(functions, arn)) == 3


def test_many_events_need_few_threads_and_none_is_left(functions, moved_clock):
    arn = functions.make(FAILS)
    before = threading.active_count()
    most = before
    for number in range(300):
        send(functions, arn, {"id": str(number), "fails": number % 10 == 0})
        most = max(most, threading.active_count())
    until(lambda: len(tries(functions, arn)) == 300 + 2 * 30, 60)
    assert most - before <= 12
    until(lambda: not [t for t in threading.enumerate() if t.name.startswith("lambda")])
    counted = [event for _, event, _ in tries(functions, arn)]
    assert {counted.count(str(n)) for n in range(0, 300, 10)} == {3}
    assert {counted.count(str(n)) for n in range(300) if n % 10} == {1}


def test_a_reset_forgets_what_waits(functions, moved_clock):
    moved_clock.realtime = True
    try:
        arn = functions.make(FAILS)
        send(functions, arn, {"id": "a", "fails": True})
        until(lambda: tries(functions, arn))
        time.sleep(0.2)
        lambdas.reset()
        until(lambda: not [t for t in threading.enumerate() if t.name == "lambda retries"])
        moved_clock.advance(600)
        assert len(tries(functions, arn)) == 1
    finally:
        moved_clock.realtime = False


def test_an_event_for_a_function_that_is_gone_is_dropped(functions, moved_clock):
    arn = functions.make(FAILS)
    send(functions, arn, {"id": "a", "fails": True})
    until(lambda: tries(functions, arn))
    functions.backend.delete_function(arn.rpartition(":")[2])
    until(lambda: not [t for t in threading.enumerate() if t.name.startswith("lambda")])
    assert lambdas._invoker.queue._queue == type(lambdas._invoker.queue._queue)()


def test_an_event_that_fails_for_good_goes_to_the_dead_letter_queue(functions, moved_clock):
    from moto.sqs.models import sqs_backends

    queue = sqs_backends[ACCOUNT][REGION].create_queue(f"dead-{id(functions)}", {})
    arn = functions.make(FAILS, DeadLetterConfig={"TargetArn": queue.queue_arn})
    request = send(functions, arn, {"id": "a", "fails": True})
    (message,) = until(lambda: queue.messages)
    assert json.loads(message.body) == {"id": "a", "fails": True}
    attributes = {k: v["StringValue"] for k, v in message.message_attributes.items()}
    assert attributes == {"RequestID": request, "ErrorCode": "200", "ErrorMessage": "no"}
    assert len(tries(functions, arn)) == 3
    config = functions.backend.get_function(arn).get_configuration()
    assert config["DeadLetterConfig"] == {"TargetArn": queue.queue_arn}
