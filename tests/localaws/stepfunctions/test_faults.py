"""The clock moved, everything emptied: in the middle of executions, of deploys, of each other."""

import json
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from botocore.exceptions import BotoCoreError, ClientError

from tests.workshop import until

BUSY = """
import time

def handler(event, context):
    time.sleep(event["seconds"])
    return event["seconds"]
"""


def emptied(workshop):
    """Reset, and make again what the tests need."""
    workshop.endpoint.control("/_local/reset", {})
    workshop._functions.clear()
    workshop.endpoint.role("states-tests", allow="*")


@pytest.fixture
def workshop(own_workshop):
    """The module's own, with nothing in it of an earlier test."""
    emptied(own_workshop)
    return own_workshop


def busy(workshop, seconds, waits=0):
    """A machine that invokes a function for real seconds and waits for simulated ones."""
    wait = {"Type": "Wait", "Seconds": waits, "Next": "Invoke"}
    invoke = {
        "Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "End": True,
        "Parameters": {"FunctionName": workshop.function(BUSY), "Payload": {"seconds": seconds}},
        "ResultSelector": {"seconds.$": "$.Payload"},
    }  # fmt: skip
    return workshop.machine({"StartAt": "Wait", "States": {"Wait": wait, "Invoke": invoke}})


def test_the_clock_is_moved_while_executions_run(workshop):
    """Some wait, some are in a function; each ends once, rightly, and no time runs backwards."""
    control = workshop.endpoint.control
    control("/_local/clock", {"mode": "realtime"})
    machine = busy(workshop, 0.3, waits=3600)
    quick = busy(workshop, 0.3)
    running = [workshop.start(machine if n % 2 else quick) for n in range(12)]
    for arn in running[1::2]:
        workshop.reached(arn, "WaitStateEntered")
    with ThreadPoolExecutor(4) as pool:  # several advances at once are carried out in turn
        list(pool.map(lambda _: control("/_local/clock", {"advance": 1200}), range(4)))
    for arn in running:
        done = workshop.ended(arn)
        assert (done["status"], json.loads(done["output"])) == ("SUCCEEDED", {"seconds": 0.3})
        times = [event["timestamp"] for event in workshop.events(arn)]
        assert times == sorted(times)
        assert workshop.types(arn).count("TaskSucceeded") == 1
    control("/_local/clock", {"mode": "jump"})
    assert workshop.output({"P": {"Type": "Pass", "End": True}}, {}) == {}


def test_resets_while_executions_run(workshop):
    """Three at once: what ran is gone, its workers too; the next command works."""
    endpoint = workshop.endpoint
    endpoint.control("/_local/clock", {"mode": "realtime"})
    waiting, working = busy(workshop, 0, waits=9000), busy(workshop, 20)
    running = [workshop.start(machine) for machine in (waiting, working) for _ in range(4)]
    for arn in running:
        workshop.reached(arn, "TaskStarted" if arn.split(":")[6] in working else "WaitStateEntered")
    with ThreadPoolExecutor(3) as pool:
        list(pool.map(lambda _: endpoint.control("/_local/reset", {}), range(3)))
    for arn in running:
        code, _ = workshop.refused(workshop.states.describe_execution, executionArn=arn)
        assert code == "ExecutionDoesNotExist"
    assert workshop.states.list_state_machines()["stateMachines"] == []
    assert endpoint.control("/_local/clock")["offset"] == 0
    emptied(workshop)
    done = workshop.run(busy(workshop, 0))
    assert done["status"] == "SUCCEEDED"
    # itself, zygote, a worker or two; none of functions that are gone
    until(lambda: endpoint.control("/_local/status")["processes"] <= 4)


def test_a_reset_while_a_stack_is_made(workshop):
    """The stack is gone as a whole, and one of the same name can be made at once."""
    endpoint = workshop.endpoint
    client = endpoint.client("cloudformation")
    resources = {f"T{n}": {"Type": "AWS::SNS::Topic"} for n in range(60)}
    for number in range(1, 60):  # one after the other
        resources[f"T{number}"]["DependsOn"] = f"T{number - 1}"
    template = json.dumps({"Resources": resources})
    for _ in range(3):
        client.create_stack(StackName="cut", TemplateBody=template)
        endpoint.control("/_local/reset", {})
        with pytest.raises(ClientError, match="does not exist"):
            client.describe_stacks(StackName="cut")
    client.create_stack(StackName="cut", TemplateBody=template)
    client.get_waiter("stack_create_complete").wait(StackName="cut", WaiterConfig={"Delay": 1})
    assert len(endpoint.client("sns").list_topics()["Topics"]) == 60
    client.delete_stack(StackName="cut")
    client.get_waiter("stack_delete_complete").wait(StackName="cut", WaiterConfig={"Delay": 1})
    assert endpoint.client("sns").list_topics()["Topics"] == []


def test_resets_and_starts_and_advances_all_at_once(workshop):
    """Nobody hangs, nobody gets a failure of ours, and in the end everything works."""
    endpoint, end, wrong = workshop.endpoint, time.monotonic() + 3, []

    def until_the_end(action):
        while time.monotonic() < end:
            try:
                action()
            except ClientError as error:
                if error.response["Error"]["Code"] in ("InternalFailure", "InternalError"):
                    wrong.append(str(error))
            except (BotoCoreError, OSError, AssertionError) as error:
                wrong.append(repr(error))

    def start():
        machine = busy(workshop, 0.05, waits=60)
        workshop.ended(workshop.start(machine), 20)

    def reset():
        emptied(workshop)
        time.sleep(0.2)

    def advance():
        endpoint.control("/_local/clock", {"advance": 600})
        endpoint.control("/_local/clock", {"mode": "jump"})

    threads = [
        threading.Thread(target=until_the_end, args=(action,))
        for action in (start, start, start, reset, advance)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
        assert not thread.is_alive()
    assert wrong == []
    emptied(workshop)
    assert workshop.run(busy(workshop, 0))["status"] == "SUCCEEDED"
