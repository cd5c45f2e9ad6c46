"""The account that the endpoint is, and the region that a learner begins in."""

ACCOUNT = "123456789012"
"""The account number of the local endpoint."""
REGION = "us-east-1"
"""The region that `env` sets; the endpoint itself answers for every region."""
