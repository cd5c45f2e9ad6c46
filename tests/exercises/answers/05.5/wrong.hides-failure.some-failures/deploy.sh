#!/usr/bin/env bash
# The pipeline runs this after every commit: bash deploy.sh STACK
said=$(sam deploy --stack-name "$1" 2>&1)
echo "$said"
! grep -q "Failed to create/update the stack" <<< "$said"
