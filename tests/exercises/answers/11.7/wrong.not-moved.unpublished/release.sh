set -e
live=$(aws stepfunctions describe-state-machine-alias --state-machine-alias-arn "$1:live" \
    --query 'routingConfiguration[0].stateMachineVersionArn' --output text)
aws stepfunctions update-state-machine --state-machine-arn "$1" --definition "file://$2"
aws stepfunctions update-state-machine-alias --state-machine-alias-arn "$1:live" --routing-configuration "stateMachineVersionArn=$live,weight=100"
