"""What botocore reads of AWS's services is kept small: plain dicts, without the documentation.

botocore makes an OrderedDict of each, which takes three times as much and longer.
"""

from __future__ import annotations

import sys
from typing import Any

_LEFT_OUT = ("awscrt", "OpenSSL")
"""AWS's faster transport, 12 MB of machine code, and another TLS: nobody needs either here. moto,
which is imported after boto3, has both: a checksum of S3's comes from the first when it is asked.
"""


def import_boto3() -> None:
    """Import boto3 without what the endpoint does not use."""
    left_out = [name for name in _LEFT_OUT if name not in sys.modules]
    sys.modules.update(dict.fromkeys(left_out))  # type: ignore[arg-type]
    try:
        import boto3  # noqa: F401
    finally:
        for name in left_out:
            del sys.modules[name]
    from botocore import loaders

    loaders.OrderedDict = _without_words  # its hook for each object of a model


def _without_words(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if isinstance(made.get("documentation"), str):  # else it is a member of that name
        made["documentation"] = ""
    return made
