#!/bin/bash
set -eu
v=$(aws s3api list-object-versions --bucket "$BUCKET" --prefix "$KEY" --output text --query  "Versions[?Key=='$KEY'] | [1].VersionId")
aws s3api get-object --bucket "$BUCKET" --key "$KEY" --version-id "$v" older
