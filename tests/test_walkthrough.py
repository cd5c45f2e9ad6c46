"""docs/cloudshell.md is the lesson: typed block by block in one bare bash."""

import re
from pathlib import Path

import nbformat
import pytest
from terminal import Check, Terminal, a_repository, environment, nothing_is_left, traded

from helpers import contents, walkthrough
from helpers.chapters import CHAPTERS

ROOT = Path(__file__).resolve().parents[1]
STEPS = walkthrough.sections(walkthrough.PAGE.read_text(encoding="utf-8"))


# ---- the page


def test_it_is_as_it_is_generated():
    text = walkthrough.PAGE.read_text(encoding="utf-8")
    assert walkthrough.page(text) == text, "python -m helpers.walkthrough"


def test_a_block_that_was_edited_by_hand_is_seen():
    text = walkthrough.PAGE.read_text(encoding="utf-8")
    edited = text.replace("\nsam build\n", "\nsam build --cached\n", 1)
    assert edited != text and walkthrough.page(edited) == text


def test_what_the_notebooks_type_is_taken_from_them():
    """A block of the page's own has no command that a cell has."""
    text = walkthrough.PAGE.read_text(encoding="utf-8")
    taken = re.findall(r"^<!-- notebook (\d\d), cell \w+ -->$", text, re.M)
    assert len(taken) > 20 and set(taken) == {"01", "04", "05", "06", "07", "09"}
    own = re.sub(r"^<!-- notebook .*-->\n```sh\n[^`]*^```$", "", text, flags=re.M)
    typed = {line for block in walkthrough.blocks(own) for line in block.splitlines()}
    cells = [
        "".join(cell["source"])
        for number in CHAPTERS
        if number < "10"  # the lesson; what builds on it types some of it anew
        for cell in nbformat.read(contents.path(number), as_version=4).cells
        if cell.cell_type == "code" and re.search(r"^(\[\w+\] = )?!", cell.source, re.M)
    ]
    theirs = {line for cell in cells for line in shell_lines(cell)}
    assert len(theirs) > 40 and not typed & theirs


def shell_lines(cell):
    """The lines of the commands that bash can be given."""
    try:
        lines = walkthrough.shell(cell).splitlines()
    except ValueError:
        return []
    return [line for line in lines if re.match(r"(\w+=\$\()?(aws|sam) ", line)]


def test_a_cell_that_is_gone_is_named():
    with pytest.raises(KeyError, match="notebook 05 has no code cell 00000000"):
        walkthrough.page("<!-- notebook 05, cell 00000000 -->\n```sh\n```\n")


@pytest.mark.parametrize(
    ("cell", "reason"),
    [
        ("print(1)", "no command"),
        ("lines = !ls", "nothing like it"),
        ("!aws x --definition '{state}'", "single quotes"),
        ('!aws x --role-arn {machine["roleArn"]}', "is Python"),
        ("%%writefile x\nname", "nothing like it"),
    ],
)
def test_a_cell_that_bash_could_not_do_is_refused(cell, reason):
    with pytest.raises(ValueError, match=reason):
        walkthrough.shell(cell)


def test_its_links_within_the_course_lead_somewhere():
    text = walkthrough.PAGE.read_text(encoding="utf-8")
    for link in re.findall(r"\]\(([^)#:]+)\)", text):
        assert (ROOT / "docs" / link).exists(), link


def test_it_asks_for_nothing_that_only_this_course_has():
    """What is typed has to work on an account."""
    typed = "".join(walkthrough.blocks(walkthrough.PAGE.read_text(encoding="utf-8")))
    assert not re.search(r"localaws|helpers|ENDPOINT|127\.0\.0\.1|curl|boto3", typed)


# ---- the lesson


@pytest.mark.timeout(900)
def test_the_blocks_typed_one_after_the_other_are_the_lesson(fresh_endpoint, tmp_path):
    """In one bash; the check is asked at each stage on the way."""
    repository = a_repository(tmp_path / "repository")
    bare = environment(fresh_endpoint, tmp_path / "home") | {"COURSE": repository}
    check = Check(bare, tmp_path / "home")
    terminal = Terminal(bare)
    step = {name.split(".")[0]: iter(typed) for name, typed in STEPS.items()}

    def types(number, up_to=None):
        said = []
        for block in step[number]:
            said.append(terminal.types(block))
            if up_to and up_to in block:
                break
        return said

    assert "123456789012" in "".join(types("1"))
    (said,) = types("2")
    assert "app        none in this folder" in said
    assert "Next: make the app, with `sam init` (step 3)." in said
    types("3"), types("4")
    code, said = check()
    assert code == 0 and "course/work/demo-sam, not built" in said and "(step 6)" in said
    said = "".join(types("5"))
    assert "download: s3://demo-sam-carry-123456789012/demo-sam.tar.gz to laptop/" in said
    assert "The threshold is 50. We talked about 70." in said
    assert len(set(re.findall(r"^[0-9a-f]{64}", said, re.M))) == 1
    types("6")
    code, said = check()
    assert code == 0 and "demo-sam, built\n" in said and "Next: `sam deploy`" in said
    assert "Successfully created/updated stack - demo-sam" in "".join(types("7"))
    code, said = check()
    assert (
        code == 0 and "stack      demo-sam: CREATE_COMPLETE\nresources  13\nrule       off" in said
    )
    assert "none so far" in said and "switch the rule on" in said

    types("8", up_to="enable-rule")
    code, said = check()
    assert code == 0 and "rule       ON: " in said and "or wait" in said
    assert "ENABLED" in "".join(types("8"))
    fresh_endpoint.command("clock", "--advance", "61m")
    said = types("9")
    assert "SUCCEEDED" in said[1] and "REPORT RequestId" in said[5]
    items, statuses = traded(fresh_endpoint)
    assert statuses == ["SUCCEEDED", "SUCCEEDED"] and len(items) == 2
    assert all(item["Id"]["S"] in said[4] for item in items)
    assert "SUCCEEDED, started by the rule: Check Stock Value -> " in said[6]
    assert said[-1] == "DISABLED\n"

    types("10", up_to="sam delete")
    code, said = check()
    assert code == 1 and said.count("\nWhy: ") == 2
    assert said.count("log group /aws/lambda/demo-sam-Stock") in (2, 3)
    assert "bucket aws-sam-cli-managed-default-" in said
    said = types("10")[-1]
    assert "left       nothing: " in said and "It was deployed, and it is gone." in said
    assert terminal.ends() == 0
    nothing_is_left(fresh_endpoint)
    assert (tmp_path / "home/course/work/demo-sam/template.yaml").exists(), "the app stays"
