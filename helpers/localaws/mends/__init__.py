"""Where moto answers otherwise than AWS does: what it lets pass, leaves out, or stumbles at.

What all of its services share is in `core_hooks`; Lambda, Step Functions and CloudFormation are
packages of their own.
"""

from __future__ import annotations


def install() -> None:
    """Put all of it right."""
    from . import (
        aws_policies,
        dynamodb_keys,
        emptying,
        iam_roles,
        identity,
        multipart,
        odd_requests,
        quirks,
        tag_limits,
        tagged,
    )

    for module in (
        *(aws_policies, dynamodb_keys, emptying, iam_roles, identity),
        *(multipart, odd_requests, quirks, tag_limits, tagged),
    ):
        module.install()
