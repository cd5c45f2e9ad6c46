#!/usr/bin/env bash
sam deploy --stack-name "$1" --fail-on-empty-changeset
