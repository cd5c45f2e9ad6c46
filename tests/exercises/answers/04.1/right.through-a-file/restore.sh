#!/bin/bash
set -eu
v=$(aws s3api list-object-versions --bucket "$BUCKET" --prefix "$KEY" --output text --query  "Versions[?Key=='$KEY' && !IsLatest] | [0].VersionId")
aws s3api get-object --bucket "$BUCKET" --key "$KEY" --version-id "$v" older
aws s3 cp older "s3://$BUCKET/$KEY"
