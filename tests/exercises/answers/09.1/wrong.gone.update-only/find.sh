# Prints the name of the table that the stack $STACK has left behind, and nothing else.
aws dynamodb list-tables --output text \
    --query "TableNames[?starts_with(@, '$STACK-TransactionTable-')]"
