"""Small templates for tests: resources that are quickly made."""

from tests.workshop import trust

LAMBDA_TRUST = trust("lambda", "states")


def resource(kind, **properties):
    """A resource of a template."""
    return {"Type": kind, "Properties": properties}


def topic(name=None):
    return resource("AWS::SNS::Topic", **({"TopicName": name} if name else {}))


def role(**properties):
    return resource("AWS::IAM::Role", AssumeRolePolicyDocument=LAMBDA_TRUST, **properties)


def table(**properties):
    return resource(
        "AWS::DynamoDB::Table",
        **{
            "KeySchema": [{"AttributeName": "Id", "KeyType": "HASH"}],
            "AttributeDefinitions": [{"AttributeName": "Id", "AttributeType": "S"}],
            "BillingMode": "PAY_PER_REQUEST",
        }
        | properties,
    )


def function(role="Role", code="def handler(event, context):\n    return event\n", **properties):
    return resource(
        "AWS::Lambda::Function",
        **{
            "Role": {"Fn::GetAtt": [role, "Arn"]},
            "Runtime": "python3.11",
            "Handler": "index.handler",
            "Code": {"ZipFile": code},
        }
        | properties,
    )


def machine(definition=None, role="Role", **properties):
    passing = {"StartAt": "Pass", "States": {"Pass": {"Type": "Pass", "End": True}}}
    return resource(
        "AWS::StepFunctions::StateMachine",
        **{"RoleArn": {"Fn::GetAtt": [role, "Arn"]}, "Definition": definition or passing}
        | properties,
    )


def template(parameters=None, outputs=None, conditions=None, **resources):
    """A template of such resources."""
    made = {"Resources": resources}
    for section, content in (
        ("Parameters", parameters),
        ("Outputs", outputs),
        ("Conditions", conditions),
    ):
        if content:
            made[section] = content
    return made


def ref(name):
    return {"Ref": name}


def att(name, attribute):
    return {"Fn::GetAtt": [name, attribute]}
