#!/bin/bash
set -eu
marker=$(aws s3api list-object-versions --bucket "$BUCKET" --prefix "$KEY" --output text --query  "DeleteMarkers[?Key=='$KEY' && IsLatest] | [0].VersionId")
if [ "$marker" != None ]; then
  aws s3api delete-object --bucket "$BUCKET" --key "$KEY" --version-id "$marker"
else
  v=$(aws s3api list-object-versions --bucket "$BUCKET" --prefix "$KEY" --output text --query  "Versions[?Key=='$KEY'] | [1].VersionId")
  aws s3api copy-object --bucket "$BUCKET" --key "$KEY" --copy-source "$BUCKET/$KEY?versionId=$v"
fi
