#!/bin/bash
# Counts the trades of a stack: bash count_trades.sh NAME-OF-THE-STACK
# It stays as it is. Which table the stack has, it learns from the output TransactionTableName.
set -e

table=$(aws cloudformation describe-stacks --stack-name "$1" --output text \
  --query "Stacks[0].Outputs[?OutputKey=='TransactionTableName'].OutputValue")
aws dynamodb scan --table-name "$table" --select COUNT --query Count --output text
