"""All pages, by their links, as a user who may do what the course's policies allow and no more.

Everything that is shown has hostile text in it (`world`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from http.client import HTTPConnection
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

import pytest
import requests

from helpers.localaws.iam import record
from tests.browsing import a_browser, in_browser
from tests.conftest import LocalEndpoint, an_endpoint
from tests.console import accessible, world
from tests.console.conftest import Visitor, visiting
from tests.console.crawl import Read, Seen, crawl, kind, press
from tests.course_policies import USER, OfAPolicy, Policy, a_user

POLICY = Policy("course-policy-console.json", beside=("course-policy.json",))

NOT_ALLOWED = {"scheduler:UpdateSchedule", "sns:Publish"}
"""What a click asks for and the policy does not allow: the course has no such thing."""

LAST = ("delete", "purge", "stop")
"""What buttons do that take away what others are about."""


@pytest.fixture(scope="module")
def full(tmp_path_factory) -> Iterator[LocalEndpoint]:
    """An endpoint with one of everything, that holds users to their policies."""
    with an_endpoint(tmp_path_factory.mktemp("full"), "--enforce-iam") as endpoint:
        world.build(endpoint)
        yield endpoint


def as_user(endpoint: LocalEndpoint, name: str, *documents: dict[str, Any]) -> dict[str, str]:
    """The environment of a new user with these policies, for whom the endpoint is an account."""
    key, secret = a_user(endpoint, name, *documents)
    own = {"AWS_ACCESS_KEY_ID": key, "AWS_SECRET_ACCESS_KEY": secret}
    return endpoint.env | own | {"COURSE_TARGET": "aws"}


@pytest.fixture(scope="module")
def learner(full) -> Iterator[Visitor]:
    """A visitor of the console of a user with the course's policies."""
    with visiting(as_user(full, "course", *POLICY.others, POLICY.own)) as visitor:
        yield visitor


@pytest.fixture(scope="module")
def owner(full) -> Iterator[Visitor]:
    """A visitor of the console of somebody who may do everything: what is odd gets all the way."""
    with visiting(full.env | {"COURSE_TARGET": "aws"}) as visitor:
        yield visitor


@pytest.fixture(scope="module")
def seen(learner) -> Seen:
    """All pages, as that user sees them."""
    return crawl(learner)


def test_a_link_leads_to_every_page(seen):
    assert seen.unvisited == set()
    refused = {path: one.text for path, one in seen.answers.items() if not one.ok}
    assert [path for path in refused if world.ELSES not in path] == []
    assert [line for line in seen.begun.values() if not line.startswith((":", "event:"))] == []


def test_nothing_that_was_planted_is_more_than_text(seen):
    wrong = {path: page.wrong for path, page in seen.read.items() if page.wrong}
    assert wrong == {}
    assert sum("data-planted&gt;" in one.text for one in seen.answers.values()) > 20


def test_every_page_says_what_a_browser_may_do_with_it(seen):
    for path, answer in seen.answers.items():
        assert answer.headers["X-Content-Type-Options"] == "nosniff", path
        if path in seen.read:
            assert "default-src 'none'" in answer.headers["Content-Security-Policy"], path
            assert answer.headers["Cache-Control"] == "no-store", path


def test_no_page_of_the_course_s_says_that_a_permission_is_missing(seen):
    """A list may, of what is somebody else's, and has the course's all the same."""
    without = {path for path, one in seen.answers.items() if "is missing." in one.text}
    lists = {path for path in without if path.count("/") == 1}
    assert {path for path in without - lists if world.ELSES not in path} == set()
    assert {path for path in lists if world.STACK not in seen.answers[path].text} == set()
    assert {"/tables", "/queues", "/bill"} <= lists
    bill = seen.answers["/bill"].text
    assert "1 table could not be described" in bill and f"{world.ELSES}: 1 execution, not" in bill


def test_who_may_do_nothing_is_told_so_and_the_console_stands(full, seen):
    with visiting(as_user(full, "nobody")) as visitor:
        for path in {kind(path)[0]: path for path in seen.answers}.values():
            answer = visitor.get(path)
            assert answer.status_code in (200, 400), path
            assert re.search(r"is missing\.|policy allows the \S+ action", answer.text), path


ODD = (
    f"{world.HOSTILE}\r\nSet-Cookie: planted=1",
    "\udcff\0../../../etc/passwd",
    "-1",
    "9" * 40,
)
"""What somebody may write into an address."""


def fails(answer: requests.Response) -> str:
    """Why that is no good answer to something odd, "" if it is one."""
    if answer.status_code not in (200, 400, 403, 404):
        return f"{answer.status_code}: {answer.text[:300]}"
    if "planted" in answer.cookies or "root:" in answer.text:
        return "it was taken for something"
    return "; ".join(Read(answer.text).wrong)


def test_whatever_stands_in_an_address_is_answered(owner, seen):
    asked = {
        (urlsplit(path).path, name): (path, value)
        for path in reversed({kind(path): path for path in seen.answers}.values())
        for name, value in parse_qsl(urlsplit(path).query)
    }
    of_each_kind = {(kind(path)[0], name): (path, name) for path, name in asked}
    wrong = {}
    for path, name in of_each_kind.values():
        others = [one for one in parse_qsl(urlsplit(asked[path, name][0]).query) if one[0] != name]
        for odd in ODD:
            query = urlencode([*others, (name, odd)], errors="surrogateescape")
            if told := fails(owner.get(f"{path}?{query}", allow_redirects=False)):
                wrong[f"{path}?{query}"] = told
    assert wrong == {}


PATHS = (
    *("/static/../page.py", "/static/%2e%2e/page.py", "/static/..%2f..%2fconsole%2fpage.py"),
    *("/static//etc/passwd", "/static/%00", "//attacker.example/?token=1", "/%2e%2e/%2e%2e/"),
    *("/stacks/%00", "/stacks/%ff", "/stacks/a%0d%0aSet-Cookie:planted=1", "/stacks/" + "a" * 9000),
    *("/machines/..%2f..%2f", "/functions/%3Cscript%20data-planted%3E", "/rules/%2e%2e/%2e%2e"),
)


@pytest.mark.parametrize("path", PATHS)
def test_whatever_path_is_asked_for_is_answered(owner, path):
    connection = HTTPConnection(urlsplit(owner.url).netloc)
    cookies = "; ".join(f"{one.name}={one.value}" for one in owner.session.cookies)
    connection.request("GET", path, headers={"Cookie": cookies})  # as it stands, not normalised
    answer = connection.getresponse()
    text = answer.read().decode()
    assert answer.status in (400, 403, 404), text[:300]
    assert answer.headers.get_all("Set-Cookie") is None and "root:" not in text
    assert Read(text).wrong == []


@pytest.fixture(scope="module")
def tab(learner) -> Iterator[Any]:
    """A tab of a real browser that is signed in, and in the end whatever it complained of."""
    complaints = []

    def complain(what: str) -> None:
        complaints.append((what, tab.url))

    with a_browser() as browser:
        tab = browser.new_page()
        tab.context.add_cookies(
            [
                {"name": one.name, "value": str(one.value), "url": learner.url}
                for one in learner.session.cookies
            ]
        )
        tab.on("pageerror", lambda error: complain(str(error)))
        tab.on("dialog", lambda dialog: complain(dialog.message))
        tab.on("console", lambda told: complain(told.text) if told.type == "error" else None)
        tab.on("request", lambda asked: complain(asked.url) if is_strange(asked.url) else None)

        def is_strange(url: str) -> bool:
            return not url.startswith((learner.url, "data:")) or "planted" in urlsplit(url).path

        yield tab
    assert complaints == []


@in_browser
def test_in_a_browser_nothing_runs_and_nothing_is_asked_for_elsewhere(tab, learner, seen):
    for path in {kind(path)[0]: path for path in seen.read if seen.answers[path].ok}.values():
        tab.goto(learner.url + path, wait_until="load")
        assert tab.locator("h1").count() == 1, path


@accessible.needed
def test_no_page_keeps_anybody_out(tab, learner, seen):
    assert accessible.faults(tab.context.browser, learner, seen) == []


@in_browser
def test_a_page_that_nobody_sees_asks_for_nothing(tab, learner):
    hide = "hidden => { Object.defineProperty(document, 'hidden', {value: hidden,"
    hide += " configurable: true}); document.dispatchEvent(new Event('visibilitychange')); }"
    tab.clock.install()
    with tab.expect_request("**/live/**"):
        tab.goto(learner.url + "/stacks", wait_until="load")
    with tab.expect_event("requestfailed", lambda one: "/live/" in one.url):
        tab.evaluate(hide, True)
        tab.clock.fast_forward(10_000)
    with tab.expect_request("**/live/**"):
        tab.evaluate(hide, False)


@pytest.fixture(scope="module")
def pressed(learner, seen) -> dict[str, int]:
    """Each button of each kind of page, pressed once: its answer's status.

    Of executions once for each state machine, since policies tell them apart.
    """
    waiting = {
        (value, kind(path)[0], path.partition(":execution:")[2].partition(":")[0]): (path, form)
        for path, page in seen.read.items()
        for form in page.forms
        for _, value in form.buttons
        if form.method == "post" and not form.action.endswith("/leave")
    }
    done = {}

    def when(one: tuple[str, ...]) -> tuple[bool, bool]:
        return any(word in one[0] for word in LAST), one[1].startswith("stacks")

    for value, *which in sorted(waiting, key=when):
        path, form = waiting[value, *which]
        done[f"{value} {path}"] = press(learner, path, form, "do", value).status_code
    return done


class TestTheConsolesPolicy(OfAPolicy):
    """Beside part one's policy, for whom the console is open."""

    part = POLICY

    @pytest.fixture(scope="class")
    @classmethod
    def asked(cls, full, seen, pressed) -> list[dict[str, Any]]:
        assert all(status < 500 for status in pressed.values()), pressed
        return [
            one
            for one in record.read(full.home / "asked.jsonl")
            if one["principal"] == USER
            and world.ELSES not in one["resource"]
            and one["action"] not in NOT_ALLOWED
        ]
