#!/usr/bin/env bash
set -euo pipefail
sam deploy --stack-name "$1"
