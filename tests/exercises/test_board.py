"""The board: who is where and where the room is stuck, from records that may hold anything."""

import json
import os
import re
import zipfile
from datetime import UTC, datetime

import pytest
from browsing import a_browser, in_browser

from helpers.exercises import board, handing_in, projected, record, sharing
from helpers.exercises.__main__ import main
from helpers.exercises.outcome import CannotCheck

NOW = datetime(2026, 11, 27, 10, 0, tzinfo=UTC)


def entry(exercise, did="check", **more):
    return json.dumps({"at": "2026-11-27T09:50:00Z", "exercise": exercise, "did": did} | more)


def put(folder, name, *lines):
    folder.mkdir(exist_ok=True)
    (folder / name).write_text("\n".join(lines), encoding="utf-8")


@pytest.fixture
def group(tmp_path):
    """Ada is through with 06.1, Ben and Cleo are not; Dora read the solution."""
    folder = tmp_path / "class"
    lost = {"status": "not yet", "hint": "price-lost"}
    put(folder, "ada.jsonl", entry("06.1", **lost), entry("06.1", status="right"))
    put(folder, "ben.jsonl", entry("06.1", **lost), entry("06.1", **lost))
    put(folder, "cleo.jsonl", entry("06.1", **lost), entry("06.1", "hint", hint="price-lost"))
    solved = [entry("00.1", status="not yet"), entry("00.1", "solution")]
    put(folder, "dora.jsonl", *solved, entry("00.1", status="right"))
    return folder


def rows(text):
    return {line.split()[0]: line for line in text.splitlines()[1:] if line.strip()}


def test_who_is_where(group):
    told = rows(board.text(board.read(group), NOW))
    assert told["ada"].endswith("1  06.1, 10 min ago") and "✓···" in told["ada"]
    assert "✗···" in told["ben"] and "?···" in told["cleo"]
    assert re.match(r"dora +s· ", told["dora"])


def test_where_the_room_is_stuck_and_what_to_ask(group):
    (one,) = board.stuck(board.read(group))
    assert (one.exercise, one.learners, one.tries, one.hints) == ("06.1", 2, 3, 1)
    assert (one.key, one.times) == ("price-lost", 3)
    assert one.ask == "Which field of a state says where its result is put?"
    assert f"ask: {one.ask}" in board.text(board.read(group), NOW)


def test_work_folders_and_records_count_too(learner, group):
    record.add("06.2", "check", status="right")
    handing_in.write(group / "eve.zip")
    put(group / "fay", "progress.jsonl", entry("06.3", status="right"))
    found = {one.name: one for one in board.read(group)}
    assert found["eve"].of("06.2").right and found["fay"].of("06.3").right


def test_a_learner_shares_what_was_done_and_nothing_else(learner, tmp_path, monkeypatch, capsys):
    folder = tmp_path / "class"
    folder.mkdir()
    monkeypatch.setenv("JUPYTERHUB_USER", "ada")
    assert main(["share", str(folder)]) == 2 and "nothing to share" in capsys.readouterr().err
    record.add("06.1", "check", status="not yet", hint="price-lost", seconds=1.5, answer="secret")
    assert main(["share", str(folder)]) == 0
    shared = folder / "ada.jsonl"
    assert capsys.readouterr().out == f"{shared}\n"
    assert json.loads(shared.read_text()).keys() == {"at", "exercise", "did", "status", "hint"}
    record.add("06.1", "check", status="right")
    assert main(["share", str(folder)]) == 0
    assert [path.name for path in folder.iterdir()] == ["ada.jsonl"]
    assert board.read(folder)[0].of("06.1").right


@pytest.mark.parametrize("name", ["../ada", "a/b", ".ada", "a\\b"])
def test_a_name_that_leads_elsewhere_is_none(learner, tmp_path, name):
    record.add("06.1", "check", status="right")
    with pytest.raises(CannotCheck, match="no name for a file"):
        sharing.share(tmp_path, name)


@pytest.mark.skipif(os.name == "nt" or os.geteuid() != 0, reason="only root can give a file away")
def test_what_another_user_shared_is_not_replaced(learner, tmp_path):
    record.add("06.1", "check", status="right")
    (tmp_path / "ada.jsonl").write_text("theirs")
    os.chown(tmp_path / "ada.jsonl", 65534, 65534)
    with pytest.raises(CannotCheck, match="another user's"):
        sharing.share(tmp_path, "ada")
    assert (tmp_path / "ada.jsonl").read_text() == "theirs"
    assert not list(tmp_path.glob(".*"))


def test_a_folder_that_is_not_there(learner, tmp_path, capsys):
    record.add("06.1", "check", status="right")
    assert main(["share", str(tmp_path / "no")]) == 2
    assert main(["board", str(tmp_path / "no")]) == 2
    assert main(["board", str(tmp_path), "--every", "soon"]) == 2
    assert "Traceback" not in capsys.readouterr().err


@pytest.mark.skipif(os.name == "nt", reason="links and pipes")
def test_hostile_records_stop_nobody(group, tmp_path):
    secret = tmp_path / "secret"
    secret.write_text(entry("09.3", status="right"))
    (group / "link.jsonl").symlink_to(secret)
    (group / "linked.zip").symlink_to(secret)
    put(group / "inside", "other", "")
    (group / "inside" / "progress.jsonl").symlink_to(secret)
    os.mkfifo(group / "pipe.jsonl")
    (group / "binary.jsonl").write_bytes(os.urandom(5000))
    (group / "bad.zip").write_bytes(b"PK\x03\x04" + os.urandom(500))
    with zipfile.ZipFile(group / "empty.zip", "w") as archive:
        archive.writestr("other", "x")
    with zipfile.ZipFile(group / "bomb.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("progress.jsonl", b"\n" * (board.LARGEST * 30))
    (group / "half.jsonl").write_text(entry("06.1", status="right") + '\n{"at": "2026')
    odd = [[], {}, "x" * 10_000, None, 7, True, "99.9", "06.1"]
    lines = [
        json.dumps({"exercise": a, "did": b, "status": b, "hint": a}) for a in odd for b in odd
    ]
    lines += ["[" * 100_000, "NaN", '{"exercise":"06.1","did":"check","at":' + "9" * 9000 + "}"]
    (group / "odd.jsonl").write_text("\n".join(lines))
    found = {one.name: one for one in board.read(group)}
    assert not {"link", "linked", "inside", "pipe", "empty", "bad"} & found.keys()
    assert found["half"].of("06.1").right and not found["odd"].done
    assert "09.3" not in str(found)
    board.text(list(found.values()), NOW)


def test_a_name_moves_no_cursor_and_is_not_too_long(group):
    put(group, "\x1b[2J\u202eevil.jsonl", entry("06.1", status="right"))
    put(group, "x" * 200 + ".jsonl")
    told = board.text(board.read(group), NOW)
    assert "\x1b" not in told and "\u202e" not in told and "�[2J�evil" in told
    assert max(map(len, (one.name for one in board.read(group)))) == 24


def test_a_page_for_the_projector(group, tmp_path, capsys):
    page = tmp_path / "board.html"
    assert main(["board", str(group), "--html", str(page)]) == 0
    text = page.read_text()
    assert text.count('<th scope="row">') == 4 and "refresh" not in text
    assert "Which field of a state says where its result is put?" in text
    assert 'http-equiv="refresh" content="10"' in projected.page([], NOW, 10)
    assert main(["board", str(group), "--html", str(tmp_path / "no" / "board.html")]) == 2
    assert "Traceback" not in capsys.readouterr().err


@in_browser
def test_names_with_html_in_them_do_nothing_in_a_browser(group, tmp_path):
    put(group, "<img src=x onerror=alert(1)>.jsonl", entry("06.1", status="right"))
    put(group, "<script>document.title='x'<" + ".jsonl", entry("06.1"))
    place = tmp_path / "board.html"
    place.write_text(projected.page(board.read(group), NOW, 10))
    with a_browser() as browser:
        page = browser.new_page(viewport={"width": 1280, "height": 720})
        asked = []
        page.on("request", lambda request: asked.append(request.url))
        page.goto(place.as_uri())
        assert asked == [place.as_uri()]
        assert page.title() == "Who is where"
        assert page.locator("img, script").count() == 0
        assert page.get_by_text("<img src=x onerror").count() == 1
        cut = "(one => one.scrollWidth - one.clientWidth)(document.querySelector('.board'))"
        assert page.evaluate(cut) == 0
        assert page.evaluate("document.documentElement.scrollWidth") <= 1280
        page.screenshot(path=tmp_path / "board.png")
