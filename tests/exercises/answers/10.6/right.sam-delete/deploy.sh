#!/usr/bin/env bash
set -e
if aws cloudformation describe-stacks --stack-name "$1" 2>/dev/null | grep -q '"StackStatus": "ROLLBACK_COMPLETE"'; then
    sam delete --no-prompts --stack-name "$1"
fi
sam deploy --stack-name "$1"
