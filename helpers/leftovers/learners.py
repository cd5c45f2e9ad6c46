"""What a whole class left on one account, learner by learner where that can be told."""

from __future__ import annotations

from collections.abc import Mapping

from helpers import clients, leftovers, stages, target
from helpers.leftovers import Leftover

TAGS = ("learner", "course:learner", "owner")
"""Tags of a stack that say whose it is; the first that is there counts."""
NOBODY = "nobody's name is on it"
SHARED = "shared by all stacks"


def find(*more: str) -> dict[str, list[Leftover]]:
    """What is left of all learners: whose → what.

    Asked for are stacks that begin as the course's does, stacks with one of `TAGS`, whatever they
    are called, and `more` names (one that ends in * stands for all that begin so). Whose a stack
    is, its tag says, or what stands in its name behind the course's: demo-sam-ada is ada's. What a
    deleted stack left behind has its name only.

    Raises CourseError if a service does not say.
    """
    with clients.plain_errors(leftovers.no_answer):
        tagged = _tagged()
    by_learner: dict[str, list[Leftover]] = {}
    for one in leftovers.find(f"{stages.STACK}*", *tagged, *more):
        by_learner.setdefault(_whose(one, tagged), []).append(one)
    last = {NOBODY: 1, SHARED: 2}
    return dict(sorted(by_learner.items(), key=lambda item: (last.get(item[0], 0), item[0])))


def _tagged() -> dict[str, str]:
    """Stack → learner, of the stacks that have such a tag."""
    tagged = {}
    pages = target.client("cloudformation").get_paginator("describe_stacks").paginate()
    for page in pages:
        for stack in page["Stacks"]:
            tags = {tag["Key"].lower(): tag["Value"] for tag in stack.get("Tags", ())}
            if name := next((tags[key] for key in TAGS if tags.get(key)), ""):
                tagged[stack["StackName"]] = name
    return tagged


def _whose(one: Leftover, tagged: Mapping[str, str]) -> str:
    if not one.stack:
        return SHARED
    if one.stack in tagged:
        return tagged[one.stack]
    before, hyphen, name = one.stack.partition(f"{stages.STACK}-")
    return name if hyphen and not before else NOBODY
