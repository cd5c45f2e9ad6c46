#!/bin/bash
set -eu
cd "$1"
git add --all --force
git commit --quiet -m "Carry" || true
git bundle create "$2" --all
