"""What the API refuses, with AWS's error types and words."""

import json
import time

import pytest
from botocore.exceptions import ClientError

from tests.workshop import trust

PASS = {"StartAt": "A", "States": {"A": {"Type": "Pass", "End": True}}}
MISSING = "arn:aws:states:us-east-1:123456789012:stateMachine:nobody"


def sleeping(workshop, seconds):
    """A machine with one task, whose function takes real time."""
    code = f"import time\n\ndef handler(event, context):\n    time.sleep({seconds})\n"
    task = {"Type": "Task", "Resource": workshop.function(code), "End": True}
    return {"StartAt": "A", "States": {"A": task}}


def refused(call, *arguments, **options):
    with pytest.raises(ClientError) as caught:
        call(*arguments, **options)
    error = caught.value.response["Error"]
    return error["Code"], error["Message"]


@pytest.fixture(scope="module")
def machine(workshop):
    return workshop.machine(PASS)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (
            "not some json",
            "Unrecognized token 'not': was expecting (JSON String, Number, Array, Object or token "
            "'null', 'true' or 'false')",
        ),
        (
            "{'not': 'json'}",
            "Unexpected character (''' (code 39)): was expecting double-quote to start field name",
        ),
        ("", "Invalid execution input."),
    ],
)
def test_input_that_is_no_json(workshop, machine, text, why):
    code, message = refused(workshop.start, machine, text)
    assert code == "InvalidExecutionInput"
    assert message == f"Invalid State Machine Execution Input: '{why}'"


@pytest.mark.parametrize("text", ["2", '"a string"', "null", "[]"])
def test_any_json_is_an_input(workshop, machine, text):
    done = workshop.run(machine, text)
    assert (done["input"], done["output"]) == (text, text)


def test_input_over_256_kb(workshop, machine):
    assert workshop.run(machine, json.dumps("x" * 262_142))["status"] == "SUCCEEDED"
    code, message = refused(workshop.start, machine, json.dumps("x" * 262_143))
    assert code == "ValidationException"
    assert message.endswith("Member must have length less than or equal to 262144")


def test_input_over_256_kb_in_utf8(workshop, machine):
    code, _ = refused(workshop.start, machine, json.dumps("é" * 140_000, ensure_ascii=False))
    assert code == "ValidationException"


def test_unknown_machine(workshop):
    code, message = refused(workshop.states.start_execution, stateMachineArn=MISSING)
    assert code == "StateMachineDoesNotExist"
    assert message == f"State Machine Does Not Exist: '{MISSING}'"
    assert refused(workshop.states.describe_state_machine, stateMachineArn=MISSING)[0] == code
    assert refused(workshop.states.list_executions, stateMachineArn=MISSING)[0] == code


def test_no_arn_at_all(workshop):
    words = "Invalid Arn: 'Invalid ARN prefix: not_a_valid_arn'"
    states = workshop.states
    for call, field in [
        (states.describe_state_machine, "stateMachineArn"),
        (states.start_execution, "stateMachineArn"),
        (states.describe_execution, "executionArn"),
        (states.get_execution_history, "executionArn"),
    ]:
        assert refused(call, **{field: "not_a_valid_arn"}) == ("InvalidArn", words)


def test_unknown_execution(workshop, machine):
    arn = machine.replace(":stateMachine:", ":execution:") + ":nobody"
    expected = ("ExecutionDoesNotExist", f"Execution Does Not Exist: '{arn}'")
    states = workshop.states
    for call in (states.describe_execution, states.get_execution_history, states.stop_execution):
        assert refused(call, executionArn=arn) == expected


@pytest.mark.parametrize("name", ["a b", "a:b", "a/b", "a\tb", "a*", "a#b", "a\x7fb", "{a}"])
def test_names_with_illegal_characters(workshop, machine, name):
    expected = ("InvalidName", f"Invalid Name: '{name}'")
    assert refused(workshop.start, machine, name=name) == expected
    assert refused(workshop.machine, PASS, name=name) == expected


@pytest.mark.parametrize("name", ["a_b-c", "1.2.3", "with!and@and(and)", "größe"])
def test_names_that_are_legal(workshop, machine, name):
    assert workshop.run(machine, name=name)["name"] == name


def test_a_name_of_81_characters(workshop, machine):
    code, message = refused(workshop.start, machine, name="x" * 81)
    assert code == "ValidationException"
    assert message.endswith("Member must have length less than or equal to 80")


def test_a_name_is_taken_once_an_execution_had_it(workshop, machine):
    done = workshop.run(machine, name="once")
    words = f"Execution Already Exists: '{done['executionArn']}'"
    assert refused(workshop.start, machine, name="once") == ("ExecutionAlreadyExists", words)


def test_starting_a_running_execution_again_gives_the_same_one(workshop):
    machine = workshop.machine(sleeping(workshop, 1.5))
    first = workshop.start(machine, {"n": 1}, name="twice")
    assert workshop.start(machine, {"n": 1}, name="twice") == first
    assert refused(workshop.start, machine, {"n": 2}, name="twice")[0] == "ExecutionAlreadyExists"
    assert workshop.ended(first)["status"] == "SUCCEEDED"


def test_unnamed_executions_get_names_of_their_own(workshop, machine):
    names = {workshop.run(machine)["name"] for _ in range(5)}
    assert len(names) == 5
    assert all(len(name) == 36 for name in names)


def test_creating_the_same_machine_twice_gives_the_first(workshop):
    first = workshop.machine(PASS, name="same")
    assert workshop.machine(PASS, name="same") == first
    other = {**PASS, "Comment": "another"}
    expected = ("StateMachineAlreadyExists", f"State Machine Already Exists: '{first}'")
    assert refused(workshop.machine, other, name="same") == expected
    key = {"encryptionConfiguration": {"type": "CUSTOMER_MANAGED_KMS_KEY", "kmsKeyId": "a-key"}}
    assert refused(workshop.machine, PASS, name="same", **key) == expected


def test_an_update_has_to_change_something(workshop, machine):
    code, message = refused(workshop.states.update_state_machine, stateMachineArn=machine)
    assert code == "MissingRequiredParameter"
    assert message.startswith("Either the definition, the role ARN")


def test_a_filter_that_is_no_status(workshop, machine):
    code, message = refused(
        workshop.states.list_executions, stateMachineArn=machine, statusFilter="succeeded"
    )
    assert code == "ValidationException"
    assert message == (
        "1 validation error detected: Value 'succeeded' at 'statusFilter' failed to satisfy "
        "constraint: Member must satisfy enum value set: [SUCCEEDED, TIMED_OUT, PENDING_REDRIVE, "
        "ABORTED, FAILED, RUNNING]"
    )


def test_more_than_a_page_may_hold(workshop, machine):
    words = (
        "1 validation error detected: Value '1001' at 'maxResults' failed to satisfy constraint: "
        "Member must have value less than or equal to 1000"
    )
    call = workshop.states.list_executions
    assert refused(call, stateMachineArn=machine, maxResults=1001) == ("ValidationException", words)


def test_deleting_a_machine_that_is_not_there_is_no_error(workshop):
    workshop.states.delete_state_machine(stateMachineArn=MISSING)


def test_stopping_aborts_at_once(workshop):
    machine = workshop.machine(sleeping(workshop, 2))
    execution = workshop.start(machine)
    while "LambdaFunctionStarted" not in workshop.types(execution):
        pass
    workshop.states.stop_execution(executionArn=execution, error="Enough", cause="Changed my mind")
    found = workshop.states.describe_execution(executionArn=execution)
    assert (found["status"], found["error"], found["cause"]) == (
        "ABORTED",
        "Enough",
        "Changed my mind",
    )
    last = workshop.events(execution)[-1]
    assert last["type"] == "ExecutionAborted"
    assert last["previousEventId"] == 0
    assert last["executionAbortedEventDetails"] == {"error": "Enough", "cause": "Changed my mind"}


TOKEN_TASK = {
    "Type": "Task",
    "Resource": "arn:aws:states:::sqs:sendMessage.waitForTaskToken",
    "Parameters": {
        "QueueUrl": "https://sqs.us-east-1.amazonaws.com/123456789012/q",
        "MessageBody.$": "$$.Task.Token",
    },
    "End": True,
}
SYNC_TASK = {
    "Type": "Task",
    "Resource": "arn:aws:states:::states:startExecution.sync:2",
    "Parameters": {"StateMachineArn": MISSING},
    "End": True,
}
ACTIVITY_TASK = {
    "Type": "Task",
    "Resource": "arn:aws:states:us-east-1:123456789012:activity:a",
    "End": True,
}
DISTRIBUTED = {
    "Type": "Map",
    "ItemProcessor": {
        "ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "EXPRESS"},
        "StartAt": "B",
        "States": {"B": {"Type": "Pass", "End": True}},
    },
    "End": True,
}


@pytest.mark.parametrize("state", [TOKEN_TASK, SYNC_TASK, ACTIVITY_TASK, DISTRIBUTED])
def test_what_express_does_not_have(workshop, state):
    definition = {"StartAt": "A", "States": {"A": state}}
    code, message = refused(workshop.machine, definition, type="EXPRESS")
    assert code == "InvalidDefinition"
    assert message.startswith("Invalid State Machine Definition: 'SCHEMA_VALIDATION_FAILED: ")
    assert " at /States/A" in message
    workshop.machine(definition)
    told = workshop.states.validate_state_machine_definition(
        definition=json.dumps(definition), type="EXPRESS"
    )
    assert told["result"] == "FAIL"
    first = told["diagnostics"][0]
    assert f"{first['code']}: {first['message']} at {first['location']}" in message


def test_express_executions_cannot_be_looked_at_afterwards(workshop):
    machine = workshop.machine(PASS, type="EXPRESS")
    execution = workshop.start(machine)
    assert ":express:" in execution
    states = workshop.states
    for call in (
        states.describe_execution,
        states.get_execution_history,
        states.stop_execution,
        states.describe_state_machine_for_execution,
        states.redrive_execution,
    ):
        assert refused(call, executionArn=execution)[0] == "InvalidArn"
    listed = refused(states.list_executions, stateMachineArn=machine)
    assert listed == (
        "StateMachineTypeNotSupported",
        "This operation is not supported by this type of state machine",
    )


def test_a_bad_definition_is_told_as_aws_tells_it(workshop):
    end = {"Type": "Pass", "End": True}
    definition = {"StartAt": "A", "States": {"A": {"Type": "Pass", "Next": "B"}, "C": end}}
    assert refused(workshop.machine, definition) == (
        "InvalidDefinition",
        "Invalid State Machine Definition: 'MISSING_TRANSITION_TARGET: "
        "Missing 'Next' target: B at /States/A/Next, "
        'MISSING_TRANSITION_TARGET: State "C" is not reachable. at /States/C\'',
    )
    validate = workshop.states.validate_state_machine_definition
    told = validate(definition=json.dumps(definition))["diagnostics"]
    assert [one["location"] for one in told] == ["/States/A/Next", "/States/C"]
    assert workshop.output({"A": {"Type": "Pass", "End": True}}, {"n": 1}) == {"n": 1}


@pytest.mark.parametrize(
    ("state", "location"),
    [
        ({"Type": "Pass", "End": True, "Parameters": {"a.$": "$.["}}, "/Parameters"),
        ({"Type": "Wait", "Seconds": -1, "End": True}, "/Seconds"),
    ],
)
def test_test_state_refuses_a_wrong_state(workshop, state, location):
    code, message = refused(workshop.sync.test_state, definition=json.dumps(state))
    assert code == "InvalidDefinition"
    assert message.startswith("Invalid State Machine Definition: 'SCHEMA_VALIDATION_FAILED: ")
    assert message.endswith(f" at /States/StateName{location}'")


def test_test_state_does_not_ask_where_a_state_leads(workshop):
    state = {
        "Type": "Choice",
        "Choices": [{"Variable": "$.n", "NumericEquals": 1, "Next": "B"}],
        "Default": "C",
    }
    told = workshop.sync.test_state(definition=json.dumps(state), input='{"n": 1}')
    assert (told["status"], told["nextState"]) == ("SUCCEEDED", "B")


def test_a_role_that_step_functions_may_not_assume(workshop):
    iam = workshop.endpoint.client("iam")
    document = json.dumps(trust("ec2"))
    role = iam.create_role(RoleName="of-ec2", AssumeRolePolicyDocument=document)["Role"]
    expected = (
        "AccessDeniedException",
        "Neither the global service principal states.amazonaws.com, nor the regional one is "
        "authorized to assume the provided role.",
    )
    missing = "arn:aws:iam::123456789012:role/nobody-made-it"
    machine = workshop.machine(PASS)
    for arn in (role["Arn"], missing):
        assert refused(workshop.machine, PASS, roleArn=arn) == expected
        update = workshop.states.update_state_machine
        assert refused(update, stateMachineArn=machine, roleArn=arn) == expected
    document = json.dumps(trust("states.us-east-1"))
    iam.update_assume_role_policy(RoleName="of-ec2", PolicyDocument=document)
    assert workshop.run(workshop.machine(PASS, roleArn=role["Arn"]))["status"] == "SUCCEEDED"


@pytest.mark.parametrize(
    ("destinations", "why"),
    [
        ([], "Must specify exactly one Log Destination."),
        (["a", "b"], "Must specify exactly one Log Destination."),
        (["nobody-made-it"], "Log Destination not found."),
    ],
)
def test_logging_that_leads_nowhere(workshop, destinations, why):
    logs = "arn:aws:logs:us-east-1:123456789012:log-group:{}:*"
    groups = [{"cloudWatchLogsLogGroup": {"logGroupArn": logs.format(d)}} for d in destinations]
    configuration = {"level": "ALL", "destinations": groups}
    expected = ("InvalidLoggingConfiguration", f"Invalid Logging Configuration: {why}")
    assert refused(workshop.machine, PASS, loggingConfiguration=configuration) == expected
    update = workshop.states.update_state_machine
    machine = workshop.machine(PASS)
    assert refused(update, stateMachineArn=machine, loggingConfiguration=configuration) == expected


DELIVERY = (
    *("logs:CreateLogDelivery", "logs:GetLogDelivery", "logs:UpdateLogDelivery"),
    *("logs:DeleteLogDelivery", "logs:ListLogDeliveries", "logs:PutResourcePolicy"),
    *("logs:DescribeResourcePolicies", "logs:DescribeLogGroups"),
)


def test_logging_that_the_role_may_not_set_up(workshop):
    """The rights have to be for all log groups: they cannot be given for one."""
    workshop.endpoint.client("logs").create_log_group(logGroupName="of-the-machine")
    group = "arn:aws:logs:us-east-1:123456789012:log-group:of-the-machine:*"
    destination = {"cloudWatchLogsLogGroup": {"logGroupArn": group}}
    configuration = {"level": "ERROR", "destinations": [destination]}
    iam = workshop.endpoint.client("iam")
    document = json.dumps(trust("states"))
    role = iam.create_role(RoleName="logs", AssumeRolePolicyDocument=document)
    arn = role["Role"]["Arn"]
    expected = (
        "AccessDeniedException",
        "The state machine IAM Role is not authorized to access the Log Destination",
    )

    def allow(actions, resource):
        said = {"Effect": "Allow", "Action": list(actions), "Resource": resource}
        policy = json.dumps({"Version": "2012-10-17", "Statement": [said]})
        iam.put_role_policy(RoleName="logs", PolicyName="logs", PolicyDocument=policy)

    def make(**options):
        return workshop.machine(PASS, roleArn=arn, **options)

    assert refused(make, loggingConfiguration=configuration) == expected
    machine = make(loggingConfiguration={"level": "OFF"})
    allow(["logs:CreateLogStream", "logs:PutLogEvents"], "*")
    assert refused(make, loggingConfiguration=configuration) == expected
    allow(DELIVERY, group)
    assert refused(make, loggingConfiguration=configuration) == expected
    for without in DELIVERY:
        allow([one for one in DELIVERY if one != without], "*")
        assert refused(make, loggingConfiguration=configuration) == expected, without
    update = workshop.states.update_state_machine
    assert refused(update, stateMachineArn=machine, loggingConfiguration=configuration) == expected
    allow(DELIVERY, "*")
    update(stateMachineArn=machine, loggingConfiguration=configuration)
    make(loggingConfiguration=configuration)


def test_a_stack_whose_workflow_may_not_log_says_so_in_awss_words(workshop):
    destination = {"CloudWatchLogsLogGroup": {"LogGroupArn": {"Fn::GetAtt": ["Log", "Arn"]}}}
    workflow = {
        "RoleArn": workshop.endpoint.role("may-not-log", allow="lambda:*"),
        "DefinitionString": json.dumps(PASS),
        "LoggingConfiguration": {"Level": "ALL", "Destinations": [destination]},
    }
    resources = {
        "Log": {"Type": "AWS::Logs::LogGroup"},
        "Workflow": {"Type": "AWS::StepFunctions::StateMachine", "Properties": workflow},
    }
    client = workshop.endpoint.client("cloudformation")
    client.create_stack(StackName="no-log", TemplateBody=json.dumps({"Resources": resources}))
    while client.describe_stacks(StackName="no-log")["Stacks"][0]["StackStatus"].endswith("GRESS"):
        time.sleep(0.05)
    events = client.describe_stack_events(StackName="no-log")["StackEvents"]
    [why] = [
        one["ResourceStatusReason"]
        for one in events
        if one["LogicalResourceId"] == "Workflow" and one["ResourceStatus"] == "CREATE_FAILED"
    ]
    assert why.startswith(
        'Resource handler returned message: "The state machine IAM Role is not authorized to '
        "access the Log Destination (Service: AWSStepFunctions; Status Code: 400; Error Code: "
        "AccessDeniedException; "
    )
    assert why.endswith("HandlerErrorCode: AccessDenied)")


def test_a_definition_that_is_no_json_says_once_where(workshop):
    code, message = refused(workshop.machine, "nope")
    assert code == "InvalidDefinition"
    assert message == (
        "Invalid State Machine Definition: 'INVALID_JSON_DESCRIPTION: Unrecognized token 'nope': "
        "was expecting (JSON String, Number, Array, Object or token 'null', 'true' or 'false')\n"
        ' at [Source: (String)"nope"; line: 1, column: 5]\''
    )
