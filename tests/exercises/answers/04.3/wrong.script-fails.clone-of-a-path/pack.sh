#!/bin/bash
set -eu
[ -z "$(git -C "$1" status --porcelain)" ]
echo "$1" > "$2"
