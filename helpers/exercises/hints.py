"""Hints for what can be amiss in every exercise. A task may have better ones of its own."""

from __future__ import annotations

GENERIC: dict[str, tuple[str, str, str]] = {
    "missing-file": (
        "Which files does the task speak of, and which are there now?",
        "A file with another ending, or in another folder, is another file.",
        "exercise.restart() lays out the files anew; yours are kept beside them.",
    ),
    "not-json": (
        "Which character did the check stumble over? The line is in what it said.",
        "JSON wants a comma between two entries and none after the last, and double quotes.",
        "JupyterLab's editor colours JSON: where the colours change too late, a quote is missing.",
    ),
    "not-yaml": (
        "How far in does the line stand that the check names, and how far its neighbours?",
        "YAML goes by indentation: what belongs to a key stands further in, by spaces only.",
        "Compare the lines around it with the starter's: what did you add or move?",
    ),
    "not-toml": (
        "Which line does the check name, and what stands there that is no `name = value`?",
        "In TOML a text has double quotes, true and false have none, and a heading has brackets.",
        "Compare the line with samconfig.toml in your own project, work/demo-sam.",
    ),
    "not-python": (
        "Python did not get as far as running it. Which line does it name?",
        "The mistake may be at the end of the line before: a bracket or a quote left open.",
        "Run the file by itself: python FILE shows the same message with the place marked.",
    ),
    "refused": (
        "AWS did not take the definition, so nothing ran. What does the first line say?",
        "The path after “at” leads to the place: /States/NAME/FIELD.",
        "asl.diagnose(open(FILE).read()) says the same while you write, with a suggestion.",
    ),
    "stack-failed": (
        "Which resource failed first, and what reason does CloudFormation give?",
        "The first failure is the cause; the ones after it were cancelled because of it.",
        "sam validate --lint finds most of these before a deploy does.",
    ),
    "does-not-end": (
        "What is it waiting for? Something that never comes, or itself?",
        "A loop ends when its condition changes: what changes it?",
        "Nobody types an answer during a check: a command that asks for one waits for ever.",
    ),
    "too-much-output": (
        "What is printed again and again?",
        "A print inside a loop adds up; a loop that does not end adds up for ever.",
        "Print what you found, once, at the end.",
    ),
}
