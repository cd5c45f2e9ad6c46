#!/bin/bash
set -eu
[ -z "$(git -C "$1" status --porcelain)" ]
place=$(mktemp -d)
git clone --quiet --bare "$1" "$place/app.git"
tar czf "$2" -C "$place" app.git
