"""Templates that nobody would write, and requests that come all at once."""

import json
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from botocore.exceptions import ClientError
from cfn_templates import att, function, ref, resource, role, table, template, topic
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

ODD = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["Ref", "Fn::Sub", "Fn::GetAtt", "Fn::If", "Fn::Join", "Fn::Select", "Type", "x"]
            ),
            inner,
            max_size=2,
        )
    ),
    max_leaves=5,
)
SOUND = template(
    parameters={"P": {"Type": "String", "Default": "p", "AllowedValues": ["p"]}},
    conditions={"C": {"Fn::Equals": [{"Ref": "P"}, "p"]}},
    outputs={"O": {"Value": {"Fn::Sub": "${Topic}-${P}"}, "Export": {"Name": "n"}}},
    Role=role(),
    Function=function(),
    Topic={**resource("AWS::SNS::Topic", DisplayName=att("Function", "Arn")), "Condition": "C"},
    Table={**table(), "DeletionPolicy": "Delete", "DependsOn": ["Topic"]},
    Join=resource("AWS::SNS::Topic", DisplayName={"Fn::Join": ["-", [ref("P"), "x"]]}),
    If=resource("AWS::SNS::Topic", DisplayName={"Fn::If": ["C", "a", "b"]}),
    Select=resource("AWS::SNS::Topic", DisplayName={"Fn::Select": [0, ["a", "b"]]}),
)
SAM = SOUND | {
    "Transform": "AWS::Serverless-2016-10-31",
    "Resources": SOUND["Resources"]
    | {
        "Fn": resource(
            "AWS::Serverless::Function",
            InlineCode="x",
            Handler="index.handler",
            Runtime="python3.11",
            Events={"E": {"Type": "Schedule", "Properties": {"Schedule": "rate(1 day)"}}},
        )
    },
}


def places(value, path=()):
    """Every place in a template, the outermost first."""
    yield path
    if isinstance(value, dict):
        for key, item in value.items():
            yield from places(item, (*path, key))
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from places(item, (*path, index))


def spoilt(body, path, odd):
    """`body` with what is at `path` replaced."""
    if not path:
        return odd
    copy = json.loads(json.dumps(body))
    inner = copy
    for step in path[:-1]:
        inner = inner[step]
    inner[path[-1]] = odd
    return copy


@pytest.fixture(scope="module")
def backend():
    from helpers.localaws import cloudformation

    cloudformation.install()
    from helpers.localaws.cloudformation.backend import cloudformation_backends

    return cloudformation_backends["123456789012"]["eu-north-1"]


@pytest.mark.parametrize("sound", [SOUND, SAM], ids=["plain", "sam"])
@settings(
    max_examples=150,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(data=st.data())
def test_a_spoilt_template_is_refused_in_words_or_deployed(backend, sound, data):
    from helpers.localaws.cloudformation.errors import CloudFormationError
    from helpers.localaws.cloudformation.stack import StackRequest

    path = data.draw(st.sampled_from(list(places(sound))))
    body = spoilt(sound, path, data.draw(ODD))
    backend.stacks.clear()
    backend.change_sets.clear()
    try:
        made = backend.create_change_set(
            "odd",
            "c",
            "CREATE",
            StackRequest(json.dumps(body), capabilities=["CAPABILITY_NAMED_IAM"]),
        )
    except CloudFormationError as error:
        assert error.message
        return
    if made.status == "FAILED":
        assert made.reason
        return
    backend.execute_change_set(made)
    stack = backend.stacks[made.stack_id]
    backend.wait_for(stack, 30)
    assert stack.status in ("CREATE_COMPLETE", "ROLLBACK_COMPLETE"), stack.events
    if stack.status == "CREATE_COMPLETE":
        backend.delete_stack(stack.id, wait=True)
        assert stack.status == "DELETE_COMPLETE", stack.events


def test_two_executions_of_one_change_set(stacks):
    """Only one is carried out; the other is refused."""
    name = stacks.name()
    change_set = stacks.change_set(name, template(**{f"T{n}": topic() for n in range(30)}))
    answers = []
    start = threading.Barrier(8)

    def execute():
        start.wait()
        try:
            stacks.client.execute_change_set(ChangeSetName=change_set["ChangeSetId"])
            answers.append("accepted")
        except ClientError as error:
            answers.append(error.response["Error"]["Code"])

    threads = [threading.Thread(target=execute) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answers) == ["InvalidChangeSetStatus"] * 7 + ["accepted"]
    assert stacks.wait(name)["StackStatus"] == "CREATE_COMPLETE"
    lines = [e for e in stacks.events(name) if e["LogicalResourceId"] == "T0"]
    assert len(lines) == 3


def test_twenty_stacks_at_once(stacks):
    """Each is made, changed and deleted on its own."""
    names = [stacks.name() for _ in range(20)]

    def live(name):
        assert stacks.deploy(name, template(A=topic(), B=table()))["StackStatus"] == (
            "CREATE_COMPLETE"
        )
        assert stacks.deploy(name, template(A=topic()))["StackStatus"] == "UPDATE_COMPLETE"
        return stacks.delete(name)["StackStatus"]

    with ThreadPoolExecutor(20) as pool:
        assert list(pool.map(live, names)) == ["DELETE_COMPLETE"] * 20
