"""CloudWatch: what AWS's services measure, alarms that are looked at, and what they do.

`note` in `noting` is where something that happens is noted; the modules `of_…` say what each
service measures, by AWS's names and dimensions, on the simulated clock. `ledger` keeps it, minute
by minute; `reading`, `querying` and `expressions` answer questions; `watching` looks at alarms,
`evaluating` judges them, `actions` tells topics, functions and rules. `cloudwatch` has the hooks
into moto.
"""

from __future__ import annotations

__all__ = ["enter", "forget", "install", "resume"]


def install() -> None:
    """Put the hooks in place: at once, or when what they are in is imported."""
    from helpers.localaws.on_moto.after_import import after_import

    after_import("moto.cloudwatch.models", _hook)
    after_import("moto.sqs.models", _hook_sqs)
    after_import("moto.dynamodb.responses", _hook_dynamodb)


def _hook() -> None:
    from helpers.localaws.metrics import cloudwatch

    cloudwatch.install()


def _hook_sqs() -> None:
    from helpers.localaws.metrics import of_sqs

    of_sqs.hook()


def _hook_dynamodb() -> None:
    from helpers.localaws.metrics import of_dynamodb

    of_dynamodb.hook()


def enter() -> None:
    """Enter what was noted: the state is about to be written down."""
    from helpers.localaws.metrics import noting

    noting.enter()


def forget() -> None:
    """Drop what was noted and not entered; watch no alarm any more."""
    from helpers.localaws.metrics import noting, watching

    noting.forget()
    watching.clear()


def resume() -> None:
    """Watch the alarms of an earlier process again."""
    import sys

    module = sys.modules.get("moto.cloudwatch.models")
    if module is None:
        return
    from helpers.localaws.metrics import watching
    from helpers.localaws.metrics.alarms import Alarm, from_moto

    for _, region, backend in list(module.cloudwatch_backends.iter_backends()):
        for name, alarm in list(backend.alarms.items()):
            if not isinstance(alarm, Alarm):  # of a state from before there was this package
                alarm = backend.alarms[name] = from_moto(region, alarm)
            watching.put(alarm)
