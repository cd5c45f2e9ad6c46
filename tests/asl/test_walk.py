"""States and edges: every kind, at any depth, in definitions whole and broken."""

import pytest

from helpers.asl import Definition

FUNCTION = "arn:aws:lambda:us-east-1:123456789012:function:"
LAMBDA = FUNCTION + "Checker"

FAN_OUT = {
    "StartAt": "Fan out",
    "States": {
        "Fan out": {
            "Type": "Parallel",
            "Branches": [
                {"StartAt": "A", "States": {"A": {"Type": "Pass", "End": True}}},
                {
                    "StartAt": "Each",
                    "States": {
                        "Each": {
                            "Type": "Map",
                            "ItemsPath": "$.items",
                            "MaxConcurrency": 5,
                            "ItemProcessor": {
                                "ProcessorConfig": {
                                    "Mode": "DISTRIBUTED",
                                    "ExecutionType": "STANDARD",
                                },
                                "StartAt": "B",
                                "States": {"B": {"Type": "Task", "Resource": LAMBDA, "End": True}},
                            },
                            "End": True,
                        }
                    },
                },
            ],
            "Catch": [{"ErrorEquals": ["States.Timeout", "Broken"], "Next": "Sorry"}],
            "Next": "Which?",
        },
        "Which?": {
            "Type": "Choice",
            "Choices": [{"Variable": "$.price", "NumericLessThanEquals": 50, "Next": "Done"}],
            "Default": "Sorry",
        },
        "Done": {"Type": "Succeed"},
        "Sorry": {"Type": "Fail", "Error": "Sorry.TooDear"},
    },
}


def said(definition):
    return [
        (
            edge.source.name if edge.source else None,
            edge.target.name if edge.target else None,
            edge.kind,
            edge.label,
        )
        for edge in definition.edges()
    ]


def test_every_state_with_its_path():
    definition = Definition.from_dict(FAN_OUT)
    assert [state.path for state in definition.states] == [
        ("Fan out",),
        ("Fan out", "Branches", 0, "A"),
        ("Fan out", "Branches", 1, "Each"),
        ("Fan out", "Branches", 1, "Each", "ItemProcessor", "B"),
        ("Which?",),
        ("Done",),
        ("Sorry",),
    ]
    inner = definition.state("B")
    assert inner.json_pointer == ("/States/Fan out/Branches/1/States/Each/ItemProcessor/States/B")
    assert inner.location == "/States/Fan out/Branches[1]/States/Each/ItemProcessor/States/B"
    assert inner.parent is definition.state("Each")
    assert inner.parent.is_distributed
    assert definition.state("Each").branch_index == 1
    assert inner.depth == 2
    assert inner.service == "Lambda Checker"


def test_every_edge_once_with_its_kind_and_words():
    assert said(Definition.from_dict(FAN_OUT)) == [
        (None, "Fan out", "start", ""),
        ("Fan out", "Which?", "next", ""),
        ("Fan out", "Sorry", "catch", "States.Timeout, Broken"),
        ("Fan out", "A", "branch", ""),
        ("Fan out", "Each", "branch", ""),
        ("A", None, "end", ""),
        ("Each", "B", "iteration", "each of items, 5 at once"),
        ("Each", None, "end", ""),
        ("B", None, "end", ""),
        ("Which?", "Done", "choice", "price ≤ 50"),
        ("Which?", "Sorry", "default", "otherwise"),
        ("Done", None, "end", ""),
        ("Sorry", None, "end", ""),
    ]


def test_a_target_in_another_scope_is_dangling():
    definition = Definition.from_dict(
        {
            "StartAt": "P",
            "States": {
                "P": {
                    "Type": "Parallel",
                    "Branches": [
                        {"StartAt": "A", "States": {"A": {"Type": "Pass", "Next": "Z"}}},
                    ],
                    "Next": "Z",
                },
                "Z": {"Type": "Succeed"},
            },
        }
    )
    (edge,) = [edge for edge in definition.edges() if edge.dangling]
    assert (edge.source.name, edge.target_name, edge.kind) == ("A", "Z", "next")


@pytest.mark.parametrize(
    "broken",
    [
        {},
        {"StartAt": 5, "States": []},
        {"StartAt": "A", "States": {"A": None}},
        {"StartAt": "A", "States": {"A": {"Type": ["Task"], "Next": {"x": 1}, "Retry": "3"}}},
        {"States": {"A": {"Type": "Parallel", "Branches": [[], 3, {"States": 7}]}}},
        {"States": {"A": {"Type": "Map", "ItemProcessor": [], "Iterator": {"States": None}}}},
        {
            "States": {
                "A": {"Type": "Choice", "Choices": [None, {"Next": 3}, {"And": 4, "Next": 1}]}
            }
        },
        {"States": {"A": {"Type": "Task", "Resource": {"Fn::GetAtt": [1, 2]}, "Catch": [{}]}}},
        {"States": {"A": {"Type": "Wait", "Seconds": [1]}, "B": {"Type": "Fail", "Error": {}}}},
        {"States": {"A": {"Type": "Task", "Retry": [{"MaxAttempts": float("inf")}]}}},
    ],
)
def test_broken_definitions_are_walked_all_the_same(broken):
    definition = Definition.from_dict(broken)
    for state in definition.states:
        assert isinstance(state.words, str)
        assert all(retrier.words for retrier in state.retriers)
    for edge in definition.edges():
        assert isinstance(edge.label, str)


@pytest.mark.parametrize(
    ("retrier", "words"),
    [
        ({}, "retry 3× from 1 s ×2"),
        (
            {"IntervalSeconds": 15, "MaxAttempts": 5, "BackoffRate": 1.5},
            "retry 5× from 15 s ×1.5",
        ),
        ({"MaxAttempts": 0}, "no retry"),
        (
            {"MaxDelaySeconds": 60, "JitterStrategy": "FULL"},
            "retry 3× from 1 s ×2 up to 60 s with jitter",
        ),
    ],
)
def test_a_retrier_in_words(retrier, words):
    raw = {"Type": "Task", "Retry": [{"ErrorEquals": ["States.ALL"], **retrier}]}
    (state,) = Definition.from_dict({"States": {"A": raw}}).states
    assert state.retriers[0].words == words


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"Seconds": 10}, "10 s"),
        ({"Seconds": "{% $states.input.wait %}"}, "$states.input.wait (in seconds)"),
        ({"SecondsPath": "$.wait"}, "wait (in seconds)"),
        ({"Timestamp": "2030-01-01T09:00:00Z"}, "until 2030-01-01T09:00:00Z"),
        ({"TimestampPath": "$.opens_at"}, "until opens_at"),
    ],
)
def test_the_four_forms_of_wait(fields, words):
    (state,) = Definition.from_dict({"States": {"W": {"Type": "Wait", **fields}}}).states
    assert state.words == words


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({}, "each of the input"),
        ({"ItemsPath": "$.orders"}, "each of orders"),
        ({"Items": [1, 2, 3]}, "each of 3 items"),
        ({"Items": "{% $states.input.orders %}"}, "each of $states.input.orders"),
        (
            {
                "ItemReader": {"Resource": "arn:aws:states:::s3:getObject"},
                "ItemBatcher": {"MaxItemsPerBatch": 10},
                "MaxConcurrency": 100,
            },
            "each item read by S3 getObject, in batches of 10, 100 at once",
        ),
    ],
)
def test_what_a_map_goes_through(fields, words):
    (state,) = Definition.from_dict({"States": {"M": {"Type": "Map", **fields}}}).states
    assert state.words == words


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"Resource": LAMBDA}, "Lambda Checker"),
        ({"Resource": LAMBDA + ":live"}, "Lambda Checker"),
        ({"Resource": f"{FUNCTION}app-demo-Checker-3kWx9Tq0ZbLm:live"}, "Lambda Checker"),
        ({"Resource": f"{FUNCTION}app-Checker-1KQ7W8ZT0PLAX"}, "Lambda Checker"),
        ({"Resource": f"{FUNCTION}app-dev-OrderHandler"}, "Lambda app-dev-OrderHandler"),
        ({"Resource": f"{FUNCTION}app-dev-OrderHandle2"}, "Lambda app-dev-OrderHandle2"),
        ({"Resource": f"{FUNCTION}app-of-notification"}, "Lambda app-of-notification"),
        ({"Resource": f"{FUNCTION}app-of-123456789012"}, "Lambda app-of-123456789012"),
        (
            {
                "Resource": "arn:aws:states:::lambda:invoke",
                "Parameters": {"FunctionName": "app-Checker-3kWx9Tq0ZbLm"},
            },
            "Lambda Checker",
        ),
        ({"Resource": "${StockCheckerFunctionArn}"}, "StockCheckerFunctionArn"),
        ({"Resource": "${Checker.Arn}"}, "Checker"),
        ({"Resource": {"Fn::GetAtt": ["Checker", "Arn"]}}, "Checker"),
        ({"Resource": "arn:aws:states:::dynamodb:putItem"}, "DynamoDB putItem"),
        ({"Resource": "arn:${AWS::Partition}:states:::sns:publish"}, "SNS publish"),
        ({"Resource": "arn:aws:states:::batch:submitJob.sync"}, "Batch submitJob (.sync)"),
        (
            {"Resource": "arn:aws:states:::states:startExecution.sync:2"},
            "Step Functions startExecution (.sync:2)",
        ),
        (
            {"Resource": "arn:aws:states:::sqs:sendMessage.waitForTaskToken"},
            "SQS sendMessage (.waitForTaskToken)",
        ),
        ({"Resource": "arn:aws:states:::aws-sdk:dynamodb:query"}, "DynamoDB query"),
        ({"Resource": "arn:aws:states:::http:invoke"}, "HTTP invoke"),
        (
            {"Resource": "arn:aws:states:us-east-1:123456789012:activity:approve"},
            "activity approve",
        ),
        (
            {
                "Resource": "arn:aws:states:::lambda:invoke",
                "Parameters": {"FunctionName": "${Fn}", "Payload.$": "$"},
            },
            "Lambda Fn",
        ),
        (
            {
                "Resource": "arn:aws:states:::lambda:invoke",
                "Arguments": {"FunctionName": "{% $states.input.fn %}"},
            },
            "Lambda named by $states.input.fn",
        ),
        (
            {
                "Resource": "arn:aws:states:::lambda:invoke",
                "Parameters": {"FunctionName.$": "$.fn"},
            },
            "Lambda named by fn",
        ),
        ({}, "nothing"),
    ],
)
def test_what_a_task_calls(fields, words):
    (state,) = Definition.from_dict({"States": {"T": {"Type": "Task", **fields}}}).states
    assert state.service == words


def test_the_query_language_in_force():
    definition = Definition.from_dict(
        {
            "QueryLanguage": "JSONata",
            "States": {
                "A": {"Type": "Pass"},
                "B": {
                    "Type": "Parallel",
                    "QueryLanguage": "JSONPath",
                    "Branches": [{"States": {"C": {"Type": "Pass"}}}],
                },
            },
        }
    )
    assert [(s.name, s.language) for s in definition.states] == [
        ("A", "JSONata"),
        ("B", "JSONPath"),
        ("C", "JSONata"),
    ]
