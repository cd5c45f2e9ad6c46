#!/bin/bash
set -eu
[ -z "$(git -C "$1" status --porcelain)" ]
git -C $1 bundle create $2 --all
