#!/bin/bash
set -eu
git -C "$1" bundle create "$2" --all
