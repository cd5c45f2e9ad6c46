#!/usr/bin/env bash
aws cloudformation describe-stacks --stack-name "$1" > /dev/null 2>&1 && exit 0
sam deploy --stack-name "$1"
