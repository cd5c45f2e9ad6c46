"""The console: see in a browser what was deployed, and do what the lesson does by clicking.

    console.link()                  # what opens it, beside the notebook
    console.link(run)               # the same at the page of an execution
    console.link(table=table)       # or of a table, stack, rule, function, log group

It speaks to AWS by its API alone, so it shows the local endpoint, another one that answers as AWS
does, and a real account alike. From a terminal: `python -m helpers.console`.
"""

from helpers.console.links import Link, at_hand, link

__all__ = ["Link", "at_hand", "link"]
