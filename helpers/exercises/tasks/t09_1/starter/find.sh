# Prints the name of the table that the stack $STACK has left behind, and nothing else.
aws cloudformation describe-stack-resources --stack-name "$STACK" --output text \
    --query "StackResources[?ResourceType=='AWS::DynamoDB::Table'].PhysicalResourceId"
