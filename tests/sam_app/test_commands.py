"""The real `sam` on the stock trader: init, validate, build. No network, no account."""

import os
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from samcli.yamlhelper import yaml_parse
from samtranslator.translator.transform import transform

from tests.workshop import RUNTIME

from .conftest import TEMPLATE, init

FILES = {
    ".gitignore",
    "README.md",
    "events/stock_buyer.json",
    "events/stock_checker.json",
    "events/stock_seller.json",
    "functions/stock_buyer/app.py",
    "functions/stock_buyer/requirements.txt",
    "functions/stock_checker/app.py",
    "functions/stock_checker/requirements.txt",
    "functions/stock_seller/app.py",
    "functions/stock_seller/requirements.txt",
    "pytest.ini",
    "samconfig.toml",
    "statemachine/stock_trader.asl.json",
    "template.yaml",
    "tests/integration/test_workflow.py",
    "tests/unit/test_buyer.py",
    "tests/unit/test_checker.py",
    "tests/unit/test_seller.py",
}


def files(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


@pytest.fixture
def copy(app, tmp_path):
    return Path(shutil.copytree(app, tmp_path / app.name))


def test_init_gives_every_file_and_no_other(sam, tmp_path):
    made = sam(*init("demo-sam"), cwd=tmp_path)
    assert made.returncode == 0, made.stdout
    assert set(files(tmp_path / "demo-sam")) == FILES


def test_init_leaves_out_what_commands_made(sam, tmp_path):
    used = Path(shutil.copytree(TEMPLATE, tmp_path / "used"))
    for made in (".aws-sam/build/x", "functions/stock_buyer/__pycache__/app.pyc", ".venv/bin/sam"):
        (used / made).parent.mkdir(parents=True)
        (used / made).write_text("made by a command")
    arguments = [str(used) if part == str(TEMPLATE) else part for part in init("demo-sam")]
    made = sam(*arguments, cwd=tmp_path)
    assert made.returncode == 0, made.stdout
    assert set(files(tmp_path / "demo-sam")) == FILES
    assert (used / ".aws-sam/build/x").exists()


def test_init_copies_all_but_samconfig_unchanged(app):
    given = files(app)
    kept = {name: content for name, content in files(TEMPLATE).items() if name in FILES}
    assert set(kept) == FILES
    changed = [name for name in sorted(FILES) if given[name] != kept[name]]
    assert changed == ([] if RUNTIME == "python3.13" else ["samconfig.toml"])


def test_samconfig_holds_the_name_and_the_runtime_once_for_build_and_deploy(sam, tmp_path):
    made = sam(*init("my-trader", "python3.12"), cwd=tmp_path)
    assert made.returncode == 0, made.stdout
    config = tomllib.loads((tmp_path / "my-trader" / "samconfig.toml").read_text())["default"]
    assert config["global"]["parameters"] == {
        "stack_name": "my-trader",
        "parameter_overrides": "PythonRuntime=python3.12",
    }
    assert config["deploy"]["parameters"] == {
        "resolve_s3": True,
        "capabilities": "CAPABILITY_IAM",
        "tags": "course=serverless-workflows",
        "confirm_changeset": False,
    }


def test_init_refuses_a_folder_that_exists_and_leaves_it_as_it_was(sam, copy):
    (copy / "template.yaml").write_text("# the learner's own work\n")
    (copy / "samconfig.toml").unlink()
    before = files(copy)
    again = sam(*init(copy.name), cwd=copy.parent)
    assert again.returncode == 1
    assert f'"{copy.name}" directory already exists' in again.stdout
    assert files(copy) == before


def test_init_takes_the_learners_own_python(sam, tmp_path):
    made = sam(*init("demo-sam"), cwd=tmp_path)
    assert made.returncode == 0, made.stdout
    assert f"PythonRuntime={RUNTIME}" in (tmp_path / "demo-sam" / "samconfig.toml").read_text()


def test_init_makes_a_name_that_a_stack_may_have(sam, tmp_path):
    made = sam(*init("my_trader 2"), cwd=tmp_path)
    assert made.returncode == 0, made.stdout
    assert 'stack_name = "my-trader-2"' in (tmp_path / "my_trader 2" / "samconfig.toml").read_text()


def test_the_folder_is_an_app_itself(sam):
    checked = sam("validate", "--lint", cwd=TEMPLATE)
    assert checked.returncode == 0, checked.stdout


def test_init_refuses_a_runtime_that_lambda_does_not_support(sam, tmp_path):
    made = sam(*init("demo-sam", "python3.9"), cwd=tmp_path)
    assert made.returncode == 1
    assert "python3.9 provided for choice variable python_runtime, but the choices" in made.stdout
    assert not (tmp_path / "demo-sam").exists()


def test_template_is_valid_and_lint_finds_nothing(sam, app):
    checked = sam("validate", "--lint", cwd=app)
    assert checked.returncode == 0, checked.stdout
    assert "is a valid SAM Template" in checked.stdout
    assert "[[W" not in checked.stdout


def test_lint_would_find_a_mistake(sam, copy):
    template = copy / "template.yaml"
    template.write_text(template.read_text().replace("!Ref PythonRuntime", "python3.9"))
    checked = sam("validate", "--lint", cwd=copy)
    assert checked.returncode == 1
    assert "python3.9" in checked.stdout


def test_build_with_the_learners_own_python(sam, copy):
    built = sam("build", cwd=copy)
    assert built.returncode == 0, built.stdout
    assert "Build Succeeded" in built.stdout
    out = copy / ".aws-sam" / "build"
    for who in ("Checker", "Buyer", "Seller"):
        name = f"Stock{who}Function"
        source = copy / "functions" / f"stock_{who.lower()}" / "app.py"
        assert (out / name / "app.py").read_bytes() == source.read_bytes()
        template = yaml_parse((out / "template.yaml").read_text())
        assert template["Resources"][name]["Properties"]["CodeUri"] == name


def test_build_for_a_python_that_is_not_here_says_which(sam, copy):
    missing = next(v for v in ("python3.14", "python3.11") if v != RUNTIME and not shutil.which(v))
    built = sam("build", "--parameter-overrides", f"PythonRuntime={missing}", cwd=copy)
    assert built.returncode == 1
    assert f"Do you have python for runtime: {missing} on your PATH?" in built.stdout


def test_unit_tests_of_the_app_pass_in_the_copy(copy):
    ran = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider"],
        cwd=copy,
        env={"PATH": os.environ["PATH"]},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stdout
    assert "20 passed" in ran.stdout


def test_transform_makes_thirteen_resources_of_the_seven(app, monkeypatch):
    template = yaml_parse((app / "template.yaml").read_text())
    for resource in template["Resources"].values():
        for key in {"CodeUri", "DefinitionUri"} & set(resource["Properties"]):
            resource["Properties"][key] = "s3://bucket/key"  # as `sam package` leaves it

    class NoManagedPolicies:
        def load(self):
            return {}

    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    made = transform(template, {"PythonRuntime": RUNTIME}, NoManagedPolicies())["Resources"]
    assert {name: resource["Type"] for name, resource in made.items()} == {
        "StockTradingStateMachine": "AWS::StepFunctions::StateMachine",
        "StockTradingStateMachineRole": "AWS::IAM::Role",
        "StockTradingStateMachineHourlyTradingSchedule": "AWS::Events::Rule",
        "StockTradingStateMachineHourlyTradingScheduleRole": "AWS::IAM::Role",
        "StockCheckerFunction": "AWS::Lambda::Function",
        "StockCheckerFunctionRole": "AWS::IAM::Role",
        "StockBuyerFunction": "AWS::Lambda::Function",
        "StockBuyerFunctionRole": "AWS::IAM::Role",
        "StockSellerFunction": "AWS::Lambda::Function",
        "StockSellerFunctionRole": "AWS::IAM::Role",
        "TransactionTable": "AWS::DynamoDB::Table",
        "ApplicationResourceGroup": "AWS::ResourceGroups::Group",
        "ApplicationInsightsMonitoring": "AWS::ApplicationInsights::Application",
    }
    rule = made["StockTradingStateMachineHourlyTradingSchedule"]["Properties"]
    assert (rule["State"], rule["ScheduleExpression"]) == ("DISABLED", "rate(1 hour)")
