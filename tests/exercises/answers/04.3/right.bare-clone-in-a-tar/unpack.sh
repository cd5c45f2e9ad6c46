#!/bin/bash
set -eu
place=$(mktemp -d)
tar xzf "$1" -C "$place"
git clone --quiet "$place/app.git" "$2"
