#!/bin/bash
# unpack.sh FILE DESTINATION: makes of the FILE a repository in DESTINATION, which is not there yet.
set -eu

git clone --quiet "$1" "$2"
