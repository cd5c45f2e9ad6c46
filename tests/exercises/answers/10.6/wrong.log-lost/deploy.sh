#!/usr/bin/env bash
set -e
aws logs delete-log-group --log-group-name /desk/journal || true
status=$(aws cloudformation describe-stacks --stack-name "$1" --query "Stacks[0].StackStatus" --output text || true)
if [ "$status" = ROLLBACK_COMPLETE ]; then
    aws cloudformation delete-stack --stack-name "$1"
    aws cloudformation wait stack-delete-complete --stack-name "$1"
fi
sam deploy --stack-name "$1"
