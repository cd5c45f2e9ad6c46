"""IAM's part in every call: who calls, what a call asks for, and whether policies allow it.

A function's and a state machine's own calls are always held against their roles. Those of users
and of sessions of roles are where the endpoint was started with `--enforce-iam`; the workspace's
own keys may do everything.
"""

ENFORCED = "LOCALAWS_ENFORCE_IAM"
"""The environment variable that tells the endpoint's process so; `start --enforce-iam` sets it."""
