# Prints the name of the table that the stack $STACK has left behind, and nothing else.
id=$(aws cloudformation list-stacks --stack-status-filter DELETE_COMPLETE --output text \
    --query "StackSummaries[?StackName=='$STACK'] | [0].StackId")
aws cloudformation describe-stack-events --stack-name "$id" --output text \
    --query "StackEvents[?ResourceStatus=='DELETE_SKIPPED'].PhysicalResourceId"
