"""A plugin of the course's `aws` command: every service is asked at the local endpoint.

`aws sqs`, `aws rds` and some other commands of version 1 overlook `AWS_ENDPOINT_URL` and would
leave for AWS (github.com/aws/aws-cli/issues/8737). With `--endpoint-url` they do not, so it is
given to each command that is not given another. The local AWS configuration names this file.
"""

from __future__ import annotations

import os
from typing import Any


def awscli_initialize(cli: Any) -> None:
    """What `aws` calls when it starts."""
    cli.register("top-level-args-parsed", _name_the_endpoint)


def _name_the_endpoint(parsed_args: Any, **_: Any) -> None:
    if getattr(parsed_args, "endpoint_url", None) is None:
        parsed_args.endpoint_url = os.environ.get("AWS_ENDPOINT_URL")
