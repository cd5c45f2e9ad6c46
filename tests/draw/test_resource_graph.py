"""The template's drawing: resources by kind, ties with a verb, before and after the transform."""

import json
import xml.etree.ElementTree as ET

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from machines import TEMPLATE

from helpers import draw
from helpers.draw import resources

AFTER = {
    "Resources": {
        "Checker": {
            "Type": "AWS::Lambda::Function",
            "Properties": {"Role": {"Fn::GetAtt": ["CheckerRole", "Arn"]}, "Runtime": "python3.13"},
        },
        "CheckerRole": {
            "Type": "AWS::IAM::Role",
            "Properties": {
                "Policies": [
                    {
                        "PolicyDocument": {
                            "Statement": [
                                {
                                    "Effect": "Allow",
                                    "Action": ["dynamodb:PutItem", "dynamodb:GetItem"],
                                    "Resource": {"Fn::GetAtt": ["Table", "Arn"]},
                                }
                            ]
                        }
                    }
                ]
            },
        },
        "Table": {"Type": "AWS::DynamoDB::Table", "Properties": {}},
        "Rule": {
            "Type": "AWS::Events::Rule",
            "Properties": {
                "State": "DISABLED",
                "ScheduleExpression": "rate(1 hour)",
                "Targets": [{"Arn": {"Fn::GetAtt": ["Checker", "Arn"]}, "Id": "x"}],
            },
            "DependsOn": "Table",
        },
        "Allowed": {
            "Type": "AWS::Lambda::Permission",
            "Properties": {"FunctionName": {"Ref": "Checker"}, "SourceArn": {"Ref": "Rule"}},
        },
    }
}


WORDS = [
    "A", "Type", "Properties", "Events", "Ref", "Fn::Sub", "Fn::GetAtt", "Fn::If", "DependsOn",
    "Condition", "Policies", "Effect", "Action", "Function", "AWS::Serverless::Function", "${A}",
]  # fmt: skip


def ties(given) -> set[tuple[str, str, str]]:
    return {(tie.source, tie.verb, tie.target) for tie in resources.read(given).ties}


def test_the_app_s_template():
    picture = draw.template(TEMPLATE)
    assert ties(TEMPLATE) == {
        ("HourlyTradingSchedule", "triggers", "StockTradingStateMachine"),
        ("StockTradingStateMachine", "invokes", "StockCheckerFunction"),
        ("StockTradingStateMachine", "invokes", "StockBuyerFunction"),
        ("StockTradingStateMachine", "invokes", "StockSellerFunction"),
        ("StockTradingStateMachine", "writes to", "TransactionTable"),
        ("ApplicationInsightsMonitoring", "watches", "ApplicationResourceGroup"),
    }
    assert "Data: TransactionTable (DynamoDB table)." in picture.text
    assert (
        "HourlyTradingSchedule (EventBridge schedule rule, rate(1 hour), disabled)" in picture.text
    )
    assert "StockTradingStateMachine invokes StockCheckerFunction" in picture.text
    ET.fromstring(picture.svg)


def test_processed_cloudformation():
    assert ties(AFTER) == {
        ("Checker", "assumes", "CheckerRole"),
        ("CheckerRole", "may read and write", "Table"),
        ("Rule", "triggers", "Checker"),
        ("Rule", "is created after", "Table"),
        ("Allowed", "allows calls of", "Checker"),
        ("Allowed", "for", "Rule"),
    }


@pytest.mark.parametrize("wrapped", [AFTER, {"TemplateBody": AFTER}, json.dumps(AFTER)])
def test_as_cloudformation_gives_it_and_as_text(wrapped):
    assert draw.template(wrapped).source == draw.template(AFTER).source


def test_before_and_after():
    picture = draw.template(
        {"Resources": {"Table": {"Type": "AWS::Serverless::SimpleTable"}}}, AFTER
    )
    assert "You wrote 1 resource.\n" in picture.text
    assert "The transform made 5 resources.\n" in picture.text
    assert "Added by the transform: Checker, CheckerRole, Rule, Allowed." in picture.text
    assert "Table became AWS::DynamoDB::Table" in picture.text
    assert picture.source.count("+ made by the transform") == 4
    ids = [g.get("id") for g in ET.fromstring(picture.svg).iter() if g.get("id")]
    assert any(one.startswith("before-") for one in ids)
    assert any(one.startswith("after-") for one in ids)


@pytest.mark.parametrize(
    ("policy", "verb"),
    [("DynamoDBReadPolicy", "reads"), ("DynamoDBCrudPolicy", "reads and writes")],
)
def test_sam_policies_say_what_they_allow(policy, verb):
    function = {
        "Type": "AWS::Serverless::Function",
        "Properties": {"Policies": [{policy: {"TableName": {"Ref": "Table"}}}]},
    }
    given = {"Resources": {"F": function, "Table": {"Type": "AWS::DynamoDB::Table"}}}
    assert ties(given) == {("F", verb, "Table")}


def test_events_inside_functions_are_drawn_and_tied():
    function = {
        "Type": "AWS::Serverless::Function",
        "Properties": {
            "Events": {
                "Get": {"Type": "Api", "Properties": {"Path": "/x", "Method": "get"}},
                "Jobs": {"Type": "SQS", "Properties": {"Queue": {"Fn::GetAtt": ["Q", "Arn"]}}},
            }
        },
    }
    given = {"Resources": {"F": function, "Q": {"Type": "AWS::SQS::Queue"}}}
    assert ties(given) == {
        ("Get", "triggers", "F"),
        ("Jobs", "triggers", "F"),
        ("Jobs", "takes messages from", "Q"),
    }
    assert "GET /x" in draw.template(given).text


@pytest.mark.parametrize(
    "given",
    [{"Resources": {}}, {"Resources": {"A": None, "B": {"Type": 7}, "C": {"Type": "Custom::X"}}}],
)
def test_odd_templates_still_give_a_picture(given):
    picture = draw.template(given)
    assert picture.text and picture.svg


def test_what_is_no_template_is_refused_in_a_sentence(tmp_path):
    with pytest.raises(draw.NothingToDraw, match="has no Resources"):
        draw.template({"StartAt": "x", "States": {}})
    with pytest.raises(draw.NothingToDraw, match="cannot be read: No such file"):
        draw.template(tmp_path / "nowhere.yaml")
    with pytest.raises(draw.NothingToDraw, match="does not parse"):
        draw.template("Resources:\n  - a\n b: [")
    with pytest.raises(draw.NothingToDraw, match="A int is no template"):
        draw.template(7)


def test_a_reference_is_found_inside_any_function():
    queue = {"Type": "AWS::SQS::Queue"}
    inside = [
        {"Fn::If": ["IsProd", {"Ref": "Q0"}, {"Ref": "AWS::NoValue"}]},
        {"Fn::Select": [0, {"Fn::Split": [",", {"Fn::GetAtt": ["Q1", "Arn"]}]}]},
        {"Fn::Join": ["", ["a", {"Fn::GetAtt": "Q2.Arn"}]]},
        {"Fn::Sub": ["${Q9}${mine}", {"mine": {"Ref": "Q3"}, "Q9": "not the resource"}]},
        {"Fn::Sub": "${Q4.Arn}-${!Q9}-${AWS::Region}"},
        {"Fn::Base64": {"Fn::ToJsonString": {"deep": [{"Ref": "Q5"}]}}},
    ]
    template = {"Resources": {f"Q{n}": queue for n in range(10)}}
    template["Resources"]["Fn"] = {
        "Type": "AWS::Lambda::Function",
        "Properties": {"Environment": {"Variables": dict(enumerate(inside))}},
    }
    assert ties(template) == {("Fn", "uses", f"Q{n}") for n in range(6)}


def test_globals_reach_every_resource_of_their_type():
    template = {
        "Globals": {
            "Function": {
                "Runtime": "python3.13",
                "Environment": {"Variables": {"TABLE": {"Ref": "Table"}}},
            }
        },
        "Resources": {
            "Table": {"Type": "AWS::DynamoDB::Table"},
            "One": {"Type": "AWS::Serverless::Function"},
            "Two": {
                "Type": "AWS::Serverless::Function",
                "Properties": {
                    "Runtime": "nodejs22.x",
                    "Environment": {"Variables": {"OTHER": {"Ref": "One"}}},
                },
            },
            "Plain": {"Type": "AWS::Lambda::Function"},
        },
    }
    assert ties(template) == {
        ("One", "uses", "Table"),
        ("Two", "uses", "Table"),
        ("Two", "uses", "One"),
    }
    text = draw.template(template).text
    assert "One (Lambda function, python3.13); Two (Lambda function, nodejs22.x)" in text


def test_conditions_and_loops_are_said():
    topic = {"Type": "AWS::SNS::Topic"}
    picture = draw.template(
        {
            "Resources": {
                "Fn::ForEach::Topics": ["Name", ["A", "B"], {"Topic${Name}": topic}],
                "Sometimes": {**topic, "Condition": "IsProd"},
            }
        }
    )
    assert "Topic${Name} (SNS topic, for each Name of A, B)" in picture.text
    assert "Sometimes (SNS topic, if IsProd)" in picture.text


@pytest.mark.parametrize("text", ["", "  \n"])
def test_an_empty_template_is_refused_in_a_sentence(text):
    with pytest.raises(draw.NothingToDraw, match="The template is empty"):
        draw.template(text)


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.sampled_from(WORDS),
        lambda inner: (
            st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(WORDS), inner, max_size=4)
        ),
        max_leaves=12,
    )
)
@settings(max_examples=150, deadline=None)
def test_whatever_stands_in_a_template_is_read(body):
    """What CloudFormation would refuse is drawn as far as it goes, never with a traceback."""
    resources.read({"Resources": {"A": body, "Fn::ForEach::B": body}, "Globals": body})
