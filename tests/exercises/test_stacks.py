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


def test_the_copys_folder_is_not_named_to_who_does_not_know_it(tmp_path):
    (tmp_path / "template.yaml").write_text(FUNCTION)
    said = f"Parameter CodeUri of resource F refers to a file or folder {tmp_path}/f/"
    with pytest.raises(NotYet, match=r"a file or folder f/$"):
        stacks.package(lambda *_, cwd: Ran(255, said), tmp_path, "template.yaml", "bucket")


BROKE_OFF = """\
Error: [Errno 2] No such file or directory: 'orders'
Traceback:
  File "osutils.py", line 156, in copytree
    with os.scandir(src) as itr:

An unexpected error was encountered while executing "sam build".
Search for an existing issue:
https://github.com/aws/aws-sam-cli/issues?q=is
Or create a bug report:
https://github.com/aws/aws-sam-cli/issues/new?template=Bug_report.md
"""


@pytest.mark.parametrize(
    ("output", "last"),
    [
        (BROKE_OFF, "Error: [Errno 2] No such file or directory: 'orders'"),
        ("Building\nError: Template file not found\n\n", "Error: Template file not found"),
        ("", ""),
    ],
)
def test_the_last_that_sam_says_is_what_happened(output, last):
    assert Ran(1, output).last_line == last
