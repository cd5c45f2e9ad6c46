#!/bin/bash
set -eu
git clone --quiet "$1" "$2"
