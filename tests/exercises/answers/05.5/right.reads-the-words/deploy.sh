#!/usr/bin/env bash
set -u
if said=$(sam deploy --stack-name "$1" 2>&1); then
  echo "$said"
  exit 0
fi
echo "$said"
grep -q "No changes to deploy" <<< "$said"
