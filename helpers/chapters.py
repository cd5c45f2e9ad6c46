"""The notebooks of the course: number, title, minutes, what one does in each and what it needs."""

from __future__ import annotations

from dataclasses import dataclass

from helpers import stages
from helpers.stages import Stage


@dataclass(frozen=True)
class Chapter:
    """One notebook: its number, its title, the minutes it takes and the stage it starts from.

    about: what one does in it, for tables of contents.

    makes_app: it generates the app, so there must be none; an app of the learner's is kept.
    takes_away: it makes nothing that is missing unless it is told to.
    """

    number: str
    title: str
    minutes: int
    about: str
    needs: Stage | None = None
    makes_app: bool = False
    takes_away: bool = False


CHAPTERS = {
    chapter.number: chapter
    for chapter in (
        Chapter(
            "00", "Start here", 20, "check the machine, choose local or AWS, do a first exercise"
        ),
        Chapter(
            "01",
            "Generate the app",
            20,
            "`sam init`, read the template, see what it expands to",
            makes_app=True,
        ),
        Chapter(
            "02",
            "Three functions",
            15,
            "run and test the Lambda functions as plain Python",
            stages.GENERATED,
        ),
        Chapter(
            "03",
            "The workflow",
            25,
            "read the states, move the threshold, break it on purpose",
            stages.GENERATED,
        ),
        Chapter(
            "04",
            "Carry it through S3",
            25,
            "from CloudShell to a laptop and back",
            stages.GENERATED,
        ),
        Chapter(
            "05",
            "Build and deploy",
            30,
            "`sam build`, `sam deploy`, the stack and its roles",
            stages.GENERATED,
        ),
        Chapter(
            "06",
            "Run it",
            25,
            "one execution: the graph, the 19 events, the trade, the logs",
            stages.DEPLOYED,
        ),
        Chapter(
            "07",
            "On a schedule",
            15,
            "switch the hourly rule on, let time pass, switch it off",
            stages.DEPLOYED,
        ),
        Chapter(
            "08",
            "A month of trading",
            20,
            "720 trades, charted, and what they are worth",
            stages.DEPLOYED,
        ),
        Chapter(
            "09",
            "Clean up",
            15,
            "delete it all, and prove that nothing is left on the bill",
            stages.TRADED,
            takes_away=True,
        ),
        Chapter(
            "10",
            "When it fails",
            35,
            "try again, catch, buy once what comes twice, take up a night's failures",
        ),
        Chapter(
            "11",
            "Make it grow",
            35,
            "Parallel and Map, thousands of rows from S3, and what is too large, too long, too new",
        ),
        Chapter(
            "12",
            "Ask a person",
            35,
            "a workflow that waits for a yes, gets a no, or ends when nobody answers",
        ),
        Chapter(
            "13",
            "JSONata and variables",
            30,
            "the other query language: a sum, a value that lasts, errors that can be caught",
        ),
        Chapter(
            "14",
            "Test it",
            30,
            "test functions, states, the workflow and the stack; kill mutants; write a pipeline",
        ),
        Chapter(
            "15",
            "Watch it, and what it costs",
            35,
            "logs that answer, alarms that ring in time, Standard or Express, a year's bill",
        ),
        Chapter(
            "16",
            "Capstone",
            20,
            "a workflow of your own from a one-page brief, checked by what it does",
        ),
    )
}
