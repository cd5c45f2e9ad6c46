# Prints the name of the table that the stack $STACK has left behind, and nothing else.
aws cloudformation describe-stacks --stack-name "$STACK" --output text \
    --query "Stacks[0].Outputs[0].OutputValue"
