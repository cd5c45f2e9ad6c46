#!/bin/bash
# Brings back what an object held before. Called with two variables set:
#   BUCKET   the bucket, with versioning on
#   KEY      the object's key
set -eu

# The newest version that is not the current one. Under a delete marker that is the newest of all.
version=$(aws s3api list-object-versions --bucket "$BUCKET" --prefix "$KEY" --output text \
  --query "Versions[?Key=='$KEY' && !IsLatest] | [0].VersionId")

# Copied over the object, it becomes its newest version. Nothing is deleted.
aws s3api copy-object --bucket "$BUCKET" --key "$KEY" --copy-source "$BUCKET/$KEY?versionId=$version"
