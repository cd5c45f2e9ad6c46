"""The console: see in a browser what was deployed, and do what the lesson does by clicking.

It speaks to AWS by its API alone, so it shows the local endpoint, another one that answers as AWS
does, and a real account alike: `python -m helpers.console`.
"""
