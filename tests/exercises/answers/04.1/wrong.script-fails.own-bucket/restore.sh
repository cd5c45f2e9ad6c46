#!/bin/bash
set -eu
BUCKET=demo-sam-carry-123456789012
v=$(aws s3api list-object-versions --bucket "$BUCKET" --prefix "$KEY" --output text --query  "Versions[?Key=='$KEY' && !IsLatest] | [0].VersionId")
aws s3api copy-object --bucket "$BUCKET" --key "$KEY" --copy-source "$BUCKET/$KEY?versionId=$v"
