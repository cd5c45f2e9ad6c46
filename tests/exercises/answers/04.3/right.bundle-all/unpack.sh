#!/bin/bash
set -eu
git clone "$1" "$2"
