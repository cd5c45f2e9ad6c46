# sh release.sh MACHINE FILE
#
# Publishes FILE as a version of MACHINE, and lets one start in ten of its alias `live` have it.

set -e

live=$(aws stepfunctions describe-state-machine-alias --state-machine-alias-arn "$1:live" \
    --query 'routingConfiguration[0].stateMachineVersionArn' --output text)
new=$(aws stepfunctions update-state-machine --state-machine-arn "$1" --definition "file://$2" \
    --publish --query stateMachineVersionArn --output text)
aws stepfunctions update-state-machine-alias --state-machine-alias-arn "$1:live" \
    --routing-configuration \
    "stateMachineVersionArn=$live,weight=90" "stateMachineVersionArn=$new,weight=10"
