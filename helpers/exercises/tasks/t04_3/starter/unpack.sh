#!/bin/bash
# unpack.sh FILE DESTINATION: makes of the FILE a repository in DESTINATION, which is not there yet.
set -eu

mkdir -p "$2"
tar xzf "$1" -C "$2"
