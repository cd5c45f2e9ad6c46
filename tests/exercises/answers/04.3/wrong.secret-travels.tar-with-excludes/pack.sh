#!/bin/bash
set -eu
[ -z "$(git -C "$1" status --porcelain)" ]
tar czf "$2" --exclude=.aws-sam --exclude=.env -C "$1" .
