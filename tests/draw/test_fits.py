"""The words of the drawings fit, measured in a browser with the fonts that a reader may have.

No line comes nearer than 3 px to its box, none at an arrow nearer than 4 px to another or to a box,
none is crossed by an arrow, and nothing runs off the card.
"""

import json
import runpy

import pytest
from browsing import a_browser, in_browser
from machines import ORDERS, PASS, ROOT, TEMPLATE, chain, nested, wide
from recorder import Recorder, trade
from walker import ERRORS, Walker

from helpers import asl, draw, executions
from helpers.draw import layout

pytestmark = [pytest.mark.timeout(180), in_browser]

FONTS = ("DejaVu Sans", "Liberation Sans", "Noto Sans")
PACKAGES = "fonts-dejavu-core fonts-liberation fonts-noto-core"
MANY = 120
FAULTS = ROOT / "tests" / "draw" / "fits.js"


@pytest.fixture(scope="module")
def page():
    with a_browser() as browser:
        page = browser.new_page(viewport={"width": 1400, "height": 1000})
        page.goto("about:blank")
        page.add_script_tag(path=FAULTS)
        missing = [font for font in FONTS if not page.evaluate("one => hasFont(one)", font)]
        if missing:
            pytest.skip(f"not here: {', '.join(missing)} (apt-get install {PACKAGES})")
        yield page


@pytest.fixture(params=["dot", "wasm"])
def engine(request, monkeypatch):
    if request.param == "dot" and layout.engine() != "dot":
        pytest.skip("no dot here")
    monkeypatch.setenv(layout.OVERRIDE, request.param)


def check(page, pictures, least):
    """All words fit in each font; there are at least so many lines of them."""
    svgs = [picture.svg for picture in pictures.values()]
    found = page.evaluate("([all, fonts]) => faultsOf(all, fonts)", [svgs, FONTS])
    names = list(pictures)
    wrong = [(one["font"], names[one["number"]], *one["faults"]) for one in found if one["faults"]]
    assert not wrong, wrong[:5]
    assert sum(one["count"] for one in found) >= least * len(FONTS)


def failed_trade():
    """The trade of which the last state fails, with the error that it has for a wrong type."""
    run = Recorder()
    seen = {"stock_price": 2}
    run.task("Check Stock Value", {}, seen).simple("Choice", "Buy or Sell?", seen)
    run.task("Buy Stock").enter("Task", "Record Transaction")
    for _ in range(3):
        run.fails("DynamoDB.AmazonDynamoDBException").passes(20)
    error = {"error": "DynamoDB.AmazonDynamoDBException", "cause": "Type mismatch for key"}
    return executions.from_history(run.ends("Failed", **error))


def test_the_gallery(page, engine):
    gallery = runpy.run_path(str(ROOT / "docs" / "gallery.py"))["entries"]()
    check(page, {name: picture for name, *_, picture in gallery}, 400)


def test_the_lesson_s_workflow_however_it_went(page, engine):
    runs = [None, failed_trade(), *(executions.from_history(trade(n)) for n in (2, 73))]
    runs += [executions.from_history(trade(2, until)) for until in (2, 5, 12)]
    pictures = {}
    for number, run in enumerate(runs):
        for given in (TEMPLATE, TEMPLATE.parent / "statemachine" / "stock_trader.asl.json"):
            for direction in ("TB", "LR"):
                drawn = draw.state_machine(given, run, direction=direction)
                pictures[f"{given.name} {number} {direction}"] = drawn
        if run:
            pictures[f"timeline {number}"] = draw.timeline(run)
    check(page, pictures, 400)


NAMES = [
    'say "hi"',
    "日本語の状態",
    "W" * 80,
    "ÄÖÜ Straße",
    "ПРОВЕРКА СЧЁТА",
    "👩‍👩‍👧 family",
    "M@%W&",
]
ODD = {
    "no states": {},
    "a loop": {
        "StartAt": "Wait",
        "States": {
            "Wait": {"Type": "Wait", "Seconds": 3, "Next": "Again?"},
            "Again?": {
                "Type": "Choice",
                "Choices": [
                    {"Variable": "$.x", "IsPresent": True, "Next": "Done"},
                    {"Variable": "$.y", "StringMatches": "a very long *", "Next": "Again?"},
                    {"Variable": "$.z", "NumericLessThan": 100000, "Next": "Wait"},
                ],
                "Default": "Wait",
            },
            "Done": PASS,
        },
    },
    "a wrong name": {"StartAt": "A", "States": {"A": {"Type": "Pass", "Next": "Nowhere at all"}}},
    **{name: {"StartAt": name, "States": {name: {"Type": "Succeed"}}} for name in NAMES},
    **{
        f"{kind} {name}": {"StartAt": name, "States": {name: {"Type": kind, "End": True}}}
        for kind in ("Pass", "Choice", "Fail", "Map", "Wait")
        for name in NAMES
    },
    "chain": chain(24),
    "signs": chain(60),
    "nested": nested(6),
    "wide": wide(14),
}


def test_machines_of_every_shape(page, engine):
    pictures = {}
    for name, machine in ODD.items():
        definition = asl.Definition.from_dict(machine)
        pictures[name] = draw.state_machine(definition)
        if definition.states:
            run = Walker(definition, 1, 0.5).execution()
            pictures[f"{name}, run"] = draw.state_machine(definition, run)
            pictures[f"{name}, timeline"] = draw.timeline(run)
    check(page, pictures, 1000)


@pytest.fixture(scope="module")
def definitions(shared):
    """The largest of the valid definitions that others wrote."""
    found = []
    for path in sorted((shared / "asl").glob("*.json")):
        definition = asl.load(path)
        if not any(said.severity == "ERROR" for said in asl.diagnose(definition.data)):
            found.append((path.name, definition))
    found.sort(key=lambda one: -len(one[1].states))
    return found[:MANY]


def test_definitions_that_others_wrote_with_executions_on_them(page, definitions):
    pictures = {}
    for name, definition in definitions:
        pictures[name] = draw.state_machine(definition)
        for seed in (1, 2):
            run = Walker(definition, seed, 0.25 * seed).execution()
            pictures[f"{name}, run {seed}"] = draw.state_machine(definition, run)
        pictures[f"{name}, timeline"] = draw.timeline(run)
    check(page, pictures, 6000)


def test_executions_that_aws_recorded(page, shared):
    pictures = {}
    for path in sorted((shared / "histories").glob("*.json")):
        run = executions.from_json(path)
        states = {
            step.name: {"Type": step.type, "Next": after.name} if after else {"Type": step.type}
            for step, after in zip(run.steps, [*run.steps[1:], None], strict=True)
        }
        machine = {"StartAt": run.path[0], "States": states}
        pictures[path.name] = draw.state_machine(machine, run)
        pictures[f"{path.name}, timeline"] = draw.timeline(run)
    check(page, pictures, 300)


def test_errors_that_the_endpoint_gives(page, endpoint):
    """A table that is not there, a function that is not there, and a Choice with its value."""
    put = {"TableName": "Nowhere", "Item": {"Id": {"S": "1"}}}
    function = "arn:aws:lambda:us-east-1:123456789012:function:app-Nowhere-3kWx9Tq0ZbLm"
    caught = [{"ErrorEquals": ["States.ALL"], "Next": "How dear?"}]
    machine = {
        "StartAt": "Ask",
        "States": {
            "Ask": {"Type": "Task", "Resource": function, "Catch": caught, "Next": "How dear?"},
            "How dear?": {
                "Type": "Choice",
                "Choices": [{"Variable": "$.Error", "StringMatches": "Lambda.*", "Next": "Record"}],
                "Default": "Ask",
            },
            "Record": {
                "Type": "Task",
                "Resource": "arn:aws:states:::dynamodb:putItem",
                "Parameters": put,
                "End": True,
            },
        },
    }
    client, role = endpoint.client("stepfunctions"), endpoint.role("tests-of-fits", allow="*")
    made = client.create_state_machine(name="Errors", definition=json.dumps(machine), roleArn=role)
    run = executions.start(made["stateMachineArn"], client=client).wait(30)
    assert run.status == "FAILED" and "ResourceNotFoundException" in run.error
    drawings = {"run": draw.state_machine(machine, run), "timeline": draw.timeline(run)}
    assert "Lambda Nowhere" in drawings["run"].source
    check(page, drawings, 20)


def test_templates(page, engine):
    def named(name):
        return {"Ref": name}

    function = {
        "Type": "AWS::Lambda::Function",
        "Properties": {
            "Role": {"Fn::GetAtt": ["RoleOfTheFunctionThatTakesOrders", "Arn"]},
            "Environment": {"Variables": {"TABLE": named("Table"), "OTHER": named("Second")}},
            "DeadLetterConfig": {"TargetArn": {"Fn::GetAtt": ["Dead", "Arn"]}},
        },
    }
    allowed = [{"Effect": "Allow", "Action": ["dynamodb:*"], "Resource": named("Table")}]
    role = {"Policies": [{"PolicyDocument": {"Statement": allowed}}]}
    events = {
        "Jobs": {"Type": "SQS", "Properties": {"Queue": {"Fn::GetAtt": ["Queue", "Arn"]}}},
        "Get": {"Type": "Api", "Properties": {"Path": "/orders", "Method": "get"}},
    }
    given = {
        "Resources": {
            "FunctionThatTakesOrders": function,
            "Second": {
                "Type": "AWS::Serverless::Function",
                "Properties": {
                    "Events": events,
                    "Environment": {"Variables": {"FIRST": named("FunctionThatTakesOrders")}},
                },
            },
            "RoleOfTheFunctionThatTakesOrders": {"Type": "AWS::IAM::Role", "Properties": role},
            "Table": {"Type": "AWS::DynamoDB::Table", "DependsOn": "Queue"},
            "Queue": {"Type": "AWS::SQS::Queue"},
            "Dead": {"Type": "AWS::SQS::Queue"},
            "Alarm": {
                "Type": "AWS::CloudWatch::Alarm",
                "Properties": {
                    "Dimensions": [{"Value": named("Second")}],
                    "AlarmActions": [named("Topic")],
                },
            },
            "Topic": {"Type": "AWS::SNS::Topic"},
        }
    }
    pictures = {
        "one": draw.template(given),
        "two": draw.template({"Resources": {"Table": {"Type": "AWS::DynamoDB::Table"}}}, given),
        "none": draw.template({"Resources": {}}),
        "small": draw.template({"Resources": {"A": {"Type": "AWS::ApiGateway::Stage"}}}),
    }
    check(page, pictures, 40)


def test_a_long_error_stays_in_the_timeline(page):
    pictures = {}
    for error in (*ERRORS, "Very" + "Long" * 30 + "Error"):
        run = Recorder()
        run.enter("Task", "Put it where it belongs")
        for _ in range(5):
            run.fails(error, 100).passes(15)
        history = run.ends("Failed", error=error, cause="it broke")
        pictures[error] = draw.timeline(executions.from_history(history))
    check(page, pictures, 50)


@pytest.mark.parametrize(
    ("definition", "run"),
    [(TEMPLATE, failed_trade()), (ORDERS, ROOT / "docs" / "gallery" / "orders-refunded.json")],
    ids=["trade", "orders"],
)
def test_a_replay_at_each_of_its_events(page, tmp_path, definition, run):
    """There is room for all that comes to stand in it, also for what is gone in the end."""
    run = executions.from_json(run) if not hasattr(run, "walk") else run
    path = draw.replay(definition, run).save(tmp_path / "replay.html")
    player = page.context.browser.new_page()
    player.goto(path.as_uri())
    player.add_script_tag(path=FAULTS)
    wrong = player.evaluate(
        """async (fonts) => {
            const root = document.querySelector(".course-replay").shadowRoot;
            const svg = root.querySelector(".graph svg"), wrong = [];
            const back = root.querySelector("[title='One event back']");
            for (const font of fonts) {
                svg.style.fontFamily = `'${font}'`;
                root.querySelector("[title='To the end']").click();
                for (let left = Number(root.querySelector("input").max); left >= 0; left--) {
                    for (const fault of faultsIn(svg).faults) wrong.push([font, left, fault]);
                    back.click();
                }
            }
            return wrong;
        }""",
        list(FONTS),
    )
    player.close()
    assert wrong == []
