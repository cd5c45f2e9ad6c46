"""Loading: JSON, YAML, placeholders, templates, and the errors when it cannot be done."""

import json

import pytest

from helpers.asl import (
    AslError,
    Definition,
    DefinitionDoesNotParse,
    DefinitionNotFound,
    NotADefinition,
    load,
)

JSON = """{
  "Comment": "sell or buy",
  "StartAt": "Check",
  "States": {
    "Check": {
      "Type": "Task",
      "Resource": "${CheckerArn}",
      "TimeoutSeconds": ${Limit},
      "Next": "Done"
    },
    "Done": {"Type": "Succeed"}
  }
}
"""

YAML = """\
Comment: sell or buy
StartAt: Yes
States:
  Yes:
    Type: Task
    Resource: !GetAtt Checker.Arn
    Parameters:
      At: 2030-01-01T00:00:00Z
      Table: !Ref Table
      Queue: !Sub "arn:aws:sqs:${AWS::Region}:1:${Name}"
      Off: off
      Count: 007
      Half: 0.5
    Next: Done
  Done: {Type: Succeed}
"""

TEMPLATE = """\
Transform: AWS::Serverless-2016-10-31
Resources:
  Machine:
    Type: AWS::Serverless::StateMachine
    Properties:
      DefinitionUri: statemachine/trader.asl.json
      DefinitionSubstitutions:
        CheckerArn: !GetAtt CheckerFunction.Arn
        Limit: 30
  Table:
    Type: AWS::Serverless::SimpleTable
"""


def test_json_with_placeholders_left_over():
    definition = Definition.from_text(JSON)
    assert definition.comment == "sell or buy"
    assert definition.start_at == "Check"
    assert definition.unresolved == ("CheckerArn", "Limit")
    assert definition.state("Check").raw["TimeoutSeconds"] == "${Limit}"


def test_json_with_placeholders_filled_in():
    definition = Definition.from_text(JSON, {"CheckerArn": 'say "hi"', "Limit": 5})
    assert definition.unresolved == ()
    assert definition.state("Check").raw["Resource"] == 'say "hi"'
    assert definition.state("Check").raw["TimeoutSeconds"] == 5
    assert definition.place(("States", "Done")) == (11, 5)
    assert definition.place(("States", "Check", "Nowhere")) == (5, 5)


def test_yaml_keeps_names_and_times_as_text():
    definition = Definition.from_text(YAML, {"Name": "orders"}, file="m.asl.yaml")
    check = definition.state("Yes")
    assert check.raw["Resource"] == "${Checker.Arn}"
    assert check.raw["Parameters"] == {
        "At": "2030-01-01T00:00:00Z",
        "Table": "${Table}",
        "Queue": "arn:aws:sqs:${AWS::Region}:1:orders",
        "Off": "off",
        "Count": "007",
        "Half": 0.5,
    }
    assert definition.unresolved == ("Checker.Arn", "Table", "AWS::Region")
    assert definition.place(("States", "Yes", "Next")) == (14, 5)


def test_yaml_anchors_and_merge_keys():
    definition = Definition.from_text(
        "StartAt: A\n"
        "x-retry: &retry\n  Retry: [{ErrorEquals: [States.ALL]}]\n  Type: Pass\n"
        "States:\n  A:\n    <<: *retry\n    Type: Task\n    End: true\n"
    )
    assert definition.state("A").raw == {
        "Retry": [{"ErrorEquals": ["States.ALL"]}],
        "Type": "Task",
        "End": True,
    }


def test_a_sam_template_is_followed_to_its_definition(tmp_path):
    (tmp_path / "statemachine").mkdir()
    (tmp_path / "statemachine" / "trader.asl.json").write_text(JSON)
    (tmp_path / "template.yaml").write_text(TEMPLATE)
    definition = load(tmp_path / "template.yaml")
    assert definition.state("Check").service == "CheckerFunction"
    assert definition.state("Check").raw["TimeoutSeconds"] == 30
    assert definition.unresolved == ("CheckerFunction.Arn",)


def test_a_template_tells_which_function_a_task_calls(tmp_path):
    (tmp_path / "statemachine").mkdir()
    (tmp_path / "statemachine" / "trader.asl.json").write_text(JSON)
    function = "  CheckerFunction: {Type: AWS::Serverless::Function}\n"
    (tmp_path / "template.yaml").write_text(TEMPLATE + function)
    check = load(tmp_path / "template.yaml").state("Check")
    assert check.service == "Lambda CheckerFunction"
    mine = load(tmp_path / "template.yaml", {"CheckerArn": "${Mine.Arn}"}).state("Check")
    assert mine.service == "Mine"

    machine = TEMPLATE.replace(
        "DefinitionUri: statemachine/trader.asl.json",
        "Definition: {StartAt: A, States: {A: {Type: Task, Resource: !GetAtt Checker.Arn}}}",
    )
    (tmp_path / "inline.yaml").write_text(machine + function.replace("CheckerF", "F"))
    assert load(tmp_path / "inline.yaml").state("A").service == "Checker"
    (tmp_path / "inline.yaml").write_text(machine + function.replace("CheckerFunction", "Checker"))
    assert load(tmp_path / "inline.yaml").state("A").service == "Lambda Checker"


def test_a_definition_written_in_the_template():
    text = json.dumps(
        {
            "Resources": {
                "One": {
                    "Type": "AWS::StepFunctions::StateMachine",
                    "Properties": {
                        "DefinitionString": {
                            "Fn::Join": [
                                "",
                                [
                                    '{"StartAt":"A","States":{"A":{"Type":"Task","Resource":"',
                                    {"Fn::GetAtt": ["F", "Arn"]},
                                    '","End":true}}}',
                                ],
                            ]
                        }
                    },
                },
                "Two": {
                    "Type": "AWS::Serverless::StateMachine",
                    "Properties": {
                        "Definition": {
                            "StartAt": "B",
                            "States": {"B": {"Type": "Wait", "Seconds": 1, "End": True}},
                        }
                    },
                },
            }
        }
    )
    with pytest.raises(NotADefinition, match="One, Two"):
        Definition.from_text(text)
    with pytest.raises(NotADefinition, match="no state machine Three"):
        Definition.from_text(text, resource="Three")
    assert Definition.from_text(text, resource="One").state("A").service == "F"
    assert Definition.from_text(text, resource="Two").state("B").words == "1 s"


@pytest.mark.parametrize(
    ("text", "line", "column", "advice"),
    [
        ('{"StartAt": "A",\n "States": {,}}', 2, 13, "amiss"),
        ('{"StartAt": "A"\n "States": {}}', 2, 2, "comma is missing"),
        ('{"StartAt": "A",\n}', 1, 16, "comma before the closing"),
        ("{'StartAt': 1}", 1, 2, "double quotes"),
        ('{"StartAt": "A", // here\n}', 1, 18, "no comments"),
        ('{"StartAt": "A"', 1, 16, "ends too early"),
        ("StartAt: A\n  States: {", 2, 9, "indentation"),
    ],
)
def test_text_that_does_not_parse_says_where_and_what(text, line, column, advice):
    with pytest.raises(DefinitionDoesNotParse, match=advice) as caught:
        Definition.from_text(text, file="trader.asl")
    assert (caught.value.line, caught.value.column) == (line, column)
    assert f"trader.asl, line {line}, column {column}" in str(caught.value)


@pytest.mark.parametrize("text", ["", "just words", "[1, 2]", "5", "true"])
def test_what_is_no_definition_says_so(text):
    with pytest.raises(NotADefinition, match="object with StartAt and States"):
        Definition.from_text(text)


def test_a_missing_file_names_its_neighbours(tmp_path):
    (tmp_path / "trader.asl.json").write_text("{}")
    (tmp_path / "template.yaml").write_text(TEMPLATE)
    (tmp_path / "app.py").touch()
    with pytest.raises(DefinitionNotFound, match=r"there is template\.yaml, trader\.asl\.json\."):
        load(tmp_path / "trader.json")


def test_a_file_that_is_not_text(tmp_path):
    (tmp_path / "a.asl.json").write_bytes(b"{\xff}")
    with pytest.raises(DefinitionNotFound, match="Byte 1"):
        load(tmp_path / "a.asl.json")


@pytest.mark.parametrize("text", ["[" * 100_000, "{'a':" * 3000, "a: &a [*a]", "- " * 5_000 + "x"])
def test_bottomless_text_is_refused(text):
    with pytest.raises(AslError):
        Definition.from_text(text)


def test_a_dict_that_is_none():
    with pytest.raises(NotADefinition, match="a list"):
        Definition.from_dict([])
