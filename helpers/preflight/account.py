"""What an AWS account needs for a class that shares it: who asks, where, what runs out."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from helpers import stages, target
from helpers.preflight.finding import Finding

SHELLS = 10
"""CloudShells that an account may have open at once in one Region; no service can be asked."""
ROLES = 5
"""IAM roles of one stack of the course: three functions, the workflow, its schedule."""
BUCKETS = 2
"""A learner's buckets in notebook 04 and in its exercises; SAM's own is one for all."""

Clients = Callable[[str], Any]


def look(learners: int, client: Clients = target.client) -> Iterator[Finding]:
    """All findings about the account, for so many learners who share it. Makes nothing."""
    for check in (identity, stack, concurrency, stacks, roles, buckets):
        try:
            yield check(learners, client)
        except (BotoCoreError, ClientError) as error:
            name = check.__name__.capitalize()
            yield Finding(
                name,
                False,
                f"AWS does not say: {error}",
                "ask with a user who may read quotas, or look in the console under Service Quotas",
            )
    yield shells(learners)


def identity(_: int, client: Clients) -> Finding:
    """Who the keys belong to, and where the stacks would live."""
    sts = client("sts")
    caller = sts.get_caller_identity()
    return Finding(
        "Identity",
        not target.is_root(caller["Arn"]),
        f"{caller['Arn']} in {sts.meta.region_name}",
        "not as the root user: make a user or a role for the class, and sign in as that",
    )


def stack(learners: int, client: Clients) -> Finding:
    """All learners' stack has one name: two learners in one Region would change each other's."""
    name = stages.STACK
    if status := stages.stack_status(client("cloudformation")):
        return Finding(
            "Stack",
            False,
            f"{name} stands already ({status})",
            "`python -m helpers.leftovers --all` shows whose it is; delete it, or use another "
            "Region: the course would deploy into this one",
        )
    if learners == 1:
        return Finding("Stack", True, f"there is no {name} yet")
    return Finding(
        "Stack",
        False,
        f"{learners} learners would all deploy {name}, and in one Region that is one stack",
        "give each learner an account or a Region (AWS_DEFAULT_REGION), or let them work locally",
    )


def concurrency(learners: int, client: Clients) -> Finding:
    """Functions that may run at once in the Region; a young account has ten."""
    limits = client("lambda").get_account_settings()["AccountLimit"]
    free = limits["UnreservedConcurrentExecutions"]
    return Finding(
        "Lambda",
        free >= learners,
        f"{free} functions may run at once, {learners} learners run one each",
        "ask for more in Service Quotas (Lambda, Concurrent executions), days before; until then "
        "some runs are throttled and retried",
    )


def stacks(learners: int, client: Clients) -> Finding:
    """Stacks that the Region still takes: one a learner, one for SAM's bucket, and room to try."""
    cloudformation = client("cloudformation")
    limits = cloudformation.describe_account_limits()["AccountLimits"]
    limit = next(one["Value"] for one in limits if one["Name"] == "StackLimit")
    pages = cloudformation.get_paginator("describe_stacks").paginate()
    return _room("Stacks", limit, sum(len(page["Stacks"]) for page in pages), 2 * learners + 1)


def roles(learners: int, client: Clients) -> Finding:
    """IAM roles that the account still takes; they are one number for all Regions."""
    summary = client("iam").get_account_summary()["SummaryMap"]
    return _room("IAM roles", summary["RolesQuota"], summary["Roles"], ROLES * learners)


def buckets(learners: int, client: Clients) -> Finding:
    """Buckets that the account still takes. A bucket's name is taken for all accounts there are."""
    there = len(client("s3").list_buckets()["Buckets"])
    quotas = client("service-quotas")
    quota = quotas.get_service_quota(ServiceCode="s3", QuotaCode="L-DC2B2D3D")["Quota"]["Value"]
    return _room("Buckets", int(quota), there, BUCKETS * learners + 1)


def shells(learners: int) -> Finding:
    """CloudShells: ten at once in a Region, for the whole account."""
    return Finding(
        "CloudShell",
        learners <= SHELLS,
        f"an account has {SHELLS} at once in a Region, and {learners} would open one",
        f"in notebook 04 spread the class over {-(-learners // SHELLS)} Regions, or do it from "
        "laptops",
    )


def _room(what: str, limit: int, there: int, needed: int) -> Finding:
    return Finding(
        what,
        limit - there >= needed,
        f"{there} of {limit} are there, the class makes up to {needed}",
        "delete what nobody needs (`python -m helpers.leftovers --all`), or ask for more in "
        "Service Quotas, days before",
    )
