"""A check's stacks: what is packaged first, and what is deployed as it stands."""

from __future__ import annotations

import pytest

from helpers.exercises.outcome import NotYet
from helpers.exercises.workbench import stacks
from helpers.exercises.workbench.commands import Ran

ALARM = "Resources:\n  A: {Type: AWS::CloudWatch::Alarm, Properties: {Threshold: 1}}\n"
FUNCTION = "Resources:\n  F: {Type: AWS::Serverless::Function, Properties: {CodeUri: f/}}\n"
NESTED = "Resources:\n  S: {Type: AWS::CloudFormation::Stack, Properties: {TemplateURL: t.yaml}}\n"


@pytest.fixture
def ran():
    """The commands that were run instead of `aws`."""
    return []


@pytest.fixture
def package(tmp_path, ran):
    def run(*command, cwd):
        ran.append(command[:3])
        (tmp_path / ".packaged.yaml").write_text("packaged")
        return Ran(0, "")

    def packaged(text):
        (tmp_path / "template.yaml").write_text(text)
        return stacks.package(run, tmp_path, "template.yaml", "bucket")

    return packaged


def test_a_template_that_names_no_file_is_deployed_as_it_stands(package, ran):
    assert package(ALARM) == ALARM and not ran


@pytest.mark.parametrize("template", [FUNCTION, NESTED])
def test_one_that_names_a_file_is_packaged(package, ran, template):
    assert package(template) == "packaged"
    assert ran == [("aws", "cloudformation", "package")]


def test_one_that_cannot_be_read_is_not_yet(package, ran):
    with pytest.raises(NotYet, match="cannot be read"):
        package("Resources: [")
    assert not ran
