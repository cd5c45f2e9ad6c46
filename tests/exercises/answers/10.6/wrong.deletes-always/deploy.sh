#!/usr/bin/env bash
set -e
aws cloudformation delete-stack --stack-name "$1"
aws cloudformation wait stack-delete-complete --stack-name "$1"
sam deploy --stack-name "$1"
