#!/usr/bin/env bash
aws cloudformation deploy --template-file template.yaml --stack-name "$1" --no-fail-on-empty-changeset
