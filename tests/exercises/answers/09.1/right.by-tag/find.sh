# Prints the name of the table that the stack $STACK has left behind, and nothing else.
aws resourcegroupstaggingapi get-resources --resource-type-filters dynamodb:table --output text \
    --tag-filters "Key=aws:cloudformation:stack-name,Values=$STACK" \
    --query 'ResourceTagMappingList[].ResourceARN' | sed 's|.*table/||'
