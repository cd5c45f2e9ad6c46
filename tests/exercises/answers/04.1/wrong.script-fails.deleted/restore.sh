#!/bin/bash
set -eu
aws s3api delete-object --bucket "$BUCKET" --key "$KEY"
false
