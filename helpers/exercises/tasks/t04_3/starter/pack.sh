#!/bin/bash
# pack.sh SOURCE FILE: puts what the repository in SOURCE has into one FILE.
set -eu

tar czf "$2" -C "$1" .
