"""The page of an execution: its states one by one, its events, what it waits for, its children."""

import json
import re
import uuid
from urllib.parse import quote

import pytest
from botocore.exceptions import ClientError

from helpers.console import steps
from helpers.console.histories import Histories
from tests.workshop import ended, make_function, until

MARKUP = "<script>alert(1)</script><b>bold</b>'\"&"
HERE = {"Type": "Pass", "End": True}
AGAIN = [{"ErrorEquals": ["States.ALL"], "IntervalSeconds": 4, "MaxAttempts": 1}]


@pytest.fixture(scope="module")
def failing(endpoint, role, machines):
    """An execution whose function failed twice, and the function's name."""
    source = (
        "def handler(event, context):\n    print('seen', event)\n    raise ValueError('<b>no')\n"
    )
    name = make_function(endpoint.client("lambda"), role, source)["FunctionName"]
    call = {
        "Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "Retry": AGAIN, "End": True,
        "Parameters": {"FunctionName": name, "Payload.$": "$"},
    }  # fmt: skip
    machine = machines.make(
        {"Type": "Pass", "Next": "Ask " + MARKUP[:20]}, **{"Ask " + MARKUP[:20]: call}
    )
    return machines.run(machine, {"price": 2}), name


def test_a_state_is_looked_into_with_its_attempts_and_the_log_of_each(visitor, failing):
    run, name = failing
    page = visitor.words(f"/executions/{run}?step=2")
    assert "State: Ask <script>" in page and f"Lambda {name}" in page
    assert "<b>no" in page and "<b>no" not in visitor.get(f"/executions/{run}?step=2").text
    attempts = page.split('aria-label="Attempts"')[1].split("</table>")[0]
    assert attempts.count("<tr>") == 3 and "<td>4 s</td>" in attempts
    assert page.count(f"Log of {name}, called at") == 2
    assert page.count("seen {'price': 2}") == 2  # the lines of each attempt, and no others
    assert "7 events of its own" in page


def test_the_log_of_each_call_is_told_apart_though_they_ran_at_one_time(
    visitor, endpoint, role, machines
):
    source = (
        "def handler(event, context):\n    print('seen', event)\n    return {'requestId': 'x'}\n"
    )
    name = make_function(endpoint.client("lambda"), role, source)["FunctionName"]
    call = {
        "Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "End": True,
        "Parameters": {"FunctionName": name, "Payload.$": "$"},
    }  # fmt: skip
    each = {
        "Type": "Map", "End": True, "ItemProcessor": {"StartAt": "Call", "States": {"Call": call}}
    }  # fmt: skip
    run = machines.run(machines.make(each), [{"n": 1}, {"n": 2}])
    (log,) = re.findall(r"seen \{'n': \d\}", visitor.words(f"/executions/{run}?step=2"))
    (other,) = re.findall(r"seen \{'n': \d\}", visitor.words(f"/executions/{run}?step=3"))
    assert log != other


def test_a_failed_execution_says_where_and_what_a_redrive_does(visitor, failing):
    page = visitor.words(f"/executions/{failing[0]}")
    assert "<dt>Where</dt>" in page and "what succeeded is not run again" in page
    assert 'value="redrive"' in page


def test_a_redrive_goes_on_in_the_same_history(visitor, states, machines):
    run = machines.run(machines.make({"Type": "Fail", "Error": "Boom"}))
    visitor.post(f"/executions/{run}", do="redrive")
    until(lambda: states.describe_execution(executionArn=run)["status"] == "FAILED")
    page = visitor.words(f"/executions/{run}")
    assert "1 time, last" in page and "ExecutionRedriven" in page
    assert visitor.get(f"/executions/{run}?of=First").text.count('data-key="event-') == 2


def test_events_are_filtered_by_type_state_and_text(visitor, machines):
    machine = machines.make({"Type": "Pass", "Result": {"a": "Zebra"}, "Next": "Last"}, Last=HERE)
    run = machines.run(machine)

    def shown(query):
        return re.findall(r'data-key="event-(\d+)"', visitor.get(f"/executions/{run}?{query}").text)

    assert shown("") == ["1", "2", "3", "4", "5", "6"]
    assert shown("of=First") == ["2", "3"] and shown("only=2") == ["4", "5"]
    assert shown("text=zebra&type=PassStateEntered") == ["4"]
    assert shown("text=nowhere") == []
    assert shown("from=4") == ["5", "6"]


def test_states_are_filtered_by_name_and_how_they_went(visitor, machines):
    choice = {"Type": "Map", "ItemsPath": "$.items", "Next": "End", "ItemProcessor": {
        "StartAt": "Each", "States": {"Each": HERE}}}  # fmt: skip
    run = machines.run(machines.make(choice, End={"Type": "Fail"}), {"items": list(range(150))})

    def shown(query):
        return re.findall(r'data-key="visit-(\d+)"', visitor.get(f"/executions/{run}?{query}").text)

    assert len(shown("")) == 100 and shown("visits=100")[-1] == "152"
    assert shown("how=failed") == ["152"] and len(shown("state=eac&visits=100")) == 50
    page = visitor.words(f"/executions/{run}?step=1")
    assert ">Items</h3>" in page and "150, 1 to 100 shown" in page
    assert "150, 101 to 150 shown" in visitor.words(f"/executions/{run}?step=1&runs=100")
    assert "item 3 of First" in page


def test_variables_are_told(visitor, states, role):
    definition = {"QueryLanguage": "JSONata", "StartAt": "Set", "States": {
        "Set": {"Type": "Pass", "Assign": {"price": "{% 42 %}"}, "Next": "Use"},
        "Use": HERE}}  # fmt: skip
    made = states.create_state_machine(
        name=f"machine-{uuid.uuid4().hex[:8]}", definition=json.dumps(definition), roleArn=role
    )
    run = states.start_execution(stateMachineArn=made["stateMachineArn"])["executionArn"]
    ended(states, run)
    assigned = visitor.words(f"/executions/{run}?step=1").split("Variables it assigned")[1]
    assert '"price": 42' in assigned[:200]
    assert "Variables it could read" in visitor.words(f"/executions/{run}?step=2")


def test_what_an_execution_waits_for_is_said(visitor, endpoint, states, machines):
    activity = states.create_activity(name=f"activity-{uuid.uuid4().hex[:8]}")["activityArn"]
    queue = endpoint.client("sqs").create_queue(QueueName=f"q-{uuid.uuid4().hex[:8]}")["QueueUrl"]
    token = {"Type": "Task", "Resource": "arn:aws:states:::sqs:sendMessage.waitForTaskToken",
             "Parameters": {"QueueUrl": queue, "MessageBody": {"t.$": "$$.Task.Token"}},
             "HeartbeatSeconds": 3600, "End": True}  # fmt: skip
    work = {"Type": "Task", "Resource": activity, "End": True}
    branches = [{"StartAt": "Token", "States": {"Token": token}},
                {"StartAt": "Work", "States": {"Work": work}}]  # fmt: skip
    machine = machines.make({"Type": "Parallel", "Branches": branches, "End": True})
    run = states.start_execution(stateMachineArn=machine)["executionArn"]
    try:
        until(lambda: "SendTaskSuccess" in visitor.words(f"/executions/{run}"))
        page = visitor.words(f"/executions/{run}")
        assert "A heartbeat is due every 1 h." in page and f"GetActivityTask of {activity}" in page
        assert 'data-live="/live/executions/' in page
        states.get_activity_task(activityArn=activity, workerName="ada")
        until(lambda: "a worker has its work: ada" in visitor.words(f"/executions/{run}"))
        visitor.post(f"/executions/{run}", do="stop")
        page = visitor.words(f"/executions/{run}?step=2")
        assert "aborted" in page and "Stopped in the course's console" in page
    finally:
        states.stop_execution(executionArn=run)


def test_a_child_execution_and_its_parent_lead_to_each_other(visitor, states, machines):
    child = machines.make(HERE)
    given = {steps.PARENT + ".$": "$$.Execution.Id"}
    start = {"Type": "Task", "Resource": "arn:aws:states:::states:startExecution.sync:2",
             "Parameters": {"StateMachineArn": child, "Input": given}, "End": True}  # fmt: skip
    run = machines.run(machines.make(start))
    arn = states.list_executions(stateMachineArn=child)["executions"][0]["executionArn"]
    assert f'<dt>Started</dt><dd><a href="/executions/{arn}"' in visitor.words(
        f"/executions/{run}?step=1"
    )
    assert f'<dt>Started by</dt><dd><a href="/executions/{run}"' in visitor.words(
        f"/executions/{arn}"
    )


@pytest.fixture(scope="module")
def mapped(machines):
    """An execution with a distributed Map of 105 items, the seventh of which fails."""
    inside = {"StartAt": "Look", "States": {
        "Look": {"Type": "Choice", "Default": "Good", "Choices": [
            {"Variable": "$", "NumericEquals": 7, "Next": "Bad"}]},
        "Good": {"Type": "Succeed"}, "Bad": {"Type": "Fail", "Error": "Seven"}},
        "ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"}}  # fmt: skip
    machine = machines.make({
        "Type": "Map", "ItemsPath": "$.items", "ItemProcessor": inside, "Label": "Many",
        "ToleratedFailurePercentage": 50, "End": True})  # fmt: skip
    return machines.run(machine, {"items": list(range(105))})


def test_a_map_run_has_its_counts_and_its_items_executions(visitor, states, mapped):
    arn = states.list_map_runs(executionArn=mapped)["mapRuns"][0]["mapRunArn"]
    address = f"/mapruns/{quote(arn, safe=':')}"
    assert f'href="{address}"' in visitor.get(f"/executions/{mapped}?step=1").text
    page = visitor.words(address)
    assert "Map Run Many" in page and "50 % of the items" in page
    assert page.count("data-key=") == 100 and f'href="/executions/{mapped}"' in page
    older = page.split('">The next ones')[0].rpartition('href="')[2]
    assert visitor.words(older).count("data-key=") == 5
    failed = visitor.words(f"{address}?status=FAILED")
    assert failed.count("data-key=") == 1
    child = re.search(r'data-key="([^"]+)"', failed)[1]
    page = visitor.words(f"/executions/{quote(child, safe=':')}")
    assert "Seven" in page and f'href="{address}"' in page


def test_long_data_are_cut_and_can_be_had_in_whole(visitor, machines):
    given = {"price": "价" * 40_000, "mark": MARKUP}
    run = machines.run(machines.make(HERE), given)
    page = visitor.get(f"/executions/{run}?step=1").text
    assert "Only the beginning is shown" in page and len(page) < 300_000
    for query in ("of=input", "event=2&amp;of=input", "event=3&amp;of=output"):
        assert f"/whole/{run}?{query}" in page
        answer = visitor.get(f"/whole/{run}?{query.replace('&amp;', '&')}")
        assert json.loads(answer.text) == given
        assert answer.headers["Content-Type"] == "text/plain; charset=utf-8"
        assert answer.headers["Content-Disposition"].startswith("attachment")
    answer = visitor.get(f"/whole/{run}?of=taskToken")
    assert answer.status_code == 400 and 'role="alert"' in answer.text


def test_deep_json_is_shown(visitor, states, machines):
    begun = states.start_execution(stateMachineArn=machines.make(HERE), input="[" * 900 + "]" * 900)
    ended(states, begun["executionArn"])
    assert visitor.get(f"/executions/{begun['executionArn']}").status_code == 200


def test_a_long_execution_is_shown_still_and_replayed_when_asked(visitor, machines):
    many = {"Type": "Map", "ItemsPath": "$.items", "ItemProcessor": {
        "StartAt": "Each", "States": {"Each": HERE}}, "End": True}  # fmt: skip
    run = machines.run(machines.make(many), {"items": [0] * 1300})
    page = visitor.words(f"/executions/{run}")
    assert "course-replay" not in page and "Step through it all the same" in page
    assert "course-replay" in visitor.words(f"/executions/{run}?replay=yes")


def test_only_what_is_new_of_a_history_is_asked_for():
    """What is known is not read again; what ended is described alone."""
    asked = []

    class Client:
        status, count = "RUNNING", 150

        def describe_execution(self, **given):
            asked.append("describe")
            return {"executionArn": "arn", "status": self.status, "startDate": 1}

        def get_paginator(self, name):
            return self

        def paginate(self, executionArn, PaginationConfig, reverseOrder=False):
            size, ids = PaginationConfig["PageSize"], list(range(1, self.count + 1))
            ids = ids[::-1] if reverseOrder else ids
            for at in range(0, len(ids), size):
                asked.append(f"{ids[at]}")
                yield {"events": [_event(one) for one in ids[at : at + size]]}

    client = Client()
    aws = type("Aws", (), {"client": lambda self, service: client})()
    histories = Histories()
    assert len(histories.read(aws, "arn").run.events) == 150
    client.count = 400
    run = histories.read(aws, "arn").run
    assert [one["id"] for one in run.events] == list(range(1, 401))
    assert asked == ["describe", "1", "describe", "400", "300", "200"]
    client.status = "ABORTED"
    histories.read(aws, "arn")
    asked.clear()
    assert histories.read(aws, "arn").run.status == "ABORTED"
    assert asked == ["describe"]


def test_a_history_that_may_not_be_read_leaves_the_rest_of_the_page():
    class Client:
        meta = type("Meta", (), {"endpoint_url": "https://states.us-east-1.amazonaws.com"})

        def describe_execution(self, **given):
            return {"executionArn": "arn", "status": "RUNNING", "startDate": 1, "input": "{}"}

        def get_paginator(self, name):
            raise ClientError({"Error": {"Code": "AccessDeniedException", "Message": DENIED}}, name)

    aws = type("Aws", (), {"client": lambda self, service: Client()})()
    known = Histories().read(aws, "arn")
    assert DENIED in known.refused.what and known.run.status == "RUNNING"
    assert list(known.run.walk()) == []


DENIED = "User: ada is not authorized to perform: states:GetExecutionHistory"


def _event(number):
    return {"id": number, "previousEventId": number - 1, "type": "PassStateEntered", "timestamp": 1}


@pytest.fixture(scope="module")
def express(endpoint, states, role):
    """An Express state machine that logs all, and the ARNs of two executions of it."""
    group = f"/console/{uuid.uuid4().hex[:8]}"
    endpoint.client("logs").create_log_group(logGroupName=group)
    arn = f"arn:aws:logs:us-east-1:123456789012:log-group:{group}:*"
    definition = {"StartAt": "First", "States": {
        "First": {"Type": "Choice", "Default": "Good", "Choices": [
            {"Variable": "$.bad", "IsPresent": True, "Next": "Bad"}]},
        "Good": HERE, "Bad": {"Type": "Fail", "Error": MARKUP}}}  # fmt: skip
    made = states.create_state_machine(
        name=f"machine-{uuid.uuid4().hex[:8]}", definition=json.dumps(definition), roleArn=role,
        type="EXPRESS",
        loggingConfiguration={"level": "ALL", "includeExecutionData": True, "destinations": [
            {"cloudWatchLogsLogGroup": {"logGroupArn": arn}}]},
    )["stateMachineArn"]  # fmt: skip
    runs = [
        states.start_execution(stateMachineArn=made, input=given)["executionArn"]
        for given in ('{"price": 4711}', '{"bad": 1}')
    ]
    return made, runs


def test_an_express_execution_is_told_by_its_log(visitor, express):
    machine, runs = express
    until(lambda: visitor.words(f"/machines/{machine}").count("data-key=") == 2)
    page = visitor.words(f"/machines/{machine}")
    assert "by the events in their log" in page and all(
        f"/executions/{one}" in page for one in runs
    )
    page = visitor.words(f"/executions/{runs[0]}?step=2")
    assert "An Express execution" in page and "State: Good" in page and "4711" in page
    assert 'value="stop"' not in page and "course-replay" in page
    failed = visitor.get(f"/executions/{runs[1]}").text
    assert "failed" in failed and "<script>alert" not in failed
    assert "4711" in visitor.words(f"/machines/{machine}?again={runs[0]}")


def test_an_express_execution_without_a_log_says_how_to_have_one(visitor, states, role):
    made = states.create_state_machine(
        name=f"machine-{uuid.uuid4().hex[:8]}", roleArn=role, type="EXPRESS",
        definition=json.dumps({"StartAt": "First", "States": {"First": HERE}}),
    )["stateMachineArn"]  # fmt: skip
    run = states.start_execution(stateMachineArn=made)["executionArn"]
    answer = visitor.get(f"/executions/{run}")
    assert answer.status_code == 400 and "Level ALL" in answer.text
    assert "logging is off" in visitor.words(f"/machines/{made}")
