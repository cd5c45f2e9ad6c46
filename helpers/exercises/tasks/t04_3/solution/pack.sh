#!/bin/bash
# pack.sh SOURCE FILE: puts what the repository in SOURCE has into one FILE.
set -eu

if [ -n "$(git -C "$1" status --porcelain)" ]; then
  echo "Not everything is committed:"
  git -C "$1" status --short
  exit 1
fi

# git changes to SOURCE first, so the file's place is said in full. HEAD says what to check out.
git -C "$1" bundle create "$(realpath -m "$2")" HEAD --branches --tags
