"""What the course needs on an account, no more and no less: its policies, held against its runs.

The notebooks of a part run as on an account, as a user who has the part's policies and no other, on
an endpoint that holds users to them. What they asked for is then held against the part's own one.
A test file for each part makes a class of `OfAPart`: they may run side by side. `OfAPolicy` is the
same for what is asked for by something else than notebooks.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar

import pytest

from benchmarks import elsewhere
from helpers.localaws.cloudformation.schema import handler_actions
from helpers.localaws.iam import policies, record
from tests.conftest import LocalEndpoint, an_endpoint

ROOT = Path(__file__).resolve().parents[1]
USER = "arn:aws:iam::123456789012:user/course"
QUOTA = 6144
"""Characters of a managed policy, blanks not counted (IAM's quota)."""

NO_RESOURCE = {
    *("cloudwatch:GetMetricData", "cloudwatch:GetMetricStatistics"),
    *("logs:GetQueryResults", "sns:GetSubscriptionAttributes", "states:TestState"),
}
"""What IAM allows on everything or not at all, and what lists nothing."""


@dataclass(frozen=True)
class Policy:
    """A policy of the course, by its file's name.

    beside: policies that the user has as well. looked_at: types of resources whose handlers' looks
    it has to allow. besides: what the endpoint does not ask for, and AWS does, and why.
    """

    policy: str
    beside: tuple[str, ...] = ()
    looked_at: frozenset[str] = frozenset()
    besides: dict[str, str] = field(default_factory=dict)

    @property
    def own(self) -> dict[str, Any]:
        """What it says."""
        return _document(self.policy)

    @property
    def others(self) -> list[dict[str, Any]]:
        """The policies beside it."""
        return [_document(name) for name in self.beside]


@dataclass(frozen=True, kw_only=True)
class Part(Policy):
    """A part of the course, and the policy that it adds.

    notebooks: a pattern of their files; those that are there count. types: what its stacks are made
    of, that of SAM's own bucket too.
    """

    notebooks: str
    types: frozenset[str]

    @property
    def numbers(self) -> list[str]:
        """The notebooks that are there."""
        return sorted(path.name[:2] for path in (ROOT / "notebooks").glob(self.notebooks))


@dataclass(frozen=True)
class Run:
    """What became of a part's notebooks, what they asked for, and the types that stacks had.

    asked: by the user, and not by what runs with a role that a template gives it.
    """

    walked: list[elsewhere.Walked]
    asked: list[dict[str, Any]]
    types: frozenset[str]


def run(part: Part, folder: Path) -> Run:
    """Run a part's notebooks as the user."""
    with an_endpoint(folder / "endpoint", "--enforce-iam") as endpoint:
        keys = a_user(endpoint, "course", *part.others, part.own)
        environment = elsewhere.learner(folder / "learner", endpoint.url, *keys, "123456789012")

        def come_back_later(length):
            endpoint.control("/_local/clock", {"advance": length.total_seconds()})

        try:
            walked = list(elsewhere.walk(environment, come_back_later, part.numbers))
        finally:
            elsewhere.stop(environment)
        asked = list(record.read(endpoint.home / "asked.jsonl"))
        others = {one["principal"] for one in asked} - {USER}
        assert all(":assumed-role/demo-sam" in one for one in others), others
        asked = [one for one in asked if one["principal"] == USER]
        stacks = endpoint.client("cloudformation")
        pages = stacks.get_paginator("list_stacks").paginate()
        names = [one["StackId"] for page in pages for one in page["StackSummaries"]]
        types = frozenset(
            event["ResourceType"]
            for name in names
            for event in stacks.describe_stack_events(StackName=name)["StackEvents"]
        )
    return Run(walked, asked, types - {"AWS::CloudFormation::Stack"})


def a_user(endpoint: LocalEndpoint, name: str, *documents: dict[str, Any]) -> tuple[str, str]:
    """The key and the secret of a new user who has these policies and no other."""
    iam = endpoint.client("iam")
    iam.create_user(UserName=name)
    for number, document in enumerate(documents):
        text = json.dumps(document)
        made = iam.create_policy(PolicyName=f"{name}-{number}", PolicyDocument=text)
        iam.attach_user_policy(UserName=name, PolicyArn=made["Policy"]["Arn"])
    key = iam.create_access_key(UserName=name)["AccessKey"]
    return key["AccessKeyId"], key["SecretAccessKey"]


class OfAPolicy:
    """The tests of a policy; who makes a class of it says which one, and has `asked`.

    asked: a fixture, what a user with the policy and those beside it asked for.
    """

    part: ClassVar[Policy]

    def test_nothing_that_the_course_asks_for_is_denied(self, asked):
        assert len(asked) > 30
        denied = {(one["action"], one["resource"]) for one in asked if not one["allowed"]}
        assert sorted(denied) == []

    def test_nothing_is_allowed_that_is_not_needed(self, asked):
        needed = {one["action"] for one in asked}
        needed |= _looks(self.part) | self.part.besides.keys()
        assert sorted(_actions(self.part.own) - needed) == []

    def test_without_any_part_of_it_something_is_denied(self, asked):
        wanted = [(one["action"], one["resource"]) for one in asked]
        of_asked = {action for action, _ in wanted}
        others = [json.dumps(document) for document in self.part.others]
        for place, statement in enumerate(self.part.own["Statement"]):
            for name in ("Action", "Resource"):
                parts = _listed(statement[name])
                for part in parts if len(parts) > 1 else ():
                    if name == "Action" and part not in of_asked:
                        continue  # only AWS's handlers ask for it
                    left = self.part.own
                    left["Statement"][place][name] = [one for one in parts if one != part]
                    documents = (*others, json.dumps(left))
                    assert _denied(documents, wanted), f"{statement['Sid']} needs no {part}"

    def test_it_is_one_managed_policy(self):
        assert len(re.sub(r"\s", "", json.dumps(self.part.own))) <= QUOTA

    def test_only_lists_are_allowed_everywhere(self):
        for statement in self.part.own["Statement"]:
            if statement["Resource"] == "*":
                for action in statement["Action"]:
                    lists = action.partition(":")[2].startswith(("List", "Describe", "GET"))
                    assert lists or action in NO_RESOURCE, action


class OfAPart(OfAPolicy):
    """The tests of the policy of a part, whose notebooks are run."""

    part: ClassVar[Part]

    @pytest.fixture(scope="class")
    @classmethod
    def course(cls, tmp_path_factory) -> Run:
        return run(cls.part, tmp_path_factory.mktemp("policy"))

    @pytest.fixture(scope="class")
    @classmethod
    def asked(cls, course) -> list[dict[str, Any]]:
        return course.asked

    def test_every_cell_does_on_an_account_what_it_does_here(self, course):
        assert [one.number for one in course.walked] == self.part.numbers
        assert not [str(one) for one in course.walked if one.wrong]

    def test_what_handlers_of_cloudformation_may_look_at_is_allowed(self, course):
        assert course.types == self.part.types
        allowed = _actions(self.part.own) | _everywhere(*self.part.others)
        assert sorted(_looks(self.part) - allowed) == []


def _document(name: str) -> dict[str, Any]:
    return json.loads((ROOT / "docs" / name).read_text())


def _actions(document: dict[str, Any]) -> set[str]:
    return {action for one in document["Statement"] for action in _listed(one["Action"])}


def _everywhere(*documents: dict[str, Any]) -> set[str]:
    """What they allow on everything."""
    return {
        action
        for document in documents
        for one in document["Statement"]
        if one["Resource"] == "*"
        for action in _listed(one["Action"])
    }


def _listed(value: Any) -> list[str]:
    return value if isinstance(value, list) else [value]


def _looks(part: Policy) -> set[str]:
    """What the schemas of the types say that their handlers may look at, in their own service.

    Application Insights looks at every service that it could watch.
    """
    found = set()
    for name in part.looked_at:
        for verb in ("create", "read", "update", "delete"):
            actions = handler_actions(name, verb)
            services = [action.partition(":")[0] for action in actions]
            own = {max(services, key=services.count, default=""), "cloudformation"}
            if name == "AWS::ApplicationInsights::Application":
                own |= set(services)
            found |= {
                action
                for action in actions
                if action.partition(":")[0] in own
                and action.partition(":")[2].startswith(("Get", "Describe", "List", "GET"))
            }
    return found


def _denied(documents: tuple[str, ...], wanted: list[tuple[str, str]]) -> bool:
    return any(
        policies.decide(documents, action.lower(), resource, USER, "us-east-1") != policies.ALLOWED
        for action, resource in wanted
    )
