"""Parameters, intrinsic functions and language extensions: which value a resource gets."""

import pytest

from helpers.localaws.cloudformation import language_extensions, parameters
from helpers.localaws.cloudformation.errors import ValidationError
from helpers.localaws.cloudformation.intrinsics import NO_VALUE, Resolver

PSEUDO = {"AWS::Region": "us-east-1", "AWS::AccountId": "123456789012"}


class Lookup:
    def ref(self, logical_id):
        return f"id-of-{logical_id}"

    def attribute(self, logical_id, name):
        return f"{name}-of-{logical_id}"

    def imported(self, export):
        return f"imported-{export}"

    def dynamic(self, service, reference):
        return f"{service}/{reference}"


def resolve(value, given=None, **sections):
    return Resolver(sections, given or {}, PSEUDO, Lookup()).resolve(value)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ({"Ref": "AWS::Region"}, "us-east-1"),
        ({"Ref": "Thing"}, "id-of-Thing"),
        ({"Fn::GetAtt": ["Thing", "Arn"]}, "Arn-of-Thing"),
        ({"Fn::GetAtt": ["Stack", "Outputs.Url"]}, "Outputs.Url-of-Stack"),
        ({"Fn::GetAtt": "Thing.Arn"}, "Arn-of-Thing"),
        ({"Fn::Sub": "${Thing}/${Thing.Arn}/${!Kept}"}, "id-of-Thing/Arn-of-Thing/${Kept}"),
        ({"Fn::Sub": ["${a}-${Thing}", {"a": {"Ref": "AWS::Region"}}]}, "us-east-1-id-of-Thing"),
        ({"Fn::Join": [":", ["a", {"Ref": "Thing"}, 3]]}, "a:id-of-Thing:3"),
        ({"Fn::Split": [",", "a,b"]}, ["a", "b"]),
        ({"Fn::Select": ["1", ["a", "b"]]}, "b"),
        ({"Fn::Select": [0, {"Fn::Split": ["-", {"Ref": "Thing"}]}]}, "id"),
        ({"Fn::Base64": "hello"}, "aGVsbG8="),
        ({"Fn::GetAZs": ""}, [f"us-east-1{zone}" for zone in "abcdef"]),
        ({"Fn::ImportValue": {"Fn::Sub": "${AWS::Region}-x"}}, "imported-us-east-1-x"),
        ({"Fn::Cidr": ["10.0.0.0/24", 2, 5]}, ["10.0.0.0/27", "10.0.0.32/27"]),
        ({"Fn::ToJsonString": {"a": [{"Ref": "Thing"}]}}, '{"a":["id-of-Thing"]}'),
        ({"Fn::Length": [1, 2, 3]}, 3),
        ("{{resolve:ssm:/name:1}}!", "ssm//name:1!"),
        ({"kept": 1, "left": {"Ref": "AWS::NoValue"}}, {"kept": 1}),
        ([1, {"Ref": "AWS::NoValue"}], [1]),
        ({"Ref": "x", "and": "more"}, {"Ref": "x", "and": "more"}),
    ],
)
def test_functions(value, expected):
    assert resolve(value) == expected


class Later(Lookup):
    """Before the deployment, when nobody knows what a resource will be."""

    def attribute(self, logical_id, name):
        return f"{{{{changeSet:KNOWN_AFTER_APPLY:{logical_id}.{name}}}}}"


ARN = {"Fn::GetAtt": ["Thing", "Arn"]}


@pytest.mark.parametrize(
    "value",
    [
        {"Fn::Select": [1, {"Fn::Split": ["/", ARN]}]},
        {"Fn::Select": ["5", {"Fn::Split": [":", {"Fn::Sub": "of ${Thing.Arn}"}]}]},
        {"Fn::Select": [1, ARN]},  # an attribute may be a list
        {"Fn::Join": ["-", {"Fn::Split": ["/", ARN]}]},
        {"Fn::Select": [0, {"Fn::Cidr": [ARN, 2, 8]}]},
        {"Fn::Base64": {"Fn::Sub": "echo ${Thing.Arn}"}},
        {"Fn::Length": {"Fn::Split": ["/", ARN]}},
    ],
)
def test_what_is_cut_out_of_the_unknown_is_unknown(value):
    found = Resolver({}, {}, PSEUDO, Later()).resolve(value)
    assert "{{changeSet:KNOWN_AFTER_APPLY" in found


def test_maps_and_their_defaults():
    maps = {"Sizes": {"us-east-1": {"small": "S"}}}
    assert (
        resolve({"Fn::FindInMap": ["Sizes", {"Ref": "AWS::Region"}, "small"]}, Mappings=maps) == "S"
    )
    with pytest.raises(ValidationError) as caught:
        resolve({"Fn::FindInMap": ["Sizes", "mars", "small"]}, Mappings=maps)
    assert caught.value.message == "Template error: Unable to get mapping for Sizes::mars::small"
    assert (
        resolve({"Fn::FindInMap": ["Sizes", "mars", "small", {"DefaultValue": "M"}]}, Mappings=maps)
        == "M"
    )


@pytest.mark.parametrize(
    ("condition", "holds"),
    [
        ({"Fn::Equals": ["1", 1]}, True),
        ({"Fn::Equals": [True, "true"]}, True),
        ({"Fn::Not": [{"Fn::Equals": ["a", "a"]}]}, False),
        ({"Fn::And": [{"Condition": "Yes"}, {"Fn::Equals": ["a", "b"]}]}, False),
        ({"Fn::Or": [{"Condition": "Yes"}, {"Fn::Equals": ["a", "b"]}]}, True),
    ],
)
def test_conditions(condition, holds):
    conditions = {"Asked": condition, "Yes": {"Fn::Equals": ["a", "a"]}}
    answer = resolve({"Fn::If": ["Asked", "then", "else"]}, Conditions=conditions)
    assert answer == ("then" if holds else "else")
    assert resolve({"Fn::If": ["Asked", {"Ref": "AWS::NoValue"}, 1]}, Conditions=conditions) == (
        NO_VALUE if holds else 1
    )


def declared(**body):
    return {"Parameters": {"P": {"Type": "String", **body}}}


def test_given_values_come_before_defaults():
    template = {"Parameters": {"A": {"Type": "String", "Default": 1}, "B": {"Type": "Number"}}}
    assert parameters.resolve(template, {"B": "2"}) == {"A": "1", "B": "2"}


@pytest.mark.parametrize(
    ("template", "given", "message"),
    [
        (declared(), {}, "Parameters: [P] must have values"),
        (declared(), {"P": "a", "Q": "b"}, "Parameters: [Q] do not exist in the template"),
        (declared(AllowedValues=[1, 2]), {"P": "3"}, "Parameter 'P' must be one of AllowedValues"),
        (declared(AllowedPattern="[a-z]+"), {"P": "a1"}, "Parameter 'P' must match pattern [a-z]+"),
        (declared(MinLength="2"), {"P": "a"}, "Parameter 'P' must contain at least 2 characters"),
        (declared(MaxLength=2), {"P": "abc"}, "Parameter 'P' must contain at most 2 characters"),
        (declared(Type="Number"), {"P": "x"}, "Parameter 'P' must be a number."),
        (
            declared(Type="Number", MaxValue=5),
            {"P": "6"},
            "Parameter 'P' must be a number not greater than 5",
        ),
        (
            declared(AllowedValues=["a"], ConstraintDescription="an a, please"),
            {"P": "b"},
            "Parameter 'P' failed to satisfy constraint: an a, please",
        ),
    ],
)
def test_values_that_are_refused(template, given, message):
    with pytest.raises(ValidationError) as caught:
        parameters.resolve(template, given)
    assert caught.value.message == message


def test_lists_are_split_and_each_entry_is_checked():
    body = declared(Type="CommaDelimitedList", AllowedValues=["a", "b"])
    assert parameters.resolve(body, {"P": "a, b"}) == {"P": ["a", "b"]}
    with pytest.raises(ValidationError):
        parameters.resolve(body, {"P": "a,c"})


def test_a_list_from_parameter_store():
    for inner in ("List<String>", "CommaDelimitedList", "List<AWS::EC2::Subnet::Id>"):
        body = declared(Type=f"AWS::SSM::Parameter::Value<{inner}>", Default="/all")
        assert parameters.resolve(body, {}, ssm=lambda name: "a, b") == {"P": ["a", "b"]}


def test_the_name_of_a_parameter_that_has_to_be_there():
    asked = []
    body = declared(Type="AWS::SSM::Parameter::Name")
    assert parameters.resolve(body, {"P": "/a/b"}, ssm=asked.append) == {"P": "/a/b"}
    assert asked == ["/a/b"]


def test_a_value_from_parameter_store():
    body = declared(Type="AWS::SSM::Parameter::Value<String>")
    found = parameters.resolve(body, {"P": "/a/b"}, ssm=lambda name: f"value of {name}")
    assert found == {"P": "value of /a/b"}
    assert parameters.shown(body, found, {"P": "/a/b"}) == [
        {"ParameterKey": "P", "ParameterValue": "/a/b", "ResolvedValue": "value of /a/b"}
    ]


def test_what_is_not_to_be_echoed_is_not_shown():
    body = declared(NoEcho=True)
    assert parameters.shown(body, {"P": "secret"}, {"P": "secret"}) == [
        {"ParameterKey": "P", "ParameterValue": "****"}
    ]


def test_loops_are_unrolled():
    template = {
        "Resources": {
            "Fn::ForEach::Topics": [
                "Name",
                {"Ref": "Names"},
                {
                    "Topic${Name}": {
                        "Type": "AWS::SNS::Topic",
                        "Properties": {"DisplayName": {"Ref": "Name"}, "TopicName": "t-${Name}"},
                    }
                },
            ],
            "Plain": {"Type": "AWS::SNS::Topic", "DeletionPolicy": {"Ref": "Keep"}},
        }
    }
    expanded = language_extensions.expand(template, {"Names": ["A", "B"], "Keep": "Retain"}, PSEUDO)
    assert set(expanded["Resources"]) == {"TopicA", "TopicB", "Plain"}
    assert expanded["Resources"]["TopicB"]["Properties"] == {"DisplayName": "B", "TopicName": "t-B"}
    assert expanded["Resources"]["Plain"]["DeletionPolicy"] == "Retain"


def test_loops_in_loops_and_names_of_letters_only():
    template = {
        "Resources": {
            "Fn::ForEach::Outer": [
                "X",
                ["1.a", "2.b"],
                {
                    "Fn::ForEach::Inner": [
                        "Y",
                        ["p", "q"],
                        {"T&{X}${Y}": {"Type": "T", "Properties": {"N": "${X}${Y}"}}},
                    ]
                },
            ]
        }
    }
    expanded = language_extensions.expand(template, {}, PSEUDO)["Resources"]
    assert set(expanded) == {"T1ap", "T1aq", "T2bp", "T2bq"}
    assert expanded["T2bq"]["Properties"] == {"N": "2.bq"}
