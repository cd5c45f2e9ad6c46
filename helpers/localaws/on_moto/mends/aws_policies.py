"""moto keeps the texts of AWS's 1,500 policies, and twice: 20 MB of each endpoint. Imports moto."""

from __future__ import annotations

import sys

import moto.iam
from moto.iam import models
from moto.iam.models import AWSManagedPolicy, IAMBackend
from moto.settings import load_iam_aws_managed_policies

from helpers.localaws.iam import aws_policies


def install() -> None:
    """Put the hook in place, and let go of the text."""
    IAMBackend._init_aws_policies = _init_aws_policies
    models.aws_managed_policies_data = ""
    sys.modules.pop(aws_policies.MODULE, None)
    vars(moto.iam).pop("aws_managed_policies", None)


def _init_aws_policies(self: IAMBackend) -> list[AWSManagedPolicy]:
    """For IAMBackend._init_aws_policies, which reads the whole text, and keeps it in pieces."""
    if not load_iam_aws_managed_policies():
        return []
    return aws_policies.every(self.account_id, self.region_name)
