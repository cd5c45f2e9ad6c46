"""Hints that fit each exercise of the capstone: what can go wrong before anything is looked at."""

from __future__ import annotations

Three = tuple[str, str, str]

COMMON: dict[str, Three] = {
    "": (
        "Begin at the edges. Which parameter, which outputs, which table does BRIEF.md name?",
        "A walking skeleton first: a template that deploys, a workflow that takes one good order "
        "and answers in the brief's form. Then the rest, one demand after the other.",
        "Notebook 16 deploys such a skeleton. Which of its files do you take over, and what has to "
        "be named as the brief names it?",
    ),
    "no-template": (
        "Which file does `sam deploy` look for?",
        "The folder is empty but for the brief and the exchange: template.yaml is yours to write.",
        "A template with one parameter, one table, one state machine and two outputs is a start.",
    ),
    "no-code": (
        "Which file or folder is that, as seen from template.yaml? Does it have another name?",
        "CodeUri is a folder beside the template; Handler names a file in it, and a function.",
        "An empty folder is no code yet: a file with a lambda_handler that returns something is.",
    ),
    "edges": (
        "The check knows your desk by its edges only. What does the brief call them?",
        "One parameter, two outputs, one key: names count, to the letter.",
        "aws cloudformation describe-stacks shows a stack's outputs as others see them.",
    ),
    "fails": (
        "The execution failed. In which state, with which error? The picture shows it.",
        "Deploy it yourself and give it the same basket: the history has the cause in full.",
        "A right that is missing, a path that leads nowhere, a word that DynamoDB keeps for "
        "itself: these three are the most common.",
    ),
    "answer": (
        "Compare the execution's output with the answer in the brief, field by field.",
        "`booked` and `known` are numbers, `failed` is a list, and the first order of a basket "
        "stands at position 0.",
        "After a Map you have a list of what each order came to. What of it is counted, and what "
        "is picked out?",
    ),
    "row": (
        "Look at one row of your book. What has it, and what should it have?",
        "A number of DynamoDB's is an attribute of the type N; its value travels as text.",
        "The row tells how the order ended: `Outcome`, and where it was booked `Price`.",
    ),
}


def hints(own: dict[str, Three]) -> dict[str, Three]:
    """An exercise's own hints, and those that fit all."""
    return COMMON | own
