"""What the API does beside running: redrive, Express, versions, TestState, pages, roles."""

import json

import pytest

AFTER = {"Type": "Pass", "End": True}
PASS = {"StartAt": "A", "States": {"A": AFTER}}
EXPRESS = {"type": "EXPRESS"}
FLAG = """
import pathlib

def handler(event, context):
    if not pathlib.Path(event["file"]).exists():
        raise ValueError("not yet")
    return "done"
"""


def test_redrive_goes_on_where_it_failed(workshop, tmp_path):
    states = {
        "A": {"Type": "Pass", "Assign": {"v": 1}, "Next": "B"},
        "B": {"Type": "Task", "Resource": workshop.function(FLAG), "Next": "C"},
        "C": {"Type": "Pass", "Parameters": {"v.$": "$v"}, "End": True},
    }
    flag = tmp_path / "flag"
    failed = workshop.run({"StartAt": "A", "States": states}, {"file": str(flag)})
    assert (failed["status"], failed["redriveStatus"]) == ("FAILED", "REDRIVABLE")
    flag.touch()
    workshop.states.redrive_execution(executionArn=failed["executionArn"])
    done = workshop.ended(failed["executionArn"])
    assert (done["status"], json.loads(done["output"])) == ("SUCCEEDED", {"v": 1})
    assert (done["redriveCount"], done["redriveStatus"]) == (1, "NOT_REDRIVABLE")
    types = workshop.types(done)
    assert types.count("PassStateEntered") == 2
    assert "ExecutionRedriven" in types
    refused = workshop.refused(
        workshop.states.redrive_execution, executionArn=failed["executionArn"]
    )
    assert refused[0] == "ExecutionNotRedrivable"


def test_after_14_days_it_is_too_late_for_a_redrive(workshop):
    done = workshop.run({"StartAt": "A", "States": {"A": {"Type": "Fail"}}})
    workshop.advance(14 * 86_400 + 60)
    again = workshop.states.describe_execution(executionArn=done["executionArn"])
    words = "Execution redrivable period exceeded"
    assert (again["redriveStatus"], again["redriveStatusReason"]) == ("NOT_REDRIVABLE", words)
    refused = workshop.refused(workshop.states.redrive_execution, executionArn=done["executionArn"])
    assert refused == ("ExecutionNotRedrivable", words)


def test_an_execution_lasts_a_year_at_most(workshop):
    states = {"A": {"Type": "Wait", "Seconds": 40_000_000, "End": True}}
    done = workshop.run({"StartAt": "A", "States": states})
    assert done["status"] == "TIMED_OUT"
    assert (done["stopDate"] - done["startDate"]).days == 365
    assert done["redriveStatusReason"] == "Execution has exceeded the max execution time"


def test_express_runs_and_answers_at_once(workshop):
    states = {"A": {"Type": "Wait", "Seconds": 30, "End": True}}
    machine = workshop.machine({"StartAt": "A", "States": states}, **EXPRESS)
    done = workshop.sync.start_sync_execution(stateMachineArn=machine, input='{"a": 1}')
    assert (done["status"], json.loads(done["output"])) == ("SUCCEEDED", {"a": 1})
    assert done["billingDetails"]["billedDurationInMilliseconds"] >= 30_000


def test_what_an_execution_that_is_waited_for_knows_of_itself(workshop):
    states = {"A": {"Type": "Pass", "Parameters": {"x.$": "$$.Execution"}, "End": True}}
    machine = workshop.machine({"StartAt": "A", "States": states}, **EXPRESS)
    done = workshop.sync.start_sync_execution(stateMachineArn=machine)
    assert set(json.loads(done["output"])["x"]) == {"Id", "Input", "StartTime", "Name", "RoleArn"}
    assert workshop.output(states)["x"]["RedriveCount"] == 0


def test_express_that_fails_says_so_in_its_answer(workshop):
    machine = workshop.machine(
        {"StartAt": "A", "States": {"A": {"Type": "Fail", "Error": "E", "Cause": "C"}}}, **EXPRESS
    )
    done = workshop.sync.start_sync_execution(stateMachineArn=machine)
    assert (done["status"], done["error"], done["cause"]) == ("FAILED", "E", "C")


def test_standard_machines_have_no_sync_execution(workshop):
    refused = workshop.refused(
        workshop.sync.start_sync_execution, stateMachineArn=workshop.machine(PASS)
    )
    assert refused[0] == "StateMachineTypeNotSupported"


@pytest.mark.parametrize("sync", [".sync", ".sync:2"])
def test_nested(workshop, sync):
    inner = workshop.machine(PASS)
    states = {
        "A": {
            "Type": "Task",
            "Resource": f"arn:aws:states:::states:startExecution{sync}",
            "Parameters": {"StateMachineArn": inner, "Input": {"n.$": "$.n"}},
            "End": True,
        }
    }
    output = workshop.output(states, {"n": 1})
    assert output["Status"] == "SUCCEEDED"
    given = output["Output"] if sync == ".sync:2" else json.loads(output["Output"])
    assert given == {"n": 1}


@pytest.mark.parametrize("sync", [".sync", ".sync:2"])
def test_what_became_of_a_nested_execution_that_failed_is_told_in_text(workshop, sync):
    """Its input stays text under `.sync:2` too, and its own error is not the Task's."""
    failing = {"StartAt": "F", "States": {"F": {"Type": "Fail", "Error": "E", "Cause": "C"}}}
    states = {
        "A": {
            "Type": "Task",
            "Resource": f"arn:aws:states:::states:startExecution{sync}",
            "Parameters": {"StateMachineArn": workshop.machine(failing), "Input": {"n": 1}},
            "Catch": [
                {"ErrorEquals": ["E"], "Next": "Not"},
                {"ErrorEquals": ["States.TaskFailed"], "Next": "Told"},
            ],
            "End": True,
        },
        "Not": {"Type": "Fail"},
        "Told": {"Type": "Pass", "End": True},
    }
    told = json.loads(workshop.output(states)["Cause"])
    assert (told["Error"], told["Cause"], told["Input"]) == ("E", "C", '{"n":1}')


def test_versions_and_aliases(workshop):
    machine = workshop.machine(PASS)
    first = workshop.states.publish_state_machine_version(stateMachineArn=machine)
    first = first["stateMachineVersionArn"]
    changed = json.dumps({"StartAt": "A", "States": {"A": {**AFTER, "Result": 2}}})
    workshop.states.update_state_machine(stateMachineArn=machine, definition=changed)
    second = workshop.states.publish_state_machine_version(stateMachineArn=machine)
    second = second["stateMachineVersionArn"]
    assert (first, second) == (f"{machine}:1", f"{machine}:2")
    route = [{"stateMachineVersionArn": first, "weight": 100}]
    alias = workshop.states.create_state_machine_alias(name="live", routingConfiguration=route)
    alias = alias["stateMachineAliasArn"]
    assert json.loads(workshop.run(alias, {"n": 1})["output"]) == {"n": 1}
    route = [{"stateMachineVersionArn": second, "weight": 100}]
    workshop.states.update_state_machine_alias(
        stateMachineAliasArn=alias, routingConfiguration=route
    )
    done = workshop.run(alias, {"n": 1})
    assert done["output"] == "2"
    assert (done["stateMachineAliasArn"], done["stateMachineVersionArn"]) == (alias, second)
    used = workshop.refused(
        workshop.states.delete_state_machine_version, stateMachineVersionArn=second
    )
    assert used[0] == "ConflictException"


def test_test_state(workshop):
    state = {"Type": "Pass", "Parameters": {"x.$": "$.a"}, "ResultPath": "$.r", "Next": "B"}
    told = workshop.sync.test_state(
        definition=json.dumps(state), roleArn=workshop.role, input='{"a": 1}',
        inspectionLevel="DEBUG",
    )  # fmt: skip
    assert (told["status"], told["nextState"]) == ("SUCCEEDED", "B")
    assert json.loads(told["output"]) == {"a": 1, "r": {"x": 1}}
    assert json.loads(told["inspectionData"]["afterParameters"]) == {"x": 1}


def test_validation_finds_what_creating_refuses(workshop):
    wrong = json.dumps({"StartAt": "B", "States": {"A": AFTER}})
    told = workshop.states.validate_state_machine_definition(definition=wrong)
    assert told["result"] == "FAIL"
    assert told["diagnostics"]
    assert workshop.refused(workshop.machine, wrong)[0] == "InvalidDefinition"
    good = workshop.states.validate_state_machine_definition(definition=json.dumps(PASS))
    assert good["result"] == "OK"


def test_history_in_pages_backwards_and_without_data(workshop):
    done = workshop.run(PASS, {"n": 1})
    pages, token = [], {}
    while True:
        page = workshop.states.get_execution_history(
            executionArn=done["executionArn"], maxResults=2, **token
        )
        pages += page["events"]
        if "nextToken" not in page:
            break
        token = {"nextToken": page["nextToken"]}
    whole = workshop.events(done)
    assert pages == whole
    assert workshop.events(done, reverseOrder=True) == whole[::-1]
    bare = workshop.events(done, includeExecutionData=False)
    assert "input" not in bare[0]["executionStartedEventDetails"]


def test_the_role_has_to_allow_it(workshop):
    iam = workshop.endpoint.client("iam")
    role = workshop.endpoint.role("may-nothing")
    arn = workshop.function("def handler(event, context):\n    return 1\n")
    key = {"TableName": workshop.table(), "Key": {"Id": {"S": "1"}}}
    tasks = [
        ({"Resource": arn}, "Lambda.AWSLambdaException", "lambda:InvokeFunction"),
        ({"Resource": "arn:aws:states:::dynamodb:getItem", "Parameters": key},
         "DynamoDB.AmazonDynamoDBException", "dynamodb:GetItem"),
    ]  # fmt: skip
    for fields, name, action in tasks:
        states = {"A": {"Type": "Task", "End": True, **fields}}
        machine = workshop.machine({"StartAt": "A", "States": states}, roleArn=role)
        done = workshop.run(machine)
        assert (done["status"], done["error"]) == ("FAILED", name)
        assert action in done["cause"]
    allow = {"Effect": "Allow", "Action": "dynamodb:GetItem", "Resource": "*"}
    policy = json.dumps({"Version": "2012-10-17", "Statement": [allow]})
    iam.put_role_policy(RoleName="may-nothing", PolicyName="p", PolicyDocument=policy)
    assert workshop.run(machine)["status"] == "SUCCEEDED"


def test_tags(workshop):
    machine = workshop.machine(PASS, tags=[{"key": "a", "value": "1"}])
    workshop.states.tag_resource(resourceArn=machine, tags=[{"key": "b", "value": "2"}])
    workshop.states.untag_resource(resourceArn=machine, tagKeys=["a"])
    tags = workshop.states.list_tags_for_resource(resourceArn=machine)["tags"]
    assert tags == [{"key": "b", "value": "2"}]


def test_which_key_encrypts_a_machine(workshop):
    key = {"type": "CUSTOMER_MANAGED_KMS_KEY", "kmsKeyId": "a-key"}
    for given, told in (({}, {"type": "AWS_OWNED_KEY"}), ({"encryptionConfiguration": key}, key)):
        done = workshop.run(workshop.machine(PASS, **given))
        of_execution = workshop.states.describe_state_machine_for_execution(
            executionArn=done["executionArn"]
        )
        machine = workshop.states.describe_state_machine(stateMachineArn=done["stateMachineArn"])
        assert of_execution["encryptionConfiguration"] == told
        assert machine["encryptionConfiguration"] == told
    none = {"encryptionConfiguration": {"type": "CUSTOMER_MANAGED_KMS_KEY"}}
    assert workshop.refused(workshop.machine, PASS, **none)[0] == "InvalidEncryptionConfiguration"


def test_the_definition_an_execution_had(workshop):
    machine = workshop.machine(PASS)
    done = workshop.run(machine)
    changed = json.dumps({"StartAt": "Z", "States": {"Z": AFTER}})
    workshop.states.update_state_machine(stateMachineArn=machine, definition=changed)
    told = workshop.states.describe_state_machine_for_execution(executionArn=done["executionArn"])
    assert json.loads(told["definition"]) == PASS


def test_a_machine_tells_which_variables_its_states_read(workshop):
    states = {
        "A": {"Type": "Pass", "Assign": {"x": 1}, "Next": "B"},
        "B": {"Type": "Pass", "Parameters": {"x.$": "$x"}, "End": True},
    }
    arn = workshop.machine({"StartAt": "A", "States": states})
    told = workshop.states.describe_state_machine(stateMachineArn=arn)
    assert told["variableReferences"] == {"B": ["x"]}
    done = workshop.run(arn)
    told = workshop.states.describe_state_machine_for_execution(executionArn=done["executionArn"])
    assert told["variableReferences"] == {"B": ["x"]}
    plain = workshop.machine({"StartAt": "A", "States": {"A": {"Type": "Succeed"}}})
    assert "variableReferences" not in workshop.states.describe_state_machine(stateMachineArn=plain)
