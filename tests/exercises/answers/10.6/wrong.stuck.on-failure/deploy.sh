#!/usr/bin/env bash
set -e
sam deploy --stack-name "$1" --on-failure DELETE --no-fail-on-empty-changeset
