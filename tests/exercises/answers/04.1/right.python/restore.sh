#!/bin/bash
set -eu
python - <<'END'
import os
import boto3

bucket, key = os.environ["BUCKET"], os.environ["KEY"]
s3 = boto3.client("s3")
versions = s3.list_object_versions(Bucket=bucket, Prefix=key)["Versions"]
older = [one for one in versions if one["Key"] == key and not one["IsLatest"]]
source = {"Bucket": bucket, "Key": key, "VersionId": older[0]["VersionId"]}
s3.copy_object(Bucket=bucket, Key=key, CopySource=source)
END
