"""A stack's life: creation, update, replacement, rollback, deletion; statuses, order, words."""

import json
import re
import shutil
from datetime import UTC, datetime, timedelta

import pytest
from botocore.exceptions import ClientError
from cfn_templates import att, function, ref, resource, role, table, template, topic

from tests.workshop import RUNTIME

HANDLER = (
    r'Resource handler returned message: ".+" \(RequestToken: [-0-9a-f]{36}, HandlerErrorCode: '
)


def refused(call, **arguments):
    """The code and message with which a call is refused."""
    with pytest.raises(ClientError) as caught:
        call(**arguments)
    error = caught.value.response["Error"]
    return error["Code"], error["Message"]


class TestCreate:
    def test_events_come_in_dependency_order(self, stacks):
        name = stacks.name()
        stacks.deploy(
            name,
            template(
                # written in the wrong order: each needs the one below
                Third=resource("AWS::SNS::TopicPolicy", Topics=[ref("Second")], PolicyDocument={}),
                Second={**topic(), "DependsOn": "First"},
                First=topic(),
            ),
        )
        assert stacks.told(name) == [
            (name, "REVIEW_IN_PROGRESS"),
            (name, "CREATE_IN_PROGRESS"),
            ("First", "CREATE_IN_PROGRESS"),
            ("First", "CREATE_COMPLETE"),
            ("Second", "CREATE_IN_PROGRESS"),
            ("Second", "CREATE_COMPLETE"),
            ("Third", "CREATE_IN_PROGRESS"),
            ("Third", "CREATE_COMPLETE"),
            (name, "CREATE_COMPLETE"),
        ]

    def test_a_resource_tells_when_its_creation_is_initiated(self, stacks):
        name = stacks.name()
        stacks.deploy(name, template(Topic=topic()))
        lines = [e for e in stacks.events(name) if e["LogicalResourceId"] == "Topic"]
        assert [e["ResourceStatus"] for e in lines] == [
            "CREATE_IN_PROGRESS",
            "CREATE_IN_PROGRESS",
            "CREATE_COMPLETE",
        ]
        assert [e.get("ResourceStatusReason") for e in lines] == [
            None,
            "Resource creation Initiated",
            None,
        ]
        assert [bool(e["PhysicalResourceId"]) for e in lines] == [False, True, True]
        assert re.fullmatch(
            r"Topic-CREATE_COMPLETE-\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", lines[2]["EventId"]
        )

    def test_no_two_events_share_a_time(self, stacks):
        name = stacks.name()
        stacks.deploy(name, template(**{f"Topic{n}": topic() for n in range(20)}))
        times = [event["Timestamp"] for event in stacks.events(name)]
        assert times == sorted(times)
        assert len(set(times)) == len(times) == 2 + 20 * 3 + 1

    def test_names_have_the_shape_of_awss(self, stacks):
        name = stacks.name()
        stored = resource("AWS::SSM::Parameter", Type="String", Value="a")
        bucket = resource("AWS::S3::Bucket")
        stack = stacks.deploy(
            name, template(Table=table(), Bucket=bucket, Role=role(), Stored=stored)
        )
        assert re.fullmatch(
            rf"arn:aws:cloudformation:us-east-1:123456789012:stack/{name}/[-0-9a-f]{{36}}",
            stack["StackId"],
        )
        assert re.fullmatch(rf"{name}-Table-[0-9A-Z]{{13}}", stacks.physical(name, "Table"))
        assert re.fullmatch(rf"{name}-bucket-[0-9a-z]{{12}}", stacks.physical(name, "Bucket"))
        assert re.fullmatch(rf"{name}-Role-[0-9a-zA-Z]{{12}}", stacks.physical(name, "Role"))
        assert re.fullmatch(r"CFN-Stored-[0-9a-zA-Z]{12}", stacks.physical(name, "Stored"))

    def test_a_long_logical_id_is_cut_to_what_the_service_allows(self, stacks):
        name = stacks.name()
        long = "StockTradingStateMachineHourlyTradingScheduleInTheEveningRole"
        stacks.deploy(name, template(**{long: role()}))
        made = stacks.physical(name, long)
        assert len(made) == 64
        assert re.fullmatch(rf"{name}-StockTradingStateMachine\w+-[0-9a-zA-Z]{{12}}", made)

    def test_execute_returns_before_the_stack_is_there(self, stacks):
        name = stacks.name()
        change_set = stacks.change_set(name, template(**{f"T{n}": topic() for n in range(60)}))
        stacks.client.execute_change_set(ChangeSetName=change_set["ChangeSetId"])
        first = [event["ResourceStatus"] for event in stacks.events(name)]
        assert "CREATE_IN_PROGRESS" in first
        assert stacks.wait(name)["StackStatus"] == "CREATE_COMPLETE"

    def test_a_failure_rolls_back(self, stacks, endpoint):
        name = stacks.name()
        stacks.deploy(stacks.name(), template(Taken=resource("AWS::S3::Bucket", BucketName="a-b")))
        stack = stacks.deploy(
            name,
            template(
                Topic=topic(),
                Bucket=resource("AWS::S3::Bucket", BucketName="a-b"),
                Never=resource("AWS::SNS::Topic", DisplayName=ref("Bucket")),
            ),
        )
        assert stack["StackStatus"] == "ROLLBACK_COMPLETE"
        assert stacks.told(name)[2:] == [
            ("Topic", "CREATE_IN_PROGRESS"),
            ("Topic", "CREATE_COMPLETE"),
            ("Bucket", "CREATE_IN_PROGRESS"),
            ("Bucket", "CREATE_FAILED"),
            (name, "ROLLBACK_IN_PROGRESS"),
            ("Bucket", "DELETE_COMPLETE"),
            ("Topic", "DELETE_IN_PROGRESS"),
            ("Topic", "DELETE_COMPLETE"),
            (name, "ROLLBACK_COMPLETE"),
        ]
        assert re.fullmatch(
            'Resource handler returned message: "a-b already exists" '
            r"\(RequestToken: [-0-9a-f]{36}, HandlerErrorCode: AlreadyExists\)",
            stacks.reason(name, "Bucket", "CREATE_FAILED"),
        )
        assert (
            stacks.reason(name, name, "ROLLBACK_IN_PROGRESS")
            == "The following resource(s) failed to create: [Bucket]. Rollback requested by user."
        )
        assert not [
            t for t in endpoint.client("sns").list_topics()["Topics"] if name in t["TopicArn"]
        ]

    def test_a_stack_that_was_rolled_back_can_only_be_deleted(self, stacks):
        name = stacks.name()
        broken = template(Role=role(ManagedPolicyArns=["arn:aws:iam::aws:policy/NoSuchPolicy"]))
        stack = stacks.deploy(name, broken)
        assert stack["StackStatus"] == "ROLLBACK_COMPLETE"
        code, message = refused(
            stacks.client.create_change_set,
            StackName=name,
            ChangeSetName="again",
            ChangeSetType="UPDATE",
            TemplateBody=json.dumps(template(Topic=topic())),
        )
        assert code == "ValidationError"
        assert message == (
            f"Stack:{stack['StackId']} is in ROLLBACK_COMPLETE state and can not be updated."
        )
        assert stacks.delete(name)["StackStatus"] == "DELETE_COMPLETE"

    def test_rollback_can_be_switched_off_and_asked_for_later(self, stacks):
        name = stacks.name()
        change_set = stacks.change_set(
            name, template(Topic=topic(), Bad=role(PermissionsBoundary="no arn"))
        )
        stack = stacks.execute(change_set, DisableRollback=True)
        assert stack["StackStatus"] == "CREATE_FAILED"
        assert stack["StackStatusReason"] == "The following resource(s) failed to create: [Bad]. "
        assert stacks.physical(name, "Topic")
        stacks.client.rollback_stack(StackName=name)
        assert stacks.wait(name)["StackStatus"] == "ROLLBACK_COMPLETE"

    def test_a_stack_created_without_a_change_set(self, stacks):
        name = stacks.name()
        made = stacks.client.create_stack(
            StackName=name, TemplateBody=json.dumps(template(Topic=topic()))
        )
        assert stacks.wait(name)["StackId"] == made["StackId"]
        assert stacks.told(name)[0] == (name, "CREATE_IN_PROGRESS")
        code, message = refused(
            stacks.client.create_stack,
            StackName=name,
            TemplateBody=json.dumps(template(Topic=topic())),
        )
        assert (code, message) == ("AlreadyExistsException", f"Stack [{name}] already exists")

    def test_what_a_stack_has_none_of_is_not_shown(self, stacks):
        name = stacks.name()
        stacks.client.create_stack(StackName=name, TemplateBody=json.dumps(template(T=topic())))
        stack = stacks.wait(name)
        assert not {"Outputs", "Parameters", "Capabilities", "LastUpdatedTime"} & stack.keys()
        assert (stack["Tags"], stack["NotificationARNs"]) == ([], [])
        change_set = stacks.change_set(name, template(T=topic(), U=topic()), Capabilities=[])
        assert not {"Parameters", "Tags"} & change_set.keys()
        assert change_set["Capabilities"] == []

    def test_a_change_set_that_creates_a_stack_updates_it_too(self, stacks):
        """When it was last updated is when that began."""
        stack = stacks.deploy(stacks.name(), template(T=topic()))
        assert stack["LastUpdatedTime"] >= stack["CreationTime"]
        began = [
            e for e in stacks.events(stack["StackName"]) if e["PhysicalResourceId"][:3] == "arn"
        ]
        assert stack["LastUpdatedTime"] <= began[1]["Timestamp"]

    def test_times_follow_the_simulated_clock(self, stacks):
        before = datetime.now(UTC) - timedelta(seconds=2)
        name = stacks.name()
        stack = stacks.deploy(name, template(Topic=topic()))
        assert before <= stack["CreationTime"] <= stacks.events(name)[0]["Timestamp"]


class TestUpdate:
    def test_only_what_differs_is_updated(self, stacks):
        name = stacks.name()
        stacks.deploy(name, template(One=topic(), Table=table()))
        since = len(stacks.events(name))
        stack = stacks.deploy(
            name, template(One=topic(), Table=table(DeletionProtectionEnabled=False))
        )
        assert stack["StackStatus"] == "UPDATE_COMPLETE"
        assert stack["LastUpdatedTime"] > stack["CreationTime"]
        assert stacks.told(name, since) == [
            (name, "UPDATE_IN_PROGRESS"),
            ("Table", "UPDATE_IN_PROGRESS"),
            ("Table", "UPDATE_COMPLETE"),
            (name, "UPDATE_COMPLETE_CLEANUP_IN_PROGRESS"),
            (name, "UPDATE_COMPLETE"),
        ]

    def test_what_is_no_longer_in_the_template_is_deleted_last(self, stacks):
        name = stacks.name()
        stacks.deploy(name, template(Old=topic(), Kept=topic()))
        since = len(stacks.events(name))
        stacks.deploy(name, template(Kept=topic(), New=topic()))
        assert stacks.told(name, since) == [
            (name, "UPDATE_IN_PROGRESS"),
            ("New", "CREATE_IN_PROGRESS"),
            ("New", "CREATE_COMPLETE"),
            (name, "UPDATE_COMPLETE_CLEANUP_IN_PROGRESS"),
            ("Old", "DELETE_IN_PROGRESS"),
            ("Old", "DELETE_COMPLETE"),
            (name, "UPDATE_COMPLETE"),
        ]

    def test_a_replacement_is_made_before_the_old_one_goes(self, stacks, endpoint):
        name = stacks.name()
        stacks.deploy(name, template(Table=table(TableName=f"{name}-a")))
        since = len(stacks.events(name))
        stacks.deploy(name, template(Table=table(TableName=f"{name}-b")))
        lines = [
            (e["LogicalResourceId"], e["ResourceStatus"], e["PhysicalResourceId"])
            for e in stacks.events(name)[since:]
            if e["LogicalResourceId"] == "Table"
        ]
        assert lines == [
            ("Table", "UPDATE_IN_PROGRESS", f"{name}-a"),
            ("Table", "UPDATE_IN_PROGRESS", f"{name}-b"),
            ("Table", "UPDATE_COMPLETE", f"{name}-b"),
            ("Table", "DELETE_IN_PROGRESS", f"{name}-a"),
            ("Table", "DELETE_COMPLETE", f"{name}-a"),
        ]
        reasons = [e.get("ResourceStatusReason") for e in stacks.events(name)[since:]]
        assert (
            "Requested update requires the creation of a new physical resource; "
            "hence creating one." in reasons
        )
        tables = endpoint.client("dynamodb").list_tables()["TableNames"]
        assert f"{name}-b" in tables
        assert f"{name}-a" not in tables

    def test_a_failing_update_leaves_the_old_resources_intact(self, stacks, endpoint):
        name = stacks.name()
        before = template(
            Kept=table(TableName=f"{name}-kept"),
            Changed=role(Description="before"),
            Replaced=table(TableName=f"{name}-first"),
        )
        stacks.deploy(name, before)
        role_name = stacks.physical(name, "Changed")
        since = len(stacks.events(name))
        stack = stacks.deploy(
            name,
            template(
                Kept=table(TableName=f"{name}-kept"),
                Changed=role(Description="after"),
                Replaced=table(TableName=f"{name}-second"),
                Bad={
                    **role(ManagedPolicyArns=["arn:aws:iam::aws:policy/NoSuchPolicy"]),
                    "DependsOn": ["Changed", "Replaced"],
                },
            ),
        )
        assert stack["StackStatus"] == "UPDATE_ROLLBACK_COMPLETE"
        assert (
            stacks.reason(name, name, "UPDATE_ROLLBACK_IN_PROGRESS")
            == "The following resource(s) failed to create: [Bad]. "
        )
        assert [line for line in stacks.told(name, since) if line[0] in (name, "Bad")] == [
            (name, "UPDATE_IN_PROGRESS"),
            ("Bad", "CREATE_IN_PROGRESS"),
            ("Bad", "CREATE_FAILED"),
            (name, "UPDATE_ROLLBACK_IN_PROGRESS"),
            (name, "UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS"),
            (name, "UPDATE_ROLLBACK_COMPLETE"),
        ]
        found = endpoint.client("iam").get_role(RoleName=role_name)["Role"]
        assert found["Description"] == "before"
        tables = endpoint.client("dynamodb").list_tables()["TableNames"]
        assert {f"{name}-kept", f"{name}-first"} <= set(tables)
        assert f"{name}-second" not in tables
        # and the next update starts from there
        assert stacks.change_set(name, before)["Status"] == "FAILED"

    def test_no_change_is_a_failed_change_set(self, stacks):
        name = stacks.name()
        stacks.deploy(name, template(Topic=topic()))
        change_set = stacks.change_set(name, template(Topic=topic()))
        assert change_set["Status"] == "FAILED"
        assert change_set["ExecutionStatus"] == "UNAVAILABLE"
        assert change_set["StatusReason"] == (
            "The submitted information didn't contain changes. "
            "Submit different information to create a change set."
        )
        code, message = refused(
            stacks.client.execute_change_set, ChangeSetName=change_set["ChangeSetId"]
        )
        assert code == "InvalidChangeSetStatus"
        assert "cannot be executed in its current status of [FAILED]" in message

    def test_update_stack_without_changes(self, stacks):
        name = stacks.name()
        body = json.dumps(template(Topic=topic()))
        stacks.client.create_stack(StackName=name, TemplateBody=body)
        stacks.wait(name)
        code, message = refused(stacks.client.update_stack, StackName=name, TemplateBody=body)
        assert (code, message) == ("ValidationError", "No updates are to be performed.")

    def test_update_stack_with_the_previous_template(self, stacks):
        name = stacks.name()
        body = template({"Text": {"Type": "String"}}, Topic=topic())
        body["Resources"]["Topic"]["Properties"]["DisplayName"] = ref("Text")
        stacks.deploy(name, body, {"Text": "one"})
        stacks.client.update_stack(
            StackName=name,
            UsePreviousTemplate=True,
            Parameters=[{"ParameterKey": "Text", "ParameterValue": "two"}],
        )
        stack = stacks.wait(name)
        assert stack["StackStatus"] == "UPDATE_COMPLETE"
        assert stack["Parameters"] == [{"ParameterKey": "Text", "ParameterValue": "two"}]

    def test_the_previous_value_from_parameter_store_is_looked_up_anew(self, stacks, endpoint):
        """The name is what is kept, also that which is the default: `cdk deploy` asks so."""
        name, ssm = stacks.name(), endpoint.client("ssm")
        ssm.put_parameter(Name=f"/{name}/n", Value="33", Type="String")
        ssm.put_parameter(Name=f"/{name}/l", Value="a,b", Type="StringList")
        ssm.put_parameter(Name=f"/{name}/given", Value="one", Type="String")
        kind = "AWS::SSM::Parameter::Value<{}>".format
        declared = {
            "Number": {"Type": kind("String"), "Default": f"/{name}/n"},
            "List": {"Type": kind("List<String>"), "Default": f"/{name}/l"},
            "Given": {"Type": kind("String")},
        }
        shown = {"Fn::Join": ["+", [ref("Number"), {"Fn::Join": ["+", ref("List")]}, ref("Given")]]}
        body = template(declared, T=resource("AWS::SNS::Topic", DisplayName=shown))
        stacks.deploy(name, body, {"Given": f"/{name}/given"})
        for number in ("34", "35"):
            ssm.put_parameter(Name=f"/{name}/n", Value=number, Type="String", Overwrite=True)
            previous = [{"ParameterKey": key, "UsePreviousValue": True} for key in declared]
            stacks.client.update_stack(
                StackName=name, UsePreviousTemplate=True, Parameters=previous
            )
            stack = stacks.wait(name)
            assert stack["StackStatus"] == "UPDATE_COMPLETE"
            assert stack["Parameters"] == [
                {"ParameterKey": "Number", "ParameterValue": f"/{name}/n", "ResolvedValue": number},
                {"ParameterKey": "List", "ParameterValue": f"/{name}/l", "ResolvedValue": "a,b"},
                {
                    "ParameterKey": "Given",
                    "ParameterValue": f"/{name}/given",
                    "ResolvedValue": "one",
                },
            ]
            sns = endpoint.client("sns")
            topic_arn = stacks.physical(name, "T")
            attributes = sns.get_topic_attributes(TopicArn=topic_arn)["Attributes"]
            assert attributes["DisplayName"] == f"{number}+a+b+one"

    def test_a_type_cannot_change(self, stacks):
        name = stacks.name()
        stacks.deploy(name, template(Thing=topic()))
        code, message = refused(
            stacks.client.create_change_set,
            StackName=name,
            ChangeSetName="other",
            TemplateBody=json.dumps(template(Thing=table())),
        )
        assert code == "ValidationError"
        assert message == (
            "Update of resource type is not permitted. The new template modifies resource type of "
            "the following resources: [Thing]"
        )

    def test_a_named_resource_is_not_replaced(self, stacks):
        name = stacks.name()
        fifo = resource("AWS::SQS::Queue", QueueName=f"{name}.fifo", FifoQueue=True)
        stacks.deploy(name, template(Queue=fifo))
        changed = json.loads(json.dumps(fifo))
        changed["Properties"]["FifoQueue"] = False
        stack = stacks.deploy(name, template(Queue=changed))
        assert stack["StackStatus"] == "UPDATE_ROLLBACK_COMPLETE"
        assert stacks.reason(name, "Queue", "UPDATE_FAILED") == (
            "CloudFormation cannot update a stack when a custom-named resource requires replacing. "
            f"Rename {name}.fifo and update the stack again."
        )

    def test_tags_of_the_stack_reach_the_resources(self, stacks, endpoint):
        name = stacks.name()
        body = template(Role=role(Tags=[{"Key": "own", "Value": "1"}]))
        stacks.deploy(name, body, Tags=[{"Key": "team", "Value": "a"}, {"Key": "x", "Value": "y"}])
        stack = stacks.deploy(name, body, Tags=[{"Key": "team", "Value": "b"}])
        assert stack["Tags"] == [{"Key": "team", "Value": "b"}]
        tags = endpoint.client("iam").list_role_tags(RoleName=stacks.physical(name, "Role"))["Tags"]
        assert {t["Key"]: t["Value"] for t in tags} == {"own": "1", "team": "b"}

    def test_a_failed_update_can_wait_for_its_rollback(self, stacks, endpoint):
        name = stacks.name()
        stacks.deploy(name, template(Role=role(Description="before")))
        role_name = stacks.physical(name, "Role")
        change_set = stacks.change_set(
            name,
            template(
                Role=role(Description="after"),
                Bad={**role(PermissionsBoundary="no arn"), "DependsOn": "Role"},
            ),
        )
        stack = stacks.execute(change_set, DisableRollback=True)
        assert stack["StackStatus"] == "UPDATE_FAILED"
        iam = endpoint.client("iam")
        assert iam.get_role(RoleName=role_name)["Role"]["Description"] == "after"
        stacks.client.rollback_stack(StackName=name)
        assert stacks.wait(name)["StackStatus"] == "UPDATE_ROLLBACK_COMPLETE"
        assert iam.get_role(RoleName=role_name)["Role"]["Description"] == "before"


class TestDelete:
    def test_dependents_go_first(self, stacks):
        name = stacks.name()
        stacks.deploy(
            name,
            template(A=topic(), B=resource("AWS::SNS::Topic", DisplayName=att("A", "TopicName"))),
        )
        stack_id = stacks.describe(name)["StackId"]
        since = len(stacks.events(name))
        stack = stacks.delete(name)
        assert stack["StackStatus"] == "DELETE_COMPLETE"
        assert stack["DeletionTime"]
        assert stacks.told(stack_id, since) == [
            (name, "DELETE_IN_PROGRESS"),
            ("B", "DELETE_IN_PROGRESS"),
            ("B", "DELETE_COMPLETE"),
            ("A", "DELETE_IN_PROGRESS"),
            ("A", "DELETE_COMPLETE"),
            (name, "DELETE_COMPLETE"),
        ]

    def test_a_deleted_stack_is_found_by_its_id_only(self, stacks):
        name = stacks.name()
        stack_id = stacks.deploy(name, template(Topic=topic()))["StackId"]
        stacks.delete(name)
        assert refused(stacks.client.describe_stacks, StackName=name) == (
            "ValidationError",
            f"Stack with id {name} does not exist",
        )
        assert stacks.describe(stack_id)["StackStatus"] == "DELETE_COMPLETE"
        listed = stacks.client.list_stacks(StackStatusFilter=["DELETE_COMPLETE"])["StackSummaries"]
        assert stack_id in [summary["StackId"] for summary in listed]
        stacks.client.delete_stack(StackName=name)  # AWS takes that too

    def test_what_is_retained_stays(self, stacks, endpoint):
        name = stacks.name()
        kept = {**table(TableName=f"{name}-kept"), "DeletionPolicy": "Retain"}
        stack_id = stacks.deploy(name, template(Kept=kept, Gone=topic()))["StackId"]
        assert stacks.delete(name)["StackStatus"] == "DELETE_COMPLETE"
        assert ("Kept", "DELETE_SKIPPED") in stacks.told(stack_id)
        dynamodb = endpoint.client("dynamodb")
        assert f"{name}-kept" in dynamodb.list_tables()["TableNames"]
        dynamodb.delete_table(TableName=f"{name}-kept")

    def test_a_deleted_stack_tells_by_its_id_what_it_had(self, stacks, endpoint):
        name = stacks.name()
        kept = {**table(TableName=f"{name}-kept"), "DeletionPolicy": "Retain"}
        stacks.deploy(name, template(Kept=kept, Gone=topic(), Earlier=topic()))
        stack_id = stacks.deploy(name, template(Kept=kept, Gone=topic()))["StackId"]
        topic_arn = stacks.physical(name, "Gone")
        stacks.delete(name)
        listed = stacks.client.list_stack_resources(StackName=stack_id)["StackResourceSummaries"]
        fields = ("LogicalResourceId", "PhysicalResourceId", "ResourceStatus")
        assert [tuple(one[field] for field in fields) for one in listed] == [
            ("Gone", topic_arn, "DELETE_COMPLETE"),
            ("Kept", f"{name}-kept", "DELETE_SKIPPED"),
        ]
        described = stacks.client.describe_stack_resources(StackName=stack_id)["StackResources"]
        assert [one["LogicalResourceId"] for one in described] == ["Gone", "Kept"]
        with pytest.raises(ClientError, match=f"Stack with id {name} does not exist"):
            stacks.client.list_stack_resources(StackName=name)
        endpoint.client("dynamodb").delete_table(TableName=f"{name}-kept")

    def test_what_is_retained_stays_when_it_leaves_the_template(self, stacks, endpoint):
        name = stacks.name()
        kept = {**table(TableName=f"{name}-kept"), "DeletionPolicy": "Retain"}
        stacks.deploy(name, template(Kept=kept, Topic=topic()))
        change_set = stacks.change_set(name, template(Topic=topic()))
        assert change_set["Changes"][0]["ResourceChange"]["PolicyAction"] == "Retain"
        stacks.execute(change_set)
        assert ("Kept", "DELETE_SKIPPED") in stacks.told(name)
        endpoint.client("dynamodb").delete_table(TableName=f"{name}-kept")

    def test_a_bucket_that_is_not_empty(self, stacks, endpoint):
        name = stacks.name()
        stacks.deploy(name, template(Topic=topic(), Bucket=resource("AWS::S3::Bucket")))
        s3, bucket = endpoint.client("s3"), stacks.physical(name, "Bucket")
        s3.put_object(Bucket=bucket, Key="one", Body=b"1")
        stack = stacks.delete(name)
        assert stack["StackStatus"] == "DELETE_FAILED"
        assert (
            stack["StackStatusReason"] == "The following resource(s) failed to delete: [Bucket]. "
        )
        assert re.fullmatch(
            HANDLER.replace(".+", "The bucket you tried to delete is not empty .+")
            + r"GeneralServiceException\)",
            stacks.reason(name, "Bucket", "DELETE_FAILED"),
        )
        assert s3.get_object(Bucket=bucket, Key="one")["Body"].read() == b"1"
        resources = stacks.client.list_stack_resources(StackName=name)["StackResourceSummaries"]
        assert [(r["LogicalResourceId"], r["ResourceStatus"]) for r in resources] == [
            ("Bucket", "DELETE_FAILED")
        ]
        assert stacks.delete(name, RetainResources=["Bucket"])["StackStatus"] == "DELETE_COMPLETE"
        s3.delete_object(Bucket=bucket, Key="one")
        s3.delete_bucket(Bucket=bucket)

    def test_old_versions_count_as_content(self, stacks, endpoint):
        name = stacks.name()
        versioned = resource("AWS::S3::Bucket", VersioningConfiguration={"Status": "Enabled"})
        stacks.deploy(name, template(Bucket=versioned))
        s3, bucket = endpoint.client("s3"), stacks.physical(name, "Bucket")
        s3.put_object(Bucket=bucket, Key="one", Body=b"1")
        s3.delete_object(Bucket=bucket, Key="one")
        assert stacks.delete(name)["StackStatus"] == "DELETE_FAILED"
        assert "You must delete all versions in the bucket" in stacks.reason(
            name, "Bucket", "DELETE_FAILED"
        )
        versions = s3.list_object_versions(Bucket=bucket)
        for version in versions["Versions"] + versions["DeleteMarkers"]:
            s3.delete_object(Bucket=bucket, Key="one", VersionId=version["VersionId"])
        assert stacks.delete(name)["StackStatus"] == "DELETE_COMPLETE"

    def test_what_is_gone_already_is_no_error(self, stacks, endpoint):
        name = stacks.name()
        stacks.deploy(name, template(Table=table(), Role=role()))
        endpoint.client("dynamodb").delete_table(TableName=stacks.physical(name, "Table"))
        endpoint.client("iam").delete_role(RoleName=stacks.physical(name, "Role"))
        assert stacks.delete(name)["StackStatus"] == "DELETE_COMPLETE"

    def test_a_protected_stack(self, stacks):
        name = stacks.name()
        stack_id = stacks.deploy(name, template(Topic=topic()))["StackId"]
        stacks.client.update_termination_protection(
            StackName=name, EnableTerminationProtection=True
        )
        assert refused(stacks.client.delete_stack, StackName=name) == (
            "ValidationError",
            f"Stack [{stack_id}] cannot be deleted while TerminationProtection is enabled",
        )


class TestExports:
    def test_one_stack_uses_what_another_exports(self, stacks, endpoint):
        exporting, importing = stacks.name(), stacks.name()
        body = template(
            outputs={
                "Arn": {
                    "Value": ref("Topic"),
                    "Export": {"Name": {"Fn::Sub": "${AWS::StackName}-arn"}},
                }
            },
            Topic=topic(),
        )
        stacks.deploy(exporting, body)
        user = template(
            outputs={"Seen": {"Value": {"Fn::ImportValue": f"{exporting}-arn"}}},
            Other=resource("AWS::SNS::Topic", DisplayName={"Fn::ImportValue": f"{exporting}-arn"}),
        )
        stacks.deploy(importing, user)
        assert stacks.outputs(importing)["Seen"] == stacks.physical(exporting, "Topic")
        exports = stacks.client.list_exports()["Exports"]
        assert f"{exporting}-arn" in [e["Name"] for e in exports]
        imports = stacks.client.list_imports(ExportName=f"{exporting}-arn")["Imports"]
        assert imports == [importing]
        _, message = refused(stacks.client.delete_stack, StackName=exporting)
        assert message == (
            f"Export {exporting}-arn cannot be deleted as it is in use by {importing}"
        )

    def test_an_export_in_use_cannot_go(self, stacks):
        exporting, importing = stacks.name(), stacks.name()
        out = {"Arn": {"Value": ref("Topic"), "Export": {"Name": f"{exporting}-arn"}}}
        stacks.deploy(exporting, template(outputs=out, Topic=topic()))
        stacks.deploy(
            importing,
            template(
                Other=resource(
                    "AWS::SNS::Topic", DisplayName={"Fn::ImportValue": f"{exporting}-arn"}
                )
            ),
        )
        stack = stacks.deploy(exporting, template(Topic=topic()))
        assert stack["StackStatus"] == "UPDATE_ROLLBACK_COMPLETE"
        assert stacks.reason(exporting, exporting, "UPDATE_ROLLBACK_IN_PROGRESS") == (
            f"Export {exporting}-arn cannot be deleted as it is in use by {importing}"
        )

    def test_an_export_that_is_not_there(self, stacks):
        code, message = refused(
            stacks.client.create_change_set,
            StackName=stacks.name(),
            ChangeSetName="c",
            ChangeSetType="CREATE",
            TemplateBody=json.dumps(
                template(T=resource("AWS::SNS::Topic", DisplayName={"Fn::ImportValue": "nothing"}))
            ),
        )
        assert (code, message) == ("ValidationError", "No export named nothing found.")

    def test_two_stacks_cannot_export_the_same_name(self, stacks):
        first, second = stacks.name(), stacks.name()
        body = template(
            outputs={"Arn": {"Value": ref("Topic"), "Export": {"Name": f"{first}-arn"}}},
            Topic=topic(),
        )
        stacks.deploy(first, body)
        stack = stacks.deploy(second, body)
        assert stack["StackStatus"] == "ROLLBACK_COMPLETE"
        assert "is already exported by stack" in stacks.reason(
            second, second, "ROLLBACK_IN_PROGRESS"
        )


def test_a_function_that_cannot_run_here_is_told_at_the_deploy(stacks):
    """It may be meant for an account: the deploy goes on. Its event says what, why, what next."""
    name = stacks.name()
    others = [f"python3.{n}" for n in (14, 13, 12, 11, 10) if not shutil.which(f"python3.{n}")]
    missing = [(one, f"no {one} that works is on PATH") for one in others[:1]]
    why_not = [("nodejs22.x", "the local endpoint runs functions in Python only"), *missing]
    for status, (runtime, why) in zip(
        ("CREATE_COMPLETE", "UPDATE_COMPLETE"), why_not, strict=False
    ):
        body = template(Role=role(), Fn=function(Runtime=runtime))
        found = stacks.deploy(name, body)["StackStatus"]
        assert found == status, [e.get("ResourceStatusReason") for e in stacks.events(name)]
        said = stacks.reason(name, "Fn", status)
        assert said.startswith("Deployed, but it cannot run on this machine. The function Fn has")
        assert why in said and f"Deploy it with Runtime: {RUNTIME}" in said
    stacks.deploy(name, template(Role=role(), Fn=function(Runtime=RUNTIME)))
    last = [event for event in stacks.events(name) if event["LogicalResourceId"] == "Fn"][-1]
    assert last["ResourceStatus"] == "UPDATE_COMPLETE" and "ResourceStatusReason" not in last
