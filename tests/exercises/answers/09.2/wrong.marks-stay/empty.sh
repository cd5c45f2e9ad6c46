# Removes the bucket $BUCKET, with everything that is in it. No other bucket is touched.
python - "$BUCKET" <<'END'
import sys

import boto3

bucket = boto3.resource("s3").Bucket(sys.argv[1])
for page in bucket.meta.client.get_paginator("list_object_versions").paginate(Bucket=bucket.name):
    for one in page.get("Versions", []):
        bucket.Object(one["Key"]).Version(one["VersionId"]).delete()
bucket.delete()
END
