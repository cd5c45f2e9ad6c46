"""A link from a notebook to a page of the console: where it leads, in Jupyter and elsewhere."""

import html
import json
import re
from types import SimpleNamespace
from urllib.parse import quote

import pytest

from helpers import console
from helpers.console import addresses
from helpers.errors import CourseError

ACCOUNT = "us-east-1:123456789012"
MACHINE = f"arn:aws:states:{ACCOUNT}:stateMachine:Trader"
STACK = f"arn:aws:cloudformation:{ACCOUNT}:stack/a-b/c-d"
RUN = f"arn:aws:states:{ACCOUNT}:execution:Trader:1b-2"


@pytest.fixture(autouse=True)
def elsewhere(monkeypatch):
    """No Jupyter, whoever runs the tests."""
    for name in (addresses.CONSOLE, addresses.TARGET, "JPY_SESSION_NAME", "COURSE_TARGET"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def jupyter(monkeypatch):
    """A notebook's kernel on a hub."""
    monkeypatch.setenv(addresses.CONSOLE, "/user/ada%40b/console/")
    monkeypatch.setenv(addresses.TARGET, "local")
    monkeypatch.setenv("JPY_SESSION_NAME", "work/notebooks/06_run.ipynb")
    return monkeypatch


def opened(link):
    """What a click asks JupyterLab to open."""
    button = link._repr_mimebundle_()["text/html"]
    assert 'data-commandlinker-command="server-proxy:open"' in button
    return json.loads(html.unescape(re.search('linker-args="([^"]*)"', button)[1]))


@pytest.mark.parametrize(
    ("arn", "page", "title"),
    [
        (RUN, f"executions/{RUN}", "execution 1b-2"),
        (MACHINE, f"machines/{MACHINE}", "state machine Trader"),
        (STACK, f"stacks/{quote(STACK, safe=':')}", "stack a-b"),
        (f"arn:aws:events:{ACCOUNT}:rule/hourly", "rules/default/hourly", "rule hourly"),
        (f"arn:aws:events:{ACCOUNT}:rule/own/b/x", "rules/own%2Fb/x", "rule x"),
        (f"arn:aws:scheduler:{ACCOUNT}:schedule/g/s", "schedules/g/s", "schedule g/s"),
        (f"arn:aws:lambda:{ACCOUNT}:function:f:live", "functions/f", "function f"),
        (f"arn:aws:dynamodb:{ACCOUNT}:table/T/index/I", "tables/T", "table T"),
        (f"arn:aws:logs:{ACCOUNT}:log-group:/a#ü:*", "logs/group?name=%2Fa%23%C3%BC", "log /a#ü"),
    ],
)  # fmt: skip
def test_an_arn_leads_to_its_page(arn, page, title):
    assert addresses.of(arn) == (page, title)


@pytest.mark.parametrize(
    ("kind", "name", "page"),
    [
        ("AWS::StepFunctions::StateMachine", MACHINE, f"machines/{MACHINE}"),
        ("AWS::Events::Rule", "hourly", "rules/default/hourly"),
        ("AWS::Events::Rule", "own/b|hourly", "rules/own%2Fb/hourly"),
        ("AWS::Lambda::Function", "f", "functions/f"),
        ("AWS::Lambda::Version", f"arn:aws:lambda:{ACCOUNT}:function:f:1", "functions/f"),
        ("AWS::SQS::Queue", "http://127.0.0.1:1/123456789012/q.fifo", "queues/q.fifo"),
        ("AWS::SNS::Topic", f"arn:aws:sns:{ACCOUNT}:t", f"topics/arn:aws:sns:{ACCOUNT}:t"),
        ("AWS::S3::Bucket", "b", "buckets/b"),
        ("AWS::CloudWatch::CompositeAlarm", "a/b", "alarms/one?alarm=a%2Fb"),
        ("AWS::Logs::LogGroup", "/aws/x", "logs/group?name=%2Faws%2Fx"),
    ],
)
def test_what_a_stack_made_leads_to_its_page(kind, name, page):
    assert addresses.made(kind, name).page == page


@pytest.mark.parametrize(("kind", "name"), [("AWS::IAM::Role", "r"), ("AWS::S3::Bucket", "")])
def test_what_has_no_page_or_is_not_made_yet_leads_nowhere(kind, name):
    assert addresses.made(kind, name) is None


@pytest.mark.parametrize("arn", ["", "demo-sam", None, f"arn:aws:iam::{ACCOUNT[-12:]}:role/r"])
def test_what_has_no_page_is_said(arn):
    with pytest.raises(CourseError, match=r"no page of .*\n.*ARN.*\n.*console.link\(\)"):
        console.link(SimpleNamespace(arn=arn))


def test_in_jupyter_it_opens_a_tab_at_the_servers_own_address(jupyter):
    run = SimpleNamespace(arn=RUN)
    assert opened(console.link(run)) == {
        "id": f"console:executions/{RUN}",
        "url": f"/user/ada%40b/console/executions/{RUN}",
        "title": "Console: execution 1b-2",
        "newBrowserTab": False,
    }
    assert opened(console.link(table="a/b"))["url"].endswith("/console/tables/a%2Fb")
    assert opened(console.link(log="/aws/x"))["url"].endswith("/console/logs/group?name=%2Faws%2Fx")
    first = opened(console.link())
    assert (first["id"], first["title"]) == ("server-proxy:console", "Console")  # the tile's


def test_markup_in_a_name_is_text(jupyter):
    link = console.link(stack='"><img src=x onerror=alert(1)>')
    shown = link._repr_mimebundle_()["text/html"]
    assert "<img" not in shown and opened(link)["title"] == f"Console: {link.title}"


def test_elsewhere_it_says_how_to_get_there(monkeypatch):
    for inherited in (False, True):  # as a terminal of JupyterLab does
        if inherited:
            monkeypatch.setenv(addresses.CONSOLE, "/console/")
        told = console.link(rule="hourly")._repr_mimebundle_()
        assert told == {
            "text/plain": "Console: rule hourly: python -m helpers.console in a terminal, "
            "then /rules/default/hourly at its address"
        }
    assert repr(console.link()) == "Console: python -m helpers.console in a terminal"


def test_a_notebook_of_another_target_than_jupyters_is_not_led_there(jupyter):
    jupyter.setenv("COURSE_TARGET", "aws")
    told = console.link(stack="s")._repr_mimebundle_()
    assert list(told) == ["text/plain"]
    assert "COURSE_TARGET=aws python -m helpers.console" in told["text/plain"]
