"""Change sets: what they say will happen, and why, against what then happens."""

import json

import pytest
from botocore.exceptions import ClientError
from cfn_templates import att, function, machine, ref, resource, role, table, template, topic

from helpers.localaws.cloudformation import changes
from helpers.localaws.cloudformation.errors import ValidationError
from helpers.localaws.cloudformation.stack import Recipe


def rows(change_set):
    """The changes by logical id."""
    return {
        change["ResourceChange"]["LogicalResourceId"]: change["ResourceChange"]
        for change in change_set["Changes"]
    }


def details(row):
    """The details of a change, one line each."""
    return [
        (
            detail["Target"]["Attribute"],
            detail["Target"].get("Name"),
            detail["Target"]["RequiresRecreation"],
            detail["Evaluation"],
            detail["ChangeSource"],
            detail.get("CausingEntity"),
        )
        for detail in row["Details"]
    ]


def test_add_modify_remove(stacks):
    name = stacks.name()
    stacks.deploy(name, template(Old=topic(), Same=topic(), Changed=table()))
    change_set = stacks.change_set(
        name, template(Same=topic(), Changed=table(DeletionProtectionEnabled=False), New=topic())
    )
    found = rows(change_set)
    assert {key: row["Action"] for key, row in found.items()} == {
        "New": "Add",
        "Changed": "Modify",
        "Old": "Remove",
    }
    assert "Replacement" not in found["New"]
    assert "Replacement" not in found["Old"]
    assert found["Old"]["PhysicalResourceId"] == stacks.physical(name, "Old")
    assert found["Changed"]["Replacement"] == "False"
    assert found["Changed"]["Scope"] == ["Properties"]
    assert details(found["Changed"]) == [
        ("Properties", "DeletionProtectionEnabled", "Never", "Static", "DirectModification", None)
    ]


def test_a_name_that_changes_replaces(stacks):
    name = stacks.name()
    stacks.deploy(name, template(Table=table(TableName=f"{name}-a")))
    row = rows(stacks.change_set(name, template(Table=table(TableName=f"{name}-b"))))["Table"]
    assert row["Replacement"] == "True"
    assert row["PolicyAction"] == "ReplaceAndDelete"
    assert details(row) == [
        ("Properties", "TableName", "Always", "Static", "DirectModification", None)
    ]


def test_a_parameter_is_named_as_the_cause(stacks):
    name = stacks.name()
    body = template(
        {"Text": {"Type": "String", "Default": "one"}},
        Topic=resource("AWS::SNS::Topic", DisplayName=ref("Text")),
    )
    stacks.deploy(name, body)
    row = rows(stacks.change_set(name, body, {"Text": "two"}))["Topic"]
    assert details(row) == [
        ("Properties", "DisplayName", "Never", "Static", "ParameterReference", "Text")
    ]


def test_what_names_a_replaced_resource_changes_with_it(stacks):
    name = stacks.name()

    def body(suffix):
        return template(
            Table=table(TableName=f"{name}-{suffix}"),
            Topic=resource("AWS::SNS::Topic", DisplayName=ref("Table")),
            Fixed=resource("AWS::SNS::Topic", TopicName=ref("Table")),
        )

    stacks.deploy(name, body("a"))
    found = rows(stacks.change_set(name, body("b")))
    assert details(found["Topic"]) == [
        ("Properties", "DisplayName", "Never", "Static", "ResourceReference", "Table")
    ]
    assert found["Topic"]["Replacement"] == "False"
    assert found["Fixed"]["Replacement"] == "True"


def test_what_names_an_attribute_of_a_changed_resource_may_change(stacks):
    name = stacks.name()

    def body(seconds):
        return template(
            Role=role(),
            Function=function(Timeout=seconds),
            Topic=resource("AWS::SNS::Topic", DisplayName=att("Function", "Arn")),
            Named=resource("AWS::SNS::Topic", TopicName=att("Role", "RoleId")),
        )

    stacks.deploy(name, body(3))
    change_set = stacks.change_set(name, body(4))
    found = rows(change_set)
    assert set(found) == {"Function", "Topic"}
    assert details(found["Topic"]) == [
        ("Properties", "DisplayName", "Never", "Dynamic", "ResourceAttribute", "Function.Arn")
    ]
    # and in the end only what differs is touched
    since = len(stacks.events(name))
    stacks.execute(change_set)
    assert {line[0] for line in stacks.told(name, since)} == {name, "Function"}


def test_a_dynamic_change_of_a_fixed_property_is_conditional(stacks):
    name = stacks.name()

    def body(text):
        return template(
            Topic=resource("AWS::SNS::Topic", DisplayName=text),
            Table=table(TableName={"Fn::Sub": "${Topic.TopicName}-table"}),
        )

    stacks.deploy(name, body("a"))
    row = rows(stacks.change_set(name, body("b")))["Table"]
    assert row["Replacement"] == "Conditional"
    assert details(row)[0][2:] == ("Always", "Dynamic", "ResourceAttribute", "Topic.TopicName")


def test_what_is_written_differently_and_says_the_same_is_no_change(stacks):
    name = stacks.name()
    body = template({"Text": {"Type": "String", "Default": "same"}}, Topic=topic())
    body["Resources"]["Topic"]["Properties"]["DisplayName"] = ref("Text")
    stacks.deploy(name, body)
    body["Resources"]["Topic"]["Properties"]["DisplayName"] = "same"
    change_set = stacks.change_set(name, body)
    assert change_set["Status"] == "FAILED"
    assert change_set["StatusReason"] == "No updates are to be performed."


def test_numbers_may_be_written_as_text(stacks):
    name = stacks.name()
    queue = {"Type": "AWS::SQS::Queue", "Properties": {"VisibilityTimeout": 30}}
    stacks.deploy(name, template(Queue=queue))
    queue["Properties"]["VisibilityTimeout"] = "30"
    assert stacks.change_set(name, template(Queue=queue))["Status"] == "FAILED"


def test_a_tag_of_the_stack_is_a_change_of_what_can_be_tagged(stacks):
    name = stacks.name()
    policy = resource("AWS::SNS::TopicPolicy", Topics=[ref("Topic")], PolicyDocument={})
    body = template(Topic=topic(), Policy=policy)
    stacks.deploy(name, body)
    found = rows(stacks.change_set(name, body, Tags=[{"Key": "a", "Value": "b"}]))
    assert set(found) == {"Topic"}
    assert found["Topic"]["Scope"] == ["Tags"]


def test_a_part_of_what_is_not_known_before(stacks, endpoint):
    name = stacks.name()
    part = {"Fn::Select": [1, {"Fn::Split": ["/", att("Table", "Arn")]}]}
    body = template(Table=table(), T=resource("AWS::SNS::Topic", DisplayName=part))
    assert stacks.deploy(name, body)["StackStatus"] == "CREATE_COMPLETE"
    attributes = endpoint.client("sns").get_topic_attributes(TopicArn=stacks.physical(name, "T"))
    assert attributes["Attributes"]["DisplayName"] == stacks.physical(name, "Table")


@pytest.mark.parametrize(
    ("named", "message"),
    [
        (lambda value: {"outputs": {"Of": {"Value": value}}},
         "Unresolved resource dependencies [Absent] in the Outputs block of the template"),
        (lambda value: {"T": resource("AWS::SNS::Topic", DisplayName=value)},
         "Template format error: Unresolved resource dependencies [Absent] in the Resources block "
         "of the template"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("value", [ref("Absent"), att("Absent", "TopicName")])
def test_what_its_condition_leaves_out_cannot_be_named(stacks, named, message, value):
    name, declared = stacks.name(), {"With": {"Type": "String"}}
    conditions = {"Wanted": {"Fn::Equals": [ref("With"), "yes"]}}
    absent = {**topic(), "Condition": "Wanted"}
    chosen = {"Fn::If": ["Wanted", value, "none"]}

    def body(value):
        return template(
            declared, conditions=conditions, Absent=absent, **{"Other": topic()} | named(value)
        )

    for call in (stacks.client.create_stack, stacks.change_set):
        given = {"TemplateBody": json.dumps(body(value)), "StackName": name}
        without = [{"ParameterKey": "With", "ParameterValue": "no"}]
        with pytest.raises(ClientError) as refused:
            if call == stacks.change_set:
                call(name, body(value), {"With": "no"})
            else:
                call(**given, Parameters=without)
        error = refused.value.response["Error"]
        assert (error["Code"], error["Message"]) == ("ValidationError", message)
    assert stacks.deploy(name, body(value), {"With": "yes"})["StackStatus"] == "CREATE_COMPLETE"
    with pytest.raises(ClientError):
        stacks.change_set(name, body(value), {"With": "no"})
    assert stacks.deploy(name, body(chosen), {"With": "no"})["StackStatus"] == "UPDATE_COMPLETE"


def test_what_a_parameter_cannot_be_of_parameter_store(stacks, endpoint):
    name, ssm = stacks.name(), endpoint.client("ssm")
    ssm.put_parameter(Name=f"/{name}/secret", Value="a", Type="SecureString")
    for kind, store, message in (
        ("Value<String>", "secret",
         f"Parameters [/{name}/secret] referenced by template have types not supported by "
         "CloudFormation."),
        ("Value<String>", "none",
         f"Unable to fetch parameters [/{name}/none] from parameter store for this account."),
        ("Name", "none",
         f"Unable to fetch parameters [/{name}/none] from parameter store for this account."),
    ):  # fmt: skip
        body = template({"P": {"Type": f"AWS::SSM::Parameter::{kind}"}}, T=topic())
        with pytest.raises(ClientError) as refused:
            stacks.change_set(name, body, {"P": f"/{name}/{store}"})
        assert refused.value.response["Error"]["Message"] == message


def test_values_of_parameter_store_within_a_text(stacks, endpoint):
    name, ssm = stacks.name(), endpoint.client("ssm")
    for value in ("one", "two"):
        ssm.put_parameter(Name=f"/{name}/plain", Value=value, Type="String", Overwrite=True)
    ssm.put_parameter(Name=f"/{name}/secret", Value="hidden", Type="SecureString")

    def shown(reference):
        return template(T=resource("AWS::SNS::Topic", DisplayName=f"a {{{{resolve:{reference}}}}}"))

    for reference, value in ((f"ssm:/{name}/plain", "a two"), (f"ssm:/{name}/plain:1", "a one")):
        stacks.deploy(name, shown(reference))
        got = endpoint.client("sns").get_topic_attributes(TopicArn=stacks.physical(name, "T"))
        assert got["Attributes"]["DisplayName"] == value
    with pytest.raises(ClientError) as refused:
        stacks.change_set(name, shown(f"ssm-secure:/{name}/secret:1"))
    assert refused.value.response["Error"]["Message"] == (
        "SSM Secure reference is not supported in: [AWS::SNS::Topic/Properties/DisplayName]"
    )
    stack = stacks.deploy(name, shown(f"ssm:/{name}/secret"))
    assert stack["StackStatus"] == "UPDATE_ROLLBACK_COMPLETE"
    assert stacks.reason(name, "T", "UPDATE_FAILED").startswith(
        f"Non-secure 'ssm' prefix was used for secure parameter: /{name}/secret."
    )


def test_where_a_secure_string_is_named():
    properties = {
        "Environment": {"Variables": {"A": "{{resolve:ssm-secure:a:1}}", "B": "b"}},
        "Tags": [{"Key": "k", "Value": {"Fn::Sub": "of {{resolve:ssm-secure:a}}"}}],
    }
    body = template(F=resource("AWS::Lambda::Function", **properties))
    with pytest.raises(ValidationError) as refused:
        changes._refuse_secrets(Recipe(original=json.dumps(body), template=body))
    assert refused.value.message == (
        "SSM Secure reference is not supported in: [AWS::Lambda::Function/Properties/Environment/"
        "Variables/A,AWS::Lambda::Function/Properties/Tags]"
    )


def test_only_an_output_changes(stacks):
    name = stacks.name()
    stacks.deploy(name, template(Topic=topic()))
    change_set = stacks.change_set(name, template(outputs={"A": {"Value": "b"}}, Topic=topic()))
    assert change_set["Status"] == "CREATE_COMPLETE"
    assert change_set["Changes"] == []
    stacks.execute(change_set)
    assert stacks.outputs(name) == {"A": "b"}


def test_property_values_are_shown_when_asked_for(stacks):
    name = stacks.name()
    stacks.deploy(name, template(Topic=resource("AWS::SNS::Topic", DisplayName="before")))
    change_set = stacks.change_set(
        name, template(Topic=resource("AWS::SNS::Topic", DisplayName="after"))
    )
    assert "AfterContext" not in rows(change_set)["Topic"]
    row = rows(
        stacks.client.describe_change_set(
            ChangeSetName=change_set["ChangeSetId"], IncludePropertyValues=True
        )
    )["Topic"]
    assert json.loads(row["BeforeContext"])["Properties"]["DisplayName"] == "before"
    assert json.loads(row["AfterContext"])["Properties"]["DisplayName"] == "after"


def test_change_sets_are_listed_found_by_name_and_deleted(stacks):
    name = stacks.name()
    stacks.deploy(name, template(Topic=topic()))
    first = stacks.change_set(name, template(Topic=topic(), A=topic()))
    second = stacks.change_set(name, template(Topic=topic(), B=topic()))
    listed = stacks.client.list_change_sets(StackName=name)["Summaries"]
    assert [c["ChangeSetName"] for c in listed] == [
        first["ChangeSetName"],
        second["ChangeSetName"],
    ]
    by_name = stacks.client.describe_change_set(
        StackName=name, ChangeSetName=first["ChangeSetName"]
    )
    assert by_name["ChangeSetId"] == first["ChangeSetId"]
    stacks.execute(first)
    # carrying out one makes the others useless
    with pytest.raises(ClientError) as caught:
        stacks.client.execute_change_set(ChangeSetName=second["ChangeSetId"])
    assert caught.value.response["Error"]["Code"] == "InvalidChangeSetStatus"
    stacks.client.delete_change_set(ChangeSetName=second["ChangeSetId"])
    with pytest.raises(ClientError) as caught:
        stacks.client.describe_change_set(ChangeSetName=second["ChangeSetId"])
    assert caught.value.response["Error"]["Code"] == "ChangeSetNotFound"


def test_a_stack_in_review_can_be_given_another_change_set(stacks):
    name = stacks.name()
    first = stacks.change_set(name, template(Topic=topic()))
    second = stacks.change_set(name, template(Other=topic()))
    assert first["StackId"] == second["StackId"]
    assert stacks.describe(name)["StackStatus"] == "REVIEW_IN_PROGRESS"
    assert stacks.execute(second)["StackStatus"] == "CREATE_COMPLETE"
    assert stacks.physical(name, "Other")


def test_a_wrong_definition_fails_the_machine_with_the_services_words(stacks):
    name = stacks.name()
    broken = {"StartAt": "Nowhere", "States": {"Here": {"Type": "Succeed"}}}
    stack = stacks.deploy(name, template(Role=role(), Machine=machine(broken)))
    assert stack["StackStatus"] == "ROLLBACK_COMPLETE"
    reason = stacks.reason(name, "Machine", "CREATE_FAILED")
    assert reason.startswith('Resource handler returned message: "Invalid State Machine Definition')
    assert "at /StartAt" in reason
    assert "Error Code: InvalidDefinition" in reason
    assert reason.endswith("HandlerErrorCode: InvalidRequest)")


def test_transforms_are_acknowledged_where_no_change_set_shows_what_they_make(stacks):
    name = stacks.name()
    body = json.dumps(template(Topic=topic()) | {"Transform": "AWS::Serverless-2016-10-31"})
    with pytest.raises(ClientError) as caught:
        stacks.client.create_stack(
            StackName=name, TemplateBody=body, Capabilities=["CAPABILITY_IAM"]
        )
    error = caught.value.response["Error"]
    assert error["Code"] == "InsufficientCapabilitiesException"
    assert error["Message"] == "Requires capabilities : [CAPABILITY_AUTO_EXPAND]"
    assert stacks.deploy(name, body, Capabilities=[])["StackStatus"] == "CREATE_COMPLETE"


@pytest.mark.parametrize(
    ("body", "options", "code", "message"),
    [
        (
            template(Role=role()),
            {"Capabilities": []},
            "InsufficientCapabilitiesException",
            "Requires capabilities : [CAPABILITY_IAM]",
        ),
        (
            template(Role=role(RoleName="named")),
            {"Capabilities": ["CAPABILITY_IAM"]},
            "InsufficientCapabilitiesException",
            "Requires capabilities : [CAPABILITY_NAMED_IAM]",
        ),
        (
            template({"Needed": {"Type": "String"}}, Topic=topic()),
            {},
            "ValidationError",
            "Parameters: [Needed] must have values",
        ),
        (
            template(Topic=resource("AWS::SNS::Topic", DisplayName=ref("Nothing"))),
            {},
            "ValidationError",
            "Template format error: Unresolved resource dependencies [Nothing] in the Resources "
            "block of the template",
        ),
        (
            template(A={**topic(), "DependsOn": "B"}, B={**topic(), "DependsOn": "A"}),
            {},
            "ValidationError",
            "Circular dependency between resources: [A, B]",
        ),
        (
            template(Api=resource("AWS::ApiGatewayV2::Api", Name="api")),
            {},
            "ValidationError",
            "This local endpoint cannot create AWS::ApiGatewayV2::Api.",
        ),
        (
            template(Bucket=resource("AWS::S3::Bukket")),
            {},
            "ValidationError",
            "Template format error: Unrecognized resource types: [AWS::S3::Bukket]",
        ),
    ],
)
def test_what_is_refused_at_once(stacks, body, options, code, message):
    with pytest.raises(ClientError) as caught:
        stacks.change_set(stacks.name(), body, **options)
    error = caught.value.response["Error"]
    assert error["Code"] == code
    assert error["Message"].startswith(message)


def test_with_a_transform_the_change_set_fails_instead(stacks):
    name = stacks.name()
    body = template(Topic=resource("AWS::SNS::Topic", DisplayName=ref("Nothing")))
    change_set = stacks.change_set(name, body | {"Transform": "AWS::Serverless-2016-10-31"})
    assert (change_set["Status"], change_set["ExecutionStatus"]) == ("FAILED", "UNAVAILABLE")
    assert change_set["StatusReason"].startswith(
        "Template format error: Unresolved resource dependencies [Nothing]"
    )


def test_wrong_properties_fail_the_resource_before_it_is_made(stacks):
    name = stacks.name()
    stack = stacks.deploy(name, template(Queue=resource("AWS::SQS::Queue", VisibilityTimout=3)))
    assert stack["StackStatus"] == "ROLLBACK_COMPLETE"
    assert stacks.reason(name, "Queue", "CREATE_FAILED") == (
        "Properties validation failed for resource Queue with message:\n"
        "#: extraneous key [VisibilityTimout] is not permitted"
    )


def test_a_secret_with_two_words_for_a_name_is_not_made(stacks):
    name = stacks.name()
    secret = resource("AWS::SecretsManager::Secret", Name="two words", SecretString="s")
    stack = stacks.deploy(name, template(Secret=secret))
    assert stack["StackStatus"] == "ROLLBACK_COMPLETE"
    assert stacks.reason(name, "Secret", "CREATE_FAILED").startswith(
        'Resource handler returned message: "Invalid name. Must be a valid name containing '
    )
