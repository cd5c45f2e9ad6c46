#!/bin/bash
set -eu
v=$(aws s3api list-object-versions --bucket "$BUCKET" --prefix "$KEY" --output text --query  "Versions[?Key=='$KEY'] | [1].VersionId")
aws s3api copy-object --bucket "$BUCKET" --key "$KEY" --copy-source "$BUCKET/$KEY?versionId=$v"
