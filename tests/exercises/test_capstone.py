"""The capstone: seven demands on one folder. Who misses one is told that one, and no other."""

import re
from pathlib import Path

import pytest

from helpers import prices
from helpers.exercises import catalogue, find, folders, handing_in
from helpers.exercises.tasks import t16_3, t16_5
from helpers.exercises.tasks.capstone import basket, desk, money
from helpers.exercises.workbench import Workbench, place

from . import changes
from .changes import ANSWERS

DEMANDS = [task.id for task in catalogue.every("16")]
QUICKLY = sorted(DEMANDS, key=lambda number: {"16.3": 1, "16.7": 2}.get(number, 0))
"""What waits for SLOW keeps the next one waiting; what deletes the stack comes last."""
STARTER = catalogue.task("16.1").starter
MISSES = {
    "16.1": "wrong.accepted.half-a-share",
    "16.2": "wrong.asked-twice.put-over",
    "16.3": "wrong.too-late.no-limit",
    "16.4": "wrong.too-many.no-cap",
    "16.5": "wrong.too-dear.a-pass-after-each",
    "16.6": "wrong.deletes.crud",
    "16.7": "wrong.left-logs.lambdas-own",
}
"""Demand → the answer that does all that the brief says but for this one."""
MISSING_ONE = {ANSWERS / number / name for number, name in MISSES.items()}


@pytest.fixture
def deploys(monkeypatch):
    """How often a check deployed what it found."""
    counted = []
    plain = desk.Desk._deployed
    monkeypatch.setattr(desk.Desk, "_deployed", lambda self: counted.append(1) or plain(self))
    return counted


def answered(answer: Path) -> Path:
    """The learner's folder, with an answer in it."""
    folder = find("16.1").folder
    changes.lay(answer, folder)
    return folder


def test_for_each_demand_there_is_one_who_misses_it():
    assert list(MISSES) == DEMANDS


@pytest.mark.parametrize("missed", DEMANDS)
def test_who_misses_one_demand_is_told_that_one_and_no_other(missed, learner, deploys):
    answered(ANSWERS / missed / MISSES[missed])
    outcomes = {number: find(number).check() for number in QUICKLY}
    assert {number: one.status for number, one in outcomes.items()} == {
        number: "not yet" if number == missed else "right" for number in QUICKLY
    }, outcomes
    hint = MISSES[missed].split(".")[1]
    assert outcomes[missed].hint == hint
    assert catalogue.task(missed).hints_for(hint)[0] in find(missed).hint()
    assert len(deploys) == 1  # and the seven looked at one stack


def test_what_was_changed_is_deployed_anew(learner, deploys):
    folder = answered(catalogue.task("16.1").solution)
    assert find("16.2").check() and find("16.2").check()
    assert len(deploys) == 1
    template = folder / "template.yaml"
    template.write_text(template.read_text().replace("BookName:", "Bookname:"))
    assert find("16.2").check().hint == "edges"
    assert len(deploys) == 2


def test_another_check_finds_nothing_of_what_stood(learner):
    answered(catalogue.task("16.1").solution)
    assert find("16.2").check()
    folders.lay(catalogue.task("12.1").solution, find("12.1").folder)
    seen = []
    plain = Workbench.machine

    def look(bench, *arguments, **more):
        seen.append(bench.client("cloudformation").list_stacks()["StackSummaries"])
        return plain(bench, *arguments, **more)

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(Workbench, "machine", look)
        assert find("12.1").check()
    assert seen and not any(seen)
    assert find("16.2").check()  # and it is deployed once more


def test_all_look_at_one_folder_and_nothing_in_it_is_lost(learner):
    exercises = [find(number) for number in DEMANDS]
    assert {one.folder for one in exercises} == {learner / "exercises" / "16.1"}
    mine = exercises[0].folder / "template.yaml"
    mine.write_text("Resources: {}\n")
    assert exercises[4].check().status == "not yet"
    said = exercises[4].apply()
    assert str(said) == (
        "The solution is in exercises/16.1. What you had is kept in exercises/16.1-kept-1."
    )
    kept = learner / "exercises" / "16.1-kept-1"
    assert (kept / "template.yaml").read_text() == "Resources: {}\n"
    assert "Parameters" in mine.read_text()
    exercises[2].restart()
    assert not mine.exists() and folders.same(exercises[0].folder, STARTER)
    assert len(list(learner.glob("exercises/16.1-kept-*"))) == 2
    assert find("16.7").check().status == "not attempted"


def test_a_record_has_the_folder_once(learner):
    answered(ANSWERS / "16.1" / "wrong.no-template.a-plan")
    find("16.6").check()
    with handing_in.opened(handing_in.write()) as record:
        assert [path.name for path in (record / "exercises").glob("16.*")] == ["16.1"]
        assert (record / "exercises" / "16.1" / "plan.md").exists()


def test_the_brief_says_what_is_checked():
    brief = (STARTER / "BRIEF.md").read_text(encoding="utf-8")
    assert len(brief.split()) < 850  # it is a page
    demands = re.findall(r"^\d\. \*\*.+?\*\* ?\((16\.\d)\)", brief, re.M)
    assert demands == DEMANDS
    exchange: dict[str, float] = {}
    code = (STARTER / "exchange" / "app.py").read_text(encoding="utf-8")
    names, values = re.search(r"^([A-Z, ]+) = ([\d., ]+)$", code, re.M).groups()
    exchange = dict(zip(names.split(", "), map(float, values.split(", ")), strict=True))
    assert exchange["SLOW"] == t16_3.ANSWERED
    words = (
        f"answered after {exchange['SLOW']:g} seconds",
        f"`STEADY` after {exchange['STEADY']:g}",
        f"a basket of {basket.COUNT} good orders costs at most **{t16_5.BUDGET * 100:.0f} cents**",
        f"more than {desk.MOST} at once",
        "`ExchangeName`",
        "`DeskArn`",
        "`BookName`",
        "`NotABasket`",
        "in the order of the basket",
        "other rows have to be in another table",
        f"ends within {desk.LONGEST:.0f} seconds",
        f"ends within {t16_3.ANSWERED:.0f} seconds, waits between two tries included",
        f"After {t16_3.LIMIT:.0f} seconds without an answer",
        "tries after the first",
    )
    assert not [one for one in words if one not in brief]


@pytest.mark.parametrize(
    ("answer", "stocks", "wanted"),
    [
        (
            catalogue.task("16.1").solution,
            ["BUSY"],  # six states, and one of them three times
            {prices.TRANSITIONS: 8, prices.WRITES_ON_DEMAND: 2},
        ),
        (
            ANSWERS / "16.1" / "right.distributed",
            ["ACME", "ACME", "ACME"],
            {prices.TRANSITIONS: 3, prices.EXPRESS_STARTS: 3, prices.WRITES_ON_DEMAND: 6},
        ),
        (
            ANSWERS / "16.1" / "right.functions",
            ["ACME", "NONE"],
            {prices.TRANSITIONS: 5, prices.REQUESTS: 4, prices.WRITES_ON_DEMAND: 4},
        ),
    ],
)
def test_what_ran_is_counted(answer, stocks, wanted, learner, tmp_path):
    folder = tmp_path / "answer"
    changes.lay(answer, folder)
    with place.open_place(tmp_path) as here:
        made = desk.Desk(Workbench(folder, here))
        made.deal([desk.order()])  # what ran before is not counted
        made.bench.advance(900)
        run = made.deal([desk.order(stock=stock) for stock in stocks])
        made.bench.advance(900)
        physical, types = made.stack.physical, made.stack.types
        counted = money.used(
            made.bench,
            {physical[name]: kind for name, kind in types.items()},
            run.started - basket.MARGIN,
            run.stopped + basket.MARGIN,
        )
    found = {one.what: one.count for one in counted}
    assert {what: found.get(what) for what in wanted} == wanted
    by_time = {prices.SECONDS, prices.EXPRESS_SECONDS}
    assert found.keys() - wanted.keys() <= by_time
    assert (prices.SECONDS in found) == (prices.REQUESTS in wanted)


@pytest.mark.parametrize("section", ["Globals: [Function]", "Globals: {Function: text}", ""])
def test_a_template_whose_sections_are_none_is_not_yet(learner, section):
    folder = answered(ANSWERS / "16.1" / "wrong.no-template.a-plan")
    (folder / "template.yaml").write_text(
        f"{section}\nTransform: AWS::Serverless-2016-10-31\n"
        "Parameters: {ExchangeName: {Type: String}}\n"
        "Resources: {Desk: {Type: AWS::Serverless::Function, Properties: [CodeUri]}}\n"
    )
    outcome = find("16.1").check()
    assert (outcome.status, outcome.hint) == ("not yet", "stack-failed"), outcome
