"""What the pages show of an endpoint, and what their forms do."""

import json
import re
import uuid

import pytest

from tests.console.conftest import visiting
from tests.workshop import ended, stack_at_rest, until

MARKUP = "<script>alert(1)</script><b>bold</b>'\"&"
HERE = {"Type": "Pass", "End": True}


def test_the_first_page_names_what_failed_and_what_runs(visitor, states, machines):
    failing = machines.run(machines.make({"Type": "Fail", "Error": "Boom"}))
    page = visitor.words("/")
    assert failing.rpartition(":")[2] in page and "Simulated clock" in page
    assert "the local endpoint at http://127.0.0.1:" in page and "nothing is billed" in page


def test_the_first_page_finds_a_failure_behind_many_that_went_well(visitor, machines):
    machine = machines.make(
        {"Type": "Choice", "Default": "Good", "Choices": [
            {"Variable": "$.bad", "IsPresent": True, "Next": "Bad"}]},
        Good={"Type": "Succeed"}, Bad={"Type": "Fail", "Error": "Boom"})  # fmt: skip
    failed = machines.run(machine, {"bad": 1})
    for _ in range(12):
        machines.run(machine)
    assert f'/executions/{failed}"' in visitor.words("/")


def test_a_machine_s_page_draws_it_and_lists_its_executions(visitor, machines):
    machine = machines.make({"Type": "Pass", "Next": "Last"}, Last={"Type": "Succeed"})
    run = machines.run(machine)
    page = visitor.words(f"/machines/{machine}")
    assert "data:image/svg+xml" in page and "First" in page
    assert f'/executions/{run}"' in page and "succeeded" in page


def test_thousands_of_executions_are_paged_and_filtered_by_status(visitor, machines):
    machine = machines.make({"Type": "Choice", "Default": "Good", "Choices": [
        {"Variable": "$.bad", "IsPresent": True, "Next": "Bad"}]},
        Good={"Type": "Succeed"}, Bad={"Type": "Fail", "Error": "Boom"})  # fmt: skip
    runs = [machines.run(machine) for _ in range(105)]
    failed = machines.run(machine, {"bad": 1})
    page = visitor.get(f"/machines/{machine}").text
    assert page.count('href="/executions/') == 100 and "Older ones" in page
    older = page.split('">Older ones')[0].rpartition('href="')[2].replace("&amp;", "&")
    rest = visitor.words(older)
    assert f'/executions/{runs[0]}"' in rest and rest.count('href="/executions/') == 6
    only = visitor.words(f"/machines/{machine}?status=FAILED")
    assert f'/executions/{failed}"' in only and only.count('href="/executions/') == 1


def test_an_execution_is_started_with_the_input_that_was_typed(visitor, states, machines):
    machine = machines.make(HERE)
    answer = visitor.post(f"/machines/{machine}", input='{"price": 2}')
    arn = answer.url.partition("/executions/")[2]
    assert json.loads(ended(states, arn)["output"]) == {"price": 2}
    assert "ExecutionStarted" in answer.text


def test_an_input_that_is_no_json_starts_nothing_and_is_kept(visitor, states, machines):
    machine = machines.make(HERE)
    answer = visitor.post(f"/machines/{machine}", input='{"price": 2,}')
    assert answer.status_code == 400 and "is not JSON" in answer.text
    assert "{&quot;price&quot;: 2,}" in answer.text
    assert states.list_executions(stateMachineArn=machine)["executions"] == []


def test_an_execution_s_page_has_its_way_its_data_and_its_events(visitor, machines):
    machine = machines.make({"Type": "Pass", "Result": {"n": 7}, "Next": "Last"}, Last=HERE)
    run = machines.run(machine, {"price": 2})
    page = visitor.words(f"/executions/{run}")
    assert "course-replay" in page and "PassStateExited" in page and '"n": 7' in page
    only = visitor.words(f"/executions/{run}?type=PassStateExited")
    assert "2 events" in only and "<td>ExecutionStarted" not in only


def test_half_a_character_in_an_input_is_shown_as_a_question_mark(visitor, states, machines):
    begun = states.start_execution(stateMachineArn=machines.make(HERE), input='{"a": "<\\ud800"}')
    ended(states, begun["executionArn"])
    assert "&lt;?" in visitor.get(f"/executions/{begun['executionArn']}").text


def test_the_next_execution_is_offered_the_input_of_one(visitor, machines):
    machine = machines.make(HERE)
    run = machines.run(machine, {"price": 4711})
    assert "4711" in visitor.words(f"/machines/{machine}?again={run}")


KNOWN = re.compile(r'data-live="([^"]+)" data-known="(\w+)"')


def test_a_page_is_told_when_what_it_shows_changes_and_not_before(visitor, states, machines):
    machine = machines.make(HERE)
    live, known = KNOWN.search(visitor.get(f"/machines/{machine}").text).groups()
    with visitor.get(f"{live}?known={known}", stream=True, timeout=60) as stream:
        lines = stream.iter_lines(decode_unicode=True)
        assert next(lines) == ":"  # nothing that the page does not show
        states.start_execution(stateMachineArn=machine)
        assert until(lambda: next(lines) == "event: change")


def test_a_browser_that_comes_back_is_told_what_it_missed(visitor, states, machines):
    machine = machines.make(HERE)
    live, known = KNOWN.search(visitor.get(f"/machines/{machine}").text).groups()
    states.start_execution(stateMachineArn=machine)
    for asked, headers in ((f"?known={known}", {}), ("", {"Last-Event-ID": known}), ("", {})):
        with visitor.get(live + asked, stream=True, timeout=60, headers=headers) as stream:
            assert next(stream.iter_lines(decode_unicode=True)) == "event: change"


def test_what_ends_is_followed_no_longer(visitor, machines):
    run = machines.run(machines.make(HERE))
    assert "event: end" in visitor.get(f"/live/executions/{run}").text


@pytest.fixture
def stack(endpoint):
    client = endpoint.client("cloudformation")
    name = f"stack-{uuid.uuid4().hex[:8]}"
    template = {
        "Resources": {
            "Rule": {"Type": "AWS::Events::Rule", "Properties": {
                "ScheduleExpression": "rate(1 hour)", "State": "DISABLED"}},
            "Table": {"Type": "AWS::DynamoDB::Table", "Properties": {
                "BillingMode": "PAY_PER_REQUEST",
                "KeySchema": [{"AttributeName": "Id", "KeyType": "HASH"}],
                "AttributeDefinitions": [{"AttributeName": "Id", "AttributeType": "S"}]}},
        },
        "Outputs": {"Name": {"Value": {"Ref": "Table"}, "Description": MARKUP}},
    }  # fmt: skip
    client.create_stack(StackName=name, TemplateBody=json.dumps(template))
    stack_at_rest(client, name)
    return name


def test_a_stack_s_page_has_its_resources_outputs_events_and_template(visitor, stack):
    page = visitor.words(f"/stacks/{stack}")
    assert "AWS::DynamoDB::Table" in page and "create complete" in page
    assert "/rules/default/" in page and "as it was written" in page
    assert "data:image/svg+xml" in visitor.words(f"/stacks/{stack}?template=Processed")
    assert MARKUP not in visitor.get(f"/stacks/{stack}").text


def test_a_rule_is_switched_on_and_says_when_it_fires(visitor, endpoint, stack):
    events = endpoint.client("events")
    name = next(one["Name"] for one in events.list_rules()["Rules"] if stack in one["Name"])
    path = f"/rules/default/{name}"
    assert "every hour" in visitor.words(path) and "disabled" in visitor.words(path)
    page = visitor.post(path, do="enable").text
    assert events.describe_rule(Name=name)["State"] == "ENABLED"
    assert page.count("<time ") == 5
    visitor.post(path, do="disable")
    assert events.describe_rule(Name=name)["State"] == "DISABLED"


def test_a_stack_is_deleted_after_a_question_that_names_what_is_lost(visitor, endpoint, stack):
    client = endpoint.client("cloudformation")
    asked = visitor.post(f"/stacks/{stack}", do="delete")
    assert f"Delete the stack {stack} with its 2 resources?" in asked.text
    assert "is lost: Table." in asked.text
    assert client.describe_stacks(StackName=stack)["Stacks"][0]["StackStatus"] == "CREATE_COMPLETE"
    visitor.post(f"/stacks/{stack}", do="delete", sure="yes")
    until(lambda: not _there(client, stack))


def _there(client, name: str) -> bool:
    return any(one["StackName"] == name for one in client.describe_stacks()["Stacks"])


def test_what_is_not_there_is_told_and_no_error_of_ours(visitor):
    for path in ("/stacks/none", "/machines/none", "/executions/none", "/rules/default/none"):
        answer = visitor.get(path)
        assert answer.status_code == 400 and 'role="alert"' in answer.text, path
    assert visitor.get("/nothing").status_code == 404


def test_markup_in_names_inputs_and_errors_is_text(visitor, states, role):
    definition = {"StartAt": MARKUP[:60], "States": {MARKUP[:60]: {
        "Type": "Fail", "Error": MARKUP, "Cause": MARKUP}}, "Comment": MARKUP}  # fmt: skip
    made = states.create_state_machine(
        name=f"machine-{uuid.uuid4().hex[:8]}", definition=json.dumps(definition), roleArn=role
    )
    begun = states.start_execution(
        stateMachineArn=made["stateMachineArn"], input=json.dumps({MARKUP: MARKUP})
    )
    ended(states, begun["executionArn"])
    for path in (
        "/",
        f"/machines/{made['stateMachineArn']}",
        f"/executions/{begun['executionArn']}",
    ):
        page = visitor.get(path).text
        assert "<script>alert" not in page and "<b>bold" not in page


def test_the_clock_is_moved_and_shows_what_is_due(module_endpoint):
    def ahead() -> float:
        return module_endpoint.control("/_local/clock")["offset"]

    module_endpoint.client("events").put_rule(Name="hourly", ScheduleExpression="rate(1 hour)")
    with visiting(module_endpoint.env) as visitor:
        page = visitor.words("/")
        assert 'href="/rules/default/hourly"' in page and re.search(r"</a> in (1 h|59 min)", page)
        live, known = KNOWN.search(page).groups()
        visitor.post("/", step="1h")
        with visitor.get(f"{live}?known={known}", stream=True, timeout=60) as stream:
            assert next(stream.iter_lines(decode_unicode=True)) == "event: change"
        visitor.post("/", next="yes")
        assert 7100 < ahead() < 7300
        visitor.post("/", step="1d")
        assert 92_600 < ahead() < 94_600
        assert "takes as long as it says" in visitor.post("/", mode="realtime").text
        assert visitor.post("/", step="many").status_code == 400


def test_on_an_account_a_start_is_asked_about_and_read_only_refuses_it(endpoint, states, machines):
    account = endpoint.env | {"COURSE_TARGET": "aws"}
    machine = machines.make(HERE)
    failed = machines.run(machines.make({"Type": "Fail"}))
    with visiting(account) as visitor:
        page = visitor.words("/")
        assert "AWS account 123456789012" in page and "<dt>Identity</dt>" in page
        assert "AWS_ENDPOINT_URL" in page and "Simulated clock" not in page
        asked = visitor.post(f"/machines/{machine}", input="{}")
        assert "Start an execution of machine-" in asked.text
        asked = visitor.post(f"/executions/{failed}", do="redrive")
        assert f"Redrive the execution {failed.rpartition(':')[2]}?" in asked.text
        assert states.list_executions(stateMachineArn=machine)["executions"] == []
        visitor.post(f"/machines/{machine}", input="{}", sure="yes")
        assert len(states.list_executions(stateMachineArn=machine)["executions"]) == 1
    with visiting(account, "--read-only") as visitor:
        assert "Start an execution" not in visitor.words(f"/machines/{machine}")
        assert 'value="redrive"' not in visitor.words(f"/executions/{failed}")
        answer = visitor.post("/", step="1h")
        assert answer.status_code == 403 and "read-only" in answer.text
