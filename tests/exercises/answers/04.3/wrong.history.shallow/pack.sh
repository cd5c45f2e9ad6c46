#!/bin/bash
set -eu
[ -z "$(git -C "$1" status --porcelain)" ]
place=$(mktemp -d)
git clone --quiet --depth 1 "file://$1" "$place/app"
tar czf "$2" -C "$place/app" .
