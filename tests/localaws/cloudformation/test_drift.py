"""Drift: what somebody changed behind the stack's back is found, and nothing else."""

from cfn_templates import function, machine, resource, role, table, template


def everything():
    return template(
        Role=role(
            Policies=[
                {
                    "PolicyName": "p",
                    "PolicyDocument": {
                        "Version": "2012-10-17",
                        "Statement": [{"Effect": "Allow", "Action": "s3:*", "Resource": "*"}],
                    },
                }
            ],
            ManagedPolicyArns=["arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess"],
        ),
        Function=function(Timeout=3, Environment={"Variables": {"MODE": "1"}}),
        Machine=machine(),
        Table=table(),
        Topic=resource("AWS::SNS::Topic", DisplayName="a"),
        Queue=resource("AWS::SQS::Queue", VisibilityTimeout=30),
        Bucket=resource("AWS::S3::Bucket", VersioningConfiguration={"Status": "Enabled"}),
        Rule=resource("AWS::Events::Rule", ScheduleExpression="rate(1 hour)", State="DISABLED"),
        Parameter=resource("AWS::SSM::Parameter", Type="String", Value="v"),
    )


def detect(stacks, name):
    """Detect drift; return its status and each resource's."""
    started = stacks.client.detect_stack_drift(StackName=name)["StackDriftDetectionId"]
    done = stacks.client.describe_stack_drift_detection_status(StackDriftDetectionId=started)
    assert done["DetectionStatus"] == "DETECTION_COMPLETE"
    drifts = stacks.client.describe_stack_resource_drifts(StackName=name)["StackResourceDrifts"]
    found = {d["LogicalResourceId"]: d for d in drifts}
    return done["StackDriftStatus"], found


def test_a_fresh_stack_has_not_drifted(stacks):
    name = stacks.name()
    stacks.deploy(name, everything())
    status, found = detect(stacks, name)
    assert {key: d["StackResourceDriftStatus"] for key, d in found.items()} == dict.fromkeys(
        everything()["Resources"], "IN_SYNC"
    )
    assert status == "IN_SYNC"
    assert stacks.describe(name)["DriftInformation"]["StackDriftStatus"] == "IN_SYNC"


def test_what_was_changed_and_what_was_deleted_is_named(stacks, endpoint):
    name = stacks.name()
    stacks.deploy(name, everything())
    endpoint.client("events").enable_rule(Name=stacks.physical(name, "Rule"))
    endpoint.client("lambda").update_function_configuration(
        FunctionName=stacks.physical(name, "Function"), Timeout=9
    )
    endpoint.client("sqs").delete_queue(QueueUrl=stacks.physical(name, "Queue"))
    status, found = detect(stacks, name)
    assert status == "DRIFTED"
    statuses = {key: d["StackResourceDriftStatus"] for key, d in found.items()}
    assert {key for key, value in statuses.items() if value == "MODIFIED"} == {"Rule", "Function"}
    assert {key for key, value in statuses.items() if value == "DELETED"} == {"Queue"}
    assert found["Rule"]["PropertyDifferences"] == [
        {
            "PropertyPath": "/State",
            "ExpectedValue": "DISABLED",
            "ActualValue": "ENABLED",
            "DifferenceType": "NOT_EQUAL",
        }
    ]
    assert found["Function"]["PropertyDifferences"][0]["ActualValue"] == "9"
