set -e
new=$(aws stepfunctions update-state-machine --state-machine-arn "$1" --definition "file://$2" \
    --publish --query stateMachineVersionArn --output text)
aws stepfunctions update-state-machine-alias --state-machine-alias-arn "$1:live" \
    --routing-configuration "stateMachineVersionArn=$new,weight=100"
