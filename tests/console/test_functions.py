"""The pages of functions: what they show, and a test event."""

import os

import pytest

from tests.console.conftest import visiting
from tests.workshop import make_function, until, zipped

MARKUP = "<script>alert(1)</script><b>bold</b>'\"&"
ECHO = "def handler(event, context):\n    print('seen', event)\n    return event\n"


@pytest.fixture(scope="module")
def make(endpoint, role):
    """Makes functions; the name of one."""

    def make(source, **options):
        return make_function(endpoint.client("lambda"), role, source, **options)["FunctionName"]

    return make


def test_every_function_has_a_page(visitor, make):
    name = make(ECHO, Description="An echo", Timeout=7)
    page = visitor.words("/functions")
    assert f'href="/functions/{name}"' in page and "An echo" in page and "7 s" in page


def test_a_function_s_page_has_its_configuration_and_its_code(visitor, make):
    variables = {"PRICE": "2", "MARK": MARKUP, "TEXT": "股票 سعر"}
    name = make(ECHO, Environment={"Variables": variables}, MemorySize=256)
    page = visitor.words(f"/functions/{name}")
    assert "256 MB" in page and "app.handler" in page and "PRICE" in page and "股票 سعر" in page
    assert "print('seen', event)" in page and "1 file," in page
    assert "Its log has no run of it yet" in page
    assert "<script>alert" not in visitor.get(f"/functions/{name}").text


def test_a_chosen_file_of_the_code_is_shown(visitor, make):
    files = {"app.py": ECHO, "data/more.txt": MARKUP, "binary": b"\x00\x01"}
    name = make(ECHO, Code={"ZipFile": zipped(files)})
    page = visitor.get(f"/functions/{name}?file=data/more.txt").text
    assert "&lt;script&gt;" in page and "<b>bold" not in page and "print(" not in page
    assert "This is not text." in visitor.words(f"/functions/{name}?file=binary")
    assert "print(" in visitor.words(f"/functions/{name}?file=../../../etc/passwd")


def test_a_large_zip_is_fetched_only_when_asked_for(visitor, make):
    files = {"app.py": ECHO, "large.bin": os.urandom(1_200_000)}
    name = make(ECHO, Code={"ZipFile": zipped(files)})
    page = visitor.words(f"/functions/{name}")
    assert "not fetched unasked" in page and "print(" not in page
    assert "print(" in visitor.words(f"/functions/{name}?code=yes")


def test_a_test_event_is_answered_with_its_log(visitor, make):
    name = make(ECHO)
    page = visitor.post(f"/functions/{name}", do="test", event='{"价": "سعر"}')
    assert page.status_code == 200 and "What it answered" in page.text
    words = page.text.replace("&quot;", '"').replace("&#x27;", "'").replace("&#39;", "'")
    assert words.count('"价": "سعر"') == 2, "the answer, and the event that stays in its form"
    assert "seen {'价': 'سعر'}" in words and "REPORT RequestId" in words
    told = visitor.words(f"/functions/{name}")
    assert told.count(">its lines<") == 1 and "1 invocation, 0 errors" in told
    lines = told.split('" aria-label="its lines')[0].rpartition('href="')[2]
    assert "seen {'价': 'سعر'}" in visitor.words(lines), "the link leads to that run's lines"


def test_an_exception_is_told_with_where_it_happened(visitor, make):
    name = make(f"def handler(event, context):\n    raise ValueError({MARKUP!r})\n")
    page = visitor.post(f"/functions/{name}", do="test", event="{}").text
    assert "The function failed: ValueError" in page and "line 2, in handler" in page
    assert "<script>alert" not in page and "<b>bold" not in page
    told = visitor.words(f"/functions/{name}")
    assert "1 invocation, 1 error" in told and f"failed</span>: ValueError: {MARKUP}" in told


def test_a_timeout_and_a_json_log_are_read_too(visitor, make):
    slow = make("import time\ndef handler(event, context):\n    time.sleep(9)\n", Timeout=1)
    assert "Task timed out" in visitor.post(f"/functions/{slow}", do="test", event="{}").text
    assert "failed</span>: Task timed out" in visitor.words(f"/functions/{slow}")
    json_log = {"LogFormat": "JSON"}
    name = make("def handler(event, context): return event[0]\n", LoggingConfig=json_log)
    visitor.post(f"/functions/{name}", do="test", event="{}")
    page = visitor.words(f"/functions/{name}")
    assert "failed</span>: KeyError: 0" in page and "of 128 MB" in page and "as JSON" in page


def test_an_event_that_is_no_json_runs_nothing_and_is_kept(visitor, make):
    name = make(ECHO)
    for event in ('{"price": 2,}', "[" * 100_000):
        answer = visitor.post(f"/functions/{name}", do="test", event=event)
        assert answer.status_code == 400 and "is not JSON" in answer.text
        assert event.replace('"', "&quot;") in answer.text
    assert "Its log has no run" in visitor.words(f"/functions/{name}")


def test_of_an_answer_of_two_megabytes_the_beginning_is_shown(visitor, make):
    name = make("def handler(event, context): return 'x' * 2_000_000\n")
    answer = visitor.post(f"/functions/{name}", do="test", event="{}")
    assert answer.status_code == 200 and "more are not shown" in answer.text


def test_nothing_is_asked_of_a_page_without_a_word_for_it(visitor, make):
    answer = visitor.post(f"/functions/{make(ECHO)}", event="{}")
    assert answer.status_code == 400 and "Nothing was asked for." in answer.text


def test_the_page_is_told_of_an_invocation(visitor, endpoint, make):
    name = make(ECHO)
    with visitor.get(f"/live/functions/{name}", stream=True, timeout=60) as stream:
        lines = stream.iter_lines(decode_unicode=True)
        assert next(line for line in lines if line) == "event: change"  # as it is now
        endpoint.client("lambda").invoke(FunctionName=name, Payload=b"{}")
        assert until(lambda: next(lines) == "event: change")


def test_a_function_that_is_not_there_is_told(visitor):
    answer = visitor.get("/functions/none")
    assert answer.status_code == 400 and "Function not found" in answer.text


def test_on_an_account_an_event_is_asked_about_and_read_only_refuses_it(endpoint, make):
    account = endpoint.env | {"COURSE_TARGET": "aws"}
    name = make(ECHO)
    with visiting(account) as visitor:
        asked = visitor.post(f"/functions/{name}", do="test", event='{"price": 2}')
        assert f"Run the function {name} with this event?" in asked.text
        assert "Its log has no run" in visitor.words(f"/functions/{name}")
        sent = visitor.post(f"/functions/{name}", do="test", event='{"price": 2}', sure="yes")
        assert "REPORT RequestId" in sent.text
        bad = visitor.post(f"/functions/{name}", do="test", event="{")
        assert bad.status_code == 400 and "is not JSON" in bad.text
    with visiting(account, "--read-only") as visitor:
        page = visitor.words(f"/functions/{name}")
        assert "Run it" not in page and "its lines" in page
        answer = visitor.post(f"/functions/{name}", do="test", event="{}")
        assert answer.status_code == 403 and "read-only" in answer.text
