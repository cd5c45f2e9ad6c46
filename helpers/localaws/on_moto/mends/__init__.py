"""Where moto answers otherwise than AWS does: what it lets pass, leaves out, or stumbles at.

What all of its services share is in `on_moto.core`; Lambda, Step Functions and CloudFormation are
packages of their own.
"""

from __future__ import annotations


def install() -> None:
    """Put all of it right."""
    from helpers.localaws.on_moto.mends import (
        aws_policies,
        dynamodb_keys,
        dynamodb_updates,
        emptying,
        iam_roles,
        identity,
        log_times,
        message_moves,
        multipart,
        notifications,
        odd_requests,
        queues,
        quirks,
        readers,
        table_exports,
        table_reads,
        tag_limits,
        tagged,
        versions,
    )

    for module in (
        aws_policies,
        dynamodb_keys,
        dynamodb_updates,
        emptying,
        iam_roles,
        identity,
        log_times,
        message_moves,
        multipart,
        notifications,
        odd_requests,
        queues,
        quirks,
        readers,
        table_exports,
        table_reads,
        tag_limits,
        tagged,
        versions,
    ):
        module.install()


def late(service: str) -> None:
    """Put right what is imported with a service that somebody asks for, and not before."""
    if service == "secretsmanager":
        from helpers.localaws.on_moto.mends import secret_names

        secret_names.install()
