"""Alarms in templates: as SAM and CloudFormation make them, they watch and follow."""

import json

from tests.workshop import stack_at_rest, until


def deployed(sky, name, template, ending="CREATE_COMPLETE"):
    client = sky.endpoint.client("cloudformation")
    body = json.dumps(template)
    if ending == "CREATE_COMPLETE":
        client.create_stack(StackName=name, TemplateBody=body)
    else:
        client.update_stack(StackName=name, TemplateBody=body)
    stack = stack_at_rest(client, name)
    assert stack["StackStatus"] == ending, client.describe_stack_events(StackName=name)
    return {one["OutputKey"]: one["OutputValue"] for one in stack.get("Outputs", [])}


def template(threshold):
    """An alarm with numbers as text, as YAML's quotes make them, and one that follows it."""
    return {
        "Resources": {
            "Topic": {"Type": "AWS::SNS::Topic"},
            "Errors": {
                "Type": "AWS::CloudWatch::Alarm",
                "Properties": {
                    "Namespace": "Tests",
                    "MetricName": "of-the-template",
                    "Statistic": "Sum",
                    "Period": "60",
                    "EvaluationPeriods": "1",
                    "Threshold": threshold,
                    "ComparisonOperator": "GreaterThanOrEqualToThreshold",
                    "AlarmActions": [{"Ref": "Topic"}],
                    "TreatMissingData": "notBreaching",
                },
            },
            "Rate": {
                "Type": "AWS::CloudWatch::Alarm",
                "Properties": {
                    "Metrics": [
                        {
                            "Id": "m",
                            "ReturnData": False,
                            "MetricStat": {
                                "Metric": {"Namespace": "Tests", "MetricName": "of-the-template"},
                                "Period": 60,
                                "Stat": "Sum",
                            },
                        },
                        {"Id": "twice", "Expression": "m * 2"},
                    ],
                    "EvaluationPeriods": 1,
                    "Threshold": 4,
                    "ComparisonOperator": "GreaterThanThreshold",
                },
            },
            "Both": {
                "Type": "AWS::CloudWatch::CompositeAlarm",
                "Properties": {
                    "AlarmRule": {"Fn::Sub": "ALARM(${Errors}) AND ALARM(${Rate})"},
                    "AlarmDescription": "both of them",
                },
            },
        },
        "Outputs": {
            "Errors": {"Value": {"Ref": "Errors"}},
            "Rate": {"Value": {"Ref": "Rate"}},
            "Both": {"Value": {"Ref": "Both"}},
            "Arn": {"Value": {"Fn::GetAtt": ["Both", "Arn"]}},
        },
    }


def test_alarms_of_a_template(sky):
    made = deployed(sky, "alarms", template("2"))
    assert sky.described(made["Both"])["AlarmArn"] == made["Arn"]
    assert sky.described(made["Both"])["AlarmDescription"] == "both of them"
    sky.next_minute()
    measured = [{"MetricName": "of-the-template", "Value": 2}]
    sky.watch.put_metric_data(Namespace="Tests", MetricData=measured)
    sky.next_minute()
    assert [sky.state(made[name]) for name in ("Errors", "Rate", "Both")] == ["ALARM", "OK", "OK"]
    sky.watch.put_metric_data(Namespace="Tests", MetricData=measured * 2)
    sky.next_minute()
    assert [sky.state(made[name]) for name in ("Rate", "Both")] == ["ALARM", "ALARM"]
    deployed(sky, "alarms", template("9"), "UPDATE_COMPLETE")
    assert sky.described(made["Errors"])["Threshold"] == 9.0
    sky.endpoint.client("cloudformation").delete_stack(StackName="alarms")
    kinds = ["MetricAlarm", "CompositeAlarm"]
    until(lambda: not sky.watch.describe_alarms(AlarmTypes=kinds)["CompositeAlarms"])


def test_what_is_no_alarm_fails_the_stack(sky):
    wrong = template("2")
    wrong["Resources"]["Both"]["Properties"]["AlarmRule"] = "ALARM("
    client = sky.endpoint.client("cloudformation")
    client.create_stack(StackName="wrong", TemplateBody=json.dumps(wrong))
    assert stack_at_rest(client, "wrong")["StackStatus"].startswith("ROLLBACK")
    reasons = [
        one.get("ResourceStatusReason", "")
        for one in client.describe_stack_events(StackName="wrong")["StackEvents"]
    ]
    assert any("AlarmRule is not valid" in reason for reason in reasons)
