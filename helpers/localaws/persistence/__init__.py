"""What the endpoint keeps on disk, so that nothing is lost when it ends, however it ends.

**Where.** In the workspace's `state` folder: `state.sqlite` (SQLite, write-ahead log) and
`contents/`, the contents of S3's objects and of Lambda's archives, each a file named by its
SHA-256. Nothing of it is meant to be read by anything else.

**What.** Everything that moto's backends hold, of every service, account and region that was used,
as one pickle: so nothing has to be listed, and what CloudFormation's stack and DynamoDB both know
as one table is one table again. What grows is not in the pickle: the items of tables and the lines
of logs are rows of their own, written once; executions and their histories have a table. Beside
it: the clock, the market seed and its draws, when each rule is due next, events that wait for a
function.

**In memory** what grows is small too: an item is a few bytes until somebody asks for it, older
events of logs are packed by the hundred, and an execution that has ended is on disk only. So a year
of trading takes hardly more than a month, and a copy of the state looks at what is new in it.

**When.** About twice a second while something happens, and once more when the endpoint stops. All
of one moment goes into one transaction. So kill -9 loses the last second at most, and what is found
again fits together: no execution has succeeded without the item that it put.

**How it stays whole.** Who changes something does it inside the gate (`turns.gate`).
To copy the state, the gate is closed for the milliseconds that this takes, when nobody is inside.
Where a thread stays inside for long, it is waiting for something, or works on one step of a
deployment; then it is copied all the same after 0.3 s, and once more should it change under
pickle's hands. Packing and writing are done with the gate open.

**What was under way** when the endpoint ended is FAILED and says so: an execution by its
ExecutionFailed event (RedriveExecution takes it up), a stack by its rollback, which begins when the
endpoint starts again. Task tokens, queued activity tasks and running invokes are gone; asynchronous
events run again. A rule that was due while the endpoint was down fires once when it is back, for
the first of the times that it missed.

**What an older version wrote** is taken over where `book.OLDER` names its format. **What cannot be
read** (any other version's, or damaged) is renamed, never deleted, and `start` says so. While the
disk is full the endpoint goes on in memory, `status` says so, and it writes again when there is
room.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from helpers.localaws.persistence.book import Book, NoRoom, open_or_set_aside, set_aside

if TYPE_CHECKING:
    from helpers.localaws.persistence.keeper import Keeper, Report

__all__ = ["NoRoom", "close", "empty", "load", "open_book", "report", "take_up"]

LOG = logging.getLogger(__name__)

_book: Book | None = None
_notice: str | None = None
_keeper: Keeper | None = None


def open_book(folder: Path) -> str | None:
    """Open the state in `folder`; returns a sentence if an earlier one had to be set aside.

    Raises NoRoom.
    """
    global _book, _notice
    _book, _notice = open_or_set_aside(folder)
    return _notice


def load(clean: Callable[[], None]) -> Report:
    """Bring back what was kept, and keep what happens from now on. Call it before any request.

    clean: empties the endpoint, should what was kept be damaged and half of it be there by then.
    What is under way is taken up afterwards, by `take_up`.
    """
    global _book, _keeper
    from helpers.localaws.persistence import hooks
    from helpers.localaws.persistence.keeper import Keeper, Report
    from helpers.localaws.stepfunctions import use_state

    if _book is None:
        raise RuntimeError("open_book has not been called")
    hooks.install()
    report = Report(notice=_notice)
    keeper = Keeper(_book, use_state(_book.base, _book.lock), report)
    try:
        keeper.load()
    except Exception as error:
        LOG.exception("the state cannot be read")
        _book.close()
        report = Report(notice=set_aside(_book.folder, f"it is damaged ({error!r})"))
        LOG.error(report.notice)
        _book = Book(_book.folder)
        keeper = Keeper(_book, use_state(_book.base, _book.lock), report)
        clean()
    _keeper = keeper
    keeper.start()
    return report


def take_up() -> None:
    """Roll back, or end, what stacks were at when the endpoint ended, in the background."""
    if _keeper is None:
        return
    from helpers.localaws import cloudformation

    _keeper.report.stacks = cloudformation.recover()
    if _keeper.report.executions or _keeper.report.stacks:
        LOG.warning(_keeper.report.sentence())


def report() -> Report | None:
    """What became of the earlier state; None until it is loaded."""
    return _keeper.report if _keeper is not None else None


def empty(work: Callable[[], None]) -> None:
    """Do `work`, which empties the endpoint, and empty the state on disk with it."""
    if _keeper is None:
        work()
    else:
        _keeper.empty(work)


def close() -> None:
    """Write everything, and end; what stacks are at stops between two steps."""
    if _keeper is not None:
        from helpers.localaws import cloudformation

        cloudformation.stop_all(5)
        _keeper.close()
