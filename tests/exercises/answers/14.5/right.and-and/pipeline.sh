#!/usr/bin/env bash
python -m pytest tests/unit &&
  sam build --cached &&
  sam deploy --stack-name "$1" &&
  AWS_SAM_STACK_NAME="$1" python -m pytest tests/integration
