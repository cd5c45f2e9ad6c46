#!/usr/bin/env bash
# Runs after every commit, on a machine where nobody sits: bash pipeline.sh STACK
python -m pytest -q tests/unit
sam build
sam deploy --stack-name "$1" --no-confirm-changeset --no-fail-on-empty-changeset
AWS_SAM_STACK_NAME="$1" python -m pytest -q tests/integration
