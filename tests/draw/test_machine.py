"""The state machine's drawing: everything in it once, from one state to hundreds."""

import copy
import json
import re
import time
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest
from machines import ORDERS, PASS, TRADER, chain, nested, wide
from recorder import Recorder, trade

from helpers import asl, draw, executions
from helpers.draw import layout
from helpers.draw.look import STATUS

SVG = "{http://www.w3.org/2000/svg}"
WORD = r'"((?:[^"\\]|\\.)*)"'


def nodes_and_edges(source: str):
    """What the DOT declares, by id: state-N → its node's name; edge-N → (tail, head).

    An arrow with words goes through a node that has them: two lines of DOT, from a side each.
    """
    nodes, halves = [], {}
    for line in source.splitlines():
        found = re.search(r'\bid="((?:state|edge)-\d+)(-on)?"', line)
        if found and found[1].startswith("state"):
            nodes.append((found[1], re.match(rf"\s*{WORD}", line)[1]))
        elif found:
            halves.setdefault(found[1], []).append(re.match(rf"\s*{WORD} -> {WORD}", line).groups())
    edges = []
    for key, (ends, *further) in halves.items():
        if further:
            label = f"(label) {key.removeprefix('edge-')}"
            assert label in ends and label in further[0] and len(further) == 1
            tail, head = (next(e for e in half if e != label) for half in (ends, further[0]))
            ends = (tail, head)
        edges.append((key, *ends))
    return nodes, edges


def labels_at(source: str) -> dict[str, str]:
    """edge-N → the words that stand at it, lines apart."""
    found = re.findall(rf"label={WORD}[^\n]*\bid=\"(edge-\d+)-label\"", source)
    return {key: said.replace("\\n", "\n").replace('\\"', '"') for said, key in found}


def taken_labels(source: str, kinds: str = "choice|default|catch") -> list[str]:
    """What stands at the arrows that were taken."""
    keys = re.findall(rf'id="(edge-\d+)"[^\n]*class="edge (?:{kinds}) taken"', source)
    return [labels_at(source)[key] for key in keys]


def check_complete(definition: asl.Definition, source: str) -> None:
    """Every state and every edge of the definition stands in the DOT exactly once, rightly tied."""
    nodes, edges = nodes_and_edges(source)
    wanted = definition.edges()
    assert [key for key, _ in nodes] == [f"state-{n + 1}" for n in range(len(definition.states))]
    assert [key for key, *_ in edges] == [f"edge-{n + 1}" for n in range(len(wanted))]
    names = {name for _, name in nodes}
    assert len(names) == len(nodes)
    node_of = {id(s): name for s, (_, name) in zip(definition.states, nodes, strict=True)}
    for edge, (_, tail, head) in zip(wanted, edges, strict=True):
        inner = edge.kind in ("branch", "iteration")
        if edge.source is None:
            assert tail == "(Start)"
        elif edge.source.type in ("Parallel", "Map") and not inner:
            assert tail == f"(out of) {node_of[id(edge.source)]}"
        elif not edge.source.children:
            assert tail == node_of[id(edge.source)]
        if head.startswith("(to) "):
            sign = next(o for o in source.splitlines() if o.strip().startswith(f'"{head}" ['))
            assert f"→ {edge.target.name if edge.target else 'End'}" in sign
        elif edge.target is not None:
            assert head == node_of[id(edge.target)]
        elif edge.kind == "end":
            around = edge.source.parent
            assert head == (f"(out of) {node_of[id(around)]}" if around else "(End)")
        else:
            assert head.startswith("(missing)")


@pytest.fixture(scope="module")
def definitions(shared):
    return [(path.name, asl.load(path)) for path in sorted((shared / "asl").glob("*.json"))]


def test_all_465_draw_with_every_state_and_edge_once(definitions):
    assert len(definitions) == 465
    for name, definition in definitions:
        picture = draw.state_machine(definition)
        try:
            check_complete(definition, picture.source)
        except AssertionError as error:
            raise AssertionError(f"{name}: {error}") from error
        assert picture.text and all(state.name in picture.text for state in definition.states)


def test_all_465_lay_out(definitions, monkeypatch):
    monkeypatch.setenv("COURSE_GRAPHVIZ", "wasm")
    for name, definition in definitions:
        picture = draw.state_machine(definition)
        drawn = ET.fromstring(picture.svg)
        ids = {node.get("id") for node in drawn.iter(f"{SVG}g")}
        missing = {f"state-{n + 1}" for n in range(len(definition.states))} - ids
        missing |= {f"edge-{n + 1}" for n in range(len(definition.edges()))} - ids
        assert not missing, name


@pytest.mark.parametrize("engine", ["wasm", "dot"])
@pytest.mark.parametrize("direction", ["TB", "LR"])
@pytest.mark.parametrize(
    "machine",
    [chain(1), chain(33), chain(200), nested(1), nested(9), nested(25), wide(40)],
    ids=["1", "33", "200", "1 deep", "9 deep", "25 deep", "40 wide"],
)
def test_of_any_size_and_depth(machine, direction, engine, monkeypatch):
    if engine == "dot" and layout.engine() != "dot":
        pytest.skip("no dot here")
    monkeypatch.setenv("COURSE_GRAPHVIZ", engine)
    definition = asl.Definition.from_dict(machine)
    began = time.monotonic()
    picture = draw.state_machine(definition, direction=direction)
    check_complete(definition, picture.source)
    drawn = ET.fromstring(picture.svg)
    assert drawn.get("role") == "img"
    assert time.monotonic() - began < 20


def boxes(svg: str) -> dict[str, tuple[float, float, float, float]]:
    """Each state's outline as left, top, right, bottom."""
    found = {}
    for group in ET.fromstring(svg).iter(f"{SVG}g"):
        if (group.get("id") or "").startswith("state-"):
            numbers = []
            for shape in group:
                text = shape.get("points") or shape.get("d")
                if text:
                    numbers += [float(n) for n in re.findall(r"-?[\d.]+", text)]
                elif shape.tag == f"{SVG}ellipse":
                    x, y, rx, ry = (float(shape.get(k)) for k in ("cx", "cy", "rx", "ry"))
                    numbers += [x - rx, y - ry, x + rx, y + ry]
            xs, ys = numbers[::2], numbers[1::2]
            found[group.get("id")] = (min(xs), min(ys), max(xs), max(ys))
    return found


@pytest.mark.parametrize("machine", [chain(60), nested(7), wide(12)], ids=["60", "deep", "wide"])
def test_no_state_covers_another_and_inner_ones_stay_in_their_box(machine):
    definition = asl.Definition.from_dict(machine)
    svg = draw.state_machine(definition).svg
    found = list(boxes(svg).values())
    for at, one in enumerate(found):
        for other in found[at + 1 :]:
            apart = (
                one[2] <= other[0] + 1
                or other[2] <= one[0] + 1
                or one[3] <= other[1] + 1
                or other[3] <= one[1] + 1
            )
            assert apart


def test_start_stands_above_all_even_with_loops():
    machine = {
        "StartAt": "A",
        "States": {
            "A": {"Type": "Pass", "Next": "B"},
            "B": {"Type": "Map", "ItemProcessor": nested(1), "Next": "C"},
            "C": {
                "Type": "Choice",
                "Choices": [{"Variable": "$.x", "IsNull": True, "Next": "D"}],
                "Default": "A",
            },
            "D": PASS,
        },
    }
    found = boxes(draw.state_machine(machine).svg)
    order = sorted(found, key=lambda key: found[key][1])
    assert order[0] == "state-1" and order[-1] == f"state-{len(found)}"


def labels(picture) -> str:
    return "\n".join(re.findall(rf"label={WORD}", picture.source)).replace("\\n", "\n")


def test_what_stands_on_it():
    said = labels(draw.state_machine(ORDERS))
    for line in (
        "Look the order up\nDynamoDB getItem\nretry 4× from 2 s ×2",
        "Check it\nParallel, 2 branches",
        "Check credit\nLambda check-credit\nretry 4× from 3 s ×2",
        "Credit.Refused",
        "stock ≥ wanted",
        "otherwise",
        "Wait for the delivery\nWait 20 s",
        "Pack each item\nMap, each of items, 2 at once",
        "Not shipped\nFail Order.NotPacked",
    ):
        assert line in said, line


def test_types_are_told_by_their_shapes():
    shapes = {}
    for line in draw.state_machine(ORDERS).source.splitlines():
        kind = re.search(r'class="state n\d (\w+)"', line)
        if kind:
            shapes[kind[1]] = re.search(r'shape="(\w+)"', line)[1]
    assert shapes == {
        "task": "box",
        "choice": "hexagon",
        "wait": "ellipse",
        "pass": "polygon",
        "succeed": "ellipse",
        "fail": "octagon",
        "parallel": "box",
        "map": "box3d",
    }


def test_a_distributed_map_is_marked():
    machine = nested(1)
    machine["States"]["Level 1"]["ItemProcessor"]["ProcessorConfig"] = {"Mode": "DISTRIBUTED"}
    picture = draw.state_machine(machine)
    assert "Distributed Map" in labels(picture) and "Distributed Map" in picture.text
    assert "#8250DF" in picture.source


def test_a_catch_is_dashed_and_a_wrong_name_is_shown():
    machine = chain(3)
    machine["States"]["State 0"]["Next"] = "Stat 1"
    picture = draw.state_machine(machine)
    catches = [line for line in picture.source.splitlines() if 'class="edge catch"' in line]
    assert catches and all('style="dashed"' in line for line in catches)
    assert "no such state:\nStat 1" in labels(picture)
    assert "Stat 1 (no such state)" in picture.text


NAMES = [
    'say "hi"',
    "back\\slash\\n",
    "<b>&amp;</b>",
    "日本語の状態",
    "a" * 80,
    "(Start)",
    "👩‍👩‍👧",
]


@pytest.mark.parametrize("name", [*NAMES, "\x07bell", "half \ud83d"])
@pytest.mark.parametrize("engine", ["wasm", "dot"])
def test_any_name_is_shown_as_it_is(name, engine, monkeypatch):
    if engine == "dot" and layout.engine() != "dot":
        pytest.skip("no dot here")
    monkeypatch.setenv("COURSE_GRAPHVIZ", engine)
    picture = draw.state_machine({"StartAt": name, "States": {name: PASS}})
    drawn = ET.fromstring(picture.svg)
    group = next(g for g in drawn.iter(f"{SVG}g") if g.get("id") == "state-1")
    lines = [text.text for text in group.iter(f"{SVG}text")][:-1]
    shown = name.replace("\x07", "·").replace("\ud83d", "·")
    assert "".join(lines) == shown and shown in picture.text


@pytest.mark.parametrize("name", ["", " ", "\n"])
def test_a_state_without_a_name_says_so(name):
    picture = draw.state_machine({"StartAt": name, "States": {name: PASS}})
    assert "(no name)\nPass" in picture.source.replace("\\n", "\n")
    assert "beginning with" in picture.text and "(no name): Pass" in picture.text


def test_a_name_of_two_lines_is_one_line_of_words():
    picture = draw.state_machine({"StartAt": "a\nb", "States": {"a\nb": PASS}})
    assert "a b: Pass" in picture.text.splitlines()[1]


@pytest.mark.parametrize("taken", ["(out of) P", "(to) 1", "(missing) Nowhere", "(End)"])
def test_a_state_may_be_called_like_a_part_of_the_drawing(taken):
    """What the drawing adds of its own never falls together with a state."""
    inner = {"StartAt": "In", "States": {"In": PASS}}
    machine = {
        "StartAt": taken,
        "States": {
            taken: {"Type": "Pass", "Next": "P"},
            "P": {"Type": "Parallel", "Branches": [inner], "Next": "Nowhere"},
        },
    }
    definition = asl.Definition.from_dict(machine)
    picture = draw.state_machine(definition)
    nodes, edges = nodes_and_edges(picture.source)
    assert len({name for _, name in nodes}) == 3
    declared = re.findall(rf"^\s*{WORD} \[", picture.source, re.MULTILINE)
    assert len(declared) == len(set(declared))
    assert {end for _, *ends in edges for end in ends} <= set(declared)


def test_a_sign_stands_beside_the_state_that_it_belongs_to(monkeypatch):
    """Also that of an arrow back: it does not stand at the top with its arrow across all."""
    machine = chain(120)
    for at in range(30, 118, 3):
        machine["States"][f"State {at}"]["Next"] = "State 2"
    picture = draw.state_machine(machine)
    back = [o for o in picture.source.splitlines() if '-> "(to) ' in o and "edge next" in o]
    assert back and not any("constraint" in line for line in back)


def test_settings_are_said_in_the_words():
    picture = draw.state_machine(
        {
            "StartAt": "Lake",
            "States": {
                "Lake": {
                    "Type": "Map",
                    "ToleratedFailurePercentage": 5,
                    "ResultWriter": {"Resource": "arn:aws:states:::s3:putObject"},
                    "ItemProcessor": {
                        "ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"},
                        "StartAt": "Work",
                        "States": {
                            "Work": {
                                "Type": "Task",
                                "Resource": "arn:aws:states:::sqs:sendMessage.waitForTaskToken",
                                "TimeoutSecondsPath": "$.limit",
                                "HeartbeatSeconds": 60,
                                "Credentials": {"RoleArn": "arn:aws:iam::1:role/other"},
                                "Assign": {"seen.$": "$.n"},
                                "End": True,
                            }
                        },
                    },
                    "Catch": [{"ErrorEquals": ["States.ALL"], "Next": "Mourn"}],
                    "End": True,
                },
                "Mourn": {"Type": "Fail", "Error": "Sad", "Cause": "no luck"},
            },
        }
    )
    for said in (
        "up to 5 % of the items may fail",
        "results are written by S3 putObject",
        "times out after limit (in seconds)",
        "needs a heartbeat every 60 s",
        "in the role arn:aws:iam::1:role/other",
        "assigns seen",
        "cause: no luck",
    ):
        assert said in picture.text


def test_two_states_of_one_name_stay_two():
    inner = {"StartAt": "Same", "States": {"Same": PASS}}
    machine = {
        "StartAt": "Same",
        "States": {"Same": {"Type": "Parallel", "Branches": [inner, inner], "End": True}},
    }
    definition = asl.Definition.from_dict(machine)
    check_complete(definition, draw.state_machine(definition).source)


@pytest.mark.parametrize(
    "broken",
    [{}, {"StartAt": "x"}, {"States": {}}, {"StartAt": 1, "States": {"a": None, "b": []}}],
)
def test_a_broken_definition_still_gives_a_picture(broken):
    picture = draw.state_machine(broken)
    assert picture.svg and picture.text


def test_from_a_path_a_template_a_dict_and_text(tmp_path):
    text = TRADER.read_text()
    sources = {
        draw.state_machine(given).source
        for given in (TRADER, str(TRADER), text, json.loads(text), asl.load(TRADER))
    }
    assert len(sources) == 1
    from_template = draw.state_machine(TRADER.parents[1] / "template.yaml")
    assert "DynamoDB putItem" in labels(from_template)


def test_what_cannot_be_drawn_is_refused_in_a_sentence(tmp_path):
    with pytest.raises(draw.NothingToDraw, match="A int is no definition"):
        draw.state_machine(7)
    with pytest.raises(draw.NothingToDraw, match='direction is "TB" or "LR"'):
        draw.state_machine(TRADER, direction="up")
    with pytest.raises(asl.DefinitionNotFound):
        draw.state_machine(tmp_path / "nowhere.json")


def test_the_same_data_makes_the_same_picture():
    events = trade(2)
    first = draw.state_machine(TRADER, executions.from_history(events))
    second = draw.state_machine(TRADER, executions.from_history(copy.deepcopy(events)))
    assert first.source == second.source and first.text == second.text
    assert first.svg == second.svg and first.html == second.html


# ---- an execution on it


def told(picture) -> dict[str, str]:
    """State → the last line of its label."""
    found = {}
    for line in picture.source.splitlines():
        if 'class="state' in line:
            label = re.search(rf"label={WORD}", line)[1].split("\\n")
            found[re.match(rf"\s*{WORD}", line)[1]] = label[-1]
    return found


def test_the_trade():
    picture = draw.state_machine(TRADER, executions.from_history(trade(2)))
    assert picture.text.splitlines() == [
        "Check Stock Value ✓ → Buy or Sell? (2 ≤ 50) → Buy Stock ✓ → Record Transaction ✓",
        "SUCCEEDED after 0.4 s.",
        "Not started: Sell Stock.",
    ]
    lines = told(picture)
    assert lines["Check Stock Value"] == "✓ succeeded · 0.2 s"
    assert lines["Sell Stock"] == "○ not started"
    assert "stock_price 2 ≤ 50" in labels(picture)
    taken = set(re.findall(r'id="(edge-\d+)"[^\n]* taken"', picture.source))
    _, edges = nodes_and_edges(picture.source)
    assert {(tail, head) for key, tail, head in edges if key in taken} == {
        ("(Start)", "Check Stock Value"),
        ("Check Stock Value", "Buy or Sell?"),
        ("Buy or Sell?", "Buy Stock"),
        ("Buy Stock", "Record Transaction"),
        ("Record Transaction", "(End)"),
    }


def test_the_other_branch_says_why():
    picture = draw.state_machine(TRADER, executions.from_history(trade(73)))
    assert "Buy or Sell? (73 > 50) → Sell Stock ✓" in picture.text
    assert "otherwise\nstock_price 73 > 50" in labels(picture)
    assert "stock_price ≤ 50" in labels(picture)  # the rule that did not hold keeps its words


def test_status_is_told_by_colour_mark_and_word():
    run = Recorder()
    run.task("State 0")
    run.enter("Task", "State 1")
    run.fails("Boom")
    run.leave("Task", "State 1")
    run.enter("Fail", "Failed")
    execution = executions.from_history(run.ends("Failed", error="Broken"))
    picture = draw.state_machine(chain(5), execution)
    lines = told(picture)
    assert lines["State 0"].startswith("✓ succeeded")
    assert lines["State 1"].startswith("! caught Boom")
    assert lines["Failed"] == "✗ failed Broken"
    assert lines["State 2"] == "○ not started"
    for name, status in (("State 0", "succeeded"), ("State 1", "caught"), ("Failed", "failed")):
        line = next(
            one for one in picture.source.splitlines() if one.strip().startswith(f'"{name}" [')
        )
        assert STATUS[status].colour in line and status in line
    unreached = next(o for o in picture.source.splitlines() if o.strip().startswith('"State 2" ['))
    assert "dashed" in unreached and "#FFFFFF" in unreached


@pytest.mark.parametrize(
    ("how", "word"),
    [
        ("Aborted", "– cancelled: aborted"),
        ("TimedOut", "– cancelled: timed out"),
        ("", "… in progress"),
    ],
)
def test_under_way_and_stopped(how, word):
    run = Recorder()
    run.enter("Task", "State 0")
    run.scheduled()
    events = run.ends(how, error="Enough") if how else run.events
    picture = draw.state_machine(chain(3), executions.from_history(events))
    assert told(picture)["State 0"].startswith(word)


def test_attempts_are_counted_and_their_waits_said():
    run = Recorder()
    run.enter("Task", "State 0")
    run.fails("Busy", 1).passes(15).fails("Busy", 2).passes(22.5).succeeds(0.5)
    run.leave("Task", "State 0")
    picture = draw.state_machine(chain(3), executions.from_history(run.events))
    assert "3 attempts" in told(picture)["State 0"]
    assert (
        "State 0: attempt 1 failed with Busy, after 15 s attempt 2 failed with Busy, "
        "after 22.5 s attempt 3 succeeded." in picture.text
    )


ORDER = {"order": "A-17", "stock": 1, "wanted": 3}
ITEMS = [{"name": "lamp", "kg": 2}, {"name": "anvil", "kg": 99}, {"name": "stove", "kg": 48}]


def order(fail: bool) -> executions.Execution:
    """The order machine's run: two branches, three items, the second of which may fail."""
    run = Recorder(ORDER)
    run.task("Look the order up")
    run.enter("Parallel", "Check it", ORDER)
    fork = run.add("ParallelStateStarted")
    run.enter("Task", "Check credit", ORDER, after=fork)
    run.fails("Bureau.Busy").passes(3).succeeds()
    run.leave("Task", "Check credit")
    run.last = fork
    run.simple("Choice", "In stock?", ORDER)
    run.simple("Wait", "Wait for the delivery").simple("Pass", "Reserve it")
    run.add("ParallelStateSucceeded")
    run.leave("Parallel", "Check it")
    run.enter("Map", "Pack each item")
    fork = run.add("MapStateStarted", length=3)
    for index, item in enumerate(ITEMS):
        run.add("MapIterationStarted", fork, name="Pack each item", index=index)
        run.enter("Task", "Weigh", item)
        if fail and index == 1:
            run.fails("Scale.Jammed").passes(5).fails("Scale.Jammed")
            run.add("MapIterationFailed", name="Pack each item", index=index)
            continue
        run.succeeds(output=item)
        run.leave("Task", "Weigh", item)
        run.simple("Choice", "Heavy?", item)
        run.simple("Pass", "By freight" if item["kg"] > 20 else "By parcel", item)
        run.add("MapIterationSucceeded", name="Pack each item", index=index)
    run.add("MapStateFailed" if fail else "MapStateSucceeded")
    run.leave("Map", "Pack each item")
    if fail:
        run.simple("Wait", "Refund")
        run.enter("Fail", "Not shipped")
        return executions.from_history(run.ends("Failed", error="Order.NotPacked"))
    run.task("Ship").simple("Succeed", "Shipped")
    return executions.from_history(run.ends())


def test_branches_and_items_all_together():
    picture = draw.state_machine(ORDERS, order(fail=True))
    lines = told(picture)
    assert lines["Pack each item"].startswith("! caught Scale.Jammed · 3 items: 2 ✓, 1 ✗")
    assert lines["Weigh"].startswith("✗ failed") and "2 ✓, 1 ✗" in lines["Weigh"]
    assert lines["Heavy?"] == "✓ succeeded 2×"
    assert lines["Ship"] == "○ not started"
    assert "stock 1 < wanted 3" in labels(picture).replace("\n", " ")
    assert (
        "[Check credit ✓ (2 attempts) | In stock? (1 < wanted 3) → Wait for the delivery ✓ "
        "→ Reserve it ✓]" in picture.text
    )
    assert "item 1: Weigh ✗ Scale.Jammed (2 attempts) | item 2: Weigh ✓" in picture.text
    caught = [o for o in picture.source.splitlines() if "catch taken" in o]
    assert '"Refund"' in caught[1] and all("dashed" in half for half in caught)


def test_one_item_looked_into():
    picture = draw.state_machine(ORDERS, order(fail=True), iteration=1)
    lines = told(picture)
    assert lines["Weigh"].startswith("✗ failed Scale.Jammed")
    assert lines["Heavy?"] == "○ not started"
    assert "3 items: 2 ✓, 1 ✗" in lines["Pack each item"]
    by_name = draw.state_machine(ORDERS, order(fail=True), iteration={"Pack each item": 2})
    assert told(by_name)["By freight"].startswith("✓ succeeded")
    assert told(by_name)["By parcel"] == "○ not started"
    assert "kg 48 > 20" in labels(by_name)


@pytest.mark.parametrize("before", ["MapRunStarted", "MapRunSucceeded"])
def test_items_of_a_map_run_are_said_to_be_elsewhere(before):
    """Their states are in histories of their own: not started would be wrong.

    before: what the state's end follows from; until 11/2024 AWS had it be MapRunSucceeded.
    """
    machine = nested(1)
    machine["States"]["Level 1"]["ItemProcessor"]["ProcessorConfig"] = {"Mode": "DISTRIBUTED"}
    run = Recorder()
    run.enter("Map", "Level 1", [1])
    run.add("MapStateStarted", length=1000)
    run.add("MapRunStarted", mapRunArn="arn:aws:states:us-east-1:1:mapRun:M/L:1")
    run.add("MapRunSucceeded")
    run.add("MapStateSucceeded")
    run.last = next(event["id"] for event in run.events if event["type"] == before)
    run.leave("Map", "Level 1")
    picture = draw.state_machine(machine, executions.from_history(run.ends()))
    assert told(picture)["Leaf"] == "○ in executions of its own"
    assert "In executions of their own, one an item or batch: Leaf." in picture.text
    assert "Not started" not in picture.text


def test_a_redrive_is_said():
    run = Recorder()
    run.enter("Task", "State 0")
    run.fails("Boom")
    run.add("ExecutionFailed", error="Boom")
    run.add("ExecutionRedriven", redriveCount=1)
    run.succeeds()
    run.leave("Task", "State 0")
    picture = draw.state_machine(chain(1), executions.from_history(run.ends()))
    assert "redriven once" in picture.text and "redriven once" in picture.title
    assert "(2 attempts)" in picture.text


def test_a_history_without_data_gives_the_way_and_no_values():
    events = copy.deepcopy(trade(2))
    for event in events:
        for details in event.values():
            if isinstance(details, dict):
                for field in ("input", "output", "parameters"):
                    details.pop(field, None)
    picture = draw.state_machine(TRADER, executions.from_history(events))
    assert "Buy or Sell? (stock_price ≤ 50) → Buy Stock ✓" in picture.text
    assert "absent" not in picture.text + labels(picture)


def test_an_execution_that_entered_no_state():
    ended = Recorder().ends("Failed", error="States.Runtime")
    assert (
        "No state was entered." in draw.state_machine(chain(1), executions.from_history(ended)).text
    )
    begun = executions.from_history(Recorder().events)
    assert "Nothing has been entered yet." in draw.state_machine(chain(1), begun).text


def test_edges_taken_several_times_say_so():
    said = labels(draw.state_machine(ORDERS, order(fail=False)))
    assert "3×" in said and "2×" in said


def test_an_error_takes_the_catch_that_names_it():
    machine = {
        "StartAt": "Do",
        "States": {
            "Do": {
                "Type": "Task",
                "Resource": "arn:aws:lambda:us-east-1:1:function:f",
                "Catch": [
                    {"ErrorEquals": ["A"], "Next": "Sorry"},
                    {"ErrorEquals": ["B"], "Next": "Sorry"},
                    {"ErrorEquals": ["States.ALL"], "Next": "Sorry"},
                ],
                "Next": "Sorry",
            },
            "Sorry": PASS,
        },
    }
    for error, index in (("A", 0), ("B", 1), ("C", 2)):
        run = Recorder()
        run.enter("Task", "Do")
        run.fails(error)
        run.leave("Task", "Do")
        run.simple("Pass", "Sorry")
        source = draw.state_machine(machine, executions.from_history(run.ends())).source
        assert taken_labels(source) == [["A", "B", "States.ALL"][index]]


@pytest.mark.parametrize(
    ("rules", "given", "went", "says"),
    [
        # two rules lead to one place: the first that holds decides
        (
            [
                {"Variable": "$.n", "NumericEquals": 1, "Next": "X"},
                {"Variable": "$.n", "NumericEquals": 2, "Next": "X"},
            ],
            {"n": 2},
            "X",
            "n 2 = 2",
        ),
        (
            [
                {"Variable": "$.n", "NumericEquals": 1, "Next": "X"},
                {"Variable": "$.m", "IsPresent": True, "Next": "X"},
            ],
            {"n": 9},
            "Y",
            "none of 2 rules holds",
        ),
        ([{"Variable": "$.n", "NumericEquals": 1, "Next": "X"}], {"n": "one"}, "Y", "not "),
        ([{"Variable": "$.n", "NumericEquals": 1, "Next": "X"}], {}, "Y", "(absent)"),
        ([{"Variable": "$.s", "StringEquals": "a", "Next": "X"}], {"s": "b"}, "Y", 's "b" ≠ "a"'),
        (
            [{"Condition": "{% $states.input.n > 3 %}", "Next": "X"}],
            {"n": 5},
            "X",
            "$states.input.n 5 > 3",
        ),
    ],
)
def test_which_rule_decided(rules, given, went, says):
    machine = {
        "StartAt": "Which?",
        "States": {
            "Which?": {"Type": "Choice", "Choices": rules, "Default": "Y"},
            "X": PASS,
            "Y": PASS,
        },
    }
    run = Recorder()
    run.simple("Choice", "Which?", given).simple("Pass", went)
    picture = draw.state_machine(machine, executions.from_history(run.ends()))
    (taken,) = taken_labels(picture.source)
    assert says in taken.replace("\n", " ")


def test_a_long_loop_is_told_in_short():
    run = Recorder()
    for _ in range(300):
        run.simple("Pass", "A").simple("Choice", "Again?")
    machine = {
        "StartAt": "A",
        "States": {
            "A": {"Type": "Pass", "Next": "Again?"},
            "Again?": {
                "Type": "Choice",
                "Choices": [{"Variable": "$.x", "IsPresent": True, "Next": "Z"}],
                "Default": "A",
            },
            "Z": PASS,
        },
    }
    picture = draw.state_machine(machine, executions.from_history(run.events))
    assert "… 540 more steps …" in picture.text and len(picture.text) < 4000
    assert "300 visits" in told(picture)["A"] and "299×" in labels(picture)


def test_a_run_of_another_machine_says_so():
    picture = draw.state_machine(chain(2), executions.from_history(trade(2)))
    assert "Entered, but not in this definition: Check Stock Value" in picture.text


def test_every_captured_history_draws(shared):
    """Without its definition: on a machine that is made of the states it entered."""
    for path in sorted((shared / "histories").glob("*.json")):
        run = executions.from_json(path)
        states = {
            step.name: {"Type": step.type, "Next": after.name} if after else {"Type": step.type}
            for step, after in zip(run.steps, [*run.steps[1:], None], strict=True)
        }
        picture = draw.state_machine({"StartAt": run.path[0], "States": states}, run)
        assert picture.svg and run.path[0] in picture.text, path.name
        assert draw.timeline(run).svg and draw.replay({"States": states}, run).html


def test_every_machine_takes_an_execution_of_it(definitions):
    """A made-up run along the first way through each of the 465."""
    for name, definition in definitions:
        run, seen, state = Recorder(), set(), definition.root.states.get(definition.start_at or "")
        while state is not None and state.name not in seen:
            seen.add(state.name)
            run.simple(state.type or "Pass", state.name)
            way = [e for e in definition.edges() if e.source is state and e.target]
            state = next((e.target for e in way if e.kind in ("next", "choice", "default")), None)
        if run.events[1:]:
            execution = executions.from_history(run.ends())
            picture = draw.state_machine(definition, execution)
            check_complete(definition, picture.source)
            assert "Entered, but not" not in picture.text, name


def test_paths_of_the_repository_are_not_in_a_picture():
    assert str(Path.home()) not in draw.state_machine(TRADER).svg


@pytest.mark.parametrize(
    ("iteration", "says"),
    [
        (3, "Pack each item has no item 3: its items are 0 to 2"),
        ({"Pack each item": 9}, "Pack each item has no item 9"),
        ({"Pack": 0}, "There is no Map 'Pack'; there is Pack each item"),
        (-1, "An item has a number from 0 up, and this is -1"),
        ("1", "An item has a number from 0 up, and this is '1'"),
        (True, "An item has a number from 0 up"),
    ],
)
def test_an_item_that_is_not_there_is_refused(iteration, says):
    for call in (draw.state_machine, draw.replay):
        with pytest.raises(draw.NothingToDraw, match=re.escape(says)):
            call(ORDERS, order(fail=True), iteration=iteration)


@pytest.mark.parametrize("given", ["arn:aws:states:…", 5, {}, trade(2), {"events": trade(2)}])
def test_what_is_no_execution_is_refused_with_what_to_give(given):
    calls = [
        lambda: draw.state_machine(TRADER, given),
        lambda: draw.replay(TRADER, given),
        lambda: draw.timeline(given),
        lambda: draw.watch(given, TRADER),
    ]
    for call in calls:
        with pytest.raises(draw.NothingToDraw, match="is no execution") as caught:
            call()
        assert ("from_history" in str(caught.value)) == ("id" in str(given))


def test_an_execution_in_the_place_of_a_definition_and_none_at_all():
    with pytest.raises(draw.NothingToDraw, match="its definition, which comes first"):
        draw.state_machine(executions.from_history(trade(2)))
    with pytest.raises(draw.NothingToDraw, match="The definition is empty"):
        draw.state_machine(" ")


@pytest.mark.parametrize("given", [None, "events", {"events": []}])
def test_what_is_no_list_of_events_is_refused(given):
    with pytest.raises(executions.NotAHistory, match="no list of events"):
        executions.from_history(given)
