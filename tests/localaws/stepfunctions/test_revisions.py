"""Versions and aliases: what publishing gives, what is refused and in which words."""

import json

import pytest

PASS = {"StartAt": "A", "States": {"A": {"Type": "Pass", "End": True}}}
TEXT = json.dumps(PASS)
PATTERN = r"^(?=.*[a-zA-Z_\-\.])[a-zA-Z0-9_\-\.]+$"


def described(workshop, arn):
    return workshop.states.describe_state_machine(stateMachineArn=arn)


@pytest.fixture
def versions(workshop):
    """The ARNs of a machine and of its three versions."""
    arn = workshop.machine(PASS, publish=True)
    for number in (2, 3):
        workshop.states.update_state_machine(
            stateMachineArn=arn, definition=json.dumps({**PASS, "Comment": f"{number}"}),
            publish=True,
        )  # fmt: skip
    return [arn, f"{arn}:1", f"{arn}:2", f"{arn}:3"]


def test_an_update_that_only_describes_anew_publishes_a_version(workshop):
    machine = workshop.machine(PASS, publish=True, versionDescription="first")
    again = {"stateMachineArn": machine, "definition": TEXT, "publish": True}
    told = workshop.states.update_state_machine(**again, versionDescription="second")
    assert told["stateMachineVersionArn"] == f"{machine}:2"
    assert described(workshop, f"{machine}:1")["description"] == "first"
    assert described(workshop, f"{machine}:2")["description"] == "second"
    for options in ({"versionDescription": "second"}, {}):
        told = workshop.states.update_state_machine(**again, **options)
        assert told["stateMachineVersionArn"] == f"{machine}:2"


def test_only_a_published_update_has_a_description(workshop):
    arn = workshop.machine(PASS)
    words = ("ValidationException", "Version description can only be set when publish is true")
    update = workshop.states.update_state_machine
    given = {"stateMachineArn": arn, "definition": TEXT, "versionDescription": "x"}
    assert workshop.refused(update, **given) == words


def test_the_first_revision_is_told_to_nobody(workshop, versions):
    machine, first, second, _ = versions
    assert "revisionId" not in described(workshop, first)
    assert len(described(workshop, second)["revisionId"]) == 36
    publish = workshop.states.publish_state_machine_version
    told = workshop.refused(publish, stateMachineArn=machine, revisionId="INITIAL")
    assert told[0] == "ConflictException"


@pytest.mark.parametrize("name", ["!a", "an alias", "12", "a@b"])
def test_names_that_an_alias_may_not_have(workshop, versions, name):
    told = workshop.refused(
        workshop.states.create_state_machine_alias, name=name,
        routingConfiguration=[{"stateMachineVersionArn": versions[1], "weight": 100}],
    )  # fmt: skip
    assert told == (
        "ValidationException",
        f"1 validation error detected: Value '{name}' at 'name' failed to satisfy constraint: "
        f"Member must satisfy regular expression pattern: {PATTERN}",
    )


def test_an_alias_leads_to_versions(workshop, versions):
    machine, first, second, third = versions
    create = workshop.states.create_state_machine_alias

    def told(*routes):
        items = [{"stateMachineVersionArn": arn, "weight": weight} for arn, weight in routes]
        code, words = workshop.refused(create, name="a", routingConfiguration=items)
        assert code == "ValidationException"
        return words

    only = "Routing configuration must contain state machine version ARNs. Received: "
    assert told((machine, 100)) == f"{only}[{machine}]"
    assert told((machine, 70), (second, 30)) == f"{only}[{machine}, {second}]"
    twice = "Routing configuration must contain distinct state machine version ARNs. Received: "
    assert told((first, 50), (first, 50)) == f"{twice}[{first}, {first}]"
    shown = ", ".join(
        f"RoutingConfigurationListItem(stateMachineVersionArn={arn}, weight={weight})"
        for arn, weight in ((first, 50), (second, 30), (third, 20))
    )
    assert told((first, 50), (second, 30), (third, 20)) == (
        f"1 validation error detected: Value '[{shown}]' at 'routingConfiguration' failed to "
        "satisfy constraint: Member must have length less than or equal to 2"
    )


def test_an_alias_that_is_not_there(workshop, versions):
    machine = versions[0]
    gone = {"stateMachineAliasArn": f"{machine}:nobody"}
    words = ("ResourceNotFound", "Request references a resource that does not exist.")
    assert workshop.refused(workshop.states.describe_state_machine_alias, **gone) == words
    update = workshop.states.update_state_machine_alias
    assert workshop.refused(update, **gone, description="x") == words
    routes = [{"stateMachineVersionArn": f"{machine}:9", "weight": 100}]
    create = workshop.states.create_state_machine_alias
    assert workshop.refused(create, name="a", routingConfiguration=routes) == words
    workshop.states.delete_state_machine_alias(**gone)


def test_a_token_that_is_none_of_a_list(workshop, versions):
    words = ("InvalidToken", "Invalid Token: 'Invalid token'")
    states, arn = workshop.states, {"stateMachineArn": versions[0]}
    for call, given in (
        (states.list_state_machine_aliases, arn),
        (states.list_state_machine_versions, arn),
        (states.list_executions, arn),
        (states.list_state_machines, {}),
        (states.list_activities, {}),
    ):
        assert workshop.refused(call, **given, nextToken="nonsense") == words


def test_a_version_of_a_stack_is_one_like_any_other(workshop):
    stacks = workshop.endpoint.client("cloudformation")
    revision = {"Fn::GetAtt": ["Machine", "StateMachineRevisionId"]}

    def resources(comment, description):
        made = {
            "RoleArn": workshop.role,
            "StateMachineName": "of-versions",
            "Definition": {**PASS, "Comment": comment},
        }
        version = {
            "StateMachineArn": {"Ref": "Machine"},
            "StateMachineRevisionId": revision,
            "Description": description,
        }
        return {
            "Machine": {"Type": "AWS::StepFunctions::StateMachine", "Properties": made},
            comment: {"Type": "AWS::StepFunctions::StateMachineVersion", "Properties": version},
        }

    def deployed(verb, body):
        given = {"StackName": "versions", "TemplateBody": json.dumps({"Resources": body})}
        getattr(stacks, f"{verb}_stack")(**given)
        waiter = stacks.get_waiter(f"stack_{verb}_complete")
        waiter.wait(StackName="versions", WaiterConfig={"Delay": 1, "MaxAttempts": 30})

    machine = "arn:aws:states:us-east-1:123456789012:stateMachine:of-versions"
    deployed("create", resources("One", "first"))
    publish = workshop.states.publish_state_machine_version
    assert publish(stateMachineArn=machine)["stateMachineVersionArn"] == f"{machine}:1"
    done = workshop.run(f"{machine}:1")
    told = workshop.states.describe_state_machine_for_execution(executionArn=done["executionArn"])
    assert "revisionId" not in told
    deployed("update", resources("Two", "second"))
    two = described(workshop, f"{machine}:2")
    assert two["revisionId"] == described(workshop, machine)["revisionId"]
    listed = workshop.states.list_state_machine_versions(stateMachineArn=machine)
    assert [one["stateMachineVersionArn"] for one in listed["stateMachineVersions"]] == [
        f"{machine}:2"
    ]
    stacks.delete_stack(StackName="versions")
