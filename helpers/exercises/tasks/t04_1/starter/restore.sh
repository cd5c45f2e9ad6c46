#!/bin/bash
# Brings back what an object held before. Called with two variables set:
#   BUCKET   the bucket, with versioning on
#   KEY      the object's key
set -eu

aws s3api list-object-versions --bucket "$BUCKET" --prefix "$KEY" --output text \
  --query "Versions[].[Key, IsLatest, VersionId]"
