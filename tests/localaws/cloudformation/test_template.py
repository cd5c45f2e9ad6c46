"""Reading templates: YAML and JSON, short forms, references, order, and what is refused."""

import pytest

from helpers.localaws.cloudformation import references, template
from helpers.localaws.cloudformation.errors import ValidationError

SHORT = """
AWSTemplateFormatVersion: 2010-09-09
Resources:
  A:
    Type: AWS::SNS::Topic
    Properties:
      DisplayName: !Sub "${B.TopicName}-${AWS::Region}-${!literal}"
  B:
    Type: AWS::SNS::Topic
    DependsOn: [C]
    Condition: Wanted
    Properties:
      TopicName: !Join ["-", [!Ref C, !GetAtt C.TopicName, !If [Wanted, x, !Ref AWS::NoValue]]]
      When: 2012-10-17
  C:
    Type: AWS::SNS::Topic
Conditions:
  Wanted: !And [!Condition Other, !Equals [a, a]]
  Other: !Not [!Equals [a, b]]
"""


def test_short_forms_become_functions():
    parsed = template.parse(SHORT)
    b = parsed["Resources"]["B"]["Properties"]
    assert b["TopicName"] == {
        "Fn::Join": [
            "-",
            [
                {"Ref": "C"},
                {"Fn::GetAtt": ["C", "TopicName"]},
                {"Fn::If": ["Wanted", "x", {"Ref": "AWS::NoValue"}]},
            ],
        ]
    }
    assert parsed["Conditions"]["Wanted"]["Fn::And"][0] == {"Condition": "Other"}


def test_dates_stay_text():
    parsed = template.parse(SHORT)
    assert parsed["AWSTemplateFormatVersion"] == "2010-09-09"
    assert parsed["Resources"]["B"]["Properties"]["When"] == "2012-10-17"


def test_references_are_found_in_every_function():
    parsed = template.parse(SHORT)
    assert list(references.references(parsed["Resources"]["A"])) == [
        ("B", "TopicName"),
        ("AWS::Region", None),
    ]
    assert references.dependencies(parsed, "A") == {"B"}
    assert references.dependencies(parsed, "B") == {"C"}


def test_names_that_sub_maps_are_no_references():
    value = {"Fn::Sub": ["${mine}-${Theirs}", {"mine": {"Ref": "Mapped"}}]}
    assert list(references.references(value)) == [("Mapped", None), ("Theirs", None)]


def test_order_puts_needs_first_and_keeps_the_templates_own_otherwise():
    assert references.in_order(template.parse(SHORT)) == ["C", "B", "A"]
    wide = {"Resources": {name: {"Type": "T"} for name in "dbca"}}
    assert references.in_order(wide) == list("dbca")


A_NOPE = {"Fn::GetAtt": ["A", "Nope"]}
A_NAME = {"Fn::GetAtt": ["A", "TableName"]}
TABLE = {"Type": "AWS::DynamoDB::Table", "Properties": {"TableName": "t"}}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "Template format error: unsupported structure."),
        ("- a\n- b", "Template format error: unsupported structure."),
        ("a: [\n", "Template format error: YAML not well-formed. (line 2, column 1)"),
        ('{"a": ', "Template format error: JSON not well-formed. (line 1, column 7)"),
        (
            "Resources:\n  A: {Type: T}\n  A: {Type: T}",
            "Template format error: duplicate key 'A' found (line 3, column 3)",
        ),
    ],
)
def test_what_is_not_well_formed(text, message):
    with pytest.raises(ValidationError) as caught:
        template.parse(text)
    assert caught.value.message == message


def refusal(body):
    with pytest.raises(ValidationError) as caught:
        template.check(body)
    return caught.value.message


TOPIC = {"Type": "AWS::SNS::Topic"}


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ({}, "Template format error: At least one Resources member must be defined."),
        ({"Resources": None}, "[/Resources] 'null' values are not allowed in templates"),
        (
            {"Resorces": {}, "Resources": {"A": TOPIC}},
            "Invalid template property or properties [Resorces]",
        ),
        (
            {"Resources": {"A": {"Properties": {}}}},
            "Template format error: [/Resources/A] Every Resources object must contain a Type "
            "member.",
        ),
        (
            {"AWSTemplateFormatVersion": "2011-01-01", "Resources": {"A": TOPIC}},
            "Template format error: 2011-01-01 is not a supported value for "
            "AWSTemplateFormatVersion.",
        ),
        (
            {"Resources": {"A": {**TOPIC, "DeletionPolicy": "Snapshot"}}},
            "Template error: resource type AWS::SNS::Topic does not support deletion policy "
            "Snapshot",
        ),
        (
            {"Resources": {"A": {**TOPIC, "Properties": {"TopicName": {"Fn::Jion": ["", []]}}}}},
            "Template format error: Encountered unsupported function: Fn::Jion Supported functions "
            f"are: [{', '.join(template.FUNCTIONS)}]",
        ),
        (
            {"Resources": {"A-B": TOPIC}},
            "Template format error: Resource name A-B is non alphanumeric.",
        ),
        (
            {"Resources": {"A": {**TOPIC, "Propertys": {}}}},
            "Invalid template resource property 'Propertys'",
        ),
        (
            {"Resources": {"A": {**TOPIC, "DependsOn": "B"}}},
            "Template format error: Unresolved resource dependencies [B] in the Resources block of "
            "the template",
        ),
        (
            {"Resources": {"A": TOPIC}, "Outputs": {"O": {"Value": {"Ref": "B"}}}},
            "Template format error: Unresolved resource dependencies [B] in the Outputs block of "
            "the template",
        ),
        (
            {"Resources": {"A": {**TOPIC, "Properties": {"X": {"Fn::GetAtt": ["B", "Arn"]}}}}},
            "Template error: instance of Fn::GetAtt references undefined resource B",
        ),
        (
            {"Resources": {"A": TOPIC, "B": {**TOPIC, "Properties": {"X": A_NOPE}}}},
            "Template error: resource A does not support attribute type Nope in Fn::GetAtt",
        ),
        (
            {"Resources": {"A": TABLE, "B": {**TOPIC, "Properties": {"X": A_NAME}}}},
            "Template error: resource A does not support attribute type TableName in Fn::GetAtt",
        ),
        (
            {"Resources": {"A": {**TOPIC, "DeletionPolicy": "Keep"}}},
            "Template format error: Unrecognized DeletionPolicy Keep for resource A",
        ),
        (
            {"Resources": {"A": TOPIC}, "Conditions": {"C": {"Fn::Equals": [{"Ref": "A"}, "x"]}}},
            "Template format error: Unresolved dependencies [A]. Cannot reference resources in the "
            "Conditions block of the template",
        ),
    ],
)
def test_what_is_refused(body, message):
    assert refusal(body) == message


def test_a_circle_names_those_in_it():
    body = {
        "Resources": {
            "A": {**TOPIC, "DependsOn": "B"},
            "B": {**TOPIC, "DependsOn": ["C"]},
            "C": {**TOPIC, "DependsOn": "A"},
            "D": {**TOPIC, "DependsOn": "A"},
            "E": TOPIC,
        }
    }
    with pytest.raises(ValidationError) as caught:
        references.in_order(body)
    assert caught.value.message == "Circular dependency between resources: [A, B, C]"


@pytest.mark.parametrize(
    "text",
    [
        "[" * 100_000,
        '{"a":' * 100_000,
        '{"a":' * 150 + "1" + "}" * 150,
        "a: " + "[" * 150 + "]" * 150,
    ],
)
def test_a_deep_template_ends_in_a_refusal(text):
    with pytest.raises(ValidationError) as caught:
        template.parse(text)
    assert caught.value.message == "Template format error: the template nests more than 100 levels."


def test_aliases_that_blow_up_are_refused():
    lines = ["a0: &a0 [x, x]"]
    lines += [f"a{n}: &a{n} [*a{n - 1}, *a{n - 1}]" for n in range(1, 40)]
    with pytest.raises(ValidationError) as caught:
        template.parse("\n".join(lines))
    assert "more than 200000 values" in caught.value.message


def test_aliases_are_read():
    parsed = template.parse("Resources:\n  A: &a\n    Type: T\n  B: *a\n  C:\n    <<: *a\n")
    assert parsed["Resources"]["B"] == parsed["Resources"]["C"] == {"Type": "T"}
