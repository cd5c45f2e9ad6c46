#!/usr/bin/env bash
sam deploy --stack-name "$1"
echo "deployed: $?"
exit 0
