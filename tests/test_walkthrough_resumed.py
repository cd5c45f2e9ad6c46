"""docs/cloudshell.md in a new shell for each step, with version 2 of `aws`, as in CloudShell."""

import subprocess
import sys

import pytest
import version_2
from terminal import Terminal, a_repository, environment, nothing_is_left, traded

from helpers import walkthrough

STEPS = walkthrough.sections(walkthrough.PAGE.read_text(encoding="utf-8"))


@pytest.fixture
def newer(tmp_path):
    """A folder with an `aws` of version 2 that asks the endpoint."""
    found = version_2.find(tmp_path / "version-2")
    if found is None:
        pytest.skip("no AWS CLI version 2: apt-get install awscli, or python tests/version_2.py")
    return found[0]


@pytest.mark.timeout(900)
def test_each_step_goes_on_in_a_new_shell_with_version_2(fresh_endpoint, newer, tmp_path):
    """Only what lies in the home folder is kept between two steps."""
    repository = a_repository(tmp_path / "repository")
    fresh_endpoint.control("/_local/market", {"seed": 26})
    bare = environment(fresh_endpoint, tmp_path / "home", newer)
    for name, typed in STEPS.items():
        number = name.split(".")[0]
        terminal = Terminal(bare | ({"COURSE": repository} if number == "2" else {}))
        assert typed[0].startswith("cd ~/course/work") or number in "12", "where does it begin?"
        said = [terminal.types(block) for block in typed]
        assert terminal.ends() == 0, name
        if number == "1":
            assert "aws-cli/2." in said[0]
        if number == "9":
            items, statuses = traded(fresh_endpoint)
            assert statuses == ["SUCCEEDED"] and len(items) == 1
            said = "".join(said)
            assert "started by hand: Check Stock Value -> Buy or Sell? -> Buy Stock" in said
            assert "price      2: 50 or less buys" in said and "in the table: buy of" in said
    assert "left       nothing: " in said[-1] and "It was deployed, and it is gone." in said[-1]
    nothing_is_left(fresh_endpoint)


def test_a_sam_that_runs_no_hooks_says_so_and_the_folder_is_copied(endpoint, tmp_path):
    """As the one of AWS's installers, whose `sys.executable` is no Python."""
    frozen = tmp_path / "frozen"
    frozen.mkdir()
    (frozen / "sam").write_text(
        f"#!{sys.executable}\nimport sys\nsys.frozen, sys._MEIPASS = True, sys.prefix\n"
        "from samcli.cli.main import cli\ncli(prog_name='sam')\n"
    )
    (frozen / "sam").chmod(0o755)
    bare = environment(endpoint, tmp_path / "home", frozen)
    course = tmp_path / "home" / "course"
    subprocess.run(
        ["git", "clone", "-q", a_repository(tmp_path / "repository"), course], check=True
    )
    (course / "work").mkdir()
    enter, init, copy = STEPS["3. The app"]
    terminal = Terminal(bare)
    terminal.types(enter)
    said = terminal.types(f"! {init}")  # it fails, and the shell goes on
    assert "Cannot run the template hook pre_prompt.py" in said
    terminal.types(copy)
    notes = course / "work" / "demo-sam" / "template.yaml"
    notes.write_text("# the learner's own\n")
    terminal.types(copy)
    assert terminal.ends() == 0
    assert notes.read_text() == "# the learner's own\n"
    assert not (course / "work" / "demo-sam" / "sam-app").exists()


def test_the_two_versions_differ_where_the_page_says_so(endpoint, newer, tmp_path):
    endpoint.client("dynamodb").create_table(
        TableName="Versions",
        AttributeDefinitions=[{"AttributeName": "Id", "AttributeType": "S"}],
        KeySchema=[{"AttributeName": "Id", "KeyType": "HASH"}],
        BillingMode="PAY_PER_REQUEST",
    )

    def both(*arguments):
        for path in ([], [newer]):
            given = environment(endpoint, tmp_path / "home", *path)
            done = subprocess.run(
                ["aws", *arguments], env=given, cwd=tmp_path, text=True,
                stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
            )  # fmt: skip
            yield done.returncode, done.stdout.strip()

    created = ("--query", "Table.CreationDateTime")
    (_, first), (_, second) = both(
        "dynamodb", "describe-table", "--table-name", "Versions", *created
    )
    assert float(first) and second.startswith('"20') and "T" in second
    payload = ("--function-name", "none", "--payload", '{"stock_price": 5}', "out.json")
    (_, first), (_, second) = both("lambda", "invoke", *payload)
    assert "ResourceNotFoundException" in first and "Invalid base64" in second
    (code, first), (other, second) = both(
        "cloudformation", "describe-stacks", "--stack-name", "none"
    )
    assert (code, other) == (255, 254)
    assert second.removeprefix("aws: [ERROR]: ") == first
    (_, first), (_, second) = both("logs", "tail", "/aws/lambda/none")
    assert "nvalid choice" in first and "ResourceNotFoundException" in second
