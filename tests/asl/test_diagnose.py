"""What diagnose says about single mistakes: AWS's words, the place in the text, what to change."""

import json

import pytest

from helpers.asl import Definition, diagnose, invalid_definition_message

SCHEMA = "SCHEMA_VALIDATION_FAILED"
TARGET = "MISSING_TRANSITION_TARGET"
BAD_EXPRESSION = "INVALID_JSONATA_EXPRESSION"
NO_SUCH_EXPRESSION = "UNSUPPORTED_JSONATA_EXPRESSION"
INVOKE = "arn:aws:states:::lambda:invoke"
END = {"Type": "Pass", "End": True}


def machine(first, **rest):
    """A machine whose first state is A; further states by name; QL sets the language."""
    whole = {"QueryLanguage": rest.pop("QL")} if "QL" in rest else {}
    return {**whole, "StartAt": "A", "States": {"A": first, **rest}}


def said(definition, **options):
    return [(one.code, one.message, one.location) for one in diagnose(definition, **options)]


def one(definition, **options):
    (diagnostic,) = diagnose(definition, **options)
    return diagnostic


def task(**fields):
    return machine({"Type": "Task", "Resource": INVOKE, "End": True, **fields})


def a_map(processor=None, ql=None, **fields):
    processor = processor or {"StartAt": "B", "States": {"B": END}}
    first = {"Type": "Map", "ItemProcessor": processor, "End": True, **fields}
    return machine(first, **({"QL": ql} if ql else {}))


def choice(*rules, **fields):
    return machine({"Type": "Choice", "Choices": list(rules), **fields}, Z=END)


def output(value):
    return machine({"Type": "Pass", "Output": value, "End": True}, QL="JSONata")


# What AWS's ValidateStateMachineDefinition answered, as far as others have published it: the
# recordings in ../shared (test_fixtures.py), the emulator floci ("measured against real AWS"),
# cdk-preflight ("measured with ValidateStateMachineDefinition") and error messages in public
# issues. Each row here was published with this code, message and location.
MEASURED = {
    "no end": (
        machine({"Type": "Pass", "Next": "B"}, B={"Type": "Pass", "Next": "A"}),
        [("MISSING_END_STATE", "Workflow has no terminal state", None)],
    ),
    "no end, and something unused": (
        machine(
            {"Type": "Pass", "Next": "B"},
            B={"Type": "Pass", "Next": "A"},
            Unused={"Type": "Pass", "Next": "A"},
        ),
        [("MISSING_END_STATE", "Workflow has no terminal state", None)],
    ),
    "an end that cannot be reached": (
        machine({"Type": "Pass", "Next": "B"}, B={"Type": "Pass", "Next": "A"}, C=END),
        [(TARGET, 'State "C" is not reachable.', "/States/C")],
    ),
    "a loop inside a Map is allowed": (
        a_map(
            {
                "StartAt": "B",
                "States": {"B": {"Type": "Pass", "Next": "C"}, "C": {"Type": "Pass", "Next": "B"}},
            }
        ),
        [],
    ),
    "TimeoutSeconds on a Map": (
        a_map(TimeoutSeconds=5),
        [(SCHEMA, "Field 'TimeoutSeconds' is not supported", "/States/A")],
    ),
    "TimeoutSeconds on a Pass": (
        machine({**END, "TimeoutSeconds": 5}),
        [(SCHEMA, "Field 'TimeoutSeconds' is not supported", "/States/A")],
    ),
    "TimeoutSeconds on a Task": (task(TimeoutSeconds=5), []),
    "Catch on a Pass": (
        machine({**END, "Catch": [{"ErrorEquals": ["States.ALL"], "Next": "A"}]}),
        [(SCHEMA, "Field 'Catch' is not supported", "/States/A")],
    ),
    "Retry on a Wait": (
        machine(
            {"Type": "Wait", "Seconds": 1, "End": True, "Retry": [{"ErrorEquals": ["States.ALL"]}]}
        ),
        [(SCHEMA, "Field 'Retry' is not supported", "/States/A")],
    ),
    "three fields that a Pass has not": (
        machine(
            {
                **END,
                "TimeoutSeconds": 5,
                "Catch": [{"ErrorEquals": ["States.ALL"], "Next": "A"}],
                "Retry": [{"ErrorEquals": ["States.ALL"]}],
            }
        ),
        [
            (SCHEMA, "Field 'TimeoutSeconds' is not supported", "/States/A"),
            (SCHEMA, "Field 'Catch' is not supported", "/States/A"),
            (SCHEMA, "Field 'Retry' is not supported", "/States/A"),
        ],
    ),
    "Next to nowhere": (
        machine(
            {
                "Type": "Task",
                "Resource": INVOKE,
                "Next": "Ghost",
                "Catch": [{"ErrorEquals": ["States.ALL"], "Next": "Z"}],
            },
            Z=END,
        ),
        [(TARGET, "Missing 'Next' target: Ghost", "/States/A/Next")],
    ),
    "a rule to nowhere": (
        choice({"Variable": "$.x", "IsPresent": True, "Next": "Ghost"}, Default="Z"),
        [(TARGET, "Missing 'Next' target: Ghost", "/States/A/Choices[0]/Next")],
    ),
    "Default to nowhere": (
        choice({"Variable": "$.x", "IsPresent": True, "Next": "Z"}, Default="Ghost"),
        [(TARGET, "Missing 'Next' target: Ghost", "/States/A/Default")],
    ),
    "a catcher to nowhere": (
        task(Catch=[{"ErrorEquals": ["States.ALL"], "Next": "Ghost"}]),
        [(TARGET, "Missing 'Next' target: Ghost", "/States/A/Catch[0]/Next")],
    ),
    "unreachable inside a Map": (
        a_map({"StartAt": "B", "States": {"B": END, "Ghost": END}}),
        [(TARGET, 'State "Ghost" is not reachable.', "/States/A/ItemProcessor/States/Ghost")],
    ),
    "unreachable inside a branch": (
        machine(
            {
                "Type": "Parallel",
                "Branches": [{"StartAt": "B", "States": {"B": END, "Ghost": END}}],
                "End": True,
            }
        ),
        [(TARGET, 'State "Ghost" is not reachable.', "/States/A/Branches[0]/States/Ghost")],
    ),
    "a slash in a name": (
        machine(END, **{"a/b": END}),
        [(TARGET, 'State "a/b" is not reachable.', "/States/a/b")],
    ),
    "Output in a JSONPath state": (
        machine({**END, "Output": {"v": 1}}),
        [
            (
                SCHEMA,
                "The QueryLanguage is set to 'JSONPath', but field 'Output' is only supported for "
                "the 'JSONata' QueryLanguage",
                "/States/A",
            )
        ],
    ),
    "a Map does not hand its language down": (
        a_map(
            {"StartAt": "B", "States": {"B": {**END, "Output": {"v": "{% 1 %}"}}}},
            QueryLanguage="JSONata",
        ),
        [
            (
                SCHEMA,
                "The QueryLanguage is set to 'JSONPath', but field 'Output' is only supported for "
                "the 'JSONata' QueryLanguage",
                "/States/A/ItemProcessor/States/B",
            )
        ],
    ),
    "Items in a JSONPath Map": (
        a_map(Items=[{"n": 1}]),
        [
            (
                SCHEMA,
                "The QueryLanguage is set to 'JSONPath', but field 'Items' is only supported for "
                "the 'JSONata' QueryLanguage",
                "/States/A",
            )
        ],
    ),
    "Assign in a JSONPath state": (machine({**END, "Assign": {"counter": 1}}), []),
    "MaxConcurrencyPath in JSONata": (
        a_map(ql="JSONata", MaxConcurrencyPath="$.limit"),
        [
            (
                SCHEMA,
                "The QueryLanguage is set to 'JSONata', but field 'MaxConcurrencyPath' is only "
                "supported for the 'JSONPath' QueryLanguage",
                "/States/A",
            )
        ],
    ),
    "back to JSONPath, and nothing about its Output": (
        machine(
            {**END, "QueryLanguage": "JSONPath", "Output": {"v": "{% 1 %}"}},
            QL="JSONata",
        ),
        [
            (
                SCHEMA,
                "'QueryLanguage' can not be 'JSONPath' if set to 'JSONata' for whole state machine",
                "/States/A",
            )
        ],
    ),
    "a QueryLanguage that is none": (
        machine({**END, "QueryLanguage": "jsonata", "Output": {"v": "{% 1 %}"}}, QL="JSONata"),
        [
            (
                SCHEMA,
                "Value should be one of the following: [JSONPath, JSONata]",
                "/States/A/QueryLanguage",
            )
        ],
    ),
    "a number for a QueryLanguage": (
        machine(END, QL=5),
        [(SCHEMA, "Expected value of type [STRING]", "/QueryLanguage")],
    ),
    "QueryLanguage on an ItemProcessor": (
        a_map({"QueryLanguage": "JSONata", "StartAt": "B", "States": {"B": END}}),
        [(SCHEMA, "Field 'QueryLanguage' is not supported", "/States/A/ItemProcessor")],
    ),
    "an expression that does not parse": (
        output({"v": "{% phone[1,2) %}"}),
        [(BAD_EXPRESSION, 'Expected "]", got ","', "/States/A/Output/v")],
    ),
    "a name that comes from nowhere": (
        output({"a": {"b": ["{% phone %}"]}}),
        [
            (
                NO_SUCH_EXPRESSION,
                "Reference to 'phone' at the top level is not supported.",
                "/States/A/Output/a/b[0]",
            )
        ],
    ),
    "two names that come from nowhere": (
        output({"v": "{% aaa + bbb %}"}),
        [
            (
                NO_SUCH_EXPRESSION,
                f"Reference to '{name}' at the top level is not supported.",
                "/States/A/Output/v",
            )
            for name in ("aaa", "bbb")
        ],
    ),
    "the context item": (
        output("{% $.phone %}"),
        [
            (
                NO_SUCH_EXPRESSION,
                "Reference to '$' at the top level is not supported.",
                "/States/A/Output",
            )
        ],
    ),
    "the root": (
        output("{% $$ %}"),
        [(NO_SUCH_EXPRESSION, "Reference to '$$' is not supported.", "/States/A/Output")],
    ),
    "an error where none is caught": (
        output("{% $states.errorOutput %}"),
        [
            (
                NO_SUCH_EXPRESSION,
                "Field '$states.errorOutput' does not exist.",
                "/States/A/Output",
            )
        ],
    ),
    "a rule's condition": (
        machine(
            {
                "Type": "Choice",
                "Choices": [{"Condition": "{% phone = 1 %}", "Next": "Z"}],
                "Default": "Z",
            },
            Z=END,
            QL="JSONata",
        ),
        [
            (
                NO_SUCH_EXPRESSION,
                "Reference to 'phone' at the top level is not supported.",
                "/States/A/Choices[0]/Condition",
            )
        ],
    ),
    "a payload key named like a field": (
        machine({**END, "Assign": {"Next": "{% phone %}"}}, QL="JSONata"),
        [
            (
                NO_SUCH_EXPRESSION,
                "Reference to 'phone' at the top level is not supported.",
                "/States/A/Assign/Next",
            )
        ],
    ),
    "a Comment is not parsed": (machine({**END, "Comment": "{% phone %}"}, QL="JSONata"), []),
    "a JSONPath state is not parsed": (machine({**END, "Parameters": {"v": "{% phone %}"}}), []),
    "an expression that is not closed": (
        output("{% 10 %"),
        [(SCHEMA, "JSONata string must start with {% and end with %}", "/States/A/Output")],
    ),
    "Next and End": (
        machine({"Type": "Pass", "Next": "Z", "End": True}, Z=END),
        [(SCHEMA, "There should only be one of the following fields: [Next, End]", "/States/A")],
    ),
    "neither Next nor End": (
        machine({"Type": "Pass"}),
        [
            (
                SCHEMA,
                "This object should have only one of the following fields: [Next, End]",
                "/States/A",
            )
        ],
    ),
    "two ways to wait": (
        machine({"Type": "Wait", "Seconds": 1, "Timestamp": "2030-01-01T00:00:00Z", "End": True}),
        [
            (
                SCHEMA,
                "There should only be one of the following fields: "
                "[SecondsPath, Seconds, TimestampPath, Timestamp]",
                "/States/A",
            )
        ],
    ),
    "a time that is none": (
        machine({"Type": "Wait", "Timestamp": "2016-12-05 21:29:29Z", "End": True}),
        [(SCHEMA, "String does not match RFC3339 timestamp", "/States/A/Timestamp")],
    ),
    "an expression for a time in JSONPath": (
        machine({"Type": "Wait", "Timestamp": "{% $now() %}", "End": True}),
        [(SCHEMA, "String does not match RFC3339 timestamp", "/States/A/Timestamp")],
    ),
    "a Map that does nothing": (
        machine({"Type": "Map", "End": True}),
        [
            (
                SCHEMA,
                "This object should have only one of the following fields: "
                "[ItemProcessor, Iterator]",
                "/States/A",
            )
        ],
    ),
    "too few seconds": (
        task(TimeoutSeconds=0),
        [(SCHEMA, "Minimum value is 1", "/States/A/TimeoutSeconds")],
    ),
    "too much tolerance": (
        a_map(ToleratedFailurePercentage=105),
        [(SCHEMA, "Maximum value is 100.0", "/States/A/ToleratedFailurePercentage")],
    ),
    "text for a number": (
        task(TimeoutSeconds="5"),
        [(SCHEMA, "Expected value of type Integer", "/States/A/TimeoutSeconds")],
    ),
    "a retrier for no error": (
        task(Retry=[{"ErrorEquals": []}]),
        [(SCHEMA, "Value cannot be empty", "/States/A/Retry[0]/ErrorEquals")],
    ),
    "a retrier without errors": (
        task(Retry=[{"MaxAttempts": 1}]),
        [(SCHEMA, "These fields are required: [ErrorEquals]", "/States/A/Retry[0]")],
    ),
    "States.ALL among others": (
        task(Retry=[{"ErrorEquals": ["States.Timeout", "States.ALL"]}]),
        [
            (
                SCHEMA,
                "States.ALL must appear alone and at end of list",
                "/States/A/Retry[0]/ErrorEquals",
            )
        ],
    ),
    "States.ALL before others": (
        task(Retry=[{"ErrorEquals": ["States.ALL"]}, {"ErrorEquals": ["States.Timeout"]}]),
        [
            (
                SCHEMA,
                "States.ALL must appear alone and at end of list",
                "/States/A/Retry[0]/ErrorEquals",
            )
        ],
    ),
    "a jitter that is none": (
        task(Retry=[{"ErrorEquals": ["States.ALL"], "JitterStrategy": "SOME"}]),
        [
            (
                SCHEMA,
                "Value should be one of the following: [NONE, FULL]",
                "/States/A/Retry[0]/JitterStrategy",
            )
        ],
    ),
    "retries at once are allowed": (
        task(Retry=[{"ErrorEquals": ["States.ALL"], "IntervalSeconds": 0, "MaxAttempts": 0}]),
        [],
    ),
    "no rules": (choice(), [(SCHEMA, "Value cannot be empty", "/States/A/Choices")]),
    "a rule without Next": (
        choice({"Variable": "$.x", "IsPresent": True}),
        [(SCHEMA, "These fields are required: [Next]", "/States/A/Choices[0]")],
    ),
    "a rule about nothing": (
        choice({"Next": "Z"}),
        [
            (
                SCHEMA,
                "The object must have only one of the following fields, "
                "[And, Or, Not, Variable, Condition]",
                "/States/A/Choices[0]",
            )
        ],
    ),
    "a rule about a function": (
        choice({"Variable": "States.ArrayLength($.a)", "NumericEquals": 0, "Next": "Z"}),
        [
            (
                SCHEMA,
                "Value is not a Reference Path: Reference path didn't start with '$'",
                "/States/A/Choices[0]/Variable",
            )
        ],
    ),
    "no path": (
        machine({**END, "OutputPath": "Test"}),
        [(SCHEMA, "Value must be a valid JSONPath.", "/States/A/OutputPath")],
    ),
    "many places for a result": (
        machine({**END, "ResultPath": "$.a[*]"}),
        [(SCHEMA, "Value is not a Reference Path", "/States/A/ResultPath")],
    ),
    "a number from the context object": (
        a_map(MaxConcurrencyPath="$$.Execution.Input.n"),
        [(SCHEMA, "Value is not a Reference Path", "/States/A/MaxConcurrencyPath")],
    ),
    "a function that does not exist": (
        machine({**END, "Parameters": {"path.$": "States.format('{}', $.a)"}}),
        [
            (
                SCHEMA,
                "The value for the field 'path.$' must be a valid JSONPath or a valid intrinsic "
                "function call",
                "/States/A/Parameters",
            )
        ],
    ),
    "no ARN": (
        task(Resource="createToken"),
        [(SCHEMA, "Value is not a valid resource ARN", "/States/A/Resource")],
    ),
    "an action that is not offered": (
        task(Resource="arn:aws:states:::dynamodb:query"),
        [
            (
                SCHEMA,
                "The resource provided arn:aws:states:::dynamodb:query is not recognized. The "
                "value is not a valid resource ARN, or the resource is not available in this "
                "region.",
                "/States/A/Resource",
            )
        ],
    ),
    "a pattern that is not offered": (
        task(Resource="arn:aws:states:::lambda:invoke.sync"),
        [
            (
                SCHEMA,
                "The resource provided arn:aws:states:::lambda:invoke.sync is not recognized. The "
                "value is not a valid resource ARN, or the resource is not available in this "
                "region.",
                "/States/A/Resource",
            )
        ],
    ),
    "Credentials for nobody": (
        task(Credentials={}),
        [(SCHEMA, "The field 'RoleArn' is required but was missing", "/States/A/Credentials")],
    ),
    "a distributed Map of no type": (
        a_map(
            {
                "ProcessorConfig": {"Mode": "DISTRIBUTED"},
                "StartAt": "B",
                "States": {"B": END},
            }
        ),
        [
            (
                SCHEMA,
                "These fields are required: [ExecutionType]",
                "/States/A/ItemProcessor/ProcessorConfig",
            )
        ],
    ),
    "a reader of the wrong kind": (
        a_map(ItemReader={"Resource": "arn:aws:states:::s3:unknownOperation"}),
        [
            (
                SCHEMA,
                "The field 'Resource' does not match any of the allowed values. Examples: "
                "[arn:<partition>:states:::s3:getObject, "
                "arn:<partition>:states:::s3:listObjectsV2]",
                "/States/A/ItemReader/Resource",
            )
        ],
    ),
    "a file type that is none": (
        a_map(
            ItemReader={
                "Resource": "arn:aws:states:::s3:getObject",
                "ReaderConfig": {"InputType": "UNSUPPORTED"},
            }
        ),
        [
            (
                SCHEMA,
                "The field 'InputType' should have one of these values: "
                "[MANIFEST, JSON, CSV, JSONL, PARQUET]",
                "/States/A/ItemReader/ReaderConfig/InputType",
            )
        ],
    ),
    "a reader in an inline Map is allowed": (
        a_map(
            ItemReader={
                "Resource": "arn:aws:states:::s3:getObject",
                "ReaderConfig": {"InputType": "JSON"},
            }
        ),
        [],
    ),
    "a name for a variable that is taken": (
        machine({**END, "Assign": {"states": 1}}),
        [
            (
                "RESERVED_VARIABLE_NAME",
                "Cannot assign to reserved variable '$states'.",
                "/States/A/Assign/states",
            )
        ],
    ),
    "a name for a variable that cannot be": (
        machine({**END, "Assign": {"1st": 1}}),
        [
            (
                "INVALID_VARIABLE_NAME",
                "Invalid variable name '1st': the variable name contains invalid characters.",
                "/States/A/Assign/1st",
            )
        ],
    ),
    "a version that is none": (
        {"Version": "2.0", **machine(END)},
        [(SCHEMA, "Value should be one of the following: [1.0]", "/Version")],
    ),
    "no branches": (
        machine({"Type": "Parallel", "Branches": [], "End": True}),
        [(SCHEMA, "Value cannot be empty", "/States/A/Branches")],
    ),
    "a branch without a start": (
        machine({"Type": "Parallel", "Branches": [{"States": {"B": END}}], "End": True}),
        [(SCHEMA, "These fields are required: [StartAt]", "/States/A/Branches[0]")],
    ),
    "a name too long": (
        {"StartAt": "x" * 81, "States": {"x" * 81: END}},
        [
            (
                "INVALID_STATE_NAME",
                f"Invalid State name: State '{'x' * 81}' exceeds the 80-character limit allowed "
                "by the service",
                f"/States/{'x' * 81}",
            )
        ],
    ),
}


@pytest.mark.parametrize("name", MEASURED)
def test_as_measured_on_aws(name):
    definition, expected = MEASURED[name]
    assert said(definition) == expected
    assert said(json.dumps(definition)) == expected


# Two mistakes on AWS, one here: AWS reports what follows from a mistake as well.
NO_CASCADE = {
    "a wrong StartAt does not make every state unreachable": (
        {"StartAt": "Nope", "States": {"A": {"Type": "Pass", "Next": "Z"}, "Z": END}},
        (TARGET, "Missing 'Next' target: Nope", "/StartAt"),
    ),
    "a wrong Next leaves neither the end missing nor a state unreachable": (
        machine({"Type": "Pass", "Next": "NOPE"}, Z=END),
        (TARGET, "Missing 'Next' target: NOPE", "/States/A/Next"),
    ),
    "a state that is gone is missed once": (
        machine(
            {
                "Type": "Choice",
                "Choices": [{"Variable": "$.x", "IsPresent": True, "Next": "Gone"}],
                "Default": "Gone",
            },
            Z=END,
        ),
        (TARGET, "Missing 'Next' target: Gone", "/States/A/Choices[0]/Next"),
    ),
    "a wrong Type is told once": (
        machine({"Type": "Pass", "Resource": INVOKE, "TimeoutSeconds": 5, "Next": "Z"}, Z=END),
        (SCHEMA, "Field 'Resource' is not supported", "/States/A"),
    ),
    "a mistyped field is not missing as well": (
        machine({"Type": "Task", "Resuorce": INVOKE, "End": True}),
        (SCHEMA, "Field 'Resuorce' is not supported", "/States/A"),
    ),
    "a mistyped Next leaves no state unreachable": (
        machine({"Type": "Pass", "Nxt": "Z"}, Z=END),
        (SCHEMA, "Field 'Nxt' is not supported", "/States/A"),
    ),
    "a forgotten QueryLanguage is told once": (
        machine(
            {
                "Type": "Task",
                "Resource": INVOKE,
                "Arguments": {},
                "Output": "{% 1 %}",
                "TimeoutSeconds": "{% 5 %}",
                "Next": "Z",
            },
            Z={**END, "Output": "{% 1 %}"},
        ),
        (
            SCHEMA,
            "The QueryLanguage is set to 'JSONPath', but field 'Arguments' is only supported for "
            "the 'JSONata' QueryLanguage",
            "/States/A",
        ),
    ),
    "a mistyped QueryLanguage is told once": (
        {"QueryLanguag": "JSONata", **machine({**END, "Output": "{% 1 %}"})},
        (SCHEMA, "Field 'QueryLanguag' is not supported", "/"),
    ),
    "what follows an unreachable state is not told": (
        machine(END, B={"Type": "Pass", "Next": "C"}, C={"Type": "Pass", "Next": "D"}, D=END),
        (TARGET, 'State "B" is not reachable.', "/States/B"),
    ),
}


# What AWS says besides, as others saw it: LocalStack's pull request 12487, cfn-lint's issue 4074.
CONSEQUENCES = {
    "a state nobody leads to beside a target that is not there": (
        machine({"Type": "Pass", "Next": "gone"}, B=END),
        [
            (TARGET, "Missing 'Next' target: gone", "/States/A/Next"),
            (TARGET, 'State "B" is not reachable.', "/States/B"),
        ],
    ),
    "what follows the state that should come first is not told": (
        {"StartAt": "Nope", "States": {"A": {"Type": "Pass", "Next": "Z"}, "Z": END}},
        [
            (TARGET, "Missing 'Next' target: Nope", "/StartAt"),
            (TARGET, 'State "A" is not reachable.', "/States/A"),
        ],
    ),
    "a placeholder may lead anywhere": (machine({"Type": "Pass", "Next": "${Next}"}, B=END), []),
}


@pytest.mark.parametrize("name", CONSEQUENCES)
def test_what_may_follow_from_a_mistake_is_told_where_it_is_asked_for(name):
    definition, expected = CONSEQUENCES[name]
    told = diagnose(json.dumps(definition), consequences=True)
    assert [(one.code, one.message, one.location) for one in told] == expected
    assert len(diagnose(definition)) <= 1


@pytest.mark.parametrize("name", NO_CASCADE)
def test_one_mistake_is_one_diagnostic(name):
    definition, expected = NO_CASCADE[name]
    assert said(definition) == [expected]


@pytest.mark.parametrize(
    ("definition", "hint"),
    [
        (machine({"Type": "Pass", "Next": "Buy Stok"}, **{"Buy Stock": END}), "'Buy Stock'"),
        (machine({"Type": "Pass", "next": "Z"}, Z=END), "'Next'"),
        (machine({"Type": "task", "Resource": INVOKE, "End": True}), "'Task'"),
        (choice({"Variable": "$.x", "NumericLessThanEqual": 5, "Next": "Z"}), "LessThanEquals'"),
        (task(Resource="arn:aws:states:::dynamodb:putitem"), "'putItem'"),
        (task(Resource="arn:aws:states:::dynamobd:putItem"), "'dynamodb'"),
        (task(Resource="arn:aws:states:::dynamodb:query"), "aws-sdk:dynamodb:query"),
        (task(Catch=[{"ErrorEquals": ["State.ALL"], "Next": "A"}]), "'States.ALL'"),
        (machine({**END, "Parameters": {"a.$": "States.Fromat('{}', $.a)"}}), "'States.Format'"),
        (machine({**END, "Parameters": {"a.$": "plain"}}), "call it 'a'"),
        (choice({"Variable": "$.x", "NumericEquals": "$.y", "Next": "Z"}), "NumericEqualsPath"),
        (machine({**END, "InputPath": "x.y"}), "'$.x.y'"),
        (output("{% $.store.book[?(@.price < 10)] %}"), "JSONPath"),
        (output("{% $a; $b %}"), "round brackets"),
        (output("{% price %}"), "$states.input.price"),
        (machine({"Type": "Pass", "Next": "B"}, B={"Type": "Pass", "Next": "Z"}), "'A', 'B'"),
        (machine({**END, "Resource": INVOKE, "TimeoutSeconds": 1}), "set Type to Task"),
    ],
)
def test_the_hint_says_what_to_change(definition, hint):
    assert hint in one(definition).hint


def test_a_target_in_another_branch_is_explained():
    branches = [
        {"StartAt": "B", "States": {"B": {"Type": "Pass", "Next": "C"}}},
        {"StartAt": "C", "States": {"C": END}},
    ]
    definition = machine({"Type": "Parallel", "Branches": branches, "End": True})
    assert "another branch" in one(definition).hint


def test_a_state_by_the_same_name_in_the_same_text():
    text = '{"StartAt": "A",\n "States": {\n  "A": {"Type": "Pass", "End": true},\n  "A": {"Type": "Succeed"}}}'  # noqa: E501
    found = one(text)
    assert (found.code, found.message) == ("DUPLICATE_STATE_NAME", "Duplicate State name: A")
    assert (found.location, found.line) == ("/States/A", 4)


TEXT = """{
  "StartAt": "Check",
  "States": {
    "Check": {
      "Type": "Task",
      "Resource": "arn:aws:states:::lambda:invoke",
      "Retry": [
        {"ErrorEquals": ["States.ALL"], "MaxAttempts": -1}
      ],
      "Next": "Buy Stok"
    },
    "Buy Stock": {"Type": "Succeed"}
  }
}
"""


def test_line_and_column_in_the_text():
    assert [(one.line, one.column) for one in diagnose(TEXT)] == [(8, 41), (10, 7)]


def test_no_line_where_there_is_no_text():
    assert {one.line for one in diagnose(json.loads(TEXT))} == {None}


def test_line_and_column_in_a_yaml_file(tmp_path):
    from helpers.asl import load

    path = tmp_path / "m.asl.yaml"
    path.write_text("StartAt: A\nStates:\n  A:\n    Type: Pass\n    Next: B\n")
    (found,) = diagnose(load(path))
    assert (found.location, found.line, found.column) == ("/States/A/Next", 5, 5)


def test_line_in_a_template():
    text = (
        "Resources:\n  M:\n    Type: AWS::Serverless::StateMachine\n    Properties:\n"
        "      Definition:\n        StartAt: A\n        States:\n          A: {Type: Pass}\n"
    )
    (found,) = diagnose(Definition.from_text(text))
    assert found.line == 8


@pytest.mark.parametrize(
    ("text", "message", "column", "advice"),
    [
        ('{"A": 1,}', "was expecting double-quote to start field name", 10, "comma"),
        ('{"A": 1 "B": 2}', "was expecting comma to separate Object entries", 10, "comma is"),
        ("{'A': 1}", "was expecting double-quote to start field name", 3, "double quotes"),
        ('{"A": tru}', "Unrecognized token 'tru'", 10, "amiss"),
        ('{"A": 1', "expected close marker for Object", 8, "too early"),
        ('{"A": NaN}', "Non-standard token 'NaN'", 10, "no such word"),
        ('{"A": 1} x', "Unrecognized token 'x'", 11, ""),
    ],
)
def test_text_that_is_not_json(text, message, column, advice):
    found = one(text)
    assert found.code == "INVALID_JSON_DESCRIPTION"
    assert message in found.message
    assert (found.line, found.column) == (1, column)
    assert found.location == f'[Source: (String)"{text}"; line: 1, column: {column}]'
    assert found.message.endswith(f"\n at {found.location}")
    assert advice in found.hint


@pytest.mark.parametrize("value", ["", "  \n", "[]", "5", "null", '"text"'])
def test_text_that_is_no_object(value):
    assert said(value) == [(SCHEMA, "Definition must be a valid JSON object", None)]


@pytest.mark.parametrize("value", [None, 5, [], "x" * 3])
def test_whatever_is_given_there_is_an_answer(value):
    assert diagnose(value)


def test_bytes_are_text_too():
    assert diagnose(json.dumps(machine(END)).encode()) == []


def test_a_bottomless_definition():
    deep = json.loads('{"a":' * 400 + "1" + "}" * 400)
    assert one(machine({**END, "Result": deep})).code == "TOO_DEEPLY_NESTED"
    assert one("[" * 100_000).code in ("TOO_DEEPLY_NESTED", "INVALID_JSON_DESCRIPTION")


@pytest.mark.parametrize(
    ("definition", "message", "location"),
    [
        (
            task(Resource="arn:aws:states:::sqs:sendMessage.waitForTaskToken"),
            "Express state machine does not support '.waitForTaskToken' service integration ",
            "/States/A/Resource",
        ),
        (
            task(Resource="arn:aws:states:::batch:submitJob.sync"),
            "Express state machine does not support '.sync' service integration",
            "/States/A/Resource",
        ),
        (
            task(Resource="arn:aws:states:us-east-1:123456789012:activity:a"),
            "Express state machine does not support Activity ARN",
            "/States/A/Resource",
        ),
        (
            a_map(
                {
                    "ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "EXPRESS"},
                    "StartAt": "B",
                    "States": {"B": END},
                }
            ),
            "The field 'Mode' with value 'DISTRIBUTED' is not supported inside 'EXPRESS' state "
            "machines",
            "/States/A/ItemProcessor/ProcessorConfig/Mode",
        ),
    ],
)
def test_what_an_express_workflow_cannot_do(definition, message, location):
    assert diagnose(definition) == []
    assert said(definition, type="EXPRESS") == [(SCHEMA, message, location)]


def test_items_that_run_as_express_executions_cannot_wait_either():
    inner = {
        "ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "EXPRESS"},
        "StartAt": "B",
        "States": {
            "B": {"Type": "Task", "Resource": "arn:aws:states:::glue:startJobRun.sync", "End": True}
        },
    }
    assert one(a_map(inner)).location == "/States/A/ItemProcessor/States/B/Resource"


@pytest.mark.parametrize(
    ("definition", "message"),
    [
        # from the issue trackers of LocalStack, asl-validator and serverless-step-functions
        (
            machine({"Type": "Pass", "Next": "pass3"}),
            "Invalid State Machine Definition: 'MISSING_TRANSITION_TARGET: Missing 'Next' target: "
            "pass3 at /States/A/Next'",
        ),
        (
            machine({"Type": "Pass", "Next": "B"}, B={"Type": "Pass", "Next": "A"}),
            "Invalid State Machine Definition: 'MISSING_END_STATE: Workflow has no terminal state "
            "at null'",
        ),
        (
            machine({"Type": "Wait", "Timestamp": "now", "End": True}),
            "Invalid State Machine Definition: 'SCHEMA_VALIDATION_FAILED: String does not match "
            "RFC3339 timestamp at /States/A/Timestamp'",
        ),
        (
            machine(
                {"Type": "Pass", "OutputPath": "x", "Next": "Z"}, Z={"Type": "Pass", "Next": "B"}
            ),
            "Invalid State Machine Definition: 'SCHEMA_VALIDATION_FAILED: Value must be a valid "
            "JSONPath. at /States/A/OutputPath, MISSING_TRANSITION_TARGET: Missing 'Next' target: "
            "B at /States/Z/Next'",
        ),
    ],
)
def test_the_message_of_create_state_machine(definition, message):
    assert invalid_definition_message(diagnose(definition)) == message


def test_warnings_do_not_refuse_a_definition():
    definition = machine({**END, "Assign": {"top-level": 1}}, QL="JSONata")
    (found,) = diagnose(definition)
    assert found.severity == "WARNING"
    assert invalid_definition_message([found]) == "Invalid State Machine Definition: ''"


def test_as_aws_gives_exactly_its_fields():
    found = one(machine({"Type": "Pass", "Next": "Z"}))
    assert found.as_aws() == {
        "code": TARGET,
        "message": "Missing 'Next' target: Z",
        "severity": "ERROR",
        "location": "/States/A/Next",
    }


@pytest.mark.parametrize(
    "definition",
    [
        task(Resource="${CheckerArn}"),
        task(Resource="${Checker.Arn}:live"),
        task(Resource="arn:${AWS::Partition}:states:::dynamodb:putItem"),
        task(Resource={"Fn::GetAtt": ["Checker", "Arn"]}),
        task(TimeoutSeconds="${Limit}", Retry=[{"ErrorEquals": ["A"], "MaxAttempts": "${N}"}]),
        choice({"Variable": "$.p", "NumericLessThan": "${Threshold}", "Next": "Z"}),
        {"StartAt": "${First}", "States": {"A": END}},
        machine({"Type": "Wait", "Timestamp": "${Opening}", "End": True}),
        machine({**END, "Parameters": {"a.$": "${Path}"}}),
    ],
)
def test_placeholders_are_taken_for_what_they_will_hold(definition):
    assert diagnose(definition) == []


@pytest.mark.parametrize(
    "resource",
    [
        "arn:aws:lambda:us-east-1:123456789012:function:f:$LATEST",
        "arn:aws-cn:states:::sns:publish.waitForTaskToken",
        "arn:aws:states:::aws-sdk:bedrockruntime:converse",
        "arn:aws:states:::aws-sdk:sfn:startExecution.waitForTaskToken",
        "arn:aws:states:::ecs:runTask.waitForTaskToken",
        "arn:aws:states:::states:startExecution.sync:2",
        "arn:aws:states:::http:invoke",
        "arn:aws:states:us-east-1:123456789012:activity:approve",
        "arn:aws:states:::someday:newAction",
    ],
)
def test_resources_that_can_be_called(resource):
    assert diagnose(task(Resource=resource)) == []


@pytest.mark.parametrize(
    "resource",
    [
        "",
        "lambda:invoke",
        "arn:aws:lambda:us-east-1:123456789012:function:f:",
        "arn:aws:lambda:us-east-1:123456789012:function:f:a b",
        "arn:aws:states:::aws-sdk:s3:GetObject",
        "arn:aws:states:::aws-sdk:s3:getObject.sync",
        "arn:aws:states:::batch:submitJob.waitForTaskToken",
        "arn:aws:states:::sqs",
        "${Unclosed",
    ],
)
def test_resources_that_cannot(resource):
    assert one(task(Resource=resource)).location == "/States/A/Resource"


@pytest.mark.parametrize(
    "path",
    [
        "$",
        "$.a-b.c",
        "$.a[0].b['c d']",
        "$..a",
        "$.a[*].b",
        "$.a[?(@.b == 'x]')].c",
        "$.[?(@.year < 1999)].name",
        "$[(@.length-1)].bar",
        "$.a[-2:]",
        "$$.Execution.Id",
        "$variable.a",
        "$.größe",
    ],
)
def test_paths_that_are_well_formed(path):
    assert diagnose(machine({**END, "InputPath": path, "Parameters": {"a.$": path}})) == []


@pytest.mark.parametrize("path", ["a", "$.", "$...", "$.a[", "$.a]", "$.a b", "$a b", "", "$.a[]"])
def test_paths_that_are_not(path):
    assert said(machine({**END, "InputPath": path}))[0][1] == "Value must be a valid JSONPath."


@pytest.mark.parametrize(
    "call",
    [
        "States.UUID()",
        "States.Array()",
        "States.Format('{} \\'{}\\'', $.a, $$.Execution.Name)",
        "States.MathAdd(States.ArrayLength($.a), -1)",
        "States.ArrayGetItem($.a[?(@.k == x, 'y)')].v, 0)",
        "States.JsonMerge($.a, $b, false)",
        "States.StringSplit('a\nb', '\n')",
        "States.StringToJson('{\"a\": 1}')",
    ],
)
def test_intrinsic_functions_that_are_well_formed(call):
    assert diagnose(machine({**END, "Parameters": {"a.$": call}})) == []


@pytest.mark.parametrize(
    "call",
    [
        "States.Nope()",
        "States.Format('{}', $.a",
        "States.Format('{}' $.a)",
        "States.Format('open)",
        "States.Format('a\\nb')",
        "States.Format('{}', name)",
        "States.UUID() x",
        "States.Array(" * 11 + ")" * 11,
    ],
)
def test_intrinsic_functions_that_are_not(call):
    (found,) = diagnose(machine({**END, "Parameters": {"a.$": call}}))
    assert "valid intrinsic function call" in found.message
    assert found.hint


@pytest.mark.parametrize("call", ["States.Hash('a')", "States.MathAdd(1, '1')"])
def test_arguments_that_fail_when_the_state_runs_are_warned_of(call):
    (found,) = diagnose(machine({**END, "Parameters": {"a.$": f"States.Array({call})"}}))
    assert (found.severity, found.code) == ("WARNING", "INTRINSIC_ARGUMENTS")
    assert "AWS takes the definition" in found.hint


@pytest.mark.parametrize(
    ("config", "words"),
    [
        ({"Transformation": "LOAD_AND_FLATTEN"}, "The field 'InputType' is required"),
        ({"InputType": "JSON", "ItemsPointer": "data/items"},
         "Invalid input: JSON Pointer expression must start with '/': \"data/items\""),
        ({"InputType": "JSON", "ManifestType": "ATHENA_DATA"},
         "Field 'ManifestType' is not supported"),
        ({"InputType": "JSONL", "CSVHeaderLocation": "GIVEN", "CSVHeaders": ["id"]},
         "Field 'CSVHeaderLocation' is not supported; Field 'CSVHeaders' is not supported"),
    ],
)  # fmt: skip
def test_what_a_reader_does_not_have(config, words):
    reader = {"Resource": "arn:aws:states:::s3:getObject", "ReaderConfig": config}
    processor = {"ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"},
                 "StartAt": "B", "States": {"B": END}}  # fmt: skip
    found = diagnose(a_map(processor, ItemReader=reader))
    assert "; ".join(one.message for one in found if one.severity == "ERROR") == words


@pytest.mark.parametrize("kind", [{"Type": "Pass"}, {"Type": "Wait", "Seconds": 1}])
def test_a_state_that_does_no_work_has_no_result(kind):
    state = {**kind, "Output": "{% $states.result %}", "End": True}
    assert said(machine(state, QL="JSONata")) == [
        (NO_SUCH_EXPRESSION, "Field '$states.result' does not exist.", "/States/A/Output")
    ]


def test_comparisons_are_listed_in_the_order_of_aws():
    (found,) = diagnose(choice({"Variable": "$.a", "Next": "Z"}, Default="Z"))
    assert "[StringEquals, IsBoolean, StringLessThan, IsNumeric, Boolean" in found.message
    two = {"Variable": "$.a", "StringEquals": "1", "NumericGreaterThan": 0, "Next": "Z"}
    (found,) = diagnose(choice(two, Default="Z"))
    assert found.message.startswith(
        "There should only be one of the following fields: [StringEquals, IsBoolean, "
    )


# Pairs measured on AWS (floci); the last two are of JSONata's own error list.
EXPRESSIONS = {
    "a[1,2)": 'Expected "]", got ","',
    '"unterminated': "String literal must be terminated by a matching quote",
    "1 +": "Unexpected end of expression",
    '{"a":}': 'The symbol "}" cannot be used as a unary operator',
    "$x :=": "Unexpected end of expression",
    '$match("a", /abc': "No terminating / in regular expression",
    "phone %.other": 'The symbol "." cannot be used as a unary operator',
    "": "Unexpected end of expression",
    "$x; $y": 'Syntax error: ";"',
    "'it\\'s'": "Unsupported escape sequence: \\'",
}


@pytest.mark.parametrize("expression", EXPRESSIONS)
def test_expressions_that_do_not_parse(expression):
    found = one(output("{% " + expression + " %}"))
    assert (found.code, found.message) == (BAD_EXPRESSION, EXPRESSIONS[expression])


@pytest.mark.parametrize(
    "expression",
    [
        "$states.input.items[price > 3].{'name': name}",
        "$map($states.input.a, function($x){ $x.phone })",
        "(\n  $total := $sum($states.input.items.price);\n  $total > 5\n)",
        "$states.input.items^(>price)[0]",
        "$parse($states.input.text) ~> |$|{'a': b}|",
        "$merge([$states.input, {'when': $now()}])",
        "$variable.a & ' ' & $states.context.Execution.Name",
        "/* why */ $exists($states.input.a) ? $states.input.a : null",
    ],
)
def test_expressions_that_are_well_formed(expression):
    assert diagnose(output("{% " + expression + " %}")) == []


def test_the_caught_error_exists_where_it_is_caught():
    catcher = {
        "ErrorEquals": ["States.ALL"],
        "Output": {"why": "{% $states.errorOutput.Cause %}"},
        "Assign": {"last": "{% $states.errorOutput %}"},
        "Next": "Z",
    }
    first = {"Type": "Task", "Resource": INVOKE, "Arguments": {}, "Catch": [catcher], "End": True}
    assert diagnose(machine(first, Z=END, QL="JSONata")) == []
    catcher["Output"] = {"why": "{% phone %}"}
    found = one(machine(first, Z=END, QL="JSONata"))
    assert found.location == "/States/A/Catch[0]/Output/why"


@pytest.mark.parametrize(
    ("definition", "code", "location", "hint"),
    [
        (
            task(Parameters={"FunctionName": "f", "Payload": {"price": "$.price"}}),
            "NO_DOLLAR",
            "/States/A/Parameters/Payload/price",
            "'price.$'",
        ),
        (
            machine({**END, "Parameters": {"id": "States.UUID()"}}),
            "NO_DOLLAR",
            "/States/A/Parameters/id",
            "'id.$'",
        ),
        (
            machine({**END, "Result": {"price": "$.price"}}),
            "PASS_RESULT_IS_STATIC",
            "/States/A/Result/price",
            "Parameters",
        ),
        (
            machine({"Type": "Fail", "Error": "$.error"}),
            "NO_PATH",
            "/States/A/Error",
            "ErrorPath",
        ),
    ],
)
def test_what_is_allowed_but_not_meant_is_a_warning(definition, code, location, hint):
    found = one(definition)
    assert (found.severity, found.code, found.location) == ("WARNING", code, location)
    assert hint in found.hint


@pytest.mark.parametrize(
    "definition",
    [
        machine({**END, "Parameters": {"query": "SELECT $.x", "price": "$5", "at": "States."}}),
        machine({**END, "Result": ["$", "States.ALL", "5 $"]}),
        machine({"Type": "Fail", "Error": "States.Timeout", "Cause": "$5 too much"}),
    ],
)
def test_text_that_only_resembles_a_path_is_left_alone(definition):
    assert diagnose(definition) == []


@pytest.mark.parametrize(
    ("condition", "warned"),
    [("$price > 3", True), ("{% $price > 3 %}", False), ("${Condition}", False), (True, False)],
)
def test_a_condition_that_is_text_is_warned_of(condition, warned):
    rule = {"Condition": condition, "Next": "Z"}
    choice = {"Type": "Choice", "Choices": [rule], "Default": "Z"}
    found = diagnose(machine(choice, Z={"Type": "Succeed"}, QL="JSONata"))
    assert [one.code for one in found] == ["CONDITION_IS_TEXT"] * warned
    assert all(one.severity == "WARNING" and "{% $price > 3 %}" in one.hint for one in found)


def test_a_field_that_states_does_not_have():
    """AWS's words for $states.errorOutput where there is none; no other answer is at hand."""
    found = one(output("{% $states.inpt.price %}"))
    assert found.message == "Field '$states.inpt' does not exist."
    assert "Did you mean 'input'?" in found.hint
    for fine in ('$states["input"].price', "$sum($states.input.prices)", "$states.context.State"):
        assert not diagnose(output(f"{{% {fine} %}}"))
