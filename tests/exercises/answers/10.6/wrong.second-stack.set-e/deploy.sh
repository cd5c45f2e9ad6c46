#!/usr/bin/env bash
# Brings the stack up, whatever became of it before: bash deploy.sh STACK
set -e

status=$(aws cloudformation describe-stacks --stack-name "$1" \
    --query "Stacks[0].StackStatus" --output text)
if [ "$status" = ROLLBACK_COMPLETE ]; then
    aws cloudformation delete-stack --stack-name "$1"
    aws cloudformation wait stack-delete-complete --stack-name "$1"
fi
sam deploy --stack-name "$1"
