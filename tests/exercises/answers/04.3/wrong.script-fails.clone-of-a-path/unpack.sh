#!/bin/bash
set -eu
git clone --quiet "$(cat "$1")" "$2"
