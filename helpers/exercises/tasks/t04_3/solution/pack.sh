#!/bin/bash
# pack.sh SOURCE FILE: puts what the repository in SOURCE has into one FILE.
set -eu

if [ -n "$(git -C "$1" status --porcelain)" ]; then
  echo "Not everything is committed:"
  git -C "$1" status --short
  exit 1
fi

# HEAD says what a clone is to check out.
git -C "$1" bundle create - HEAD --branches --tags > "$2"
