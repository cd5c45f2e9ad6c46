"""IAM's part in every call: who calls, what a call asks for, and whether policies allow it.

A function's and a state machine's own calls are always held against their roles. Those of users
and of sessions of roles are where the endpoint was started with `--enforce-iam`; the workspace's
own keys may do everything.

* Who calls: `keys` that were made here, the `tokens` of functions, their `principals` with the
  policies, boundary and session policy that hold for them.
* What is asked: the `needs` of a request, the `resource_needs` of a step of a deployment.
* Whether it is allowed: `policies` decides, `access` asks, `record` keeps what was asked.
* What is kept: `documents` in the form of a policy, `trust` policies; `aws_policies` are AWS's own.

What moto must be told of all this is told by hooks: `access.install` and those in `on_moto.mends`.
"""

ENFORCED = "LOCALAWS_ENFORCE_IAM"
"""The environment variable that tells the endpoint's process so; `start --enforce-iam` sets it."""
