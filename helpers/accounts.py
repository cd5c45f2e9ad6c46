"""A real account: asked for once whether it is the right one, and left alone where it is not."""

from __future__ import annotations

import json
import os
from pathlib import Path

from botocore.exceptions import ClientError

from helpers import prices, stages, target
from helpers.errors import CourseError


def agree(where: target.Target) -> bool:
    """Ask whether that account, Region and identity are meant, unless they were agreed to before.

    Before it asks, it says what the course costs there; True if it did. The answer is kept in the
    learner's folder, and asked for again when one of the three is another. `COURSE_ACCOUNT`
    answers where nobody can be asked: it names the account.

    Raises CourseError if it is not agreed to, or nobody can be asked.
    """
    meant = _meant(where)
    kept = _answer()
    if _read(kept) == meant:
        return False
    if where.url is None:
        print(prices.words(), flush=True)
    named = os.environ.get("COURSE_ACCOUNT", "").strip()
    if named:
        if named != where.account:
            raise CourseError(
                f"COURSE_ACCOUNT is {named}, and these are keys of account {where.account}.",
                "One of the two is not what you mean.",
                "Sign in to the other account, or set COURSE_ACCOUNT to this one, and run this "
                "cell again.",
            )
    elif not _is_meant(where):
        raise CourseError(
            "Nothing was done on that account.",
            "You did not say that it is the right one.",
            "Sign in to another one, or set AWS_PROFILE or AWS_DEFAULT_REGION, and run this cell "
            "again. Or work locally: COURSE_TARGET=local.",
        )
    kept.parent.mkdir(parents=True, exist_ok=True)
    kept.write_text(json.dumps(meant, indent=1) + "\n", encoding="utf-8")
    return True


def leave_others_alone() -> None:
    """Raises CourseError if the account has a stack of the course's name that is another's."""
    cloudformation = target.client("cloudformation")
    try:
        body = cloudformation.get_template(StackName=stages.STACK)["TemplateBody"]
    except ClientError as error:
        if error.response["Error"]["Code"] == "ValidationError":
            return  # no such stack, or one that was not made yet
        raise
    written = body if isinstance(body, str) else json.dumps(body)
    if all(name in written for name in _OF_THE_COURSE):
        return
    raise CourseError(
        f"There is a stack {stages.STACK} on this account, and it is not the stock trader.",
        f"It has no {' and no '.join(_OF_THE_COURSE)}: somebody made it for something else, and "
        "the course would change it.",
        "Take another Region (AWS_DEFAULT_REGION) or another account, and run this cell again.",
    )


_OF_THE_COURSE = ("StockTradingStateMachine", "TransactionTable")
"""Logical ids that every edition of the course's template has."""


def _answer() -> Path:
    return stages.work() / ".account.json"


def _meant(where: target.Target) -> dict[str, str]:
    """What is agreed to. Of a role that was assumed, the session's name is another each time."""
    identity = where.identity
    if ":assumed-role/" in identity:
        identity = identity.rpartition("/")[0]
    meant = {"account": where.account, "region": where.region, "identity": identity}
    return meant if where.url is None else meant | {"endpoint": where.url}


def _read(kept: Path) -> object:
    try:
        return json.loads(kept.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None


def _is_meant(where: target.Target) -> bool:
    if where.url is None:
        told = "What this course makes there is billed to that account."
    else:
        told = f"It is not AWS's: your commands go to {where.url}, as AWS_ENDPOINT_URL says."
    return says_yes(
        f"Account {where.account}, Region {where.region}, as {where.identity}.\n"
        f"{told} Is it the right one? [y/N] ",
        "Nothing was done on that account.",
        f"Say so beforehand: COURSE_ACCOUNT={where.account}.",
    )


def says_yes(question: str, left: str, beforehand: str) -> bool:
    """Ask the learner; True for yes.

    Raises CourseError where nobody can be asked: `left` is what was left undone, `beforehand` how
    to answer without being asked.
    """
    try:
        return input(question).strip().lower() in ("y", "yes")
    except Exception as error:  # a notebook that runs without anybody before it
        why = f"Nobody could be asked ({type(error).__name__})."
        raise CourseError(left, why, beforehand) from None
