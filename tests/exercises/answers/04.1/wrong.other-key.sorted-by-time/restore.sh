#!/bin/bash
set -eu
v=$(aws s3api list-object-versions --bucket "$BUCKET" --prefix "$KEY" --output text --query  "sort_by(Versions, &LastModified)[-2].VersionId")
k=$(aws s3api list-object-versions --bucket "$BUCKET" --prefix "$KEY" --output text --query  "sort_by(Versions, &LastModified)[-2].Key")
aws s3api get-object --bucket "$BUCKET" --key "$k" --version-id "$v" older
aws s3api put-object --bucket "$BUCKET" --key "$KEY" --body older
