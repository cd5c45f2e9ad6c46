"""The template declares what the lesson talks about, under the names that the lesson uses."""

import json
import re

import pytest
from cfnlint.data import AdditionalSpecs
from cfnlint.helpers import load_resource
from samcli.lib.build.workflow_config import get_workflow_config
from samcli.yamlhelper import yaml_parse

from .conftest import TEMPLATE


@pytest.fixture(scope="module")
def template(app):
    return yaml_parse((app / "template.yaml").read_text())


@pytest.fixture(scope="module")
def resources(template):
    return template["Resources"]


@pytest.fixture(scope="module")
def machine(resources):
    return resources["StockTradingStateMachine"]["Properties"]


def test_seven_resources(resources):
    assert {name: resource["Type"] for name, resource in resources.items()} == {
        "StockTradingStateMachine": "AWS::Serverless::StateMachine",
        "StockCheckerFunction": "AWS::Serverless::Function",
        "StockBuyerFunction": "AWS::Serverless::Function",
        "StockSellerFunction": "AWS::Serverless::Function",
        "TransactionTable": "AWS::Serverless::SimpleTable",
        "ApplicationResourceGroup": "AWS::ResourceGroups::Group",
        "ApplicationInsightsMonitoring": "AWS::ApplicationInsights::Application",
    }


def test_state_machine_takes_its_definition_from_the_file_and_fills_in_five_names(machine):
    assert machine["DefinitionUri"] == "statemachine/stock_trader.asl.json"
    assert machine["DefinitionSubstitutions"] == {
        "StockCheckerFunctionArn": {"Fn::GetAtt": ["StockCheckerFunction", "Arn"]},
        "StockBuyerFunctionArn": {"Fn::GetAtt": ["StockBuyerFunction", "Arn"]},
        "StockSellerFunctionArn": {"Fn::GetAtt": ["StockSellerFunction", "Arn"]},
        "DDBPutItem": {"Fn::Sub": "arn:${AWS::Partition}:states:::dynamodb:putItem"},
        "DDBTable": {"Ref": "TransactionTable"},
    }


def test_state_machine_may_invoke_the_three_functions_and_write_the_table_only(machine):
    assert machine["Policies"] == [
        {"LambdaInvokePolicy": {"FunctionName": {"Ref": "StockCheckerFunction"}}},
        {"LambdaInvokePolicy": {"FunctionName": {"Ref": "StockBuyerFunction"}}},
        {"LambdaInvokePolicy": {"FunctionName": {"Ref": "StockSellerFunction"}}},
        {"DynamoDBWritePolicy": {"TableName": {"Ref": "TransactionTable"}}},
    ]


def test_schedule_is_hourly_and_off(machine):
    assert list(machine["Events"]) == ["HourlyTradingSchedule"]
    schedule = machine["Events"]["HourlyTradingSchedule"]
    assert schedule["Type"] == "Schedule"
    assert schedule["Properties"]["Schedule"] == "rate(1 hour)"
    assert schedule["Properties"]["Enabled"] is False


def test_each_function_is_one_folder_with_a_handler_and_nothing_to_install(app, template):
    shared = template["Globals"]["Function"]
    assert shared == {"Handler": "app.lambda_handler", "Runtime": {"Ref": "PythonRuntime"}}
    for name in ("checker", "buyer", "seller"):
        function = template["Resources"][f"Stock{name.title()}Function"]["Properties"]
        assert function == {"CodeUri": f"functions/stock_{name}/"}
        folder = app / function["CodeUri"]
        assert "\ndef lambda_handler(event" in (folder / "app.py").read_text()
        lines = (folder / "requirements.txt").read_text().splitlines()
        assert all(line.startswith("#") for line in lines)


def test_table_has_key_id_and_the_smallest_capacity(resources):
    assert resources["TransactionTable"]["Properties"] == {
        "PrimaryKey": {"Name": "Id", "Type": "String"},
        "ProvisionedThroughput": {"ReadCapacityUnits": 1, "WriteCapacityUnits": 1},
    }


def test_application_insights_watches_the_stacks_own_group(resources):
    group = resources["ApplicationResourceGroup"]["Properties"]
    assert group["ResourceQuery"] == {"Type": "CLOUDFORMATION_STACK_1_0"}
    assert "${AWS::StackName}" in group["Name"]["Fn::Sub"]
    monitoring = resources["ApplicationInsightsMonitoring"]["Properties"]
    assert monitoring["ResourceGroupName"] == {"Ref": "ApplicationResourceGroup"}


def test_outputs_are_the_workflow_and_its_role(template):
    assert {name: output["Value"] for name, output in template["Outputs"].items()} == {
        "StockTradingStateMachineArn": {"Ref": "StockTradingStateMachine"},
        "StockTradingStateMachineRoleArn": {"Fn::GetAtt": ["StockTradingStateMachineRole", "Arn"]},
    }


def test_runtime_is_one_that_lambda_supports_and_that_sam_can_build(template):
    parameter = template["Parameters"]["PythonRuntime"]
    dates = load_resource(AdditionalSpecs, "LmbdRuntimeLifecycle.json")
    # written in November 2026; a fixed day, so that the test does not fail by the calendar alone
    supported = {
        name
        for name, life in dates.items()
        if name.startswith("python") and life["deprecated"] > "2026-11-22"
    }
    assert set(parameter["AllowedValues"]) == supported
    assert parameter["Default"] in supported
    assert get_workflow_config(parameter["Default"], ".", ".").language == "python"


def test_init_knows_the_same_runtimes(template):
    offered = json.loads((TEMPLATE / "cookiecutter.json").read_text())["python_runtime"]
    parameter = template["Parameters"]["PythonRuntime"]
    assert offered[0] == "this Python"
    assert sorted(offered[1:]) == sorted(parameter["AllowedValues"])
    hook = (TEMPLATE / "hooks" / "post_gen_project.py").read_text()
    (low, high) = re.search(r"range\((\d+), (\d+)\)", hook).groups()
    known = {f"python3.{minor}" for minor in range(int(low), int(high))}
    assert known == set(parameter["AllowedValues"])
