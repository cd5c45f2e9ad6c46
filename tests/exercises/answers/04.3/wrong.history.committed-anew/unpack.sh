#!/bin/bash
set -eu
mkdir -p "$2"
tar xzf "$1" -C "$2"
git -C "$2" init --quiet --initial-branch main
git -C "$2" add --all
git -C "$2" commit --quiet -m "Carried"
