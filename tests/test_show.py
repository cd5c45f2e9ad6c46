"""Folders and excerpts as the notebooks show them."""

import pytest

from helpers import show
from helpers.errors import CourseError


@pytest.fixture
def project(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "app" / "functions" / "__pycache__").mkdir(parents=True)
    (tmp_path / "app" / "functions" / "app.py").write_text("")
    (tmp_path / "app" / "a.txt").write_text("")
    (tmp_path / "app" / "template.yaml").write_text(
        """Resources:
  # The first one.
  FirstArn: a
  First:
    Type: A

    Properties:
      Name: x

  # The second one.
  Second:
    Type: B
"""
    )
    (tmp_path / "app" / "flow.json").write_text(
        """{
  "StartAt": "One",
  "States": {
    "One": {
      "Type": "Pass",
      "Next": "Two"
    },
    "Two": {"Type": "Succeed"}
  }
}
"""
    )
    (tmp_path / "app" / "config.toml").write_text(
        '[first]\na = 1\nb = 2 # note\n\n# about the second\n[second]\nc = "3"\n'
    )
    return tmp_path / "app"


def test_tree_shows_folders_first_and_no_caches(project, capsys):
    show.tree("app")
    assert capsys.readouterr().out.splitlines() == [
        "app/",
        "├── functions/",
        "│   └── app.py",
        "├── a.txt",
        "├── config.toml",
        "├── flow.json",
        "└── template.yaml",
    ]


def test_tree_stops_at_the_depth(project, capsys):
    show.tree("app", depth=1)
    assert "app.py" not in capsys.readouterr().out


def test_excerpt_of_yaml_is_the_block_below_the_name(project, capsys):
    show.excerpt("app/template.yaml", "First")
    assert capsys.readouterr().out == ("  First:\n    Type: A\n\n    Properties:\n      Name: x\n")


def test_excerpt_of_json_closes_its_bracket(project, capsys):
    show.excerpt("app/flow.json", "One")
    assert capsys.readouterr().out == (
        '    "One": {\n      "Type": "Pass",\n      "Next": "Two"\n    },\n'
    )


def test_excerpt_of_toml_is_the_table(project, capsys):
    show.excerpt("app/config.toml", "[first]")
    assert capsys.readouterr().out == "[first]\na = 1\nb = 2 # note\n"


def test_several_excerpts_stand_apart(project, capsys):
    show.excerpt("app/template.yaml", "Second", "First")
    assert capsys.readouterr().out.startswith("  Second:\n    Type: B\n\n  First:")


@pytest.mark.parametrize(
    ("call", "says"),
    [
        (lambda: show.tree("nowhere"), "There is no nowhere here."),
        (lambda: show.excerpt("app/nothing.yaml", "First"), "nothing.yaml here."),
        (lambda: show.excerpt("app/template.yaml", "Third"), "There is no Third in"),
        (lambda: show.tree("app/template.yaml"), "app/template.yaml is a file."),
        (lambda: show.excerpt("app", "Third"), "app is a folder."),
    ],
)
def test_what_is_missing_is_said_in_a_sentence(project, call, says):
    with pytest.raises(CourseError, match=says) as raised:
        call()
    assert raised.value.then
