#!/usr/bin/env bash
# The pipeline runs this after every commit: bash deploy.sh STACK
sam deploy --stack-name "$1"
