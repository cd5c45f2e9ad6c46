"""The parts of docs/teaching.md that are counted: timetables, minutes, wrong answers; for authors.

python -m helpers.teaching
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from helpers import contents
from helpers.chapters import CHAPTERS, Chapter
from helpers.exercises import catalogue
from helpers.stages import ROOT

PAGE = ROOT / "docs" / "teaching.md"


@dataclass(frozen=True)
class Pause:
    """Minutes of a plan that no notebook fills, and what happens in them."""

    minutes: int
    what: str


@dataclass(frozen=True)
class Plan:
    """A day, or less: from when, how long, and what; what is left over is its reserve.

    items: a notebook ("06": read and run), its exercises ("06.*"), one exercise ("06.1"), a pause.
    """

    title: str
    begins: int
    minutes: int
    items: tuple[str | Pause, ...]

    @property
    def reserve(self) -> int:
        """Minutes for questions, and for whoever is late."""
        return self.minutes - sum(_minutes(item) for item in self.items)


_BREAK, _LUNCH = Pause(15, "break"), Pause(60, "lunch")

PLANS = {
    "90 minutes": (
        Plan(
            "90 minutes",
            0,
            90,
            (
                Pause(3, "what will be built, by the picture in the README"),
                *("00", "00.1", "03", "06"),
                Pause(3, "what the picture of a run says, and where to go on"),
            ),
        ),
    ),
    "half a day": (
        Plan(
            "half a day",
            9 * 60,
            240,
            (
                Pause(5, "what will be built; everybody has notebook 00 open"),
                *("00", "00.1", "01"),
                _BREAK,
                *("03", "03.1", "05", "05.1"),
                _BREAK,
                *("06", "06.1", "07", "09"),
                Pause(5, "what is left: `python -m helpers.leftovers`"),
            ),
        ),
    ),
    "two days": (
        Plan(
            "first day",
            9 * 60,
            420,
            (
                Pause(10, "what will be built; everybody has notebook 00 open"),
                *("00", "00.*", "01", "01.*"),
                _BREAK,
                *("02", "02.*"),
                _LUNCH,
                *("03", "03.*"),
                _BREAK,
                *("04", "04.*", "05"),
                Pause(5, "what is still open; the answers to it tomorrow"),
            ),
        ),
        Plan(
            "second day",
            9 * 60,
            420,
            (
                Pause(10, "yesterday's open questions"),
                *("05.*", "06"),
                _BREAK,
                "06.*",
                _LUNCH,
                *("07", "07.*", "08", "08.*"),
                _BREAK,
                *("09", "09.*"),
                Pause(10, "what is left, and what each takes to work tomorrow"),
            ),
        ),
    ),
    "three days": (
        Plan(
            "first day",
            9 * 60,
            420,
            (
                Pause(4, "what has already gone wrong with a workflow of yours?"),
                *("10", "10.*"),
                _BREAK,
                "11",
                _LUNCH,
                "11.*",
                _BREAK,
                "12",
                Pause(5, "what is still open; the answers to it tomorrow"),
            ),
        ),
        Plan(
            "second day",
            9 * 60,
            420,
            (
                Pause(5, "yesterday's open questions"),
                "12.*",
                _BREAK,
                *("13", "13.*"),
                _LUNCH,
                *("14", "14.*"),
                Pause(5, "what is still open; the answers to it tomorrow"),
            ),
        ),
        Plan(
            "third day",
            9 * 60,
            420,
            (
                Pause(5, "yesterday's open questions"),
                *("15", "15.*"),
                _LUNCH,
                "16",
                _BREAK,
                "16.*",
                Pause(10, "three desks side by side: how they differ, and what each costs"),
            ),
        ),
    ),
}

SEEN: dict[str, dict[str, str]] = {
    "00.1": {
        "no-price": "a price in cents, or one above 100",
        "two-numbers": "both edge prices, since the file was read as a question for a range",
    },
    "00.2": {
        "a-text": '`"97"` in quotes: it runs, and Default takes it',
        "buys": "50, in the belief that the rule says “less than”",
    },
    "01.1": {
        "another-group": "a log group of another name, into which no function writes",
        "stack-failed": "the function waits for the group, and the group's name for the function",
    },
    "01.2": {
        "an-arn": "`!GetAtt Table.Arn` where the name was asked for",
        "another-name": "the name copied from a stack that stands",
    },
    "01.3": {
        "own-role": "what stands in the file is counted, and not what SAM adds",
        "schedule": "a function's schedule counted as a workflow's is",
    },
    "02.1": {
        "as-text": 'DynamoDB is given `{"S": …}`, and the column is text',
        "a-number": "one of the two numbers made text, the other overlooked",
    },
    "02.2": {
        "still-text": "`json.dumps` twice, or `str`, instead of none",
        "no-price": "an HTTP answer with a body, as for an API",
    },
    "02.3": {
        "nothing": "the quantity is not looked at: a purchase of no shares would pass",
        "zone": "a time is parsed, and its zone not looked at",
    },
    "03.1": {
        "literal": "`.$` forgotten at one key: the words of the path are stored",
        "not-stored": "a number given where DynamoDB wants its text",
    },
    "03.2": {
        "fails": "no Default, or a comparison with a field that is not there",
        "no-number-decides": "IsPresent alone, which a null and a text pass, too",
    },
    "03.3": {
        "never-holds": "the new rule stands below the old one, which takes all",
        "ends": "45 and 55 themselves, by Less instead of LessThanEquals",
    },
    "03.4": {
        "input-is-text": "the input given as an object; the command wants text",
        "not-the-edge": "a price far away, which two thresholds treat alike",
    },
    "04.1": {
        "version-lost": "the spoiled version deleted, and with it what nothing brings back",
        "under-a-marker": "always the second newest, also where the newest is a delete marker",
    },
    "04.2": {
        "bytes": "size and time compared, as `dircmp` does",
        "built-counts": "`.aws-sam` compared as well",
    },
    "04.3": {
        "history": "the files without the commits",
        "secret-travels": "`tar` of the whole folder, `.env` included",
    },
    "05.1": {
        "not-built": "deployed without building: “No changes”, and the old function answers",
        "source": "`-t template.yaml`: the source is deployed, not the build",
    },
    "05.2": {
        "too-wide": "`*` as the resource: it works, and so does all else",
        "denied": "the right given to the function, not to the workflow's role",
    },
    "05.3": {
        "left-over": "one name filled in, one overlooked: `${…}` is taken for text",
        "fails": "`!Ref` left out: the word itself is filled in",
    },
    "05.4": {
        "circular": "`DependsOn` added, which is one more arrow of the circle",
        "too-wide": "the circle cut by a star in the policy",
    },
    "05.5": {
        "hides-failure": "`|| true`: the pipeline is green for ever",
        "nothing-to-do": "nothing done: `sam deploy` ends with 1 where nothing has changed",
    },
    "05.6": {
        "trust": "more rights in the role, where it is the trust that is at fault",
        "too-wide": "a principal of `*`, or Lambda left beside Step Functions",
    },
    "06.1": {
        "price-lost": "the result replaces the input, since no ResultPath is there",
        "one-branch": "done for the buyer, forgotten for the seller",
    },
    "06.2": {
        "Parameters": "Parameters taken for something that adds to the input",
        "ResultSelector": "ResultSelector believed to see the input",
    },
    "06.3": {
        "wrapped": "the answer left in its `Payload`",
        "retry-lost": "the state written anew, its Retry not",
    },
    "06.4": {
        "twice": "a name that is another each time: random, a time, `hash()`",
        "hides-errors": "every exception caught, where one was meant",
    },
    "07.1": {
        "fixed": "seven or eight in UTC: right for half of the year",
        "stack-failed": "a time zone on a rule, which has none; a schedule has",
    },
    "07.2": {
        "second-deploy": "a condition that holds at the first deploy and not at the second",
        "still-off": "the description changed, not what says whether it is on",
    },
    "07.3": {
        "day-numbers": "1–5 for Monday to Friday; AWS's week begins on Sunday with 1",
        "stack-failed": "five fields, as in Unix; AWS wants six, one of them `?`",
    },
    "08.1": {
        "cash": "money spent on shares counted as lost",
        "order": "a scan taken for a list in order of time",
    },
    "08.2": {
        "first-sale": "an item that is not there yet not thought of",
        "swallows": "every error caught as “nothing held”",
    },
    "08.3": {
        "scans": "a filter on a scan: it reads, and bills, the whole table",
        "one-page": "the first page taken for all",
    },
    "09.1": {
        "gone": "UpdateReplacePolicy alone, or DeletionPolicy on another resource",
        "fixed-name": "a fixed name, which is taken when the stack comes again",
    },
    "09.2": {
        "versions-stay": "`aws s3 rm --recursive`, which puts a marker on each object",
        "a-thousand": "the first thousand versions only",
    },
    "09.3": {
        "neighbour": "a prefix without its hyphen, and demo-sam-2 is hit",
        "left": "the stack asked for what it never owned: log groups",
    },
    "10.1": {
        "timeouts-count": "the waits added up, and not the attempts that hang",
        "in-vain": "the wildcard above the exception, or alone",
    },
    "10.2": {
        "input-lost": "a ResultPath on the state, where the Catch has one of its own",
        "output-lost": "the row is right, and DynamoDB's answer is the output",
    },
    "10.3": {
        "missing-limit": "States.Runtime in ErrorEquals: AWS accepts it and never obeys",
        "too-large": "the wildcard believed to take it, or a ResultSelector to cut it down in time",
    },
    "10.4": {
        "bought-twice": "a condition on the last put: one row, and two purchases",
        "race": "getItem and a Choice, between which another execution fits",
        "hides-errors": "every error of the put taken for “here already”",
    },
    "10.5": {
        "one-page": "the first hundred taken for all",
        "stops": "one that is too old ends the script for the others",
    },
    "10.6": {
        "still-taken": "the stack deleted, and the cause left where it was",
        "deletes-always": "a delete before each deploy, also of a stack with a year of data",
    },
    "10.7": {
        "not-caught": "a Catch for `ExchangeClosed`, when the caller's error is States.TaskFailed",
        "any-failure": "a word looked for in the cause, where it may stand in a sentence, too",
    },
    "11.1": {
        "list": "ResultPath alone: `found` is the list of both answers",
        "order-lost": "ResultSelector alone: what was found takes the order's place",
    },
    "11.2": {
        "rest-lost": "the Catch on the Map, which takes the error when the rest is lost",
        "input-lost": "a Catch without ResultPath: the error is there, the order's id is not",
    },
    "11.3": {
        "too-many": "2 at both Maps, which makes four",
        "one-by-one": "1 at both, to be on the safe side",
    },
    "11.4": {
        "threshold": "a count where a share was asked for: right for one length of the file",
        "hides": "a Catch inside the item, after which nothing ever counts as failed",
    },
    "11.5": {
        "overwritten": "a key that is always the same",
        "too-large": "ResultSelector, or compression: the limit is looked at first, or later",
    },
    "11.6": {
        "too-many": "the count handed over: each execution after the first reads one page",
        "last-page": "the count asked first, and the twentieth page is the last one",
    },
    "11.7": {
        "old-definition": "published before it was updated",
        "goes-on": "no `set -e`: a refused definition, and the script goes on",
        "bell": "an alias is published, and the bell goes on starting what was deployed last",
    },
    "12.1": {
        "after-yes": "no ResultPath: the answer takes the order's place, and the trade finds no id",
        "no-is-failure": "nothing catches the no, or a Fail state ends it",
    },
    "12.2": {
        "whole-ends": "TimeoutSeconds at the top, where nothing can come after it",
        "not-caught": "`States.TaskFailed`, which takes everything but a timeout",
    },
    "12.3": {
        "too-much": "the whole input sent along, with the client's account",
        "execution": "the execution's name, by which nobody finds it",
    },
    "12.4": {
        "too-wide": "`*`, or a name that only begins like the stack's own workflow",
        "denied": "`StepFunctionsExecutionPolicy`, or the execution's ARN",
    },
    "12.5": {
        "hides-errors": "every exception caught: the person hears that all is well",
        "unclear": "all that is not no is a yes",
    },
    "12.6": {
        "interrupted": "ten minutes as TimeoutSeconds: whoever reads is cut off",
        "for-ever": "HeartbeatSeconds alone: a forgotten window holds the order",
    },
    "12.7": {
        "new-too": "whatever is RUNNING is stopped, the new ones among them",
        "one-page": "the first hundred of a hundred and three",
    },
    "13.1": {
        "refused": "QueryLanguage at the top, and the old fields left; or `{% $.id %}`",
        "literal": "the `{% %}` forgotten at one key: the words are stored, and nothing fails",
    },
    "13.2": {
        "nothing": "`$sum` of a filter that finds nothing: a day without sales fails",
        "texts": '`"2" * "8"`, without `$number`',
    },
    "13.3": {
        "said-too-much": "the order handed on through the functions, as in JSONPath",
        "undefined": "a variable read in the state that sets it",
    },
    "13.4": {
        "c": "an error expected, where an object loses its field without a word",
        "g": "a list of one expected, as JSONPath gives it",
    },
    "13.5": {
        "hides-errors": "`States.ALL`, which takes the broker's refusal, too",
        "not-there": "`States.Runtime` named in a Catch, which no Catch takes",
    },
    "14.1": {
        "swapped": "a price of 5 and a quantity of 5: two that change places unseen",
        "swallows": "the stand-in never fails, or by one code only",
    },
    "14.2": {
        "order-lost": "status and next state asked for, and not what is handed on",
        "timeout": "`States.Timeout` not tried, which `States.TaskFailed` leaves out",
    },
    "14.3": {
        "planted": "the bug found by reading and mended, and no test that knows it",
        "edge": "7 and 93, far from where the decision is made",
    },
    "14.4": {
        "again": "a fixed name or Id: green once",
        "slow": "`time.sleep` instead of asking whether it has ended",
        "left-behind": "the test's own order stays in a book that others read",
    },
    "14.5": {
        "hides-failure": "an `echo` at the end, `|| true`, a pipe into `tee`",
        "too-late": "the unit tests after the deploy, as in the starter",
    },
    "15.1": {
        "secret": "the whole order in the log, and the client's account with it",
        "by-hand": "JSON by an f-string, good until a name has a quote in it",
        "swallowed": "the error logged, and not raised again",
    },
    "15.2": {
        "stack-failed": "the right to put log events, as a function has it",
        "too-wide": "`CloudWatchLogsFullAccess`, which is what one finds by searching",
    },
    "15.3": {
        "night": "`TreatMissingData` left out: two failures, a quiet night, and it rings at dawn",
        "one-bad-hour": "the sum of five hours, which a single bad one reaches",
        "timed-out": "`ExecutionsFailed` alone",
    },
    "15.4": {
        "quotes": "price as the reason for everything",
        "journal": "an Express workflow without a log: nobody will know why it failed",
    },
    "15.5": {
        "loop": "the boxes of the picture counted, not the states entered",
        "retries": "what failed taken for free",
    },
    "15.6": {
        "goes-on": "somebody told, and nothing stopped; or a function without the right",
        "again": "`OKActions` that put the rule on again, once an hour",
    },
    "16.1": {
        "accepted": "2.5 shares, or the text `5`, carried out: rules that were never tried",
        "basket-lost": "`null` in the list, and no basket at all is answered",
        "edges": "a name of their own for an output of the brief",
    },
    "16.2": {
        "asked-twice": "a look at the table before, and a put after the exchange was asked",
        "row-changed": "one Catch for claim and exchange: known orders marked as failed",
    },
    "16.3": {
        "asked-again": "Retry on `States.ALL`, or boto3's own retries: bought twice",
        "too-late": "no time limit at all, as a Task has none of its own",
    },
    "16.4": {
        "too-many": "no `MaxConcurrency`: with four orders nobody sees it",
        "lost": "the exchange's whole answers carried along, 256 KB of them",
    },
    "16.5": {
        "too-dear": "a Choice a field, a Pass after each Task",
        "not-through": "begun before 16.4 was done: nothing went through that could be counted",
    },
    "16.6": {
        "deletes": "`DynamoDBCrudPolicy`, as it was in an example",
        "wide-table": "`AmazonDynamoDBFullAccess`, as it worked",
    },
    "16.7": {
        "left-logs": "functions without log groups of their own",
        "not-deleted": "a bucket for results, with results in it",
    },
}
"""Exercise → key of its hints → what learners do there, told to a teacher."""


def main() -> None:
    """Write the counted parts into the page; what stands around them stays."""
    PAGE.write_text(page(PAGE.read_text(encoding="utf-8")), encoding="utf-8")


def page(text: str) -> str:
    """The page with its counted parts as they should be."""
    for name, days in PLANS.items():
        text = _fill(text, f"plan {name}", "\n\n".join(map(timetable, days)))
    for chapter in CHAPTERS.values():
        text = _fill(text, f"notebook {chapter.number}", _notebook(chapter))
    return text


def timetable(plan: Plan) -> str:
    """A table of a plan: when, what, how long; its last line is the reserve."""
    rows = ["| from | what | minutes |", "| --- | --- | ---: |"]
    now = plan.begins
    for item in (*plan.items, Pause(plan.reserve, "reserve: questions, and whoever is late")):
        minutes = _minutes(item)
        rows.append(f"| {now // 60}:{now % 60:02} | {_what(item)} | {minutes} |")
        now += minutes
    rows.append(f"| {now // 60}:{now % 60:02} | end of {plan.title} | {plan.minutes} |")
    return "\n".join(rows)


def _minutes(item: str | Pause) -> int:
    if isinstance(item, Pause):
        return item.minutes
    if "." not in item:
        return CHAPTERS[item].minutes
    return sum(task.minutes for task in _tasks(item))


def _what(item: str | Pause) -> str:
    if isinstance(item, Pause):
        return item.what
    if "." not in item:
        return f"**{item}** {CHAPTERS[item].title}: read and run"
    tasks = _tasks(item)
    if item.endswith("*"):
        return f"exercises {tasks[0].id} to {tasks[-1].id}"
    return f"exercise {item} · {tasks[0].title}"


def _tasks(item: str) -> list:
    number, _, which = item.partition(".")
    return catalogue.every(number) if which == "*" else [catalogue.find_task(item)]


def _notebook(chapter: Chapter) -> str:
    tasks = catalogue.every(chapter.number)
    lines = [
        f"**Minutes:** {chapter.minutes} to read and run, "
        f"{sum(task.minutes for task in tasks)} for its {len(tasks)} exercises. "
        f"**Needs:** {chapter.needs.name if chapter.needs else 'nothing'}.",
        "",
        f"**Aims:** {_aims(chapter.number)}.",
        "",
        "| exercise | minutes | what you will see | ask back |",
        "| --- | ---: | --- | --- |",
    ]
    for task in tasks:
        name, minutes = f"{task.id} · {task.title}", str(task.minutes)
        for key, seen in _seen(task.id).items():
            lines.append(f"| {name} | {minutes} | {seen} | {task.hints_for(key)[0]} |")
            name = minutes = ""
    return "\n".join(lines)


def _seen(exercise: str) -> dict[str, str]:
    """What learners do there. Raises ValueError where nobody has said it yet."""
    if exercise not in SEEN:
        raise ValueError(
            f"SEEN in helpers/teaching.py has no {exercise}: say there what a teacher will see, by "
            f"the keys of two or more wrong answers (tests/exercises/answers/{exercise}/wrong.KEY)."
        )
    return SEEN[exercise]


def _aims(number: str) -> str:
    """What the notebook itself promises, as one sentence."""
    prose = (cell for cell in contents.cells(number) if cell["cell_type"] == "markdown")
    text = "".join(next(prose)["source"])
    if match := re.search(r"\*\*After this notebook you can\*\*\n\n((?:- .+\n)+)", text):
        return " ".join(line.removeprefix("- ") for line in match[1].splitlines()).rstrip(".")
    match = re.search(r"\*\*You will be able to\*\* (.+?)\.\s*(?:\n\n|$)", text, re.S)
    if not match:
        raise ValueError(
            f"Notebook {number} does not say what one can do after it: a paragraph of its first "
            "cell begins with **You will be able to** and ends with a full stop."
        )
    return " ".join(match[1].split())


def _fill(text: str, name: str, content: str) -> str:
    begin, end = f"<!-- {name} -->", "<!-- end -->"
    before, marker, after = text.partition(begin)
    if not marker:
        raise ValueError(f"{PAGE.name} has no place for it: two lines, {begin} and {end}.")
    return f"{before}{begin}\n\n{content}\n\n{end}{after.partition(end)[2]}"


if __name__ == "__main__":
    main()
