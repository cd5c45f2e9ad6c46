"""One list of dependencies: pyproject.toml, the two locks and environment.yml say the same."""

import re
import tomllib
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet

ROOT = Path(__file__).parents[1]

CONDA_NAMES = {"graphviz": "python-graphviz", "matplotlib": "matplotlib-base"}
"""conda-forge has some packages under another name: `graphviz` there is the program itself."""


@pytest.fixture(scope="module")
def declared():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    return {Requirement(line).name: Requirement(line) for line in project["dependencies"]}


@pytest.fixture(scope="module")
def for_tests():
    groups = tomllib.loads((ROOT / "pyproject.toml").read_text())["dependency-groups"]
    return {Requirement(line).name: Requirement(line) for line in groups["test"]}


@pytest.fixture(scope="module")
def conda():
    return yaml.safe_load((ROOT / "environment.yml").read_text())


def as_text(requirement):
    extras = f"[{','.join(sorted(requirement.extras))}]" if requirement.extras else ""
    return f"{requirement.name}{extras}{requirement.specifier}"


def test_environment_yml_lists_what_pyproject_lists(declared, conda):
    from_conda = [line for line in conda["dependencies"] if isinstance(line, str)]
    (by_pip,) = [line["pip"] for line in conda["dependencies"] if isinstance(line, dict)]
    listed = {as_text(Requirement(line)) for line in by_pip if not line.startswith("-")}
    pypi_names = {conda_name: name for name, conda_name in CONDA_NAMES.items()}
    for line in from_conda:
        if line.startswith("python="):
            continue
        found = Requirement(line)
        if found.name == "graphviz":  # the program `dot`
            continue
        found.name = pypi_names.get(found.name, found.name)
        listed.add(as_text(found))
    assert listed == {as_text(requirement) for requirement in declared.values()}
    assert "-e ." in by_pip


def test_environment_yml_names_one_python_that_the_course_and_the_template_take(conda):
    """repo2docker would take one that is older than the course where it finds a range."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    (python,) = [line for line in conda["dependencies"] if str(line).startswith("python=")]
    version = python.removeprefix("python=")
    assert re.fullmatch(r"3\.\d+", version)
    assert version in SpecifierSet(project["requires-python"])
    template = (ROOT / "sam-app" / "template.yaml").read_text()
    assert f"python{version}" in template


def test_environment_yml_is_open_to_no_other_channel(conda):
    assert conda["channels"] == ["conda-forge", "nodefaults"]


def test_moto_is_pinned_exactly(declared):
    assert str(declared["moto"].specifier) == "==5.2.5"


def pins(lock):
    """Each name of a lock with the versions that it pins, one a platform or Python."""
    pinned = {}
    for line in (ROOT / lock).read_text().splitlines():
        if line and not line.startswith((" ", "#")):
            requirement = Requirement(line.removesuffix(" \\"))
            (specifier,) = requirement.specifier
            assert specifier.operator == "==", line
            pinned.setdefault(requirement.name.lower(), set()).add(specifier.version)
    return pinned


LOCKS = ("requirements.lock", "requirements-test.lock")


def test_the_locks_pin_every_dependency_within_what_is_declared(declared, for_tests):
    for lock, requirements in zip(LOCKS, (declared, for_tests), strict=True):
        pinned = pins(lock)
        for name, requirement in requirements.items():
            assert pinned.get(name.lower()), f"{name} is not in {lock}: make lock"
            for version in pinned[name.lower()]:
                assert requirement.specifier.contains(version), f"{name} {version}: make lock"


def test_what_only_tests_need_is_not_the_learners(declared, for_tests):
    assert not declared.keys() & for_tests.keys()
    assert not pins("requirements.lock").keys() & {name.lower() for name in for_tests}


def test_the_locks_agree_where_both_name_a_package():
    learners, for_tests = map(pins, LOCKS)
    for name in learners.keys() & for_tests.keys():
        assert for_tests[name] <= learners[name], f"{name}: make lock"


@pytest.mark.parametrize("lock", LOCKS)
def test_every_pin_has_its_hashes(lock):
    text = (ROOT / lock).read_text()
    for block in re.split(r"\n(?=[A-Za-z0-9])", text.partition("make lock\n")[2]):
        assert "--hash=sha256:" in block, block


def test_no_sam_command_waits_for_a_grammar_of_addresses():
    """rfc3987-syntax is over a second of import in whatever imports jsonschema, `sam` too."""
    assert "rfc3987" not in (ROOT / "requirements.lock").read_text()


@pytest.mark.parametrize("lock", LOCKS)
def test_the_lock_holds_no_address(lock):
    text = (ROOT / lock).read_text()
    assert not re.search(r"https?:|file:|--index|--find-links|\.whl", text)
