set -e
python - "$1" "$2" <<'END'
import sys

import boto3

machine, file = sys.argv[1:]
client = boto3.client("stepfunctions")
alias = client.describe_state_machine_alias(stateMachineAliasArn=f"{machine}:live")
live = alias["routingConfiguration"][0]["stateMachineVersionArn"]
with open(file) as text:
    new = client.update_state_machine(
        stateMachineArn=machine, definition=text.read(), publish=True
    )["stateMachineVersionArn"]
client.update_state_machine_alias(
    stateMachineAliasArn=f"{machine}:live",
    routingConfiguration=[
        {"stateMachineVersionArn": live, "weight": 90},
        {"stateMachineVersionArn": new, "weight": 10},
    ],
)
END
