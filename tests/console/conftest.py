"""A console that looks at the session's endpoint, and a browser's worth of cookies for it."""

from __future__ import annotations

import html
import json
import re
import subprocess
import sys
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest
import requests

from tests.conftest import ROOT, LocalEndpoint
from tests.workshop import ended

XSRF = re.compile(r'name="_xsrf" value="([^"]+)"')


@dataclass
class Visitor:
    """A browser without a screen: it keeps cookies, and sends forms as a page has them."""

    url: str
    session: requests.Session = field(default_factory=requests.Session)

    def get(self, path: str, **options: Any) -> requests.Response:
        """A page, by its path."""
        return self.session.get(self.url + path, **options)

    def words(self, path: str) -> str:
        """A page that has to be there, as its source with the entities read."""
        answer = self.get(path)
        assert answer.status_code == 200, answer.text
        return html.unescape(answer.text)

    def post(self, path: str, **fields: str) -> requests.Response:
        """A page's form, sent with what the page's own forms have in them."""
        token = XSRF.search(self.get(path).text)
        assert token, "the page has no form"
        return self.session.post(self.url + path, data={"_xsrf": token[1], **fields})


@dataclass
class Served:
    """A console that runs: its link, as printed, and its address."""

    link: str

    @property
    def url(self) -> str:
        """The address without the token."""
        return self.link.partition("/?")[0]


@contextmanager
def a_console(environment: Mapping[str, str], *options: str) -> Iterator[Served]:
    """`python -m helpers.console` on a free port, for the block's time."""
    command = [sys.executable, "-m", "helpers.console", *options]
    with subprocess.Popen(
        command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout
        lines = process.stdout
        try:
            yield Served(next(m[0] for one in lines if (m := re.search(r"http\S+token=\S+", one))))
        finally:  # whatever failed: leaving the block waits for its end
            process.terminate()


@contextmanager
def visiting(environment: Mapping[str, str], *options: str) -> Iterator[Visitor]:
    """A visitor who has followed the link of a console of its own."""
    with a_console(environment, *options) as served:
        visitor = Visitor(served.url)
        assert visitor.session.get(served.link).status_code == 200
        yield visitor


@pytest.fixture(scope="session")
def visitor(endpoint: LocalEndpoint) -> Iterator[Visitor]:
    """A visitor of a console that looks at the session's endpoint."""
    with visiting(endpoint.env) as signed_in:
        yield signed_in


@pytest.fixture(scope="session")
def account(endpoint: LocalEndpoint) -> Iterator[Visitor]:
    """A visitor of a console that takes the session's endpoint for an account."""
    with visiting(endpoint.env | {"COURSE_TARGET": "aws"}) as signed_in:
        yield signed_in


@pytest.fixture(scope="session")
def reader(endpoint: LocalEndpoint) -> Iterator[Visitor]:
    """A visitor of a read-only console that takes it for an account too."""
    with visiting(endpoint.env | {"COURSE_TARGET": "aws"}, "--read-only") as signed_in:
        yield signed_in


@pytest.fixture(scope="session")
def states(endpoint: LocalEndpoint) -> Any:
    """boto3's client of Step Functions."""
    return endpoint.client("stepfunctions")


@pytest.fixture(scope="session")
def role(endpoint: LocalEndpoint) -> str:
    """A role that may do everything."""
    return endpoint.role(f"console-{uuid.uuid4().hex[:8]}", allow="*")


@dataclass
class Machines:
    """Makes state machines and runs them."""

    states: Any
    role: str

    def make(self, first: dict[str, Any], **others: dict[str, Any]) -> str:
        """The ARN of a machine of the state First, and others by their names."""
        definition = {"StartAt": "First", "States": {"First": first, **others}}
        made = self.states.create_state_machine(
            name=f"machine-{uuid.uuid4().hex[:8]}",
            definition=json.dumps(definition),
            roleArn=self.role,
        )
        return made["stateMachineArn"]

    def run(self, machine: str, given: Any = None) -> str:
        """The ARN of an execution that has ended."""
        begun = self.states.start_execution(stateMachineArn=machine, input=json.dumps(given or {}))
        ended(self.states, begun["executionArn"])
        return begun["executionArn"]


@pytest.fixture(scope="session")
def machines(states: Any, role: str) -> Machines:
    """What makes and runs state machines."""
    return Machines(states, role)
