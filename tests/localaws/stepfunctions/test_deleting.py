"""A machine that is deleted while executions of it run."""

import json

import pytest

from tests.workshop import until

PASS = {"Type": "Pass", "End": True}
ONE = {"StartAt": "A", "States": {"A": PASS}}
QUICKLY = {"Delay": 1, "MaxAttempts": 30}


@pytest.fixture
def queue(workshop, request):
    sqs = workshop.endpoint.client("sqs")
    url = sqs.create_queue(QueueName=f"q-{abs(hash(request.node.name))}")["QueueUrl"]
    yield sqs, url
    sqs.delete_queue(QueueUrl=url)


def asking(queue, **follows):
    """A state that waits until somebody answers with its token."""
    message = {"QueueUrl": queue[1], "MessageBody.$": "$$.Task.Token"}
    resource = "arn:aws:states:::sqs:sendMessage.waitForTaskToken"
    return {"Type": "Task", "Resource": resource, "Parameters": message, **follows}


def started(workshop, queue, states, **options):
    """A running execution: the ARNs of its machine and of itself, and its token."""
    machine = workshop.machine({"StartAt": "Ask", "States": states}, **options)
    arn = workshop.start(machine, {})
    message = queue[0].receive_message(QueueUrl=queue[1], WaitTimeSeconds=10)["Messages"][0]
    return machine, arn, message["Body"]


def listed(workshop):
    found = workshop.states.list_state_machines(maxResults=1000)["stateMachines"]
    return [one["stateMachineArn"] for one in found]


def test_what_it_still_answers_and_what_not(workshop, queue):
    states, role = workshop.states, workshop.role
    machine, arn, token = started(
        workshop, queue, {"Ask": asking(queue, End=True)}, name="goes", publish=True
    )
    states.delete_state_machine(stateMachineArn=machine)
    this = {"stateMachineArn": machine}
    assert states.describe_state_machine(**this)["status"] == "DELETING"
    assert states.describe_state_machine(stateMachineArn=f"{machine}:1")["status"] == "DELETING"
    assert machine in listed(workshop)
    [running] = states.list_executions(**this, statusFilter="RUNNING")["executions"]
    assert running["executionArn"] == arn
    words = ("StateMachineDeleting", f"State Machine is being deleted: '{machine}'")
    routes = [{"stateMachineVersionArn": f"{machine}:1", "weight": 100}]
    for call, given in (
        (states.start_execution, this),
        (states.update_state_machine, {**this, "definition": json.dumps(ONE)}),
        (states.publish_state_machine_version, this),
        (states.create_state_machine_alias, {"name": "a", "routingConfiguration": routes}),
        (states.create_state_machine,
         {"name": "goes", "definition": json.dumps(ONE), "roleArn": role}),
    ):  # fmt: skip
        assert workshop.refused(call, **given) == words
    states.send_task_success(taskToken=token, output="1")
    until(lambda: machine not in listed(workshop))
    gone = workshop.refused(states.describe_state_machine, **this)
    assert gone == ("StateMachineDoesNotExist", f"State Machine Does Not Exist: '{machine}'")
    assert workshop.run(workshop.machine(ONE, name="goes"))["status"] == "SUCCEEDED"
    assert len(states.list_executions(**this)["executions"]) == 1


def test_the_execution_enters_no_further_state(workshop, queue):
    sqs, url = workshop.endpoint.client("sqs"), None
    states = {"Ask": asking(queue, Next="After"), "After": PASS}
    url = sqs.create_queue(QueueName="heard")["QueueUrl"]
    heard = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]
    machine, arn, token = started(workshop, queue, states, name="cut")
    events = workshop.endpoint.client("events")
    pattern = {"source": ["aws.states"], "detail": {"stateMachineArn": [machine]}}
    events.put_rule(Name="cut", EventPattern=json.dumps(pattern))
    events.put_targets(Rule="cut", Targets=[{"Id": "t", "Arn": heard["QueueArn"]}])
    workshop.states.delete_state_machine(stateMachineArn=machine)
    workshop.states.send_task_success(taskToken=token, output="1")
    [message] = sqs.receive_message(QueueUrl=url, WaitTimeSeconds=10)["Messages"]
    told = json.loads(message["Body"])["detail"]
    assert told["executionArn"] == arn
    assert (told["status"], told["error"]) == ("FAILED", "States.Runtime")
    assert told["cause"] == "State machine cut has been deleted."
    events.remove_targets(Rule="cut", Ids=["t"])
    events.delete_rule(Name="cut")


def test_stopping_the_last_execution_ends_it(workshop, queue):
    machine, arn, _ = started(workshop, queue, {"Ask": asking(queue, End=True)})
    workshop.states.delete_state_machine(stateMachineArn=machine)
    assert machine in listed(workshop)
    workshop.states.stop_execution(executionArn=arn)
    assert machine not in listed(workshop)


def test_a_stack_does_not_wait_for_executions(workshop, queue):
    stacks = workshop.endpoint.client("cloudformation")
    definition = {"StartAt": "Ask", "States": {"Ask": asking(queue, End=True)}}
    machine = {"Definition": definition, "RoleArn": workshop.role, "StateMachineName": "of-stack"}
    resource = {"Type": "AWS::StepFunctions::StateMachine", "Properties": machine}
    stacks.create_stack(
        StackName="waits", TemplateBody=json.dumps({"Resources": {"Machine": resource}})
    )
    stacks.get_waiter("stack_create_complete").wait(StackName="waits", WaiterConfig=QUICKLY)
    arn = f"arn:aws:states:us-east-1:123456789012:stateMachine:{machine['StateMachineName']}"
    workshop.reached(workshop.start(arn, {}), "TaskSubmitted")
    stacks.delete_stack(StackName="waits")
    stacks.get_waiter("stack_delete_complete").wait(StackName="waits", WaiterConfig=QUICKLY)
    assert arn not in listed(workshop)


def test_express_machines_are_gone_at_once(workshop):
    machine = workshop.machine(ONE, type="EXPRESS")
    workshop.states.delete_state_machine(stateMachineArn=machine)
    assert machine not in listed(workshop)
