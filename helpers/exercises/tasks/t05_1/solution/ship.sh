#!/usr/bin/env bash
# Makes live what was edited: bash ship.sh STACK
runtime="PythonRuntime=python3.$(python -c 'import sys; print(sys.version_info.minor)')"

set -e # what fails ends the script, and nothing is deployed after it
sam build --parameter-overrides "$runtime"
sam deploy --stack-name "$1" --parameter-overrides "$runtime"
