#!/bin/bash
set -eu
[ -z "$(git -C "$1" status --porcelain)" ]
git -C "$1" archive --format=tar.gz HEAD > "$2"
