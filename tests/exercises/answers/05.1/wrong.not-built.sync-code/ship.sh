#!/usr/bin/env bash
# Makes live what was edited: bash ship.sh STACK
runtime="PythonRuntime=python3.$(python -c 'import sys; print(sys.version_info.minor)')"

yes | sam sync --code --stack-name "$1" --parameter-overrides "$runtime"
