#!/usr/bin/env bash
# Makes live what was edited: bash ship.sh STACK
runtime="PythonRuntime=python3.$(python -c 'import sys; print(sys.version_info.minor)')"

sam deploy --stack-name "$1" --parameter-overrides "$runtime"
echo y | sam sync --code --no-dependency-layer --stack-name "$1" --parameter-overrides "$runtime"
