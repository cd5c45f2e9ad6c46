#!/usr/bin/env bash
# Brings the stack up, whatever became of it before: bash deploy.sh STACK
set -e

sam deploy --stack-name "$1"
