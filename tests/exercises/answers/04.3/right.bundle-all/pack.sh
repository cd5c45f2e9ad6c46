#!/bin/bash
set -eu
file=$(cd "$(dirname "$2")" && pwd)/$(basename "$2")
cd "$1"
git diff --quiet HEAD
[ -z "$(git ls-files --others --exclude-standard)" ]
git bundle create "$file" --all
